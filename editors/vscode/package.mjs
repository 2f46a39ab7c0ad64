// Makes hunch-linux-x64.vsix: the extension in one file, the program that
// script/run built, and the licences of what both contain.

import { createVSIX } from '@vscode/vsce';
import { build } from 'esbuild';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, '..', '..');
const thirdParty = path.join(root, 'third_party');
const program = path.join(root, 'build', 'release', 'bin', 'hunch');

if (!fs.existsSync(program)) {
  console.error(`${program} is not there: it is packed into the extension, so build it first with script/run`);
  process.exit(1);
}

const bundle = await build({
  entryPoints: [path.join(here, 'src', 'extension.ts')],
  outfile: path.join(here, 'dist', 'extension.cjs'),
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['vscode'],
  metafile: true,
  absWorkingDir: here,
  logLevel: 'warning',
});

fs.mkdirSync(path.join(here, 'server'), { recursive: true });
fs.copyFileSync(program, path.join(here, 'server', 'hunch'));
fs.chmodSync(path.join(here, 'server', 'hunch'), 0o755);
fs.copyFileSync(path.join(root, 'LICENSE'), path.join(here, 'LICENSE'));
fs.writeFileSync(path.join(here, 'THIRD-PARTY.txt'), licences([...bundledPackages(), ...linkedPackages()]));

await createVSIX({
  cwd: here,
  target: 'linux-x64',
  dependencies: false,
  allowMissingRepository: true,
  packagePath: path.join(here, 'hunch-linux-x64.vsix'),
});

/** Folders of the npm packages whose code went into the bundle. */
function bundledPackages() {
  const folders = Object.keys(bundle.metafile.inputs).map((file) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(file)?.[0]);
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort().map((folder) => path.join(here, folder));
}

/** Folders of the npm packages whose C code is linked into the program. */
function linkedPackages() {
  const { dependencies } = JSON.parse(fs.readFileSync(path.join(thirdParty, 'package.json'), 'utf8'));
  return Object.keys(dependencies).map((name) => path.join(thirdParty, 'node_modules', name));
}

function licences(folders) {
  return folders.map(licence).join(`\n${'-'.repeat(80)}\n\n`);
}

function licence(folder) {
  const { name, version, license } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const file = fs.readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) {
    throw new Error(`${folder} has no file with its licence`);
  }
  return `${name} ${version} (${license})\n\n${fs.readFileSync(path.join(folder, file), 'utf8').trim()}\n`;
}

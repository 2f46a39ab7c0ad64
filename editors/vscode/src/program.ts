// Finds the program `hunch` and makes sure that it starts.
//
// A person may have named it in the settings, it may have come with the
// extension, or it may be on PATH. Each place is tried by running
// `hunch --version`: that finds a missing shared library or a wrong
// architecture here, where the cause can be told, and not as a language server
// that dies without a word.
//
// Invariants: a program that was named is the only one tried; nothing is run
// through a shell, and nothing by a name that depends on the current folder;
// every place looked at is told of when none of them will do.

import { execFile, type ExecFileException } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

const NAME = 'hunch';
const PATIENCE_MS = 20_000; // a cold disk and a busy machine; a program that hangs is not one

const FOREIGN = { cause: 'it is not a program for this machine' };
const ELF_MACHINES: Partial<Record<string, number>> = { x64: 62, arm64: 183 };

/** Where the program may be, and how to say so. */
export interface Place {
  readonly file: string | undefined; // undefined: there is no such file, `missing` says where it was looked for
  readonly origin: string;
  readonly missing: string;
}

export interface Found {
  readonly file: string;
  readonly version: string;
}

export interface NotFound {
  /** For a person: what was looked for, where, and what came of it. */
  readonly message: string;
}

/** The places to look at, best first. `setting` is empty when nothing was named. */
export function places(setting: string, bundled: string, searchPath: string): Place[] {
  if (setting !== '') {
    return [named(setting)];
  }
  return [
    place(bundled, 'which came with the extension'),
    { file: onPath(searchPath), origin: 'on PATH', missing: `${NAME} on PATH: not in any of its folders` },
  ];
}

/** The first place whose program starts, else what to tell. */
export async function findProgram(candidates: Place[]): Promise<Found | NotFound> {
  const causes: string[] = [];
  let exists = false;
  for (const candidate of candidates) {
    if (candidate.file === undefined) {
      causes.push(candidate.missing);
      continue;
    }
    exists = true;
    const result = isForThisMachine(candidate.file) ? await tryVersion(candidate.file) : FOREIGN;
    if ('version' in result) {
      return { file: candidate.file, version: result.version };
    }
    causes.push(`${candidate.file} (${candidate.origin}): ${result.cause}`);
  }
  const lead = exists ? 'The program hunch was found but does not start' : 'The program hunch was not found';
  return { message: `${lead}: ${causes.join('; ')}.` };
}

function named(setting: string): Place {
  const file = setting.startsWith('~/') ? path.join(os.homedir(), setting.slice(2)) : setting;
  if (!path.isAbsolute(file)) {
    return { file: undefined, origin: '', missing: `${file} (named by hunch.server.path): not a whole path from / or ~/` };
  }
  return place(file, 'named by hunch.server.path');
}

function place(file: string, origin: string): Place {
  return { file: isFile(file) ? file : undefined, origin, missing: `${file} (${origin}): no such file` };
}

function onPath(searchPath: string): string | undefined {
  return searchPath
    .split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder))
    .map((folder) => path.join(folder, NAME))
    .find((file) => isFile(file) && isExecutable(file));
}

function isFile(file: string): boolean {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

// A file that the kernel does not know would be handed to a shell, as scripts without `#!` were in old times.
function isForThisMachine(file: string): boolean {
  const head = headOf(file);
  if (head === undefined || head.toString('latin1', 0, 2) === '#!') {
    return true; // one that may not be read says so itself
  }
  return head.toString('latin1', 0, 4) === '\x7fELF' && head.readUInt16LE(18) === ELF_MACHINES[process.arch];
}

function headOf(file: string): Buffer | undefined {
  const head = Buffer.alloc(20);
  try {
    const open = fs.openSync(file, 'r');
    fs.readSync(open, head);
    fs.closeSync(open);
    return head;
  } catch {
    return undefined;
  }
}

function tryVersion(file: string): Promise<{ version: string } | { cause: string }> {
  return new Promise((resolve) => {
    const options = { timeout: PATIENCE_MS, killSignal: 'SIGKILL', encoding: 'utf8' } as const;
    execFile(file, ['--version'], options, (error, stdout, stderr) => {
      const line = stdout.split('\n', 1)[0] ?? '';
      if (error !== null) {
        resolve({ cause: causeOf(error, stderr.replace(`${file}: `, '')) });
      } else if (!line.startsWith(`${NAME} `)) {
        resolve({ cause: 'another program of that name' });
      } else {
        resolve({ version: line });
      }
    });
  });
}

// The loader and the program itself say it best; what is left is how the start failed.
function causeOf(error: ExecFileException, stderr: string): string {
  const said = stderr.trim().split('\n', 1)[0] ?? '';
  if (said !== '') {
    return said;
  }
  if (error.killed === true) {
    return `no answer to --version within ${PATIENCE_MS / 1000} s`;
  }
  switch (error.code as unknown) {
    case 'EACCES':
      return 'it may not be executed (chmod +x)';
    case 'ENOENT':
      return 'what should load it is missing; it was built for another system';
    default:
      return error.signal ? `ended by ${error.signal}` : `ended with code ${error.code}`;
  }
}

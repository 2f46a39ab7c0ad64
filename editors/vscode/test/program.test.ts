import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { findProgram, places } from '../src/program.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hunch-program-'));
after(() => fs.rmSync(folder, { recursive: true }));

const bundled = path.join(folder, 'extension', 'server', 'hunch');
const onPath = path.join(folder, 'bin');
const searchPath = `${path.join(folder, 'nowhere')}:bin::${onPath}`;

function put(file: string, text: string, mode = 0o755): string {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.rmSync(file, { force: true });
  fs.writeFileSync(file, text, { mode });
  return file;
}

function find(setting: string) {
  return findProgram(places(setting, bundled, searchPath));
}

async function messageOf(setting: string): Promise<string> {
  const result = await find(setting);
  assert.ok('message' in result, `found ${JSON.stringify(result)}`);
  return result.message;
}

test('nothing anywhere: every place is told of', async () => {
  const message = await messageOf('');
  assert.match(message, /^The program hunch was not found: /);
  assert.ok(message.includes(`${bundled} (which came with the extension): no such file`), message);
  assert.ok(message.includes('hunch on PATH: not in any of its folders'), message);
});

test('bundled before PATH, and PATH when the bundled one does not start', async () => {
  const second = put(path.join(onPath, 'hunch'), '#!/bin/sh\necho hunch 2.0\n');
  assert.deepEqual(await find(''), { file: second, version: 'hunch 2.0' });
  put(bundled, '#!/bin/sh\necho hunch 1.0\n');
  assert.deepEqual(await find(''), { file: bundled, version: 'hunch 1.0' });
  put(bundled, '#!/bin/sh\necho "hunch: error while loading shared libraries: libuv.so.1" >&2\nexit 127\n');
  assert.deepEqual(await find(''), { file: second, version: 'hunch 2.0' });
  fs.rmSync(second);
  const message = await messageOf('');
  assert.match(message, /^The program hunch was found but does not start: /);
  assert.match(message, /came with the extension\): hunch: error while loading shared libraries: libuv\.so\.1/);
});

test('a program that was named is the only one tried', async () => {
  put(bundled, '#!/bin/sh\necho hunch 1.0\n');
  const named = path.join(folder, 'my hunch; true');
  assert.match(await messageOf(named), /named by hunch\.server\.path\): no such file/);
  put(named, '#!/bin/sh\necho hunch 3.0\n');
  assert.deepEqual(await find(named), { file: named, version: 'hunch 3.0' });
  assert.match(await messageOf('hunch'), /not a whole path/);
  assert.match(await messageOf('./hunch'), /not a whole path/);
});

test('each way not to start has its cause', async () => {
  const file = path.join(folder, 'odd');
  put(file, '#!/bin/sh\necho hunch 1.0\n', 0o644);
  assert.match(await messageOf(file), /may not be executed \(chmod \+x\)/);
  put(file, '\x7fELF\x02\x01\x01 of another machine');
  assert.match(await messageOf(file), /is not a program for this machine/);
  put(file, 'echo hunch 1.0\n');
  assert.match(await messageOf(file), /is not a program for this machine/);
  put(file, '#!/no/such/interpreter\n');
  assert.match(await messageOf(file), /built for another system/);
  put(file, '#!/bin/sh\necho something else\n');
  assert.match(await messageOf(file), /another program of that name/);
  put(file, '#!/bin/sh\nkill -SEGV $$\n');
  assert.match(await messageOf(file), /ended by SIGSEGV/);
  put(file, '#!/bin/sh\nexit 3\n');
  assert.match(await messageOf(file), /ended with code 3/);
});

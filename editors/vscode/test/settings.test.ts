import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chosen, chosenLanguages } from '../src/settings.ts';

test('nothing was set: nothing is sent, whatever the defaults are', () => {
  assert.deepEqual(chosen(undefined), {});
  assert.deepEqual(chosen({ defaultValue: { enabled: true } } as never), {});
});

test('what the extension keeps for itself is not sent', () => {
  assert.deepEqual(chosen({ globalValue: { server: { path: '/x' }, trace: { server: 'verbose' }, enabled: false } }), {
    enabled: false,
  });
});

test('the workspace is stronger, key by key', () => {
  const globalValue = { languages: { c: false, rust: false }, completion: { maxLines: 3 } };
  const workspaceValue = { languages: { c: true }, completion: { maxTokens: 10 } };
  const workspaceFolderValue = { completion: { maxLines: 4 } };
  assert.deepEqual(chosen({ globalValue, workspaceValue, workspaceFolderValue }), {
    languages: { c: true, rust: false },
    completion: { maxLines: 4, maxTokens: 10 },
  });
  assert.deepEqual(globalValue, { languages: { c: false, rust: false }, completion: { maxLines: 3 } }, 'not touched');
});

test('values of the wrong kind are passed on, for the server to complain of', () => {
  assert.deepEqual(chosen({ globalValue: { languages: 'c' }, workspaceValue: { languages: { c: false } } }), {
    languages: { c: false },
  });
  assert.deepEqual(chosen({ globalValue: { languages: ['c'], enabled: null } }), { languages: ['c'], enabled: null });
  assert.deepEqual(chosen({ globalValue: 3 }), {});
});

test('languages of the wrong kind say nothing', () => {
  assert.deepEqual(chosenLanguages({ languages: { c: false } }), { c: false });
  assert.deepEqual(chosenLanguages({ languages: 'c' }), {});
  assert.deepEqual(chosenLanguages({}), {});
});

test('no setting reaches the prototype of objects', () => {
  const workspaceValue: unknown = JSON.parse('{"__proto__": {"reached": true}, "constructor": {"prototype": {"reached": true}}}');
  chosen({ workspaceValue });
  assert.equal(Reflect.get({}, 'reached'), undefined);
});

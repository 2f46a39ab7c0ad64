// What the server is told of the settings: only what a person, or a workspace,
// really set.
//
// The server has a configuration file of its own, weaker than what an editor
// says. A default that this extension declares would hide what stands in that
// file, so defaults are never sent. `server` and `trace` are the extension's own.

type Settings = { [key: string]: unknown };

/** What `WorkspaceConfiguration.inspect` says of the section `hunch`; weakest first. */
export interface Layers {
  readonly globalValue?: unknown;
  readonly workspaceValue?: unknown;
  readonly workspaceFolderValue?: unknown;
}

const OWN_KEYS = ['server', 'trace'];

/** The section `hunch` for the server. */
export function chosen(layers: Layers | undefined): Settings {
  const merged: Settings = {};
  for (const layer of [layers?.globalValue, layers?.workspaceValue, layers?.workspaceFolderValue]) {
    if (isObject(layer)) {
      merge(merged, layer);
    }
  }
  for (const key of OWN_KEYS) {
    delete merged[key];
  }
  return merged;
}

/** What the settings sent say of single languages. */
export function chosenLanguages(settings: Settings): Settings {
  return isObject(settings['languages']) ? settings['languages'] : {};
}

function merge(into: Settings, from: Settings): void {
  for (const [key, value] of Object.entries(from)) {
    if (key === '__proto__') {
      continue; // a workspace may name a setting so, and would write to every object
    }
    const old = into[key];
    if (isObject(value)) {
      const copy: Settings = isObject(old) ? old : {};
      merge(copy, value);
      into[key] = copy;
    } else {
      into[key] = value;
    }
  }
}

function isObject(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// What is known of Hunch at this moment: the server's last `hunch/status`, or
// what the extension itself knows while no server speaks.

import * as vscode from 'vscode';

export type State = 'starting' | 'indexing' | 'loading' | 'ready' | 'disabled' | 'warning' | 'error';

/** The part of `hunch/status` that the extension reads. */
export interface Status {
  readonly state: State;
  readonly text: string; // in lines for people, shown as it is
  readonly silence: string; // why the last suggestion was not shown, "" if it was
  readonly languagesOff?: readonly string[];
  readonly index?: { readonly files: number; readonly total: number };
}

export class StatusKeeper implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<Status>();
  private status: Status = ours('starting', 'Hunch is starting');
  readonly onDidChange = this.changed.event;

  get current(): Status {
    return this.status;
  }

  set(status: Status): void {
    this.status = status;
    this.changed.fire(status);
  }

  dispose(): void {
    this.changed.dispose();
  }
}

/** A status that no server sent. */
export function ours(state: State, text: string): Status {
  return { state, text, silence: '' };
}

// The life of the server: found, started, started again when it died, stopped.
//
//   stopped --start--> starting --initialized--> running --stop--> stopped
//                         |                         | died
//                         v failed                  v
//                      stopped, and told         starting, or, when it died too
//                                                often, stopped, and told
//
// Invariants: one change at a time, in the order asked for; each start looks for
// the program anew and has a client of its own; a person is told once per start
// that failed, never per file.

import { setTimeout } from 'node:timers/promises';
import * as vscode from 'vscode';
import { DidChangeConfigurationNotification, State as ClientState } from 'vscode-languageclient/node';
import { Client, LastWords, clientOptions } from './client.ts';
import { findProgram, places } from './program.ts';
import { ours, type Status, type StatusKeeper } from './status.ts';

const DEATHS_ALLOWED = 4;
const DEATHS_WITHIN_MS = 3 * 60_000;
const START_PATIENCE_MS = 2000;

export class Server {
  private client: Client | undefined;
  private started: Promise<void> = Promise.resolve(); // settled when the client's start is, never rejected
  private turn: Promise<void> = Promise.resolve();
  private deaths: number[] = [];

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly log: vscode.LogOutputChannel,
    private readonly keeper: StatusKeeper,
  ) {}

  /** Starts the server, or starts it anew; a person asked, so earlier deaths are forgotten. */
  restart(): Promise<void> {
    this.deaths = [];
    return this.next(() => this.startAnew());
  }

  stop(): Promise<void> {
    return this.next(() => this.end());
  }

  /** The server pulls the settings then. */
  async settingsChanged(): Promise<void> {
    if (this.client?.isRunning()) {
      await this.client.sendNotification(DidChangeConfigurationNotification.type, { settings: null });
    }
  }

  /** What the server says about the last suggestion of a document, or of the one asked for last. */
  async why(document: vscode.TextDocument | undefined): Promise<string> {
    const uri = document && this.client?.code2ProtocolConverter.asUri(document.uri);
    return this.ask('hunch/why', uri ? { textDocument: { uri } } : {});
  }

  /** How it is now; a status that came by itself may be older by a figure. */
  async status(): Promise<string> {
    return this.ask('hunch/status', {});
  }

  private async ask(method: string, params: object): Promise<string> {
    if (!this.client?.isRunning()) {
      return this.keeper.current.text;
    }
    try {
      return (await this.client.sendRequest<{ text: string }>(method, params)).text;
    } catch (error) {
      return `The server did not answer: ${error}`;
    }
  }

  private next(step: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(step).catch((error: unknown) => this.log.error(String(error)));
    return this.turn;
  }

  private async startAnew(): Promise<void> {
    await this.end();
    this.keeper.set(ours('starting', 'Hunch is starting'));
    const program = await findProgram(this.places());
    if ('message' in program) {
      this.tell(program.message, 'Open Setting');
    } else {
      this.log.info(`starting ${program.file} (${program.version})`);
      this.startClient(program.file);
    }
  }

  private places() {
    const setting = vscode.workspace.getConfiguration('hunch').get('server.path', '').trim();
    return places(setting, this.context.asAbsolutePath('server/hunch'), process.env['PATH'] ?? '');
  }

  private startClient(program: string): void {
    const lastWords = new LastWords();
    const editorFolder = vscode.Uri.joinPath(this.context.globalStorageUri, '..', '..');
    const client = new Client(program, clientOptions(this.log, lastWords, editorFolder));
    const ended = (then: () => void) => {
      if (this.client === client) {
        this.client = undefined;
        lastWords.lines.forEach((line) => this.log.error(`stderr: ${line}`));
        then();
      }
    };
    client.onNotification('hunch/status', (status: Status) => {
      if (this.client === client) {
        this.keeper.set(status);
      }
    });
    client.onDidChangeState(({ oldState, newState }) => {
      if (oldState === ClientState.Running && newState === ClientState.Stopped) {
        ended(() => this.died());
      }
    });
    this.client = client;
    this.started = client.start().catch((error: unknown) => {
      ended(() => this.tell(`The server did not start: ${lastWords.lines.at(-1) ?? error}.`, 'Restart'));
    });
  }

  private died(): void {
    const now = Date.now();
    this.deaths = [...this.deaths.filter((time) => now - time < DEATHS_WITHIN_MS), now];
    if (this.deaths.length > DEATHS_ALLOWED) {
      this.tell(`The server ended ${this.deaths.length} times within 3 minutes and is not started again.`, 'Restart');
    } else {
      void this.next(() => this.startAnew());
    }
  }

  // A client cannot be stopped before it runs; one that never will is ended by force.
  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined; // so that its end is no death
    if (client) {
      await Promise.race([this.started, setTimeout(START_PATIENCE_MS)]);
      await client.dispose().catch((error: unknown) => this.log.warn(`the server did not stop by itself: ${error}`));
    }
  }

  private tell(message: string, wayOut: 'Open Setting' | 'Restart'): void {
    this.keeper.set(ours('error', `Hunch does not run.\n${message}`));
    this.log.error(message);
    void vscode.window.showErrorMessage(`Hunch: ${message}`, wayOut, 'Show Log').then((choice) => {
      if (choice === 'Open Setting') {
        void vscode.commands.executeCommand('workbench.action.openSettings', 'hunch.server.path');
      } else if (choice === 'Restart') {
        void this.restart();
      } else if (choice === 'Show Log') {
        this.log.show();
      }
    });
  }
}

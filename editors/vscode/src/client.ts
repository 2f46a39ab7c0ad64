// The language client, with what Hunch needs otherwise than the library does it.
//
// - It shows no messages of its own: `server.ts` says what happened once, in
//   plain words, with the way out. Everything goes to the log.
// - It asks for no popup completions: the same suggestions come as ghost text.
// - The server sees files and new documents alone, and not the settings of the editor itself.
// - What the server writes to stderr also comes as log messages; it is kept, and
//   read only when the server died.

import * as readline from 'node:readline';
import type { Readable } from 'node:stream';
import * as vscode from 'vscode';
import {
  CloseAction,
  CompletionRequest,
  ErrorAction,
  LanguageClient,
  type DynamicFeature,
  type InitializeParams,
  type LanguageClientOptions,
  type Middleware,
  type StaticFeature,
} from 'vscode-languageclient/node';
import { chosenSettings, SERVED } from './choices.ts';

const LINES_KEPT = 20;

export class Client extends LanguageClient {
  constructor(program: string, options: LanguageClientOptions) {
    super('hunch', 'Hunch', { command: program, args: ['lsp'] }, options);
  }

  override registerFeature(feature: StaticFeature | DynamicFeature<unknown>): void {
    const method = 'registrationType' in feature ? feature.registrationType.method : '';
    if (method !== CompletionRequest.method) {
      super.registerFeature(feature);
    }
  }

  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }

  override warn(message: string, data?: unknown): void {
    super.warn(message, data, false);
  }

  override info(message: string, data?: unknown): void {
    super.info(message, data, false);
  }

  // The editors that are made of it (code-server, VSCodium) have names of their own, and the same commands.
  protected override fillInitializeParams(params: InitializeParams): void {
    super.fillInitializeParams(params);
    params.clientInfo = { name: 'Visual Studio Code', version: vscode.version };
  }

  // The server was told by hunch.log.level what to send; the level of VS Code's log would hide it again.
  override debug(message: string): void {
    this.outputChannel.info(`debug: ${message}`);
  }
}

/** The last lines of a server's stderr. */
export class LastWords {
  readonly lines: string[] = [];

  listen(stream: Readable): void {
    readline.createInterface({ input: stream, terminal: false }).on('line', (line) => {
      this.lines.push(line);
      this.lines.splice(0, this.lines.length - LINES_KEPT);
    });
  }
}

export function clientOptions(
  log: vscode.LogOutputChannel,
  lastWords: LastWords,
  editorFolder: vscode.Uri,
): LanguageClientOptions {
  return {
    documentSelector: SERVED.map((scheme) => ({ scheme })),
    outputChannel: log,
    middleware: middleware(editorFolder),
    stdioOptions: { stdout: () => {}, stderr: (stream) => lastWords.listen(stream) },
    initializationFailedHandler: () => false,
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => ({ action: CloseAction.DoNotRestart, handled: true, message: 'The server ended.' }),
    },
  };
}

function middleware(editorFolder: vscode.Uri): Middleware {
  const inside = `${editorFolder.path}/`;
  const isSeen = (document: vscode.TextDocument) => !document.uri.path.startsWith(inside);
  return {
    didOpen: async (document, next) => (isSeen(document) ? next(document) : undefined),
    didChange: async (event, next) => (isSeen(event.document) ? next(event) : undefined),
    didSave: async (document, next) => (isSeen(document) ? next(document) : undefined),
    didClose: async (document, next) => (isSeen(document) ? next(document) : undefined),
    provideInlineCompletionItems: (document, position, context, token, next) =>
      isSeen(document) ? next(document, position, context, token) : null,
    handleWorkDoneProgress: () => {}, // the status bar item has it
    workspace: {
      configuration: (params) => params.items.map((item) => (item.section === 'hunch' ? chosenSettings() : null)),
    },
  };
}

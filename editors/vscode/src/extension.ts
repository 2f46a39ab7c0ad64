// Hunch in VS Code. Showing, cycling and accepting ghost text is VS Code's own;
// deciding what to show is the server's. Left for the extension are the server's
// life (server.ts), a status bar item (statusBar.ts) and a few commands.

import * as vscode from 'vscode';
import { currentDocument, currentLanguage, isEnabled, isOff, setEnabled, setLanguage } from './choices.ts';
import { showMenu } from './menu.ts';
import { openModelFile } from './modelFile.ts';
import { Pages } from './pages.ts';
import { Server } from './server.ts';
import { StatusBar } from './statusBar.ts';
import { StatusKeeper } from './status.ts';

let server: Server | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Hunch', { log: true });
  const keeper = new StatusKeeper();
  const pages = new Pages();
  server = new Server(context, log, keeper);
  context.subscriptions.push(log, keeper, pages, new StatusBar(keeper), ...commands(server, keeper, pages, log));
  context.subscriptions.push(vscode.workspace.onDidChangeConfiguration(followSettings(server)));
  void server.restart();
}

export function deactivate(): Promise<void> | undefined {
  return server?.stop();
}

function commands(server: Server, keeper: StatusKeeper, pages: Pages, log: vscode.LogOutputChannel) {
  const actions: Record<string, () => unknown> = {
    menu: () => showMenu(keeper.current),
    toggle: () => setEnabled(!isEnabled(keeper.current)),
    toggleLanguage: () => toggleLanguage(keeper),
    why: async () => pages.show('Hunch: Why', await server.why(currentDocument())),
    status: async () => pages.show('Hunch: Status', await server.status()),
    restart: () => server.restart(),
    log: () => log.show(),
    model: () => openModelFile(),
    trigger: () => vscode.commands.executeCommand('editor.action.inlineSuggest.trigger'),
  };
  return Object.entries(actions).map(([name, action]) => vscode.commands.registerCommand(`hunch.${name}`, action));
}

async function toggleLanguage(keeper: StatusKeeper): Promise<void> {
  const language = currentLanguage();
  if (language === undefined) {
    void vscode.window.showInformationMessage('Hunch: open a file to switch its language on or off.');
  } else {
    await setLanguage(language, isOff(language, keeper.current));
  }
}

function followSettings(server: Server) {
  return async (event: vscode.ConfigurationChangeEvent) => {
    if (event.affectsConfiguration('hunch.server.path')) {
      await server.restart();
    } else if (event.affectsConfiguration('hunch')) {
      await server.settingsChanged();
    }
  };
}

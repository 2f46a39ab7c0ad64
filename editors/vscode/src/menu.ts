// The menu of the status bar item.

import * as vscode from 'vscode';
import { currentLanguage, isEnabled, isOff } from './choices.ts';
import type { Status } from './status.ts';

interface Entry extends vscode.QuickPickItem {
  readonly command: string;
  readonly argument?: string;
}

export async function showMenu(status: Status): Promise<void> {
  const entry = await vscode.window.showQuickPick(entries(status), { title: status.text.split('\n', 1)[0] ?? 'Hunch' });
  if (entry) {
    await vscode.commands.executeCommand(entry.command, ...(entry.argument ? [entry.argument] : []));
  }
}

function entries(status: Status): Entry[] {
  return [
    { label: switchLabel(isEnabled(status)), command: 'hunch.toggle' },
    ...languageEntries(currentLanguage(), status),
    { label: '$(question) Why?', description: 'the last suggestion, or why there was none', command: 'hunch.why' },
    { label: '$(info) Status', command: 'hunch.status' },
    { label: '$(debug-restart) Restart', command: 'hunch.restart' },
    { label: '$(output) Show Log', command: 'hunch.log' },
    { label: '$(gear) Settings', command: 'workbench.action.openSettings', argument: '@ext:hunch.hunch' },
    { label: '$(server) Model', description: 'set in your own file alone', command: 'hunch.model' },
  ];
}

function languageEntries(language: string | undefined, status: Status): Entry[] {
  if (language === undefined) {
    return [];
  }
  return [{ label: `${switchLabel(!isOff(language, status))} for ${language}`, command: 'hunch.toggleLanguage' }];
}

function switchLabel(on: boolean): string {
  return on ? '$(circle-slash) Switch Off' : '$(check) Switch On';
}

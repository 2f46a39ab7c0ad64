// Switching on and off: what a person chooses is a setting of theirs, which VS
// Code keeps and the server then reads.

import * as vscode from 'vscode';
import { chosen, chosenLanguages } from './settings.ts';
import type { Status } from './status.ts';

/** The section `hunch` as the server is told of it. */
export function chosenSettings(): Record<string, unknown> {
  return chosen(vscode.workspace.getConfiguration().inspect('hunch'));
}

/** The schemes of what the server sees: files, and documents that were never saved. */
export const SERVED = ['file', 'untitled'];

/** The document being edited, if it is one that the server sees. */
export function currentDocument(): vscode.TextDocument | undefined {
  const document = vscode.window.activeTextEditor?.document;
  return document && SERVED.includes(document.uri.scheme) ? document : undefined;
}

export function currentLanguage(): string | undefined {
  return currentDocument()?.languageId;
}

/** Whether Hunch is on; the server knows also what the person's own file says. */
export function isEnabled(status: Status): boolean {
  return status.state !== 'disabled' && vscode.workspace.getConfiguration('hunch').get('enabled', true);
}

/** Whether a language is off: by the settings here, else by what the server knows besides. */
export function isOff(language: string, status: Status): boolean {
  const here = chosenLanguages(chosenSettings())[language];
  return here === undefined ? (status.languagesOff ?? []).includes(language) : here === false;
}

export async function setEnabled(enabled: boolean): Promise<void> {
  await change('enabled', enabled);
}

export async function setLanguage(language: string, on: boolean): Promise<void> {
  const own = vscode.workspace.getConfiguration('hunch').inspect<Record<string, boolean>>('languages')?.globalValue;
  await change('languages', { ...own, [language]: on });
}

async function change(key: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration('hunch').update(key, value, vscode.ConfigurationTarget.Global);
  const layers = vscode.workspace.getConfiguration('hunch').inspect(key);
  if (layers?.workspaceValue !== undefined || layers?.workspaceFolderValue !== undefined) {
    await tellOfWorkspace(key);
  }
}

async function tellOfWorkspace(key: string): Promise<void> {
  const open = 'Open Workspace Settings';
  const text = `Hunch: your own setting was changed, but this workspace sets hunch.${key} too, and that counts here.`;
  if ((await vscode.window.showWarningMessage(text, open)) === open) {
    await vscode.commands.executeCommand('workbench.action.openWorkspaceSettings', `hunch.${key}`);
  }
}

// The status bar item: one icon for the state, the server's own words on hover,
// the menu on a click.

import * as vscode from 'vscode';
import { currentLanguage, isOff } from './choices.ts';
import type { Status, StatusKeeper } from './status.ts';

interface Face {
  readonly icon: string;
  readonly suffix?: string;
  readonly background?: string;
}

export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('hunch', vscode.StatusBarAlignment.Right, 100);
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly keeper: StatusKeeper) {
    this.item.name = 'Hunch';
    this.item.command = 'hunch.menu';
    const show = () => this.show();
    this.subscriptions = [
      this.item,
      keeper.onDidChange(show),
      vscode.window.onDidChangeActiveTextEditor(show),
      vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration('hunch') && this.show()),
    ];
    this.show();
    this.item.show();
  }

  private show(): void {
    const status = this.keeper.current;
    const language = currentLanguage();
    const languageOff = language !== undefined && isOff(language, status);
    const face = faceOf(status, languageOff);
    this.item.text = `$(${face.icon}) Hunch${face.suffix ?? ''}`;
    this.item.tooltip = languageOff
      ? `${status.text}\nswitched off for ${language}; "Hunch: Toggle for This Language" switches it on again`
      : status.text;
    this.item.backgroundColor = face.background ? new vscode.ThemeColor(face.background) : undefined;
    this.item.accessibilityInformation = { label: `Hunch: ${languageOff ? `off for ${language}` : status.state}` };
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }
}

function faceOf(status: Status, languageOff: boolean): Face {
  switch (status.state) {
    case 'starting':
    case 'loading':
      return { icon: 'loading~spin' };
    case 'indexing':
      return { icon: 'loading~spin', suffix: percent(status) };
    case 'disabled':
      return { icon: 'circle-slash' };
    case 'warning':
      return { icon: 'warning', background: 'statusBarItem.warningBackground' };
    case 'error':
      return { icon: 'error', background: 'statusBarItem.errorBackground' };
    case 'ready':
      return { icon: languageOff ? 'circle-slash' : status.silence === '' ? 'sparkle' : 'eye-closed' };
  }
}

function percent(status: Status): string {
  const { files, total } = status.index ?? { files: 0, total: 0 };
  return total > 0 ? ` ${Math.floor((100 * Math.min(files, total)) / total)} %` : '';
}

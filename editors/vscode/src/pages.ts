// Text for people, in a read-only document beside the code: it can be read in
// full, copied, and closed like any other.

import * as vscode from 'vscode';

const SCHEME = 'hunch';
const PATIENCE_MS = 2000; // for VS Code to ask for a page's new text

export class Pages implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  // Last: VS Code looks for the event at this moment, and only at this one.
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.path) ?? '';
  }

  async show(name: string, text: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: name });
    this.texts.set(name, text);
    const document = await vscode.workspace.openTextDocument(uri);
    if (document.getText() !== text) {
      await this.renewed(document);
    }
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true });
  }

  // One that VS Code had kept has the text of before until it was told that there is another, and asked for it.
  private async renewed(document: vscode.TextDocument): Promise<void> {
    let listener: vscode.Disposable | undefined;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      listener = vscode.workspace.onDidChangeTextDocument((event) => event.document === document && resolve());
      timer = setTimeout(resolve, PATIENCE_MS);
      this.changed.fire(document.uri);
    });
    listener?.dispose();
    clearTimeout(timer);
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }
}

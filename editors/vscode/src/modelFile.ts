// The person's own configuration file. Settings of the model stand there alone,
// so that no workspace can say where code is sent; VS Code's settings have none.

import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';

export async function openModelFile(): Promise<void> {
  const configured = process.env['XDG_CONFIG_HOME'] ?? '';
  const folder = path.isAbsolute(configured) ? configured : path.join(os.homedir(), '.config');
  const file = vscode.Uri.file(path.join(folder, 'hunch', 'config.json'));
  const uri = fs.existsSync(file.fsPath) ? file : file.with({ scheme: 'untitled' });
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
}

// probe.js - an extension that tells a test what the editor holds.
//
// The screen shows a part of a document only, and not what is selected or saved,
// so questions are answered here, from inside: one JSON line each, over the
// socket that HUNCH_TEST_PROBE names. The probe reads; what changes something is
// done with keyboard and mouse, by page.mjs, except for what only tidies up.
"use strict";
const net = require("net");
const vscode = require("vscode");

const SCHEMES = ["file", "untitled"];

// The document that is being edited; a page that Hunch shows beside it is none.
function file() {
  return vscode.window.visibleTextEditors.find((editor) => SCHEMES.includes(editor.document.uri.scheme));
}

// The version of the file for which VS Code last asked for ghost text. It asks some 50 ms after the last key, and no
// more once another part of the window has the keyboard; a person is slower than that, a test must wait for it.
let asked = -1;
const listener = {
  provideInlineCompletionItems(document) {
    asked = document.version;
    return [];
  },
};

function pageTabs() {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  return tabs.filter((tab) => tab.input instanceof vscode.TabInputText && tab.input.uri.scheme === "hunch");
}

const ANSWERS = {
  file() {
    const editor = file();
    const cursor = editor?.selection.active;
    return editor && {
      path: editor.document.uri.fsPath,
      text: editor.document.getText(),
      isAskedFor: editor.document.version <= asked,
      line: cursor.line,
      character: cursor.character,
    };
  },

  // What Hunch shows in documents of its own.
  pages() {
    const documents = vscode.window.visibleTextEditors.map((editor) => editor.document);
    return documents.filter((document) => document.uri.scheme === "hunch").map((document) => document.getText());
  },

  async closePages() {
    await vscode.window.tabGroups.close(pageTabs(), true);
  },

  async newDocument() {
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: "c" }));
  },

  async closeNewDocument() {
    await vscode.window.showTextDocument(file().document);
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  },

  // A provider that asks for a proposed API must be refused, as VS Code does, even if it declares the proposal.
  refusal() {
    const provider = { provideInlineCompletionItems: () => [], handleDidShowCompletionItem: () => {} };
    try {
      vscode.languages.registerInlineCompletionItemProvider({ scheme: "probe" }, provider).dispose();
      return "";
    } catch (error) {
      return String(error);
    }
  },
};

async function answer(question) {
  try {
    return { result: (await ANSWERS[question]()) ?? null };
  } catch (error) {
    return { error: String(error) };
  }
}

exports.activate = (context) => {
  const server = net.createServer((socket) => {
    let rest = "";
    socket.setEncoding("utf8");
    socket.on("error", () => {});
    socket.on("data", async (data) => {
      const lines = (rest + data).split("\n");
      rest = lines.pop();
      for (const line of lines) {
        socket.write(JSON.stringify(await answer(JSON.parse(line))) + "\n");
      }
    });
  });
  server.listen(process.env.HUNCH_TEST_PROBE);
  vscode.languages.registerInlineCompletionItemProvider(SCHEMES.map((scheme) => ({ scheme })), listener);
};

#!/usr/bin/env python3
"""A language server that completes a line with the commonest line of the open folder.

It stands in for `hunch lsp` when the editor drivers themselves are tested: it
answers as docs/protocol.md says Hunch does (range, command, {"items": []} for
nothing to say, -32800 for a superseded request) and knows nothing else.
"""
import collections
import json
import pathlib
import sys
import urllib.parse


def read_message(stream):
    length = 0
    while True:
        line = stream.readline()
        if not line:
            return None
        if line in (b"\r\n", b"\n"):
            return json.loads(stream.read(length))
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)


def write_message(message):
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    sys.stdout.buffer.flush()


def utf16_index(line, units):
    """Index into `line` of a UTF-16 column."""
    seen = 0
    for index, character in enumerate(line):
        if seen >= units:
            return index
        seen += 2 if ord(character) > 0xFFFF else 1
    return len(line)


class Server:
    def __init__(self):
        self.documents = {}
        self.lines = collections.Counter()

    def initialize(self, params):
        root = params.get("rootUri")
        if root:
            folder = pathlib.Path(urllib.parse.unquote(urllib.parse.urlparse(root).path))
            for path in folder.rglob("*.[ch]"):
                self.lines.update(line.strip() for line in path.read_text().splitlines())
        return {
            "capabilities": {
                "textDocumentSync": {"openClose": True, "change": 2},
                "inlineCompletionProvider": True,
                "executeCommandProvider": {"commands": ["hunch.accepted"]},
            },
            "serverInfo": {"name": "fake", "version": "1"},
        }

    def change(self, uri, changes):
        for change in changes:
            span = change.get("range")
            if not span:
                self.documents[uri] = change["text"]
                continue
            lines = self.documents[uri].split("\n")
            head = lines[: span["start"]["line"]]
            tail = lines[span["end"]["line"] + 1 :]
            first = lines[span["start"]["line"]] if span["start"]["line"] < len(lines) else ""
            last = lines[span["end"]["line"]] if span["end"]["line"] < len(lines) else ""
            middle = (
                first[: utf16_index(first, span["start"]["character"])]
                + change["text"]
                + last[utf16_index(last, span["end"]["character"]) :]
            )
            self.documents[uri] = "\n".join(head + [middle] + tail)

    def complete(self, uri, position):
        line = self.documents[uri].split("\n")[position["line"]]
        if len(line) > utf16_index(line, position["character"]) or len(line.strip()) < 4:
            return {"items": []}
        typed = line.lstrip()
        known = [(count, text) for text, count in self.lines.items() if text.startswith(typed) and text != typed]
        if not known:
            return {"items": []}
        start = {"line": position["line"], "character": len(line) - len(typed)}
        item = {
            "insertText": max(known)[1],
            "range": {"start": start, "end": position},
            "command": {"title": "", "command": "hunch.accepted", "arguments": ["1"]},
        }
        return {"items": [item]}

    def answer(self, method, params):
        if method == "initialize":
            return self.initialize(params)
        if method == "textDocument/inlineCompletion":
            return self.complete(params["textDocument"]["uri"], params["position"])
        return None

    def notice(self, method, params):
        if method == "initialized":
            index = {"files": 1, "total": 1, "ready": True}
            status = {"state": "ready", "message": "ready", "model": "fake", "index": index}
            write_message({"method": "hunch/status", "params": status})
        elif method == "textDocument/didOpen":
            self.documents[params["textDocument"]["uri"]] = params["textDocument"]["text"]
        elif method == "textDocument/didChange":
            self.change(params["textDocument"]["uri"], params["contentChanges"])


def main():
    if "--version" in sys.argv:
        print("hunch fake")
        return
    server = Server()
    while message := read_message(sys.stdin.buffer):
        method, params = message.get("method"), message.get("params") or {}
        if method == "exit":
            return
        if "id" in message and method:
            write_message({"id": message["id"], "result": server.answer(method, params)})
        elif method:
            server.notice(method, params)


if __name__ == "__main__":
    main()

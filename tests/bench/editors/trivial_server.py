#!/usr/bin/env python3
"""A language server that proposes the same text everywhere, at once.

What an editor needs to show ghost text when the server needs no time at all:
the yardstick for `latency`. It speaks as docs/protocol.md says and does nothing else.
"""
import json
import sys

TEXT = "queue->mutex);"
STATUS = {"state": "ready", "message": "", "model": "built-in", "silence": "", "text": "Hunch: ready",
          "index": {"files": 1, "total": 1, "ready": True}}
CAPABILITIES = {"textDocumentSync": {"openClose": True, "change": 2}, "inlineCompletionProvider": True,
                "executeCommandProvider": {"commands": ["hunch.didAccept"]}}


def read_message(stream):
    length = 0
    while line := stream.readline():
        if line == b"\r\n":
            return json.loads(stream.read(length))
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return None


def write_message(message):
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    sys.stdout.buffer.flush()


def answer(method, params):
    if method == "initialize":
        return {"capabilities": CAPABILITIES, "serverInfo": {"name": "trivial", "version": "1"}}
    if method == "textDocument/inlineCompletion":
        here = params["position"]
        command = {"title": "Accept", "command": "hunch.didAccept", "arguments": ["1"]}
        return {"items": [{"insertText": TEXT, "range": {"start": here, "end": here}, "command": command}]}
    return STATUS if method == "hunch/status" else None


def main():
    if "--version" in sys.argv:
        print("hunch trivial")
        return
    while message := read_message(sys.stdin.buffer):
        method = message.get("method")
        if method == "exit":
            return
        if method == "initialized":
            write_message({"method": "hunch/status", "params": STATUS})
        if method and "id" in message:
            write_message({"id": message["id"], "result": answer(method, message.get("params"))})


if __name__ == "__main__":
    main()

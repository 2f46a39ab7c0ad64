"""A small language client for tests: starts the server, keeps what it sends, waits for what is asked.

    with Client([binary, "lsp"], root) as client:
        client.initialize()
        client.open("a.c", "int x = ")
        client.complete("a.c", 0, 8)["items"]

Every wait has a limit and fails with what did arrive, so a test never hangs.
"""
import json
import os
import pathlib
import subprocess
import threading
import time

WAIT_SECONDS = 20


class ServerError(Exception):
    """The server answered with an error."""

    def __init__(self, error):
        super().__init__(f"{error.get('code')}: {error.get('message')}")
        self.code = error.get("code")


def frame(message):
    """The bytes of one message; `message` may be an object or bytes that are meant as they are."""
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def read_message(stream):
    """The next message of a stream, None at its end. Anything but a clean message raises."""
    length = None
    while True:
        line = stream.readline()
        if not line:
            return None
        if line == b"\r\n":
            break
        name, _, value = line.partition(b":")
        if name.lower() != b"content-length":
            raise ValueError(f"the server wrote what is no header: {line!r}")
        length = int(value)
    body = stream.read(length)
    return json.loads(body) if len(body) == length else None


class Client:
    def __init__(self, command, root, environment=None, settings=None):
        self.root = pathlib.Path(root)
        self.settings = settings
        self.messages = []  # everything that came, in order
        self.news = threading.Condition()
        self.ended = False
        self.last_id = 0
        self.versions = {}
        self.server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, cwd=self.root, env=environment)
        self.errors = []
        self.threads = [threading.Thread(target=target, daemon=True) for target in (self._read, self._read_errors)]
        for thread in self.threads:
            thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends the server whatever state it is in; its exit code."""
        try:
            self.server.stdin.close()
        except OSError:
            pass
        try:
            code = self.server.wait(WAIT_SECONDS)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()
            raise AssertionError("the server did not end with its input")
        for thread in self.threads:
            thread.join(WAIT_SECONDS)
        self.server.stdout.close()
        self.server.stderr.close()
        return code

    # --- below: bytes and messages ---

    def _read_errors(self):
        for line in self.server.stderr:
            self.errors.append(line.decode(errors="replace").rstrip())

    def _read(self):
        try:
            while (message := read_message(self.server.stdout)) is not None:
                self._take(message)
        except (ValueError, OSError) as error:
            self._take({"broken": str(error)})
        with self.news:
            self.ended = True
            self.news.notify_all()

    def _take(self, message):
        if "id" in message and "method" in message:
            self._answer(message)
        with self.news:
            self.messages.append(message)
            self.news.notify_all()

    def _answer(self, request):
        result = None
        if request["method"] == "workspace/configuration":
            result = [self.settings for _ in request["params"]["items"]]
        self.send({"jsonrpc": "2.0", "id": request["id"], "result": result})

    def write(self, data):
        """Raw bytes to the server."""
        try:
            self.server.stdin.write(data)
            self.server.stdin.flush()
        except (BrokenPipeError, ValueError):
            pass

    def send(self, message):
        self.write(frame(message))

    def wait(self, test, what, seconds=WAIT_SECONDS):
        """The first message, past or future, for which test(message) holds."""
        deadline = time.monotonic() + seconds
        at = 0
        with self.news:
            while True:
                for message in self.messages[at:]:
                    if test(message):
                        return message
                at = len(self.messages)
                left = deadline - time.monotonic()
                if left <= 0 or self.ended:
                    recent = "\n".join(map(str, self.messages[-5:] + self.errors[-5:]))
                    raise AssertionError(f"no {what}; the last that came:\n{recent}")
                self.news.wait(left)

    # --- requests and notifications ---

    def notify(self, method, params=None):
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def start(self, method, params=None):
        """Sends a request; its id, for answer() and cancel()."""
        self.last_id += 1
        self.send({"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params})
        return self.last_id

    def answer(self, identifier, seconds=WAIT_SECONDS):
        message = self.wait(lambda m: m.get("id") == identifier and "method" not in m, f"answer to {identifier}", seconds)
        if "error" in message:
            raise ServerError(message["error"])
        return message["result"]

    def request(self, method, params=None, seconds=WAIT_SECONDS):
        return self.answer(self.start(method, params), seconds)

    def cancel(self, identifier):
        self.notify("$/cancelRequest", {"id": identifier})

    def wait_notification(self, method, test=lambda params: True, seconds=WAIT_SECONDS):
        message = self.wait(lambda m: m.get("method") == method and test(m.get("params")), method, seconds)
        return message["params"]

    # --- the life of a session ---

    def initialize(self, capabilities=None, **more):
        """Handshake; the server's answer."""
        params = {"processId": os.getpid(), "rootUri": self.root.as_uri(), "capabilities": capabilities or {},
                  "workspaceFolders": [{"uri": self.root.as_uri(), "name": self.root.name}], **more}
        result = self.request("initialize", params)
        self.notify("initialized", {})
        return result

    def wait_ready(self, seconds=60):
        """Until the first full pass of the index is in; the status then."""
        return self.wait_notification("hunch/status", lambda params: params["index"]["ready"], seconds)

    def shutdown(self):
        """The polite end; the server's exit code."""
        self.request("shutdown")
        self.notify("exit")
        return self.close()

    # --- documents ---

    def uri(self, path):
        return path if ":" in path else (self.root / path).as_uri()

    def open(self, path, text=None, language="c"):
        if text is None:
            text = (self.root / path).read_text()
        self.versions[path] = 1
        self.notify("textDocument/didOpen", {"textDocument": {"uri": self.uri(path), "languageId": language,
                                                              "version": 1, "text": text}})

    def change(self, path, *changes):
        """Changes are whole texts or (start line, start character, end line, end character, text)."""
        self.versions[path] += 1
        content = []
        for change in changes:
            if isinstance(change, str):
                content.append({"text": change})
            else:
                a, b, c, d, text = change
                content.append({"range": {"start": {"line": a, "character": b}, "end": {"line": c, "character": d}},
                                "text": text})
        self.notify("textDocument/didChange", {"textDocument": {"uri": self.uri(path), "version": self.versions[path]},
                                               "contentChanges": content})

    def close_document(self, path):
        self.notify("textDocument/didClose", {"textDocument": {"uri": self.uri(path)}})

    def at(self, path, line, character, **more):
        return {"textDocument": {"uri": self.uri(path)}, "position": {"line": line, "character": character}, **more}

    def start_complete(self, path, line, character, invoked=False, **context):
        kind = {"triggerKind": 1 if invoked else 2, **context}
        return self.start("textDocument/inlineCompletion", self.at(path, line, character, context=kind))

    def complete(self, path, line, character, invoked=False, **context):
        """inlineCompletion; its result."""
        return self.answer(self.start_complete(path, line, character, invoked, **context))

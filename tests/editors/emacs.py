"""Hunch in the real Emacs: `emacs -nw` in a terminal, lsp-mode, the lines of editors/emacs/README.md.

Keys go through the terminal. What the screen cannot tell (the buffer, which
text is grey) is asked through the socket of emacs_probe.el, which answers
between keys.
"""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess

import scenarios
from driver import HERE, SOURCE, Editor, Skip, pictures_folder, readme_block
from scenarios import TYPED
from terminal import Terminal

KEYS = {"enter": "Enter", "left": "Left", "backspace": "BSpace", "escape": "C-g", "tab": "Tab"}
PROGRAM = "/path/to/hunch/build/release/bin/hunch"
PLUGIN = "/path/to/hunch/editors/emacs"
REPORT = re.compile(r"\berror\b|\bwarning\b|could not|cannot|failed", re.I)
# What lsp-mode says, rightly, between a server's death and its notice of it.
EXPECTED = re.compile(r"Process hunch not running")
MARKER = "-- the test looks from here, "


def quoted(text):
    """`text` as a Lisp string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def words_before_closing_brackets(editor):
    """A word that stands there already is stepped over, never doubled."""
    scenarios.new_line(editor, "{ f(; }")
    for _ in "; }":
        editor.press("left")
    editor.until("the cursor in the call", lambda: editor.lisp('(looking-at-p "; }$")'))
    for offered, left, right in [("); }", "{ f()", "; }"), ("; }", "{ f();", " }")]:
        editor.until("an open buffer", lambda: editor.lisp(f"(probe-take-word {quoted(offered)} 3)"))
        assert editor.line().strip() == left + right, editor.line()
        assert editor.lisp(f"(looking-back {quoted(left)} (pos-bol))"), editor.line()


class Driver(Editor):
    name = "emacs"
    program = None
    own_scenarios = [words_before_closing_brackets]

    def __init__(self, server):
        super().__init__(server)
        self.terminal = None
        self.socket = str(self.folder / "probe")
        self.looks = 0

    # --- the life of an editor ---

    @classmethod
    def check_available(cls):
        if not shutil.which("tmux"):
            raise Skip("tmux is missing; script/bootstrap --tests installs it")
        found = subprocess.run([HERE / "fetch_emacs.sh", "--offline"], capture_output=True, text=True)
        if found.returncode == 77:
            raise Skip(found.stderr.strip().splitlines()[-1])
        found.check_returncode()
        cls.program = found.stdout.strip()

    def write_profile(self):
        """The init file that the README gives, with its two paths filled in."""
        lines = readme_block("emacs", "elisp").replace(PLUGIN, str(SOURCE / "editors" / "emacs"))
        lines = lines.replace(PROGRAM, str(self.server or "hunch"))
        assert "/path/to" not in lines, "the README names a path that this test does not know"
        (self.home / ".emacs.d").mkdir()
        (self.home / ".emacs.d" / "init.el").write_text(lines)

    def environment(self):
        environment = {**super().environment(), "HUNCH_EDITOR_PROBE": self.socket}
        if not self.server:
            places = environment["PATH"].split(":")
            environment["PATH"] = ":".join(place for place in places if not os.path.exists(f"{place}/hunch"))
        return environment

    def start(self, path):
        self.write_profile()
        command = [self.program, "-nw", "-l", HERE / "emacs_probe.el", path]
        self.terminal = Terminal(self.folder, command, self.environment(), self.repository)
        self.until("the file on the screen", lambda: self.lisp("(buffer-file-name)"))
        if self.server:
            # A fresh lsp-mode asks which folder is the project.
            self.until("the question for the project", lambda: "Select action:" in self.screen())
            self.terminal.press("i")
            served = "(and (bound-and-true-p lsp-inline-completion-mode) t)"
            self.until("the server", lambda: self.lisp(served))

    def stop(self):
        if self.terminal:
            self.terminal.close()
        for process in self.marked_processes():
            with contextlib.suppress(OSError):
                os.kill(process, signal.SIGKILL)

    def marked_processes(self):
        mark = self.mark.encode()
        for entry in pathlib.Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and mark in (entry / "environ").read_bytes().split(b"\0"):
                    yield int(entry.name)

    def is_alive(self):
        return self.terminal.is_alive()

    # --- asking the running Emacs ---

    def lisp(self, form):
        """The value of a Lisp form; None while Emacs is too busy to answer."""
        with contextlib.suppress(OSError, json.JSONDecodeError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(20)
            connection.connect(self.socket)
            connection.sendall(form.encode() + b"\n")
            answer = json.loads(b"".join(iter(lambda: connection.recv(65536), b"")))
            assert "error" not in answer, f"{form}: {answer['error']}"
            return answer["value"]
        return None

    def text_of(self, buffer):
        return self.lisp(f"(probe-text {quoted(buffer)})") or ""

    # --- a person's hands ---

    def end_of_line(self, text):
        self.lisp(f"(probe-go {quoted(text)})")

    def type(self, text):
        self.terminal.type(text)

    def press(self, key):
        self.terminal.press(KEYS[key])

    def accept(self):
        self.terminal.press("Tab")

    def accept_word(self):
        self.terminal.press("M-f")

    def accept_line(self):
        self.terminal.press("M-e")

    def command(self, name):
        """M-x NAME, and what it leaves in the echo area or in *Hunch*."""
        self.looks += 1
        marker = f"{MARKER}{self.looks}"
        self.until("the pause after typing", lambda: self.lisp("(not (probe-asking-p))"))
        self.lisp('(probe-close "*Hunch*")')
        self.lisp(f"(let ((inhibit-message t)) (message {quoted(marker)}))")
        self.terminal.press("M-x")
        self.terminal.type(name)
        self.terminal.press("Enter")
        done = f"(and (eq real-last-command '{name}) (zerop (minibuffer-depth)))"
        self.until(f"M-x {name}", lambda: self.lisp(done))
        return self.text_of("*Hunch*") or self.text_of("*Messages*").rpartition(marker)[2].strip()

    def trigger(self):
        self.command("lsp-inline-completion-display")

    def next_suggestion(self):
        self.terminal.press("C-n")

    def undo_all(self):
        self.lisp("(probe-revert)")
        self.until("the file as it was", lambda: self.lisp("(not (buffer-modified-p))"))

    # --- a person's commands ---

    def toggle(self):
        self.command("lsp-hunch-toggle")

    def toggle_language(self):
        self.command("lsp-hunch-toggle-language")

    def restart(self):
        self.command("lsp-hunch-restart")

    def status(self):
        return self.command("lsp-hunch-status")

    def why(self):
        return self.command("lsp-hunch-why")

    def status_item(self):
        mode_line = self.until("the mode line", lambda: re.search(r"^-\S+ +F\d.*", self.screen(), re.M))
        found = re.search(r"Hunch(!|\.\.\.| off| \d+%)?", mode_line.group(0))
        return found.group(0) if found else ""

    # --- a person's eyes ---

    def ghost(self):
        return self.lisp("(probe-ghost)") or ""

    def line(self):
        return self.lisp("(buffer-substring-no-properties (pos-bol) (pos-eol))") or ""

    def buffer(self):
        return self.lisp("(probe-text (current-buffer))")

    def told(self):
        messages = self.text_of("*Messages*") + self.text_of("*Warnings*")
        return "\n".join(line for line in messages.splitlines() if not line.startswith(MARKER))

    def screen(self):
        return self.terminal.screen()

    def picture(self, name):
        self.terminal.picture(pictures_folder() / f"emacs-{name}")

    def errors(self):
        logs = [self.told(), self.text_of("*lsp-log*"), self.text_of("*hunch::stderr*")]
        lines = [line for log in logs for line in log.splitlines()]
        return [line for line in lines if REPORT.search(line) and not EXPECTED.search(line)]

    # --- measuring ---

    def latency_samples(self, count, text=TYPED):
        """`count` times: milliseconds from the last key of `text`, on a new line, to its ghost text."""
        samples, tried = [], 0
        while len(samples) < count:
            assert tried < 10 * count + 10, f"ghost text for {len(samples)} of {tried} lines"
            self.until("a fresh line", lambda: self.lisp(f"(probe-prepare {tried} {quoted(text[:-1])})"))
            self.terminal.type(text[-1])
            answer = self.until("an answer", lambda: self.lisp("(probe-latency)"))
            samples += [answer["milliseconds"]] if answer["milliseconds"] else []
            tried += 1
        self.undo_all()
        return samples

"""What every editor driver can do, and the little that they share.

A driver starts one real editor from a fresh profile, installed by the lines of
its README, on a copy of a repository, and does what a person at the keyboard
does: types, presses keys, reads the screen. `scenarios.py` is written against
this class alone, so that one list of scenarios runs in every editor.

Invariants: typing goes through the editor's own input, key by key; what a
method reads (ghost text, buffer) it reads from the live editor; a method that
waits ends as soon as it can and after PATIENCE at the latest; nothing of the
person who runs the test is read or written (home, settings, caches).
"""
import contextlib
import os
import pathlib
import re
import shutil
import signal
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parent.parent
PATIENCE = 60.0  # seconds; a loaded machine, two cores
REPOSITORY_FOLDERS = ["base", "indexer", "retrieval", "backends", "completion", "lsp", "cli"]


class Skip(Exception):
    """The editor cannot be had on this machine; the text says why."""


def until(what, condition, describe=lambda: "", alive=lambda: True, patience=PATIENCE):
    """The first true value of `condition`; an AssertionError that names `what` after `patience`."""
    deadline = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        if not alive():
            raise AssertionError(f"the editor ended while waiting for {what}")
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience:.0f} s for {what}\n{describe()}")
        time.sleep(0.03)


def make_repository(folder):
    """A copy of this project's own C sources, a real repository of some 25,000 lines."""
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    for name in REPOSITORY_FOLDERS:
        for path in sorted((SOURCE / name).rglob("*.[ch]")):
            target = folder / path.relative_to(SOURCE)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    return folder


def readme_block(editor, language):
    """The first fenced block in `language` of editors/<editor>/README.md."""
    text = (SOURCE / "editors" / editor / "README.md").read_text()
    return re.search(rf"```{language}\n(.*?)```", text, re.S).group(1)


def pictures_folder():
    folder = pathlib.Path(os.environ.get("HUNCH_BUILD", SOURCE / "build" / "release")) / "tests" / "editors"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Editor:
    """One running editor. Subclasses fill in what raises NotImplementedError.

    `server` is the program to use as the language server (`hunch`, or one that
    takes its place), None for none at all: nothing called hunch is found then,
    neither configured nor bundled nor on PATH.
    """

    name = ""  # "neovim"
    own_scenarios = []  # run after the shared ones: what only this editor can do, or get wrong

    def __init__(self, server):
        self.server = server
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"hunch-{self.name}-"))
        self.repository = make_repository(self.folder / "repository")
        self.home = self.folder / "home"
        self.home.mkdir()
        self.mark = f"HUNCH_EDITOR_TEST={self.folder.name}"

    # --- the life of an editor ---

    @classmethod
    def check_available(cls):
        """Raises Skip with the reason when the editor cannot be had here."""
        raise NotImplementedError

    def start(self, path):
        """Starts the editor on `path` of the repository; returns when the file is on the screen."""
        raise NotImplementedError

    def stop(self):
        """Ends the editor and every process that it started; never raises for one that ended already."""
        raise NotImplementedError

    def environment(self):
        """Of the editor process: a home of its own, and the mark that finds its server."""
        key, value = self.mark.split("=")
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "TERM") if name in os.environ}
        kinds = {f"XDG_{kind.upper()}_HOME": str(self.home / kind) for kind in ("config", "data", "state", "cache")}
        return {"LANG": "C.UTF-8", **kept, "HOME": str(self.home), key: value, **kinds}

    def is_alive(self):
        raise NotImplementedError

    # --- a person's hands ---

    def end_of_line(self, text):
        """Puts the cursor, ready to type, at the end of the first line that contains `text`."""
        raise NotImplementedError

    def type(self, text):
        """Types `text`, one key after the other, at a person's pace (some 30 ms a key)."""
        raise NotImplementedError

    def press(self, key):
        """One of 'enter', 'left', 'backspace', 'escape', 'tab'."""
        raise NotImplementedError

    def accept(self):
        """The key that the README names for taking the whole ghost text."""
        raise NotImplementedError

    def accept_word(self):
        raise NotImplementedError

    def accept_line(self):
        raise NotImplementedError

    def trigger(self):
        """Asks for suggestions now (Invoked), as a person does by key or command."""
        raise NotImplementedError

    def next_suggestion(self):
        raise NotImplementedError

    def undo_all(self):
        """Brings the file back to what is on disk and leaves no ghost text."""
        raise NotImplementedError

    # --- a person's commands ---

    def toggle(self):
        raise NotImplementedError

    def toggle_language(self):
        raise NotImplementedError

    def restart(self):
        raise NotImplementedError

    def status(self):
        """What the status command shows, as text."""
        raise NotImplementedError

    def why(self):
        """What the why command shows, as text."""
        raise NotImplementedError

    def status_item(self):
        """What the status bar, statusline or mode line says of Hunch at this moment."""
        raise NotImplementedError

    # --- a person's eyes ---

    def ghost(self):
        """The grey text right of the cursor (lines joined by "\\n"), "" for none; never what is typed already."""
        raise NotImplementedError

    def line(self):
        """The line of the cursor as the buffer holds it."""
        raise NotImplementedError

    def buffer(self):
        raise NotImplementedError

    def told(self):
        """All that the person was told so far: notifications, messages, echo area."""
        raise NotImplementedError

    def screen(self):
        """The screen as text, for failures."""
        return ""

    def picture(self, name):
        """Leaves <editor>-<name>.png (or .txt where no PNG can be made) in pictures_folder()."""
        raise NotImplementedError

    def errors(self):
        """Lines of the editor's logs that report an error or a warning about Hunch or its client."""
        raise NotImplementedError

    # --- shared ---

    def until(self, what, condition, patience=PATIENCE):
        return until(what, condition, self.screen, self.is_alive, patience)

    def server_processes(self):
        """Ids of the language servers that this editor runs."""
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and self.mark.encode() in (entry / "environ").read_bytes().split(b"\0"):
                    arguments = (entry / "cmdline").read_bytes().split(b"\0")
                    if b"lsp" in arguments and (entry / "exe").resolve() == self.server_executable():
                        found.append(int(entry.name))
        return found

    def server_executable(self):
        """What /proc says runs the server; a driver whose editor has its own copy of it overrides this."""
        return pathlib.Path(self.server).resolve()

    def kill_server(self):
        """Ends the language server as a crash would."""
        for process in self.server_processes():
            os.kill(process, signal.SIGKILL)

    def close(self):
        try:
            self.stop()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def running(editor, path):
    """Starts `editor`; shows its last screen and its logs if the block fails, and always ends it."""
    try:
        editor.start(path)
        yield editor
    except BaseException:
        with contextlib.suppress(Exception):
            editor.picture("failed")
            print(editor.screen(), *editor.errors()[-40:], editor.told()[-4000:], sep="\n", file=sys.stderr)
        raise
    finally:
        editor.close()

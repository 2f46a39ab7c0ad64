"""Neovim as a person has it: a terminal, the README's Lua in init.lua, keys.

Every Lua block of the README is the profile, with its two paths filled in. Keys
go through the terminal; what the live editor knows (ghost text, messages) is
read through its socket, without touching it. Ghost text counts only if the
terminal shows it right of the cursor.
"""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

import neovim_only
import scenarios
from driver import HERE, PATIENCE, SOURCE, Editor, Skip, pictures_folder
from terminal import Terminal

PLUGIN = SOURCE / "editors" / "neovim"
ASK_AGAIN = 5.0  # seconds without an answer
PROMPT = "Press ENTER"
KEYS = {"enter": "Enter", "left": "Left", "backspace": "BSpace", "escape": "Escape", "tab": "Tab"}


def find_neovim():
    found = subprocess.run([HERE / "fetch_neovim.sh", "--offline"], capture_output=True, text=True)
    if found.returncode == 77:
        raise Skip(found.stderr.strip().splitlines()[-1])
    found.check_returncode()
    return found.stdout.strip()


def readme_lines(server):
    """Every Lua block of the README; without a server, what names the program is left out."""
    text = (PLUGIN / "README.md").read_text()
    lines = "".join(re.findall(r"```lua\n(.*?)```", text, re.S))
    lines = lines.replace("/path/to/hunch/editors/neovim", str(PLUGIN))
    lines = lines.replace("/path/to/hunch/build/release/bin/hunch", str(server))
    assert "/path/to" not in lines, "the README names a path that this test does not know"
    if server is None:
        lines = "".join(line for line in lines.splitlines(True) if "hunch_command" not in line)
    return lines


class Driver(Editor):
    name = "neovim"
    own_scenarios = neovim_only.SCENARIOS

    @classmethod
    def check_available(cls):
        if not shutil.which("tmux"):
            raise Skip("tmux is missing; script/bootstrap --tests installs it")
        find_neovim()

    # --- the life of an editor ---

    def start(self, path):
        self.neovim = find_neovim()
        first = (self.repository / path).read_text().split("\n")[0]
        profile = self.home / "config" / "nvim"
        profile.mkdir(parents=True)
        (profile / "init.lua").write_text(readme_lines(self.server))
        self.socket = str(self.folder / "socket")
        command = [self.neovim, "--cmd", f"luafile {HERE / 'neovim_probe.lua'}", "--listen", self.socket, path]
        if self.server is None:
            command = ["env", f"PATH={self.folder / 'nothing'}", *command]
        self.terminal = Terminal(self.folder, command, self.environment(), self.repository)
        self.until("the file on the screen", lambda: os.path.exists(self.socket) and first in self.screen())

    def stop(self):
        terminal = getattr(self, "terminal", None)
        if terminal is None:
            return
        terminal.type("\x1c\x0e:qa!\r")
        with contextlib.suppress(AssertionError):
            self.until("the editor to end", lambda: not terminal.is_alive(), patience=10)
        terminal.close()
        self.end_what_is_left()

    def end_what_is_left(self):
        """Whatever this editor started ends with it; what does not, a moment later, is ended here."""
        deadline = time.monotonic() + 5
        while left := self.own_processes():
            if time.monotonic() > deadline:
                for process in left:
                    with contextlib.suppress(OSError):
                        os.kill(process, signal.SIGKILL)
                return
            time.sleep(0.03)

    def own_processes(self):
        found, mark = [], self.mark.encode()
        for entry in pathlib.Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
        return found

    def is_alive(self):
        return self.terminal.is_alive()

    # --- the socket ---

    def remote(self, *arguments):
        """What the editor answers; None while it waits at a prompt, where it answers nobody."""
        command = [self.neovim, "--server", self.socket, *arguments]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                              env=self.environment()) as process:
            for _ in range(int(PATIENCE)):
                with contextlib.suppress(subprocess.TimeoutExpired):
                    return process.communicate(timeout=1)[0]
                if PROMPT in self.screen() or not self.is_alive():
                    break
            process.kill()
        return None

    def lua(self, code):
        """The result of Lua code in the editor; None while it waits at a prompt."""
        expression = "v:lua.Test.run('%s')" % code.replace("'", "''")
        output = self.remote("--remote-expr", expression)
        if not output:
            return None
        answer = json.loads(output)
        assert answer["ok"], answer["result"]
        return answer.get("result")

    # --- a person's hands ---

    def keys(self, text):
        """Keys without a pause between them."""
        self.terminal.tmux("send-keys", "-l", text)

    def leave_insert_mode(self):
        """To normal mode, and out of any window or prompt that is in the way."""
        def is_normal():
            if PROMPT not in self.screen() and self.mode() == "n":
                return True
            self.terminal.press("Enter" if PROMPT in self.screen() else "Escape")
            return False

        self.until("normal mode", is_normal)

    def command(self, text):
        self.leave_insert_mode()
        self.keys(f":{text}\r")

    def end_of_line(self, text):
        self.leave_insert_mode()
        self.keys("gg0/\\V" + text.replace("\\", "\\\\").replace("/", "\\/") + "\r:nohlsearch\rA")
        self.until(f"the cursor after {text!r}", lambda: text in (self.line() or "") and self.mode() == "i")

    def mode(self):
        return self.lua("return vim.api.nvim_get_mode().mode")

    def type(self, text):
        self.terminal.type(text)

    def press(self, key):
        self.terminal.press(KEYS[key])

    def accept(self):
        self.terminal.press("Tab")

    def accept_word(self):
        self.terminal.press("M-Right")

    def accept_line(self):
        self.terminal.press("M-Down")

    def trigger(self):
        self.terminal.press("M-/")

    def next_suggestion(self):
        self.terminal.press("M-n")

    def undo_all(self):
        self.command("silent undo 0")
        on_disk = (self.repository / scenarios.FILE).read_text()
        self.until("the file as it is on disk", lambda: self.buffer() == on_disk.rstrip("\n"))
        self.until("no ghost text", lambda: self.ghost() == "")

    # --- a person's commands ---

    def toggle(self):
        self.command("Hunch toggle")

    def toggle_language(self):
        self.command("Hunch language")

    def restart(self):
        self.command("Hunch restart")

    def status(self):
        return self.in_float("Hunch status")

    def why(self):
        if self.mode() == "i":
            # Neovim asks a fifth of a second after the last key, and not at all outside of insert mode.
            asked = "return Test.answered == vim.b.changedtick"
            self.until("the text to be asked about", lambda: self.lua(asked))
        return self.in_float("Hunch why")

    def in_float(self, command):
        """What a command shows in its window, which `q` closes again."""
        asked = float("-inf")

        def shown():
            nonlocal asked
            # A server that was killed this moment answers nobody: a person asks again.
            if time.monotonic() - asked > ASK_AGAIN:
                self.command(command)
                asked = time.monotonic()
            return self.lua("return Test.float()")

        text = self.until(f":{command} to show something", shown)
        self.keys("q")
        self.until("its window to close", lambda: not self.lua("return Test.float()"))
        return text

    def status_item(self):
        """The status line of the only window: the last row but one."""
        return self.terminal.rows()[-2]

    # --- a person's eyes ---

    def ghost(self):
        ghost = self.lua("return Test.ghost()")
        if not ghost or not ghost["text"]:
            return ""
        on_screen = self.terminal.cursor_row()
        return ghost["text"] if ghost["left"] + ghost["text"].split("\n")[0] in on_screen else ""

    def line(self):
        return self.lua("return vim.api.nvim_get_current_line()")

    def buffer(self):
        return self.lua("return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), '\\n')")

    def told(self):
        """Neovim's messages; while it waits for them to be read, the screen, which shows them."""
        screen = self.screen()
        return screen if PROMPT in screen else self.lua("return vim.fn.execute('messages')") or ""

    def screen(self):
        return self.terminal.screen()

    def picture(self, name):
        self.terminal.picture(pictures_folder() / f"{self.name}-{name}")

    def errors(self):
        log = self.home / "state" / "nvim" / "lsp.log"
        lines = log.read_text().splitlines() if log.exists() else []
        trouble = [line for line in lines if line.startswith(("[ERROR]", "[WARN]"))]
        return [line for line in trouble if neovim_only.LAST_WORDS not in line]

    # --- time ---

    def latency_samples(self, count):
        """Milliseconds from the last key of scenarios.TYPED to its ghost text, at `count` fresh places."""
        self.lua("Test.measure()")
        samples = [self.latency_sample(number) for number in range(count)]
        self.lua("Test.stop_measuring()")
        return samples

    def latency_sample(self, number):
        self.leave_insert_mode()
        typed, last = scenarios.TYPED[:-1], scenarios.TYPED[-1]
        self.lua(
            f"local row = vim.fn.search([[\\V{scenarios.ABOVE}]], 'w')"
            f"vim.api.nvim_buf_set_lines(0, row, row, true, {{ '    // place {number}', '    {typed}' }})"
            "vim.api.nvim_win_set_cursor(0, { row + 2, 0 })"
        )
        # Together, since Neovim would ask a fifth of a second after entering insert mode as well.
        self.keys("A" + last)
        self.until("ghost text", lambda: self.ghost().startswith(scenarios.REST))
        sample = self.lua("return (Test.ghost_at - Test.key_at) / 1e6")
        self.undo_all()
        return sample

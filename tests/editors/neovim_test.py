#!/usr/bin/env python3
"""Ghost text in the real Neovim, from a fresh profile, with the README's lines.

    neovim_test.py [SERVER]

SERVER is $HUNCH_BINARY when not given. A copy of some of this project's own C
sources is the repository; the line typed is one that it holds several times, so
a server that reads repositories knows how it ends. What the screen showed is
left in $HUNCH_BUILD/tests/editors/neovim*.txt. Exit code 77: no Neovim here.
"""
import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parent.parent
PLUGIN = SOURCE / "editors" / "neovim"
FILE = "base/queue.c"
LINE = "uv_mutex_unlock(&queue->mutex);"
TYPED = "uv_mutex_unlock(&"
PATIENCE = 60.0  # a loaded machine with sanitizers; waits end as soon as they can

# Runs inside the editor; --remote-expr calls these and gets JSON.
PROBE = """
_G.Test = { statuses = 0 }
vim.api.nvim_create_autocmd('User', { pattern = 'HunchStatus', callback = function()
  Test.statuses = Test.statuses + 1
end })
function Test.run(code)
  local ok, result = pcall(assert(load(code)))
  if not ok then
    result = tostring(result)
  end
  return vim.json.encode({ ok = ok, result = result })
end
function Test.ghost()
  local namespace = vim.api.nvim_get_namespaces()['nvim.lsp.inline_completion']
  local text = ''
  for _, mark in ipairs(namespace and vim.api.nvim_buf_get_extmarks(0, namespace, 0, -1, { details = true }) or {}) do
    local rows = vim.list_extend({ mark[4].virt_text or {} }, mark[4].virt_lines or {})
    for i, row in ipairs(rows) do
      text = text .. (i > 1 and '\\n' or '')
      for _, piece in ipairs(row) do
        text = text .. piece[1]
      end
    end
  end
  return text
end
function Test.screen()
  vim.cmd('redraw!')
  local rows = {}
  for row = 1, vim.o.lines do
    local cells = {}
    for column = 1, vim.o.columns do
      cells[column] = vim.fn.screenstring(row, column)
    end
    rows[row] = table.concat(cells):gsub('%s+$', '')
  end
  return table.concat(rows, '\\n')
end
"""


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(77)


def find_neovim():
    found = subprocess.run([HERE / "fetch_neovim.sh", "--offline"], capture_output=True, text=True)
    if found.returncode == 77:
        skip(found.stderr.strip().splitlines()[-1])
    found.check_returncode()
    return found.stdout.strip()


def readme_lines(server):
    """The first Lua block of the plugin's README, with its two paths filled in."""
    block = re.search(r"```lua\n(.*?)```", (PLUGIN / "README.md").read_text(), re.S).group(1)
    lines = block.replace("/path/to/hunch/editors/neovim", str(PLUGIN))
    lines = lines.replace("/path/to/hunch/build/release/bin/hunch", str(server))
    assert "/path/to" not in lines, "the README names a path that this test does not know"
    return lines


def make_repository(folder):
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "base").mkdir()
    for path in sorted((SOURCE / "base").glob("*.[ch]")):
        shutil.copy(path, folder / "base")
    text = (folder / FILE).read_text()
    assert text.count(LINE) >= 2, f"{FILE} no longer repeats {LINE!r}: choose another line"
    return folder


class Editor:
    """A headless Neovim in a profile of its own, driven through its socket."""

    def __init__(self, neovim, server, home, repository):
        self.neovim, self.home = neovim, home
        self.socket = str(home / "socket")
        (home / "init.lua").write_text(readme_lines(server) + PROBE)
        environment = {
            **os.environ,
            "HOME": str(home),
            "NVIM_LOG_FILE": str(home / "nvim.log"),
            **{f"XDG_{kind.upper()}_HOME": str(home / kind) for kind in ("config", "data", "state", "cache")},
        }
        self.errors = open(home / "stderr", "w+")
        command = [neovim, "--headless", "--clean", "-u", home / "init.lua", "--listen", self.socket, FILE]
        self.process = subprocess.Popen(
            command, cwd=repository, env=environment, stdin=subprocess.DEVNULL, stdout=self.errors, stderr=self.errors
        )
        self.until("the editor to answer", lambda: os.path.exists(self.socket) and self.lua("return true"))

    def remote(self, *arguments):
        done = subprocess.run(
            [self.neovim, "--server", self.socket, *arguments], capture_output=True, text=True, timeout=PATIENCE
        )
        return done.stdout if done.returncode == 0 else ""

    def lua(self, code):
        answer = self.remote("--remote-expr", "v:lua.Test.run('%s')" % code.replace("'", "''"))
        if not answer:
            return None
        answer = json.loads(answer)
        assert answer["ok"], answer["result"]
        return answer.get("result")

    def keys(self, keys):
        self.remote("--remote-send", keys)

    def ghost(self):
        return self.lua("return Test.ghost()") or ""

    def line(self):
        return self.lua("return vim.api.nvim_get_current_line()")

    def buffer(self):
        return "\n".join(self.lua("return vim.api.nvim_buf_get_lines(0, 0, -1, true)"))

    def until(self, what, condition):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(f"the editor ended while waiting for {what}")
            value = condition()
            if value:
                return value
            time.sleep(0.05)
        raise AssertionError(f"waited {PATIENCE:.0f} s for {what}; screen:\n{self.lua('return Test.screen()')}")

    def log(self):
        path = self.home / "state" / "nvim" / "lsp.log"
        return path.read_text() if path.exists() else ""

    def quit(self):
        if self.process.poll() is None:
            self.keys("<C-\\><C-N>:qall!<CR>")
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.errors.close()


@contextlib.contextmanager
def new_editor(neovim, server):
    with tempfile.TemporaryDirectory(prefix="hunch-neovim-", ignore_cleanup_errors=True) as folder:
        folder = pathlib.Path(folder)
        editor = Editor(neovim, server, folder, make_repository(folder / "repository"))
        try:
            yield editor
        except BaseException:
            print(editor.log()[-4000:], (folder / "stderr").read_text()[-4000:], file=sys.stderr)
            raise
        finally:
            editor.quit()


def wait_for_index(editor):
    editor.until("the server to attach", lambda: editor.lua("return #vim.lsp.get_clients({ name = 'hunch' }) == 1"))
    ready = "local s = require('hunch').status() return s.index and s.index.ready == true"
    editor.until("the index to be ready", lambda: editor.lua(ready))
    assert editor.lua("return Test.statuses") > 0, "User HunchStatus fired"


def type_known_line(editor, text=TYPED):
    editor.keys("<C-\\><C-N>gg/uv_mutex_lock(<CR>o" + text)
    editor.until("the typed line", lambda: editor.line().strip() == text)


def check_shows_the_known_line(editor):
    type_known_line(editor)
    rest = LINE[len(TYPED) :]
    editor.until(f"ghost text {rest!r}", lambda: editor.ghost().split("\n")[0] == rest)
    screen = editor.lua("return Test.screen()")
    assert LINE in screen, "the screen shows what was typed and its completion:\n" + screen
    assert editor.line().strip() == TYPED, "ghost text is not in the buffer"
    return screen


def check_typing_through_shortens_it(editor):
    editor.keys(LINE[len(TYPED) :][:3])
    rest = LINE[len(TYPED) + 3 :]
    editor.until(f"shorter ghost text {rest!r}", lambda: editor.ghost().split("\n")[0] == rest)


def check_typing_something_else_dismisses_it(editor):
    offered = editor.ghost()
    # A name nobody knows, and a statement's end: what was offered must go, and nothing is left to say.
    editor.keys("zqzq);")
    editor.until("the ghost text to go", lambda: editor.ghost() == "")
    editor.keys("<BS>" * 6)
    editor.until("the ghost text to come back", lambda: editor.ghost() == offered)


def check_leaving_insert_mode_hides_it(editor):
    editor.keys("<C-\\><C-N>")
    editor.until("no ghost text in normal mode", lambda: editor.ghost() == "")


def check_accept_and_undo(editor, before, accept):
    type_known_line(editor)
    shown = editor.until("ghost text", editor.ghost)
    accept(editor)
    whole = TYPED + shown
    editor.until(f"{whole!r} in the buffer", lambda: whole in editor.buffer() and editor.buffer() != before)
    cursor = editor.lua("return { vim.api.nvim_win_get_cursor(0)[2], #vim.api.nvim_get_current_line() }")
    assert cursor[0] == cursor[1], f"the cursor stands at the end of what was accepted, not at {cursor}"
    editor.keys("<C-\\><C-N>u")
    editor.until("undo to restore the file", lambda: editor.buffer() == before)


def check_tab_alone_is_a_tab(editor, before):
    editor.keys("<C-\\><C-N>GA<Tab>")
    editor.until("an ordinary tab", lambda: editor.line().endswith("\t"))
    editor.keys("<C-\\><C-N>u")
    editor.until("undo", lambda: editor.buffer() == before)


def check_accept_word(editor, before):
    type_known_line(editor)
    editor.until("ghost text", editor.ghost)
    assert editor.lua("return require('hunch').accept_word()") is True
    editor.until("one word of it", lambda: editor.line().strip() == TYPED + "queue")
    editor.keys("<C-\\><C-N>u")
    editor.until("undo", lambda: editor.buffer() == before)


def check_health(editor):
    report = editor.lua("vim.cmd('checkhealth hunch') return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), '\\n')")
    assert "ERROR" not in report and "WARNING" not in report, report
    assert "running for" in report, report
    editor.keys(":close<CR>")


def check_unnamed_buffers_are_left_alone(editor):
    editor.keys(":enew | set filetype=c<CR>")
    editor.until("the new buffer", lambda: editor.lua("return vim.bo.filetype == 'c' and vim.api.nvim_buf_get_name(0) == ''"))
    assert editor.lua("return #vim.lsp.get_clients({ bufnr = 0, name = 'hunch' })") == 0


def keep_screen(screen, server):
    build = os.environ.get("HUNCH_BUILD")
    if build:
        folder = pathlib.Path(build) / "tests" / "editors"
        folder.mkdir(parents=True, exist_ok=True)
        name = "neovim_driver.txt" if server.name == "fake_server.py" else "neovim.txt"
        (folder / name).write_text(screen + "\n")


def main():
    server = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else os.environ["HUNCH_BINARY"]).resolve()
    neovim = find_neovim()
    with new_editor(neovim, server) as editor:
        before = editor.buffer()
        wait_for_index(editor)
        keep_screen(check_shows_the_known_line(editor), server)
        check_typing_through_shortens_it(editor)
        check_typing_something_else_dismisses_it(editor)
        check_leaving_insert_mode_hides_it(editor)
        editor.keys("u")
        editor.until("undo", lambda: editor.buffer() == before)
        check_accept_and_undo(editor, before, lambda e: e.lua("return vim.lsp.inline_completion.get()"))
        check_accept_and_undo(editor, before, lambda e: e.keys("<Tab>"))
        check_tab_alone_is_a_tab(editor, before)
        check_accept_word(editor, before)
        check_health(editor)
        check_unnamed_buffers_are_left_alone(editor)
        trouble = [line for line in editor.log().splitlines() if line.startswith(("[ERROR]", "[WARN]"))]
        assert not trouble, "lsp.log:\n" + "\n".join(trouble)
    print("ghost text shown, followed, dismissed, accepted and undone in", neovim)


if __name__ == "__main__":
    main()

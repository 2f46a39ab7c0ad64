"""What only Neovim can get wrong; run after the shared scenarios, by the same rules.

Neovim shows ghost text for a moment after it has become stale, asks for one
suggestion at a time, takes all of it or nothing, and lets a dead server lie:
what the plugin does about that is checked here, and what belongs to Neovim
alone (Tab, undo, modes, help, :checkhealth).
"""
import json
import shutil

import scenarios
from driver import SOURCE

LAST_WORDS = "no room in the test"  # of a server that does not start; they belong in the log


def expect_line(editor, text):
    editor.until(f"the line {text!r}", lambda: editor.line().strip() == text)


def undo_takes_back_what_was_accepted(editor):
    before = editor.buffer()
    scenarios.new_line(editor, scenarios.TYPED)
    scenarios.expect_ghost(editor, scenarios.REST)
    editor.accept()
    expect_line(editor, scenarios.KNOWN)
    left = editor.lua("return Test.ghost().left")
    assert left == editor.line(), f"the cursor stands at the end of what was accepted, not after {left!r}"
    editor.leave_insert_mode()
    editor.keys("u")
    expect_line(editor, scenarios.TYPED)
    editor.keys("u")
    editor.until("undo to restore the file", lambda: editor.buffer() == before)


def leaving_insert_mode_hides_it(editor):
    scenarios.new_line(editor, scenarios.TYPED)
    scenarios.expect_ghost(editor, scenarios.REST)
    editor.press("escape")
    editor.until("no ghost text in normal mode", lambda: editor.lua("return Test.ghost().text") == "")


def tab_alone_is_a_tab(editor):
    editor.leave_insert_mode()
    editor.keys("GA\t")
    editor.until("an ordinary tab", lambda: editor.line().endswith("\t"))


def taken_right_after_the_last_key(editor):
    """Neovim still shows what was offered some keys ago; nothing of it may come twice."""
    scenarios.new_line(editor, scenarios.TYPED)
    scenarios.expect_ghost(editor, scenarios.REST)
    editor.keys(scenarios.REST[:5] + "\t")
    expect_line(editor, scenarios.KNOWN)


def refused_right_after_another_key(editor):
    scenarios.new_line(editor, scenarios.TYPED)
    scenarios.expect_ghost(editor, scenarios.REST)
    editor.keys("zq\tx")
    editor.until("an ordinary tab", lambda: editor.line().strip() == scenarios.TYPED + "zq\tx")
    editor.until("the stale ghost text to go", lambda: editor.lua("return Test.ghost().text") == "")


def keys_behind_it_come_behind_it(editor):
    """As a macro has them: all at once."""
    scenarios.new_line(editor, scenarios.TYPED)
    scenarios.expect_ghost(editor, scenarios.REST)
    editor.keys(scenarios.REST[:5] + "\t // taken")
    expect_line(editor, scenarios.KNOWN + " // taken")


def gone_at_the_first_key_that_disagrees(editor):
    """No answer comes after the first: what Neovim goes on showing by itself would stay."""
    offered = "loop_t* loop;"
    for typed, key in [("", "t"), ("l", "t"), ("loop_t*", "l"), ("", "Enter")]:
        scenarios.new_line(editor, "uv_")
        offer(editor, offered)
        editor.keys(typed)
        rest = offered[len(typed) :]
        editor.until(f"ghost text {rest!r}", lambda: editor.lua("return Test.ghost().text") == rest)
        editor.terminal.press(key)
        editor.until(f"no ghost text after {key!r}", lambda: editor.lua("return Test.ghost().text") == "")
        # Where none is shown, Tab is a tab.
        editor.keys("\tx")
        editor.until("an ordinary tab", lambda: editor.line().endswith("\tx"))
        editor.undo_all()
    editor.lua("Test.offer()")


def tab_behind_all_of_it_is_a_tab(editor):
    """Typed to its end, it leaves nothing to take, though Neovim holds it until the next answer."""
    offered = "loop_t* loop"
    scenarios.new_line(editor, "uv_")
    offer(editor, offered)
    editor.keys(offered)
    editor.until("its end", lambda: editor.lua("return Test.ghost().left").endswith(offered))
    editor.keys("\tx")
    editor.until("an ordinary tab", lambda: editor.line().endswith(offered + "\tx"))
    editor.lua("Test.offer()")


def not_shown_if_the_answer_is_late(editor):
    scenarios.new_line(editor, "uv_")
    editor.until("no question to be open", lambda: editor.lua("return Test.offer('loop_t* loop;', 0, true)"))
    editor.trigger()
    editor.until("the question", lambda: editor.lua("return Test.say ~= nil"))
    editor.keys("t")
    expect_line(editor, "uv_t")
    assert editor.lua("Test.say() return Test.ghost().text") == ""
    editor.lua("Test.offer()")


def words_one_after_the_other(editor):
    scenarios.new_line(editor, scenarios.TYPED)
    scenarios.expect_ghost(editor, scenarios.REST)
    editor.terminal.tmux("send-keys", "M-Right", "M-Right", "M-Right")
    expect_line(editor, scenarios.TYPED + "queue->mutex")
    editor.accept()
    expect_line(editor, scenarios.KNOWN)


def offer(editor, text, covered=0):
    """Has the server say `text` at the cursor, and nothing more."""
    code = f"return Test.offer({json.dumps(text, ensure_ascii=False)}, {covered})"
    editor.until("no question to be open", lambda: editor.lua(code))
    editor.trigger()
    editor.until("ghost text", lambda: editor.lua("return Test.ghost().text"))


def parts_of_many_lines(editor):
    scenarios.new_line(editor)
    offered = "größe = f(äöü, 日本); // one\n    naïve(x);"
    first, second = offered.split("\n")
    offer(editor, offered)
    for press, line in [
        (editor.accept_word, "größe"),
        (editor.accept_word, "größe ="),
        (editor.accept_word, "größe = f"),
        (editor.accept_word, "größe = f("),
        (editor.accept_word, "größe = f(äöü"),
        (editor.accept_line, first),
    ]:
        press()
        expect_line(editor, line)
        editor.until("the rest", lambda: editor.lua("return Test.ghost().text") == offered[len(line) :])
    editor.picture("parts_of_many_lines")
    editor.accept_line()
    expect_line(editor, second.strip())
    assert first + "\n" + second in editor.buffer()
    editor.lua("Test.offer()")


def words_before_a_closing_bracket(editor):
    scenarios.new_line(editor, "f()")
    editor.press("left")
    editor.until("the cursor between them", lambda: editor.lua("return Test.ghost().left").strip() == "f(")
    offer(editor, "a) + b", covered=1)
    # left of the cursor, right of it, and shown: the bracket is stepped over, never doubled
    steps = [("f(a", ")", " + b"), ("f(a)", "", " + b"), ("f(a) +", "", " b"), ("f(a) + b", "", "")]
    def before_cursor():
        return editor.lua("return Test.ghost().left").strip()

    for left, right, shown in steps:
        editor.accept_word()
        editor.until(f"{left!r} before the cursor", lambda: before_cursor() == left)
        expect_line(editor, left + right)
        editor.until(f"ghost text {shown!r}", lambda: editor.lua("return Test.ghost().text") == shown)
    editor.lua("Test.offer()")
    scenarios.new_line(editor, "{ f; }")
    for _ in "; }":
        editor.press("left")
    editor.until("the cursor behind the name", lambda: before_cursor() == "{ f")
    offer(editor, "(); }", covered=3)
    for left in ["{ f();", "{ f(); }"]:
        editor.accept_word()
        editor.until(f"{left!r} before the cursor", lambda: before_cursor() == left)
        expect_line(editor, "{ f(); }")
    editor.lua("Test.offer()")


def has_its_own_colours_behind_a_bracket(editor):
    """Neovim marks the brackets at the cursor, and would draw what stands there like them."""
    colours = "local row, column = vim.fn.screenrow(), vim.fn.screencol()\n"
    colours += "return { vim.fn.screenattr(row, column - 1), vim.fn.screenattr(row, column) }"
    scenarios.new_line(editor, "f(x")
    before, _ = editor.lua(colours)
    editor.keys(")")
    editor.until("the bracket to be marked", lambda: editor.lua(colours)[0] != before)
    offer(editor, "; g(y)")
    for typed in ["", "; g("]:
        editor.keys(typed)
        bracket, ghost = editor.until("its cells", lambda: editor.ghost() == "; g(y)"[len(typed) :] and editor.lua(colours))
        assert ghost not in (bracket, before), f"ghost text is drawn like the bracket before it: {ghost}"
    editor.lua("Test.offer()")


def asks_once_the_server_is_attached(editor):
    """Neovim asks when insert mode is entered; it may be before there is somebody to ask."""
    scenarios.new_line(editor, scenarios.TYPED)
    scenarios.expect_ghost(editor, scenarios.REST)
    left = editor.lua(
        "local client = vim.lsp.get_clients({ bufnr = 0, name = 'hunch' })[1]\n"
        "vim.lsp.buf_detach_client(0, client.id)\n"
        "local left = Test.ghost().text\n"
        "vim.lsp.buf_attach_client(0, client.id)\n"
        "return left"
    )
    assert left == "", f"ghost text of before: {left!r}"
    scenarios.expect_ghost(editor, scenarios.REST)


def asks_again_once_the_repository_is_read(editor):
    for before in ["state = 'indexing', index = { ready = false }", "state = 'loading'"]:
        scenarios.new_line(editor, scenarios.TYPED)
        scenarios.expect_ghost(editor, scenarios.REST)
        editor.until("no question to be open", lambda: editor.lua("return Test.offer('', 0, true)"))
        editor.keys("x")
        editor.until("a question", lambda: editor.lua("return Test.say ~= nil"))  # answered by nobody
        editor.lua("Test.offer('loop_t* loop;')")
        editor.lua(
            "local hunch, client = require('hunch'), vim.lsp.get_clients({ bufnr = 0, name = 'hunch' })[1]\n"
            "local function say(status)\n"
            "  client.handlers['hunch/status'](nil, status, { client_id = client.id })\n"
            "end\n"
            "local now = hunch.status()\n"
            f"say({{ {before} }})\n"
            "say(now)"
        )
        editor.until("ghost text", lambda: editor.lua("return Test.ghost().text") == "loop_t* loop;")
        editor.undo_all()
        editor.lua("Test.offer()")


def off_hides_what_is_shown(editor):
    scenarios.new_line(editor, scenarios.TYPED)
    scenarios.expect_ghost(editor, scenarios.REST)
    editor.lua("require('hunch').enable(false)")
    assert editor.lua("return Test.ghost().text") == "", "ghost text stays after it was switched off"
    editor.until("the status line to say so", lambda: "Hunch off" in editor.status_item())
    editor.lua("require('hunch').enable()")
    editor.until("the status line to say so", lambda: "Hunch off" not in editor.status_item())


def off_holds_for_later_servers(editor):
    old = set(editor.server_processes())
    editor.command("Hunch off")
    editor.until("the status to say so", lambda: "off" in editor.status())
    editor.restart()
    editor.until("another server", lambda: set(editor.server_processes()) - old)
    editor.until("the status to say so", lambda: "off" in editor.status())
    editor.lua("vim.cmd('Hunch on') vim.cmd('Hunch status')")
    shown = editor.until("the status, asked for at once", lambda: editor.lua("return Test.float()"))
    assert "off" not in shown, shown
    editor.keys("q")
    scenarios.wait_until_ready(editor)


def why_stands_in_a_window(editor):
    scenarios.new_line(editor, scenarios.TYPED)
    scenarios.expect_ghost(editor, scenarios.REST)
    editor.command("Hunch why")
    editor.until("the window", lambda: "suggested: " + scenarios.REST in editor.screen())
    editor.picture("why_stands_in_a_window")
    editor.keys("q")


def setup_tells_what_it_cannot_use(editor):
    said = editor.lua(
        "local said, before = {}, vim.notify\n"
        "vim.notify = function(message) table.insert(said, message) end\n"
        "require('hunch').setup({ acept = '<C-y>', accept_word = true, next = false })\n"
        "vim.notify = before\n"
        "table.sort(said)\n"
        "return said"
    )
    assert len(said) == 2, said
    assert "accept_word in setup() is true" in said[0] and "'<Tab>'" in said[0], said
    assert "no option acept; it has accept, " in said[1], said


def commands_complete_and_refuse(editor):
    words = editor.lua("return table.concat(vim.fn.getcompletion('Hunch ', 'cmdline'), ' ')")
    assert words == "on off toggle language status why restart log", words
    editor.command("Hunch nonsense")
    editor.until("a plain error", lambda: "Hunch: no such command: nonsense" in editor.told())
    assert "stack traceback" not in editor.told()


def health_is_good(editor):
    editor.command("checkhealth hunch")
    report = editor.until("the report", lambda: "running for" in editor.buffer() and editor.buffer())
    assert "ERROR" not in report and "WARNING" not in report, report
    editor.picture("health_is_good")
    editor.command("quit")


def log_is_shown_and_not_served(editor):
    editor.lua("vim.lsp.log.set_level('info') vim.lsp.log.info('a line') vim.lsp.log.set_level('warn')")
    editor.command("Hunch log")
    editor.until("the log", lambda: '"a line"' in editor.buffer())
    assert editor.lua("return #vim.lsp.get_clients({ bufnr = 0 })") == 0, "the log is no file to complete in"
    editor.command("quit")


def type_into_new_buffer(editor, command):
    editor.command(command)
    is_new = "return vim.bo.filetype == 'c' and vim.api.nvim_buf_get_name(0) == ''"
    editor.until("the new buffer", lambda: editor.lua(is_new))
    editor.keys(f"i{scenarios.ABOVE}\r")
    editor.type(scenarios.TYPED)


def new_buffers_are_served(editor):
    """Neovim has one URI for all of them; each has its own text, and goes on as a file once it is saved."""
    type_into_new_buffer(editor, "new | set filetype=c")
    scenarios.expect_ghost(editor, scenarios.REST)
    editor.picture("new_buffers_are_served")
    editor.leave_insert_mode()
    type_into_new_buffer(editor, "new | set filetype=c")
    scenarios.expect_ghost(editor, scenarios.REST)
    editor.command("wincmd p")
    editor.keys("A")
    editor.keys(scenarios.REST[:5])
    scenarios.expect_ghost(editor, scenarios.REST[5:])
    assert scenarios.REST[5:] in editor.why()
    editor.command("write new.c")
    editor.until("the file", lambda: (editor.repository / "new.c").exists())
    editor.keys("A")
    editor.type(scenarios.REST[5:8])
    scenarios.expect_ghost(editor, scenarios.REST[8:])
    editor.command("bwipeout! | wincmd t | bwipeout!")
    (editor.repository / "new.c").unlink()


def other_schemes_are_left_alone(editor):
    editor.command("new oil://x.c")
    editor.command("set filetype=c")
    editor.until("the buffer", lambda: editor.lua("return vim.bo.filetype == 'c' and vim.fn.bufname():match('^oil:')"))
    assert editor.lua("return #vim.lsp.get_clients({ bufnr = 0, name = 'hunch' })") == 0
    editor.command("quit!")


def help_has_every_word(editor):
    folder = shutil.copytree(SOURCE / "editors" / "neovim" / "doc", editor.folder / "doc", dirs_exist_ok=True)
    editor.lua(f"vim.cmd.helptags({json.dumps(str(folder))})")
    tags = {line.split("\t")[0] for line in (folder / "tags").read_text().splitlines()}
    commands = {f":Hunch-{word}" for word in editor.lua("return vim.fn.getcompletion('Hunch ', 'cmdline')")}
    functions = {f"hunch.{name}()" for name in editor.lua("return vim.tbl_keys(require('hunch'))")}
    words = commands | functions | {"hunch", "hunch.txt", ":Hunch", "g:hunch_command"}
    missing = words - {"hunch.set_status()"} - tags
    assert not missing, f"doc/hunch.txt has no tag for {sorted(missing)}"


def gives_up_after_five_crashes(editor):
    editor.restart()  # forgets earlier ones
    gone = set()
    for crash in range(5):
        new = editor.until("another server", lambda: set(editor.server_processes()) - gone)
        scenarios.wait_until_ready(editor)
        gone |= new
        editor.kill_server()
    told = editor.until("the person to be told", lambda: "crashed 5 times" in editor.told() and editor.told())
    assert "signal 9" in told and ":Hunch restart" in told, told
    editor.picture("gives_up_after_five_crashes")
    # What is typed meanwhile must not be lost on the next server.
    scenarios.new_line(editor, "int in_between;")
    assert not editor.server_processes()
    editor.restart()
    scenarios.wait_until_ready(editor)
    editor.undo_all()
    scenarios.shows_while_typing(editor)


def says_why_it_does_not_start(editor):
    program = editor.lua("return vim.g.hunch_command")
    editor.lua(f"vim.g.hunch_command = {{ '/bin/sh', '-c', 'echo hunch: {LAST_WORDS} >&2; exit 3' }}")
    editor.restart()
    told = editor.until("the person to be told", lambda: "did not start" in editor.told() and editor.told())
    assert "exit code 3" in told and LAST_WORDS in told, told
    editor.leave_insert_mode()
    editor.lua(f"vim.g.hunch_command = {json.dumps(program)}")
    editor.restart()
    scenarios.wait_until_ready(editor)


SCENARIOS = [
    undo_takes_back_what_was_accepted,
    leaving_insert_mode_hides_it,
    tab_alone_is_a_tab,
    taken_right_after_the_last_key,
    refused_right_after_another_key,
    keys_behind_it_come_behind_it,
    gone_at_the_first_key_that_disagrees,
    tab_behind_all_of_it_is_a_tab,
    not_shown_if_the_answer_is_late,
    words_one_after_the_other,
    parts_of_many_lines,
    words_before_a_closing_bracket,
    has_its_own_colours_behind_a_bracket,
    asks_once_the_server_is_attached,
    asks_again_once_the_repository_is_read,
    off_hides_what_is_shown,
    off_holds_for_later_servers,
    why_stands_in_a_window,
    setup_tells_what_it_cannot_use,
    commands_complete_and_refuse,
    health_is_good,
    log_is_shown_and_not_served,
    new_buffers_are_served,
    other_schemes_are_left_alone,
    help_has_every_word,
    gives_up_after_five_crashes,
    says_why_it_does_not_start,
]

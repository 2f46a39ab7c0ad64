"""What a person does with Hunch, in every editor: the one list.

Each scenario starts from an unchanged file and a server that has read the
repository, leaves a picture, and is followed by `undo_all`. The typed lines are
ones that the repository repeats, so a server that reads repositories knows how
they end; what is checked is what a person would notice.
"""
import time

FILE = "base/queue.c"
ABOVE = "uv_mutex_lock(&queue->mutex);"  # new lines are typed below the first of these
KNOWN = "uv_mutex_unlock(&queue->mutex);"
TYPED = "uv_mutex_unlock(&"
REST = KNOWN[len(TYPED) :]


def new_line(editor, text=""):
    editor.end_of_line(ABOVE)
    editor.press("enter")
    editor.type(text)
    editor.until(f"{text!r} to be typed", lambda: editor.line().strip().startswith(text.strip()))


def typed_line(editor):
    """The cursor's line without the brackets that some editors close by themselves."""
    return editor.line().strip().rstrip(")")


def first_line(text):
    return text.split("\n")[0]


def expect_ghost(editor, text):
    editor.until(f"ghost text {text!r}", lambda: first_line(editor.ghost()) == text)


def shows_while_typing(editor):
    new_line(editor, TYPED)
    expect_ghost(editor, REST)
    assert typed_line(editor) == TYPED, "ghost text is not in the buffer"
    editor.picture("shows_while_typing")


def accepts_all(editor):
    before = editor.buffer()
    new_line(editor, TYPED)
    expect_ghost(editor, REST)
    shown = editor.ghost()
    editor.accept()
    editor.until("the accepted text", lambda: TYPED + shown in editor.buffer())
    editor.until("no second ghost text of the same", lambda: editor.ghost() != shown)
    assert editor.buffer().count(TYPED) == before.count(TYPED) + 1 + shown.count(TYPED)
    editor.picture("accepts_all")


def accepts_a_word_then_a_line(editor):
    new_line(editor, TYPED)
    expect_ghost(editor, REST)
    editor.accept_word()
    editor.until("one word", lambda: typed_line(editor).startswith(TYPED + "queue"))
    assert KNOWN not in editor.line(), "one word is not the line"
    editor.until("the rest to be offered", lambda: KNOWN == typed_line(editor) + first_line(editor.ghost()))
    # A press may end before a bracket that stands there already; another one takes the rest. One that comes while
    # the editor is still busy with the last is lost, as it is to a person.
    editor.accept_line()
    editor.until("the line up to its bracket", lambda: editor.line().strip() in (KNOWN, KNOWN[:-1]))
    for _ in range(5):
        if editor.until("the line or its rest", lambda: editor.line().strip() == KNOWN or editor.ghost()) is True:
            break
        editor.accept_line()
        time.sleep(0.3)
    assert editor.line().strip() == KNOWN, editor.line()
    editor.picture("accepts_a_word_then_a_line")


def dismissed_by_typing_on(editor):
    new_line(editor, TYPED)
    expect_ghost(editor, REST)
    # What agrees with the ghost text shortens it; a name that nobody knows sends it away.
    editor.type(REST[:3])
    expect_ghost(editor, REST[3:])
    editor.type("zqzq")
    editor.until("the ghost text to go", lambda: REST[3:] not in editor.ghost())
    editor.picture("dismissed_by_typing_on")


def before_a_closing_bracket(editor):
    new_line(editor, "uv_mutex_unlock()")
    editor.press("left")
    editor.type("&")
    editor.until("ghost text inside the brackets", lambda: editor.ghost().startswith("queue->mutex"))
    editor.picture("before_a_closing_bracket")
    editor.accept()
    editor.until("a whole line with one closing bracket", lambda: editor.line().strip() == KNOWN)


def cycles(editor):
    new_line(editor, "uv_")
    editor.until("ghost text", editor.ghost)
    editor.trigger()
    first = editor.until("ghost text", editor.ghost)
    editor.next_suggestion()
    second = editor.until("another suggestion", lambda: editor.ghost() not in ("", first) and editor.ghost())
    editor.picture("cycles")
    editor.accept()
    editor.until("the second suggestion", lambda: "uv_" + second in editor.buffer())


def comes_back_after_a_crash(editor):
    new_line(editor, TYPED)
    expect_ghost(editor, REST)
    old = set(editor.server_processes())
    assert len(old) == 1, f"one server runs, not {old}"
    editor.kill_server()
    editor.undo_all()
    editor.until("another server", lambda: set(editor.server_processes()) - old)
    wait_until_ready(editor)
    shows_while_typing(editor)
    editor.picture("comes_back_after_a_crash")


def switched_off_and_on(editor):
    editor.toggle()
    editor.until("the status to say so", lambda: "off" in editor.status().lower())
    new_line(editor, TYPED)
    editor.until("the reason, and the way back", lambda: "switches it on again" in " ".join(editor.why().split()))
    ways = (":Hunch toggle", "Hunch: Toggle Everywhere", "M-x lsp-hunch-toggle")
    told = " ".join(editor.why().split())
    assert sum(way in told for way in ways) == 1, f"its own way alone: {told}"
    assert editor.ghost() == "", "switched off, yet ghost text"
    editor.picture("switched_off_and_on")
    editor.undo_all()
    editor.toggle()
    editor.until("the status to say so", lambda: "off" not in editor.status().lower())
    new_line(editor, TYPED)
    expect_ghost(editor, REST)


def switched_off_for_a_language(editor):
    editor.toggle_language()
    editor.until("the status to name it", lambda: "off for: c" in editor.status())
    new_line(editor, TYPED)
    editor.until("the reason", lambda: "switched off for this language" in editor.why())
    assert editor.ghost() == "", "switched off for C, yet ghost text"
    editor.undo_all()
    editor.toggle_language()
    editor.until("the status not to name it", lambda: "off for" not in editor.status())
    new_line(editor, TYPED)
    expect_ghost(editor, REST)
    editor.picture("switched_off_for_a_language")


def says_how_it_is(editor):
    new_line(editor, TYPED)
    expect_ghost(editor, REST)
    status = editor.status()
    assert "hunch: ready" in status.lower() and "built-in" in status and "files" in status, status
    assert "hunch" in editor.status_item().lower(), editor.status_item()
    editor.undo_all()
    new_line(editor, TYPED)
    expect_ghost(editor, REST)
    why = editor.why()
    assert REST in why, why
    editor.picture("says_how_it_is")
    editor.undo_all()
    new_line(editor, TYPED)
    expect_ghost(editor, REST)
    editor.type(REST[:3])
    expect_ghost(editor, REST[3:])
    why = " ".join(editor.why().split())
    assert f"{REST}  (typed since: ".replace("  ", " ") in why and f"{REST[:3]})" in why, why


def restarts(editor):
    old = set(editor.server_processes())
    editor.restart()
    editor.until("another server", lambda: editor.server_processes() and not set(editor.server_processes()) & old)
    wait_until_ready(editor)
    new_line(editor, TYPED)
    expect_ghost(editor, REST)


SCENARIOS = [
    shows_while_typing,
    accepts_all,
    accepts_a_word_then_a_line,
    dismissed_by_typing_on,
    before_a_closing_bracket,
    cycles,
    says_how_it_is,
    switched_off_and_on,
    switched_off_for_a_language,
    restarts,
    comes_back_after_a_crash,
]


def says_that_the_program_is_missing(editor):
    """Not in the list: it needs an editor without any server. Opening a file must tell, plainly and once."""
    told = editor.until("the person to be told", lambda: "hunch" in editor.told().lower() and editor.told())
    assert "not" in told.lower() and "found" in told.lower(), told
    editor.picture("says_that_the_program_is_missing")


def wait_until_ready(editor):
    editor.until("the repository to be read", lambda: "hunch: ready" in editor.status().lower())

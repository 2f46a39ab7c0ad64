#!/usr/bin/env python3
"""What the Emacs client promises beyond the scenarios that all editors share.

It works beside the server of the language; keys keep their meaning where no
ghost text needs them; only settings that were made are sent; a server that
keeps crashing is not started for ever. The server is $HUNCH_BINARY. Exit code
77: no such Emacs here.
"""
import json
import os
import sys
import time

import scenarios
from driver import HERE, Skip, running
from emacs import Driver, quoted

# Another server for C, which lsp-mode takes for the language's own; it completes lists, not ghost text.
OTHER = f"""
(with-eval-after-load 'lsp-mode
  (lsp-register-client
   (make-lsp-client :server-id 'other :major-modes '(c-mode) :priority 9
                    :notification-handlers (lsp-ht ("hunch/status" #'ignore))
                    :new-connection (lsp-stdio-connection {quoted(str(HERE / "fake_server.py"))})))
  (lsp-disable-method-for-server "textDocument/inlineCompletion" 'other))
"""
SERVERS = """(mapconcat (lambda (workspace) (symbol-name (lsp--client-server-id (lsp--workspace-client workspace))))
                       (lsp-workspaces) " ")""".replace("\n", " ")


class Beside(Driver):
    def write_profile(self):
        super().write_profile()
        init = self.home / ".emacs.d" / "init.el"
        init.write_text(init.read_text() + OTHER)


def works_beside_another_server(editor):
    assert sorted(editor.lisp(SERVERS).split()) == ["hunch", "other"], editor.lisp(SERVERS)
    scenarios.accepts_all(editor)
    editor.undo_all()


def keys_keep_their_meaning(editor):
    editor.end_of_line(scenarios.ABOVE)
    editor.terminal.press("C-a")
    editor.press("tab")
    indented = "(and (> (current-column) 0) (= (point) (save-excursion (back-to-indentation) (point))))"
    editor.until("TAB to move to the indentation", lambda: editor.lisp(indented))
    editor.undo_all()
    scenarios.new_line(editor, scenarios.TYPED)
    scenarios.expect_ghost(editor, scenarios.REST)
    below = editor.lisp("(line-number-at-pos)") + 1
    editor.terminal.press("C-n")
    editor.until("C-n to move down", lambda: editor.lisp("(line-number-at-pos)") == below)
    editor.until("the ghost text to go", lambda: not editor.ghost())
    editor.undo_all()


def sends_what_was_set(editor):
    def sent():
        section = "(json-serialize (lsp-hunch--configuration) :false-object :json-false)"
        return json.loads(editor.lisp(section))

    assert sent() == {}, f"nothing was set, yet {sent()}"
    editor.toggle()
    editor.toggle_language()
    editor.lisp("(progn (customize-set-variable 'lsp-hunch-settings '((\"completion.maxLines\" . 4))) t)")
    assert sent() == {"enabled": False, "languages": {"c": False}, "completion.maxLines": 4}, sent()
    editor.toggle()
    editor.toggle_language()
    assert sent() == {"enabled": True, "languages": {"c": True}, "completion.maxLines": 4}, sent()
    scenarios.shows_while_typing(editor)
    editor.undo_all()


def says_why_not_in_a_new_buffer(editor):
    said = editor.lisp("(with-temp-buffer (c-mode) (condition-case trouble (lsp-hunch-why) (user-error (cadr trouble))))")
    assert "serves files only" in said, said


def gives_up_on_a_server_that_keeps_crashing(editor):
    for _ in range(5):
        old = set(editor.server_processes())
        editor.kill_server()
        editor.until("another server", lambda: set(editor.server_processes()) - old)
    editor.kill_server()
    editor.until("the person to be told", lambda: "lsp-hunch-restart" in editor.told())
    assert not editor.server_processes(), "told that it stays down, yet it runs"
    editor.restart()
    editor.until("the server that was asked for", editor.server_processes)


def main():
    try:
        Beside.check_available()
    except Skip as skip:
        print(f"skipped: {skip}")
        sys.exit(77)
    with running(Beside(os.environ["HUNCH_BINARY"]), scenarios.FILE) as editor:
        scenarios.wait_until_ready(editor)
        for check in (works_beside_another_server, keys_keep_their_meaning, sends_what_was_set,
                      says_why_not_in_a_new_buffer, gives_up_on_a_server_that_keeps_crashing):
            started = time.monotonic()
            check(editor)
            print(f"emacs: {check.__name__} ({time.monotonic() - started:.1f} s)", flush=True)


if __name__ == "__main__":
    main()

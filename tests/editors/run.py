#!/usr/bin/env python3
"""Runs the scenarios in one real editor.

    run.py EDITOR [SCENARIO...]      EDITOR is neovim, emacs or vscode

The server is $HUNCH_BINARY. Pictures are left in $HUNCH_BUILD/tests/editors.
Exit code 77: the editor cannot be had here; the last line says why.
"""
import importlib
import os
import sys
import time

import scenarios
from driver import Skip, running

MISSING = scenarios.says_that_the_program_is_missing


def run_scenarios(new_editor, chosen):
    known = scenarios.SCENARIOS + new_editor.own_scenarios
    wanted = [scenario for scenario in known if not chosen or scenario.__name__ in chosen]
    with running(new_editor(os.environ["HUNCH_BINARY"]), scenarios.FILE) as editor:
        scenarios.wait_until_ready(editor)
        for scenario in wanted:
            started = time.monotonic()
            scenario(editor)
            editor.undo_all()
            print(f"{editor.name}: {scenario.__name__} ({time.monotonic() - started:.1f} s)", flush=True)
        errors = editor.errors()
        assert not errors, "the editor's log reports:\n" + "\n".join(errors)


def run_without_server(new_editor):
    with running(new_editor(None), scenarios.FILE) as editor:
        MISSING(editor)
        print(f"{editor.name}: {MISSING.__name__}")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    new_editor = importlib.import_module(sys.argv[1]).Driver
    chosen = sys.argv[2:]
    try:
        new_editor.check_available()
        if chosen != [MISSING.__name__]:
            run_scenarios(new_editor, chosen)
        if not chosen or MISSING.__name__ in chosen:
            run_without_server(new_editor)
    except Skip as skip:
        print(f"skipped: {skip}")
        sys.exit(77)


if __name__ == "__main__":
    main()

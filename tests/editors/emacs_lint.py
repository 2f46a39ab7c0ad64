#!/usr/bin/env python3
"""The Emacs package keeps the rules of Emacs's package archives.

It compiles to byte code with warnings as errors; package-lint and checkdoc say
nothing (checkdoc always exits 0, so any word of it counts); it loads in an
Emacs that has nothing but lsp-mode. Exit code 77: no such Emacs here.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from driver import SOURCE, Skip
from emacs import Driver

FILE = "lsp-hunch.el"
CHECKS = {
    "byte compiler": ["--eval", "(setq byte-compile-error-on-warn t)", "-f", "batch-byte-compile", FILE],
    "package-lint": ["-l", "package-lint", "-f", "package-lint-batch-and-exit", FILE],
    "checkdoc": ["--eval", f'(checkdoc-file "{FILE}")'],
    "loading": ["-L", ".", "-l", "lsp-hunch"],
}


def main():
    try:
        Driver.check_available()
    except Skip as skip:
        print(f"skipped: {skip}")
        sys.exit(77)
    failed = []
    with tempfile.TemporaryDirectory(prefix="hunch-emacs-lint-") as folder:
        shutil.copy(SOURCE / "editors" / "emacs" / FILE, folder)
        for name, arguments in CHECKS.items():
            command = [Driver.program, "--batch", "-f", "package-initialize", *arguments]
            done = subprocess.run(command, cwd=folder, env={**os.environ, "HOME": folder}, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            said = done.stdout.strip()
            print(f"{name}: {said or 'silent'}")
            if done.returncode != 0 or said:
                failed.append(name)
        compiled = pathlib.Path(folder, FILE + "c").exists()
    assert compiled and not failed, f"not clean: {', '.join(failed) or 'nothing was compiled'}"


if __name__ == "__main__":
    main()

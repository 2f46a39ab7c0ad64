#!/usr/bin/env python3
"""The symbols of real sources beside universal-ctags': at least 97 of 100, language by language.

This repository and what it builds upon (third_party/node_modules: C, C++, JavaScript, TypeScript). More
repositories, in eight languages: tests/bench/ctags_recall, docs/internals/symbols.md.
"""
import os
import subprocess
import sys

SOURCE = os.environ.get("HUNCH_SOURCE", ".")
RECALL = os.path.join(SOURCE, "tests/bench/ctags_recall")
sys.exit(subprocess.run([sys.executable, RECALL, "--at-least", "97", "--show", "10", ".",
                         "third_party/node_modules"], cwd=SOURCE, check=False).returncode)

"""Does the context of the real server hold the declaration that comes next? Asked of this project's own sources.

The measure is a ratio to a plain list made in the same run: the prototypes of the headers that the file includes, in
their order, as ctags would give them. Machines and sources change, the ratio hardly does.
"""
import os
import pathlib
import re
import shutil
import unittest

from support import SOURCE, Case, main

FOLDERS = ("base", "indexer", "retrieval", "backends", "completion", "lsp", "cli")
TASKS = 280  # of 70 which ones they are decides: 36 beside 27 or 41 beside 37, with a few sources changed
BUDGET = 4000  # characters of context
AT_LEAST = 1.2  # times as many as the list; seen: 161 of 280 beside 103; of 70, 40 beside 26, and 8 without signatures
HEAD = re.compile(r"^(?:static inline )?[a-z][\w \*]*?\b\**(\w+)\(")
CALL = re.compile(r"\b([a-z]\w*_\w+)\(")
INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)


def read_sources(root):
    paths = [path for folder in FOLDERS for path in sorted((root / folder).glob("*.[ch]"))]
    return {str(path.relative_to(root)): path.read_text() for path in paths}


def heads_of(sources):
    """Where each function is declared or defined: name -> {(path, line)}."""
    heads = {}
    for path, text in sources.items():
        for number, line in enumerate(text.split("\n")):
            found = HEAD.match(line)
            if found:
                heads.setdefault(found[1], set()).add((path, number))
    return heads


def find_tasks(sources, heads):
    """(path, offset of a name that the file calls once and another one declares, the name)"""
    tasks = []
    for path, text in sources.items():
        for call in CALL.finditer(text) if path.endswith(".c") else ():
            places = heads.get(call[1], set())
            elsewhere = len({place for place, _ in places}) > 1 or places and path not in dict(places)
            own = any(place.rsplit(".", 1)[0] == path.rsplit(".", 1)[0] for place, _ in places)
            if elsewhere and not own and len(re.findall(rf"\b{call[1]}\b", text)) == 1:
                tasks.append((path, call.start(), call[1]))
    step = max(1, len(tasks) // TASKS)
    return tasks[::step][:TASKS]


def holds(places, sources, wanted):
    """Do the first BUDGET characters of these (path, first line, line behind the last) have one of those wanted?"""
    left = BUDGET
    for path, start, end in places:
        lines = sources[path].split("\n")[start:end]
        left -= sum(len(line) + 1 for line in lines)
        if left < 0:
            return False
        if any(path == other and start <= line < end for other, line in wanted):
            return True
    return False


class Retrieval(Case):
    def setUp(self):
        super().setUp()
        for folder in FOLDERS:
            shutil.copytree(os.path.join(SOURCE, folder), os.path.join(self.root, folder))
        self.sources = read_sources(pathlib.Path(self.root))
        self.heads = heads_of(self.sources)

    def plain_list(self, path):
        found = []
        for header in INCLUDE.findall(self.sources[path]):
            lines = self.sources.get(header, "").split("\n")
            found += [(header, number, number + 1) for number, line in enumerate(lines) if HEAD.match(line)]
        return found

    def context(self, client, path, offset):
        text = self.sources[path]
        client.open(path, text[:offset] + text[text.index("\n", offset):])
        line = text.count("\n", 0, offset)
        character = offset - (text.rfind("\n", 0, offset) + 1)
        found = client.request("hunch/context", client.at(path, line, character))["results"]
        client.close_document(path)
        root = client.uri("")
        places = [(item["uri"][len(root):].lstrip("/"), item["range"]["start"]["line"], item["range"]["end"]["line"])
                  for item in found]
        return [place for place in places if place[0] in self.sources]

    def test_better_than_a_plain_list(self):
        tasks = find_tasks(self.sources, self.heads)
        self.assertEqual(len(tasks), TASKS)
        client = self.ready()
        ours = plain = 0
        for path, offset, name in tasks:
            ours += holds(self.context(client, path, offset), self.sources, self.heads[name])
            plain += holds(self.plain_list(path), self.sources, self.heads[name])
        print(f"of {TASKS} declarations: {ours} in the context, {plain} in a plain list")
        self.assertGreater(plain, 0)
        self.assertGreaterEqual(ours, AT_LEAST * plain)


if __name__ == "__main__":
    main()

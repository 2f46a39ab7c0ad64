"""Does the context of the real server hold the declaration that comes next? Asked of this project's own sources.

The measure is a ratio to a plain list made in the same run: what universal-ctags finds declared in the headers that
the file includes, in their order. Machines and sources change, the ratio hardly does. Which places count as a name's
declarations is asked of ctags as well, so the index does not judge itself.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess

from support import SOURCE, Case, main

FOLDERS = ("base", "indexer", "retrieval", "backends", "completion", "lsp", "cli")
TASKS = 280  # of 70 which ones they are decides more than what changed
BUDGET = 4000  # characters of context
AT_LEAST = 1.25  # times as many as the list; seen: 148 of 280 beside 100; without signatures 18
CALL = re.compile(r"\b([a-z]\w*_\w+)\(")
INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)


def read_sources(root):
    paths = [path for folder in FOLDERS for path in sorted((root / folder).glob("*.[ch]"))]
    return {str(path.relative_to(root)): path.read_text() for path in paths}


def heads_of(root, paths):
    """Where ctags finds each function declared or defined: path -> [(line, name)] in the lines' order."""
    command = ["ctags", "--options=NONE", "--output-format=json", "--fields=+n", "--language-force=C", "--kinds-C=fp",
               "--sort=no", "-f", "-", "-L", "-"]
    done = subprocess.run(command, cwd=root, input="\n".join(paths), capture_output=True, text=True, check=True)
    heads = {}
    for tag in map(json.loads, done.stdout.splitlines()):
        heads.setdefault(tag["path"], []).append((tag["line"] - 1, tag["name"]))
    return {path: sorted(found) for path, found in heads.items()}


def places_of(heads):
    """name -> {(path, line)}"""
    places = {}
    for path, found in heads.items():
        for line, name in found:
            places.setdefault(name, set()).add((path, line))
    return places


def find_tasks(sources, declared):
    """(path, offset of a name that the file calls once and another one declares, the name)"""
    tasks = []
    for path, text in sources.items():
        for call in CALL.finditer(text) if path.endswith(".c") else ():
            places = declared.get(call[1], set())
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
        if not shutil.which("ctags"):
            self.fail("universal-ctags is missing; script/bootstrap --tests brings it")
        self.heads = heads_of(self.root, self.sources)
        self.declared = places_of(self.heads)

    def plain_list(self, path):
        return [(header, line, line + 1) for header in INCLUDE.findall(self.sources[path])
                for line, _ in self.heads.get(header, [])]

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
        tasks = find_tasks(self.sources, self.declared)
        self.assertEqual(len(tasks), TASKS)
        client = self.ready()
        ours = plain = 0
        for path, offset, name in tasks:
            ours += holds(self.context(client, path, offset), self.sources, self.declared[name])
            plain += holds(self.plain_list(path), self.sources, self.declared[name])
        print(f"of {TASKS} declarations: {ours} in the context, {plain} in a list by ctags")
        self.assertGreater(plain, 0)
        self.assertGreaterEqual(ours, AT_LEAST * plain)


if __name__ == "__main__":
    main()

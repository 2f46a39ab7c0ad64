"""The command line as a person uses it: index, complete, demo, doctor, and one clear line for each bad input."""
import json
import os
import random
import re
import shutil
import subprocess

import support


class Index(support.Case):
    def test_second_start_reuses_the_store(self):
        first = json.loads(self.hunch("index", "--json").stdout)
        self.assertEqual((first["files"], first["parsed"], first["failed"]), (4, 4, 0))
        self.assertGreater(first["symbols"], 5)
        self.assertTrue(first["store"].startswith(self.environment["XDG_CACHE_HOME"]))
        second = json.loads(self.hunch("index", "--json").stdout)
        self.assertEqual((second["files"], second["parsed"]), (4, 0))
        self.write("src/new.c", "int brand_new(void) { return 1; }\n")
        os.remove(os.path.join(self.root, "tools/report.py"))
        third = json.loads(self.hunch("index", "--json").stdout)
        self.assertEqual((third["files"], third["parsed"]), (4, 1))

    def test_the_store_is_private(self):
        store = json.loads(self.hunch("index", "--json").stdout)["store"]
        self.assertEqual(os.stat(store).st_mode & 0o077, 0)
        with open(store, "rb") as file:
            content = file.read()
        self.assertNotIn(b"hunter2", content)
        self.assertNotIn(b"ignored_by_rule", content)

    def test_bad_folders_get_one_clear_line(self):
        self.write("plain", "text")
        for folder in ("/nonexistent/folder", ""):
            done = self.hunch("index", folder, status=2)
            self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
            self.assertIn(folder, done.stderr)
        empty = os.path.join(self.temporary, "empty")
        os.makedirs(os.path.join(empty, ".git"))
        self.assertEqual(json.loads(self.hunch("index", empty, "--json").stdout)["files"], 0)

    def test_hostile_trees_are_harmless(self):
        os.symlink("/", os.path.join(self.root, "src/everything"))
        os.symlink("loop", os.path.join(self.root, "src/loop"))
        os.mkfifo(os.path.join(self.root, "src/fifo.c"))
        self.write("src/binary.c", b"int a;\0\1\2" * 100)
        self.write("src/line.c", "int x; " * 200_000)
        self.write("src/latin.c", b"/* caf\xe9 */ int latin_one(void);\n")
        self.write("src/odd\nname.c", "int odd_name(void);\n")
        deep = "src/" + "/".join(["d"] * 60)
        self.write(deep + "/deep.c", "int deep_down(void);\n")
        done = json.loads(self.hunch("index", "--json").stdout)
        self.assertEqual(done["files"], 7)


class Explain(support.Case):
    """`hunch index --explain`: in or out, and why, in the very words."""

    def setUp(self):
        super().setUp()
        self.write(".hunchignore", "!build/taken.c\n!build/\nbuild/*\n!build/taken.c\n")
        self.write("build/taken.c", "int taken_back(void);\n")
        self.write("lib/.gitignore", "\n# ours\n/made-*.c\n")
        self.write("lib/made-up.c", "int made_up(void);\n")
        self.write("src/one.c", "int one(void);\n")
        self.write("vendor/other.c", "int other(void);\n")
        self.write("notes", "plain words\n")
        self.write("pasted", "-----BEGIN PRIVATE KEY-----\n")
        self.write("blob", b"\0\1\2")
        self.write("table.csv", "a,b\n")
        self.write("huge.unknown", "line of text\n" * 12_000)
        os.symlink("src", os.path.join(self.root, "link"))
        os.mkfifo(os.path.join(self.root, "pipe.c"))

    def test_in_or_out_and_why(self):
        for path, words in {
                "src/one.c": "in: src/one.c: C, 15 bytes, 1 chunk along its syntax, 1 symbol",
                "./src/../src/one.c": "in: ./src/../src/one.c: C, 15 bytes, 1 chunk along its syntax, 1 symbol",
                "vendor/other.c": "in: vendor/other.c: C, 17 bytes, 1 chunk along its syntax, 1 symbol, vendored: "
                                  "ranked behind your own",
                "notes": "in: notes: no known language, 12 bytes, 1 chunk by lines, 0 symbols",
                "src": "in: src: a folder; what lies in it is looked at",
                "src/new.py": "not there: src/new.py: once it exists, it is taken (Python)",
                "build/taken.c": "in: build/taken.c: C, 22 bytes, 1 chunk along its syntax, 1 symbol; "
                                 '.hunchignore:4 "!build/taken.c" takes it back',
                "build/ignored.c": 'out: build/ignored.c: .hunchignore:3 "build/*" excludes it',
                "x.log": 'out: x.log: .gitignore:1 "*.log" excludes it',
                "x.log/deep/a.c": 'out: x.log/deep/a.c: .gitignore:1 "*.log" excludes the folder x.log',
                "lib/made-up.c": 'out: lib/made-up.c: lib/.gitignore:3 "/made-*.c" excludes it',
                ".env": "out: .env: its name or content says that it may hold secrets (built in; no ignore file takes it back)",
                "pasted": "out: pasted: its name or content says that it may hold secrets (built in; no ignore file takes it "
                          "back)",
                "node_modules/x/a.js": "out: node_modules/x/a.js: a folder of this name belongs to a tool (.git, "
                                       "node_modules and the like): the folder node_modules (built in; no ignore file takes it back)",
                "blob": "out: blob: it is a binary file",
                "table.csv": "out: table.csv: its name says that it holds data, not code",
                "huge.unknown": "out: huge.unknown: it is over 128 KB and of no known language",
                "link": "out: link: it is a link",
                "link/bank.c": "out: link/bank.c: a folder on its path is a link",
                "pipe.c": "out: pipe.c: it is not a regular file"}.items():
            done = self.hunch("index", "--explain", path, status=1 if words.startswith("out") else 0)
            self.assertEqual(done.stdout, words + "\n")
            self.assertEqual(done.stderr, "")

    def test_the_nearest_repository_counts(self):
        os.rmdir(os.path.join(self.root, ".git"))
        os.remove(os.path.join(self.root, ".hunchignore"))
        self.write("inner/a.c", "int a;\n")
        explained = [json.loads(self.hunch("index", "--explain", "inner/a.c", "--json").stdout)]
        os.mkdir(os.path.join(self.root, "inner", ".git"))
        explained += [json.loads(self.hunch("index", "--explain", path, "--json").stdout) for path in ("inner/a.c", "src/one.c")]
        root = os.path.realpath(self.root)
        self.assertEqual([answer["root"] for answer in explained], [root, os.path.join(root, "inner"), root])
        self.assertEqual([answer["isRepository"] for answer in explained], [False, True, False])

    def test_it_says_what_the_index_does(self):
        """Every file of the tree: what is in by explanation is what was counted."""
        files = [os.path.relpath(os.path.join(folder, name), self.root)
                 for folder, _, names in os.walk(self.root) for name in names]
        done = self.hunch("index", "--explain", "-", "--json", text="\n".join(files), status=1)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([answer["path"] for answer in answers], files)
        taken = [answer for answer in answers if answer["indexed"]]
        counted = json.loads(self.hunch("index", "--json").stdout)
        self.assertEqual(len(taken), counted["files"])
        self.assertEqual(sum(answer["chunks"] for answer in taken), counted["chunks"])
        self.assertEqual(sum(answer["symbols"] for answer in taken), counted["symbols"])

    def test_from_anywhere(self):
        whole = os.path.join(self.root, "build/ignored.c")
        for folder, path in (("src", "../build/ignored.c"), ("src", whole), ("..", "repository/build/ignored.c"), ("..", whole)):
            answer = json.loads(self.hunch("index", "--explain", path, "--json", cwd=os.path.join(self.root, folder), status=1).stdout)
            # From outside, where no repository is, the nearest folder that exists decides which one is meant.
            self.assertEqual((answer["indexed"], answer["kind"]), (False, "file"))
            self.assertEqual(answer["reason"], "hunchignore")
        self.hunch("index", "--explain", "", status=2)
        self.hunch("index", "--explain", "", whole, status=2)

    def test_several_paths(self):
        done = self.hunch("index", "--explain", "src/one.c", "x.log", "notes", status=1)
        self.assertEqual([line.split(":")[0] for line in done.stdout.splitlines()], ["in", "out", "in"])
        self.hunch("index", "--explain", "src/one.c", "notes")
        self.assertEqual(self.hunch("index", "--explain").stdout, self.hunch("index", "--explain", ".").stdout)
        self.hunch("index", "a", "b", status=2)

    def test_secrets_of_other_tools_ignore_files(self):
        for number, name in enumerate((".cursorignore", ".aiexclude", ".copilotignore")):
            self.write(name, f"secret_{number}.c\n")
            self.write(f"src/secret_{number}.c", f"int secret_{number}_of_ours(void);\n")
            done = self.hunch("index", "--explain", f"src/secret_{number}.c", status=1)
            self.assertIn(f'{name}:1 "secret_{number}.c" excludes it', done.stdout)
        store = json.loads(self.hunch("index", "--json").stdout)["store"]
        with open(store, "rb") as file:
            self.assertNotIn(b"_of_ours", file.read())
        self.write("src/use.c", "int use(void) {\n    return secret_1_of\n}\n")
        answer = json.loads(self.hunch("complete", "src/use.c:2:23", "--json").stdout)
        self.assertFalse(any("ours" in candidate["text"] for candidate in answer.get("candidates", [])), answer)


    def test_a_folder_that_cannot_be_read_is_the_reason(self):
        command = [support.BINARY]
        if os.geteuid() == 0:  # who reads everything
            if not shutil.which("setpriv"):
                self.skipTest("setpriv is missing")
            subprocess.run(["chown", "-R", "65534:65534", self.temporary], check=True)
            command = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", *command]
        os.chmod(os.path.join(self.root, "src"), 0)
        self.addCleanup(os.chmod, os.path.join(self.root, "src"), 0o700)
        for path, words in (("src", "out: src: it could not be read"), ("src/account.c", "it could not be read: the folder src"),
                            ("src/none/x.c", "it could not be read: the folder src"), ("tools/report.py", "in: tools")):
            done = self.hunch(*command[1:], "index", "--explain", path, binary=command[0], status=None)
            self.assertIn(words, done.stdout)
            self.assertEqual(done.returncode, 1 if words.startswith(("out", "it")) else 0)


class Status(support.Case):
    def status_of(self, *arguments, **more):
        return json.loads(self.hunch("status", "--json", *arguments, **more).stdout)

    def test_it_tells_what_is_stored_and_changes_nothing(self):
        before = self.status_of(status=1)
        self.assertEqual((before["index"], before["files"], before["updated"]), ("none", 0, ""))
        self.assertFalse(os.path.exists(before["store"]))
        self.assertIn("hunch index", self.hunch("status", status=1).stdout)
        indexed = json.loads(self.hunch("index", "--json").stdout)
        after = self.status_of()
        for key in ("files", "chunks", "symbols", "store"):
            self.assertEqual(after[key], indexed[key], key)
        self.assertEqual((after["index"], after["complete"], after["model"]), ("complete", True, "built-in"))
        self.assertGreater(after["bytes"], 1000)
        self.assertRegex(after["updated"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        text = self.hunch("status", os.path.join(self.root, "src")).stdout
        for word in ("complete", f"{after['files']} files", after["store"], "built-in", self.root):
            self.assertIn(word, text)
        os.remove(os.path.join(self.root, "tools/report.py"))
        self.assertEqual(self.status_of()["files"], after["files"])
        self.hunch("index")
        self.assertEqual(self.status_of()["files"], after["files"] - 1)

    def test_one_is_not_many(self):
        folder = os.path.join(self.temporary, "one")
        os.makedirs(os.path.join(folder, ".git"))
        with open(os.path.join(folder, "a.c"), "w") as file:
            file.write("int lonely(void) { return 1; }\n")
        self.hunch("index", folder)
        self.assertIn("1 file, 1 chunk, 1 symbol\n", self.hunch("status", folder).stdout)
        self.assertIn("1 file, 1 chunk, 1 symbol;", self.hunch("doctor", folder).stdout)

    def test_what_takes_too_long_to_parse_is_not_tried_again(self):
        random.seed(1)
        words = "( ) { } [ ] ; , * & x y int struct if else while return = + 1 \"a\" # < > case :".split()
        slow = "\n".join(" ".join(random.choices(words, k=30)) for _ in range(10_000))
        self.write("src/slow.c", slow)
        self.assertEqual(json.loads(self.hunch("index", "--json").stdout)["parsed"], 5)
        self.assertEqual(json.loads(self.hunch("index", "--json").stdout)["parsed"], 0)
        self.assertEqual(self.status_of()["cutShort"], 1)
        self.assertIn("src/slow.c: known by lines alone", self.hunch("status").stdout)
        self.assertIn("its parse takes too long", self.hunch("index", "--explain", "src/slow.c").stdout)
        self.assertTrue(json.loads(self.hunch("index", "--explain", "src/slow.c", "--json").stdout)["cutShort"])
        self.assertEqual(json.loads(self.hunch("search", "account_deposit", "--json", "-n", "1").stdout)["results"][0]["path"][:4], "src/")
        self.write("src/slow.c", "int quick(void);\n" + slow[:1000])
        self.assertEqual(json.loads(self.hunch("index", "--json").stdout)["parsed"], 1)
        self.assertEqual(self.status_of()["cutShort"], 0)

    def test_a_single_wrong_bit_is_said(self):
        """The summary is sound, and SQLite sees nothing: only the row's checksum tells."""
        store = json.loads(self.hunch("index", "--json").stdout)["store"]
        with open(store, "r+b") as file:
            at = file.read().rindex(b"tools/report.py")
            file.seek(at)
            file.write(b"tools/reporT.py")
        answer = json.loads(self.hunch("status", "--json", status=1).stdout)
        self.assertEqual(answer["index"], "damaged")
        self.assertIn("is damaged", self.hunch("status", status=1).stdout)
        self.hunch("index")
        self.assertEqual(self.status_of()["index"], "complete")

    def test_a_store_that_cannot_be_read_is_said(self):
        store = json.loads(self.hunch("index", "--json").stdout)["store"]
        for ending in ("-wal", "-shm"):
            if os.path.exists(store + ending):
                os.remove(store + ending)
        with open(store, "r+b") as file:
            file.write(b"this is no database at all, " * 100)
        done = self.hunch("status", "--json", status=1)
        self.assertEqual(json.loads(done.stdout)["index"], "damaged")
        self.assertIn(store, json.loads(done.stdout)["message"])
        self.hunch("index")
        self.assertEqual(self.status_of()["index"], "complete")

    def test_folders_that_are_none(self):
        done = self.hunch("status", "/nonexistent/folder", status=2)
        self.assertIn("/nonexistent/folder", done.stderr)
        environment = {name: value for name, value in self.environment.items() if not name.startswith("XDG_") and name != "HOME"}
        answer = self.status_of(environment=environment, status=1)
        self.assertEqual(answer["store"], "")
        self.assertIn("set HOME or XDG_CACHE_HOME", answer["message"])


class Complete(support.Case):
    def complete(self, place, *arguments, **more):
        return json.loads(self.hunch("complete", place, "--json", *arguments, **more).stdout)

    def test_the_repository_answers(self):
        self.write("src/use.c", "#include \"account.h\"\n\nint use(struct account *from, int cents) {\n    if (account_w\n}\n")
        answer = self.complete("src/use.c:4:18")
        self.assertEqual(answer["outcome"], "shown", answer)
        self.assertIn("account_withdraw(from, cents)", answer["candidates"][0]["text"])
        self.assertEqual(answer["model"], "built-in")
        paths = {item["path"] for item in answer["context"]}
        self.assertIn("src/account.h", paths | {"src/account.c"})
        self.assertNotIn("src/use.c", paths)
        self.assertFalse(any("ignored" in path or ".env" in path for path in paths), paths)

    def test_json_lists_the_context_and_its_text_where_one_asks_why(self):
        self.write("src/use.c", "#include \"account.h\"\n\nint use(struct account *from, int cents) {\n    if (account_w\n}\n")
        brief = self.hunch("complete", "src/use.c:4:18", "--json").stdout
        context = json.loads(brief)["context"]
        self.assertEqual(set(context[0]), {"path", "startLine", "endLine", "source", "score"})
        self.assertEqual(len(re.findall(r"^ +\{\"path\":.*\},?$", brief, re.M)), len(context))  # a line each
        for arguments in (["why", "src/use.c:4:18"], ["complete", "src/use.c:4:18", "--why"]):
            full = json.loads(self.hunch(*arguments, "--json").stdout)["context"]
            self.assertEqual([item["path"] for item in full], [item["path"] for item in context])
            self.assertTrue(all(item["text"] for item in full))

    def test_why_names_what_was_used(self):
        self.write("src/use.c", "#include \"account.h\"\n\nint use(struct account *from, int cents) {\n    if (account_w\n}\n")
        told = self.hunch("why", "src/use.c:4:18").stdout.splitlines()
        at = next(i for i, line in enumerate(told) if "context of" in line)
        self.assertRegex(told[at], r"\d+ with a name that it suggests")
        self.assertIn("account_withdraw", told[at + 1])
        done = self.hunch("why", "src/bank.c:4:9")
        self.assertIn("account", done.stdout)
        self.assertIn("context of", done.stdout)
        same = self.hunch("complete", "src/bank.c:4:9", "--why").stdout
        # How sure it is depends a little on the order in which the files were read, which is another each time.
        alike = [re.sub(r"[0-9.]+ ms|[0-9]+ % sure", "", text) for text in (done.stdout, same)]
        self.assertEqual(*alike)

    def test_a_buffer_on_stdin_stands_for_the_file(self):
        text = support.FILES["src/bank.c"] + "int more(struct account *to, int cents) {\n    return account_d"
        answer = self.complete("src/bank.c:10:21", "--stdin", text=text)
        self.assertTrue(any(candidate["text"].startswith("account_deposit(") for candidate in answer["candidates"]), answer)

    def test_a_new_file_on_stdin_is_in_its_folders_repository(self):
        text = '#include "account.h"\n\nint lend(struct account *from, int cents) {\n    if (account_withdraw(from, '
        for path, cwd in (("src/lend.c", None), ("lend.c", os.path.join(self.root, "src"))):
            answer = self.complete(path + ":4:30", "--stdin", text=text, cwd=cwd)
            self.assertTrue(any("cents" in candidate["text"] for candidate in answer["candidates"]), answer)
            self.assertIn("src/account.h", {item["path"] for item in answer["context"]})
        self.assertFalse(os.path.exists(os.path.join(self.root, "src/lend.c")))
        lonely = os.path.join(self.environment["HOME"], "x.c")
        self.assertEqual(self.complete(lonely + ":1:4", "--stdin", text="int x")["context"], [])
        self.assertIn("hunch why src", self.hunch("why", "none/x.c:1:1", "--stdin", text="", status=2).stderr)

    def test_the_readmes_half_lines_are_completed(self):
        shutil.copytree(os.path.join(support.SOURCE, "base"), os.path.join(self.root, "base"))
        with open(os.path.join(support.SOURCE, "README.md"), encoding="utf-8") as file:
            examples = re.findall(r"^(sed .*) \| hunch ((complete|why) .* --stdin)", file.read(), re.M)
        self.assertEqual([command for *_, command in examples], ["complete", "why"])
        for make, arguments, _ in examples:
            half = subprocess.run(make, shell=True, cwd=self.root, stdout=subprocess.PIPE, text=True, check=True).stdout
            self.assertIn("⟦", self.hunch(*arguments.split(), text=half).stdout)

    def test_a_file_in_no_repository_stands_alone(self):
        lonely = os.path.join(self.temporary, "lonely")
        os.makedirs(lonely)
        texts = {"one.c": "int use(void) {\n    return helper_total(\n}\n",
                 "two.c": "int helper_total(int first, int second) {\n    return first + second;\n}\n"}
        for name, text in texts.items():
            with open(os.path.join(lonely, name), "w") as file:
                file.write(text)
        answer = self.complete(os.path.join(lonely, "one.c") + ":2:25", cwd=self.environment["HOME"])
        self.assertEqual(answer["context"], [])
        below = self.complete("one.c:2:25", cwd=lonely)
        self.assertEqual({item["path"] for item in below["context"]}, {"two.c"})

    def test_bad_places_get_one_clear_line(self):
        cases = {
            "src/bank.c:999:1": "999", "src/bank.c:1:999": "999", "src/absent.c:1:1": "src/absent.c",
            "src/bank.c": "FILE:LINE:COL", "src:1:1": "src", "src/bank.c:0:1": "FILE:LINE:COL",
        }
        for place, names in cases.items():
            done = self.hunch("complete", place, status=2)
            self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
            self.assertIn(names, done.stderr)
        self.assertIn("give a file", self.hunch("complete", "src/absent.c:1:1", status=2).stderr)
        self.write("src/binary.c", b"int a;\0\1\2")
        self.assertIn("not text", self.hunch("complete", "src/binary.c:1:1", status=2).stderr)
        self.write("src/wide.c", "int a;".encode("utf-16"))
        self.assertIn("save it as UTF-8", self.hunch("complete", "src/wide.c:1:1", status=2).stderr)
        self.assertIn("a folder", self.hunch("complete", "src:1:1", status=2).stderr)

    def test_the_ends_of_lines_from_windows_are_not_shown(self):
        self.write("src/windows.c", b"int one;\r\nint two;\r\nint three;\r\n")
        shown = self.hunch("complete", "src/windows.c:3:11").stdout.splitlines()
        self.assertEqual([line.split("| ")[1] for line in shown[:2]], ["int one;", "int two;"])

    def test_a_file_under_an_ignore_rule_is_not_completed(self):
        self.write("build/generated.c", "int account_withdraw_again(void) {\n    return \n}\n")
        self.assertEqual(self.complete("build/generated.c:2:12")["outcome"], "ignored")


class Settings(support.Case):
    def test_a_broken_file_is_named_and_the_defaults_apply(self):
        self.configure('{"model": {\n  "provider": oops\n}}')
        done = self.hunch("complete", "src/bank.c:4:9", "--json")
        self.assertIn("config.json", done.stderr)
        self.assertIn("line 2", done.stderr)
        self.assertEqual(json.loads(done.stdout)["model"], "built-in")
        self.assertIn("config.json", self.hunch("doctor", status=1).stdout)

    def test_of_a_long_line_what_is_near_is_shown(self):
        self.write("src/long.c", "int f(void) { " + "first(1); " * 10_000 + "/* here */ " + "second(2); " * 10_000 + "}\n")
        done = self.hunch("complete", f"src/long.c:1:{14 + 10 * 10_000 + 12}")
        self.assertIn("/* here */", done.stdout)
        self.assertIn("...", done.stdout)
        self.assertLess(len(done.stdout), 2_000)

    def test_doctor_names_what_keeps_hunch_silent(self):
        self.configure('{"enabled": false, "languages": {"c": false}}')
        report = json.loads(self.hunch("doctor", "--json").stdout)
        warnings = " ".join(check["text"] for check in report["checks"] if check["verdict"] == "warning")
        self.assertIn("enabled", warnings)
        self.assertIn("switches c off", warnings)

    def settings_of_doctor(self, text):
        self.configure(text)
        report = json.loads(self.hunch("doctor", "--json", status=None).stdout)
        return [(check["verdict"], check["text"]) for check in report["checks"] if check["name"] == "settings"]

    def test_doctor_calls_nothing_ok_beneath_a_warning(self):
        told = self.settings_of_doctor('{"modle": {"url": "x"}, "embedder.provider": "hashed", "enabled": false}')
        self.assertEqual([verdict for verdict, _ in told], ["ok", "warning", "warning", "warning"])
        self.assertIn("embedder.provider is hashed", told[0][1])
        self.assertRegex(told[1][1], r"config\.json: not all of it counts$")
        self.assertIn("did you mean model.url?", told[2][1])
        told = self.settings_of_doctor('{"enabled": false}')
        self.assertEqual([verdict for verdict, _ in told], ["ok", "warning"])
        self.assertEqual([verdict for verdict, _ in self.settings_of_doctor("{,}")], ["error"])

    def test_a_mistyped_language_is_named(self):
        self.configure('{"languages": {"pyhton": false, "scss": false}}')
        self.assertIn("unknown language pyhton in languages (user file): did you mean python?",
                      self.hunch("complete", "src/bank.c:4:9").stderr)
        told = self.settings_of_doctor('{"languages": {"pyhton": false, "scss": false}}')
        self.assertEqual([verdict for verdict, _ in told], ["warning", "warning"])
        self.assertIn("did you mean python?", told[1][1])

    def test_a_file_without_its_provider_and_a_danger_are_warned_of(self):
        self.configure('{"model.file": "~/some.gguf", "embedder": {"provider": "ollama", "insecure": true}}')
        self.assertIn("model.file is for model.provider", self.hunch("complete", "src/bank.c:4:9").stderr)
        report = json.loads(self.hunch("doctor", "--json", status=None).stdout)
        warnings = [check for check in report["checks"] if check["verdict"] == "warning" and check["name"] == "settings"]
        self.assertEqual([check["text"].split(" ")[0] for check in warnings], ["model.file", "embedder.insecure"])
        errors = {check["name"]: check["text"] for check in report["checks"] if check["verdict"] == "error"}
        self.assertEqual(list(errors), ["embedder"], "a program that nobody starts may be missing")
        self.assertIn("embedder.name is missing", errors["embedder"])

    def test_status_names_a_model_without_a_name(self):
        for settings, name in (('{"model": {"provider": "llama-server", "file": "~/a.gguf"}}', "~/a.gguf"),
                               ('{"model.provider": "llama-server"}', "llama-server"), ("{}", "built-in")):
            self.configure(settings)
            self.assertEqual(json.loads(self.hunch("status", "--json", status=None).stdout)["model"], name)

    def test_doctor_is_content_with_a_fresh_start(self):
        report = json.loads(self.hunch("doctor", "--json").stdout)
        self.assertTrue(all(check["verdict"] == "ok" for check in report["checks"]), report)
        self.assertIn("nothing leaves this machine", json.dumps(report))

    def test_doctor_tells_of_all_else_where_no_repository_can_be(self):
        checks = json.loads(self.hunch("doctor", "--json", cwd="/", status=1).stdout)["checks"]
        self.assertEqual([check["name"] for check in checks], ["hunch", "settings", "cache", "repository", "model"])
        self.assertEqual([check["name"] for check in checks if check["verdict"] == "error"], ["repository"])
        self.assertIn("whole machine", self.hunch("doctor", "/", status=2).stderr)

    def test_doctor_warns_of_a_folder_that_no_editor_takes_for_a_repository(self):
        os.rmdir(os.path.join(self.root, ".git"))
        for verdict in ("warning", "ok"):
            checks = {check["name"]: check for check in json.loads(self.hunch("doctor", "--json").stdout)["checks"]}
            self.assertEqual(checks["repository"]["verdict"], verdict)
            self.write(".hunchignore", "")  # the way out that it names
        self.assertEqual(checks["index"]["verdict"], "ok")

    def test_without_a_home_it_works_in_memory(self):
        environment = {name: value for name, value in self.environment.items() if not name.startswith("XDG_") and name != "HOME"}
        done = self.hunch("index", "--json", environment=environment, status=1)
        self.assertEqual(json.loads(done.stdout)["files"], 4)
        self.assertEqual(json.loads(done.stdout)["store"], "")
        checks = json.loads(self.hunch("doctor", "--json", environment=environment).stdout)["checks"]
        self.assertEqual([check["name"] for check in checks if check["verdict"] == "warning"], ["settings", "cache"])

    def test_a_server_that_is_not_there_is_said_once(self):
        url = f"http://127.0.0.1:{support.free_port()}"
        self.configure(json.dumps({"model": {"provider": "openai", "url": url}}))
        model = [check for check in json.loads(self.hunch("doctor", "--json", status=1).stdout)["checks"] if check["name"] == "model"]
        self.assertEqual([check["text"] for check in model],
                         [f"{url}/v1/models: cannot connect (Connection refused): start the model server, or correct model.url"])


class Demo(support.Case):
    def test_a_file_or_folder_is_shown_alone(self):
        for named, wanted in (("base/config.c", r"base/config\.c"), ("cli", "cli/.*")):
            shown = self.hunch("demo", os.path.join(support.SOURCE, named)).stdout
            self.assertRegex(shown, r"^Asked at \d+ places: ")
            paths = re.findall(r"^(\S+\.\w+)$", shown, re.MULTILINE)
            self.assertGreater(len(paths), 4)
            self.assertEqual([path for path in paths if not re.fullmatch(wanted, path)], [])

    def test_no_place_is_asked_twice(self):
        self.write("src/short.c", "/* one */\n" * 20 + "int account_withdraw_twice(struct account *account);\n")
        self.assertIn("Asked at 1 place:", self.hunch("demo", "src/short.c").stdout)

    def test_a_file_without_a_place_is_named(self):
        no_line = "has no line to complete: none of its lines is of 20 to 140 characters and code."
        for name, text, why in (("short.c", "int x;\n", "has no line to complete: it is too small."),
                                ("plain", "A text of no language.\n" * 20, "has no line to complete: it is no source code."),
                                ("long.c", "// a\n" * 50, no_line),
                                ("zero.c", "// a\n" * 4000 + "char text[] = \"a\0b\"; // here\n" * 4000, no_line),
                                ("made.c", "// Code generated by hand. DO NOT EDIT.\n" + "int x = compute(1);\n" * 50,
                                 "has no line to complete: it is generated."),
                                ("out.log", "int x = 1;\n" * 50, "is not in the index: hunch index --explain says of each file why.")):
            self.write(f"src/{name}", text)
            self.assertEqual(self.hunch("demo", f"src/{name}").stdout, f"src/{name} {why}\n")
        self.write("src/\033[31mred.c", "int x;\n")
        self.assertIn("src/?[31mred.c has no line", self.hunch("demo", "src/\033[31mred.c").stdout)

    def test_it_shows_ghost_text_and_counts(self):
        lines = self.hunch("demo", support.SOURCE).stdout.splitlines()
        counts = [int(count) for count in re.findall(r"\d+", lines[0].split(";")[0])]
        self.assertRegex(lines[0], r"^Asked at 200 places: \d+ suggestions, \d+ of them exactly what is written there, \d+ its beginning; ")
        self.assertLessEqual(counts[2] + counts[3], counts[1])
        self.assertGreater(counts[3], 0)  # of an unsure line the sure head is shown
        self.assertRegex(lines[1], r"^Of the \d+ that the model was at least half sure of, \d+ are exactly that\.$")
        self.assertEqual(lines[2], "The surest ones, short ones last, from the built-in model:")
        sure = [int(percent) for percent in re.findall(r"(\d+) % sure", "\n".join(lines))]
        self.assertEqual((len(sure), sure), (8, sorted(sure, reverse=True)))
        self.assertLess(len(lines), 60)
        self.assertFalse([line for line in lines if "context of" in line])  # the model reads no prompt

    def test_places_are_of_code(self):
        self.write("notes.md", "A line of prose that is long enough to be drawn.\n" * 4000)
        shown = self.hunch("demo", self.root).stdout
        self.assertIn("src/", shown)
        self.assertNotIn("notes.md", shown)

    def test_places_are_of_prose_where_no_code_has_any(self):
        folder = os.path.join(self.temporary, "prose")
        os.makedirs(folder)
        for name, line in (("a.md", "A line of prose that is long enough to be drawn."), ("conf.py", "#")):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(f"{line}\n" * 400)
        self.assertIn("Asked at 200 places", self.hunch("demo", folder).stdout)

    def test_of_many_places_in_large_files_one_is_held_at_a_time(self):
        lines = [f"int part_{i % 7} = compute_total(account_{i % 11}, {i % 13});\n" for i in range(20_000)]
        path = self.write("src/large.c", "".join(lines))
        # What is freed is to be free under AddressSanitizer, too.
        self.environment["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"

        def most(*arguments):
            with subprocess.Popen([support.BINARY, *arguments], cwd=self.root, env=self.environment, stdout=subprocess.PIPE) as process:
                self.assertTrue(process.stdout.read())
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
            self.assertEqual(process.returncode, 0)
            return usage.ru_maxrss * 1024
        self.assertLess(most("demo", "src/large.c"), most("complete", "src/large.c:1:9") + 100 * os.path.getsize(path))

    def test_an_empty_folder_is_said(self):
        empty = os.path.join(self.temporary, "empty")
        os.makedirs(empty)
        self.assertIn("no source file", self.hunch("demo", empty).stdout)


class Replay(support.Case):
    """`git log -p | hunch replay`: the model has read what stood there before a commit, and no more."""
    BEFORE = "int open_door(struct door *door) {\n    if (door == NULL) {\n        return report_missing(door);\n    }\n}\n"
    ADDED = BEFORE.replace("open_door", "close_door")

    def history(self, new, old_lines, new_lines):
        added = "".join("+" + line + "\n" for line in new.splitlines())
        return (f"commit 1234\n\n    more\n\ndiff --git a/src/door.c b/src/door.c\n--- a/src/door.c\n+++ b/src/door.c\n"
                f"@@ -{old_lines},0 +{new_lines},5 @@\n{added}")

    def test_it_tells_how_often_the_model_is_right(self):
        self.write("src/door.c", self.BEFORE + self.ADDED)
        done = json.loads(self.hunch("replay", self.root, "--json", text=self.history(self.ADDED, 5, 6)).stdout)
        self.assertEqual((done["commits"], done["positions"], done["unmatched"]), (1, 3, 0))
        self.assertGreater(done["exact"], 60)  # what was added is like what stood above it
        lines, right = (sum(group[key] for group in done["confidence"]) for key in ("lines", "right"))
        self.assertEqual((lines, round(100 * right / lines)), (3, round(done["exact"])))
        text = self.hunch("replay", self.root, text=self.history(self.ADDED, 5, 6)).stdout
        self.assertIn("3 lines that 1 commit added", text)
        self.assertNotIn("--evidence", text)
        with_evidence = self.hunch("replay", self.root, "--evidence", os.devnull, text=self.history(self.ADDED, 5, 6)).stdout
        self.assertIn("for --evidence it is asked nearer to lines' ends", with_evidence)

    def test_what_a_commit_brought_is_not_known_before(self):
        added = "int zork(void) {\n    return quux(frob(12), wibble);\n    return quux(frob(13), wobble);\n}\n\n"
        self.write("src/door.c", self.BEFORE + added)
        done = json.loads(self.hunch("replay", self.root, "--json", text=self.history(added, 5, 6)).stdout)
        self.assertEqual((done["positions"], done["exact"]), (3, 0))

    def test_a_history_of_another_folder_is_left_out(self):
        self.write("src/door.c", self.BEFORE)
        done = json.loads(self.hunch("replay", self.root, "--json", text=self.history(self.ADDED, 5, 6)).stdout)
        self.assertEqual((done["positions"], done["unmatched"]), (0, 1))
        self.assertIn("None of the 1 change read fits the folder", self.hunch("replay", self.root, text=self.history(self.ADDED, 5, 6)).stdout)
        secret = self.history(self.ADDED, 0, 1).replace("src/door.c", "../outside.c")
        done = json.loads(self.hunch("replay", self.root, "--json", text=secret).stdout)
        self.assertEqual((done["positions"], done["unmatched"]), (0, 0))
        for text in ("", "commit 1\n\n    a message\n"):
            self.assertIn("no patch", self.hunch("replay", self.root, text=text, status=1).stderr)

    def test_no_history_is_all_that_is_said_of_it(self):
        loose = os.path.join(self.temporary, "loose")
        os.makedirs(loose)
        for i in range(1001):  # so many that it would be said that they are read, this being no repository
            open(os.path.join(loose, f"{i}.txt"), "w").close()
        told = self.hunch("replay", text="", status=1, cwd=loose).stderr
        self.assertEqual(len(told.splitlines()), 1, told)
        self.assertIn("no patch", told)


class Usage(support.Case):
    def test_a_missing_file_is_told_in_the_words_of_the_command(self):
        for arguments, command in ((["complete"], "complete"), (["complete", "--why"], "complete"), (["why"], "why")):
            told = self.hunch(*arguments, "missing.c:1:1", status=2).stderr
            self.assertIn(f"as in: hunch {command} src/main.c:12:5", told)

    def test_a_file_of_no_repository_is_no_folder(self):
        lonely = os.path.join(self.temporary, "lonely.c")
        with open(lonely, "w") as file:
            file.write("int lonely;\n")
        for command in (["index"], ["status"], ["demo"], ["doctor"], ["search", "lonely"]):
            self.assertIn(f"{lonely} is in no repository; ", self.hunch(*command, lonely, status=2).stderr)
        self.assertIn(f"; but {os.path.dirname(lonely)} is no repository (no .git, ", self.hunch("index", "--explain", lonely).stdout)
        self.assertNotIn("no repository", self.hunch("index", "--explain", "src/bank.c").stdout)
        self.assertIn(f"{lonely} is in no repository, so only the file itself is used", self.hunch("why", f"{lonely}:1:4").stderr)

    def test_a_missing_folder_is_told_alike(self):
        for command, example in (("index", "hunch index"), ("status", "hunch status"), ("demo", "hunch demo"),
                                 ("doctor", "hunch doctor"), ("search account", 'hunch search "open a socket"'),
                                 ("replay", "git log -p --first-parent -m | hunch replay")):
            for arguments in (["none"], ["none", "--json"][: 1 if command == "demo" else 2]):
                done = self.hunch(*command.split(), *arguments, text="", status=2)
                self.assertEqual(done.stdout, "")
                self.assertRegex(done.stderr, rf"^hunch: cannot find none: No such file or directory; give the folder of a "
                                              rf"repository, as in: {re.escape(example)} ~/src/project.*\n$")

    def test_what_is_mistyped_is_guessed(self):
        for arguments, meant in ((["serach", "x"], 'there is no command "serach": did you mean search?'),
                                 (["help", "idnex"], 'there is no command "idnex": did you mean index?'),
                                 (["--versoin"], "did you mean --version?"), (["hepl"], "did you mean help?"),
                                 (["model", "stup"], "did you mean setup?"),
                                 (["model", "setup", "--wriet"], "there is no option --wriet: did you mean --write?"),
                                 (["model", "serve", "--programm=x"], "there is no option --programm=x: did you mean --program?"),
                                 (["index", "--jsno"], "there is no option --jsno: did you mean --json?"),
                                 (["index", "--explian", "a"], "did you mean --explain?"),
                                 (["index", "--gc", "--dryrun"], "did you mean --dry-run?"),
                                 (["complete", "--stdn", "a:1:1"], "did you mean --stdin?"),
                                 (["replay", "--limti", "5"], "did you mean --limit?"),
                                 (["search", "--lnies", "5", "x"], "did you mean --lines? To search for it, put -- before it")):
            told = self.hunch(*arguments, status=2).stderr.splitlines()
            self.assertIn(meant, told[0])
            self.assertIn("hunch: usage: ", told[1])
            self.assertEqual(len(told), 2)
        for arguments in (["quagga"], ["index", "--quagga"], ["index", "-quagga"]):
            self.assertNotIn("did you mean", self.hunch(*arguments, status=2).stderr)
        self.assertEqual(self.hunch("help", "index").stdout, self.hunch("index", "--help").stdout)
        self.assertEqual(self.hunch("help", "model", "setup").stdout, self.hunch("model", "setup", "--help").stdout)
        for arguments in (["help", "help"], ["help", "--help"], ["--help", "-h"], ["help", "version"]):
            self.assertEqual(self.hunch(*arguments).stdout, self.hunch("--help").stdout)

    def test_flags_come_in_any_order(self):
        self.hunch("index")
        for arguments in (["--gc", "--json"], ["--json", "--gc"]):
            self.assertEqual(len(json.loads(self.hunch("index", *arguments).stdout)["stores"]), 1)

    def test_a_dry_run_removes_nothing(self):
        self.hunch("index")
        for _ in range(2):
            self.assertIn("would be removed", self.hunch("index", "--gc", "--dry-run").stdout)
            told = json.loads(self.hunch("index", "--gc", "--dry-run", "--json").stdout)
            self.assertEqual((told["dryRun"], len(told["stores"])), (True, 1))

    def test_no_folder_name_drives_the_terminal(self):
        odd = os.path.join(self.temporary, "odd\x1b[2J\nname")
        os.makedirs(os.path.join(odd, ".git"))
        for command in ("index", "status", "doctor"):
            done = self.hunch(command, odd)
            self.assertNotIn("\x1b[2J", done.stdout)
            self.assertNotIn("\nname", done.stdout)
            self.assertIn("odd?[2J?name", done.stdout)
        listed = self.hunch("index", "--gc").stdout
        self.assertIn("odd?[2J?name", listed)

    def test_wrong_usage_is_status_2(self):
        for arguments in (["frobnicate"], ["index", "a", "b"], ["complete"], ["index", "--frob"], ["doctor", "a", "b"],
                          ["complete", "--frob", "a:1:1"], ["index", "--gc", "src"], ["index", "src", "--gc"],
                          ["replay", "--model", "other"], ["replay", "--limit", "x"]):
            self.assertIn("hunch " + arguments[0] if len(arguments) > 1 else arguments[0],
                          self.hunch(*arguments, status=2).stderr)
        for arguments, wrong in ((["search", "a", "--limit", "abc"], '--limit is "abc": a number from 1 to 1000 is wanted'),
                                 (["search", "a", "--lines"], "--lines wants a value"),
                                 (["search", "a", "--frob"], "there is no option --frob; to search for it, put -- before it"),
                                 (["search", "a", "b", "c"], '"c" is one argument too many: quote the words'),
                                 (["search"], "no words are given"),
                                 (["search", "a", "-xy"], "there is no option -xy"), (["search", "-xy", "a"], "there is no option -xy"),
                                 (["index", "--frob", "a"], "there is no option --frob"),
                                 (["index", "--json", "-xy"], "there is no option -xy"), (["index", "--json=5"], "there is no option --json=5"),
                                 (["index", "--json", "-x"], "there is no option -x"), (["index", "a", "b\x1b[2J"], '"b?[2J" is one'),
                                 (["index", "a", "b"], '"b" is one argument too many'),
                                 (["index", "--gc", "src"], 'takes no folder, as "src" is'),
                                 (["index", "--dry-run"], "hunch index --gc --dry-run tells which stored indexes would go"),
                                 (["index", ".", "--dry-run"], "tells hunch index --explain PATH"),
                                 (["replay", "--jsno"], "there is no option --jsno"),
                                 (["complete"], "no place is given"), (["why", "-xy", "a:1:1"], "there is no option -xy"),
                                 (["replay", "--limit", "0"], '--limit is "0": a number of lines'),
                                 (["replay", "--limit", "-4"], '--limit is "-4": a number of lines'),
                                 (["replay", "--model", "x"], '--model is "x"'), (["demo", "--x"], "there is no option --x"),
                                 (["demo", "src", "--json"], "there is no option --json"),
                                 (["lsp", "x"], '"x" is no argument'), (["model", "x"], '"x" is one argument too many'),
                                 (["model", "setup", "--write"], "these options are about a model"),
                                 (["model", "serve", "--program"], "--program wants a value")):
            told = self.hunch(*arguments, status=2).stderr.splitlines()
            self.assertIn(wrong, told[0])
            self.assertTrue(told[1].startswith("hunch: usage: "), told)
        for command in ("complete", "why", "search", "index", "status", "replay", "doctor"):
            told = self.hunch(command, "--help").stdout
            wrong = self.hunch(command, "--quagga", status=2).stderr
            for option in re.findall(r"--[a-z-]+", wrong.split("usage: ")[1]):
                if option not in ("--first-parent", "--model"):  # git's; the one that there is
                    self.assertRegex(told, rf"(?m)^  {option} ", command)
        self.assertIn("hunch complete", self.hunch("--help").stdout)
        for command in ("lsp", "complete", "why", "search", "index", "status", "demo", "replay", "doctor", "model",
                        "model setup", "model serve"):
            for arguments in (["--help"], ["x", "--help"], ["--json", "x", "-h"]):
                told = self.hunch(*command.split(), *arguments)
                self.assertIn("hunch " + command, told.stdout.splitlines()[0])
                self.assertEqual(told.stderr, "")
        self.assertIn("answers that", self.hunch("search", "--", "--help", self.root, status=1).stderr)
        for word in ("--version", "version"):
            self.assertRegex(self.hunch(word).stdout, r"^hunch \d+\.\d+\.\d+$")


if __name__ == "__main__":
    support.main()

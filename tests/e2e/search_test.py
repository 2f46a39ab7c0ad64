"""`hunch search` as a person uses it: words, names and code, a terminal, a pipe, JSON, and wrong usage."""
import json
import os
import re
import pty
import subprocess

import support
from lspclient import Client


class Search(support.Case):
    def search(self, *arguments, **options):
        return self.hunch("search", *arguments, **options)

    def places(self, *arguments, **options):
        found = json.loads(self.search(*arguments, "--json", **options).stdout)["results"]
        return [(result["path"], result["line"], result["name"]) for result in found]

    def test_a_name_finds_its_definition_first(self):
        self.assertEqual(self.places("account_withdraw")[:2],
                         [("src/account.c", 11, "account_withdraw"), ("src/account.h", 10, "account_withdraw")])
        self.assertEqual(self.places("struct account")[0], ("src/account.h", 4, "account"))
        self.assertEqual(self.places("print_report(")[0], ("tools/report.py", 4, "print_report"))

    def test_words_find_what_they_describe(self):
        self.assertEqual(self.places("where is money transferred between banks")[0], ("src/bank.c", 3, "bank_transfer"))
        self.assertEqual(self.places("printing reports")[0], ("tools/report.py", 4, "print_report"))

    def test_json_tells_all(self):
        done = json.loads(self.search("bank_transfer", "--json", "--limit", "1").stdout)
        self.assertEqual((done["root"], done["query"]), (self.root, "bank_transfer"))
        self.assertEqual(len(done["results"]), 1)
        result = done["results"][0]
        self.assertEqual((result["startLine"], result["endLine"], result["kind"], result["language"]),
                         (3, 8, "function", "c"))
        self.assertEqual(result["signature"], "int bank_transfer(struct account *from, struct account *to, int cents)")
        line = result["lines"][0]
        self.assertEqual(line["text"][slice(*line["matches"][0])], "bank_transfer")

    def test_nothing_found_is_1_and_wrong_usage_2(self):
        nothing = self.search("quagga", "src", status=1)
        self.assertEqual(nothing.stdout, "")
        self.assertEqual(nothing.stderr, f"hunch: nothing in {self.root}/src answers that: no file says any of it, nor a word like it; try other words "
                         'for it, or the whole repository; "hunch index --explain FILE" tells whether a file is searched\n')
        self.assertEqual(json.loads(self.search("quagga", "--json", status=1).stdout)["results"], [])
        for arguments in ([], ["a", "b", "c"], ["a", "--limit", "0"], ["a", "--limit", "x"], ["a", "--lines", "-1"],
                          ["a", "--wrong"], ["("], [""], ["a", "/nonexistent/folder"]):
            done = self.search(*arguments, status=2)
            self.assertEqual(done.stdout, "")
            self.assertIn("hunch: ", done.stderr)
        self.assertIn("/nonexistent/folder", done.stderr)

    def test_text_as_it_stands_is_found_with_its_line(self):
        self.write("src/message.c", "void greet(void) {\n    int times = 1;\n    say(\"%s: account is closed\\n\", times);\n}\n")
        for text in ("account is closed", '"%s: account is closed', "say(", "times = 1;"):
            path, line, name = self.places(text)[0]
            self.assertEqual((path, name), ("src/message.c", "greet"))
            self.assertEqual(line, 2 if "=" in text else 3)
        self.assertEqual(self.search("account is closed", "--lines", "0").stdout.splitlines()[0], "src/message.c:3: void greet(void)")
        self.assertEqual(self.places("message.c")[0], ("src/message.c", 1, ""))

    def test_what_was_taken_for_a_mistyped_word_is_told(self):
        note = 'nothing here says "bank_tranfser", so "bank_transfer" was taken for it'
        done = self.search("bank_tranfser", "--limit", "1")
        self.assertEqual(done.stderr, f"hunch: {note}\n")
        self.assertIn("src/bank.c:3  bank_transfer", done.stdout)
        self.assertEqual(json.loads(self.search("bank_tranfser", "--json").stdout)["note"], note)

    def test_a_pasted_place_shows_the_code_there(self):
        lines = self.search("src/bank.c:4:5: error: unused", "--limit", "1").stdout.splitlines()
        self.assertEqual(lines[0], "src/bank.c:4  bank_transfer  function")
        self.assertEqual([line.split(" | ")[0].strip() for line in lines[1:]], ["3", "4", "5", "6"])
        self.assertEqual(self.places("src/bank.c:4"), [("src/bank.c", 4, "bank_transfer")])
        done = self.search("src/bank.c:999")
        self.assertIn("hunch: src/bank.c has no line 999: it has ", done.stderr)
        self.assertIn("src/bank.c:1  file\n", done.stdout)

    def test_a_message_with_values_finds_its_string(self):
        self.write("src/fail.c", 'void fail(const char *path) {\n    int times = 1;\n    say("cannot read ledger %s: %s", path, times);\n}\n')
        for text in ("cannot read ledger /tmp/a.txt: no such file", "starting the bank: cannot read ledger a.txt: 12"):
            self.assertEqual(self.places(text)[0], ("src/fail.c", 3, "fail"))
        for line in (2, 3):  # a place that is named beside it is what is shown
            self.assertEqual(self.places(f"src/fail.c:{line}: cannot read ledger a.txt: 12")[0], ("src/fail.c", line, "fail"))

    def test_a_prefix_of_a_message_is_passed_over(self):
        self.write("src/fail.c", 'void fail(int code) {\n    int times = 1;\n    say("the ledger is not a book", times);\n}\n')
        self.write("docs/errors.md", "# Errors\n\nERR the ledger is not a book\n")
        for prefix in ("ERR ", "(error) ", "(error) ERR ", "LedgerError: ", "[the bank]: "):
            self.assertEqual(self.places(prefix + "the ledger is not a book")[0], ("src/fail.c", 3, "fail"))

    def test_a_file_that_is_nowhere_is_told(self):
        done = self.search("quagga.c", status=1)
        self.assertIn('hunch: no file here is "quagga.c"\n', done.stderr)
        done = self.search("lib/transfer.cc:12")
        self.assertEqual(done.stderr, 'hunch: no file here is "lib/transfer.cc"\n')
        self.assertIn("bank_transfer", done.stdout.splitlines()[0])

    def test_a_name_that_is_nowhere_is_told(self):
        done = self.search("fresh_account_zebra")
        self.assertEqual(done.stderr, 'hunch: nothing here says "fresh_account_zebra", so these are the nearest\n')
        self.assertIn("account", done.stdout)

    def test_what_is_alike_is_shown_once(self):
        for system in ("bsd", "linux", "macos", "windows", "zos"):
            self.write(f"src/{system}.c", f"// For {system}.\nint quagga_poll(int feed) {{\n    return {system}(feed);\n}}\n")
        places = lambda *asked: re.findall(r"^(src/\w+\.c:\d+)  quagga_poll", self.search(*asked).stdout, re.M)
        self.assertEqual(places("feed the quagga"), ["src/bsd.c:2"])
        self.assertRegex(self.search("feed the quagga").stdout, r"(?m)^ +and 4 more like it: (src/\w+\.c:2 ){3}\.\.\.$")
        self.assertEqual(len(places("quagga_poll")), 5)  # the name itself
        self.assertEqual(self.search("feed the quagga", "--lines", "0").stdout.count("quagga_poll"), 5)

    def test_one_line_each_has_its_text(self):
        self.write("notes.md", "# Notes\n\nThe quagga sleeps.\nNothing else.\n")
        self.assertEqual(self.search("quagga", "--lines", "0").stdout, "notes.md:3: The quagga sleeps.\n")
        found = json.loads(self.search("quagga", "--lines", "0", "--json").stdout)["results"][0]
        self.assertEqual((found["line"], found["lines"]), (3, []))

    def test_a_folder_that_is_no_repository_is_read_if_it_is_small_or_named(self):
        lonely = os.path.join(self.temporary, "lonely")
        os.makedirs(lonely)
        for number in range(1001):
            with open(os.path.join(lonely, f"{number}.c"), "w") as file:
                file.write(f"int quagga_{number};\n")
        for arguments in ([], [lonely]):
            done = self.search("quagga_7", *arguments, "--lines", "0", "--limit", "1", cwd=lonely if not arguments else self.root)
            self.assertEqual(done.stderr.splitlines()[0], f"hunch: {lonely} is no repository (no .git, .hg, .svn, .jj or .hunchignore is in it): all of its "
                             "1001 files are read; name a folder in it to read less")
            self.assertTrue(done.stdout.endswith("7.c:1: int quagga_7\n"), done.stdout)
        home = self.environment["HOME"]
        with open(os.path.join(home, "a.c"), "w") as file:
            file.write("int quagga_home;\n")
        for command in (["search", "quagga"], ["index"], ["demo"]):
            refused = self.hunch(*command, cwd=home, status=2)
            self.assertIn(f"hunch: {home} is or holds your home folder and no repository", refused.stderr)
            self.assertIn("it is read only if it is named; ", refused.stderr)
        # A file below a folder does not name it.
        refused = self.hunch("index", os.path.join(os.path.basename(home), "a.c"), cwd=os.path.dirname(home), status=2)
        self.assertIn("is or holds your home folder", refused.stderr)
        self.assertIn("quagga_home", self.search("quagga", home).stdout)

    def test_words_that_look_like_options(self):
        self.assertEqual(self.search("--lines", "0", "--", "--bank-transfer").stdout.split(":")[0], "src/bank.c")
        refused = self.search("--bank-transfer", status=2)
        self.assertIn('put -- before it: hunch search -- "--bank-transfer"', refused.stderr)

    def test_words_that_begin_with_a_dash_and_are_no_option(self):
        self.write("src/fail.c", 'void fail(struct test *test) {\n    say("--- FAIL: %s", test->name);\n    test->left = -12345;\n}\n')
        for words, line in (("--- FAIL", 2), ("->left", 3), ("-12345", 3)):
            for arguments in ([words], ["--limit", "1", words], [words, "--limit", "1"], [words, "src", "-n1"]):
                self.assertEqual(self.places(*arguments)[0], ("src/fail.c", line, "fail"))

    def test_a_path_is_of_where_one_stands(self):
        self.write("bank.c", "int other;\n" * 9)
        for folder, place, path in (("src", "./bank.c:4", "../src/bank.c"), ("src", "../bank.c:4:1", "../bank.c"), (".", "./bank.c:4", "bank.c"),
                                    (".", self.root + "/src/bank.c:4", "src/bank.c")):
            done = self.search(place, "--lines", "0", cwd=os.path.join(self.root, folder))
            self.assertEqual([line.split(": ")[0] for line in done.stdout.splitlines()], [path + ":4"])
            self.assertEqual(done.stderr, "")

    def test_what_is_ignored_or_secret_stays_hidden(self):
        for words in ("ignored_by_rule", "SECRET_TOKEN", "hunter2"):
            self.assertEqual(self.search(words, status=1).stdout, "")

    def test_folders(self):
        self.assertEqual({path for path, _, _ in self.places("account", "tools")}, {"tools/report.py"})
        self.assertEqual({path for path, _, _ in self.places("account", "src/bank.c")}, {"src/bank.c"})
        self.assertIn("tools/report.py", {path for path, _, _ in self.places("account", cwd=os.path.join(self.root, "src"))})

    def test_paths_lead_there_from_where_one_stands(self):
        for folder, arguments, path in ((".", [], "src/bank.c"), ("src", [], "../src/bank.c"), ("..", [self.root], "repository/src/bank.c"),
                                        ("/", [self.root], self.root[1:] + "/src/bank.c")):
            done = self.search("bank_transfer", *arguments, "--lines", "0", cwd=os.path.join(self.root, folder))
            self.assertEqual(done.stdout.splitlines()[0],
                             path + ":3: int bank_transfer(struct account *from, struct account *to, int cents)")

    def test_a_pipe_gets_plain_text(self):
        done = self.search("bank_transfer", environment=dict(self.environment, NO_COLOR=""))
        self.assertNotIn("\x1b", done.stdout)
        self.assertEqual(done.stdout.splitlines()[:2],
                         ["src/bank.c:3  bank_transfer  function",
                          "     3 | int bank_transfer(struct account *from, struct account *to, int cents) {"])
        self.assertEqual(done.stderr, "")

    def on_terminal(self, *arguments, **environment):
        """What the program writes to a terminal."""
        main, other = pty.openpty()
        child = subprocess.Popen([support.BINARY, "search", *arguments], cwd=self.root, stdin=subprocess.DEVNULL,
                                 stdout=other, stderr=subprocess.DEVNULL, env=dict(self.environment, **environment))
        os.close(other)
        output = b""
        try:
            while piece := os.read(main, 65536):
                output += piece
        except OSError:  # Linux' way of saying that the other side is closed
            pass
        os.close(main)
        self.assertEqual(child.wait(60), 0)
        return output.decode()

    def test_a_terminal_gets_colours_unless_they_are_unwanted(self):
        self.assertIn("\x1b[1mbank_transfer\x1b[0m(", self.on_terminal("bank_transfer", NO_COLOR=""))
        self.assertNotIn("\x1b", self.on_terminal("bank_transfer", NO_COLOR="1"))

    def test_control_characters_do_not_reach_the_terminal(self):
        self.write("src/evil.c", "int evil_twin(void) { /* \x1b]0;owned\x07 \u202e evil */ return 1; }\n")
        self.write("src/evil\x1b[31m.c", "int evil_path(void);\n")
        for output in (self.search("evil_twin").stdout, self.search("evil_path").stdout,
                       self.on_terminal("evil_twin", NO_COLOR="1")):
            self.assertTrue(output)
            for hidden in "\x1b\x07\u202e":
                self.assertNotIn(hidden, output)

    def test_a_path_stays_in_its_line(self):
        self.write("src/forged\nsrc/bank.c:1: evil.c", "int forged_place(void);\n")
        self.assertEqual(self.search("forged_place", "--lines", "0").stdout.count("\n"), 1)

    def test_bytes_that_are_no_text_do_not_reach_the_terminal(self):
        with open(os.path.join(self.root, "src", "latin.c"), "wb") as file:
            file.write(b"int latin_name(void) { return 1; /* \x9b31m */ }\n")
        done = subprocess.run([support.BINARY, "search", "latin_name"], cwd=self.root, env=self.environment, capture_output=True)
        self.assertIn(b"latin_name", done.stdout)
        self.assertNotIn(b"\x9b", done.stdout)

    def test_edits_are_found_at_once(self):
        self.search("account")
        self.write("src/account.c", "\n\nint account_rename(struct account *account) { return 0; }\n")
        self.assertEqual(self.places("account_rename")[0], ("src/account.c", 3, "account_rename"))
        self.assertEqual(self.places("account_withdraw")[0], ("src/account.h", 10, "account_withdraw"))

    def test_beside_a_server_that_has_the_index_open(self):
        with Client([support.BINARY, "lsp"], self.root, self.environment):
            self.assertEqual(self.places("bank_transfer")[0][2], "bank_transfer")


if __name__ == "__main__":
    support.main()

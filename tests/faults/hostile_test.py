"""A tree that wants to hang, fill or crash whoever reads it: it is indexed within its caps, and every strange thing is
counted. HUNCH_HOSTILE_FILES says how many tiny files there are (10,000; fewer under sanitizers)."""
import json
import os
import re
import socket
import stat
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../e2e"))
import support  # noqa: E402

DEPTH = 100_000
MEMORY_MB = 300  # resident, all threads, the built-in model not included (only the index is made)


def is_sanitized():
    try:
        with open(os.path.join(os.environ.get("HUNCH_BUILD", ""), "CMakeCache.txt")) as file:
            return re.search(r"^HUNCH_SANITIZE:\w+=\S", file.read(), re.M) is not None
    except OSError:
        return False


SANITIZED = is_sanitized()
TINY = int(os.environ.get("HUNCH_HOSTILE_FILES") or (2_000 if SANITIZED else 10_000))


def deep(opening, closing, head="", tail=""):
    """Brackets a hundred to a line, so that no line is too long to be looked at."""
    def lines(text):
        return "\n".join(text[at:at + 100 * len(opening)] for at in range(0, len(text), 100 * len(opening)))
    return head + lines(opening * DEPTH) + "\n" + lines(closing * DEPTH) + tail + "\n"


DEEP = {
    "c": deep("(", ")", "int deep_c = ", ";"), "h": deep("{", "}", "int deep_h[] = ", ";"), "cpp": deep("{", "}", "void deep_cpp() "),
    "py": deep("[", "]", "deep_py = "), "js": deep("[", "]", "const deepJs = "), "ts": deep("(", ")", "const deepTs = "),
    "tsx": deep("<a>", "</a>", "const deepTsx = "), "go": deep("(", ")", "package a\nvar deepGo = "),
    "rs": deep("{", "}", "fn deep_rs() "), "java": deep("(", ")", "class A { int deepJava = ", "; }"),
    "json": deep("[", "]"), "md": deep("> ", ""), "html": deep("<p>", "</p>"), "css": deep("a{", "}"), "unknown": deep("((", "))"),
}


class Hostile(support.Case):
    def path(self, *parts):
        whole = os.path.join(self.root, *parts)
        os.makedirs(os.path.dirname(whole), exist_ok=True)
        return whole

    def sparse(self, path, size):
        with open(self.path(path), "wb") as file:
            file.truncate(size)

    def write_large(self):
        self.sparse("large/gigabyte.c", 1 << 30)
        self.sparse("large/gigabyte.unknown", 1 << 30)
        self.sparse("large/zeros.c", 1 << 20)
        self.write("large/line.c", "int x; " * 1_500_000)  # 10 MB
        self.write("large/line.js", "var x; " * 100_000)   # 700 KB
        self.write("large/words.unknown", "word " * 20_000)
        self.write("large/utf16.c", "int x;\n".encode("utf-16"))
        self.write("large/noise.c", bytes(range(128, 256)) * 100)

    def write_special(self):
        for name, target in (("loop", "loop"), ("a", "b"), ("b", "a"), ("up", ".."), ("root", "/"), ("self.c", "self.c"),
                             ("gone.c", "nowhere"), ("device.c", "/dev/zero"), ("inside.c", "../src/bank.c")):
            os.symlink(target, self.path("links", name))
        os.mkfifo(self.path("special/pipe.c"))
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(os.path.relpath(self.path("special/socket.c")))
        self.specials = 2
        try:
            os.mknod(self.path("special/zero.c"), stat.S_IFCHR | 0o600, os.makedev(1, 5))
            self.specials += 1
        except OSError:
            pass  # only root may
        os.mkfifo(self.path("rules/pipe/.gitignore"))
        os.symlink(".gitignore", self.path("rules/loop/.gitignore"))
        os.symlink("/dev/zero", self.path("rules/device/.gitignore"))
        self.write("rules/folder/.gitignore/x.c", "int in_folder_of_rules(void);\n")
        self.write("rules/many/.gitignore", "".join(f"*[0-9]*{number}*x?\n" for number in range(50_000)))
        for name in ("pipe", "loop", "device", "many"):
            self.write(f"rules/{name}/kept.c", f"int kept_in_{name}(void);\n")

    def write_odd_names(self):
        folder = os.fsencode(self.root) + b"/odd"
        os.makedirs(folder)
        for number, name in enumerate((b"bad\xff\xfe.c", b"\xc3.c", b"new\nline.c", b"tab\t.c", b"bell\x07.c", b"-rf.c", b" .c",
                                       b"a" * 250 + b".c", b"\xf0\x9f\xa6\x9c.c", b"quote\"'.c", b"%s%n.c", b"back\\slash.c")):
            with open(folder + b"/" + name, "wb") as file:
                file.write(b"int odd_name_%d(void);\n" % number)
        self.odd = number + 1

    def write_deep_folders(self):
        os.makedirs(self.path("down"))
        here = os.open(self.path("down"), os.O_RDONLY)
        for _ in range(200):
            os.mkdir("folder-with-a-name-of-length-30", dir_fd=here)
            below = os.open("folder-with-a-name-of-length-30", os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = below
        os.close(os.open("below.c", os.O_WRONLY | os.O_CREAT, dir_fd=here))
        os.close(here)

    def write_tiny(self):
        for number in range(TINY):
            if number % 1000 == 0:
                folder = self.path("tiny", str(number // 1000), "x")[:-1]
            with open(f"{folder}t{number}.c", "w") as file:
                # Not so tiny that the store would be larger than its source, and thus not kept.
                file.write(f"// tiny{' and still tiny' * 20}\nint tiny_{number}(void);\n")

    def measured(self, *arguments):
        """The finished program's stdout and its peak of resident memory in MB."""
        output = os.path.join(self.temporary, "output")
        with open(output, "wb") as file:
            process = subprocess.Popen([support.BINARY, *arguments], cwd=self.root, env=self.environment, stdout=file,
                                       stdin=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0)
        with open(output) as file:
            return file.read(), usage.ru_maxrss / 1024

    def test_it_is_indexed_within_its_caps(self):
        self.write_large()
        self.write_special()
        self.write_odd_names()
        self.write_deep_folders()
        self.write_tiny()
        for extension, text in DEEP.items():
            self.write(f"deep/deep.{extension}", text)
        text, memory = self.measured("index", "--json")
        result = json.loads(text)
        print(f"{TINY} tiny files: {result['files']} indexed in {result['ms'] / 1000:.1f} s, peak {memory:.0f} MB; "
              f"skipped {result['skipped']}")
        if not SANITIZED:
            self.assertLess(memory, MEMORY_MB)
        self.check_numbers(result)
        again, _ = self.measured("index", "--json")
        again = json.loads(again)
        self.assertEqual((again["files"], again["skipped"]), (result["files"], result["skipped"]))
        self.assertEqual(again["parsed"], 0)  # not even those that ran into the time limit
        self.check_completions()

    def check_numbers(self, result):
        skipped = result["skipped"]
        unknown_deep = sum(1 for text in DEEP.values() if len(text) > 128 * 1024)
        self.assertEqual(skipped["link"], 9 + 2, skipped)         # those of rules too
        self.assertEqual(skipped["special"], self.specials + 1, skipped)
        self.assertEqual(skipped["large"], 3, skipped)            # two of a gigabyte, a line of ten megabytes
        self.assertEqual(skipped["binary"], 1, skipped)
        self.assertEqual(skipped["utf-16"], 1, skipped)
        self.assertEqual(skipped["encoding"], 1, skipped)
        self.assertEqual(skipped["long-line"], 2, skipped)
        self.assertEqual(skipped["long-path"], 1, skipped)
        self.assertEqual(skipped["gitignore"], 1, skipped)        # build/
        self.assertEqual(skipped["secret"], 1, skipped)           # .env
        self.assertLessEqual(skipped.get("large-unknown", 0), unknown_deep, skipped)
        self.assertEqual(result["failed"], 0)
        indexed_deep = len(DEEP) - skipped.get("large-unknown", 0)
        self.assertEqual(result["files"], len(support.FILES) - 3 + TINY + self.odd + 5 + indexed_deep)

    def check_completions(self):
        self.write("src/use.c", "#include \"account.h\"\n\nint use(struct account *from, int cents) {\n    if (account_w\n}\n")
        answer = json.loads(self.hunch("complete", "src/use.c:4:18", "--json").stdout)
        self.assertEqual(answer["outcome"], "shown", answer)
        self.assertIn("account_withdraw(from, cents)", answer["candidates"][0]["text"])
        for extension in () if SANITIZED else ("c", "unknown"):
            done = self.hunch("complete", f"deep/deep.{extension}:500:50", "--json")
            self.assertTrue(json.loads(done.stdout)["outcome"])


if __name__ == "__main__":
    support.main()

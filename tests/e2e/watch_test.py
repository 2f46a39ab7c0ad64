"""Files change while the server runs: by hand, by git, and where the system lets nobody watch."""
import json
import os
import subprocess
import time

from support import BINARY, Case, main

FILES = int(os.environ.get("HUNCH_TEST_FILES", "2000"))
WAIT_SECONDS = 90
FIRST_USE = "int use(void) {\n    return "


class WatchCase(Case):
    def start(self, *command, capabilities=None):
        client = self.client([*command, BINARY, "lsp"])
        client.initialize(capabilities)
        client.wait_ready()
        client.open("use.c", FIRST_USE)
        return client

    def paths_for(self, client, word):
        """The files that the context of a call of this function comes from."""
        text = f"{FIRST_USE}{word}("
        client.change("use.c", text)
        line, character = text.count("\n"), len(text) - text.rindex("\n") - 1
        results = client.request("hunch/context", client.at("use.c", line, character))["results"]
        return {os.path.relpath(item["uri"][len("file://"):], self.root) for item in results
                if item["source"] == "definition"}

    def until(self, test, what):
        deadline = time.monotonic() + WAIT_SECONDS
        while not test():
            self.assertLess(time.monotonic(), deadline, what)
            time.sleep(0.5)  # longer than the index holds still after a keystroke

    def wait_defined(self, client, word, paths):
        self.until(lambda: self.paths_for(client, word) == paths, f"{word} in {paths}")


class ByHand(WatchCase):
    def test_what_no_editor_tells_of(self):
        client = self.start()
        self.write("lib/new/parts.c", "int watched_first(int a) {\n    return a;\n}\n")
        self.wait_defined(client, "watched_first", {"lib/new/parts.c"})
        os.rename(os.path.join(self.root, "lib"), os.path.join(self.root, "moved"))
        self.wait_defined(client, "watched_first", {"moved/new/parts.c"})
        self.write("moved/new/parts.c", "int watched_second(int a) {\n    return a;\n}\n")
        self.wait_defined(client, "watched_second", {"moved/new/parts.c"})
        self.assertEqual(self.paths_for(client, "watched_first"), set())
        self.write(".gitignore", "moved/\n")
        self.wait_defined(client, "watched_second", set())
        self.assertEqual(client.shutdown(), 0)

    def test_told_by_the_editor_too(self):
        client = self.start()
        path = self.write("src/told.c", "int told_once(int a) {\n    return a;\n}\n")
        client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": client.uri("src/told.c"), "type": 1}]})
        self.wait_defined(client, "told_once", {"src/told.c"})
        client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": client.uri("src/"), "type": 2}]})
        path_of_next = self.write("src/next.c", "int told_next(int a) {\n    return a;\n}\n")
        self.wait_defined(client, "told_next", {os.path.relpath(path_of_next, self.root)})
        self.wait_defined(client, "told_once", {"src/told.c"})
        os.remove(path)
        client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": client.uri("src/told.c"), "type": 3}]})
        self.wait_defined(client, "told_once", set())
        self.assertFalse([m for m in client.messages if m.get("method") == "client/registerCapability"])
        self.assertEqual(client.shutdown(), 0)

    def test_hunch_index_does_not_stay(self):
        self.hunch("index")


class WithoutWatches(WatchCase):
    """In a user namespace of its own that may watch nothing."""

    def limited(self):
        command = ("unshare", "-Ur", "sh", "-c", 'echo 3 >/proc/sys/user/max_inotify_watches && exec "$@"', "sh")
        if subprocess.run([*command, "true"], capture_output=True).returncode != 0:
            self.skipTest("this machine allows no user namespaces")
        return command

    def test_it_says_so_and_goes_on(self):
        for i in range(8):
            self.write(f"folder{i}/a.c", "int a;\n")
        watching = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}
        client = self.start(*self.limited(), capabilities=watching)
        status = client.wait_notification("hunch/status", lambda p: "inotify" in p["message"])
        self.assertEqual(status["state"], "warning")
        self.assertIn("fs.inotify.max_user_watches", status["message"])
        register = client.wait_notification("client/registerCapability")
        self.assertEqual(register["registrations"][0]["method"], "workspace/didChangeWatchedFiles")
        self.write("late/polled.c", "int polled_function(int a) {\n    return a;\n}\n")
        self.wait_defined(client, "polled_function", {"late/polled.c"})
        told = [m for m in client.messages if m.get("method") == "hunch/status" and "inotify" in m["params"]["message"]]
        self.assertEqual(len({m["params"]["message"] for m in told}), 1)
        self.assertEqual(client.shutdown(), 0)


# A store larger than its source is not kept, and what is known of a tiny file is.
FILLER = "// as long as real files are" + " and longer" * 40 + "\n"


class Checkout(WatchCase):
    def git(self, *arguments):
        subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "gc.auto=0", *arguments],
                       cwd=self.root, env=self.environment, check=True, capture_output=True, timeout=120)

    def make_branch(self, name):
        """FILES files, a third of them alike in both branches, a third different, a third at another place."""
        for i in range(FILES):
            place = f"{name}_only/{i % 40}" if i % 3 == 2 else f"both/{i % 40}/{i % 7}"
            content = "same" if i % 3 == 0 else name
            self.write(f"{place}/file{i}.c", f"{FILLER}int {content}_function_{i}(int a) {{\n    return a + {i};\n}}\n")
        self.git("add", "-A")
        self.git("commit", "-qm", name)

    def counts(self, command, environment):
        answer = json.loads(self.hunch(command, "--json", environment=environment).stdout)
        return {key: answer[key] for key in ("files", "chunks", "symbols")}

    def test_the_index_ends_like_a_clean_one(self):
        os.rmdir(os.path.join(self.root, ".git"))
        self.git("init", "-q", "-b", "first")
        self.make_branch("first")
        self.git("checkout", "-qb", "second")
        self.git("rm", "-rq", "both", "first_only")
        self.make_branch("second")
        client = self.start()
        self.environment["GIT_OPTIONAL_LOCKS"] = "0"
        clean = dict(self.environment, XDG_CACHE_HOME=os.path.join(self.temporary, "clean"))
        for branch in ("first", "second", "first"):
            checkout = subprocess.Popen(["git", "checkout", "-q", branch], cwd=self.root, env=self.environment)
            answered = 0
            while checkout.poll() is None:
                client.complete("use.c", 1, 11)
                answered += 1
            self.assertEqual(checkout.returncode, 0)
            self.assertGreater(answered, 0)
            wanted = self.counts("index", clean)
            self.until(lambda: self.counts("status", self.environment) == wanted,
                       f"{branch}: {wanted}, not {self.counts('status', self.environment)}")
            other = "second" if branch == "first" else "first"
            for i in (1, 2, 4, 5):
                place = f"{branch}_only/{i % 40}" if i % 3 == 2 else f"both/{i % 40}/{i % 7}"
                # Both branches have as many files, so the counts alone do not say which of them is in.
                self.wait_defined(client, f"{branch}_function_{i}", {f"{place}/file{i}.c"})
                self.wait_defined(client, f"{other}_function_{i}", set())
        self.assertEqual(client.shutdown(), 0)


if __name__ == "__main__":
    main()

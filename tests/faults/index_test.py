"""Faults on purpose: kill -9 at any moment, a damaged store, a full disk, an unwritable cache, two servers.

HUNCH_KILLS: how many times it is killed at random (200).
"""
import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../e2e"))
import lspclient  # noqa: E402
import support  # noqa: E402

KILLS = int(os.environ.get("HUNCH_KILLS", "200"))
BUILD = os.environ.get("HUNCH_BUILD") or os.path.join(support.SOURCE, "build/release")
INJECT = os.path.join(BUILD, "tests/faults/libfaults_inject.so")
DUMP = os.path.join(BUILD, "bin/dump_index")
NOBODY = 65534


class Indexed(support.Case):
    """A repository of files that look alike, and what a clean build of it is."""

    files = 150
    padding = " // as before, again and again"  # behind each function, so that a store is far smaller than its source

    def setUp(self):
        super().setUp()
        for number in range(self.files):
            self.write_numbered(number, 0)

    def write_numbered(self, number, version):
        body = "\n".join(f"int function_{number}_{part}(int value) {{ return value + {part + version}; }}{self.padding}" for part in range(60))
        self.write(f"many/file_{number}.c", body + "\n")

    def index(self):
        return json.loads(self.hunch("index", "--json").stdout)

    def clean_environment(self):
        return dict(self.environment, XDG_CACHE_HOME=os.path.join(self.temporary, "clean-cache"))

    def dump(self, store):
        """What the store tells, decoded; it must be sound."""
        done = subprocess.run([DUMP, "--store", store], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def assert_same_as_clean(self, result):
        """In numbers, and word for word if it was stored."""
        environment = self.clean_environment()
        shutil.rmtree(environment["XDG_CACHE_HOME"], ignore_errors=True)
        done = self.hunch("index", "--json", environment=environment)
        clean = json.loads(done.stdout)
        self.assertTrue(clean["store"], done.stderr)
        for key in ("files", "chunks", "symbols"):
            self.assertEqual(result[key], clean[key], key)
        if result["store"]:
            self.assertEqual(self.dump(result["store"]), self.dump(clean["store"]))

    def start(self, *arguments, **more):
        return subprocess.Popen([support.BINARY, *arguments], cwd=self.root, env=self.environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)


class Killed(Indexed):
    files = 40

    def change_some(self, chance):
        """New versions of some files; one may go and one may come."""
        for number in chance.sample(range(self.files), 4):
            self.write_numbered(number, chance.randrange(1000))
        path = os.path.join(self.root, "many/extra.c")
        if os.path.exists(path):
            os.remove(path)
        elif chance.random() < 0.5:
            self.write("many/extra.c", f"int extra_{chance.randrange(1000)};\n")

    def clean_up_sometimes(self, chance):
        if chance.random() < 0.25:
            shutil.rmtree(self.environment["XDG_CACHE_HOME"], ignore_errors=True)

    def test_killed_at_any_moment_the_next_start_is_complete(self):
        chance = random.Random(5)
        start = time.monotonic()
        self.index()
        whole = min(time.monotonic() - start, 0.5)
        for number in range(KILLS):
            self.change_some(chance)
            self.clean_up_sometimes(chance)
            process = self.start("index", self.root)
            time.sleep(chance.uniform(0, whole))
            process.send_signal(signal.SIGKILL)
            process.communicate()
            if number % 20 == 19:
                self.assert_same_as_clean(self.index())

    def test_killed_in_the_middle_of_each_call_to_the_disk(self):
        """A write is killed when half of it is done; in a first pass, and in one after changes."""
        cache = self.environment["XDG_CACHE_HOME"]
        for is_first in (True, False):
            self.index()
            at, step, died = 1, 3, 0
            while True:
                if is_first:
                    shutil.rmtree(cache, ignore_errors=True)
                else:
                    self.change_some(random.Random(at))
                environment = dict(self.environment, LD_PRELOAD=INJECT, INJECT_FOLDER=cache, INJECT_KIND="kill",
                                   INJECT_AT=str(at), ASAN_OPTIONS="verify_asan_link_order=0")
                done = self.hunch("index", "--json", status=None, environment=environment)
                if done.returncode == 0:
                    break
                self.assertEqual(done.returncode, -signal.SIGKILL, done.stderr)
                self.assert_same_as_clean(self.index())
                at, died = at + step, died + 1
            self.assertGreater(died, 10)


class Kept(Indexed):
    """The search index beside the records, which `hunch search` writes and reads, as far as the source is larger."""

    padding = " // " + "as before " * 30

    def search(self, question="function_7_3"):
        found = json.loads(self.hunch("search", "--json", question).stdout)
        del found["ms"]
        return found

    def has_kept(self, store):
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as connection:
            return connection.execute("SELECT count(*) FROM kept WHERE piece=0").fetchone()[0] == 1

    def test_it_answers_as_one_that_is_made_anew(self):
        first = self.search()
        store = self.index()["store"]
        self.assertTrue(self.has_kept(store))
        self.assertEqual(self.search(), first)
        self.write_numbered(7, 100)
        self.write("many/new.c", "int function_7_3(void);\n")
        os.remove(os.path.join(self.root, "many/file_8.c"))
        seen = self.search()
        shutil.rmtree(self.environment["XDG_CACHE_HOME"])
        names = [{(result["path"], result["line"], result["name"]) for result in found["results"] if result["name"] == "function_7_3"}
                 for found in (seen, self.search())]
        self.assertEqual(names[0], {("many/file_7.c", 4, "function_7_3"), ("many/new.c", 1, "function_7_3")})
        self.assertEqual(names[1], names[0])
        self.hunch("search", "function_8_3", status=1) # nothing is found

    def test_killed_while_it_is_written_the_next_start_answers_the_same(self):
        cache = self.environment["XDG_CACHE_HOME"]
        expected = self.search()
        at, died = 1, 0
        while True:
            shutil.rmtree(cache, ignore_errors=True)
            self.index()
            environment = dict(self.environment, LD_PRELOAD=INJECT, INJECT_FOLDER=os.path.join(cache, "hunch/index"), INJECT_KIND="kill",
                               INJECT_AT=str(at), ASAN_OPTIONS="verify_asan_link_order=0")
            done = self.hunch("search", "--json", "function_7_3", status=None, environment=environment)
            if done.returncode == 0:
                break
            self.assertEqual(done.returncode, -signal.SIGKILL, done.stderr)
            for _ in range(2):
                self.assertEqual(self.search(), expected)
            self.assertTrue(self.has_kept(self.index()["store"]))
            at, died = at + 23, died + 1
        self.assertGreater(died, 5)

    def test_without_room_for_it_the_index_works(self):
        """A disk that has room for the records and not for this."""
        expected = self.search()
        store = self.index()["store"]
        shutil.rmtree(self.environment["XDG_CACHE_HOME"])
        self.index()
        room = 64 * 1024  # in each file; the records are written already

        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        done = subprocess.run([support.BINARY, "search", "--json", "function_7_3"], cwd=self.root, env=self.environment,
                              capture_output=True, text=True, preexec_fn=limit, timeout=120, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["results"], expected["results"])
        self.assertFalse(self.has_kept(store))
        self.assertEqual(self.index()["parsed"], 0)
        self.assertEqual(self.search(), expected)
        self.assertTrue(self.has_kept(store))


class Shared(Indexed):
    files = 60

    def test_two_servers_and_a_command_share_the_store_while_files_change(self):
        chance = random.Random(9)
        clients = [lspclient.Client([support.BINARY, "lsp"], self.root, environment=self.environment) for _ in range(2)]
        for client in clients:
            client.initialize()
        for client in clients:
            client.wait_ready()
        for _ in range(10):
            numbers = chance.sample(range(self.files), 5)
            for number in numbers:
                self.write_numbered(number, chance.randrange(1000))
            changes = [{"uri": clients[0].uri(f"many/file_{number}.c"), "type": 2} for number in numbers]
            for client in clients:
                client.notify("workspace/didChangeWatchedFiles", {"changes": changes})
            self.index()
        for client in clients:
            self.assertEqual(client.shutdown(), 0)
            self.assertNotIn("damaged", "\n".join(client.errors))
        self.assert_same_as_clean(self.index())
        self.assertEqual(self.index()["parsed"], 0)

    def test_starting_at_once_on_a_damaged_store_ends_in_one_sound_store(self):
        store = self.index()["store"]
        for at in (20, 100, 5000, 9000, 20000):
            with open(store, "r+b") as file:
                file.seek(at)
                file.write(b"damage" * 20)
            several = [self.start("index", "--json") for _ in range(4)]
            for process in several:
                output, errors = process.communicate(timeout=120)
                self.assertEqual(process.returncode, 0, errors)
                self.assertEqual(json.loads(output)["files"], self.files + 4)
            self.assert_same_as_clean(self.index())


class Collected(Indexed):
    files = 2

    def collect(self):
        return json.loads(self.hunch("index", "--gc", "--json").stdout)

    def test_indexes_of_repositories_that_have_gone_are_removed(self):
        other = os.path.join(self.temporary, "other")
        shutil.copytree(self.root, other)
        kept = self.index()["store"]
        gone = json.loads(self.hunch("index", other, "--json").stdout)["store"]
        self.assertEqual(sorted((store["root"], store["removed"]) for store in self.collect()["stores"]),
                         [(other, False), (self.root, False)])
        shutil.rmtree(other)
        with lspclient.Client([support.BINARY, "lsp"], self.root, environment=self.environment) as client:
            client.initialize()
            client.wait_ready()
            states = {store["store"]: store["removed"] for store in self.collect()["stores"]}
        self.assertEqual(states, {kept: False, gone: True})
        self.assertFalse(os.path.exists(gone))
        self.assertIn(self.root, self.hunch("index", "--gc").stdout)
        self.assertEqual(self.index()["parsed"], 0)

    def test_over_the_cap_only_what_is_open_stays(self):
        self.configure('{"index.cacheMb": 1}')
        for number in range(3):
            folder = os.path.join(self.temporary, f"other{number}")
            os.makedirs(os.path.join(folder, ".git"))
            for part in range(8):
                body = "\n".join(f"int number_{part}_{line}_{line * 7919 % 1000}(void);" for line in range(3000))
                self.write(os.path.join(folder, f"{part}.c"), body + "\n")
            self.hunch("index", folder)
        self.collect()
        left = self.collect()
        self.assertLessEqual(left["bytes"], 1024 * 1024)
        self.assertIn(len(left["stores"]), (1, 2))


class Store(Indexed):
    def test_a_damaged_store_is_rebuilt_and_said(self):
        store = self.index()["store"]
        for damage in (b"", b"not a database at all" * 300, None):
            size = os.path.getsize(store)
            with open(store, "r+b") as file:
                if damage is None:
                    file.truncate(size // 2)
                else:
                    file.truncate(0)
                    file.write(damage)
            for suffix in ("-wal", "-shm"):
                if os.path.exists(store + suffix):
                    os.remove(store + suffix)
            done = self.hunch("index", "--json")
            self.assert_same_as_clean(json.loads(done.stdout))
            if damage != b"":
                self.assertIn(store, done.stderr)
            self.assertEqual(self.index()["parsed"], 0)

    def test_a_full_disk_leaves_it_working_in_memory(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, 64 * 1024))
        done = subprocess.run([support.BINARY, "complete", "src/bank.c:4:9", "--json"], cwd=self.root, env=self.environment,
                              capture_output=True, text=True, preexec_fn=limit, timeout=120, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(json.loads(done.stdout)["outcome"])
        done = subprocess.run([support.BINARY, "index"], cwd=self.root, env=self.environment, capture_output=True, text=True,
                              preexec_fn=limit, timeout=120)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr, "^hunch: not stored: cannot use the index store[^\n]*\n$")
        self.assert_same_as_clean(self.index())

    def test_a_cache_that_is_no_folder_is_said_once(self):
        with open(self.environment["XDG_CACHE_HOME"], "w") as file:
            file.write("a file stands here")
        done = self.hunch("index", "--json", status=1)
        self.assertEqual(json.loads(done.stdout)["store"], "")
        self.assertIn(self.environment["XDG_CACHE_HOME"], json.loads(done.stdout)["message"])
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        self.assertIn(self.environment["XDG_CACHE_HOME"], done.stderr)
        done = self.hunch("index", status=1)
        self.assertRegex(done.stderr, "^hunch: not stored: cannot keep the index in [^\n]*\n$")
        self.assertNotIn("stored", done.stdout)

    def test_a_read_only_cache_is_said_once(self):
        if os.geteuid() != 0:
            self.skipTest("needs root, to be somebody else for once")
        cache = self.environment["XDG_CACHE_HOME"]
        os.makedirs(cache, mode=0o755)
        os.chmod(self.temporary, 0o755)
        try:
            process = self.start("index", "--json", user=NOBODY, group=NOBODY, extra_groups=[])
        except PermissionError:
            self.skipTest(f"{support.BINARY} is out of reach for others")
        output, errors = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 1, errors)
        result = json.loads(output)
        self.assertEqual((result["store"], result["files"]), ("", self.files + 4))
        self.assertEqual(len(errors.strip().splitlines()), 1, errors)
        self.assertIn("in memory", errors)

    def test_without_a_home_it_is_said_once(self):
        environment = {name: value for name, value in self.environment.items() if not name.startswith("XDG_") and name != "HOME"}
        done = self.hunch("index", "--json", environment=environment, status=1)
        self.assertEqual(json.loads(done.stdout)["store"], "")
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        self.assertIn("XDG_CACHE_HOME", done.stderr)

    def test_two_writers_at_once_share_the_store(self):
        both = [subprocess.Popen([support.BINARY, "index", self.root, "--json"], env=self.environment,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
        for process in both:
            output, errors = process.communicate(timeout=120)
            self.assertEqual(process.returncode, 0, errors)
            self.assert_same_as_clean(json.loads(output))
        again = self.index()
        self.assertEqual(again["parsed"], 0)
        self.assert_same_as_clean(again)


if __name__ == "__main__":
    support.main()

"""Faults on purpose: kill -9 at any moment, a damaged store, a full disk, an unwritable cache, two writers."""
import json
import os
import random
import resource
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../e2e"))
import support  # noqa: E402


class Store(support.Case):
    def setUp(self):
        super().setUp()
        for number in range(150):
            body = "\n".join(f"int function_{number}_{part}(int value) {{ return value + {part}; }}" for part in range(30))
            self.write(f"many/file_{number}.c", body + "\n")

    def index(self):
        return json.loads(self.hunch("index", "--json").stdout)

    def clean_result(self):
        environment = dict(self.environment, XDG_CACHE_HOME=os.path.join(self.temporary, "other-cache"))
        return json.loads(self.hunch("index", "--json", environment=environment).stdout)

    def assert_same_as_clean(self, result):
        clean = self.clean_result()
        for key in ("files", "chunks", "symbols"):
            self.assertEqual(result[key], clean[key], key)

    def test_killed_at_any_moment_the_next_start_is_complete(self):
        chance = random.Random(5)
        for _ in range(12):
            process = subprocess.Popen([support.BINARY, "index", self.root], env=self.environment,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(chance.uniform(0, 0.15))
            process.send_signal(signal.SIGKILL)
            process.wait()
        self.assert_same_as_clean(self.index())

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
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, 64 * 1024))
        done = subprocess.run([support.BINARY, "complete", "src/bank.c:4:9", "--json"], cwd=self.root, env=self.environment,
                              capture_output=True, text=True, preexec_fn=limit, timeout=120, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(json.loads(done.stdout)["outcome"])
        self.assert_same_as_clean(self.index())

    def test_a_cache_that_is_no_folder_is_said_once(self):
        with open(self.environment["XDG_CACHE_HOME"], "w") as file:
            file.write("a file stands here")
        done = self.hunch("index", "--json")
        self.assertEqual(json.loads(done.stdout)["store"], "")
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        self.assertIn(self.environment["XDG_CACHE_HOME"], done.stderr)

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

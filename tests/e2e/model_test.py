"""`hunch model`: what it says, and what it fetches, from a server on loopback."""
import hashlib
import http.server
import json
import os
import threading

from support import Case, main

FILE = bytes(range(256)) * 4096  # a megabyte


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves FILE as a large-file host does: one redirect that names the checksum, then the bytes, or their rest."""

    def log_message(self, *_):
        pass

    def do_GET(self):
        server = self.server
        server.asked.append((self.path, self.headers.get("Range")))
        if self.path.startswith("/resolve/"):
            self.send_response(302)
            self.send_header("Location", "/blob?signed=1")
            self.send_header("X-Linked-ETag", '"%s"' % server.checksum)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        start = int((self.headers.get("Range") or "bytes=0-")[6:-1])
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(FILE) - start))
        self.end_headers()
        end, server.cut = server.cut or len(FILE), None
        self.wfile.write(FILE[start:end])


class Model(Case):
    def setUp(self):
        super().setUp()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.asked, self.server.cut = [], None
        self.server.checksum = hashlib.sha256(FILE).hexdigest()
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.url = f"http://127.0.0.1:{self.server.server_port}/resolve/qwen2.5-coder-x.gguf"
        self.folder = os.path.join(self.environment["XDG_DATA_HOME"], "hunch/models")
        self.path = os.path.join(self.folder, "qwen2.5-coder-x.gguf")
        self.settings = os.path.join(self.environment["XDG_CONFIG_HOME"], "hunch/config.json")
        self.program = os.path.join(self.temporary, "bin/llama-server")
        os.makedirs(os.path.dirname(self.program))
        with open(self.program, "w") as file:
            file.write("#!/bin/sh\necho 'version: 9.9 (build 1)' >&2\n")
        os.chmod(self.program, 0o755)
        self.environment["PATH"] = os.path.dirname(self.program) + ":" + self.environment["PATH"]

    def assert_whole(self):
        with open(self.path, "rb") as file:
            self.assertEqual(file.read(), FILE)
        self.assertEqual(os.listdir(self.folder), ["qwen2.5-coder-x.gguf"])

    def test_setup_explains_and_fetches_nothing(self):
        told = self.hunch("model", "setup").stdout
        for words in (f"there: {self.program}, version 9.9 (build 1)", "qwen2.5-coder-0.5b-q8_0", "Apache-2.0", "fits",
                      "no model.file is set"):
            self.assertIn(words, told)
        os.remove(self.program)
        path = ":".join(folder for folder in self.environment["PATH"].split(":")
                        if not os.path.exists(os.path.join(folder, "llama-server")))
        self.assertIn("missing: there is no llama-server on your PATH",
                      self.hunch("model", "setup", environment=dict(self.environment, PATH=path)).stdout)
        self.assertEqual(self.server.asked, [])
        self.assertFalse(os.path.exists(self.environment["XDG_DATA_HOME"]))

    def test_it_is_fetched_checked_and_used(self):
        done = self.hunch("model", "setup", self.url)
        self.assertIn(f"sha256 {self.server.checksum} (as it should be)", done.stdout)
        self.assert_whole()
        offered = json.loads(done.stdout[done.stdout.index("{"):done.stdout.rindex("}") + 1])
        self.assertEqual(offered, {"model": {"provider": "llama-server", "file": "qwen2.5-coder-x"}})
        self.assertFalse(os.path.exists(self.settings))
        self.assertIn("is there already", self.hunch("model", "setup", self.url, "--write").stdout)
        self.assertEqual(len(self.server.asked), 2)
        with open(self.settings) as file:
            self.assertEqual(json.load(file), offered)
        state = json.loads(self.hunch("model", "--json").stdout)
        self.assertEqual((state["file"], state["state"], state["version"]), (self.path, "not running", "9.9 (build 1)"))
        self.assertEqual(state["files"], [{"name": "qwen2.5-coder-x", "bytes": len(FILE)}])
        self.assertIn("server    not running", self.hunch("model").stdout)

    def test_one_that_is_there_is_checked(self):
        self.hunch("model", "setup", self.url)
        digits = self.server.checksum
        self.assertIn("there already, and as it should be", self.hunch("model", "setup", self.url, "--sha256", digits).stdout)
        error = self.hunch("model", "setup", self.url, "--sha256", "0" * 64, status=1).stderr
        self.assertIn(f"has the checksum {digits} instead of 0000", error)
        self.assertIn("move it away", error)
        self.assertIn("64 hexadecimal", self.hunch("model", "setup", self.url, "--sha256", "abc", status=1).stderr)
        self.assert_whole()

    def test_a_program_that_is_missing_is_said_once(self):
        with open(os.path.join(self.temporary, "x.gguf"), "w"):
            pass
        self.configure(json.dumps({"model": {"provider": "llama-server", "program": "no-such-server",
                                             "file": os.path.join(self.temporary, "x.gguf")}}))
        told = self.hunch("model", status=1).stdout
        self.assertEqual(told.count("no no-such-server on your PATH"), 1, told)
        self.assertIn(f"file      {self.temporary}/x.gguf", told)

    def test_settings_that_are_there_are_left_alone(self):
        self.configure("{} // mine")
        self.assertIn("put this into", self.hunch("model", "setup", self.url, "--write").stdout)
        with open(self.settings) as file:
            self.assertEqual(file.read(), "{} // mine")

    def test_what_broke_off_goes_on(self):
        self.server.cut = 300000
        error = self.hunch("model", "setup", self.url, status=1).stderr
        self.assertIn("the same command goes on", error)
        self.assertEqual(os.path.getsize(self.path + ".part"), 300000)
        self.hunch("model", "setup", self.url)
        self.assertEqual(self.server.asked[-1], ("/blob?signed=1", "bytes=300000-"))
        self.assert_whole()

    def test_what_is_wrong_is_removed(self):
        self.server.checksum = "0" * 64
        error = self.hunch("model", "setup", self.url, status=1).stderr
        self.assertIn("instead of 0000", error)
        self.assertEqual(os.listdir(self.folder), [])
        self.hunch("model", "setup", self.url, "--sha256", hashlib.sha256(FILE).hexdigest())
        self.assert_whole()

    def test_only_safe_addresses_of_models(self):
        for wanted, words in (("http://example.com/a.gguf", "not allowed"), ("https://example.com/a.zip", "must end in .gguf"),
                              ("file:///etc/a.gguf", "not allowed"),
                              ("https://example.com/.gguf", "must end in .gguf")):
            self.assertIn(words, self.hunch("model", "setup", wanted, status=1).stderr)
        self.assertIn("is not a model that Hunch knows", self.hunch("model", "setup", "unknown", status=2).stderr)
        self.assertIn("there is no /none.gguf", self.hunch("model", "serve", "/none.gguf", status=2).stderr)

    def test_it_says_what_is_wrong_with_the_settings(self):
        self.configure(json.dumps({"model": {"provider": "llama-server", "file": "~/none.gguf"}}))
        self.assertIn("there is no", self.hunch("model", status=1).stdout)
        self.hunch("model", "nonsense", status=2)
        self.hunch("model", "setup", "--write", status=2)


if __name__ == "__main__":
    main()

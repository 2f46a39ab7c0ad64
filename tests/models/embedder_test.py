"""Embedders: what they add to a search, and that a server gets no text that it need not have."""
import json
import os
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../e2e"))
import support  # noqa: E402

# Says in other words what the question asks; no word of it is in the file.
FERRY = "def convey(parcel, quay):\n    vessel = quay.moored[0]\n    vessel.stow(parcel)\n    return vessel\n"
QUESTION = "ship cargo harbour"


class Embedders(support.Case):
    def setUp(self):
        super().setUp()
        self.write("src/ferry.py", FERRY)

    def start_server(self, *arguments):
        self.log = os.path.join(self.temporary, "requests")
        server = subprocess.Popen([sys.executable, os.path.join(support.SOURCE, "tests/e2e/servers/embeddings.py"),
                                   "--synonyms", "ship=vessel,cargo=parcel,harbour=quay", "--log", self.log, *arguments],
                                  stdout=subprocess.PIPE, text=True)
        self.server = server
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        return int(server.stdout.readline())

    def embed_with(self, provider, port, **settings):
        self.configure(json.dumps({"embedder": {"provider": provider, "url": f"http://127.0.0.1:{port}", "name": "m", **settings}}))

    def requests(self):
        if not os.path.exists(self.log):
            return []
        with open(self.log, encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def paths(self, done):
        return [result["path"] for result in json.loads(done.stdout)["results"]]

    def test_without_an_embedder_there_are_words_alone(self):
        self.assertEqual(self.paths(self.hunch("search", QUESTION, "--json", status=1)), [])
        self.assertFalse([name for name in self.stored() if "vectors" in name])

    def stored(self):
        return os.listdir(os.path.join(self.environment["XDG_CACHE_HOME"], "hunch", "index"))

    def test_a_model_finds_other_words(self):
        for provider, path in (("openai", "/v1/embeddings"), ("llama-server", "/v1/embeddings"), ("ollama", "/api/embed")):
            self.embed_with(provider, self.start_server())
            found = self.paths(self.hunch("search", QUESTION, "--json"))
            self.assertEqual(found[0], "src/ferry.py", provider)
            self.assertEqual({request["path"] for request in self.requests()}, {path})
            self.assertEqual({request["model"] for request in self.requests()}, {"m"})
            os.remove(self.log)

    def test_no_text_is_embedded_twice(self):
        port = self.start_server()
        self.embed_with("openai", port)
        self.hunch("search", QUESTION)
        first = [text for request in self.requests() for text in request["texts"]]
        self.assertIn(FERRY.strip(), [text.strip() for text in first])
        os.remove(self.log)
        self.write("src/new.py", "def anchor(rope):\n    return rope.length\n")
        self.hunch("search", QUESTION)
        second = [text for request in self.requests() for text in request["texts"]]
        self.assertEqual(len(second), 2, second)  # the new file and the question
        self.assertIn(QUESTION, second)
        os.remove(self.log)
        self.embed_with("openai", port, name="another")  # whose vectors cannot be compared with the first one's
        self.hunch("search", QUESTION)
        self.assertGreaterEqual(sum(len(request["texts"]) for request in self.requests()), len(first))

    def test_a_server_gets_nothing_that_is_not_indexed(self):
        self.embed_with("openai", self.start_server())
        self.hunch("search", QUESTION)
        sent = json.dumps(self.requests())
        self.assertNotIn("hunter2", sent)
        self.assertNotIn("ignored_by_rule", sent)

    def test_a_key_goes_into_the_header_alone(self):
        self.environment["TEST_KEY"] = "sesame"
        self.embed_with("openai", self.start_server("--key", "sesame"), keyEnvironment="TEST_KEY")
        done = self.hunch("search", QUESTION, "--json")
        self.assertEqual(self.paths(done)[0], "src/ferry.py")
        self.assertNotIn("sesame", done.stdout + done.stderr)
        self.environment["TEST_KEY"] = "mellon"
        self.write("src/new.py", "def anchor(rope):\n    return rope.length\n")
        done = self.hunch("search", "deposit cents")
        self.assertIn("wants a valid key", done.stderr)
        self.assertNotIn("mellon", done.stdout + done.stderr)

    def test_a_program_may_print_the_key(self):
        os.makedirs(self.environment["HOME"], exist_ok=True)
        path = os.path.join(self.environment["HOME"], "key")
        for key in ("sesame", "mellon"):  # the second run is told the new one
            with open(path, "w", encoding="utf-8") as file:
                file.write(key)
            self.write("src/new.py", f"def {key}(rope):\n    return rope.length\n")
            self.embed_with("openai", self.start_server("--key", key), keyCommand="cat key")
            done = self.hunch("search", QUESTION, "--json")
            self.assertEqual(self.paths(done)[0], "src/ferry.py", done.stderr)
            self.assertNotIn(key, done.stderr)
        self.embed_with("openai", self.start_server("--key", "sesame"), keyCommand="false")
        done = self.hunch("search", "deposit cents")
        self.assertIn("embedder.keyCommand", done.stderr)
        self.assertIn("account_deposit", done.stdout)

    def test_models_get_the_prefixes_they_were_trained_with(self):
        for settings, query, passage in (({"name": "multilingual-e5-small"}, "query: ", "passage: "),
                                         ({"name": "e5-small", "queryPrefix": "q: ", "passagePrefix": "none"}, "q: ", "")):
            self.embed_with("openai", self.start_server(), **settings)
            self.assertEqual(self.paths(self.hunch("search", QUESTION, "--json"))[0], "src/ferry.py")
            texts = [text for request in self.requests() for text in request["texts"]]
            self.assertIn(query + QUESTION, texts)
            self.assertTrue([text for text in texts if text.startswith(passage + "def convey")])
            os.remove(self.log)

    def test_a_busy_server_is_asked_again(self):
        self.embed_with("openai", self.start_server("--status", "429", "--fail-first", "1"))
        self.assertEqual(self.paths(self.hunch("search", QUESTION, "--json"))[0], "src/ferry.py")

    def test_texts_that_are_too_long_are_cut(self):
        self.write("src/long.py", "def long():\n" + "    count = count + 1\n" * 60)
        self.embed_with("llama-server", self.start_server("--longest", "700"))
        self.assertEqual(self.paths(self.hunch("search", QUESTION, "--json"))[0], "src/ferry.py")

    def test_trouble_is_said_and_words_go_on(self):
        for arguments, said in ((["--odd"], "is not"), (["--status", "403"], "refuses access"),
                                (["--status", "404"], "embedder.name names it"), (["--status", "501"], "--embeddings")):
            self.embed_with("openai", self.start_server(*arguments))
            done = self.hunch("search", "deposit cents")
            self.assertIn("no vectors at the moment", done.stderr)
            self.assertIn(said, done.stderr)
            self.assertIn("account_deposit", done.stdout)

    def test_a_search_does_not_wait_long_for_a_server(self):
        silent = socket.create_server(("127.0.0.1", 0))  # takes connections and says nothing
        self.addCleanup(silent.close)
        with socket.create_server(("127.0.0.1", 0)) as gone:
            free = gone.getsockname()[1]
        for port in (silent.getsockname()[1], free, self.start_server("--status", "503", "--delay", "0.1")):
            self.embed_with("openai", port)
            done = self.hunch("search", "deposit cents")
            self.assertEqual(done.stderr.count("no vectors at the moment"), 1, done.stderr)
            self.assertIn("correct embedder.url", done.stderr)
            self.assertIn("none yet", self.hunch("status").stdout)
            self.assertIn("account_deposit", done.stdout)
        self.assertLessEqual(len(self.requests()), 2)

    def test_a_search_says_that_its_question_found_no_server(self):
        self.embed_with("openai", self.start_server())
        self.hunch("search", QUESTION, "--json")
        self.server.kill()
        done = self.hunch("search", "deposit cents")  # all texts have their vectors
        self.assertEqual(done.stderr.count("no vectors at the moment"), 1, done.stderr)
        self.assertIn("account_deposit", done.stdout)

    def doctor(self, name):
        checks = json.loads(self.hunch("doctor", self.root, "--json", status=None).stdout)["checks"]
        return [(check["verdict"], check["text"]) for check in checks if check["name"] == name]

    def test_doctor_looks_at_the_embedder(self):
        self.assertEqual(self.doctor("embedder"), [])
        port = self.start_server("--key", "sesame")
        self.embed_with("openai", port)
        self.assertEqual(self.doctor("embedder")[0][0], "error")
        self.assertIn("embedder.keyEnvironment", self.doctor("embedder")[0][1])
        self.environment["TEST_KEY"] = "sesame"
        self.embed_with("openai", port, keyEnvironment="TEST_KEY")
        self.assertEqual(self.doctor("embedder")[0][0], "ok")
        self.assertIn("none are kept", self.doctor("vectors")[0][1])
        self.assertEqual([text for request in self.requests() for text in request["texts"] if text != "hunch"], [])
        self.hunch("search", QUESTION)
        self.assertIn(" are kept", self.doctor("vectors")[0][1])
        status = json.loads(self.hunch("status", "--json").stdout)
        self.assertGreater(status["vectors"]["kept"], 0)
        self.embed_with("openai", port, keyEnvironment="TEST_KEY", passagePrefix="passage: ")
        self.assertEqual(self.doctor("vectors")[0][0], "warning")
        self.server.kill()
        self.server.wait()
        self.assertIn("embedder.url", self.doctor("embedder")[0][1])
        self.configure('{"embedder": {"provider": "static", "path": "/nowhere"}}')
        self.assertEqual(self.doctor("embedder")[0][0], "error")
        self.configure('{"embedder": {"provider": "hashed"}}')
        self.assertEqual(self.doctor("embedder")[0][0], "ok")

    def test_an_editor_sees_vectors_being_made(self):
        self.embed_with("openai", self.start_server(), pricePerMillionTokens=1000)
        client = self.client()
        client.initialize()
        params = client.wait_notification("hunch/status", lambda p: p.get("vectors", {"done": 0, "total": 1})["done"]
                                          >= p.get("vectors", {"total": 1})["total"])
        self.assertGreater(params["vectors"]["tokens"], 0)
        self.assertGreater(params["vectors"]["cost"], 0)
        self.assertIn("vectors: ", params["text"])

    def test_a_remote_address_must_be_https(self):
        self.configure('{"embedder": {"provider": "openai", "url": "http://192.0.2.1"}}')
        done = self.hunch("search", "deposit cents")
        self.assertIn("192.0.2.1", done.stderr)
        self.assertIn("account_deposit", done.stdout)

    def test_a_table_that_is_none_is_named(self):
        folder = os.path.join(self.temporary, "table")
        for path, said in ((folder, "tokenizer.json"), ("table", "not a path")):
            self.configure(json.dumps({"embedder": {"provider": "static", "path": path}}))
            done = self.hunch("search", "deposit cents")
            self.assertIn(said, done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
            self.assertIn("account_deposit", done.stdout)

    def test_an_editor_may_not_name_the_server(self):
        port = self.start_server()
        client = self.ready(initializationOptions={"embedder": {"provider": "openai", "url": f"http://127.0.0.1:{port}"}})
        self.assertEqual(self.requests(), [])

    def test_an_editor_gets_near_chunks_where_it_asks_for_them(self):
        self.embed_with("openai", self.start_server())
        client = self.ready(initializationOptions={"retrieval.sources": {"vector": True, "lexical": False}})
        text = "# ship cargo harbour\n\n"
        client.open("src/trade.py", text)
        for _ in range(100):  # the vectors are made behind everything else
            items = client.request("hunch/context", client.at("src/trade.py", 1, 0))["results"]
            if any(item["source"] == "vector" for item in items):
                break
            time.sleep(0.1)
        self.assertIn("src/ferry.py", [item["uri"].split("repository/")[1] for item in items if item["source"] == "vector"])


if __name__ == "__main__":
    support.main()

"""Drives `hunch lsp` as an editor would, and as no editor should."""
import json
import os
import pathlib
import random
import subprocess
import time
import unittest

from lspclient import ServerError, frame
from support import BINARY, Case, main

REPEATED = "int first_total(void) {\n    return account_total(0);\n}\n\n" \
           "int second_total(void) {\n    return account_total(0);\n}\n\n" \
           "int third_total(void) {\n    return acc"


def apply(text, item):
    """What the document becomes when an item is accepted; ranges in UTF-16 units."""
    lines = text.split("\n")
    start, end = item["range"]["start"], item["range"]["end"]
    assert start["line"] == end["line"], item
    units = lines[start["line"]].encode("utf-16-le")
    head, tail = units[:2 * start["character"]], units[2 * end["character"]:]
    lines[start["line"]] = head.decode("utf-16-le") + item["insertText"] + tail.decode("utf-16-le")
    return "\n".join(lines)


class LspCase(Case):
    def raw(self, data, **more):
        """One run with all its input given at once."""
        return subprocess.run([BINARY, "lsp"], input=data, capture_output=True, cwd=self.root, env=self.environment,
                              timeout=60, **more)


class Conversation(LspCase):
    def test_handshake(self):
        client = self.client()
        started = time.monotonic()
        result = client.initialize({"window": {"workDoneProgress": True}})
        self.assertLess(time.monotonic() - started, 5)
        self.assertIs(result["capabilities"]["inlineCompletionProvider"], True)
        self.assertEqual(result["capabilities"]["positionEncoding"], "utf-16")
        self.assertEqual(result["serverInfo"]["name"], "hunch")
        status = client.wait_ready()
        self.assertEqual(status["state"], "ready")
        self.assertGreaterEqual(status["index"]["files"], 4)
        kinds = [m["params"]["value"]["kind"] for m in client.messages if m.get("method") == "$/progress"]
        if not kinds or kinds[-1] != "end":
            client.wait_notification("$/progress", lambda p: p["value"]["kind"] == "end")
        self.assertEqual(client.request("hunch/status")["index"]["ready"], True)
        self.assertEqual(client.shutdown(), 0)

    def test_it_is_small(self):
        client = self.ready()
        with open(f"/proc/{client.server.pid}/maps") as maps:
            if "san.so" in maps.read():
                self.skipTest("sanitizers take memory of their own")
        with open(f"/proc/{client.server.pid}/status") as status:
            resident = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
        self.assertLess(resident, 30 * 1024, "KB resident with a small repository indexed")

    def test_exit_without_shutdown(self):
        client = self.client()
        client.initialize()
        client.notify("exit")
        self.assertEqual(client.close(), 1)

    def test_end_of_input(self):
        client = self.client()
        client.initialize()
        client.start("hunch/status")
        self.assertEqual(client.close(), 1)

    def test_a_broken_settings_file_is_shown(self):
        self.configure('{"model": {')
        client = self.client()
        client.initialize()
        client.wait_notification("hunch/status", lambda status: "config.json" in status.get("message", ""))
        self.assertEqual(client.request("hunch/status")["state"], "warning")

    def test_without_a_root(self):
        client = self.client()
        client.initialize(rootUri=None, workspaceFolders=None)
        client.open("untitled:1", REPEATED)
        client.complete("untitled:1", 9, 14)
        client.open("src/new.c", REPEATED)
        client.complete("src/new.c", 9, 14)
        self.assertEqual(client.shutdown(), 0)

    def test_missing_root(self):
        client = self.client()
        client.initialize(rootUri="file:///does/not/exist", workspaceFolders=None)
        status = client.wait_notification("hunch/status")
        self.assertIn("/does/not/exist", status["message"])
        self.assertEqual(client.request("hunch/status")["state"], status["state"])
        self.assertEqual(client.shutdown(), 0)

    def test_the_whole_machine_is_no_root(self):
        client = self.client()
        client.initialize(rootUri="file:///", workspaceFolders=None)
        status = client.wait_notification("hunch/status")
        self.assertIn("whole machine", status["message"])
        self.assertEqual(status["index"]["total"], 0)
        self.assertEqual(client.shutdown(), 0)

    def test_dead_parent_is_no_parent(self):
        client = self.client()
        client.initialize(processId=2 ** 22 + 17)
        client.wait_ready()
        self.assertEqual(client.shutdown(), 0)


class Completion(LspCase):
    def test_completes_what_the_repository_repeats(self):
        client = self.ready()
        text = REPEATED
        client.open("src/new.c", text)
        deadline = time.monotonic() + 20
        items = []
        while not items and time.monotonic() < deadline:  # the document's own text gets into the index first
            items = client.complete("src/new.c", 9, 14, invoked=True)["items"]
        self.assertTrue(items, client.request("hunch/why", {"textDocument": {"uri": client.uri("src/new.c")}}))
        for item in items:
            self.assertIsInstance(item["insertText"], str)
            self.assertEqual(item["command"]["command"], "hunch.didAccept")
            self.assertTrue(apply(text, item).startswith(text), item)
        self.assertIn("account_total", items[0]["insertText"])
        accepted = client.request("workspace/executeCommand", items[0]["command"])
        self.assertIsNone(accepted)
        with self.assertRaises(ServerError):
            client.request("workspace/executeCommand", {"command": "rm"})
        why = client.request("hunch/why", {"textDocument": {"uri": client.uri("src/new.c")}})
        self.assertEqual(why["outcome"], "shown")
        self.assertTrue(why["text"].startswith("suggested: "), why["text"])
        self.assertIn("context of", why["text"])
        popup = client.request("textDocument/completion", client.at("src/new.c", 9, 14))
        self.assertIs(popup["isIncomplete"], True)
        for item in popup["items"]:
            self.assertTrue(item["textEdit"]["newText"])

    def test_what_is_shown_stays_while_it_is_typed_and_comes_back(self):
        client = self.ready()
        before = '#include "account.h"\n\nint bank_refund(struct account *from, int cents) {\n    if (account_w'
        behind = "\n        return -1;\n    }\n    return 0;\n}\n"
        client.open("src/refund.c", before + behind)

        def shown(typed):
            text = before + typed
            client.change("src/refund.c", text + behind)
            items = client.complete("src/refund.c", 3, len(text.split("\n")[3]))["items"]
            return apply(text, items[0]) if items else text

        deadline = time.monotonic() + 20
        while (whole := shown("")) == before and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertTrue(whole.startswith(before + "ithdraw("), whole)
        rest = whole[len(before):]
        for end in range(1, len(rest)):
            self.assertEqual(shown(rest[:end]), whole)
        for over in ("x", "xy", "xyz", "xy", "x"):
            self.assertNotEqual(shown(over), whole)
        self.assertEqual(shown(""), whole)  # what was typed instead is taken back

    def test_half_a_name_is_not_taken_for_a_whole_one(self):
        client = self.ready()
        text = REPEATED
        client.open("src/new.c", text)
        for letter in "ess":
            end = len(text.split("\n")[9])
            client.change("src/new.c", (9, end, 9, end, letter))
            text += letter
            for item in client.complete("src/new.c", 9, end + 1, invoked=True)["items"]:
                self.assertRegex(apply(text, item)[len(text):], r"^\w", text)

    def test_follows_edits(self):
        client = self.ready()
        text = "a\N{GRINNING FACE}b\nreturn"
        client.open("src/new.c", text)
        client.change("src/new.c", (0, 3, 0, 4, "X"), (1, 6, 1, 6, " 1;\r\n"))
        client.change("src/new.c", (99, 0, 99, 0, "end"))
        client.request("hunch/context", client.at("src/new.c", 2, 3))
        client.change("src/new.c", REPEATED)
        client.complete("src/new.c", 9, 14)
        why = client.request("hunch/why")
        self.assertIn("outcome", why)

    def test_a_document_that_is_too_large_says_so(self):
        client = self.ready()
        client.open("src/huge.c", "int a;\n" * (17 << 20 >> 3) + "int b;\n" * (1 << 19))
        self.assertEqual(client.complete("src/huge.c", 0, 6), {"items": []})
        self.assertIn("16 MB", json.dumps(client.request("hunch/why", {"textDocument": {"uri": client.uri("src/huge.c")}})))

    def test_a_new_document_is_completed_and_not_stored(self):
        client = self.ready()
        for uri in ("untitled:Untitled-1", pathlib.Path(self.root, "src/unsaved.c").as_uri().replace("file:///", "untitled:/")):
            text = '#include "account.h"\n\nint lend(struct account *from, int cents) {\n    if (account_withdraw(from, '
            client.open(uri, text)
            items = client.complete(uri, 3, 29, invoked=True)["items"]
            why = client.request("hunch/why", {"textDocument": {"uri": uri}})
            self.assertTrue(any("cents" in item["insertText"] for item in items), why)
            found = client.request("hunch/context", client.at(uri, 3, 20))["results"]
            self.assertTrue(any(item["uri"].endswith("/src/account.h") for item in found), found)
        files = client.request("hunch/status")["index"]["files"]
        client.open("git:/src/account.c?HEAD", "x")
        self.assertEqual(client.complete("git:/src/account.c?HEAD", 0, 1), {"items": []})
        client.wait_notification("window/logMessage", lambda line: "git:/src/account.c?HEAD" in line["message"])
        self.assertEqual(client.shutdown(), 0)
        stored = json.loads(self.hunch("status", "--json").stdout)
        self.assertEqual(stored["files"], files)
        for path in pathlib.Path(self.environment["XDG_CACHE_HOME"]).rglob("*"):
            self.assertFalse(path.is_file() and b"untitled" in path.read_bytes(), path)

    def test_what_is_changed_twice_is_foretold(self):
        for name in ("front", "back", "cellar", "attic", "garage", "garden"):
            self.write(f"src/{name}.c", f"#include \"door.h\"\n\nint enter_{name}(struct door *door) {{\n"
                                        "    return open_door(door, SLOW_SPEED);\n}\n")
        client = self.ready()
        for name in ("front", "back", "cellar"):
            client.open(f"src/{name}.c")
        client.open("src/asks.c", "int ask(struct account *account) {\n    return account_freeze(\n")
        before, old = "    return ", "open_door"
        patience = time.monotonic() + 60

        def edited(name):
            found = client.request("hunch/context", client.at("src/asks.c", 1, 26))["results"]
            return any(item["source"] == "edit" and item["uri"].endswith(f"/src/{name}.c") for item in found)

        def suggested():
            items = client.complete("src/cellar.c", 3, len(before), invoked=True)["items"]
            return [item["insertText"].strip() for item in items]

        for name in ("front", "back"):
            while not edited(name):  # what is changed before the document was first read is not noticed
                self.assertLess(time.monotonic(), patience)
                client.change(f"src/{name}.c", (5, 0, 5, 0, "int account_freeze(struct account *account, int until);\n"))
                time.sleep(0.05)
            client.change(f"src/{name}.c", (3, len(before), 3, len(before) + len(old), "unlock_door"))
        client.change("src/cellar.c", (3, len(before), 4, 0, "\n"))
        while suggested()[:1] != ["unlock_door(door, SLOW_SPEED);"]:
            self.assertLess(time.monotonic(), patience, suggested())
        client.change("src/cellar.c", (3, len(before), 4, 0, "unlock_door(door, SLOW_SPEED);\n"))
        self.assertEqual(client.shutdown(), 0)

    def test_typed_text_is_found_at_once(self):
        client = self.ready()
        client.open("src/account.c")
        client.open("src/asks.c", "")

        def finds(word):
            client.change("src/account.c", (0, 0, 0, 0, f"int {word}(void);\n"))
            client.change("src/asks.c", f"x = {word}")
            found = client.request("hunch/context", client.at("src/asks.c", 0, 4 + len(word)))["results"]
            return any(item["uri"].endswith("/src/account.c") and item["range"]["start"]["line"] == 0 for item in found)

        patience = time.monotonic() + 30
        while not finds("walrus"):  # until the document has been parsed once
            self.assertLess(time.monotonic(), patience)
            time.sleep(0.05)
        for word in ("teapot", "gondola", "kestrel", "pumice", "ocelot"):
            self.assertTrue(finds(word), word)

    def test_context(self):
        client = self.ready()
        client.open("src/bank.c")
        found = client.request("hunch/context", client.at("src/bank.c", 3, 10))
        self.assertIn("total", found["timings"])
        uris = [item["uri"] for item in found["results"]]
        self.assertTrue(any(uri.endswith("/src/account.c") or uri.endswith("/src/account.h") for uri in uris), found)
        for item in found["results"]:
            self.assertLess(item["range"]["start"]["line"], item["range"]["end"]["line"])
            self.assertIn("source", item)
            self.assertGreater(item["tokens"], 0)

    def test_recent_edits_are_context(self):
        client = self.ready()
        client.open("src/account.c")
        client.open("src/asks.c", "int ask(struct account *account) {\n    return account_freeze(\n")
        freeze = "int account_freeze(struct account *account, int until);\n"

        def edits():
            found = client.request("hunch/context", client.at("src/asks.c", 1, 26))["results"]
            return [item for item in found if item["source"] == "edit"]

        patience = time.monotonic() + 30
        while not edits():  # what is changed before the document was first read is not noticed
            self.assertLess(time.monotonic(), patience)
            client.change("src/account.c", (9, 0, 9, 0, freeze))
            time.sleep(0.05)
        (edit,) = edits()
        self.assertTrue(edit["uri"].endswith("/src/account.c"))
        self.assertGreaterEqual(edit["range"]["start"]["line"], 8)
        client.close_document("src/account.c")
        while edits():  # it is closed behind the next questions
            self.assertLess(time.monotonic(), patience)
            time.sleep(0.05)

    def test_ignored_files_stay_out(self):
        client = self.ready()
        os.symlink("../.env", os.path.join(self.root, "src/notes.c"))
        os.symlink("../build", os.path.join(self.root, "src/other"))
        for path in (".env", "build/ignored.c", ".git/config.c", "src/notes.c", "src/other/ignored.c"):
            client.open(path, "SECRET_TOKEN=hunter2\nint a(void) {\n    return SEC")
            self.assertEqual(client.complete(path, 2, 14, invoked=True), {"items": []})
            why = client.request("hunch/why", {"textDocument": {"uri": client.uri(path)}})
            self.assertEqual(why["outcome"], "ignored", path)

    def test_cancel_and_supersede(self):
        client = self.ready()
        client.open("src/new.c", REPEATED)
        ids = [client.start_complete("src/new.c", 9, 14) for _ in range(50)]
        client.cancel(ids[-1])
        client.cancel(12345)
        outcomes = []
        for identifier in ids:
            try:
                outcomes.append("items" if "items" in client.answer(identifier) else "?")
            except ServerError as error:
                outcomes.append(error.code)
        self.assertTrue(set(outcomes) <= {"items", -32800}, outcomes)
        client.cancel(ids[0])
        self.assertIn("state", client.request("hunch/status"))
        answers = [m["id"] for m in client.messages if "id" in m and "method" not in m]
        self.assertEqual(len(answers), len(set(answers)))

    def test_workspace_cannot_redirect(self):
        client = self.client(settings={"model": {"provider": "openai", "url": "http://127.0.0.1:9"}})
        client.initialize({"workspace": {"configuration": True}})
        client.wait_notification("window/logMessage", lambda params: "model" in params["message"])
        self.assertEqual(client.wait_ready()["state"], "ready")
        self.assertNotIn("127.0.0.1:9", str(client.request("hunch/status")))


class BadInput(LspCase):
    def test_thousand_malformed_messages(self):
        client = self.ready()
        chance = random.Random(1)
        good = frame({"jsonrpc": "2.0", "id": "probe", "method": "hunch/status"})
        for number in range(1000):
            kind = number % 8
            noise = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 200)))
            if kind == 0:
                client.write(frame(noise))
            elif kind == 1:
                client.write(noise.replace(b"C", b"c") + b"\n")
            elif kind == 2:
                client.write(b"Content-Length: %d\r\n\r\n" % chance.choice([-1, 10 ** 12, 2 ** 63]))
            elif kind == 3:
                client.write(frame(chance.choice([[], 5, None, "x", {}, {"id": 1}, [{"id": 1, "method": "x"}]])))
            elif kind == 4:
                client.write(frame({"jsonrpc": "2.0", "id": chance.choice([1.5, None, True, {}]), "method": "hunch/why"}))
            elif kind == 5:
                client.write(frame(b'{"jsonrpc":"2.0","id":7,"method":"hunch/why"'))
            elif kind == 6:
                client.write(frame({"jsonrpc": "2.0", "method": "textDocument/didChange",
                                    "params": chance.choice([None, [], {"textDocument": 5, "contentChanges": 7}])}))
            else:
                client.write(good[:chance.randrange(1, len(good) - 1)] + b"\n")
        # whatever the last broken length swallowed, a few repeats are read again
        for _ in range(3):
            client.write(good)
        answer = client.wait(lambda m: m.get("id") == "probe" and "result" in m, "answer after the noise")
        self.assertEqual(answer["result"]["state"], "ready")
        self.assertFalse([m for m in client.messages if "broken" in m])
        self.assertEqual(client.shutdown(), 0)

    def test_lifecycle_errors(self):
        client = self.client()
        with self.assertRaises(ServerError) as caught:
            client.request("hunch/status")
        self.assertEqual(caught.exception.code, -32002)
        client.initialize()
        for method, code in (("initialize", -32600), ("nope/nope", -32601), ("textDocument/inlineCompletion", -32602)):
            with self.assertRaises(ServerError) as caught:
                client.request(method, {})
            self.assertEqual(caught.exception.code, code)
        client.request("shutdown")
        with self.assertRaises(ServerError) as caught:
            client.request("hunch/status")
        self.assertEqual(caught.exception.code, -32600)

    def test_huge_document(self):
        client = self.ready()
        client.open("src/huge.c", "int x;\n" * (17 * 1024 * 1024 // 7))
        self.assertEqual(client.complete("src/huge.c", 5, 3), {"items": []})
        client.change("src/huge.c", REPEATED)
        client.complete("src/huge.c", 9, 14)
        self.assertEqual(client.shutdown(), 0)

    def test_odd_standard_input(self):
        with open(os.devnull, "rb") as null:
            done = subprocess.run([BINARY, "lsp"], stdin=null, capture_output=True, cwd=self.root,
                                  env=self.environment, timeout=60)
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        whole = frame({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {}}) + \
            frame({"jsonrpc": "2.0", "method": "initialized", "params": {}}) + \
            frame({"jsonrpc": "2.0", "id": 2, "method": "shutdown"}) + frame({"jsonrpc": "2.0", "method": "exit"})
        path = self.write("conversation", whole)
        out = os.path.join(self.temporary, "out")
        with open(path, "rb") as file, open(out, "wb") as target:
            done = subprocess.run([BINARY, "lsp"], stdin=file, stdout=target, stderr=subprocess.PIPE, cwd=self.root,
                                  env=self.environment, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(out, "rb") as file:
            text = file.read()
        self.assertIn(b'"id":1,"result"', text)
        self.assertIn(b'"id":2,"result":null', text)
        piped = self.raw(whole)
        self.assertEqual(piped.returncode, 0)
        self.assertIn(b'"id":2,"result":null', piped.stdout)

    def test_closed_standard_output(self):
        server = subprocess.Popen([BINARY, "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, cwd=self.root, env=self.environment)
        server.stdout.close()
        try:
            for number in range(100):
                server.stdin.write(frame({"jsonrpc": "2.0", "id": number, "method": "initialize", "params": {}}))
                server.stdin.flush()
                time.sleep(0.01)
        except BrokenPipeError:
            pass
        try:
            server.stdin.close()
        except BrokenPipeError:
            pass
        self.assertEqual(server.wait(20), 1)


if __name__ == "__main__":
    main()

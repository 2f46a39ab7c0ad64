"""Models behind a server: named by the user alone, and every trouble with them said."""
import json
import os
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../e2e"))
import support  # noqa: E402


class Case(support.Case):
    def start_server(self, *arguments):
        server = subprocess.Popen([sys.executable, os.path.join(support.SOURCE, "tests/e2e/servers/completions.py"), *arguments],
                                  stdout=subprocess.PIPE, text=True)
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        return int(server.stdout.readline().split()[-1])

    def wait_for_request(self, log, process):
        """Of the server that logs there, by the process, for a completion."""
        while process.poll() is None:
            if os.path.exists(log):
                with open(log, encoding="utf-8") as file:
                    if "/v1/completions" in file.read():
                        return
            time.sleep(0.02)
        self.fail("it has ended")


class Models(Case):
    def test_a_server_that_the_user_names_answers(self):
        port = self.start_server("--text", "bank_fee(to) + account_deposit(to, cents);")
        self.configure('{"model": {"provider": "openai", "url": "http://127.0.0.1:%d", "name": "qwen2.5-coder", "instantConfidence": 0}}' % port)
        answer = json.loads(self.hunch("complete", "src/bank.c:7:12", "--json").stdout)
        self.assertEqual(answer["outcome"], "shown", answer)
        # What stands right of the cursor already is not offered again.
        self.assertEqual(answer["candidates"][0]["shown"], "bank_fee(to) +")
        self.assertGreater(answer["promptBytes"], 100)

    def test_a_dead_server_is_named(self):
        port = support.free_port()
        self.configure(json.dumps({"model": {"provider": "openai", "url": f"http://127.0.0.1:{port}", "name": "qwen2.5-coder"},
                                   "fallback.builtIn": False}))
        answer = json.loads(self.hunch("complete", "src/bank.c:7:12", "--json", status=1).stdout)
        self.assertEqual(answer["outcome"], "unreachable")
        self.assertIn(str(port), answer["reason"])
        done = self.hunch("doctor", status=1)
        self.assertIn(str(port), done.stdout)

    def test_an_answer_that_drips_ends_at_its_deadline(self):
        port = self.start_server("--text", "x", "--endless", "--delay", "0.02")
        self.configure(json.dumps({"model": {"provider": "openai", "url": f"http://127.0.0.1:{port}", "name": "qwen2.5-coder"},
                                   "fallback.builtIn": False, "completion.timeoutMs": 400}))
        answer = json.loads(self.hunch("complete", "src/bank.c:7:12", "--json", status=1).stdout)
        self.assertEqual(answer["outcome"], "timeout")
        self.assertIn("the answer did not end in time", answer["reason"])
        self.assertIn("completion.timeoutMs", answer["reason"])

    def test_of_an_answer_that_does_not_end_the_whole_lines_are_kept(self):
        port = self.start_server("--text", "if (cents < 0) {\n        return -2;\n    }\n    int res", "--stall-after", "12")
        server = {"provider": "openai", "url": f"http://127.0.0.1:{port}", "name": "qwen2.5-coder"}
        self.configure(json.dumps({"model": server, "completion.timeoutMs": 1000}))
        self.write("src/more.c", "int more(int cents) {\n    \n}\n")
        answer = json.loads(self.hunch("complete", "src/more.c:2:5", "--json").stdout)
        self.assertEqual(answer["model"], "qwen2.5-coder", answer)
        self.assertEqual(answer["candidates"][0]["shown"], "if (cents < 0) {\n        return -2;\n    }")

    def test_of_an_answer_without_a_whole_line_the_next_model_answers(self):
        port = self.start_server("--text", "x", "--endless", "--delay", "0.02")
        self.configure(json.dumps({"model": {"provider": "openai", "url": f"http://127.0.0.1:{port}", "name": "qwen2.5-coder"},
                                   "completion.timeoutMs": 1000}))
        answer = json.loads(self.hunch("complete", "src/bank.c:7:12", "--json").stdout)
        self.assertEqual(answer["model"], "built-in", answer)
        self.assertIn("did not end in time", answer["instead"])

    def test_a_server_that_never_answers_is_followed_by_the_next_model(self):
        silent = socket.create_server(("127.0.0.1", 0))  # whose backlog takes what nobody accepts
        self.addCleanup(silent.close)
        self.configure(json.dumps({"model": {"provider": "openai", "url": f"http://127.0.0.1:{silent.getsockname()[1]}",
                                             "name": "unheard-of"}, "completion.timeoutMs": 2000}))
        answer = json.loads(self.hunch("complete", "src/bank.c:7:12", "--json").stdout)
        self.assertEqual(answer["model"], "built-in", answer)
        self.assertIn("no answer in time", answer["instead"])

    def test_the_demo_says_why_nobody_answered(self):
        server = {"provider": "openai", "url": f"http://127.0.0.1:{support.free_port()}", "name": "qwen2.5-coder"}
        self.configure(json.dumps({"model": server, "fallback.builtIn": False}))
        done = self.hunch("demo", status=1)
        self.assertIn("no model answered: ", done.stderr)
        self.assertNotIn("Above stand", done.stdout)

    def test_the_demo_counts_no_place_that_is_gone_when_its_turn_comes(self):
        path = self.write("src/many.c", "".join(f"int part_{i} = compute_total(account_{i});\n" for i in range(400)))
        log = os.path.join(self.temporary, "log")
        port = self.start_server("--text", "x", "--first-delay", "1", "--log", log)
        server = {"provider": "openai", "url": f"http://127.0.0.1:{port}", "name": "qwen2.5-coder"}
        self.configure(json.dumps({"model": server, "fallback.builtIn": False}))
        with subprocess.Popen([support.BINARY, "demo", path], env=self.environment, stdout=subprocess.PIPE, text=True) as demo:
            self.wait_for_request(log, demo)
            self.write("src/many.c", "int all;\n" * 400)
            self.assertRegex(demo.stdout.read(), "^Asked at 1 place: ")

    def test_a_remote_http_url_is_refused(self):
        self.configure('{"model": {"provider": "openai", "url": "http://192.0.2.1:8000", "name": "qwen2.5-coder"}}')
        done = self.hunch("complete", "src/bank.c:7:12", "--json")
        self.assertIn("192.0.2.1", done.stderr)
        self.assertIn("https", done.stderr)
        self.assertEqual(json.loads(done.stdout)["model"], "built-in")

    def test_a_model_whose_key_is_missing_leaves_it_to_the_next(self):
        port = self.start_server("--text", "account_deposit(to, cents);")
        server = {"provider": "openai", "url": f"http://127.0.0.1:{port}", "name": "qwen2.5-coder"}
        self.configure(json.dumps({"model": {**server, "keyEnvironment": "HUNCH_NO_SUCH_KEY"}, "fallback": server}))
        done = self.hunch("complete", "src/bank.c:7:12", "--json")
        self.assertIn("HUNCH_NO_SUCH_KEY", done.stderr)
        self.assertEqual(json.loads(done.stdout)["model"], "qwen2.5-coder")
        checks = json.loads(self.hunch("doctor", "--json", status=1).stdout)["checks"]
        verdicts = {check["name"]: check["verdict"] for check in checks}
        names = [check["name"] for check in checks if check["name"] != "settings"]
        self.assertEqual(names, ["hunch", "cache", "repository", "index", "model", "fallback", "built-in"])  # in any run
        self.assertEqual((verdicts["model"], verdicts["fallback"], verdicts["built-in"]), ("error", "ok", "ok"), checks)

    def test_the_whole_machine_is_no_project(self):
        for arguments in (["index", "/"], ["doctor", "/"], ["complete", "/:1:1"]):
            done = self.hunch(*arguments, status=2)
            self.assertIn("whole machine", done.stderr + done.stdout)

    def test_output_that_cannot_be_written_is_said(self):
        for arguments in (["index"], ["complete", "src/bank.c:7:12"], ["--version"]):
            with open("/dev/full", "w") as full:
                done = subprocess.run([support.BINARY, *arguments], cwd=self.root, stdout=full, stderr=subprocess.PIPE,
                                      stdin=subprocess.DEVNULL, text=True, env=self.environment, timeout=60)
            self.assertEqual(done.returncode, 1, arguments)
            self.assertIn("cannot write the output", done.stderr)

    def test_a_model_without_a_name_is_called_so(self):
        self.configure('{"model": {"provider": "openai", "url": "http://127.0.0.1:1"}, "fallback.builtIn": false}')
        self.assertIn("unnamed model", self.hunch("complete", "src/bank.c:7:12", status=1).stdout)

    def test_a_model_without_a_template_is_a_warning(self):
        port = self.start_server("--text", "x")
        self.configure('{"model": {"provider": "openai", "url": "http://127.0.0.1:%d", "name": "unheard-of"}}' % port)
        self.assertIn("model.template", self.hunch("doctor").stdout)

    def test_a_model_without_a_template_gets_no_more_than_its_window(self):
        log = os.path.join(self.temporary, "requests")
        port = self.start_server("--text", "account_deposit(to, cents);", "--log", log)
        self.configure(json.dumps({"model": {"provider": "openai", "url": f"http://127.0.0.1:{port}", "name": "unheard-of",
                                             "contextTokens": 2048}}))
        self.write("src/long.c", "int first_of(struct account *account);\n" * 800 + "int give(int cents) {\n    return account_deposit(\n}\n")
        answer = json.loads(self.hunch("complete", "src/long.c:802:28", "--json").stdout)
        self.assertEqual(answer["model"], "unheard-of")
        with open(log, encoding="utf-8") as file:
            sent = [json.loads(json.loads(line)["body"])["prompt"] for line in file if "completions" in line][-1]
        self.assertLess(len(sent), 2048 * 6)
        self.assertTrue(sent.endswith("    return account_deposit("))
        self.assertIn("// src/account.", sent)  # with what was retrieved

    def test_an_editor_gets_its_completion_from_the_server(self):
        port = self.start_server("--text", "account_deposit(to, cents);")
        self.configure('{"model": {"provider": "openai", "url": "http://127.0.0.1:%d", "name": "qwen2.5-coder", "instantConfidence": 0}}' % port)
        client = self.ready()
        text = "#include \"account.h\"\n\nint give(struct account *to, int cents) {\n    return \n}\n"
        client.open("src/give.c", text)
        items = client.complete("src/give.c", 3, 11)["items"]
        self.assertEqual(items[0]["insertText"], "account_deposit(to, cents);")

    def test_a_prompt_keeps_the_head_of_the_one_before(self):
        log = os.path.join(self.temporary, "requests")
        port = self.start_server("--text", "x", "--log", log)
        self.configure('{"model": {"provider": "openai", "url": "http://127.0.0.1:%d", "name": "qwen2.5-coder", "instantConfidence": 0}}' % port)
        client = self.ready(trace="messages")
        client.open("src/give.c", "#include \"account.h\"\n\nint give(struct account *to, int cents) {\n    return \n}\n")
        prompts = []
        # What is found for the first may be cut short on a busy machine, and comes with one of the next.
        for at, letter in enumerate(" account_deposit", 10):
            client.change("src/give.c", (3, at, 3, at + (at == 10), letter))
            client.complete("src/give.c", 3, at + 1)
            told = client.request("hunch/why", {"textDocument": {"uri": client.uri("src/give.c")}})["prompt"]
            with open(log, encoding="utf-8") as file:
                bodies = [json.loads(line)["body"] for line in file]
            prompts = [json.loads(body)["prompt"] for body in bodies if body]
            if told["block"] == "kept" and "int account_deposit(" in prompts[-1]:
                break
        first, second = prompts[-2:]
        kept = len(os.path.commonprefix([first, second]))
        self.assertIn("account_deposit", second[:kept])
        self.assertEqual((told["bytes"], told["keptBytes"], told["block"]), (len(second), kept, "kept"))
        self.assertLess(told["changedTokens"], told["tokens"] / 2)
        client.wait_notification("$/logTrace", lambda params: f"{told['changedTokens']} of them new" in params["message"])


class Chain(Case):
    """Remote, local, built in: whoever can answers, and it is said why the first one does not."""

    def servers(self, first, second=None, **fallback):
        settings = {"model": {"provider": "openai", "url": f"http://127.0.0.1:{first}", "name": "qwen2.5-coder", "instantConfidence": 0}}
        if second:
            settings["fallback"] = {"provider": "openai", "url": f"http://127.0.0.1:{second}", "name": "starcoder2"}
        self.configure(json.dumps({**settings, **fallback}))

    def bodies(self, log):
        with open(log, encoding="utf-8") as file:
            return [json.loads(line) for line in file if "completions" in line]

    def test_the_built_in_model_answers_where_a_server_is_dead(self):
        port = support.free_port()
        self.servers(port)
        self.write("src/more.c", "int more(struct account *to, int cents) {\n    return \n}\n")
        answer = json.loads(self.hunch("complete", "src/more.c:2:12", "--json").stdout)
        self.assertEqual((answer["outcome"], answer["model"]), ("shown", "built-in"), answer)
        self.assertIn(f"127.0.0.1:{port}", answer["instead"])
        self.assertIn(f"127.0.0.1:{port}", self.hunch("complete", "src/more.c:2:12", "--why").stdout)

    def test_the_next_server_gets_a_prompt_of_its_own(self):
        log = os.path.join(self.temporary, "second")
        first = self.start_server("--status", "429", "--message", "insufficient_quota", "--key", "")
        second = self.start_server("--text", "bank_fee(to) + account_deposit(to, cents);", "--log", log)
        self.servers(first, second)
        answer = json.loads(self.hunch("complete", "src/bank.c:7:12", "--json").stdout)
        self.assertEqual((answer["outcome"], answer["model"]), ("shown", "starcoder2"), answer)
        self.assertIn("no credit", answer["instead"])
        sent = json.loads(self.bodies(log)[-1]["body"])
        self.assertIn("<fim_suffix>", sent["prompt"])
        self.assertNotIn("<|fim_suffix|>", sent["prompt"])
        self.assertEqual(sent["model"], "starcoder2")

    def test_each_key_goes_to_its_own_server_alone(self):
        logs = [os.path.join(self.temporary, name) for name in ("first", "second")]
        first = self.start_server("--status", "500", "--log", logs[0])
        second = self.start_server("--text", "1;", "--log", logs[1])
        self.environment.update(KEY_ONE="sk-one", KEY_TWO="sk-two")
        settings = {"model": {"provider": "openai", "url": f"http://127.0.0.1:{first}", "name": "qwen2.5-coder", "keyEnvironment": "KEY_ONE"},
                    "fallback": {"provider": "openai", "url": f"http://127.0.0.1:{second}", "name": "starcoder2", "keyEnvironment": "KEY_TWO"}}
        self.configure(json.dumps(settings))
        answer = json.loads(self.hunch("complete", "src/bank.c:7:12", "--json").stdout)
        self.assertEqual(answer["model"], "starcoder2", answer)
        for log, own, other in zip(logs, ("sk-one", "sk-two"), ("sk-two", "sk-one")):
            with open(log, encoding="utf-8") as file:
                text = file.read()
            self.assertIn(own, text)
            self.assertNotIn(other, text)

    def test_the_doctor_checks_every_model(self):
        dead = support.free_port()
        self.servers(self.start_server("--text", "x"), dead)
        done = self.hunch("doctor", status=1)
        self.assertRegex(done.stdout, r"model +ok .*qwen2.5-coder")
        self.assertRegex(done.stdout, rf"fallback +error .*{dead}.*fallback\.url")
        self.assertRegex(done.stdout, r"built-in +ok .*nothing leaves")

    def test_where_both_servers_fail_each_is_named(self):
        ports = [support.free_port(), support.free_port()]
        self.servers(*ports, **{"fallback.builtIn": False})
        answer = json.loads(self.hunch("complete", "src/bank.c:7:12", "--json", status=1).stdout)
        self.assertEqual(answer["outcome"], "unreachable")
        plain = self.hunch("complete", "src/bank.c:7:12", status=1).stdout
        doctor = self.hunch("doctor", status=1).stdout
        client = self.ready()
        client.open("src/give.c", "int give(int cents) {\n    return \n}\n")
        client.complete("src/give.c", 1, 11)
        told = client.request("hunch/why", {"textDocument": {"uri": client.uri("src/give.c")}})
        status = client.request("hunch/status", {})
        self.assertEqual(status["state"], "error")
        self.assertIn("not working", status["text"])
        for port, group in zip(ports, ("model", "fallback")):
            for text in (answer["reason"], plain, doctor, told["reason"], told["text"], status["message"], status["text"]):
                self.assertIn(f"127.0.0.1:{port}/", text)
                self.assertIn(f"{group}.url", text)

    def test_the_fallback_that_is_misconfigured_is_called_by_its_name(self):
        self.configure(json.dumps({"model": {"provider": "openai", "url": "http://127.0.0.1:1", "name": "x"},
                                   "fallback": {"provider": "openai", "url": "http://192.0.2.1:8000", "name": "y"}}))
        self.assertIn("fallback.url", self.hunch("complete", "src/bank.c:7:12").stderr)

    def test_an_editor_is_told_who_answers_and_no_keystroke_waits(self):
        log = os.path.join(self.temporary, "first")
        first = self.start_server("--status", "503", "--log", log)
        self.servers(first)
        client = self.ready()
        client.open("src/give.c", "#include \"account.h\"\n\nint give(struct account *to, int cents) {\n    return \n}\n")
        for at, letter in enumerate(" account_", 10):
            client.change("src/give.c", (3, at, 3, at + (at == 10), letter))
            client.complete("src/give.c", 3, at + 1)
        told = client.request("hunch/why", {"textDocument": {"uri": client.uri("src/give.c")}})
        self.assertEqual(told["model"], "built-in", told)
        self.assertIn("503", told["instead"])
        status = client.request("hunch/status", {})
        self.assertEqual((status["state"], status["model"]), ("warning", "built-in"), status)
        self.assertIn("built-in", status["message"])
        self.assertIn("503", status["message"])
        self.assertLessEqual(len(self.bodies(log)), 4)  # the breaker opens after three


class Tiers(Case):
    """The built-in model answers where it is sure, the server in the background; nothing shown changes while it is typed."""

    def test_the_server_s_answer_follows_the_built_in_model_s(self):
        port = self.start_server("--text", "deposit(to, cents);\n    puts(\"given\");")
        self.configure(json.dumps({"model": {"provider": "openai", "url": f"http://127.0.0.1:{port}", "name": "qwen2.5-coder",
                                             "instantConfidence": 0.01}}))  # not for what it says behind that line
        client = self.ready()
        path = "src/give.c"
        uri = {"textDocument": {"uri": client.uri(path)}}
        client.open(path, "#include \"account.h\"\n\nint give(struct account *to, int cents) {\n    return account_\n}\n")

        def ask():
            items = client.complete(path, 3, column)["items"]
            return items[0]["insertText"] if items else "", client.request("hunch/why", uri)

        column, shown = 19, ""
        for _ in range(100):  # the built-in model may still be learning
            shown, told = ask()
            if told["model"] == "built-in" and shown.endswith("account_deposit(to, cents);"):
                break
            column += 1
            client.change(path, (3, column - 1, 3, column - 1, " "))
            column -= 1
            client.change(path, (3, column, 3, column + 1, ""))
        self.assertEqual((told["model"], told.get("atHand")), ("built-in", None), told)
        whole = left = told["candidates"][0]["shown"]
        for letter in left[:-1]:
            client.change(path, (3, column, 3, column, letter))
            column, left = column + 1, left[1:]
            _, told = ask()
            self.assertEqual((told["model"], told.get("atHand")), ("built-in", True), told)
            self.assertEqual(told["candidates"][0]["shown"], left)
            self.assertEqual(told["typed"] + left, whole)
        client.change(path, (3, column, 3, column, left))
        column += 1
        _, told = ask()
        self.assertEqual((told["model"], told.get("atHand")), ("qwen2.5-coder", True), told)
        self.assertEqual(told["candidates"][0]["shown"], "\n    puts(\"given\");")

    def test_a_server_that_wants_to_be_left_alone_is(self):
        log = os.path.join(self.temporary, "requests")
        port = self.start_server("--status", "429", "--retry-after", "600", "--log", log)
        self.configure(json.dumps({"model": {"provider": "openai", "url": f"http://127.0.0.1:{port}", "name": "qwen2.5-coder",
                                             "instantConfidence": 0.001}}))
        client = self.ready()
        for attempt in range(5):  # in files of their own: nothing is at hand
            path = f"src/give{attempt}.c"
            client.open(path, "#include \"account.h\"\n\nint give(struct account *to, int cents) {\n    return account_\n}\n")
            client.complete(path, 3, 19)
            deadline = time.monotonic() + 10
            while client.request("hunch/status", {})["state"] != "warning" and time.monotonic() < deadline:
                time.sleep(0.02)  # what is asked in the background comes when it comes
        time.sleep(0.2)  # so would what is asked once more
        with open(log, encoding="utf-8") as file:
            self.assertEqual(len([line for line in file if "completions" in line]), 1)
        status = client.request("hunch/status", {})
        self.assertEqual((status["state"], status["model"]), ("warning", "built-in"), status)
        self.assertIn("HTTP 429", status["message"])
        self.assertIn("not asked again", status["message"])


class Providers(Case):
    """What the engine compiles reaches each kind of server in the form it wants."""

    def ask(self, provider, name, text="bank_fee(to) + account_deposit(to, cents);"):
        log = os.path.join(self.temporary, "requests")
        port = self.start_server("--text", text, "--log", log)
        self.configure(json.dumps({"model": {"provider": provider, "url": f"http://127.0.0.1:{port}", "name": name}}))
        answer = json.loads(self.hunch("complete", "src/bank.c:7:12", "--json").stdout)
        self.assertEqual(answer["candidates"][0]["shown"], "bank_fee(to) +", answer)
        with open(log, encoding="utf-8") as file:
            lines = [json.loads(line) for line in file]
        return json.loads([line["body"] for line in lines if line["path"] not in ("/api/show", "/v1/models")][-1])

    def test_halves_go_apart(self):
        sent = self.ask("mistral", "codestral-latest")
        self.assertTrue(sent["prompt"].endswith("    return "), sent)
        self.assertIn("+++++ src/bank.c\n", sent["prompt"])
        self.assertEqual(sent["suffix"].split("\n")[0], "account_deposit(to, cents);")

    def test_ollama_inserts_for_a_model_nobody_knows(self):
        sent = self.ask("ollama", "mine:latest")
        self.assertTrue(sent["prompt"].endswith("    return "), sent)
        self.assertEqual(sent["suffix"].split("\n")[0], "account_deposit(to, cents);")
        self.assertNotIn("raw", sent)

    def test_ollama_gets_the_tokens_of_a_family(self):
        sent = self.ask("ollama", "qwen2.5-coder:1.5b")
        self.assertTrue(sent["raw"])
        self.assertIn("<|fim_suffix|>account_deposit(to, cents);", sent["prompt"])

    def test_a_chat_model_is_told_what_to_do(self):
        sent = self.ask("chat", "some-chat", "Sure!\n<insert>    return bank_fee(to) + account_deposit(to, cents);</insert>")
        self.assertIn("<|cursor|>", sent["messages"][0]["content"])
        self.assertIn("<file>\nsrc/bank.c\n", sent["messages"][1]["content"])
        self.assertIn("    return <|cursor|>account_deposit(to, cents);", sent["messages"][1]["content"])


if __name__ == "__main__":
    support.main()

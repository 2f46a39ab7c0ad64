"""A real llama-server, with a model that answers a text known beforehand."""
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../e2e"))
import support  # noqa: E402

ANSWER = "if (account_withdraw(from, 1) != 0) {\n        return -7;\n    }"
FOLDER = os.path.dirname(os.path.abspath(__file__))
MAKER = os.path.join(os.environ.get("HUNCH_BUILD") or os.path.join(support.SOURCE, "build/release"), "bin/make_gguf")
SERVER = None


def find_server():
    """The path of a llama-server, or an end of the whole test with its reason."""
    done = subprocess.run([os.path.join(FOLDER, "fetch_llama.sh")], stdout=subprocess.PIPE, text=True)
    if done.returncode == 77:
        print("skipped: no llama-server can be had here (the lines above say why)")
        sys.exit(77)
    done.check_returncode()
    return done.stdout.strip()


class Llama(support.Case):
    def start_llama(self, *arguments, name="qwen2.5-coder-canned.gguf", mark=()):
        model = os.path.join(self.temporary, name)
        subprocess.run([MAKER, model, ANSWER.replace("\n", "\\n"), *mark], check=True)
        self.port = support.free_port()
        log = open(os.path.join(self.temporary, "llama.log"), "w")
        server = subprocess.Popen([SERVER, "-m", model, "--host", "127.0.0.1", "--port", str(self.port), "-np", "1", "-t", "1",
                                   "--no-ui", "--offline", *arguments], stdout=log, stderr=log)
        self.addCleanup(log.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        self.wait_healthy(server)

    def wait_healthy(self, server):
        for _ in range(600):
            if server.poll() is not None:
                with open(os.path.join(self.temporary, "llama.log")) as log:
                    self.fail(log.read()[-2000:])
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health"):
                    return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        self.fail("llama-server did not start")

    def configure_llama(self, **more):
        model = {"provider": "llama-server", "url": f"http://127.0.0.1:{self.port}",
                 "instantConfidence": 0}  # else the built-in model answers where it is sure
        self.configure(json.dumps({"model": {**model, **more}}))

    def test_it_says_what_it_is_and_answers(self):
        self.start_llama("-c", "2048")
        self.configure_llama()
        answer = json.loads(self.hunch("complete", "src/bank.c:4:5", "--json").stdout)
        self.assertEqual(answer["model"], "qwen2.5-coder-canned.gguf")
        self.assertEqual(answer["candidates"][0]["text"], ANSWER.split("\n")[0])  # text follows on the line
        self.assertGreater(answer["promptTokens"], 100)
        self.assertIn("qwen2.5-coder-canned.gguf: answers", self.hunch("doctor").stdout)

    def test_its_tokens_tell_what_its_name_does_not(self):
        self.start_llama("-c", "4096", name="mystery.gguf")
        self.configure_llama()
        self.assertNotIn("model.template", self.hunch("doctor").stdout)
        answer = json.loads(self.hunch("complete", "src/bank.c:4:5", "--json").stdout)
        self.assertEqual(answer["candidates"][0]["text"], ANSWER.split("\n")[0])
        self.assertGreater(answer["promptBytes"], 100)

    def test_a_family_that_it_alone_knows_gets_both_halves(self):
        self.start_llama("-c", "4096", name="mystery.gguf", mark=("%",))
        self.configure_llama()
        self.assertNotIn("model.template", self.hunch("doctor").stdout)
        client = self.ready()
        text = "#include \"account.h\"\n\nint give(struct account *to, int cents) {\n    \n    return 0;\n}\n"
        client.open("src/give.c", text)
        uri = {"textDocument": {"uri": client.uri("src/give.c")}}
        for _ in range(50):  # the very first may come before that is known
            items = client.complete("src/give.c", 3, 4)["items"]
            told = client.request("hunch/why", uri)
            if "prompt" in told and items and items[0]["insertText"].strip() == ANSWER:
                break
            time.sleep(0.1)
        self.assertEqual(items[0]["insertText"].strip(), ANSWER, told)
        at = 4
        for typed in ["int a = 1; "] * 5:  # until its tokenizer is measured, which sets how much there is room for
            client.change("src/give.c", (3, at, 3, at, typed))
            at += len(typed)
            client.complete("src/give.c", 3, at)
            told = client.request("hunch/why", uri)
            self.assertEqual(told["model"], "mystery.gguf")
            if told["promptTokens"] - told["cachedTokens"] < 64:
                break
        self.assertLess(told["promptTokens"] - told["cachedTokens"], 64, told)  # its prompt cache is of use all the same

    def test_no_prompt_is_longer_than_its_window(self):
        """One byte is a token of this model: code is three times, a table of numbers as dense as was to be expected."""
        self.start_llama("-c", "1024")
        self.configure_llama()
        client = self.ready()
        texts = {"src/code.c": "int first_of(struct account *account) {\n    return account->balance_cents;\n}\n" * 100,
                 "src/table.c": "".join(f"    {i * 7919 % 1000003}, {i * 104729 % 1000003},\n" for i in range(2000)),
                 "src/wide.c": "// 此函数读取配置文件并返回错误代码。每个用户的设置都保存在自己的目录中。\n" * 300}
        for path, text in texts.items():
            client.open(path, text)
            line = text.count("\n")
            for at in range(4):
                client.change(path, (line, at, line, at, "a"))
                client.complete(path, line, at + 1)
                told = client.request("hunch/why", {"textDocument": {"uri": client.uri(path)}})
                if at or path != "src/code.c":  # the very first may come before anything is known of the tokenizer
                    self.assertEqual(told["model"], "qwen2.5-coder-canned.gguf", told)
            self.assertLess(told["promptTokens"], 1024 - 96, path)
            self.assertGreater(told["promptTokens"], 400, path)  # and it is not much shorter either

    def test_its_errors_are_said(self):
        self.start_llama("-c", "8192", "--api-key", "sk-right")
        self.configure_llama(keyEnvironment="HUNCH_TEST_KEY", name="qwen2.5-coder")
        environment = dict(self.environment, HUNCH_TEST_KEY="sk-wrong")
        answer = json.loads(self.hunch("complete", "src/bank.c:4:5", "--json", environment=environment).stdout)
        self.assertEqual(answer["model"], "built-in")
        self.assertIn("HTTP 401", answer["instead"])
        self.assertIn("model.keyEnvironment", answer["instead"])
        self.assertNotIn("sk-wrong", answer["instead"])
        environment["HUNCH_TEST_KEY"] = "sk-right"
        self.hunch("complete", "src/bank.c:4:5", environment=environment)

    def test_what_is_typed_next_reuses_the_prompt(self):
        self.start_llama("-c", "8192")
        self.configure_llama()
        client = self.ready()
        client.open("src/give.c", "#include \"account.h\"\n\nint give(struct account *to, int cents) {\n    \n    return 0;\n}\n")
        uri = {"textDocument": {"uri": client.uri("src/give.c")}}
        self.assertEqual(client.complete("src/give.c", 3, 4)["items"][0]["insertText"].strip(), ANSWER)
        client.change("src/give.c", (3, 4, 3, 4, "int a = 1;"))
        client.complete("src/give.c", 3, 14)
        told = client.request("hunch/why", uri)
        # One byte is a token here. Anew: what was typed, the suffix, the tokens around them.
        self.assertLess(told["promptTokens"] - told["cachedTokens"], 64, told)
        self.assertGreater(told["cachedTokens"], told["promptTokens"] / 2)


if __name__ == "__main__":
    SERVER = find_server()
    support.main()

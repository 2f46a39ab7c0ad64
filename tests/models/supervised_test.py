"""A real llama-server that Hunch serves itself: shared, killed at any moment, and gone with the last who used it."""
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../e2e"))
import support  # noqa: E402
from llama_test import ANSWER, MAKER, find_server  # noqa: E402
from supervising import SupervisedCase, command_of, environment_of  # noqa: E402

LINE = ANSWER.split("\n")[0]
SERVER = None


class Supervised(SupervisedCase):
    def setUp(self):
        super().setUp()
        model = os.path.join(self.environment["XDG_DATA_HOME"], "hunch/models/qwen2.5-coder-canned.gguf")
        os.makedirs(os.path.dirname(model))
        subprocess.run([MAKER, model, ANSWER.replace("\n", "\\n")], check=True)
        self.settings = {"model": {"provider": "llama-server", "file": "qwen2.5-coder-canned", "program": SERVER},
                         "fallback.builtIn": False,
                         "completion.timeoutMs": 60000}  # a byte is a token here, and the machine may be busy
        self.configure(json.dumps(self.settings))

    def test_it_is_served_by_name_and_says_so(self):
        answer = json.loads(self.hunch("complete", "src/bank.c:4:5", "--json").stdout)
        self.assertEqual(answer["model"], "qwen2.5-coder-canned")
        self.assertEqual(answer["candidates"][0]["text"], LINE)
        self.assertIn("--no-ui", command_of(self.servers()[0]))
        doctor = self.hunch("doctor").stdout
        self.assertIn("llama-server, qwen2.5-coder-canned: answers; code stays on this machine", doctor)

    def test_five_windows_start_one(self):
        windows = [self.window() for _ in range(5)]
        requests = [client.start_complete("src/bank.c", 3, 4, invoked=True) for client in windows]
        for client, request in zip(windows, requests):
            self.assertEqual(client.answer(request, seconds=120)["items"][0]["insertText"], LINE)
        [server], [guardian] = self.servers(), self.guardians()  # G1
        windows[0].server.kill()  # it may have started them
        self.assertEqual(self.ask(windows[1]), LINE)
        self.assertEqual((self.servers(), self.guardians()), ([server], [guardian]))
        for client in windows[1:]:
            client.server.kill()
        self.wait_for(lambda: not self.servers() and not self.guardians(), "the end")  # G2

    def props(self):
        """To be asked for this does not keep it awake."""
        return self.tell("/props")

    def tell(self, path):
        """What the server says of itself."""
        [server] = self.servers()
        command = command_of(server)
        connection = http.client.HTTPConnection("localhost")
        connection.sock = socket.socket(socket.AF_UNIX)
        self.addCleanup(connection.sock.close)
        connection.sock.connect(command[command.index("--host") + 1])
        connection.request("GET", path, headers={"Authorization": "Bearer " + environment_of(server)["LLAMA_API_KEY"]})
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer

    def ask(self, client, line=3, character=4):
        items = client.answer(client.start_complete("src/bank.c", line, character, invoked=True), seconds=120)["items"]
        return items[0]["insertText"] if items else None

    def test_killed_at_any_moment_it_costs_one_suggestion(self):
        client = self.window()
        self.assertEqual(self.ask(client), LINE)
        for moment in ("idle", "asked", "loading"):  # four ends: a fifth within a minute would be one too many
            server = self.wait_server()
            request = None if moment == "idle" else client.start_complete("src/bank.c", 3, 4, invoked=True)
            time.sleep(random.uniform(0, 0.2) if request else 0)  # before, while or after it answers
            os.kill(server, signal.SIGKILL)
            if moment == "loading":
                os.kill(self.wait_server(other_than=[server]), signal.SIGKILL)
            if request:
                client.answer(request, seconds=120)  # exactly one, whatever it is
            self.assertEqual(self.ask(client), LINE, moment)

    def test_nothing_is_left_when_its_guardian_is_killed(self):
        client = self.window()
        self.assertEqual(self.ask(client), LINE)
        [server], [guardian] = self.servers(), self.guardians()
        os.kill(guardian, signal.SIGKILL)
        client.server.kill()
        self.wait_for(lambda: server not in self.servers(), "the server's end")  # G2
        self.assertEqual(self.ask(self.window()), LINE)  # the sockets that they left are in nobody's way

    def test_one_that_knows_no_sockets_is_reached_by_a_port(self):
        program = self.write("old-llama-server", f"""#!/bin/sh
case "$*" in *.sock*)
    echo "main: couldn't bind HTTP server socket, hostname: $5, port: 8080" >&2
    exit 1 ;;
esac
exec '{SERVER}' "$@"
""")
        os.chmod(program, 0o755)
        self.settings["model"]["program"] = program
        self.configure(json.dumps(self.settings))
        answer = json.loads(self.hunch("complete", "src/bank.c:4:5", "--json").stdout)
        self.assertEqual((answer["model"], answer["candidates"][0]["text"]), ("qwen2.5-coder-canned", LINE))
        command = command_of(self.servers()[0])
        port = int(command[command.index("--port") + 1])
        with self.assertRaises(urllib.error.HTTPError) as refused:  # who has no key
            urllib.request.urlopen(f"http://127.0.0.1:{port}/props")
        self.assertEqual(refused.exception.code, 401)
        refused.exception.close()

    def test_one_that_is_started_again_has_read_the_last_place(self):
        client = self.window()
        client.wait_ready()  # the prompt has another context before
        self.assertEqual(self.ask(client), LINE)
        server = self.wait_server()
        os.kill(server, signal.SIGKILL)
        self.wait_server(other_than=[server])
        self.wait_for(self.has_read, "its reading")
        client.change("src/bank.c", (3, 4, 3, 4, "int a = 1;"))
        self.assertEqual(self.ask(client, character=14), LINE)
        told = client.request("hunch/why", {"textDocument": {"uri": client.uri("src/bank.c")}})
        # One byte is a token here. Anew: what was typed, the suffix, the tokens around them.
        self.assertGreater(told["cachedTokens"], told["promptTokens"] / 2, told)

    def has_read(self):
        """It has done something since its start, and is done with it."""
        try:
            [slot] = self.tell("/slots")
        except (OSError, ValueError):  # there is none yet, or it loads
            return False
        return "id_task" in slot and not slot["is_processing"]

    def test_a_server_that_has_gone_to_sleep_wakes_up(self):
        self.settings["model"]["arguments"] = "--sleep-idle-seconds 1"
        self.configure(json.dumps(self.settings))
        client = self.window()
        self.assertEqual(self.ask(client), LINE)
        self.wait_for(lambda: self.props()["is_sleeping"], "its sleep")
        self.assertEqual(self.ask(client), LINE)
        self.assertEqual(len(self.servers()), 1)


if __name__ == "__main__":
    SERVER = find_server()
    support.main()

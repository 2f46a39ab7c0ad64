"""A model that Hunch serves itself, by a llama-server that is played: the ugly cases."""
import json
import os
import shutil
import signal
import socket
import stat
import unittest

from support import BINARY, SOURCE, main
from supervising import SupervisedCase, command_of, environment_of

PROGRAM = os.path.join(SOURCE, "tests/e2e/servers/fake_llama.py")


class Supervised(SupervisedCase):
    def serve(self, name="qwen2.5-coder-fake", more=None, builtin=False, **plan):
        """A model's file that says how it is served, and the settings to use it."""
        self.file = os.path.join(self.environment["HOME"], name + ".gguf")
        with open(self.file, "w") as file:
            json.dump(plan, file)
        self.configure(json.dumps({"model": {"provider": "llama-server", "file": f"~/{name}.gguf", "program": PROGRAM,
                                             **(more or {})}, "fallback.builtIn": builtin}))

    def notes(self, name):
        path = os.path.join(os.path.dirname(self.file), name)
        if not os.path.exists(path):
            return []
        with open(path) as file:
            return file.read().splitlines()

    def complete(self, **more):
        return self.hunch("complete", "src/bank.c:4:5", "--json", **more)

    def suggestion(self):
        return json.loads(self.complete().stdout)["candidates"][0]["text"]

    def test_it_is_started_and_ends_by_itself(self):
        self.serve()
        self.assertEqual(self.suggestion(), "return 7;")
        [server], [guardian] = self.servers(), self.guardians()
        command = command_of(server)
        key = environment_of(server)["LLAMA_API_KEY"]
        self.assertRegex(key, "^[0-9a-f]{32}$")
        for process in (server, guardian):
            self.assertNotIn(key, " ".join(command_of(process)))
        folder = os.path.join(self.environment["XDG_RUNTIME_DIR"], "hunch")
        self.assertEqual(stat.S_IMODE(os.stat(folder).st_mode), 0o700)
        self.assertEqual(command[command.index("--host") + 1][:len(folder)], folder)
        for option, value in {"--parallel": "1", "--batch-size": "256", "--ubatch-size": "256", "--ctx-size": "4096",
                              "--threads": str(max(1, len(os.sched_getaffinity(0)) - 1))}.items():
            self.assertEqual(command[command.index(option) + 1], value)
        self.assertEqual(os.readlink(f"/proc/{server}/cwd"), "/")
        self.assertIn(f"ready, process {server}, 0 users", self.hunch("model").stdout)
        self.wait_for(lambda: not self.servers() and not self.guardians(), "the end")
        self.assertEqual([name for name in os.listdir(folder) if not name.endswith(".lock")], [])

    def test_no_secret_of_the_editor_s_reaches_it(self):
        self.serve()
        self.environment.update(OPENAI_API_KEY="sk-cloud", NVIDIA_API_KEY="nvapi-cloud", LLAMA_API_KEY="sk-other",
                                GITHUB_TOKEN="ghp-cloud", CUDA_VISIBLE_DEVICES="3")
        self.assertEqual(self.suggestion(), "return 7;")
        # Nobody but root may look at the guardian, which holds the key.
        for process in [self.servers()[0]] + (self.guardians() if os.geteuid() == 0 else []):
            environment = environment_of(process)
            self.assertEqual((environment["CUDA_VISIBLE_DEVICES"], environment["HOME"]), ("3", self.environment["HOME"]))
            self.assertEqual([value for value in environment.values() if "cloud" in value or value == "sk-other"], [])

    def test_another_version_shares_it(self):
        self.serve()
        window = self.window()
        self.assertEqual(self.ask(window), "return 7;")
        with open(BINARY, "rb") as file:
            bytes_of = file.read()
        version = self.hunch("--version").stdout.split()[-1].encode()
        newer = b"9" + version[1:]
        program = os.path.join(self.temporary, "hunch-newer")
        with open(program, "wb") as file:
            file.write(bytes_of.replace(version + b"\0", newer + b"\0"))
        os.chmod(program, 0o755)
        self.assertIn(newer.decode(), self.hunch("--version", binary=program).stdout)
        answer = json.loads(self.hunch("complete", "src/bank.c:4:5", "--json", binary=program).stdout)
        self.assertEqual(answer["candidates"][0]["text"], "return 7;")
        self.assertEqual((len(self.notes("starts")), len(self.guardians())), (1, 1))  # G1

    def test_one_that_is_replaced_while_it_runs_goes_on_with_itself(self):
        self.serve()
        program = os.path.join(self.temporary, "hunch")
        shutil.copy(BINARY, program)
        window = self.window(binary=program)
        self.assertEqual(self.ask(window), "return 7;")
        newer = self.write("newer", f"#!/bin/sh\ntouch '{self.temporary}/newer-ran'\n")
        os.chmod(newer, 0o755)
        os.replace(newer, program)  # as packages are upgraded
        [server], [guardian] = self.servers(), self.guardians()
        os.kill(guardian, signal.SIGKILL)
        self.wait_server(other_than=[server])
        self.assertEqual(self.ask(window), "return 7;")
        self.assertFalse(os.path.exists(os.path.join(self.temporary, "newer-ran")))

    def test_what_the_user_adds_comes_last(self):
        self.serve(more={"arguments": "--batch-size 1024  --flash-attn on", "contextTokens": 2048})
        self.complete()
        command = command_of(self.servers()[0])
        self.assertEqual(command[-4:], ["--batch-size", "1024", "--flash-attn", "on"])
        self.assertEqual(command[command.index("--ctx-size") + 1], "2048")

    def test_options_that_an_old_version_does_not_know_are_left_out(self):
        self.serve(unknown=["--no-ui", "--sleep-idle-seconds"])
        self.assertEqual(self.suggestion(), "return 7;")
        starts = self.notes("starts")
        self.assertEqual(len(starts), 3)
        self.assertNotIn("--no-ui", starts[-1])
        self.assertNotIn("300", starts[-1])
        self.assertIn("--offline", starts[-1])

    def test_a_version_without_sockets_gets_a_port(self):
        self.serve(portsOnly=True)
        self.assertEqual(self.suggestion(), "return 7;")
        self.assertEqual(len(self.notes("starts")), 2)
        [server] = self.servers()
        command = command_of(server)
        self.assertEqual(command[command.index("--host") + 1], "127.0.0.1")
        with socket.socket() as other:  # nobody comes in between
            self.assertRaises(OSError, other.bind, ("127.0.0.1", int(command[command.index("--port") + 1])))
        os.kill(server, signal.SIGKILL)
        self.wait_server(other_than=[server])
        self.assertEqual(self.suggestion(), "return 7;")

    def test_one_at_a_port_that_answers_whoever_asks_is_told_nothing(self):
        self.serve(portsOnly=True, keyless=True)
        answer = json.loads(self.complete(status=1).stdout)
        self.assertIn("wants no key", answer["reason"])
        self.assertEqual(self.notes("requests"), [])

    @unittest.skipUnless(os.geteuid() == 0, "only root can play another user")
    def test_whoever_takes_its_port_gets_no_key(self):
        self.serve(taken=True)
        self.wait_for(lambda: "another program answers there" in json.loads(self.complete(status=1).stdout)["reason"],
                      "the reason")

    def test_where_the_folder_s_path_is_too_long_a_short_one_serves(self):
        runtime = os.path.join(self.temporary, "x" * 100)
        os.mkdir(runtime)
        self.environment["XDG_RUNTIME_DIR"] = runtime
        self.serve()
        self.assertEqual(self.suggestion(), "return 7;")
        command = command_of(self.servers()[0])
        path = command[command.index("--host") + 1]
        self.addCleanup(os.remove, path.replace(".sock", ".lock"))
        self.assertEqual(os.path.dirname(path), f"/tmp/hunch-{os.geteuid()}")
        self.assertEqual(stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode), 0o700)
        self.assertEqual(os.listdir(runtime), [])

    def test_an_option_of_the_users_that_it_does_not_know_is_told(self):
        self.serve(unknown=["--bogus"], more={"arguments": "--bogus"})
        answer = json.loads(self.complete(status=1).stdout)
        self.assertIn("invalid argument: --bogus", answer["reason"])

    def test_a_few_crashes_cost_nothing(self):
        self.serve(crashes=2, noise=5000)
        self.assertEqual(self.suggestion(), "return 7;")
        self.assertEqual(len(self.notes("starts")), 3)

    def test_a_crash_loop_ends_with_its_reason(self):
        self.serve(crashes=-1, noise=100)
        answer = json.loads(self.complete(status=1).stdout)
        self.assertIn("ended with status 3", answer["reason"])
        self.assertIn("failed to read magic", answer["reason"])
        self.assertNotIn("\x1b", answer["reason"])
        self.assertEqual(len(self.notes("starts")), 5)
        doctor = self.hunch("doctor", status=1)
        self.assertEqual((doctor.stdout.count("failed to read magic"), doctor.stderr), (1, ""))

    def test_what_cannot_be_started_is_told_at_once(self):
        for more, words in (({"program": "no-such-server"}, "no no-such-server on your PATH"),
                            ({"program": "/etc/passwd"}, "/etc/passwd is not a program"),
                            ({"program": "bin/x"}, "must be a whole path"),
                            ({"file": "~/none.gguf"}, "home/none.gguf"),
                            ({"url": "http://127.0.0.1:1"}, "remove one of the two"),
                            ({"provider": "ollama"}, "correct one of the two")):
            self.serve(more=more)
            done = self.complete()
            self.assertIn(words, done.stderr)
            self.assertEqual(json.loads(done.stdout)["model"], "built-in")
            doctor = self.hunch("doctor", status=1).stdout
            self.assertIn(words, doctor)
            self.assertRegex(doctor, r"built-in +ok")  # "model" is the one that is wrong

    def test_a_program_of_the_workspace_is_never_run(self):
        trap = self.write("llama-server", f"#!/bin/sh\ntouch '{self.temporary}/trapped'\n")
        os.chmod(trap, 0o755)
        self.serve(more={"program": ""})
        path = ".::" + self.environment["PATH"]
        self.complete(status=None, environment=dict(self.environment, PATH=path))
        self.assertFalse(os.path.exists(os.path.join(self.temporary, "trapped")))

    def test_nobody_but_the_user_names_a_file_or_a_program(self):
        self.configure("{}")
        client = self.window(initializationOptions={"model": {"provider": "llama-server", "file": "~/evil.gguf",
                                                              "program": PROGRAM, "arguments": "--x"}})
        client.wait_ready()
        lines = [message["params"]["message"] for message in client.messages
                 if message.get("method") == "window/logMessage"]
        for key in ("model.file", "model.program", "model.arguments"):
            self.assertTrue(any(line.startswith(key + " from the editor is refused") for line in lines), lines)
        self.assertEqual(self.guardians(), [])

    def test_loading_is_shown(self):
        self.serve(loading=1.5)
        client = self.window(capabilities={"window": {"workDoneProgress": True}})
        client.wait_notification("hunch/status", lambda status: status["state"] == "loading"
                                 and status["message"] == "loading the model")
        self.assertEqual(self.ask(client), "return 7;")  # it waits
        client.wait_notification("hunch/status", lambda status: status["state"] == "ready")
        kinds = [message["params"]["value"]["kind"] for message in client.messages
                 if message.get("method") == "$/progress" and message["params"]["token"].startswith("hunch/model")]
        self.assertEqual((kinds[0], kinds[-1]), ("begin", "end"))

    def test_the_built_in_model_answers_meanwhile(self):
        self.serve(loading=1000, builtin=True)
        client = self.window()
        client.wait_notification("hunch/status", lambda status: status["state"] == "loading")
        client.wait_ready()
        self.ask(client, line=4, character=8)
        told = client.request("hunch/why", {"textDocument": {"uri": client.uri("src/bank.c")}})
        self.assertEqual(told["model"], "built-in")
        self.assertEqual(self.notes("requests"), [])

    def test_what_was_asked_meanwhile_is_read_once_it_is_ready(self):
        self.serve(loading=1.5, builtin=True)
        client = self.window()
        client.wait_notification("hunch/status", lambda status: status["state"] == "loading")
        client.wait_ready()
        self.ask(client)
        self.assertEqual(self.notes("requests"), [])
        [request] = self.wait_for(lambda: self.notes("requests"), "the reading")
        request = json.loads(request)
        self.assertEqual(request["n_predict"], 0)
        self.assertIn("int bank_transfer", request["prompt"])

    def test_a_server_killed_in_mid_answer_costs_one_suggestion(self):
        self.serve(text=["return", " 7", ";"], pause=1)
        client = self.window()
        client.wait_ready()
        request = client.start_complete("src/bank.c", 3, 4, invoked=True)
        self.wait_for(lambda: [line for line in self.notes("requests") if json.loads(line)["n_predict"]], "the request")
        server = self.wait_server()
        os.kill(server, signal.SIGKILL)
        client.answer(request, seconds=60)  # one, whatever it is
        self.wait_server(other_than=[server])
        self.assertEqual(self.ask(client), "return 7;")

    def test_windows_share_one_and_the_last_ends_it(self):
        self.serve()
        windows = [self.window() for _ in range(5)]
        for client in windows:
            self.assertEqual(self.ask(client), "return 7;")
        self.assertEqual(len(self.notes("starts")), 1)  # G1
        for client in windows:
            client.server.kill()
        self.wait_for(lambda: not self.servers() and not self.guardians(), "the end")  # G2

    def test_a_killed_guardian_takes_its_server_along_and_is_followed_by_another(self):
        self.serve()
        windows = [self.window() for _ in range(3)]
        for client in windows:
            self.assertEqual(self.ask(client), "return 7;")
        [server], [guardian] = self.servers(), self.guardians()
        os.kill(guardian, signal.SIGKILL)
        self.wait_for(lambda: server not in self.servers(), "the server's end")  # G2
        self.wait_server(other_than=[server])
        for client in windows:
            self.assertEqual(self.ask(client), "return 7;")
        self.assertEqual(len(self.notes("starts")), 2)  # G1


if __name__ == "__main__":
    main()

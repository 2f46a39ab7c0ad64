"""Shared by the tests of a model that Hunch serves itself: finds its processes, and waits for them."""
import os
import signal
import time

from support import BINARY, Case


def command_of(process):
    """The arguments of a process, [] if it is gone or ended."""
    try:
        with open(f"/proc/{process}/cmdline", "rb") as file:
            return file.read().decode(errors="replace").split("\0")[:-1]
    except OSError:
        return []


def environment_of(process):
    with open(f"/proc/{process}/environ", "rb") as file:
        return dict(entry.partition("=")[::2] for entry in file.read().decode(errors="replace").split("\0"))


class SupervisedCase(Case):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.end_guardians)

    def processes(self, holds):
        """The processes of this test whose arguments hold this word."""
        found = [int(name) for name in os.listdir("/proc") if name.isdigit()]
        return [process for process in found if holds in (command := command_of(process))
                and any(self.temporary in word for word in command)]

    def servers(self):
        return self.processes("--host")

    def guardians(self):
        return self.processes("serve")

    def end_guardians(self):
        for guardian in self.guardians():
            os.kill(guardian, signal.SIGTERM)
        self.wait_for(lambda: not self.guardians() and not self.servers(), "the end of the guardians")

    def wait_for(self, test, what, seconds=30):
        """Until test() gives something; that."""
        deadline = time.monotonic() + seconds
        while not (result := test()):
            if time.monotonic() > deadline:
                self.fail(f"waited in vain for {what}")
            time.sleep(0.02)
        return result

    def wait_server(self, other_than=()):
        return self.wait_for(lambda: [server for server in self.servers() if server not in other_than], "a server")[0]

    def window(self, binary=BINARY, **more):
        """An editor's window, with a document; the index may still be read."""
        client = self.client([binary, "lsp"])
        client.initialize(**more)
        client.open("src/bank.c")
        return client

    def ask(self, client, line=3, character=4):
        """The text of a suggestion, or None."""
        items = client.complete("src/bank.c", line, character, invoked=True)["items"]
        return items[0]["insertText"] if items else None

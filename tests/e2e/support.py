"""Shared by the tests that drive the built program: a small repository in a folder of its own, and an isolated home."""
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

from lspclient import Client

SOURCE = os.environ.get("HUNCH_SOURCE") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.environ.get("HUNCH_BINARY") or os.path.join(SOURCE, "build/release/bin/hunch")

# Two files that need each other, and a line that stands twice: enough to have an opinion about a third time.
FILES = {
    "src/account.h": "#ifndef ACCOUNT_H\n#define ACCOUNT_H\n\nstruct account {\n    int balance_cents;\n    const char *owner_name;\n};\n\n"
                     "int account_deposit(struct account *account, int cents);\n"
                     "int account_withdraw(struct account *account, int cents);\n\n#endif\n",
    "src/account.c": "#include \"account.h\"\n\nint account_deposit(struct account *account, int cents) {\n"
                     "    if (cents <= 0) {\n        return -1;\n    }\n    account->balance_cents += cents;\n    return 0;\n}\n\n"
                     "int account_withdraw(struct account *account, int cents) {\n"
                     "    if (cents <= 0) {\n        return -1;\n    }\n    account->balance_cents -= cents;\n    return 0;\n}\n",
    "src/bank.c": "#include \"account.h\"\n\nint bank_transfer(struct account *from, struct account *to, int cents) {\n"
                  "    if (account_withdraw(from, cents) != 0) {\n        return -1;\n    }\n"
                  "    return account_deposit(to, cents);\n}\n",
    "tools/report.py": "import json\n\n\ndef print_report(accounts):\n    for account in accounts:\n"
                       "        print(json.dumps(account))\n",
    ".gitignore": "*.log\nbuild/\n",
    "build/ignored.c": "int ignored_by_rule(void);\n",
    ".env": "SECRET_TOKEN=hunter2\n",
}


def free_port():
    """A port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Case(unittest.TestCase):
    """A test with a repository (self.root) and a home of its own; nothing of the user's is touched."""

    def setUp(self):
        self.temporary = tempfile.mkdtemp(prefix="hunch-test-")
        self.addCleanup(shutil.rmtree, self.temporary, ignore_errors=True)
        self.root = os.path.join(self.temporary, "repository")
        os.makedirs(os.path.join(self.root, ".git"))
        for path, text in FILES.items():
            self.write(path, text)
        self.environment = dict(os.environ, NO_COLOR="1", HOME=os.path.join(self.temporary, "home"))
        for name in ("CONFIG", "CACHE", "STATE", "DATA"):
            self.environment[f"XDG_{name}_HOME"] = os.path.join(self.temporary, name.lower())
        self.environment["XDG_RUNTIME_DIR"] = os.path.join(self.temporary, "runtime")
        os.makedirs(self.environment["XDG_RUNTIME_DIR"])
        os.makedirs(self.environment["HOME"])

    def write(self, path, text):
        whole = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(whole), exist_ok=True)
        with open(whole, "wb" if isinstance(text, bytes) else "w") as file:
            file.write(text)
        return whole

    def configure(self, text):
        folder = os.path.join(self.environment["XDG_CONFIG_HOME"], "hunch")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "config.json"), "w") as file:
            file.write(text)

    def client(self, command=(BINARY, "lsp"), **more):
        """An editor that has not said anything yet."""
        client = Client(command, self.root, self.environment, **more)
        self.addCleanup(client.close)
        return client

    def ready(self, **more):
        """An editor, once the repository is indexed."""
        client = self.client()
        client.initialize(**more)
        client.wait_ready()
        return client

    def hunch(self, *arguments, text=None, cwd=None, status=0, environment=None, binary=BINARY):
        """Runs the program; checks its exit status (None: any) and gives the finished process."""
        done = subprocess.run([binary, *arguments], cwd=cwd or self.root, input=text, capture_output=True, text=True,
                              env=environment or self.environment, timeout=120,
                              stdin=subprocess.DEVNULL if text is None else None)
        if status is not None:
            self.assertEqual(done.returncode, status, f"{arguments}\n{done.stdout}\n{done.stderr}")
        return done


def main():
    """Runs the tests and closes with one line that counts them."""
    program = unittest.main(exit=False, verbosity=1)
    sys.exit(0 if program.result.wasSuccessful() else 1)

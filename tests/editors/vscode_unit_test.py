"""The types and the unit tests of VS Code's extension, which need no VS Code.

Exit code 77: npm ci was not run there.
"""
import pathlib
import subprocess
import sys

EXTENSION = pathlib.Path(__file__).resolve().parent.parent.parent / "editors" / "vscode"

if not (EXTENSION / "node_modules" / ".package-lock.json").exists():
    print("skipped: editors/vscode/node_modules is not there; script/bootstrap --tests brings it")
    sys.exit(77)
for script in ("check", "test"):
    if subprocess.run(["npm", "run", "--silent", script], cwd=EXTENSION, check=False).returncode:
        sys.exit(f"npm run {script} failed in {EXTENSION}")

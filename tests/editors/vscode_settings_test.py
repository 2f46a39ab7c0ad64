"""What VS Code's extension declares against what the documentation says, so that they cannot drift apart.

docs/configuration.md says which settings there are, who may set them, their
values and defaults; editors/vscode/package.json repeats that for VS Code's own
settings editor, and its README repeats the keys and commands for people.
"""
import json
import pathlib
import re
import unittest

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
EXTENSION = SOURCE / "editors" / "vscode"
OWN = {"hunch.server.path", "hunch.trace.server"}  # the extension's, of which the server knows nothing
ROW = re.compile(r"^\| `([\w.]+)` \| `(.*?)` \| (.*?) \| (anyone|your file) \|", re.M)


def documented():
    """{key: (default, values as the table has them)} of what anyone may set, and the keys of the rest."""
    table = (SOURCE / "docs" / "configuration.md").read_text().split("## All settings")[1].split("\n## ")[0]
    rows = ROW.findall(table)
    settable = {f"hunch.{key}": (json.loads(default), values)
                for key, default, values, who in rows if who == "anyone"}
    return settable, {f"hunch.{key}" for key, _, _, who in rows if who != "anyone"}


def values_of(declared):
    """The values of a declared setting in the words of the table."""
    if "enum" in declared:
        return ", ".join(f'`"{value}"`' for value in declared["enum"])
    if declared["type"] == "boolean":
        return "`true`, `false`"
    if declared["type"] == "object" and declared["additionalProperties"] == {"type": "boolean"}:
        return "object of `true`/`false`"
    return f"{declared['minimum']} to {declared['maximum']}"


class Declared(unittest.TestCase):
    def setUp(self):
        self.package = json.loads((EXTENSION / "package.json").read_text())
        self.settings = self.package["contributes"]["configuration"]["properties"]
        self.readme = (EXTENSION / "README.md").read_text()
        self.anyone, self.others = documented()
        self.assertGreater(len(self.anyone), 5, "docs/configuration.md has its table in another shape")
        self.assertGreater(len(self.others), 5, "docs/configuration.md has its table in another shape")

    def test_every_setting_that_an_editor_may_set_and_no_other(self):
        self.assertEqual(set(self.settings), set(self.anyone) | OWN)

    def test_defaults_and_values(self):
        for key, (default, values) in self.anyone.items():
            with self.subTest(key):
                self.assertEqual(self.settings[key]["default"], default)
                self.assertEqual(values_of(self.settings[key]), values)

    def test_scopes(self):
        self.assertEqual(self.settings["hunch.server.path"]["scope"], "machine",
                         "a workspace must not name a program")
        for key, setting in self.settings.items():
            self.assertIn("scope", setting, key)
            self.assertTrue(setting["markdownDescription"].strip().endswith("."), key)

    def test_an_untrusted_workspace_sets_nothing(self):
        untrusted = self.package["capabilities"]["untrustedWorkspaces"]
        self.assertEqual(set(untrusted["restrictedConfigurations"]), set(self.anyone))

    def test_the_readme_names_every_key_and_command(self):
        for binding in self.package["contributes"]["keybindings"]:
            self.assertIn(f"`{'+'.join(part.title() for part in binding['key'].split('+'))}`", self.readme)
        for command in self.package["contributes"]["commands"]:
            self.assertIn(f"`{command['category']}: {command['title']}`", self.readme)

    def test_one_version_for_all(self):
        version = re.search(r"project\(hunch VERSION (\S+)", (SOURCE / "CMakeLists.txt").read_text()).group(1)
        self.assertEqual(self.package["version"], version)


if __name__ == "__main__":
    unittest.main()

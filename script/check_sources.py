#!/usr/bin/env python3
"""The rules of this source tree that no compiler knows; script/lint runs it.

  layers        a folder includes only what CMakeLists.txt lets it link
  confinement   each library is included in one place
  banned        functions that cannot be used safely, or start a shell
  length        files of at most 600 lines, functions of at most 70
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LONGEST_FILE = 600
LONGEST_FUNCTION = 70
BANNED = "strcpy strcat sprintf vsprintf gets strtok system popen".split()
CONFINED = {  # header: the only files that may include it
    r"sqlite3\.h": r"indexer/store\w*\.[ch]|completion/outcomes\w*\.[ch]",
    r"tree_sitter/.*": r"indexer/(language|parse|patterns|symbols|chunk|syntax|references|tree_walk|tree_memory)\w*\.[ch]",
    r"(subtree|tree|language)\.h": r"indexer/tree_walk\.c",  # tree-sitter's own
    r"curl/.*": r"backends/http\.c|backends/http_(download|failure|trust|url)\.[ch]",
    r"(cjson/)?cJSON\.h": r"base/json\.c",
}

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)
NOISE = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
CALL = re.compile(r"(?<![\w.>])(%s)\s*\(" % "|".join(BANNED))


def layers():
    """{folder: the folders it may include}, as CMakeLists.txt declares them."""
    declared = re.findall(r"^hunch_layer\((\w+)([^)]*)\)", (ROOT / "CMakeLists.txt").read_text(), re.M)
    return {name: {name, *below.split()} for name, below in declared}


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def without_noise(text):
    """Comments and literals blanked out; offsets and line ends stay."""
    return NOISE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def check_includes(name, text, allowed):
    folder = name.split("/")[0]
    for match in INCLUDE.finditer(text):
        header, line = match.group(1), line_of(text, match.start(1))
        target = header.split("/")[0]
        if folder in allowed and target in allowed and target not in allowed[folder]:
            yield f"{name}:{line}: {folder} must not include {header}: {target} is not below it"
        for pattern, places in CONFINED.items():
            if folder in allowed and re.fullmatch(pattern, header) and not re.fullmatch(places, name):
                yield f"{name}:{line}: {header} may only be included in {places}"


def check_banned(name, text):
    code = without_noise(text)
    for match in CALL.finditer(code):
        yield f"{name}:{line_of(code, match.start(1))}: {match.group(1)}() is banned"


def check_file_length(name, text):
    lines = text.count("\n")
    if lines > LONGEST_FILE:
        yield f"{name}: {lines} lines, more than {LONGEST_FILE}"


def functions(names):
    """(length, file, line, function) of every C function, by universal-ctags."""
    command = ["ctags", "--language-force=C", "--kinds-C=f", "--fields=+ne", "-f", "-", "--sort=no", "-L", "-"]
    found = subprocess.run(command, input="\n".join(names), capture_output=True, text=True, cwd=ROOT, check=True)
    for row in found.stdout.splitlines():
        function, name, *fields = row.split("\t")
        numbers = dict(field.split(":", 1) for field in fields if re.fullmatch(r"(line|end):\d+", field))
        if "end" in numbers:
            line = int(numbers["line"])
            yield int(numbers["end"]) - line + 1, name, line, function


def check_function_lengths(names):
    lengths = sorted(functions(names))
    for length, name, line, function in lengths:
        if length > LONGEST_FUNCTION:
            yield f"{name}:{line}: {function}() has {length} lines, more than {LONGEST_FUNCTION}"
    if lengths:
        median, ninth = lengths[len(lengths) // 2][0], lengths[len(lengths) * 9 // 10][0]
        print(f"  {len(lengths)} functions: median {median} lines, nine in ten up to {ninth}, longest {lengths[-1][0]}")


def main():
    names = [line for line in sys.stdin.read().split("\0") if line]
    names = [str(pathlib.Path(name).resolve().relative_to(ROOT)) for name in names]
    allowed = layers()
    problems = []
    for name in names:
        text = (ROOT / name).read_text()
        problems += check_includes(name, text, allowed)
        problems += check_banned(name, text)
        problems += check_file_length(name, text)
    problems += check_function_lengths(names)
    for problem in problems:
        print(problem, file=sys.stderr)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()

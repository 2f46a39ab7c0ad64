"""A terminal that a program draws on and a test types into: tmux, on a socket of its own.

tmux is both the terminal (colours, cursor keys, bracketed paste) and its
camera: what `picture` saves is what the cells show. One server per Terminal, so
that ending one never touches a person's own tmux.
"""
import html
import os
import pathlib
import re
import shutil
import subprocess
import time

COLUMNS, ROWS = 110, 32
KEY_PAUSE = 0.03  # seconds between keys: a quick typist
SIXTEEN = ("000000 cd3131 0dbc79 e5e510 2472c8 bc3fbc 11a8cd e5e5e5 666666 f14c4c 23d18b f5f543 3b8eea d670d6 "
           "29b8db ffffff").split()


class Terminal:
    def __init__(self, folder, command, environment, cwd):
        self.socket = str(pathlib.Path(folder) / "tmux")
        environment = {**environment, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.environment = environment
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(COLUMNS), "-y", str(ROWS), "-c", str(cwd),
                  "-P", "-F", "ok", *map(str, command))
        self.tmux("set", "-g", "default-terminal", "tmux-256color")
        self.tmux("set", "-g", "status", "off")
        self.tmux("set", "-sg", "escape-time", "0")
        self.tmux("set", "-sa", "terminal-features", ",xterm-256color:RGB")
        self.tmux("set", "-g", "remain-on-exit", "on")

    def tmux(self, *arguments):
        done = subprocess.run(["tmux", "-S", self.socket, *arguments], capture_output=True, text=True,
                              env=self.environment)
        return done.stdout

    def is_alive(self):
        return self.tmux("display", "-p", "#{pane_dead}").strip() == "0"

    def type(self, text):
        for character in text:
            self.tmux("send-keys", "-l", character if character != ";" else "\\;")
            time.sleep(KEY_PAUSE)

    def press(self, key):
        """A key by tmux's name: Enter, Left, BSpace, Escape, Tab, C-c, M-Right."""
        self.tmux("send-keys", key)

    def send_bytes(self, sequence):
        """Raw bytes of a key that tmux has no name for."""
        self.tmux("send-keys", "-H", *(f"{byte:02x}" for byte in sequence))

    def rows(self):
        return [row.rstrip() for row in self.tmux("capture-pane", "-p").split("\n")[:ROWS]]

    def cursor_row(self):
        """What the row of the cursor shows."""
        return self.rows()[int(self.tmux("display", "-p", "#{cursor_y}"))]

    def screen(self):
        return "\n".join(self.rows()).rstrip("\n")

    def picture(self, path):
        """Writes PATH.txt (the characters) and, where chromium is installed, PATH.png (in colour)."""
        path.with_suffix(".txt").write_text(self.screen() + "\n")
        page = path.with_suffix(f".{os.getpid()}.html")  # two tests may draw the same picture
        page.write_text(as_page(self.tmux("capture-pane", "-p", "-e", "-N")))
        render(page, path.with_suffix(".png"))
        page.unlink()

    def close(self):
        self.tmux("kill-server")


def colour_256(number):
    if number < 16:
        return SIXTEEN[number]
    if number >= 232:
        return f"{8 + 10 * (number - 232):02x}" * 3
    levels = [0, 95, 135, 175, 215, 255]
    number -= 16
    return "".join(f"{levels[step]:02x}" for step in (number // 36, number // 6 % 6, number % 6))


def apply_codes(style, codes):
    """One SGR sequence; `style` holds fg, bg and the attributes that show."""
    codes = [int(code or 0) for code in codes]
    while codes:
        code = codes.pop(0)
        if code == 0:
            style.clear()
        elif code in (38, 48):
            kind = "color" if code == 38 else "background"
            if codes and codes.pop(0) == 5:
                style[kind] = colour_256(codes.pop(0))
            else:
                style[kind] = "".join(f"{codes.pop(0):02x}" for _ in range(3))
        elif 30 <= code <= 37 or 90 <= code <= 97:
            style["color"] = SIXTEEN[code - 30 if code < 90 else code - 82]
        elif 40 <= code <= 47 or 100 <= code <= 107:
            style["background"] = SIXTEEN[code - 40 if code < 100 else code - 92]
        elif code in (39, 49):
            style.pop("color" if code == 39 else "background", None)
        elif code in (1, 2, 3, 4, 7):
            style[code] = True
        elif code in (22, 23, 24, 27):
            for gone in {22: (1, 2), 23: (3,), 24: (4,), 27: (7,)}[code]:
                style.pop(gone, None)


def css_of(style):
    front, back = style.get("color", "d4d4d4"), style.get("background")
    if style.get(7):
        front, back = back or "1e1e1e", front
    rules = [f"color:#{front}"]
    rules += [f"background:#{back}"] if back else []
    rules += [rule for code, rule in ((1, "font-weight:bold"), (2, "opacity:.6"), (3, "font-style:italic"),
                                      (4, "text-decoration:underline")) if style.get(code)]
    return ";".join(rules)


def as_page(cells):
    """HTML that looks like a terminal showing `cells` (text with SGR sequences)."""
    style, spans = {}, []
    for piece in re.split(r"(\x1b\[[\d;:]*m)", cells.rstrip("\n")):
        if piece.startswith("\x1b["):
            apply_codes(style, re.split("[;:]", piece[2:-1]))
        elif piece:
            spans.append(f'<span style="{css_of(style)}">{html.escape(piece)}</span>')
    return ('<meta charset="utf-8"><style>body{margin:12px;background:#1e1e1e}'
            'pre{margin:0;font:15px/1.25 "DejaVu Sans Mono",monospace}</style><pre>' + "".join(spans) + "</pre>")


def render(page, picture):
    """PNG of an HTML file by headless chromium; nothing where there is none."""
    chromium = shutil.which("chromium")
    if not chromium:
        return
    size = f"{COLUMNS * 9 + 50},{ROWS * 19 + 30}"
    subprocess.run([chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
                    "--disable-background-networking", "--disable-component-update", "--disable-sync",
                    f"--user-data-dir={page.with_suffix('.profile')}", f"--window-size={size}",
                    f"--screenshot={picture}", page.as_uri()], capture_output=True, timeout=60)
    shutil.rmtree(page.with_suffix(".profile"), ignore_errors=True)

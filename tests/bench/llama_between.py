"""A real llama-server with a window on it: what stands between passes all on, and notes each prompt and the server's counts."""
import http.client
import http.server
import json
import os
import pathlib
import socket
import subprocess
import threading
import time

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


TOLD = ("/completion", "/v1/chat/completions")  # what is asked there passes through rewrite(), and what comes back note()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    owner = None

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.pass_on("GET", None)

    def do_POST(self):
        self.pass_on("POST", self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def pass_on(self, method, body):
        asked = self.owner.rewrite(json.loads(body)) if body and self.path in TOLD else None
        known = self.owner.answer(asked) if asked else None
        if known is not None:
            self.tell(known)
            return
        body = json.dumps(asked) if asked else body
        upstream = http.client.HTTPConnection("127.0.0.1", self.owner.port)
        upstream.request(method, self.path, body, {"Content-Type": "application/json"})
        answer = upstream.getresponse()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.getheader("Content-Type"))
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        try:
            self.relay(answer, asked)
        except (BrokenPipeError, ConnectionResetError):
            pass  # closing upstream is what cancels there
        upstream.close()

    def tell(self, text):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        events = ({"content": text, "stop": False}, {"content": "", "stop": True, "stop_type": "limit"})
        try:
            self.wfile.write("".join(f"data: {json.dumps(event)}\n\n" for event in events).encode())
        except (BrokenPipeError, ConnectionResetError):
            pass

    def relay(self, answer, asked):
        for line in answer:
            self.wfile.write(line)
            if asked and line.startswith(b"data: {"):
                self.owner.note(asked, json.loads(line[6:]))


class Llama:
    def __init__(self, model, *arguments):
        self.port, self.prompt, self.evaluated, self.cached, self.warmed = free_port(), None, 0, 0, []
        program = subprocess.run([SOURCE / "tests/models/fetch_llama.sh"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
        self.process = subprocess.Popen([program, "-m", model, "--host", "127.0.0.1", "--port", str(self.port), "-np", "1", "-t", "1",
                                         "-c", "8192", "--no-ui", "--offline", *arguments],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wait_healthy()
        handler = type("Bound", (Handler,), {"owner": self})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def wait_healthy(self):
        for _ in range(600):
            try:
                if self.ask("GET", "/health").get("status") == "ok":
                    return
            except OSError:
                pass
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise SystemExit("llama-server does not start")

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request(method, path, body and json.dumps(body), {"Content-Type": "application/json"})
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer

    def rewrite(self, asked):
        return asked

    def answer(self, asked):
        """What to say in the server's place, or None."""
        return None

    def note(self, asked, told):
        timings = told.get("timings")
        if not told.get("stop") or not timings:
            return
        if asked.get("n_predict") == 0:
            self.warmed.append((timings["prompt_n"], timings["cache_n"]))
        else:
            self.prompt, self.evaluated, self.cached = asked["prompt"], timings["prompt_n"], timings["cache_n"]

    def count(self, text):
        return len(self.ask("POST", "/tokenize", {"content": text, "parse_special": True})["tokens"])

    def close(self):
        self.server.shutdown()
        self.process.kill()
        self.process.wait()

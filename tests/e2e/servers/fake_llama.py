#!/usr/bin/env python3
"""Plays llama-server on a Unix socket. The model's file says how: a JSON object of the members below.

  unknown    options that are refused, as an old version does: ["--no-ui"]
  crashes    so many starts end with an error; -1: all
  loading    seconds during which it answers 503
  noise      so many lines on stderr before anything else
  portsOnly  true: it cannot listen at a Unix socket, as versions of before April 2025
  keyless    true: it answers whoever asks, as versions that look for no key in their environment
  taken      true: so, and as soon as nobody holds its port another user's program listens there (needs root)
  deaf       true: it runs and never listens
  text       what it answers, a piece at a time
  pause      seconds between the pieces

Beside the model's file it notes each start in `starts`, one line of its arguments each, and the requests in `requests`.
"""
import http.server
import json
import os
import socket
import socketserver
import sys
import time

ARGUMENTS = dict(zip(sys.argv[1:], sys.argv[2:] + [""]))
FILE = ARGUMENTS["--model"]
with open(FILE) as file:
    PLAN = json.load(file)
STARTED = time.monotonic()


def note(name, line):
    path = os.path.join(os.path.dirname(FILE), name)
    with open(path, "a+") as notes:
        notes.write(line + "\n")
        notes.seek(0)
        return len(notes.readlines())


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 64


class PortServer(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    request_queue_size = 64

    def server_bind(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # as its HTTP library does
        super().server_bind()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def address_string(self):
        return "unix"

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def is_allowed(self):
        if PLAN.get("keyless") or self.headers.get("Authorization") == "Bearer " + os.environ["LLAMA_API_KEY"]:
            return True
        self.answer(401, {"error": {"code": 401, "message": "Invalid API Key", "type": "authentication_error"}})
        return False

    def do_GET(self):
        if self.path == "/health" and time.monotonic() - STARTED < PLAN.get("loading", 0):
            self.answer(503, {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}})
        elif self.path == "/health":
            self.answer(200, {"status": "ok"})
        elif self.is_allowed():
            self.answer(200, {"model_alias": "", "model_path": FILE, "default_generation_settings": {"n_ctx": 4096}})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self.is_allowed():
            return
        if self.path == "/tokenize":
            self.answer(200, {"tokens": []})
            return
        note("requests", json.dumps(body))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        pieces = PLAN.get("text", ["return 7;"]) if body.get("n_predict") else []
        for piece in [*pieces, ""]:
            frame = {"content": piece, "stop": not piece, "stop_type": "eos"}
            self.wfile.write(b"data: " + json.dumps(frame).encode() + b"\n\n")
            self.wfile.flush()
            time.sleep(PLAN.get("pause", 0) if piece else 0)
        self.close_connection = True


def let_another_take(port):
    """Whether another user's program could listen at it, at all addresses."""
    told, tell = os.pipe()
    if os.fork() == 0:
        os.setuid(65534)
        try:
            server = PortServer(("0.0.0.0", port), Handler)
        except OSError:
            os._exit(1)
        os.write(tell, b"!")
        server.serve_forever()
    os.close(tell)
    return os.read(told, 1) == b"!"


def refuse_to_bind():
    print(f"main: couldn't bind HTTP server socket, hostname: {ARGUMENTS['--host']}, port: 8080", file=sys.stderr)
    sys.exit(1)


def main():
    number = note("starts", " ".join(sys.argv[1:]))
    for i in range(PLAN.get("noise", 0)):
        sys.stderr.buffer.write(b"%d I noise: \x1b[31mof no interest\xff\n" % i)
    sys.stderr.flush()
    for option in PLAN.get("unknown", []):
        if option in sys.argv:
            print(f"error: invalid argument: {option}", file=sys.stderr)
            sys.exit(1)
    if PLAN.get("crashes", 0) < 0 or number <= PLAN.get("crashes", 0):
        print("0.00.040 E gguf_init_from_file: failed to read magic", file=sys.stderr)
        print("0.00.041 I srv: cleaning up before exit...", file=sys.stderr)
        sys.exit(3)
    if PLAN.get("deaf"):
        time.sleep(3600)
    if PLAN.get("taken") and "--port" in ARGUMENTS and let_another_take(int(ARGUMENTS["--port"])):
        time.sleep(3600)
    if PLAN.get("taken"):
        refuse_to_bind()
    if "--port" in ARGUMENTS:
        PortServer((ARGUMENTS["--host"], int(ARGUMENTS["--port"])), Handler).serve_forever()
    if PLAN.get("portsOnly"):
        refuse_to_bind()
    Server(ARGUMENTS["--host"], Handler).serve_forever()


main()

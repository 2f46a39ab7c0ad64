#!/usr/bin/env python3
"""A model server for tests, on loopback: OpenAI's /v1/completions and /v1/chat/completions and Mistral's
/v1/fim/completions with server-sent events, Ollama's /api/generate with lines.

Prints its port on the first line of standard output and serves until it is
terminated. Behaviour is chosen on the command line; --log appends every
request's path, headers and body as one JSON line, for tests that look at what
was sent.
"""
import argparse
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--text", default="return 0;", help="the completion")
    parser.add_argument("--text-file", help="read the completion from a file instead")
    parser.add_argument("--piece", type=int, default=4, help="characters in one event")
    parser.add_argument("--first-delay", type=float, default=0, help="seconds before the first event")
    parser.add_argument("--delay", type=float, default=0, help="seconds between events")
    parser.add_argument("--status", type=int, default=200, help="answer with this status")
    parser.add_argument("--message", default="as asked", help="the error's message, with --status")
    parser.add_argument("--retry-after", type=int, help="seconds, with --status")
    parser.add_argument("--finish", default="stop", help="finish_reason")
    parser.add_argument("--no-done", action="store_true", help="leave out [DONE]")
    parser.add_argument("--break-after", type=int, help="close the connection after so many events")
    parser.add_argument("--stall-after", type=int, help="send nothing more after so many events")
    parser.add_argument("--endless", action="store_true", help="repeat the text until the client goes")
    parser.add_argument("--html", action="store_true", help="answer with a web page")
    parser.add_argument("--key", help="refuse requests that lack this bearer key")
    parser.add_argument("--model", default="test-model", help="the name in /v1/models")
    parser.add_argument("--log", help="file to append requests to")
    arguments = parser.parse_args()
    if arguments.text_file:
        with open(arguments.text_file, encoding="utf-8") as file:
            arguments.text = file.read()
    return arguments


def pieces(options):
    text, size = options.text, max(1, options.piece)
    while True:
        for start in range(0, len(text), size):
            yield text[start:start + size]
        if not options.endless:
            return


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # a stream of small writes must not wait
    options = None
    log_lock = threading.Lock()

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.note("")
        if self.path != "/v1/models":
            self.send_error_object(404, "no such path")
        elif self.allowed():
            self.send_json(200, {"object": "list", "data": [{"id": self.options.model, "object": "model"}]})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("utf-8", "replace")
        self.note(body)
        if self.path == "/api/show":
            self.send_json(200, {"capabilities": ["completion", "insert"]})
        elif self.path not in ("/v1/completions", "/v1/chat/completions", "/v1/fim/completions", "/api/generate"):
            self.send_error_object(404, "no such path")
        elif self.allowed():
            self.complete(body)

    def complete(self, body):
        try:
            request = json.loads(body)
        except ValueError:
            self.send_error_object(400, "the body is not JSON")
            return
        if self.options.status != 200:
            self.send_error_object(self.options.status, self.options.message)
        elif self.options.html:
            self.send_bytes(200, "text/html", b"<html><body>Welcome</body></html>", [])
        elif request.get("stream") and self.path == "/api/generate":
            self.stream_lines()
        elif request.get("stream"):
            self.stream(request)
        else:
            self.send_json(200, self.chunk(self.options.text, self.options.finish))

    def chunk(self, text, finish):
        what = {"text": text} if self.path == "/v1/completions" else {"delta": {"content": text}}
        return {"object": "text_completion", "model": self.options.model,
                "choices": [{"index": 0, "finish_reason": finish, **what}]}

    def stream_lines(self):
        lines = [{"response": text, "done": False} for text in pieces(self.options)]
        lines.append({"response": "", "done": True, "done_reason": self.options.finish, "prompt_eval_count": 7})
        body = "".join(json.dumps(line) + "\n" for line in lines)
        self.send_bytes(200, "application/x-ndjson", body.encode(), [])

    def stream(self, request):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            self.stream_events(request)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the client has enough

    def stream_events(self, request):
        time.sleep(self.options.first_delay)
        for count, text in enumerate(pieces(self.options)):
            if self.options.break_after == count:
                self.close_connection = True
                return
            if self.options.stall_after == count:
                threading.Event().wait()
            self.send_event(json.dumps(self.chunk(text, None)))
            time.sleep(self.options.delay)
        self.send_event(json.dumps(self.chunk("", self.options.finish)))
        if (request.get("stream_options") or {}).get("include_usage"):
            self.send_event(json.dumps({"choices": [], "usage": {
                "prompt_tokens": len(str(request.get("prompt", ""))) // 4,
                "completion_tokens": len(self.options.text) // 4}}))
        if not self.options.no_done:
            self.send_event("[DONE]")
        self.wfile.write(b"0\r\n\r\n")

    def send_event(self, data):
        event = f"data: {data}\n\n".encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
        self.wfile.flush()

    def allowed(self):
        key = self.options.key
        if key and self.headers.get("Authorization") != f"Bearer {key}":
            self.send_error_object(401, "Invalid API Key")
            return False
        return True

    def send_error_object(self, status, message):
        extra = []
        if self.options.retry_after is not None:
            extra.append(("Retry-After", str(self.options.retry_after)))
        body = json.dumps({"error": {"message": message, "type": "test", "code": status}}).encode()
        self.send_bytes(status, "application/json", body, extra)

    def send_json(self, status, value):
        self.send_bytes(status, "application/json", json.dumps(value).encode(), [])

    def send_bytes(self, status, content_type, body, headers):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def note(self, body):
        if self.options.log:
            line = json.dumps({"path": self.path, "headers": dict(self.headers), "body": body})
            with self.log_lock, open(self.options.log, "a", encoding="utf-8") as file:
                file.write(line + "\n")


def main():
    Handler.options = parse_arguments()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""An embedding server for tests: /v1/embeddings and /api/embed, on loopback.

A text's vector counts its words, each in a place of its own among 300, so texts that share words are near; --synonyms
makes two words one, as a model would. Prints its port on the first line of standard output; --log appends every
request's path, headers and texts as one JSON line.
"""
import argparse
import json
import re
import threading
import time
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DIMENSIONS = 300


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--synonyms", default="", help="a=b,c=d: the first word counts as the second")
    parser.add_argument("--status", type=int, default=200, help="answer with this status")
    parser.add_argument("--fail-first", type=int, help="with --status: only so many requests")
    parser.add_argument("--longest", type=int, help="refuse texts of more bytes, as llama-server does")
    parser.add_argument("--delay", type=float, default=0, help="seconds before an answer")
    parser.add_argument("--odd", action="store_true", help="answer with a vector too few")
    parser.add_argument("--key", help="refuse requests that lack this bearer key")
    parser.add_argument("--log", help="file to append requests to")
    return parser.parse_args()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    options = None
    lock = threading.Lock()
    requests = 0

    def log_message(self, *_):
        pass

    def vector(self, text):
        numbers = [0.0] * DIMENSIONS
        synonyms = dict(pair.split("=") for pair in self.options.synonyms.split(",") if pair)
        for word in re.findall(r"[a-z]+", text.lower()):
            # the first 256 components are what is kept
            numbers[zlib.crc32(synonyms.get(word, word).encode()) % 256] += 1.0
        return numbers

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        texts = request["input"]
        with self.lock:
            Handler.requests += 1
            number = Handler.requests
            if self.options.log:
                with open(self.options.log, "a", encoding="utf-8") as file:
                    file.write(json.dumps({"path": self.path, "headers": dict(self.headers), "texts": texts,
                                           "model": request.get("model")}) + "\n")
        time.sleep(self.options.delay)
        status, answer = self.answer(texts, number)
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the client has gone

    def answer(self, texts, number):
        options = self.options
        if options.key and self.headers.get("Authorization") != f"Bearer {options.key}":
            return 401, {"error": {"message": "Invalid API Key"}}
        if options.status != 200 and (options.fail_first is None or number <= options.fail_first):
            return options.status, {"error": {"message": "as asked"}}
        if options.longest and any(len(text.encode()) > options.longest for text in texts):
            return 500, {"error": {"message": "input (900 tokens) is too large to process. increase the physical batch size"}}
        vectors = [self.vector(text) for text in texts][options.odd:]
        tokens = sum(len(text.split()) for text in texts)
        if self.path == "/api/embed":
            return 200, {"embeddings": vectors, "prompt_eval_count": tokens}
        if self.path == "/v1/embeddings":
            return 200, {"object": "list", "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
                         "data": [{"object": "embedding", "index": i, "embedding": vector} for i, vector in enumerate(vectors)]}
        return 404, {"error": {"message": "no such path"}}


def main():
    Handler.options = parse_arguments()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()

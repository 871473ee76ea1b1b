"""A real server on the loopback address that says what a test wants it to say, and what it says: feeds."""

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Answer:
    """What the feed server says to a path. A body may be a generator of chunks, closed-delimited."""

    body: object = b""
    status: int = 200
    headers: dict = field(default_factory=lambda: {"Content-Type": "application/rss+xml"})


class FeedServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), FeedHandler)
        self.answers: dict[str, Answer] = {}
        self.requests = []
        self.closing = threading.Event()

    def url(self, path="/feed"):
        return f"http://127.0.0.1:{self.server_address[1]}{path}"

    def serve(self, body=b"", *, path="/feed", status=200, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        body = body.encode() if isinstance(body, str) else body
        self.answers[path] = Answer(body, status, {"Content-Type": "application/rss+xml"} | named)
        return self.url(path)

    def handle_error(self, request, client_address):
        pass  # clients hang up in the middle on purpose


class FeedHandler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.requests.append((self.path, dict(self.headers)))
        answer = self.server.answers[self.path]
        etag = answer.headers.get("ETag")
        if etag and self.headers.get("If-None-Match") == etag:
            self.send_response(304)
            self.send_header("ETag", etag)
            self.end_headers()
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        for chunk in [answer.body] if isinstance(answer.body, bytes) else answer.body():
            self.wfile.write(chunk)

    def log_message(self, *args):
        pass


def rss(*items, head='<?xml version="1.0" encoding="utf-8"?>'):
    return f'{head}<rss version="2.0"><channel><title>News</title>{"".join(items)}</channel></rss>'


def item(title, *, guid="", link="", date="", summary=""):
    return (
        f"<item><title>{title}</title>"
        + (f"<guid>{guid}</guid>" if guid else "")
        + (f"<link>{link}</link>" if link else "")
        + (f"<pubDate>{date}</pubDate>" if date else "")
        + (f"<description>{summary}</description>" if summary else "")
        + "</item>"
    )

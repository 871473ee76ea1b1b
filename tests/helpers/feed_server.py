"""A real HTTP server on the loopback address with responses set by the test, and functions that build feeds."""

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Response:
    """The response to a path. `body` is bytes, or a function that returns chunks; the end closes the connection."""

    body: object = b""
    status: int = 200
    headers: dict = field(default_factory=lambda: {"Content-Type": "application/rss+xml"})


class FeedServer(ThreadingHTTPServer):
    """Serves the responses given to `serve`, 304 for a matching ETag, and records the requests."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), FeedHandler)
        self.responses: dict[str, Response] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []  # path and headers
        self.closing = threading.Event()

    def url(self, path="/feed"):
        return f"http://127.0.0.1:{self.server_address[1]}{path}"

    def serve(self, body=b"", *, path="/feed", status=200, **headers):
        given_headers = {name.replace("_", "-"): value for name, value in headers.items()}
        body = body.encode() if isinstance(body, str) else body
        self.responses[path] = Response(body, status, {"Content-Type": "application/rss+xml"} | given_headers)
        return self.url(path)

    def handle_error(self, request, client_address):
        pass  # clients close connections on purpose


class FeedHandler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.requests.append((self.path, dict(self.headers)))
        response = self.server.responses[self.path]
        etag = response.headers.get("ETag")
        if etag and self.headers.get("If-None-Match") == etag:
            self.send_response(304)
            self.send_header("ETag", etag)
            self.end_headers()
            return
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.end_headers()
        for chunk in [response.body] if isinstance(response.body, bytes) else response.body():
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

"""The origin of a Pushpin: it has every stream held at the edge (GRIP). Argument: its port."""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Origin(BaseHTTPRequestHandler):
    """Answers each request with the instruction to hold it open as a stream."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Hand the stream over to the edge."""
        body = b": open\n\n"
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Grip-Hold", "stream")
        self.send_header("Grip-Channel", "all")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Origin).serve_forever()

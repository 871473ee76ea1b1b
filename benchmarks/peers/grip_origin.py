"""An origin for Pushpin that answers every request with a GRIP hold. Argument: its port."""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Origin(BaseHTTPRequestHandler):
    """Answers each request with the instruction to hold it open as a stream (Grip-Hold)."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with the headers of a hold."""
        body = b": open\n\n"
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Grip-Hold", "stream")
        self.send_header("Grip-Channel", "all")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Origin).serve_forever()

"""A server for the analyzers `http` and `openai` on the loopback address, whose answers the test decides."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Request = dict[str, Any]
POSITIVE = {"positive": 0.8, "neutral": 0.15, "negative": 0.05}
NEGATIVE = {"positive": 0.05, "neutral": 0.15, "negative": 0.8}


def score_all(request: Request) -> Any:
    """Answer as `http` wants it: each text positive, its first entity positive and the others negative."""
    return {
        "items": [
            {
                "probabilities": POSITIVE,
                "evidence": [item["text"][:20]],
                "entities": [
                    {"probabilities": NEGATIVE if number else POSITIVE} for number in range(len(item["entities"]))
                ],
            }
            for item in request["items"]
        ]
    }


def complete(request: Request) -> Any:
    """Answer as `openai` wants it, with the scores of `score_all`."""
    question = json.loads(request["messages"][1]["content"])
    items = [item | {"id": number} for number, item in enumerate(score_all(question)["items"])]
    for item in items:
        del item["evidence"]
    return {
        "choices": [
            {"finish_reason": "stop", "message": {"role": "assistant", "content": json.dumps({"items": items})}}
        ],
        "usage": {"prompt_tokens": 1_000, "completion_tokens": 200},
    }


class AnalyzerServer(ThreadingHTTPServer):
    """Records requests and answers them with `answer(request)`: an object, or status and body as bytes.

    `closing` is set when the server ends, so that an answer that waits for it ends, too.
    """

    daemon_threads = True

    def __init__(self, answer: Callable[[Request], Any]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.requests: list[Request] = []
        self.authorizations: list[str | None] = []
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def list_texts(self) -> list[str]:
        """Return the texts of all requests to `http`, in order."""
        return [item["text"] for request in self.requests for item in request["items"]]

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # clients close connections on purpose


class _Handler(BaseHTTPRequestHandler):
    server: AnalyzerServer

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(request)
        self.server.authorizations.append(self.headers["Authorization"])
        answer = self.server.answer(request)
        status, body = answer if isinstance(answer, tuple) else (200, json.dumps(answer).encode())
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def analyzer_server(answer: Callable[[Request], Any] = score_all) -> Iterator[AnalyzerServer]:
    """Serve an analyzer; its `answer` can be replaced at any time."""
    with AnalyzerServer(answer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()

"""Send one JSON request to the server of an analyzer, with limits on time and bytes.

The address is the operator's own choice, so it may be on a private network.
"""

import hashlib
import time
from typing import Any

import httpx2
import orjson
from django.conf import settings

from news.scoring import MAX_VERSION, AnalyzerUnavailable, BadAnswer

MAX_ANSWER_BYTES = 10_000_000
CONNECT_SECONDS = 5.0
MAX_EXCERPT = 120  # characters of an answer in a message
# Statuses that say something of these texts; all others say something of the server or of our settings.
BAD_TEXT_STATUSES = frozenset([400, 413, 422, 500])
CURES = {
    401: "set ANALYZER_KEY to a key that it accepts",
    403: "set ANALYZER_KEY to a key that may use it",
    404: "correct ANALYZER_URL",
    405: "correct ANALYZER_URL",
    429: "lower the load, or raise its limit",
}


class AnalyzerClient:
    """Posts JSON to a URL. One request at a time; not for several threads."""

    def __init__(self, url: str) -> None:
        self._url = url
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if settings.ANALYZER_KEY:
            headers["Authorization"] = f"Bearer {settings.ANALYZER_KEY.reveal()}"
        self._client = httpx2.Client(
            headers=headers,
            trust_env=False,  # a proxy of the environment would read headlines and key
            timeout=httpx2.Timeout(settings.ANALYZER_TIMEOUT_SECONDS, connect=CONNECT_SECONDS),
        )

    def post(self, payload: object) -> Any:
        """Return the JSON that the server answers. Errors: AnalyzerUnavailable, BadAnswer."""
        try:
            status, body = self._send(orjson.dumps(payload))
        except httpx2.HTTPError as error:
            reason = settings.ANALYZER_KEY.redact(str(error) or type(error).__name__)
            raise AnalyzerUnavailable(
                f"{self._url}: can't be reached ({reason}); start the server, or correct ANALYZER_URL.",
                may_be_billed=not isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout),
            ) from error
        if status != 200:
            self._raise_status(status, body)
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise BadAnswer(
                f"{self._url}: answered {_excerpt(body)}, which is no JSON; see docs/analyzers.md.", may_be_billed=True
            ) from error

    def _send(self, body: bytes) -> tuple[int, bytes]:
        """Return status and body of the answer. Read timeouts alone would let a server drip a body for ever."""
        ends_at = time.monotonic() + settings.ANALYZER_TIMEOUT_SECONDS
        chunks, size = [], 0
        with self._client.stream("POST", self._url, content=body) as response:
            for chunk in response.iter_bytes():
                chunks.append(chunk)
                size += len(chunk)
                if size > MAX_ANSWER_BYTES:
                    raise BadAnswer(
                        f"{self._url}: answered more than {MAX_ANSWER_BYTES:,} bytes; answer scores only.",
                        may_be_billed=True,
                    )
                if time.monotonic() > ends_at:
                    raise AnalyzerUnavailable(
                        f"{self._url}: not done after {settings.ANALYZER_TIMEOUT_SECONDS:g} s; "
                        "make it faster, or raise ANALYZER_TIMEOUT_SECONDS.",
                        may_be_billed=True,
                    )
            return response.status_code, b"".join(chunks)

    def _raise_status(self, status: int, body: bytes) -> None:
        answer = settings.ANALYZER_KEY.redact(_excerpt(body))
        if status in BAD_TEXT_STATUSES:
            raise BadAnswer(f"{self._url}: answered HTTP {status} with {answer}; see the log of that server.")
        cure = CURES.get(status, "see the log of that server")
        raise AnalyzerUnavailable(f"{self._url}: answered HTTP {status} with {answer}; {cure}.")


def make_version(model: str) -> str:
    """Return the version of an analyzer by the name of its model: the name, or its end and a hash if it is long."""
    if len(model) <= MAX_VERSION:
        return model or "1"
    digest = hashlib.sha256(model.encode()).hexdigest()[:6]
    return f"{model[len(digest) + 1 - MAX_VERSION :]}-{digest}"


def _excerpt(body: bytes) -> str:
    return repr(body[:MAX_EXCERPT].decode(errors="replace"))

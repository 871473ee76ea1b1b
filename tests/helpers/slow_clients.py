"""Those who have configurations on a running server: with a token, or signed in like a browser."""

import json
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

from tests.helpers.server import Server
from tests.helpers.sse import Stream
from tests.helpers.waiting import WAIT_SECONDS

SECRET = "only-for-this-test"
CREATE_USER = f"from django.contrib.auth.models import User; User.objects.create_user('ann', password={SECRET!r})"


@dataclass
class Reader:
    """Somebody who is let in by what `headers` show."""

    server: Server
    headers: dict[str, str]
    user_id: str = ""

    def call(self, method: str, path: str, body: Any = None, *, server: Server | None = None) -> tuple[int, Any]:
        raw = None if body is None else json.dumps(body).encode()
        return (server or self.server).call(f"/api/v2/{path}", raw, method=method, **self.headers)

    def add(self, *tickers: str, name: str = "Tech") -> str:
        """Make a configuration and return its path."""
        status, made = self.call("POST", "configurations", {"name": name, "tickers": tickers or ["AAPL"]})
        assert status == 201, made
        return f"configurations/{made['config_id']}"

    def ticket(self) -> str:
        status, answer = self.call("POST", "stream/tickets")
        assert status == 201, answer
        return str(answer["ticket"])

    def open(self, path: str, query: str = "", **headers: str) -> Stream:
        """Open a configuration's stream, and read its opening if there is one."""
        stream = Stream(self.server.url, path=f"/api/v2/{path}/stream{query}", **self.headers, **headers)
        if stream.status == 200:
            stream.read_kinds("heartbeat", "metrics")
        return stream


@dataclass
class Browser:
    """A browser's cookies."""

    server: Server
    cookies: CookieJar = field(default_factory=CookieJar)

    def post(self, path: str, **fields: str) -> str:
        """Send a form as a page of ours would, and return the address it leads to."""
        opener = build_opener(HTTPCookieProcessor(self.cookies))
        opener.open(f"{self.server.url}/accounts/login/").close()
        form = urlencode(fields | {"csrfmiddlewaretoken": self.cookie("csrftoken")}).encode()
        with opener.open(Request(self.server.url + path, form), timeout=WAIT_SECONDS) as answer:
            return str(answer.url)

    def cookie(self, name: str) -> str:
        return next((str(cookie.value) for cookie in self.cookies if cookie.name == name), "")

    def reader(self) -> Reader:
        """Return who has signed in with this browser."""
        pairs = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.cookies)
        return Reader(self.server, {"Cookie": pairs, "X-CSRFToken": self.cookie("csrftoken")})


def begin(server: Server) -> Reader:
    """Begin an anonymous session."""
    status, answer = server.call("/api/v2/auth/anonymous", method="POST")
    assert status == 201, answer
    return Reader(server, {"Authorization": f"Bearer {answer['token']}"}, answer["user_id"])


def sign_in(server: Server) -> Browser:
    """Make the user ann, and sign her in."""
    made = server.manage("shell", "-c", CREATE_USER)
    assert made.returncode == 0, made.stderr
    browser = Browser(server)
    assert browser.post("/accounts/login/", username="ann", password=SECRET) == f"{server.url}/"
    return browser

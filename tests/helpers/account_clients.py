"""Clients with configurations on a running server: by token, or signed in like a browser."""

import json
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

from tests.helpers.server import Server
from tests.helpers.sse import Stream
from tests.helpers.waiting import WAIT_SECONDS

PASSWORD = "only-for-this-test"
CREATE_USER = f"from django.contrib.auth.models import User; User.objects.create_user('ann', password={PASSWORD!r})"


@dataclass
class AccountClient:
    """A client of the API that authenticates by `headers`."""

    server: Server
    headers: dict[str, str]
    user_id: str = ""

    def call(self, method: str, path: str, body: Any = None, *, server: Server | None = None) -> tuple[int, Any]:
        """Send one request, to another server of the site if given; returns status and decoded JSON."""
        content = None if body is None else json.dumps(body).encode()
        return (server or self.server).call(f"/api/v2/{path}", content, method=method, **self.headers)

    def add(self, *tickers: str, name: str = "Tech") -> str:
        """Create a configuration and return its path."""
        status, configuration = self.call("POST", "configurations", {"name": name, "tickers": tickers or ["AAPL"]})
        assert status == 201, configuration
        return f"configurations/{configuration['config_id']}"

    def create_ticket(self) -> str:
        """Return a new stream ticket."""
        status, answer = self.call("POST", "stream/tickets")
        assert status == 201, answer
        return str(answer["ticket"])

    def open(self, path: str, query: str = "", **headers: str) -> Stream:
        """Open the stream of a configuration; if it is accepted, read its first heartbeat and metrics."""
        stream = Stream(self.server.url, path=f"/api/v2/{path}/stream{query}", **self.headers, **headers)
        if stream.status == 200:
            stream.receive_kinds("heartbeat", "metrics")
        return stream


@dataclass
class BrowserSession:
    """The cookies of a browser."""

    server: Server
    cookies: CookieJar = field(default_factory=CookieJar)

    def post(self, path: str, **fields: str) -> str:
        """Submit a form of the site, and return the URL of the page that follows."""
        opener = build_opener(HTTPCookieProcessor(self.cookies))
        opener.open(f"{self.server.url}/accounts/login/").close()
        form = urlencode(fields | {"csrfmiddlewaretoken": self.get_cookie("csrftoken")}).encode()
        with opener.open(Request(self.server.url + path, form), timeout=WAIT_SECONDS) as answer:
            return str(answer.url)

    def get_cookie(self, name: str) -> str:
        """Return the value of a cookie, "" if there is none."""
        return next((str(cookie.value) for cookie in self.cookies if cookie.name == name), "")

    def get_client(self) -> AccountClient:
        """Return a client with the cookies of this browser."""
        pairs = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.cookies)
        return AccountClient(self.server, {"Cookie": pairs, "X-CSRFToken": self.get_cookie("csrftoken")})


def start_anonymous_session(server: Server) -> AccountClient:
    """Start an anonymous session, and return its client."""
    status, answer = server.call("/api/v2/auth/anonymous", method="POST")
    assert status == 201, answer
    return AccountClient(server, {"Authorization": f"Bearer {answer['token']}"}, answer["user_id"])


def sign_in(server: Server) -> BrowserSession:
    """Create the user ann, and sign in."""
    created = server.manage("shell", "-c", CREATE_USER)
    assert created.returncode == 0, created.stderr
    browser = BrowserSession(server)
    assert browser.post("/accounts/login/", username="ann", password=PASSWORD) == f"{server.url}/"
    return browser

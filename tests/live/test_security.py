"""CORS, the HTTPS setting, and what hostile requests leave in the log."""

import re
import socket
from collections.abc import Callable
from http.client import HTTPConnection, HTTPResponse

from tests.helpers.account_clients import start_anonymous_session
from tests.helpers.server import Server
from tests.helpers.sse import Stream

ALLOWED_ORIGIN, OTHER_ORIGIN = "https://app.example.org", "https://evil.example.org"
SECRET = "s3cret-that-must-not-be-logged"
LINE = re.compile(r'timestamp=\S+ level=\w+ event=(?:"(?:[^"\\]|\\.)*"|\S+)(?: \w+=(?:"(?:[^"\\]|\\.)*"|\S*))*')
PATHS = ["/api/v2/stream", "/api/v2/items", "/api/v2/stream/status", "/api/v2/configurations", "/events/?channel=items"]


def send_request(
    server: Server, path: str, *, source: str = "127.0.0.1", method: str = "GET", **headers: str
) -> HTTPResponse:
    """Send a request, and return its response without the body."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60, source_address=(source, 0))
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    connection.close()
    return response


def test_cors_answers_listed_origins_only(start_server: Callable[..., Server]) -> None:
    server = start_server(CORS_ALLOWED_ORIGINS=ALLOWED_ORIGIN)

    for path in PATHS:
        for origin in (
            ALLOWED_ORIGIN,
            OTHER_ORIGIN,
            ALLOWED_ORIGIN + ".evil.example",
            "http://app.example.org",
            "null",
        ):
            response = send_request(server, path, Origin=origin)
            allowed = response.getheader("Access-Control-Allow-Origin")
            assert allowed == (ALLOWED_ORIGIN if origin == ALLOWED_ORIGIN else None), (path, origin)
            assert "origin" in response.getheader("Vary", "").lower(), path
            assert response.getheader("Access-Control-Allow-Credentials") is None
        preflight_headers = {
            "Origin": ALLOWED_ORIGIN,
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "last-event-id",
        }
        preflight = send_request(server, path, method="OPTIONS", **preflight_headers)
        assert preflight.status == 200
        assert "last-event-id" in preflight.getheader("Access-Control-Allow-Headers", "")
    static = send_request(server, "/static/dashboard/app.js", Origin=OTHER_ORIGIN)
    assert (static.status, static.getheader("Access-Control-Allow-Origin")) == (200, None)


def test_https_setting_redirects_and_secures_cookies(start_server: Callable[..., Server]) -> None:
    server = start_server(HTTPS=1, TRUSTED_PROXIES="127.0.0.1", ADMIN_PATH="back-office")
    forwarded = {"X_Forwarded_Proto": "https"}

    for path in ("/", *PATHS):
        plain, forged = send_request(server, path), send_request(server, path, source="127.0.0.2", **forwarded)
        assert {plain.status, forged.status} == {301}, path
        assert plain.getheader("Location") == f"https://127.0.0.1:{server.port}{path}"
        assert (
            send_request(server, path, **forwarded).getheader("Strict-Transport-Security")
            == "max-age=31536000; includeSubDomains"
        )
    page = send_request(server, "/", **forwarded)
    assert "default-src 'self'" in page.getheader("Content-Security-Policy", "")
    assert page.getheader("Cross-Origin-Opener-Policy") == "same-origin"
    cookie = send_request(server, "/accounts/login/", **forwarded).getheader("Set-Cookie", "")
    assert "Secure" in cookie
    assert [send_request(server, path, **forwarded).status for path in ("/back-office/login/", "/admin/")] == [200, 404]
    assert [send_request(server, path).status for path in ("/health/live", "/metrics")] == [200, 404], "not redirected"


def hostile_requests(server: Server) -> list[str]:
    """Return requests with secrets and line breaks in every field, and with bytes that HTTP does not allow."""
    breaks = f"{SECRET}%0D%0Aevent%3Dforged%0Atimestamp=now%20level=info%E2%80%A8%00%1B[31m"
    host = f"Host: 127.0.0.1:{server.port}\r\n"
    paths = [
        *(f"{path}?ticket={breaks}" for path in ("/api/v2/stream", "/api/v2/configurations/1/stream")),
        f"/events/?channel=items&ticket={breaks}",
        *(f"/api/v2/stream?{name}={breaks}" for name in ("tickers", "last_event_id", "include", "since", "token")),
        f"/api/v2/events?after={breaks}&limit={breaks}",
        f"/api/v2/items?q={breaks}&after={breaks}",
        f"/{breaks.replace(SECRET, '')}",
        f"/api/v2/{breaks.replace(SECRET, '')}/stream",
        f"/admin/{breaks.replace(SECRET, '')}",
        f"/accounts/login/?next={breaks}",
    ]
    headers = [
        f"Authorization: Bearer {SECRET}\r\n", f"Cookie: sessionid={SECRET}\r\n", f"X-Forwarded-For: {SECRET}\r\n",
        f"Last-Event-ID: {SECRET}\r\n", f"User-Agent: {SECRET}\r\n", f"X-Forwarded-Proto: {SECRET}\r\n",
    ]  # fmt: skip
    form = f"username={breaks}&password={SECRET}&csrfmiddlewaretoken={SECRET}"
    post = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n\r\n{form}"
    return [
        *(f"GET {path} HTTP/1.1\r\n{host}{header}\r\n" for path in paths for header in (headers[0], headers[1], "")),
        *(f"GET /api/v2/configurations/1/stream HTTP/1.1\r\n{host}{header}\r\n" for header in headers),
        *(f"POST {path} HTTP/1.1\r\n{host}{post}" for path in ("/admin/login/", "/accounts/login/", "/api/v2/items")),
        f"GET / HTTP/9.9\r\n{host}X: \x0b{SECRET}\x00\r\n\r\n",
        f"{SECRET} / HTTP/1.1\r\n{host}\r\n",
        "GET /api/v2/items HTTP/1.1\r\nHost: not-ours.example\r\n\r\n",
    ]


def test_log_of_hostile_requests_has_no_secret_and_no_forged_line(start_clean_server: Callable[..., Server]) -> None:
    server = start_clean_server(METRICS_TOKEN=SECRET)
    user = start_anonymous_session(server)
    ticket, token = user.create_ticket(), user.headers["Authorization"].split()[1]
    path = user.add("AAPL")
    for query, headers in ((f"?ticket={ticket}", {}), (f"?ticket={ticket}", {}), ("", user.headers)):
        Stream(server.url, path=f"/api/v2/{path}/stream{query}", **headers).close()

    for request in hostile_requests(server):
        with socket.create_connection(("127.0.0.1", server.port), 60) as client:
            client.sendall(request.encode("latin-1"))
            client.settimeout(60)
            client.recv(100)
    assert server.stop() == 0

    log = server.log.read_bytes().decode()
    for secret in (SECRET, ticket, token, server.token):
        assert secret not in log
    assert "event=stream_opened" in log
    for line in re.split(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]", log.strip()):
        assert LINE.fullmatch(line) or line.startswith("Serving on "), line
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", log)
    assert not re.search(r"^\S* ?\S* ?event=forged", log, re.MULTILINE)

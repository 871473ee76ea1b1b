"""The site as a Lambda function behind a Function URL, on PostgreSQL: processes of the bootstrap, over real HTTP."""

import json
import re
import subprocess
import tomllib
from base64 import b64decode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from django.conf import settings
from function_url import EventError, encode_prelude, parse_event
from hypothesis import given
from hypothesis import strategies as st
from lambda_runtime import DEADLINE_MARGIN_SECONDS, RuntimeApi, handle_invocation

from sentiment_site.env.registry import get_settings
from tests.helpers.fake_lambda import BOOTSTRAP, Lambda, make_event, running_instances
from tests.helpers.items import headline
from tests.helpers.paths import ROOT
from tests.helpers.server import Server, base_environment
from tests.helpers.sse import Stream, find_last_retry, resume_path
from tests.helpers.waiting import until

TEMPLATE = ROOT / "deploy" / "lambda" / "template.yaml"
MAX_BYTES = 20_000  # of a stream
PADDING = " ".join(["far"] * 400)

numbers = count(1000)


@pytest.fixture(scope="module")
def aws() -> Iterator[Lambda]:
    """Return a Function URL with its Runtime API."""
    aws = Lambda()
    yield aws
    aws.close()


@pytest.fixture(scope="module")
def database(postgres: Callable[[str], str], postgres_token: str) -> Iterator[str]:
    """Return the URL of a new, migrated database."""
    with psycopg.connect(postgres("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE site_on_lambda TEMPLATE migrated")
        yield postgres("site_on_lambda")
        connection.execute("DROP DATABASE site_on_lambda WITH (FORCE)")


@pytest.fixture(scope="module")
def site(aws: Lambda, database: str, postgres_token: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return the site behind the Function URL, in two processes."""
    folder = tmp_path_factory.mktemp("lambda")
    options = {"DATABASE_URL": database, "STREAM_MAX_BYTES": str(MAX_BYTES), "STREAM_POLL_SECONDS": "0.1"}
    environment = base_environment(folder) | {"HTTPS": "1", "TRUSTED_PROXIES": "127.0.0.1"} | options
    site = Server(environment, aws.function_url.server_port, postgres_token, log=folder / "instances.log")
    with running_instances(aws, environment, count=2, log=site.log):
        yield site
    assert "Traceback" not in site.log.read_text(), site.log.read_text()[-3000:]


def test_stream_events_arrive_one_by_one(aws: Lambda, site: Server) -> None:
    with Stream(site.url) as stream:
        invocation = aws.fetched[-1]
        stream.receive_kinds("heartbeat", "metrics")
        for number in range(3):
            site.post(headline(number))
            stream.receive_items(number + 1)
        end_by_bytes(site, stream)

    assert stream.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert invocation.headers["lambda-runtime-function-response-mode"] == "streaming"
    assert invocation.headers["content-type"] == "application/vnd.awslambda.http-integration-response"
    assert invocation.trailers == {}


def test_stream_before_the_deadline_ends_with_retry(aws: Lambda, site: Server) -> None:
    default = aws.timeout_seconds
    aws.timeout_seconds = DEADLINE_MARGIN_SECONDS + 1

    with Stream(site.url) as stream:
        aws.timeout_seconds = default
        stream.receive_to_end(seconds=60)

    assert [event.kind for event in stream.events[:2]] == ["heartbeat", "metrics"]
    assert find_last_retry(stream.text)


def test_stream_resumed_after_each_end_misses_nothing(site: Server) -> None:
    titles = [f"Profit rises {number} {PADDING}" for number in range(50)]
    last_id = site.call("/api/v2/stream/status")[1]["head"]
    received: list[str] = []
    end_count = 0

    with ThreadPoolExecutor(1) as pool:
        posting = pool.map(lambda title: site.post({"title": title, "ticker": "AAPL"}), titles)
        while len(received) < len(titles):
            with Stream(site.url, path=f"{resume_path(last_id)}&include=headline") as stream:
                missing = len(titles) - len(received)
                stream.receive_until(lambda s, missing=missing: s.is_ended or len(s.items()) >= missing, seconds=60)
                end_count += stream.is_ended
                received += [item.data["title"] for item in stream.items()]
                last_id = stream.events[-1].id
                if not stream.is_ended:
                    end_by_bytes(site, stream)
        list(posting)

    assert received == titles
    assert end_count > 2


def test_function_url_serves_pages_files_and_errors(site: Server) -> None:
    status, page = site.call("/")
    assert (status, "<title>" in page) == (200, True)
    script = send_request(site, "GET", "/static/dashboard/app.js")
    assert script[2] == (ROOT / "dashboard/static/dashboard/app.js").read_bytes()
    assert site.call("/api/v2/no-such-thing")[0] == 404
    assert site.call("/api/v2/stream", b"{}", method="POST")[0] == 405
    status, headers, body = send_request(site, "HEAD", "/api/v2/stream")
    assert (status, body, headers["content-type"]) == (200, b"", "text/event-stream; charset=utf-8")


def test_post_items_as_text_or_base64_is_decoded(site: Server) -> None:
    body = json.dumps({"title": "Müller & Söhne: profit up 20 % (€)", "ticker": "AAPL"}).encode()
    authorization = {"Authorization": f"Bearer {site.token}"}

    as_text = site.call("/api/v2/items", body, **authorization, **{"Content-Type": "application/json"})
    in_base64 = site.call("/api/v2/items", body, **authorization, **{"Content-Type": "application/x-json"})
    not_json = site.call(
        "/api/v2/items", b"\xff\xfe\x00", **authorization, **{"Content-Type": "application/octet-stream"}
    )

    assert (as_text[0], len(as_text[1]["created"])) == (201, 1)
    assert len(site.call("/api/v2/items?q=M%C3%BCller+%26")[1]["items"]) == 1
    assert in_base64[1]["duplicates"] == 1
    assert not_json[0] == 400


def test_function_url_passes_cookies_and_joins_repeated_headers(site: Server) -> None:
    _, headers, page = send_request(site, "GET", "/accounts/login/")
    cookie = headers["set-cookie"].partition(";")[0]
    csrf_token = page.decode().partition('csrfmiddlewaretoken" value="')[2].partition('"')[0]
    form = f"csrfmiddlewaretoken={csrf_token}&username=unknown&password=wrong".encode()

    without_cookie = send_request(
        site, "POST", "/accounts/login/", form, **{"Content-Type": "application/x-www-form-urlencoded"}
    )
    request_headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": f"theme=dark; {cookie}"}
    with_cookie = send_request(
        site, "POST", "/accounts/login/", form, Referer=f"https://{headers['request-host']}/", **request_headers
    )

    assert cookie.startswith("csrftoken=")
    assert without_cookie[0] == 403
    assert (with_cookie[0], b'role="alert"' in with_cookie[2]) == (200, True)
    assert "cookie" in headers["vary"].lower()


def test_instance_between_requests_has_no_database_connection(site: Server, database: str) -> None:
    with Stream(site.url) as stream:
        stream.receive_kinds("metrics")
        end_by_bytes(site, stream)

    with psycopg.connect(database, autocommit=True) as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        until(lambda: connection.execute(query).fetchone() == (1,), seconds=60, what="only this connection is left")


def test_event_of_another_service_is_rejected_without_its_content(aws: Lambda, site: Server) -> None:
    invocation = aws.invoke({"key1": "value1", "Authorization": "Bearer hunter2"})

    assert invocation.receive_all() == ({}, b"")

    assert invocation.error is not None
    assert invocation.error["errorType"] == "Site.EventError"
    assert "payload format 2.0" in invocation.error["errorMessage"]
    assert "hunter2" not in site.log.read_text()


def test_bootstrap_with_a_bad_setting_reports_the_init_error(aws: Lambda, tmp_path: Path) -> None:
    environment = base_environment(tmp_path) | {"AWS_LAMBDA_RUNTIME_API": aws.address, "STREAM_RING_FRAMES": "0"}

    done = subprocess.run([BOOTSTRAP], env=environment, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 1
    assert "STREAM_RING_FRAMES='0': must be" in done.stderr
    assert "STREAM_RING_FRAMES='0': must be" in aws.init_errors[-1]["errorMessage"]


async def test_handle_invocation_failing_midway_reports_the_error_in_trailers() -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"first part", "more_body": True})
        raise RuntimeError("no more data")

    aws = Lambda()
    invocation = aws.invoke(make_event("GET", "/", {}, b"", is_base64=False))
    api = RuntimeApi(aws.address)

    await handle_invocation(application, api, await api.fetch_invocation())

    assert invocation.receive_all() == ({"statusCode": 200, "headers": {}, "cookies": []}, b"first part")
    assert invocation.trailers["lambda-runtime-function-error-type"] == "Site.RuntimeError"
    assert json.loads(b64decode(invocation.trailers["lambda-runtime-function-error-body"])) == {
        "errorMessage": "no more data",
        "errorType": "Site.RuntimeError",
    }
    aws.close()


async def test_handle_invocation_without_a_response_reports_an_error() -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        assert (await receive())["body"] == b"\x00\xff"

    aws = Lambda()
    invocation = aws.invoke(make_event("POST", "/", {}, b"\x00\xff", is_base64=True))
    api = RuntimeApi(aws.address)

    await handle_invocation(application, api, await api.fetch_invocation())

    assert invocation.receive_all() == ({}, b"")
    assert invocation.error is not None
    assert invocation.error["errorType"] == "Site.IncompleteResponse"
    aws.close()


EVENT_FIELDS = ["requestContext", "rawPath", "rawQueryString", "headers", "headers.accept", "cookies", "body"]
EVENT_FIELDS += [f"requestContext.http{name}" for name in ("", ".method", ".sourceIp")]


@given(
    field=st.sampled_from(EVENT_FIELDS),
    junk=st.none() | st.booleans() | st.text() | st.lists(st.text()) | st.dictionaries(st.text(), st.none()),
    is_base64=st.booleans(),
)
def test_parse_event_with_any_field_replaced_returns_a_request_or_raises(
    field: str, junk: Any, is_base64: bool
) -> None:
    event = target = make_event("POST", "/", {"accept": "*/*", "cookie": "a=b"}, b"text", is_base64=is_base64)
    *outer, name = field.split(".")
    for key in outer:
        target = target[key]
    target[name] = junk

    try:
        request = parse_event(event)
    except EventError:
        return
    assert isinstance(request.body, bytes)
    assert all(isinstance(part, bytes) for header in request.scope["headers"] for part in header)


@given(
    status=st.integers(100, 599),
    headers=st.lists(st.tuples(st.binary(min_size=1), st.binary())),
)
def test_encode_prelude_ends_at_its_first_eight_nuls(status: int, headers: list[tuple[bytes, bytes]]) -> None:
    prelude, nuls, rest = encode_prelude({"status": status, "headers": headers}).partition(bytes(8))

    assert json.loads(prelude)["statusCode"] == status
    assert (nuls, rest) == (bytes(8), b"")


def test_template_streams_within_limits_and_uses_existing_settings() -> None:
    class Loader(yaml.SafeLoader):
        pass

    Loader.add_multi_constructor("!", lambda loader, suffix, node: f"!{suffix} {node.value}")
    template = yaml.load(TEMPLATE.read_text(), Loader)
    properties = template["Resources"]["Site"]["Properties"]
    variables = properties["Environment"]["Variables"]

    assert properties["FunctionUrlConfig"] == {"AuthType": "NONE", "InvokeMode": "RESPONSE_STREAM"}
    assert int(variables["STREAM_MAX_SECONDS"]) + 30 <= properties["Timeout"] <= 900
    assert int(variables["STREAM_MAX_BYTES"]) <= 200_000_000
    assert variables["AWS_LAMBDA_EXEC_WRAPPER"] == f"/var/task/{BOOTSTRAP.relative_to(ROOT)}"
    assert BOOTSTRAP.stat().st_mode & 0o111
    declared = {setting.name for setting in get_settings()}
    assert {name for name in variables if not name.startswith("AWS_")} <= declared
    assert template["Parameters"]["Streams"]["Default"] == settings.STREAM_MAX_CONNECTIONS


def test_lock_contains_the_extra_lambda() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    packages = {re.split(r"[^\w.-]", requirement)[0] for requirement in project["optional-dependencies"]["lambda"]}
    locked = set(re.findall(r"^([\w.-]+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))

    assert packages <= locked, "deploy/lambda/package installs requirements.lock"


def end_by_bytes(site: Server, stream: Stream) -> None:
    """Post until the stream has sent all its bytes: on Lambda a disconnected client would occupy its instance."""
    until(lambda: site.post(*(headline(next(numbers), "FILL") for _ in range(50))) and has_ended(stream), seconds=60)


def has_ended(stream: Stream) -> bool:
    """Read for 0.3 s, and return whether the stream has ended."""
    with suppress(AssertionError):
        stream.receive_to_end(seconds=0.3)
    return stream.is_ended


def send_request(
    site: Server, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Send a request to the Function URL; return the status, the headers by lower-case name, and the body."""
    connection = HTTPConnection("127.0.0.1", site.port, timeout=60)
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    response_headers = {name.lower(): value for name, value in response.getheaders()} | {
        "request-host": f"127.0.0.1:{site.port}"
    }
    response_body = response.read()
    connection.close()
    return response.status, response_headers, response_body

"""The site as a Lambda function behind a Function URL, on PostgreSQL: the bootstrap's own processes, over real HTTP."""

import json
import subprocess
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
from function_url import EventError, make_prelude, read_event
from hypothesis import given
from hypothesis import strategies as st
from lambda_runtime import MARGIN_SECONDS, RuntimeApi, serve

from tests.helpers.fake_lambda import BOOTSTRAP, Lambda, make_event, running_instances
from tests.helpers.items import headline
from tests.helpers.paths import ROOT
from tests.helpers.server import Server, base_environment, migrate
from tests.helpers.sse import Stream, resume_path
from tests.helpers.waiting import until

TEMPLATE = ROOT / "deploy" / "lambda" / "template.yaml"
BYTES = 20_000  # of a stream
LONG = " ".join(["far"] * 400)

numbers = count(1000)


@pytest.fixture(scope="module")
def aws() -> Iterator[Lambda]:
    """Return a Function URL with its Runtime API."""
    aws = Lambda()
    yield aws
    aws.close()


@pytest.fixture(scope="module")
def database(postgres: Callable[[str], str]) -> Iterator[str]:
    """Return the URL of a new database."""
    with psycopg.connect(postgres("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE site_on_lambda")
        yield postgres("site_on_lambda")
        connection.execute("DROP DATABASE site_on_lambda WITH (FORCE)")


@pytest.fixture(scope="module")
def site(aws: Lambda, database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return the site behind the Function URL, in two processes."""
    folder = tmp_path_factory.mktemp("lambda")
    options = {"DATABASE_URL": database, "STREAM_MAX_BYTES": str(BYTES), "STREAM_POLL_SECONDS": "0.1"}
    environment = base_environment(folder) | {"HTTPS": "1", "TRUSTED_PROXIES": "127.0.0.1"} | options
    site = Server(environment, aws.front.server_port, migrate(database, folder), log=folder / "instances.log")
    with running_instances(aws, environment, count=2, log=site.log):
        yield site
    assert "Traceback" not in site.log.read_text(), site.log.read_text()[-3000:]


def test_events_arrive_as_they_are_made(aws: Lambda, site: Server) -> None:
    with Stream(site.url) as stream:
        invocation = aws.taken[-1]
        stream.read_kinds("heartbeat", "metrics")
        for number in range(3):
            site.post(headline(number))
            stream.read_items(number + 1)
        end_by_bytes(site, stream)

    assert stream.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert invocation.headers["lambda-runtime-function-response-mode"] == "streaming"
    assert invocation.headers["content-type"] == "application/vnd.awslambda.http-integration-response"
    assert invocation.trailers == {}


def test_a_stream_ends_by_itself_before_the_deadline(aws: Lambda, site: Server) -> None:
    aws.seconds, usual = MARGIN_SECONDS + 1, aws.seconds

    with Stream(site.url) as stream:
        aws.seconds = usual
        stream.read_to_end(seconds=MARGIN_SECONDS)

    assert [event.kind for event in stream.events[:2]] == ["heartbeat", "metrics"]
    assert stream.text.rstrip().rpartition("\n")[2].startswith("retry: ")


def test_a_client_that_resumes_after_each_cut_misses_nothing(site: Server) -> None:
    titles = [f"Profit rises {number} {LONG}" for number in range(50)]
    last_id = site.call("/api/v2/stream/status")[1]["head"]
    seen: list[str] = []
    cuts = 0

    with ThreadPoolExecutor(1) as pool:
        posting = pool.map(lambda title: site.post({"title": title, "ticker": "AAPL"}), titles)
        while len(seen) < len(titles):
            with Stream(site.url, path=f"{resume_path(last_id)}&include=headline") as stream:
                left = len(titles) - len(seen)
                stream.read_until(lambda s, left=left: s.is_ended or len(s.items()) >= left, seconds=30)
                cuts += stream.is_ended
                seen += [item.data["title"] for item in stream.items()]
                last_id = stream.events[-1].id
                if not stream.is_ended:
                    end_by_bytes(site, stream)
        list(posting)

    assert seen == titles
    assert cuts > 2


def test_pages_and_files_and_errors_are_served(site: Server) -> None:
    status, page = site.call("/")
    assert (status, "<title>" in page) == (200, True)
    picture = raw(site, "GET", "/static/dashboard/app.js")
    assert picture[2] == (ROOT / "dashboard/static/dashboard/app.js").read_bytes()
    assert site.call("/api/v2/no-such-thing")[0] == 404
    assert site.call("/api/v2/stream", b"{}", method="POST")[0] == 405
    status, headers, body = raw(site, "HEAD", "/api/v2/stream")
    assert (status, body, headers["content-type"]) == (200, b"", "text/event-stream; charset=utf-8")


def test_items_are_posted_as_text_and_in_base64(site: Server) -> None:
    body = json.dumps({"title": "Müller & Söhne: profit up 20 % (€)", "ticker": "AAPL"}).encode()
    let_in = {"Authorization": f"Bearer {site.token}"}

    as_text = site.call("/api/v2/items", body, **let_in, **{"Content-Type": "application/json"})
    in_base64 = site.call("/api/v2/items", body, **let_in, **{"Content-Type": "application/x-json"})
    refused = site.call("/api/v2/items", b"\xff\xfe\x00", **let_in, **{"Content-Type": "application/octet-stream"})

    assert (as_text[0], len(as_text[1]["created"])) == (201, 1)
    assert len(site.call("/api/v2/items?q=M%C3%BCller+%26")[1]["items"]) == 1
    assert in_base64[1]["duplicates"] == 1
    assert refused[0] == 400


def test_cookies_go_both_ways_and_headers_with_several_values_are_joined(site: Server) -> None:
    _, headers, page = raw(site, "GET", "/accounts/login/")
    cookie = headers["set-cookie"].partition(";")[0]
    secret = page.decode().partition('csrfmiddlewaretoken" value="')[2].partition('"')[0]
    form = f"csrfmiddlewaretoken={secret}&username=nobody&password=wrong".encode()

    refused = raw(site, "POST", "/accounts/login/", form, **{"Content-Type": "application/x-www-form-urlencoded"})
    sent = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": f"theme=dark; {cookie}"}
    tried = raw(site, "POST", "/accounts/login/", form, Referer=f"https://{headers['host-seen']}/", **sent)

    assert cookie.startswith("csrftoken=")
    assert refused[0] == 403
    assert (tried[0], b'role="alert"' in tried[2]) == (200, True)
    assert "cookie" in headers["vary"].lower()


def test_an_instance_that_rests_holds_no_connection_to_the_database(site: Server, database: str) -> None:
    with Stream(site.url) as stream:
        stream.read_kinds("metrics")
        end_by_bytes(site, stream)

    with psycopg.connect(database, autocommit=True) as connection:
        count = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        until(lambda: connection.execute(count).fetchone() == (1,), what="only this connection is left")


def test_an_event_of_another_kind_is_refused_in_words(aws: Lambda, site: Server) -> None:
    invocation = aws.invoke({"key1": "value1", "Authorization": "Bearer hunter2"})

    assert invocation.whole() == ({}, b"")

    assert invocation.error is not None
    assert invocation.error["errorType"] == "Site.EventError"
    assert "payload format 2.0" in invocation.error["errorMessage"]
    assert "hunter2" not in site.log.read_text()


def test_a_site_that_can_t_start_tells_lambda_why(aws: Lambda, tmp_path: Path) -> None:
    environment = base_environment(tmp_path) | {"AWS_LAMBDA_RUNTIME_API": aws.address, "STREAM_RING_FRAMES": "0"}

    done = subprocess.run([BOOTSTRAP], env=environment, capture_output=True, text=True, timeout=30, check=False)

    assert done.returncode == 1
    assert "STREAM_RING_FRAMES='0': must be" in done.stderr
    assert "STREAM_RING_FRAMES='0': must be" in aws.init_errors[-1]["errorMessage"]


async def test_a_failure_in_the_middle_of_an_answer_is_told_behind_it() -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"begun", "more_body": True})
        raise RuntimeError("broken off")

    aws = Lambda()
    invocation = aws.invoke(make_event("GET", "/", {}, b"", is_base64=False))
    api = RuntimeApi(aws.address)

    await serve(application, api, await api.take())

    assert invocation.whole() == ({"statusCode": 200, "headers": {}, "cookies": []}, b"begun")
    assert invocation.trailers["lambda-runtime-function-error-type"] == "Site.RuntimeError"
    assert json.loads(b64decode(invocation.trailers["lambda-runtime-function-error-body"])) == {
        "errorMessage": "broken off",
        "errorType": "Site.RuntimeError",
    }
    aws.close()


async def test_an_application_that_ends_without_an_answer_is_told_in_its_place() -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        assert (await receive())["body"] == b"\x00\xff"

    aws = Lambda()
    invocation = aws.invoke(make_event("POST", "/", {}, b"\x00\xff", is_base64=True))
    api = RuntimeApi(aws.address)

    await serve(application, api, await api.take())

    assert invocation.whole() == ({}, b"")
    assert invocation.error is not None
    assert invocation.error["errorType"] == "Site.AnswerIncomplete"
    aws.close()


PLACES = ["requestContext", "rawPath", "rawQueryString", "headers", "headers.accept", "cookies", "body"]
PLACES += [f"requestContext.http{name}" for name in ("", ".method", ".sourceIp")]


@given(
    where=st.sampled_from(PLACES),
    junk=st.none() | st.booleans() | st.text() | st.lists(st.text()) | st.dictionaries(st.text(), st.none()),
    is_base64=st.booleans(),
)
def test_any_event_is_read_or_refused(where: str, junk: Any, is_base64: bool) -> None:
    event = inner = make_event("POST", "/", {"accept": "*/*", "cookie": "a=b"}, b"text", is_base64=is_base64)
    *outer, name = where.split(".")
    for key in outer:
        inner = inner[key]
    inner[name] = junk

    try:
        request = read_event(event)
    except EventError:
        return
    assert isinstance(request.body, bytes)
    assert all(isinstance(part, bytes) for header in request.scope["headers"] for part in header)


@given(
    status=st.integers(100, 599),
    headers=st.lists(st.tuples(st.binary(min_size=1), st.binary())),
)
def test_a_prelude_ends_at_its_first_eight_nuls(status: int, headers: list[tuple[bytes, bytes]]) -> None:
    prelude, nuls, rest = make_prelude({"status": status, "headers": headers}).partition(bytes(8))

    assert json.loads(prelude)["statusCode"] == status
    assert (nuls, rest) == (bytes(8), b"")


def test_the_template_streams_ends_streams_in_time_and_names_settings_that_exist() -> None:
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
    read = (ROOT / "sentiment_site" / "settings.py").read_text()
    assert all(f'"{name}"' in read for name in variables if not name.startswith("AWS_"))
    assert template["Parameters"]["Streams"]["Default"] == settings.STREAM_MAX_CONNECTIONS


def end_by_bytes(site: Server, stream: Stream) -> None:
    """Post until the stream's budget of bytes is used up: Lambda tells nobody when a client leaves."""
    until(lambda: site.post(*(headline(next(numbers), "FILL") for _ in range(50))) and has_ended(stream), seconds=20)


def has_ended(stream: Stream) -> bool:
    """Read what comes within a moment, and say whether that was the end."""
    with suppress(AssertionError):
        stream.read_to_end(seconds=0.3)
    return stream.is_ended


def raw(
    site: Server, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Ask the Function URL; returns status, headers by lower-case name, and the body as it came."""
    connection = HTTPConnection("127.0.0.1", site.port, timeout=30)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    found = {name.lower(): value for name, value in answer.getheaders()} | {"host-seen": f"127.0.0.1:{site.port}"}
    whole = answer.read()
    connection.close()
    return answer.status, found, whole

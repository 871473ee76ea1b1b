"""Which answers are compressed, and for which clients."""

import gzip
from collections.abc import Callable

import pytest
from django.http import HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.test import AsyncClient, AsyncRequestFactory, RequestFactory

from common.compression import accepts_gzip, compress_responses
from tests.helpers.paths import ROOT

LONG = {"text": "profit " * 400}


def get(response: HttpResponseBase, *, accept: str = "gzip", method: str = "GET") -> HttpResponseBase:
    request = RequestFactory().generic(method, "/", headers={"Accept-Encoding": accept})
    return compress_responses(lambda request: response)(request)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("gzip", True), ("gzip, deflate, br", True), ("br;q=1.0, GZIP;q=0.5", True), ("*", True), ("br, *;q=0.1", True),
        ("", False), ("identity", False), ("gzip;q=0", False), ("gzip; q=0.0, *", False), ("*;q=0", False),
        ("gzip;q=x", False), ("x-gzip", False),
    ],
)  # fmt: skip
def test_accepts_gzip_reads_names_and_weights(header: str, *, expected: bool) -> None:
    assert accepts_gzip(header) is expected


def test_long_answer_is_compressed_and_says_so() -> None:
    plain = JsonResponse(LONG).content
    response = get(JsonResponse(LONG, headers={"ETag": '"1"'}))

    assert gzip.decompress(response.content) == plain
    assert response["Content-Encoding"] == "gzip"
    assert response["Content-Length"] == str(len(response.content))
    assert (response["Vary"], response["ETag"]) == ("Accept-Encoding", 'W/"1"')


@pytest.mark.parametrize("length", [10, 100_000], ids=["in the loop", "in a thread"])
async def test_long_answer_is_compressed_asynchronously(length: int) -> None:
    plain = ("profit " * 400 * length)[: 2_000 * length]

    async def view(request: object) -> HttpResponse:
        return HttpResponse(plain)

    request = AsyncRequestFactory().get("/", headers={"Accept-Encoding": "gzip"})
    response = await compress_responses(view)(request)

    assert gzip.decompress(response.content).decode() == plain


@pytest.mark.parametrize(("accept", "method"), [("identity", "GET"), ("gzip", "HEAD")])
def test_long_answer_that_is_not_compressed_varies_all_the_same(accept: str, method: str) -> None:
    response = get(JsonResponse(LONG), accept=accept, method=method)

    assert "Content-Encoding" not in response
    assert response["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "build",
    [
        lambda: JsonResponse({"text": "x" * 1000}),
        lambda: JsonResponse(LONG, headers={"Cache-Control": "no-store"}),
        lambda: JsonResponse(LONG, headers={"Content-Encoding": "br"}),
        lambda: HttpResponse("<input name=csrfmiddlewaretoken>" + "x" * 2000),
        lambda: HttpResponse("data: x\n\n" * 500, content_type="text/event-stream; charset=utf-8"),
        lambda: HttpResponse(bytes(2000), content_type="image/png"),
        lambda: StreamingHttpResponse(["x" * 2000]),
    ],
    ids=["small", "a secret", "encoded", "a form", "events", "an image", "a stream"],
)
def test_answer_is_left_alone(build: Callable[[], HttpResponseBase]) -> None:
    headers = dict(build().items())

    assert dict(get(build()).items()) == headers


STATIC = "/static/dashboard/app.js"


async def get_static(client: AsyncClient, path: str = STATIC, **headers: str) -> tuple[HttpResponseBase, bytes]:
    response = await client.get(path, headers={"Accept-Encoding": "gzip", **headers})
    return response, response.content


async def test_static_file_is_compressed_once_and_varies(async_client: AsyncClient) -> None:
    plain, content = await get_static(async_client, **{"Accept-Encoding": "identity"})
    answers = [await get_static(async_client) for _ in range(2)]

    assert content == (ROOT / "dashboard/static/dashboard/app.js").read_bytes()
    assert (plain["Vary"], plain.get("Content-Encoding")) == ("Accept-Encoding", None)
    for response, compressed in answers:
        assert gzip.decompress(compressed) == content
        assert response["Content-Length"] == str(len(compressed))
        assert (response["Content-Encoding"], response["Vary"]) == ("gzip", "Accept-Encoding")
        assert response["ETag"] == f"W/{plain['ETag']}"
        assert {name: response[name] for name in ("Content-Type", "Cache-Control", "Last-Modified")} == {
            name: plain[name] for name in ("Content-Type", "Cache-Control", "Last-Modified")
        }
    assert answers[0][1] is answers[1][1]


async def test_part_of_a_static_file_and_small_file_are_not_compressed(async_client: AsyncClient) -> None:
    part, content = await get_static(async_client, Range="bytes=0-1999")
    small, _ = await get_static(async_client, "/static/dashboard/favicon.svg")

    assert (part.status_code, len(content)) == (206, 2000)
    assert all("Content-Encoding" not in response for response in (part, small))

import threading

import httpx2
import pytest

from common.secret import Secret
from news.sources.http.api_credentials import APICredentials
from news.sources.http.client import SourceError, fetch
from tests.helpers.feed_server import FeedServer, rss

KEY = "s3cret/key"
HEADER = APICredentials(Secret(KEY), header="X-Key", prefix="Token ")
PARAMETER = APICredentials(Secret(KEY), parameter="token")


@pytest.fixture
def other_server():
    server = FeedServer()
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    server.serve(rss())
    yield server
    server.shutdown()
    server.server_close()


def test_repr_of_credentials_masks_the_secret():
    assert KEY not in repr(HEADER)


def test_fetch_with_header_credentials_sends_them_to_their_origin_only(server, other_server, client):
    server.serve(status=302, path="/old", Location="/moved")
    server.serve(status=302, path="/moved", Location=other_server.url())

    fetch(server.url("/old"), client, headers={"Accept": "x/y"}, credentials=HEADER)

    assert [headers.get("X-Key") for _, headers in server.requests] == [f"Token {KEY}"] * 2
    [(_, headers)] = other_server.requests
    assert KEY not in str(headers)
    assert headers["Accept"] == "x/y"


def test_fetch_with_parameter_credentials_sends_them_to_their_origin_only(server, other_server, client):
    sent = "/feed?q=1&token=s3cret%2Fkey"
    server.serve(status=302, path=sent, Location=other_server.url("/feed?token=s3cret%2Fkey"))

    document = fetch(server.url("/feed?q=1"), client, credentials=PARAMETER)

    assert [path for path, _ in server.requests] == [sent]
    assert [path for path, _ in other_server.requests] == ["/feed"]
    assert document.url == other_server.url()


def test_document_url_has_no_credentials(server, client):
    server.serve(rss(), path="/feed?q=1&token=s3cret%2Fkey")

    assert fetch(server.url("/feed?q=1"), client, credentials=PARAMETER).url == server.url("/feed?q=1")


@pytest.mark.parametrize("credentials", [HEADER, PARAMETER])
@pytest.mark.parametrize("quoted", [KEY, "s3cret%2Fkey"])
def test_fetch_error_that_quotes_the_secret_is_redacted(server, client, credentials, quoted):
    path = "/feed" if credentials.header else "/feed?token=s3cret%2Fkey"
    server.serve(path=path, Content_Encoding=f"x {quoted}")

    with pytest.raises(SourceError, match="it is encoded as 'x …'") as caught:
        fetch(server.url(), client, credentials=credentials)

    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_fetch_error_keeps_status_and_retry_after(server, client):
    server.serve(status=429, Retry_After="7")

    with pytest.raises(SourceError) as caught:
        fetch(server.url(), client, credentials=HEADER)

    assert (caught.value.status, caught.value.retry_after_seconds) == (429, 7)


def test_remove_from_url_without_parameter_leaves_it_unchanged():
    url = httpx2.URL("https://example.org/feed?q=1")

    assert PARAMETER.remove_from(url) == HEADER.remove_from(url) == url

"""The stream inspector in the admin: what it lists, and which permissions it requires."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client

from streaming.admin import MAX_LISTED_STREAMS
from streaming.cluster.registry import ProcessStats, heartbeat
from streaming.models import ServerProcess

pytestmark = pytest.mark.django_db
INSPECTOR = "/admin/streaming/serverprocess/"
NAME = "0123456789abcdef0123456789abcdef"
STARTED_AT = datetime(2026, 1, 31, tzinfo=UTC)


def stream(number: int, *, lag: int = 0, age: int = 5, **values: Any) -> dict[str, Any]:
    defaults = {"address": f"10.0.0.{number}", "filter": "all", "position": "evt_aaaaaa-7", "bytes": 100}
    return {"number": number, "lag": lag, "age": age} | defaults | values


def beat(*streams: dict[str, Any], connections: int = 0) -> frozenset[int]:
    """Store a heartbeat with these streams; return the numbers of the streams to close."""
    stats = ProcessStats(1, connections or len(streams), 1000, 0)
    return heartbeat(NAME, stats, [*streams], host="web-1", pid=42, started_at=STARTED_AT).close_requests


def beat_twice(*streams: dict[str, Any], connections: int = 0) -> None:
    beat()  # the first heartbeat registers the process
    beat(*streams, connections=connections)


def sign_in_with(*permissions: str) -> Client:
    user = User.objects.create_user("staff", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def test_inspector_lists_streams_with_the_largest_lag_first(admin_client: Client) -> None:
    hostile = "<script>alert(1)</script>"
    beat_twice(stream(1, age=3700), stream(2, lag=1234), stream(3, age=9000, filter=hostile))

    page = admin_client.get(INSPECTOR).text

    order = [page.index(f">10.0.0.{number}<") for number in (2, 3, 1)]
    assert order == sorted(order)
    assert all(text in page for text in ("web-1:42", "1,234", "evt_aaaaaa-7", "1 h 01 min", "3</strong> of 1,000"))
    assert hostile not in page
    assert "sorted by largest lag" not in page


def test_inspector_with_more_streams_than_listed_says_so(admin_client: Client) -> None:
    beat_twice(*(stream(number) for number in range(MAX_LISTED_STREAMS + 5)), connections=10_000)

    page = admin_client.get(INSPECTOR).text

    assert f"{MAX_LISTED_STREAMS} of 10,000, sorted by largest lag" in page
    assert page.count(">End<") == MAX_LISTED_STREAMS + 1  # with the name of the column


def test_inspector_process_without_reported_streams_shows_loading(admin_client: Client) -> None:
    heartbeat(NAME, ProcessStats(1, 5, 100, 0), None, host="web-1", pid=42, started_at=STARTED_AT)

    page = admin_client.get(INSPECTOR).text

    assert "Loading the streams of 1 process" in page
    assert "No open streams" not in page


def test_inspector_without_streams_or_processes_says_how_to_start_one(admin_client: Client) -> None:
    assert "No server process reports its streams" in admin_client.get(INSPECTOR).text

    beat_twice()

    assert "No open streams" in admin_client.get(INSPECTOR).text


def test_end_stream_requests_close_and_logs_change(admin_client: Client) -> None:
    beat_twice(stream(7))

    page = admin_client.post(f"{INSPECTOR}end/", {"stream": f"{NAME}-7"}, follow=True).text

    assert "Ending stream 7 of web-1:42." in page
    assert "Ending…" in page
    assert LogEntry.objects.get().get_change_message() == "Ended stream 7 of web-1:42."
    assert beat() == {7}


@pytest.mark.parametrize("key", ["", "7", f"{NAME}-", f"{NAME}-x", f"{NAME}-{'9' * 5000}", f"{'f' * 32}-7", "\0-7"])
def test_end_stream_unknown_key_shows_warning(admin_client: Client, key: str) -> None:
    beat_twice(stream(7))

    page = admin_client.post(f"{INSPECTOR}end/", {"stream": key}, follow=True).text

    assert "This stream is already closed" in page
    assert beat() == frozenset()


def test_inspector_requires_view_permission_and_ending_a_second_one() -> None:
    beat_twice(stream(7))
    viewer = sign_in_with("view_serverprocess")

    assert ">End<" not in viewer.get(INSPECTOR).text
    assert viewer.post(f"{INSPECTOR}end/", {"stream": f"{NAME}-7"}).status_code == 403
    User.objects.all().delete()
    closer = sign_in_with("end_stream")
    assert closer.get(INSPECTOR).status_code == 403
    assert closer.post(f"{INSPECTOR}end/", {"stream": f"{NAME}-7"}).status_code == 403
    User.objects.all().delete()
    both = sign_in_with("view_serverprocess", "end_stream")
    assert both.get(f"{INSPECTOR}end/").status_code == 403
    assert Client().get(INSPECTOR).status_code == 302

    assert beat() == frozenset()
    assert both.post(f"{INSPECTOR}end/", {"stream": f"{NAME}-7"}).status_code == 302
    assert beat() == {7}


def test_inspector_without_permission_does_not_request_details() -> None:
    beat_twice()
    sign_in_with().get(INSPECTOR)

    assert ServerProcess.objects.get().details_until is None

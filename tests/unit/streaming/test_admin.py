"""The stream inspector: who may look, who may end, and how it says what it doesn't show."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client

from streaming.admin import SHOWN_STREAMS
from streaming.cluster.registry import ProcessStats, heartbeat
from streaming.models import ServerProcess

pytestmark = pytest.mark.django_db
INSPECTOR = "/admin/streaming/serverprocess/"
NAME = "0123456789abcdef0123456789abcdef"


def stream(number: int, *, lag: int = 0, age: int = 5, **values: Any) -> dict[str, Any]:
    about = {"address": f"10.0.0.{number}", "filter": "all", "position": "evt_aaaaaa-7", "bytes": 100}
    return {"number": number, "lag": lag, "age": age} | about | values


def tell(*streams: dict[str, Any], connections: int = 0) -> frozenset[int]:
    """Have a process tell of its streams, as it does while somebody looks."""
    figures = ProcessStats(1, connections or len(streams), 1000, 0)
    started_at = datetime(2026, 1, 31, tzinfo=UTC)
    return heartbeat(NAME, figures, [*streams], host="web-1", pid=42, started_at=started_at).close_requests


def tell_twice(*streams: dict[str, Any], connections: int = 0) -> None:
    tell()  # the first time makes the process known
    tell(*streams, connections=connections)


def sign_in_with(*permissions: str) -> Client:
    user = User.objects.create_user("staff", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def test_streams_are_shown_with_the_furthest_behind_first(admin_client: Client) -> None:
    hostile = "<script>alert(1)</script>"
    tell_twice(stream(1, age=3700), stream(2, lag=1234), stream(3, age=9000, filter=hostile))

    page = admin_client.get(INSPECTOR).text

    order = [page.index(f">10.0.0.{number}<") for number in (2, 3, 1)]
    assert order == sorted(order)
    assert all(text in page for text in ("web-1:42", "1,234", "evt_aaaaaa-7", "1 h 01 min", "3</strong> of 1,000"))
    assert hostile not in page
    assert "sorted by largest lag" not in page


def test_what_is_left_out_is_said(admin_client: Client) -> None:
    tell_twice(*(stream(number) for number in range(SHOWN_STREAMS + 5)), connections=10_000)

    page = admin_client.get(INSPECTOR).text

    assert f"{SHOWN_STREAMS} of 10,000, sorted by largest lag" in page
    assert page.count(">End<") == SHOWN_STREAMS + 1  # and the column's name


def test_a_process_that_has_not_told_yet_is_waited_for(admin_client: Client) -> None:
    heartbeat(
        NAME, ProcessStats(1, 5, 100, 0), None, host="web-1", pid=42, started_at=datetime(2026, 1, 31, tzinfo=UTC)
    )

    page = admin_client.get(INSPECTOR).text

    assert "Loading the streams of 1 process" in page
    assert "No open streams" not in page


def test_without_streams_or_processes_it_says_so(admin_client: Client) -> None:
    assert "No server process reports its streams" in admin_client.get(INSPECTOR).text

    tell_twice()

    assert "No open streams" in admin_client.get(INSPECTOR).text


def test_to_end_a_stream_is_asked_of_its_process_and_noted(admin_client: Client) -> None:
    tell_twice(stream(7))

    page = admin_client.post(f"{INSPECTOR}end/", {"stream": f"{NAME}-7"}, follow=True).text

    assert "Asked for the end of stream 7 of web-1:42" in page
    assert "Ending…" in page
    assert LogEntry.objects.get().get_change_message() == "Ended stream 7 of web-1:42."
    assert tell() == {7}


@pytest.mark.parametrize("key", ["", "7", f"{NAME}-", f"{NAME}-x", f"{NAME}-{'9' * 5000}", f"{'f' * 32}-7", "\0-7"])
def test_what_is_no_stream_of_a_live_process_can_not_be_ended(admin_client: Client, key: str) -> None:
    tell_twice(stream(7))

    page = admin_client.post(f"{INSPECTOR}end/", {"stream": key}, follow=True).text

    assert "is gone" in page
    assert tell() == frozenset()


def test_only_who_may_looks_and_only_who_may_ends() -> None:
    tell_twice(stream(7))
    looker = sign_in_with("view_serverprocess")

    assert ">End<" not in looker.get(INSPECTOR).text
    assert looker.post(f"{INSPECTOR}end/", {"stream": f"{NAME}-7"}).status_code == 403
    User.objects.all().delete()
    ender = sign_in_with("end_stream")
    assert ender.get(INSPECTOR).status_code == 403
    assert ender.post(f"{INSPECTOR}end/", {"stream": f"{NAME}-7"}).status_code == 403
    User.objects.all().delete()
    both = sign_in_with("view_serverprocess", "end_stream")
    assert both.get(f"{INSPECTOR}end/").status_code == 403
    assert Client().get(INSPECTOR).status_code == 302

    assert tell() == frozenset()
    assert both.post(f"{INSPECTOR}end/", {"stream": f"{NAME}-7"}).status_code == 302
    assert tell() == {7}


def test_who_may_not_look_has_nobody_watched() -> None:
    tell_twice()
    sign_in_with().get(INSPECTOR)

    assert ServerProcess.objects.get().details_until is None

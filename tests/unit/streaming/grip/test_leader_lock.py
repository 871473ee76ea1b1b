"""One relay holds the leader lock at a time, by the database's clock."""

import pytest

from common.sql import seconds_from_now
from news.log.cursor import Cursor
from streaming.grip.leader_lock import LeaderLock, get_published_cursor
from streaming.models import RelayLeader

pytestmark = pytest.mark.django_db
CURSOR = Cursor("aaaaaa", 7)


@pytest.fixture
def first() -> LeaderLock:
    return LeaderLock("first")


@pytest.fixture
def second() -> LeaderLock:
    return LeaderLock("second")


def expire() -> None:
    RelayLeader.objects.update(expires_at=seconds_from_now(-1))


def test_acquire_held_lock_fails_until_it_expires(first: LeaderLock, second: LeaderLock) -> None:
    assert first.acquire() is not None
    assert second.acquire() is None
    assert first.renew(CURSOR)
    assert second.acquire() is None
    expire()
    state = second.acquire()

    assert state is not None
    assert (state.generation, state.seq) == ("aaaaaa", 7)
    assert not first.renew(Cursor("aaaaaa", 9))
    assert first.acquire() is None


def test_renew_expired_lock_that_is_still_free_succeeds(first: LeaderLock, second: LeaderLock) -> None:
    first.acquire()
    expire()

    assert first.renew(CURSOR)
    assert second.acquire() is None


def test_release_by_holder_frees_lock_and_by_another_does_not(first: LeaderLock, second: LeaderLock) -> None:
    first.acquire()
    second.release()
    assert second.acquire() is None
    first.release()

    assert second.acquire() is not None


def test_get_published_cursor_is_known_only_while_a_relay_runs(first: LeaderLock) -> None:
    assert get_published_cursor() is None
    first.acquire()
    assert get_published_cursor() is None
    first.renew(CURSOR)
    assert get_published_cursor() == CURSOR
    expire()

    assert get_published_cursor() is None

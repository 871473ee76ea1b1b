"""One relay at a time, by the database's clock."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from news.log.cursor import Cursor
from streaming.grip.leader_lock import acquire_leadership, get_published_seq, release_leadership, renew_leadership
from streaming.models import RelayLeader

pytestmark = pytest.mark.django_db
HERE = Cursor("aaaaaa", 7)


def expire() -> None:
    RelayLeader.objects.update(expires_at=Now() - timedelta(seconds=1))


def test_only_one_holds_the_lease_and_another_takes_it_when_it_has_expired() -> None:
    assert acquire_leadership("first") is not None
    assert acquire_leadership("second") is None
    assert renew_leadership("first", HERE)
    assert acquire_leadership("second") is None
    expire()
    state = acquire_leadership("second")

    assert state is not None
    assert (state.generation, state.seq) == ("aaaaaa", 7)
    assert not renew_leadership("first", Cursor("aaaaaa", 9))
    assert acquire_leadership("first") is None


def test_an_expired_lease_that_nobody_took_can_be_renewed() -> None:
    acquire_leadership("first")
    expire()

    assert renew_leadership("first", HERE)
    assert acquire_leadership("second") is None


def test_a_lease_given_back_is_free_at_once_and_another_cannot_give_it_back() -> None:
    acquire_leadership("first")
    release_leadership("second")
    assert acquire_leadership("second") is None
    release_leadership("first")

    assert acquire_leadership("second") is not None


def test_what_is_published_is_known_while_a_relay_works() -> None:
    assert get_published_seq() is None
    acquire_leadership("first")
    assert get_published_seq() is None
    renew_leadership("first", HERE)
    assert get_published_seq() == HERE
    expire()

    assert get_published_seq() is None

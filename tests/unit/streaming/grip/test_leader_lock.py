"""One relay at a time, by the database's clock."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from news.log.cursor import Cursor
from streaming.grip.leader_lock import give_back_lease, read_published, renew_lease, take_lease
from streaming.models import Relay

pytestmark = pytest.mark.django_db
HERE = Cursor("aaaaaa", 7)


def expire() -> None:
    Relay.objects.update(expires_at=Now() - timedelta(seconds=1))


def test_only_one_holds_the_lease_and_another_takes_it_when_it_has_expired() -> None:
    assert take_lease("first") is not None
    assert take_lease("second") is None
    assert renew_lease("first", HERE)
    assert take_lease("second") is None
    expire()
    state = take_lease("second")

    assert state is not None
    assert (state.epoch, state.seq) == ("aaaaaa", 7)
    assert not renew_lease("first", Cursor("aaaaaa", 9))
    assert take_lease("first") is None


def test_an_expired_lease_that_nobody_took_can_be_renewed() -> None:
    take_lease("first")
    expire()

    assert renew_lease("first", HERE)
    assert take_lease("second") is None


def test_a_lease_given_back_is_free_at_once_and_another_cannot_give_it_back() -> None:
    take_lease("first")
    give_back_lease("second")
    assert take_lease("second") is None
    give_back_lease("first")

    assert take_lease("second") is not None


def test_what_is_published_is_known_while_a_relay_works() -> None:
    assert read_published() is None
    take_lease("first")
    assert read_published() is None
    renew_lease("first", HERE)
    assert read_published() == HERE
    expire()

    assert read_published() is None

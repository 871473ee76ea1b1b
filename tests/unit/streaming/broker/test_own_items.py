"""What writers pass on replaces a read of the log only if nothing else can have happened."""

import pytest
from django.conf import LazySettings

from news.log.cursor import Cursor
from news.log.notify import Appended
from news.log.reader import LOG_PAGE_ITEMS
from news.models import Item
from streaming.broker.own_items import OwnItems

HERE = Cursor("abcdef", 10)


def make_appended(*seqs: int, generation: str = "abcdef", is_historical: bool = False) -> Appended:
    return Appended(generation, [Item(seq=seq, is_historical=is_historical) for seq in seqs])


@pytest.fixture
def own_items(settings: LazySettings) -> OwnItems:
    """Return one that was asked before, so that the log was read."""
    settings.STREAM_POLL_SECONDS = 3600
    own_items = OwnItems()
    assert not own_items.take(HERE)
    own_items.mark_read()
    return own_items


def take_seqs(own_items: OwnItems, *appended: Appended) -> list[int]:
    for each in appended:
        own_items.add(each)
    return [item.seq for item in own_items.take(HERE)]


def test_take_items_that_follow_returns_them_once(own_items: OwnItems) -> None:
    assert take_seqs(own_items, make_appended(11), make_appended(12, 13)) == [11, 12, 13]
    assert take_seqs(own_items) == []


def test_take_before_any_read_requires_one() -> None:
    assert take_seqs(OwnItems(), make_appended(11)) == []


@pytest.mark.parametrize(
    "appended",
    [
        pytest.param([make_appended(12)], id="another process wrote 11"),
        pytest.param([make_appended(11), make_appended(13)], id="another process wrote 12"),
        pytest.param([make_appended(10)], id="read already"),
        pytest.param([make_appended(3)], id="rolled back"),
        pytest.param([make_appended(11, generation="fedcba")], id="restored"),
        pytest.param([make_appended(11, is_historical=True)], id="historical"),
    ],
)
def test_take_what_does_not_follow_requires_read_once(own_items: OwnItems, appended: list[Appended]) -> None:
    assert take_seqs(own_items, *appended) == []
    assert take_seqs(own_items, make_appended(11)) == [11]


def test_take_after_other_notification_requires_read_once(own_items: OwnItems) -> None:
    own_items.require_read()

    assert take_seqs(own_items, make_appended(11)) == []
    assert take_seqs(own_items, make_appended(11)) == [11]


def test_take_long_after_poll_interval_requires_read(own_items: OwnItems, settings: LazySettings) -> None:
    settings.STREAM_POLL_SECONDS = 0
    own_items.mark_read()

    assert own_items.seconds_until_read <= 0
    assert take_seqs(own_items, make_appended(11)) == []


def test_take_soon_after_poll_interval_returns_items(own_items: OwnItems, settings: LazySettings) -> None:
    settings.STREAM_POLL_SECONDS = 0
    own_items.mark_read()
    settings.STREAM_POLL_SECONDS = 3600

    assert own_items.seconds_until_read <= 0
    assert take_seqs(own_items, make_appended(11)) == [11]


def test_add_more_than_page_keeps_none_and_requires_read(own_items: OwnItems) -> None:
    whole_page = make_appended(*range(11, 11 + LOG_PAGE_ITEMS))

    assert len(take_seqs(own_items, whole_page)) == LOG_PAGE_ITEMS
    assert take_seqs(own_items, whole_page, make_appended(11 + LOG_PAGE_ITEMS)) == []
    assert take_seqs(own_items, make_appended(11)) == [11]

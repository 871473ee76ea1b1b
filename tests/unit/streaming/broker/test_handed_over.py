"""What writers hand over replaces a read of the log only if nothing else can have happened."""

import pytest
from django.conf import LazySettings

from news.log.cursor import Cursor
from news.log.notify import Appended
from news.log.reader import LOG_PAGE_ITEMS
from news.models import Item
from streaming.broker.handed_over import HandedOver

HERE = Cursor("abcdef", 10)


def make_appended(*seqs: int, generation: str = "abcdef", is_historical: bool = False) -> Appended:
    return Appended(generation, [Item(seq=seq, is_historical=is_historical) for seq in seqs])


@pytest.fixture
def handed_over(settings: LazySettings) -> HandedOver:
    """Return one that was asked before, so that the log was read."""
    settings.STREAM_POLL_SECONDS = 3600
    handed_over = HandedOver()
    assert not handed_over.take(HERE)
    return handed_over


def take_seqs(handed_over: HandedOver, *appended: Appended) -> list[int]:
    for each in appended:
        handed_over.add(each)
    return [item.seq for item in handed_over.take(HERE)]


def test_take_items_that_follow_returns_them_once(handed_over: HandedOver) -> None:
    assert take_seqs(handed_over, make_appended(11), make_appended(12, 13)) == [11, 12, 13]
    assert take_seqs(handed_over) == []


def test_take_before_any_read_requires_one() -> None:
    assert take_seqs(HandedOver(), make_appended(11)) == []


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
def test_take_what_does_not_follow_requires_read_once(handed_over: HandedOver, appended: list[Appended]) -> None:
    assert take_seqs(handed_over, *appended) == []
    assert take_seqs(handed_over, make_appended(11)) == [11]


def test_take_after_other_notification_requires_read_once(handed_over: HandedOver) -> None:
    handed_over.require_read()

    assert take_seqs(handed_over, make_appended(11)) == []
    assert take_seqs(handed_over, make_appended(11)) == [11]


def test_take_after_poll_interval_requires_read(handed_over: HandedOver, settings: LazySettings) -> None:
    settings.STREAM_POLL_SECONDS = 0
    handed_over.require_read()
    assert take_seqs(handed_over) == []

    assert take_seqs(handed_over, make_appended(11)) == []


def test_add_more_than_page_keeps_none_and_requires_read(handed_over: HandedOver) -> None:
    whole_page = make_appended(*range(11, 11 + LOG_PAGE_ITEMS))

    assert len(take_seqs(handed_over, whole_page)) == LOG_PAGE_ITEMS
    assert take_seqs(handed_over, whole_page, make_appended(11 + LOG_PAGE_ITEMS)) == []
    assert take_seqs(handed_over, make_appended(11)) == [11]

"""Links to one page."""

import pytest

from news.dedup.links import get_page

PAGE = "https://www.example.org/news/1?id=7&lang=en"


@pytest.mark.parametrize(
    "link",
    [
        f"{PAGE}&utm_source=rss&utm_medium=feed",
        "https://www.example.org/news/1?utm_campaign=x&id=7&gclid=a&lang=en&fbclid=b",
        f"{PAGE}&ref=home",
        f"{PAGE}&CMP=share_btn",
        f"{PAGE}&",
        f"{PAGE}#comments",
        "http://example.org/news/1/?id=7&lang=en",
        "https://WWW.EXAMPLE.ORG/news/1?id=7&lang=en",
    ],
)
def test_get_page_without_tracking_is_equal(link: str) -> None:
    assert get_page(link) == get_page(PAGE)


@pytest.mark.parametrize(
    "link",
    [
        "https://www.example.org/news/1?id=8&lang=en",
        "https://www.example.org/news/1",
        "https://www.example.org/news/2?id=7&lang=en",
        "https://example.com/news/1?id=7&lang=en",
        f"{PAGE}&referee=x",
        f"{PAGE}&reference=x",
    ],
)
def test_get_page_of_another_page_differs(link: str) -> None:
    assert get_page(link) != get_page(PAGE)


def test_get_page_malformed_link_is_itself() -> None:
    assert get_page("https://[example.org/1") == "https://[example.org/1"

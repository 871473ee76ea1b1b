import pytest

from news.instruments.boilerplate import blank_notices, find_title_end, find_title_start, split_summary


@pytest.mark.parametrize(
    "tail",
    [
        " - Fox Business",
        " | Reuters",
        " - The Wall Street Journal",
        " \u2014 Dow Jones Newswires",
        " - Yahoo Finance",
        " (Reuters)",
        ", WSJ reports",
        ", Calcalist says",
        " - moneynews.com",
    ],
)
def test_find_title_end_leaves_out_the_publisher(tail):
    assert find_title_end(f"Oil prices slip{tail}") == len("Oil prices slip")


@pytest.mark.parametrize(
    "title",
    [
        "Ford - a history",
        "Tariffs cost us $1 billion, Ford says",
        "Shares up - and down",
        "Deal (for now)",
        "Oil slips",
    ],
)
def test_find_title_end_without_publisher_is_the_length(title):
    assert find_title_end(title) == len(title)


def test_find_title_end_of_the_source_itself_is_left_out():
    assert find_title_end("Rates rise - Kettle Valley Echo Times", "kettlevalleyecho") == len("Rates rise")
    assert find_title_end("Rates rise - Acme Motors", "Acme Motors") == len("Rates rise")


def test_find_title_start_follows_the_publisher():
    assert find_title_start("WSJ: Apple to buy") == len("WSJ: ")
    assert find_title_start("Apple: the next ten years") == 0


def test_blank_notices_keeps_offsets():
    title = "Bond yields rise. Follow us on Facebook for more."

    assert blank_notices(title).rstrip() == "Bond yields rise."
    assert len(blank_notices(title)) == len(title)


def test_blank_notices_keeps_a_headline_that_only_looks_like_one():
    assert blank_notices("Apple loses appeal over App Store") == "Apple loses appeal over App Store"


@pytest.mark.parametrize(
    "notice",
    [
        "Follow us on Facebook and X.",
        "Listen on Spotify and Apple Podcasts.",
        "Download our app from Google Play.",
        "As an Amazon Associate we earn from purchases.",
        "Photo: Getty Images",
        "Photographer: A. Nowak/Getty Images",
        "(Reporting by Ana Ruiz; editing by Tom Hale)",
        "Copyright 2026 Dow Jones & Company, Inc.",
        "\u00a9 2026 Thomson Reuters.",
        "Watch live on YouTube.",
        "Quotes delayed by 15 minutes, powered by Nasdaq.",
        "A webcast will be held on Zoom.",
        "The views expressed are not those of Nasdaq, Inc.",
        "Add us as a preferred source on Google.",
    ],
)
def test_split_summary_leaves_out_notices(notice):
    assert split_summary(f"Rain fell for a week. {notice}") == ["Rain fell for a week."]


def test_split_summary_keeps_news_of_copyright():
    assert split_summary("The paper sued OpenAI over copyright. It wants damages.") == [
        "The paper sued OpenAI over copyright.",
        "It wants damages.",
    ]


def test_split_summary_of_nothing_is_empty():
    assert split_summary("") == []

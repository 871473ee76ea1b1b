# ruff: noqa: RUF001 - dashes and quotes are what these tests are about
"""Stories that agencies and aggregators send again: one item, and a report for each that is told again."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from news.dedup.headline import Headline
from news.dedup.retelling import get_story_title, is_correction
from news.ingest.pipeline import ingest
from news.models import DuplicateReport, Item

PUBLISHED_AT = datetime(2026, 11, 29, 9, 30, tzinfo=UTC)
REPEATED = Path(__file__).with_name("repeated_stories.tsv")

TITLES = [
    "Apple beats quarterly profit estimates on strong iPhone sales",
    "Tesla recalls 120,000 cars over door latch",
    "Oracle’s CEO says “demand is strong” in the U.S. and Europe",
    "Fed leaves rates unchanged; traders see cut in March",
    "AT&T, Verizon shares fall 3% after outage",
]
PREFIXES = [
    "UPDATE 1-", "UPDATE 12 - ", "Update 2: ", "UPDATE: ", "Update - ", "2nd UPDATE: ", "WRAPUP 3-", "WRAP-UP 1-",
    "CORRECTED-", "CORRECTED (OFFICIAL)-", "Correction: ", "REFILE-", "REFILE-UPDATE 2-", "RPT-", "RPT-UPDATE 1-",
    "BRIEF-", "BREAKING: ", "Breaking: ", "BREAKING NEWS: ", "*BREAKING: ", "EXCLUSIVE-", "Exclusive: ", "JUST IN: ",
    "(Updated) ", "[UPDATE] ", "(UPDATE 2) ", "ADDS-", "RECASTS-", "URGENT: ", "BREAKING | ",
]  # fmt: skip
SUFFIXES = [
    " - Example Times", " | Reuters", " – Bloomberg", " — The Wall Street Journal", " - CNBC", " | Seeking Alpha",
    " - The Motley Fool", " - MarketWatch", "|Reuters", " (Reuters)", " - news.example.com", " - Daily Example",
    " | Example Post", " - Own Wire", " - own wire", " · Yahoo Finance", " (Updated)", " - UPDATE", " [CORRECTED]",
    " (adds details, background)", " - Reuters (Updated)", " (Updated) | Example Herald", " | Markets Insider - MSN",
]  # fmt: skip
OTHER_STORIES = [
    ("Apple Q1 profit rises 5%", "Apple Q2 profit rises 5%"),
    ("Apple Q1 profit rises 5%", "UPDATE 1-Apple Q1 profit rises 6%"),
    ("Apple shares +3% in early trading", "Apple shares -3% in early trading"),
    ("Apple shares +3% in early trading", "Apple shares −3% in early trading"),
    ("Apple shares up 3% in early trading", "Apple shares -3% in early trading"),
    ("Apple beats quarterly estimates", "Apple misses quarterly estimates"),
    ("Apple in talks to buy chip maker", "UPDATE 1-Apple not in talks to buy chip maker"),
    ("Apple beats estimates - shares fall", "Apple beats estimates"),
    ("Apple opens store in Berlin - Munich next", "Apple opens store in Berlin"),
    ("Apple raises outlook", "WRAPUP 1-Apple, Microsoft raise outlook"),
    ("Apple sells 10 million phones", "UPDATE 2-Apple sells 12 million phones"),
    ("Flash-memory maker sees shortage", "Memory maker sees shortage"),
    ("Breaking Bad star joins Apple show", "Bad star joins Apple show"),
    ("Exclusive club of makers welcomes Apple", "Club of makers welcomes Apple"),
    ("Apple wins order worth $5 million", "BRIEF-Apple loses order worth $5 million"),
    ("Apple to build plant in Ohio", "Apple to build plant in Iowa"),
    ("BREAKING: Apple", "BREAKING: Microsoft"),
    ("Apple store opens: 5 things to know", "Apple store opens: 6 things to know"),
    ("Apple sues Samsung over patents", "Samsung sues Apple over patents"),
    ("Apple names new CEO", "EXCLUSIVE-Apple names new CFO"),
]
WITH_NUMBERS = [pair for pair in OTHER_STORIES if any(character.isdigit() for character in pair[0])]


def headline(title: str, source: str = "Own Wire", tickers: Sequence[str] = ("AAPL",), **fields: object) -> Headline:
    published_at = fields.pop("published_at", PUBLISHED_AT)
    return Headline(title, tuple(tickers), source, published_at, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(("prefix", "title"), [(prefix, title) for prefix in PREFIXES for title in TITLES[:2]])
def test_get_story_title_takes_markers_off(prefix: str, title: str) -> None:
    assert get_story_title(prefix + title) == title


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_get_story_title_takes_publishers_off(suffix: str) -> None:
    assert get_story_title(TITLES[0] + suffix, "Own Wire") == TITLES[0]


@pytest.mark.parametrize(
    "title", ["Alert: Apple", "UPDATE 1-", "- Reuters", "", "Apple - Reuters", "BREAKING: BREAKING:"]
)
def test_get_story_title_of_short_title_returns_it(title: str) -> None:
    assert get_story_title(title) == title


@pytest.mark.parametrize(
    "title",
    [
        "CORRECTED-Apple raises outlook for year",
        "CORRECTED-Apple rises",
        "CORRECTED (OFFICIAL)-Apple raises outlook for year",
        "REFILE-UPDATE 2-Apple raises outlook for year",
        "UPDATE 1-CORRECTED-Apple raises outlook for year",
        "CORRECTS: Apple raises outlook for year",
        "Correction: Apple raises outlook for year",
        "[Corrected] Apple raises outlook for year",
        "Apple raises outlook for year (corrected)",
        "Apple raises outlook for year (Corrected) - Reuters",
        "Apple raises outlook for year - CORRECTED",
    ],
)
def test_is_correction_marked_title_is(title: str) -> None:
    assert is_correction(title, get_story_title(title))


@pytest.mark.parametrize(
    "title",
    [
        "UPDATE 1-Apple raises outlook for year",
        "WRAPUP 3-Apple raises outlook for year",
        "RPT-Apple raises outlook for year",
        "Apple raises corrected outlook for year",
        "Stocks enter correction as traders flee - Reuters",
        "Correction territory for stocks",
        "Correction",
    ],
)
def test_is_correction_other_title_is_not(title: str) -> None:
    assert not is_correction(title, get_story_title(title))


@pytest.mark.django_db
@pytest.mark.parametrize("source", ["Own Wire", "other"])
def test_ingest_stories_of_shared_file_are_one_story(source: str) -> None:
    titles = [line.split("\t")[0] for line in REPEATED.read_text().splitlines()]

    created = [
        len(ingest([headline(title, source if number else "Own Wire")]).created) for number, title in enumerate(titles)
    ]

    assert created == [1, *[0] * (len(titles) - 1)]
    assert Item.objects.get().title == titles[0]


@pytest.mark.django_db
@pytest.mark.parametrize("is_retold_first", [False, True])
def test_ingest_retold_stories_are_reports_of_one_item(is_retold_first: bool) -> None:
    for number, title in enumerate(TITLES):
        ticker = [f"T{number}"]
        retold = [prefix + title for prefix in PREFIXES] + [title + suffix for suffix in SUFFIXES]
        retold += [title.upper(), title.replace("U.S.", "US").replace("“", '"').replace("”", '"').replace("’", "'")]
        story = [*retold, title] if is_retold_first else [title, *retold]
        batch = [headline(text, tickers=ticker, external_id=f"{number}-{index}") for index, text in enumerate(story)]

        result = ingest(batch)

        assert (len(result.created), result.duplicates) == (1, len(batch) - 1)
        assert ingest(batch).created == []
        assert ingest([headline(text, "other", ticker) for text in story]).created == []
    assert Item.objects.count() == len(TITLES)


@pytest.mark.django_db
def test_ingest_retold_story_of_own_source_is_stored_once_as_report_with_its_id() -> None:
    ingest([headline(TITLES[0], external_id="1")])
    retold = headline(f"UPDATE 1-{TITLES[0]}", external_id="2", url="https://wire.example/2")

    duplicates = [ingest([retold]).duplicates for _ in range(3)]
    undated = headline(f"UPDATE 1-{TITLES[0]}", external_id="2", published_at=PUBLISHED_AT + timedelta(days=3))

    assert duplicates == [1, 1, 1]
    assert ingest([undated]).created == []
    report = DuplicateReport.objects.get()
    assert (report.source, report.external_id, report.url) == ("Own Wire", "2", "https://wire.example/2")


@pytest.mark.django_db
@pytest.mark.parametrize(("one", "other"), OTHER_STORIES)
def test_ingest_other_story_is_not_merged(one: str, other: str) -> None:
    assert len(ingest([headline(one), headline(other)]).created) == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("one", "other"), [pair for pair in OTHER_STORIES if any("0" <= sign <= "9" for sign in pair[0])]
)
def test_ingest_other_story_of_other_source_is_not_merged(one: str, other: str) -> None:
    assert len(ingest([headline(one), headline(other, "other")]).created) == 2


@pytest.mark.django_db
@pytest.mark.parametrize("in_one_batch", [False, True])
def test_ingest_same_title_is_one_story_for_the_same_set_of_tickers_and_day_only(in_one_batch: bool) -> None:
    title = "Fed raises rates"
    batch = [
        headline(title, tickers=["A", "B"]),
        headline(title, tickers=["B", "A"]),
        headline(title, tickers=["A"]),
        headline(title, tickers=["A", "B", "C"]),
        headline(title, tickers=["A", "B"], published_at=PUBLISHED_AT + timedelta(days=1)),
        headline(title, tickers=["B", "A"], published_at=PUBLISHED_AT + timedelta(hours=14)),
    ]

    results = [ingest(batch)] if in_one_batch else [ingest([item]) for item in batch]

    assert sum(len(result.created) for result in results) == 4
    assert sum(result.duplicates for result in results) == 2


@pytest.mark.django_db
def test_ingest_suffix_that_a_source_repeats_is_taken_off() -> None:
    batch = [headline(f"Apple opens store number {number} in Ohio - Kwxyz Portal") for number in (11, 12, 13, 14)]
    ingest(batch)

    assert ingest([headline(f"Apple opens store number {number} in Ohio") for number in (11, 14)]).created == []


@pytest.mark.django_db
def test_ingest_story_with_a_hash_of_version_0_1_is_found() -> None:
    title = "Apple, Microsoft raise outlook"
    ingest([headline(title, tickers=["MSFT", "AAPL"])])
    old_hash = sha256(f"apple microsoft raise outlook\n{PUBLISHED_AT.date()}\nMSFT".encode()).hexdigest()
    Item.objects.update(dedup_hash=old_hash)

    assert ingest([headline(title, tickers=["AAPL", "MSFT"])]).duplicates == 1
    assert ingest([headline(f"RPT-{title}", tickers=["AAPL", "MSFT"])]).duplicates == 1


@pytest.mark.django_db
@pytest.mark.parametrize("source", ["Own Wire", "Other Wire"])
@pytest.mark.parametrize(
    "change", [{"tickers": ("AAPL",)}, {"tickers": ("MSFT", "F")}, {"published_at": PUBLISHED_AT + timedelta(days=1)}]
)
def test_ingest_same_title_with_other_tickers_or_day_is_another_story_for_every_source(
    source: str, change: dict[str, object]
) -> None:
    first = {"tickers": ("AAPL", "MSFT"), "published_at": PUBLISHED_AT}
    ingest([headline("Morning market movers list", **first)])

    result = ingest([headline("Morning market movers list", source, **(first | change))])

    assert len(result.created) == 1

"""How often the model was right, and labels as examples to measure and train by."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from news.dedup.headline import Headline
from news.ingest.changes import build_withdrawals
from news.ingest.pipeline import ingest
from news.labels.quality import count_right, iterate_labelled
from news.labels.store import remove_label, set_label
from news.models import Item, Sentiment
from news.scoring.evaluation import LabelledEntity, load_labelled
from tests.helpers.edits import store_edits
from tests.helpers.items import PUBLISHED_AT

pytestmark = pytest.mark.django_db


def append(title: str, *tickers: str) -> str:
    return ingest([Headline(title, tickers or ("AAPL",), "test", PUBLISHED_AT)]).created[0]


def label(title: str, sentiment: str, symbol: str = "") -> str:
    item_id = append(title, *filter(None, [symbol]))
    set_label(item_id, Sentiment(sentiment), symbol=symbol, author="ann")
    return item_id


def test_count_right_counts_the_newest_labels_that_count() -> None:
    label("Profit soars 1 percent", "negative")
    label("Profit soars 2 percent", "positive")
    taken_back = label("Profit soars 3 percent", "negative")
    remove_label(taken_back, author="ann")
    label("Profit soars 4 percent", "positive")
    label("Profit soars 5 percent", "neutral", symbol="MSFT")

    assert str(count_right()) == "right in 2 of the last 4 labelled"
    assert str(count_right(last=2)) == "right in 1 of the last 2 labelled"


def test_iterate_labelled_has_present_titles_and_leaves_withdrawn_out() -> None:
    withdrawn = label("Profit soars 1 percent", "negative")
    store_edits(build_withdrawals([Item.objects.get(item_id=withdrawn)], reason="libel", author="ann"))
    label("Microsoft sues a rival of Boeing", "neutral", symbol="MSFT")
    label("Planes grounded", "negative", symbol="BA")

    rows = [(row.title, row.entity, row.label) for row in iterate_labelled()]

    assert rows == [
        ("Microsoft sues a rival of Boeing", "Microsoft", "neutral"),
        ("Planes grounded", "BA", "negative"),
    ]


def test_evaluate_labels_measures_analyzer_and_stored_answers(capsys: pytest.CaptureFixture[str]) -> None:
    label("Profit soars 1 percent", "positive")
    label("Profit soars 2 percent", "negative")
    label("Losses widen", "negative", symbol="BA")

    call_command("evaluate", labels=True)

    output = capsys.readouterr()
    assert "answers when they were labelled: right in 2 of 3" in output.out
    assert "headlines=2 entities=1" in output.out
    assert "accuracy 0.5000" in output.out
    assert "not named in their title, so scored as the whole headline: 1" in output.out


def test_evaluate_without_labels_or_with_both_fails_with_cure(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no headline is labelled"):
        call_command("evaluate", labels=True)
    for options in ({}, {"file": tmp_path / "a.csv", "labels": True}):
        with pytest.raises(CommandError, match="either a CSV file"):
            call_command("evaluate", *map(str, filter(None, [options.get("file")])), labels="labels" in options)


def test_export_labels_is_read_by_evaluate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    label('Profit soars, "record", 1 percent', "positive")
    label("Losses widen", "negative", symbol="BA")
    file = tmp_path / "labels.csv"

    call_command("export_labels", str(file))
    assert capsys.readouterr().out == "headlines=1 instruments=1\n"
    assert file.read_text() == (
        'title,entity,label\n"Profit soars, ""record"", 1 percent",,positive\nLosses widen,BA,negative\n'
    )

    call_command("evaluate", str(file))
    output = capsys.readouterr()
    assert "headlines=1 entities=1" in output.out
    assert load_labelled(file).entities == [LabelledEntity("Losses widen", "BA", "negative")]


def test_export_labels_unwritable_file_fails_with_cure(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="give another path"):
        call_command("export_labels", str(tmp_path / "no" / "labels.csv"))


def test_rescore_command_reports_labelled_headlines(capsys: pytest.CaptureFixture[str]) -> None:
    label("Profit soars 1 percent", "negative")
    append("Profit soars 2 percent")

    call_command("rescore")

    assert capsys.readouterr().out.startswith("scored=1 changed=0 left_labelled=1 ")

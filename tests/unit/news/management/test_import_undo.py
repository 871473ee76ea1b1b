"""`import_items --undo`: what an import created is withdrawn, nothing else, and the file can be imported again."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from news.dedup.headline import Headline
from news.ingest.corrections import correct_item, withdraw_item
from news.ingest.pipeline import ingest
from news.ingest.rescoring import rescore
from news.ingest.retention import trim
from news.metrics.queries import get_metrics
from news.models import ChangeKind, DuplicateReport, ImportedRange, ImportRun, Item, ItemChange, ItemRevision
from news.sources.import_progress import ImportProgress, ProgressFile, get_version
from news.sources.import_runs import start_run, undo
from tests.helpers.imports import list_items, run_import
from tests.helpers.random_sequence import Clock
from tests.helpers.recount import assert_counts_exact

pytestmark = pytest.mark.django_db


def write(path: Path, titles: Sequence[str]) -> Path:
    records = [
        {"title": title, "ticker": "AAPL", "id": title, "published_at": f"2026-03-2{number % 9}T09:30:00Z"}
        for number, title in enumerate(titles)
    ]
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    return path


def write_numbered(path: Path, count: int) -> Path:
    return write(path, [f"Profit rises {number} percent" for number in range(count)])


def append(title: str, *, source: str = "wire", published_at: datetime | None = None) -> str:
    time = published_at or datetime(2026, 3, 20, 10, tzinfo=UTC)
    return (*ingest([Headline(title, ("AAPL", "^GSPC"), source, time)]).created, "")[0]


def run_undo(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("import_items", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_undo_withdraws_what_the_import_created_and_nothing_else(tmp_path: Path, clock: Clock) -> None:
    append("Ford recalls trucks")
    run_import(write_numbered(tmp_path / "news.jsonl", 7), "--batch", "2")
    append("Ford builds trucks")
    run = ImportRun.objects.get()
    clock.now += 61

    (text, numbers) = run_undo("--undo", str(run.pk))

    assert text == (
        f"import {run.pk} (news.jsonl) created 7 items; 7 withdrawn now; "
        "their ids and stories are cleared, so the file can be imported again"
    )
    assert numbers == f"import={run.pk} created=7 withdrawn=7 corrected=0 gone_before=0"
    assert [title for title, *_ in list_items()] == ["Ford recalls trucks", "Ford builds trucks"]
    assert {*ItemRevision.objects.values_list("title", "url", "source")} == {("", "", "")}
    changes = ItemChange.objects.filter(kind=ChangeKind.WITHDRAWN)
    assert {*changes.values_list("reason", "author")} == {(f"import {run.pk} taken back", "import_items --undo")}
    assert get_metrics().by_tag == {"AAPL": 2, "^GSPC": 2}
    assert_counts_exact(clock)


def test_import_after_undo_creates_all_items_again(tmp_path: Path, clock: Clock) -> None:
    path = write_numbered(tmp_path / "news.jsonl", 5)
    run_import(path)
    rescore(Item.objects.all())
    first_ids = {*Item.objects.values_list("item_id", flat=True)}
    run_undo("--undo", str(ImportRun.objects.get().pk))

    out, _, error = run_import(path, "--column", "external_id=")

    assert error is None
    assert "imported=5 duplicates=0 " in out
    assert len(list_items()) == 5
    assert first_ids.isdisjoint(Item.objects.values_list("item_id", flat=True))
    assert "imported=0 duplicates=5 " in run_import(path)[0]
    assert_counts_exact(clock)


def test_undo_counts_items_that_were_changed_by_hand_rescored_or_trimmed(tmp_path: Path) -> None:
    titles = ["Profit rises", "Losses widen", "Board meets", "Shares sink", "Sales soar"]
    path = write(tmp_path / "news.jsonl", titles)
    run_import(path)
    run = ImportRun.objects.get()
    ids = dict(Item.objects.values_list("title", "item_id"))
    assert [*trim(1, batch=10)] == [1]
    correct_item(ids["Losses widen"], {"title": "Losses shrink"}, reason="", author="ann")
    correct_item(ids["Losses widen"], {"ticker": "F"}, reason="", author="ann")
    Item.objects.filter(title="Board meets").update(title="Board meets after profit jumps")
    rescore(Item.objects.filter(title__startswith="Board"))
    withdraw_item(ids["Shares sink"], reason="Libel", author="ann")

    lines = run_undo("--undo", str(run.pk))

    assert lines[1] == "corrected or labelled since the import, and withdrawn all the same: 1"
    assert lines[-1] == f"import={run.pk} created=5 withdrawn=3 corrected=1 gone_before=2"
    assert list_items() == []
    assert get_metrics().total == 1  # the trimmed one stays counted
    # What was withdrawn for a reason does not come back with the file.
    run_import(path)
    assert sorted(title for title, *_ in list_items()) == ["Board meets", "Losses widen", "Profit rises", "Sales soar"]


def test_undo_deletes_reports_of_other_sources(tmp_path: Path) -> None:
    run_import(write(tmp_path / "news.jsonl", ["Apple profit surges 12% to record"]))
    published_at = datetime(2026, 3, 20, 9, 40, tzinfo=UTC)
    headline = Headline("Apple's profit surges 12% to a record", ("AAPL",), "wire", published_at)
    assert ingest([headline]).created == []

    lines = run_undo("--undo", str(ImportRun.objects.get().pk))

    assert lines[1] == "reports of other sources on their stories, deleted: 1; the next report is a new item"
    assert DuplicateReport.objects.count() == 0
    assert len(ingest([headline]).created) == 1


def test_second_undo_says_so_and_withdraws_nothing(tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "news.jsonl", 3)
    run_import(path)
    pk = str(ImportRun.objects.get().pk)
    run_undo("--undo", pk)
    run_import(path)

    lines = run_undo("--undo", pk)

    undone_at = ImportRun.objects.get(pk=pk).undone_at
    assert undone_at is not None
    assert lines[0].startswith(f"import {pk} (news.jsonl) was taken back at {undone_at:%Y-%m-%dT%H:%M:%S}")
    assert lines[-1] == f"import={pk} created=3 withdrawn=0 corrected=0 gone_before=3"
    assert len(list_items()) == 3


def test_undo_that_is_interrupted_is_continued_by_the_next(tmp_path: Path) -> None:
    run_import(write_numbered(tmp_path / "news.jsonl", 5))
    run = ImportRun.objects.get()
    batches = undo(run, batch=2)
    assert next(batches).withdrawn == 2
    batches.close()

    assert run_undo("--undo", str(run.pk))[-1] == f"import={run.pk} created=5 withdrawn=3 corrected=0 gone_before=2"
    assert list_items() == []


def test_import_batches_share_a_range_unless_something_comes_between(tmp_path: Path) -> None:
    run_import(write_numbered(tmp_path / "one.jsonl", 6), "--batch", "2")
    first = ImportedRange.objects.get()
    append("Ford recalls trucks")
    run_import(write(tmp_path / "two.jsonl", [f"Losses widen by {number} percent" for number in range(4)]))

    second = ImportedRange.objects.exclude(pk=first.pk).get()
    assert (first.last - first.first, second.last - second.first) == (5, 3)
    assert second.first == first.last + 2
    assert [run.items for run in ImportRun.objects.order_by("pk")] == [6, 4]


def test_stopped_import_starts_over_after_undo(tmp_path: Path, clock: Clock) -> None:
    path = write(tmp_path / "news.jsonl", [f"Profit rises {number} percent" for number in range(4)])
    whole = path.read_text()
    run_import(path, "--batch", "2")
    # As if it had stopped after the second line.
    progress_file = ProgressFile(path)
    stopped = start_and_stop(path, whole)
    assert progress_file.load() is not None
    run_undo("--undo", str(stopped))

    out, err, error = run_import(path)

    assert error is None
    assert f"starting over, because import {stopped}, which had stopped, was taken back." in err
    assert "imported=0 duplicates=4 " in out  # of the first run, which stands


def start_and_stop(path: Path, text: str) -> int:
    """Save the progress of a new run that has stopped after two lines, and return its primary key."""
    with path.open("rb") as file:
        version = get_version(file)
    run = start_run(path.name)
    offset = len("".join(text.splitlines(keepends=True)[:2]))
    ProgressFile(path).save(ImportProgress(version, '["import",[],null,null,null,"",false]', run.pk, 2, offset))
    return run.pk


def test_list_shows_imports_with_their_states(tmp_path: Path, clock: Clock) -> None:
    assert run_undo("--list") == ["no imports; those of versions before 0.2.0 are not listed"]
    run_import(write_numbered(tmp_path / "one.jsonl", 2))
    clock.now += 60
    stopped = start_run("two.csv")
    first = ImportRun.objects.order_by("pk")[0]
    run_undo("--undo", str(first.pk))

    assert run_undo("--list") == [
        f"id={stopped.pk} started=2026-03-29T01:00:30.000Z items=0 stopped file=two.csv",
        f"id={first.pk} started=2026-03-29T00:59:30.000Z items=2 undone=2026-03-29T01:00:30.000Z file=one.jsonl",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give one of FILE, --undo ID and --list"),
        (["news.csv", "--list"], "give one of FILE, --undo ID and --list"),
        (["--undo", "1", "--list"], "give one of FILE, --undo ID and --list"),
        (["--undo", "999999"], "--undo=999999: no such import; --list shows their ids."),
    ],
)
def test_undo_bad_arguments_are_rejected(arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError) as error:
        call_command("import_items", *arguments)

    assert message in str(error.value)


def test_import_that_is_taken_back_while_it_runs_stops(tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "news.jsonl", 6)

    error = run_undone_import(path)

    assert error is not None
    assert "was taken back; run again to import the file." in str(error)
    assert list_items() == []
    assert "imported=6 duplicates=0 " in run_import(path)[0]


def run_undone_import(path: Path) -> CommandError | None:
    """Import a file in batches of two, take the import back after the first, and return the error."""
    done: list[str] = []

    def undo_once(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        # As another process could: between two transactions of the import.
        if not done and not connection.savepoint_ids and sql.startswith("SELECT"):
            done.append("begun")
            run = ImportRun.objects.order_by("pk").last()
            if run is None or not run.ranges.exists():
                done.clear()
            else:
                assert sum(batch.withdrawn for batch in undo(run)) == 2
        return execute(sql, params, many, context)

    with connection.execute_wrapper(undo_once):
        return run_import(path, "--batch", "2")[2]


def test_undo_of_old_news_keeps_series_exact(tmp_path: Path, clock: Clock) -> None:
    old = datetime(2025, 3, 20, 10, tzinfo=UTC)
    append("Ford recalls trucks", published_at=old + timedelta(minutes=3))
    records = [
        {"title": f"Profit rises {n} percent", "ticker": "^GSPC", "published_at": f"2025-03-20T10:0{n}:00Z"}
        for n in range(9)
    ]
    path = tmp_path / "old.jsonl"
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    run_import(path)
    assert Item.objects.filter(is_historical=True).count() == 9

    run_undo("--undo", str(ImportRun.objects.get().pk))

    assert get_metrics().total == 1
    assert_counts_exact(clock)

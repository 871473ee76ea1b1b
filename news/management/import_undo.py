"""What `import_items --list` and `--undo` do."""

import sys

from django.core.management import CommandError
from django.core.management.base import OutputWrapper
from tqdm import tqdm

from common.time import format_time
from news.models import ImportRun
from news.sources.import_runs import undo

CLEARED = "their ids and stories are cleared, so the file can be imported again"


def list_imports(out: OutputWrapper) -> None:
    """Print all imports, the newest first."""
    runs = ImportRun.objects.all()
    if not runs:
        out.write("no imports; those of versions before 0.2.0 are not listed")
    for run in runs.prefetch_related("ranges"):
        out.write(
            f"id={run.pk} started={format_time(run.started_at)} items={run.items} {_get_state(run)} file={run.file}"
        )


def undo_import(pk: int, out: OutputWrapper) -> None:
    """Take back an import and print what was done. Errors: CommandError for an unknown id."""
    run = ImportRun.objects.filter(pk=pk).first()
    if run is None:
        raise CommandError(f"--undo={pk}: no such import; --list shows their ids.")
    if run.undone_at is not None:
        out.write(f"import {pk} ({run.file}) was taken back at {format_time(run.undone_at)}; what is left follows.")
    created = run.items
    withdrawn = corrected = reports = 0
    with tqdm(total=created, unit=" items", disable=None, file=sys.stderr) as bar:
        for batch in undo(run):
            withdrawn += batch.withdrawn
            corrected += batch.corrected
            reports += batch.reports
            bar.update(batch.withdrawn)
    out.write(f"import {pk} ({run.file}) created {created} items; {withdrawn} withdrawn now; {CLEARED}")
    if corrected:
        out.write(f"corrected or labelled since the import, and withdrawn all the same: {corrected}")
    if reports:
        out.write(f"reports of other sources on their stories, deleted: {reports}; the next report is a new item")
    before = created - withdrawn
    out.write(f"import={pk} created={created} withdrawn={withdrawn} corrected={corrected} gone_before={before}")


def _get_state(run: ImportRun) -> str:
    if run.undone_at is not None:
        return f"undone={format_time(run.undone_at)}"
    return "stopped" if run.finished_at is None else f"finished={format_time(run.finished_at)}"

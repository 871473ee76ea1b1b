"""Run `import_items` and look at what it created."""

from io import StringIO
from pathlib import Path

from django.core.management import CommandError, call_command

from news.models import Item


def run_import(path: Path, *arguments: str) -> tuple[str, str, CommandError | None]:
    """Import a file; return stdout, stderr and the CommandError, if any."""
    out, err = StringIO(), StringIO()
    try:
        call_command("import_items", str(path), *arguments, stdout=out, stderr=err, no_color=True)
    except CommandError as error:
        return out.getvalue(), err.getvalue(), error
    return out.getvalue(), err.getvalue(), None


def list_items() -> list[tuple[str, str, str]]:
    """Return title, tickers and time of publication of all items in log order, the time in UTC."""
    return [
        (item.title, ",".join(item.tickers), f"{item.published_at:%Y-%m-%d %H:%M:%S}")
        for item in Item.objects.order_by("seq")
    ]

"""Options of `serve`."""

import pytest
from django.core.management import CommandError

from streaming.management.commands.serve import Command


@pytest.mark.parametrize("value", ["0", "-1", "two", ""])
def test_workers_that_are_no_number_of_processes_are_refused(value: str) -> None:
    parser = Command().create_parser("manage.py", "serve")

    with pytest.raises(CommandError, match=f"'{value}': must be 1 or more"):
        parser.parse_args([f"--workers={value}"])


def test_workers_is_one_by_default() -> None:
    assert Command().create_parser("manage.py", "serve").parse_args([]).workers == 1

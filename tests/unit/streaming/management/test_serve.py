"""Options of `serve`."""

import pytest
from django.core.management import CommandError, call_command

from streaming.management.commands.serve import Command


@pytest.mark.parametrize("value", ["0", "-1", "two", ""])
def test_workers_that_are_no_number_of_processes_are_rejected(value: str) -> None:
    parser = Command().create_parser("manage.py", "serve")

    with pytest.raises(CommandError, match=f"'{value}': must be 1 or more"):
        parser.parse_args([f"--workers={value}"])


@pytest.mark.parametrize("value", ["1", "-1", "2.5", "soon", ""])
def test_worker_timeout_that_is_no_time_of_seconds_is_rejected(value: str) -> None:
    parser = Command().create_parser("manage.py", "serve")

    with pytest.raises(CommandError, match=f"'{value}': must be 3 seconds or more, or 0 for none"):
        parser.parse_args([f"--worker-timeout={value}"])


def test_worker_timeout_without_workers_is_rejected() -> None:
    with pytest.raises(CommandError, match="--worker-timeout 30: without workers nothing looks at it; add --workers"):
        call_command("serve", worker_timeout=30)


def test_workers_is_one_by_default() -> None:
    assert Command().create_parser("manage.py", "serve").parse_args([]).workers == 1

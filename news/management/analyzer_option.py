"""The option of commands that names an analyzer."""

from argparse import ArgumentParser, ArgumentTypeError

from django.conf import settings

from news.scoring import find_analyzer, list_analyzers


def add_analyzer_option(parser: ArgumentParser) -> None:
    """Add `--analyzer`, which defaults to the configured one."""
    parser.add_argument(
        "--analyzer", type=_parse_name, default=settings.ANALYZER, help="default: the configured ANALYZER"
    )


def _parse_name(name: str) -> str:
    try:
        find_analyzer(name)
    except KeyError:
        raise ArgumentTypeError(f"{name[:60]!r}: must be one of {', '.join(list_analyzers())}; leave it out.") from None
    return name

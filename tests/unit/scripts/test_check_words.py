"""The word check: which names and sentences it reports, and with what advice."""

import tomllib

import pytest

from scripts.check_words import RULES, Checker


@pytest.fixture(scope="module")
def checker():
    return Checker(tomllib.loads(RULES.read_text()))


@pytest.mark.parametrize(
    ("path", "line", "expected"),
    [
        ("news/a.py", "# It is for whoever comes.", "whoever"),
        ("news/a.py", '"""Nobody reads this."""', "Nobody"),
        ("news/a.py", "told = load(path)", "told"),
        ("news/a.py", "self._asked_seconds = 0.0", "_asked_seconds"),
        ("news/a.py", "class HouseFull(Exception):", "HouseFull"),
        ("news/a.py", "def read_metrics() -> Metrics:", "read_metrics"),
        ("news/a.py", "def _read_body() -> bytes:", "_read_body"),
        ("news/a.py", "from streaming.handler import HAND_OVER", "HAND_OVER"),
        ("news/a.py", 'logger.info("drain_begun", grace_seconds=10)', "drain_begun"),
        ("news/a.py", 'raise ValueError(f"{told}: must be 1 or more")', "told"),
        ("news/a.py", "def answer(visitor: Visitor) -> None:", "visitor"),
        ("tests/unit/test_a.py", "def test_revoked_token_lets_nobody_in():", "test_revoked_token_lets_nobody_in"),
        ("static/a.js", "// What nobody sees", "nobody"),
        ("static/a.js", "const doorbellUrl = config.url;", "doorbellUrl"),
        ("docs/a.md", "The server hands streams over, and somebody reads.", "somebody"),
        ("docs/a.md", "The log line `doorbell_failed` names the end.", "doorbell_failed"),
        ("Makefile", "# The locks, made anew from pyproject.toml.", "anew"),
        ("deploy/a.yaml", "# Hand-over to the proxy", "Hand-over"),
        ("templates/a.html", "<p>Begone!</p>", "Begone"),
    ],
)
def test_check_replaced_word_is_reported(checker, path, line, expected):
    hits = checker.check(path, f"\n{line}\n")

    assert (hits[0].path, hits[0].line, hits[0].text) == (path, 2, expected)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("news/a.py", "# The library told us so, unless told otherwise; what was asked for is shown."),
        ("news/a.py", '"Interest rates are in the place where they were found."'),
        ("news/a.py", "text = path.read_text()"),
        ("news/a.py", "is_shown = status == 200"),
        ("news/a.py", "class StreamFilter:"),
        ("news/a.py", "anewest = chandover"),
        ("news/a.py", "def get_metrics() -> Metrics:"),
        ("news/migrations/0001_initial.py", "told = 1"),
        ("static/a.js", 'import { detach } from "./stream.js"; // at most once'),
        ("docs/a.md", "Permits, visitors and leases are words of other fields. Draft a page."),
        ("docs/a.md", 'Answer: `404 {"detail": "Configuration not found"}`. Another relay takes over.'),
        ("docs/monitoring.md", "`sentiment_relay_leads` is 1 in the process that leads."),
    ],
)
def test_check_plain_word_is_not_reported(checker, path, line):
    hits = checker.check(path, line) if checker.is_checked(path) else []

    assert hits == []


def test_check_phrase_broken_between_lines_is_reported_once(checker):
    hits = checker.check("docs/a.md", "The server hands\nover what nobody, nobody reads.")

    assert [(hit.line, hit.text) for hit in hits] == [(1, "hands over"), (2, "nobody")]


def test_hit_as_text_names_place_word_replacement_and_reason(checker):
    [hit] = checker.check("streaming/x.py", "# lest")

    assert str(hit) == 'streaming/x.py:1: "lest": write "so that … not" (archaic; see docs/glossary.md)'


@pytest.mark.parametrize(
    "path", ["news/scoring/lexicon.py", "dashboard/static/vendor/a.js", "scripts/words.toml", "a.png"]
)
def test_is_checked_excluded_path_is_false(checker, path):
    assert not checker.is_checked(path)

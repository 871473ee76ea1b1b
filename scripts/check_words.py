"""Check that names and prose use the project's words: `.venv/bin/python scripts/check_words.py [PATH …]`.

scripts/words.toml lists the words to avoid, each with what to write instead and the reason. Checks the files that git
knows or would add. Prints a line for each hit and exits with 1 if there is one.
"""

import re
import subprocess
import sys
import tomllib
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
Match = tuple[int, str, str, str]  # offset, text, what to write, why
RULES = ROOT / "scripts" / "words.toml"
IDENTIFIER = re.compile(r"[^\W\d]\w*")
NAME_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
# In prose, a name: alone between backticks or in the braces of a format string, or with an underscore or inner capital.
CODE_SPAN = re.compile(r"`[\w.()-]+`|\{\w[\w.!:]*\}|\b\w+_\w*|\b_\w+|\b[A-Z]?[a-z]+[A-Z]\w*")
STRING = r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"
NAME = r"(?P<definition>\b(?:def|function) +)?(?P<name>[^\W\d]\w*)"
HASH_CODE = re.compile(rf"(?s:(?P<prose>\"\"\".*?\"\"\"|'''.*?'''|#[^\n]*|{STRING}))|{NAME}")
SLASH_CODE = re.compile(rf"(?s:(?P<prose>/\*.*?\*/|//[^\n]*|`[^`]*`|{STRING}))|{NAME}")
SCANNERS = {".py": HASH_CODE, ".toml": HASH_CODE, ".js": SLASH_CODE, ".mjs": SLASH_CODE, ".c": SLASH_CODE}
TEXT_SUFFIXES = {".md", ".html", ".css", ".yaml", ".yml", ".conf", ".service", ".timer", ""}


@dataclass(frozen=True, slots=True)
class Hit:
    """A word to avoid: where it stands and what to write instead."""

    path: str
    line: int
    text: str
    write: str
    why: str

    def __str__(self) -> str:
        return f'{self.path}:{self.line}: "{self.text}": write {self.write} ({self.why}; see docs/glossary.md)'


class WordList:
    """A table of patterns, each with what to write instead and why; a space also matches a hyphen or a line break."""

    def __init__(self, table: dict[str, list[str]]) -> None:
        self._advice = [*table.values()]
        spaced = [key.replace(" ", r"[-\s]+") for key in table]
        patterns = [f"(?P<rule{number}>{pattern})" for number, pattern in enumerate(spaced)]
        self._pattern = re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE)

    def find(self, text: str) -> Iterator[Match]:
        """Yield every match in `text`."""
        for match in self._pattern.finditer(text):
            write, why = self._advice[int(str(match.lastgroup).removeprefix("rule"))]
            yield match.start(), " ".join(match[0].split()), write, why


class Checker:
    """Finds the words of one set of rules in the text of files."""

    def __init__(self, rules: dict[str, Any]) -> None:
        self._words = WordList(rules["words"])
        self._name_words = WordList(rules["name_words"])
        self._names: dict[str, list[str]] = rules["names"]
        self._first_words: dict[str, list[str]] = rules["first_words_of_functions"]
        self._excluded: list[str] = rules["exclude"]["files"]
        self._allowed: dict[str, list[str]] = rules["allow"]
        self._advice_on = cache(self._get_advice)  # a name occurs many times

    def is_checked(self, path: str) -> bool:
        """Return whether a path, relative to the root, is to be checked."""
        is_excluded = any(fnmatch(path, glob) for glob in self._excluded)
        return Path(path).suffix in {*SCANNERS, *TEXT_SUFFIXES} and not is_excluded

    def check(self, path: str, text: str) -> list[Hit]:
        """Return the hits in the text of a file, in their order, each word once a line."""
        scanner = SCANNERS.get(Path(path).suffix)
        matches = self._find_in_code(text, scanner) if scanner else self._find_in_prose(text, 0)
        allowed = {word for glob, words in self._allowed.items() if fnmatch(path, glob) for word in words}
        hits = {
            Hit(path, text.count("\n", 0, offset) + 1, match_text, write, why): None
            for offset, match_text, write, why in sorted(matches)
            if match_text not in allowed
        }
        return [*hits]

    def _find_in_code(self, text: str, scanner: re.Pattern[str]) -> Iterator[Match]:
        for token in scanner.finditer(text):
            if token["prose"] is not None:
                yield from self._find_in_prose(token["prose"], token.start())
                continue
            name, offset = token["name"], token.start("name")
            yield from self._find_in_name(name, offset)
            first_word = name.strip("_").partition("_")[0]
            if token["definition"] and first_word in self._first_words:
                write, why = self._first_words[first_word]
                yield offset, name, write, why

    def _find_in_prose(self, text: str, start: int) -> Iterator[Match]:
        for offset, match_text, write, why in self._words.find(text):
            yield start + offset, match_text, write, why
        for span in CODE_SPAN.finditer(text):
            for name in IDENTIFIER.finditer(span[0]):
                yield from self._find_in_name(name[0], start + span.start() + name.start())

    def _find_in_name(self, name: str, offset: int) -> Iterator[Match]:
        for write, why in self._advice_on(name):
            yield offset, name, write, why

    def _get_advice(self, name: str) -> list[tuple[str, str]]:
        """Return what to write instead of an identifier and why: of the whole of it, or of words that it is made of."""
        if name in self._names:
            write, why = self._names[name]
            return [(write, why)]
        words = " ".join(NAME_WORD.findall(name))
        return [
            (write, why) for word_list in (self._words, self._name_words) for *_, write, why in word_list.find(words)
        ]


def list_files(paths: list[str]) -> list[str]:
    """Return the paths of the files that git knows or would add, relative to the root."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *paths]
    output = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout  # noqa: S603
    return [path for path in output.split("\0") if path and (ROOT / path).is_file()]


def main() -> int:
    """Print the hits, or their number by folder; returns the exit status."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("paths", nargs="*", help="default: all")
    parser.add_argument("--count", action="store_true", help="print only the number of hits by folder")
    options = parser.parse_args()
    checker = Checker(tomllib.loads(RULES.read_text()))
    files = [path for path in list_files(options.paths) if checker.is_checked(path)]
    hits = [hit for path in files for hit in checker.check(path, (ROOT / path).read_text())]
    by_folder = Counter(hit.path.rpartition("/")[0] or "." for hit in hits)
    for line in (f"{count:6} {name}" for name, count in by_folder.items()) if options.count else hits:
        print(line)
    print(f"{len(hits)} hits in {len(files)} files", file=sys.stderr)
    return 1 if hits else 0


if __name__ == "__main__":
    sys.exit(main())

"""Fenced code blocks of the documents."""

import re
import sys
from dataclasses import dataclass

from tests.helpers.paths import ROOT

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LOCAL_URL = "http://127.0.0.1:8000"
PYTHON = ".venv/bin/python"


@dataclass(frozen=True)
class CodeBlock:
    """A fenced block: its language, "" if none is given, and its text."""

    language: str
    text: str

    def at(self, url: str) -> str:
        """Return the text with the URL of a site and the interpreter that runs the tests."""
        return self.text.replace(LOCAL_URL, url).replace(PYTHON, sys.executable)


def load_code_blocks(document: str, heading: str) -> list[CodeBlock]:
    """Return the blocks of one section of a document, in order; KeyError if there is no such section."""
    sections = re.split(r"^##+ (.+)$", (ROOT / document).read_text(), flags=re.MULTILINE)
    texts = dict(zip(sections[1::2], sections[2::2], strict=True))
    return [CodeBlock(*match) for match in FENCE.findall(texts[heading])]

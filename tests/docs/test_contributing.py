"""The snippets of CONTRIBUTING.md run where it says they belong, and the code names of both maps of the code exist."""

import re
import textwrap

import pytest

from tests.helpers.paths import ROOT
from tests.helpers.python_process import run_python

DOCUMENT = ROOT / "CONTRIBUTING.md"
FENCE = re.compile(r"^( *)```python\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
ANY_FENCE = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
NAME = re.compile(r"(?:\w+\.)*(\w{2,}[^\W_])(?:\(\))?")
# The module whose names each block uses, in order; a new file has none.
MODULES = (
    "sentiment_site.env.variables", "news.source_kinds", "streaming.broker.filters", "news.log.reader",
    "streaming.protocol.events",
)  # fmt: skip
INVENTED = {"_parse_article", "merged", "test_reconnect_resumes_after_last_event_id"}
FOLDERS = ("common", "sentiment_site", "news", "accounts", "streaming", "dashboard", "scripts", "tests/unit")

# Runs a block with the names of its module, and checks the global names that its functions use.
RUN_BLOCK = """
import builtins, dis, importlib, sys, types
import django
django.setup()
name, text = sys.argv[1:]
if name == "news.source_kinds":
    from sentiment_site.env import credentials
    from sentiment_site.env.variables import news
    from django.conf import settings
    settings.DECLARATION
module = importlib.import_module(name)
names = types.ModuleType(name).__dict__ | vars(module) | {"_parse_article": None}
code = compile(text, name, "exec")
exec(code, names)
codes = [code]
for code in codes:
    codes += [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
    for instruction in dis.get_instructions(code):
        if instruction.opname == "LOAD_GLOBAL":
            assert instruction.argval in names or hasattr(builtins, instruction.argval), instruction.argval
if "make_notice_event" in names:
    from common.time import utc_now
    from news.log.cursor import Cursor
    event = names["make_notice_event"](Cursor("a1b2c3", 7), now=utc_now(), text="Maintenance at noon")
    assert event.id.startswith("evt_a1b2c3-7-n") and event.payload["text"] == "Maintenance at noon"
"""


@pytest.fixture(scope="module")
def blocks() -> list[str]:
    return [textwrap.dedent(text) for _, text in FENCE.findall(DOCUMENT.read_text())]


@pytest.mark.parametrize(("index", "module"), [*enumerate(MODULES)], ids=MODULES)
def test_contributing_snippet_runs_with_the_names_of_its_module(blocks: list[str], index: int, module: str) -> None:
    declaration = next(span for span in SPAN.findall(DOCUMENT.read_text()) if span.startswith("ACME_KEY = "))

    code = RUN_BLOCK.replace("DECLARATION", declaration)
    process = run_python("-c", code, module, blocks[index], DJANGO_SETTINGS_MODULE="sentiment_site.settings")

    assert (process.returncode, process.stderr) == (0, "")
    assert len(blocks) == len(MODULES)


@pytest.mark.parametrize("document", ["CONTRIBUTING.md", "docs/architecture.md"])
def test_code_names_in_documents_exist(document: str) -> None:
    text = (ROOT / document).read_text()
    spans = [match[1] for span in SPAN.findall(ANY_FENCE.sub("", text)) if (match := NAME.fullmatch(span))]
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in (".py", ".js")]
    source = "\n".join(f"{path.stem}\n{path.read_text()}" for path in files)
    examples = "\n".join(ANY_FENCE.findall(text))
    unknown = set(spans) - set(re.findall(r"\w+", source + examples)) - INVENTED

    assert unknown == set()

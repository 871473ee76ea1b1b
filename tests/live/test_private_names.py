"""A server starts and streams with a Twisted, Daphne, Django or django-eventstream that has renamed a private name."""

from collections.abc import Callable
from pathlib import Path

import pytest

from streaming.server.private_names import PRIVATE_NAMES, Feature, PrivateName
from tests.helpers.items import headline
from tests.helpers.server import Server
from tests.helpers.sse import Stream, parse_blocks

# Loaded by the interpreter at its start: the modules of a package get another name wherever the name stands in them.
RENAMING = """
import re, sys
from importlib.machinery import PathFinder, SourceFileLoader

package, pattern = {package!r}, re.compile(rb"(?<![\\w\\"'-])" + {name!r} + rb"(?![\\w\\"'-])")

class Loader(SourceFileLoader):
    def get_code(self, fullname):
        source = self.get_data(self.path)
        if pattern.search(source) is None:
            return super().get_code(fullname)
        return self.source_to_code(pattern.sub({name!r} + b"_renamed", source), self.path)

class Finder:
    @staticmethod
    def find_spec(fullname, path=None, target=None):
        if not (fullname + ".").startswith(package + "."):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and type(spec.loader) is SourceFileLoader:
            spec.loader = Loader(spec.loader.name, spec.loader.path)
        return spec

sys.meta_path.insert(0, Finder)
"""
EVENTSTREAM_NAMES = [entry for entry in PRIVATE_NAMES if entry.feature is Feature.EVENTSTREAM_WAKEUP]

StartWithout = Callable[[PrivateName], Server]


@pytest.fixture
def start_without(start_clean_server: Callable[..., Server], tmp_path: Path) -> StartWithout:
    """Return a function that starts a server for whose libraries a name is another."""

    def start(entry: PrivateName) -> Server:
        folder = tmp_path / "renaming"
        folder.mkdir()
        package = entry.module.rpartition(".")[0]
        text = RENAMING.format(package=package, name=entry.name.encode())
        (folder / "sitecustomize.py").write_text(text)
        return start_clean_server(PYTHONPATH=folder, STREAM_HEARTBEAT_SECONDS=1)

    return start


@pytest.mark.parametrize("entry", PRIVATE_NAMES, ids=str)
def test_serve_without_a_private_name_streams_and_logs_the_effect(
    start_without: StartWithout, entry: PrivateName
) -> None:
    server = start_without(entry)

    with Stream(server.url) as stream:
        stream.receive_until(lambda s: [event.kind for event in s.events[:2]] == ["heartbeat", "metrics"], seconds=60)
        server.post(headline(1))
        stream.receive_items(1, seconds=60)

    assert server.stop() == 0
    log = server.log.read_text()
    assert f'event=private_name_missing name={entry} effect="{entry.feature.value}"' in log


@pytest.mark.parametrize("entry", EVENTSTREAM_NAMES, ids=str)
def test_eventstream_without_a_private_name_delivers_items_when_the_client_resumes(
    start_without: StartWithout, entry: PrivateName
) -> None:
    server = start_without(entry)
    path = "/events/?channel=items"

    with Stream(server.url, path=path) as stream:
        stream.receive_until(lambda s: "stream-open" in s.text, seconds=60)
        server.post(headline(1))
        stream.receive_to_end(seconds=60)
    first_id = stream.text.partition("\n")[0].removeprefix("id: ")
    with Stream(server.url, path=path, **{"Last-Event-ID": first_id}) as stream:
        stream.receive_until(
            lambda s: [block.last_id for block in parse_blocks(s.text)[0]][-1:] == ["items:1"], seconds=60
        )

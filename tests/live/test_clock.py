"""The wall clock of a running server steps forward or back by a day."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.items import headline
from tests.helpers.server import Server
from tests.helpers.sse import Stream

# Loaded by the interpreter at its start, before any module reads the time.
STEPPING = """
import os, time

real, flag = time.time, {flag!r}
time.time = lambda: real() + ({step} if os.path.exists(flag) else 0)
"""


@pytest.mark.parametrize("step", [86_400, -86_400])
def test_stream_clock_steps_one_day_continues(
    start_clean_server: Callable[..., Server], tmp_path: Path, step: int
) -> None:
    flag = tmp_path / "stepped"
    (tmp_path / "clock").mkdir()
    (tmp_path / "clock" / "sitecustomize.py").write_text(STEPPING.format(flag=str(flag), step=step))
    server = start_clean_server(PYTHONPATH=tmp_path / "clock", STREAM_HEARTBEAT_SECONDS=0.5)
    with Stream(server.url) as stream:
        stream.receive_kinds("metrics")
        server.post(headline(1))
        stream.receive_items(1)

        flag.touch()
        beats = sum(event.kind == "heartbeat" for event in stream.events)
        stream.receive_until(lambda s: sum(event.kind == "heartbeat" for event in s.events) >= beats + 5)
        server.post(headline(2))
        stream.receive_items(2)
        with Stream(server.url, path=f"/api/v2/stream?last_event_id={stream.items()[0].id}") as newcomer:
            newcomer.receive_kinds("metrics")
            assert [item.seq for item in newcomer.items()] == [2]

        assert [item.seq for item in stream.items()] == [1, 2]
        assert server.call("/api/v2/stream/status")[0] == 200
    assert server.stop() == 0

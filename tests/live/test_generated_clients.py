"""Clients that public generators make from the OpenAPI document, used against a server."""

import importlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.helpers.paths import ROOT
from tests.helpers.server import Server

NODE_PROGRAMS = ROOT / "node_modules" / ".bin"
# Reads each answer by its type, and narrows events by their names.
PROGRAM = """
import type { components, paths } from "./site";

type Items = paths["/api/v2/items"]["get"]["responses"]["200"]["content"]["application/json"];
type StreamEvent = components["schemas"]["StreamEvent"];

export async function listTitles(base: string): Promise<string[]> {
    const response = await fetch(`${base}/api/v2/items`);
    if (!response.ok) throw new Error(((await response.json()) as components["schemas"]["ErrorDetail"]).detail);
    return ((await response.json()) as Items).items.map((item) => item.title);
}

export function describe(event: StreamEvent): string {
    if (event.event === "new_item") return `${event.data.ticker}: ${event.data.score.toFixed(2)}`;
    if (event.event === "metrics") return String(event.data.total + event.data.positive);
    return event.data.timestamp;
}
"""


@pytest.fixture
def generated(start_server: Callable[..., Server], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Generate the package `site_client`, and return its server."""
    server = start_server()
    (tmp_path / "config.yml").write_text("post_hooks: []")
    command = [
        str(Path(sys.executable).with_name("openapi-python-client")), "generate", "--meta", "none",
        "--url", f"{server.url}/api/v2/openapi.json", "--output-path", "site_client", "--config", "config.yml",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    # It leaves these bodies out and takes JSON.
    skipped = {"Unsupported content type application/x-ndjson", "Unsupported content type application/jsonl"}
    assert {line for line in done.stdout.splitlines() if line.startswith(("Unsupported", "Cannot", "Could"))} <= skipped
    assert done.stdout.count("WARNING") <= len(skipped), done.stdout
    monkeypatch.syspath_prepend(tmp_path)
    yield server
    for name in [name for name in sys.modules if name.startswith("site_client")]:
        del sys.modules[name]


def load(name: str) -> ModuleType:
    return importlib.import_module(f"site_client.{name}")


def test_python_client_posts_lists_counts_and_polls(generated: Server) -> None:
    client_module, models = load("client"), load("models")
    record = models.ItemRecord(title="Apple profit soars", ticker="AAPL")

    with client_module.AuthenticatedClient(base_url=generated.url, token=generated.token) as poster:
        created = load("api.items.create_items").sync(client=poster, body=record)
    with client_module.Client(base_url=generated.url) as client:
        items = load("api.items.list_items").sync(client=client).items
        metrics = load("api.metrics.get_metrics").sync(client=client)
        tail = load("api.stream.list_events").sync(client=client)
        status = load("api.stream.get_stream_status").sync(client=client)
        rejected = load("api.items.list_items").sync_detailed(client=client, limit=0)
        events = load("api.stream.list_events").sync(client=client, after=f"{status.head.rpartition('-')[0]}-0")

    assert [item.item_id for item in items] == created.created
    assert (items[0].title, items[0].ticker) == ("Apple profit soars", "AAPL")
    assert (metrics.total, metrics.by_tag["AAPL"]) == (1, 1)
    assert isinstance(tail.events[0], models.MetricsEvent)
    assert isinstance(events.events[0], models.NewItemEvent)
    assert events.events[0].data.item_id == items[0].item_id
    assert (rejected.status_code, type(rejected.parsed)) in [(400, models.ErrorDetail), (422, models.ErrorDetail)]


def test_python_client_corrects_withdraws_and_reads_the_history(generated: Server) -> None:
    client_module, models = load("client"), load("models")
    record = models.ItemRecord(title="Apple profit soars", ticker="AAPL")

    with client_module.AuthenticatedClient(base_url=generated.url, token=generated.token) as client:
        (item_id,) = load("api.items.create_items").sync(client=client, body=record).created
        changes = models.ItemChanges(title="Apple losses widen", reason="Wrong way round.")
        corrected = load("api.items.update_item").sync(item_id, client=client, body=changes)
        withdrawn = load("api.items.withdraw_item").sync_detailed(item_id, client=client, reason="Libel")
        gone = load("api.items.get_item").sync(item_id, client=client)
        history = load("api.items.get_item_history").sync(item_id, client=client)

    assert (corrected.title, corrected.sentiment, corrected.warnings) == ("Apple losses widen", "negative", [])
    assert withdrawn.status_code == 204
    assert (type(gone), gone.reason) == (models.WithdrawnItem, "Libel")
    assert [state.kind for state in history.states] == ["withdrawn", "corrected", "created"]


def test_typescript_types_check_a_program(start_server: Callable[..., Server], tmp_path: Path) -> None:
    server = start_server()
    _, document = server.call("/api/v2/openapi.json")
    assert document["openapi"].startswith("3.1")
    types = [NODE_PROGRAMS / "openapi-typescript", f"{server.url}/api/v2/openapi.json", "-o", tmp_path / "site.d.ts"]
    subprocess.run(types, cwd=ROOT, check=True, capture_output=True, timeout=120)
    check = [NODE_PROGRAMS / "tsc", "--noEmit", "--strict", "--target", "es2022", "--lib", "es2022,dom"]

    (tmp_path / "right.ts").write_text(PROGRAM)
    (tmp_path / "wrong.ts").write_text(PROGRAM.replace("event.data.ticker", "event.data.tickre"))
    right, wrong = (
        subprocess.run([*check, tmp_path / name], capture_output=True, text=True, timeout=120, check=False)
        for name in ("right.ts", "wrong.ts")
    )

    assert (right.returncode, right.stdout) == (0, "")
    assert "Property 'tickre' does not exist" in wrong.stdout

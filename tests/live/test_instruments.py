"""An instrument that is added in one process tags what is posted to another, within five seconds."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from tests.helpers.account_clients import PASSWORD, BrowserSession
from tests.helpers.server import Server
from tests.helpers.waiting import until

ADD_ADMIN = f"from django.contrib.auth.models import User; User.objects.create_superuser('ann', password={PASSWORD!r})"
SECONDS = 5.0


@pytest.fixture(params=["sqlite", "postgres"])
def servers(request: pytest.FixtureRequest, start_clean_server: Callable[..., Server], tmp_path: Path) -> list[Server]:
    """Return two server processes of one site."""
    options = {}
    if request.param == "postgres":
        options["DATABASE_URL"] = request.getfixturevalue("postgres_url")
    pair = [start_clean_server(**options) for _ in range(2)]
    if options:
        for server in pair:
            server.token = request.getfixturevalue("postgres_token")
    return pair


def post(server: Server, title: str) -> list[str]:
    """Post a headline without tickers, and return those that it gets."""
    (item_id,) = server.post({"title": title})
    return list(server.call(f"/api/v2/items/{item_id}")[1]["tickers"])


def test_instrument_added_in_the_admin_tags_the_next_post_to_another_process(servers: list[Server]) -> None:
    one, other = servers
    created = one.manage("shell", "-c", ADD_ADMIN)
    assert created.returncode == 0, created.stderr
    browser = BrowserSession(one)
    browser.post("/accounts/login/", username="ann", password=PASSWORD)
    assert post(other, "Zorblax Industries opens its first plant") == ["MARKET"]

    form = {"symbol": "zrbx", "name": "Zorblax Industries", "kind": "company", "aliases": "Zorblax", "exclusions": ""}
    assert browser.post("/admin/news/instrument/add/", **form).endswith("/admin/news/instrument/")
    numbers = count()
    until(lambda: "ZRBX" in post(other, f"Zorblax Industries opens plant number {next(numbers)}"), seconds=SECONDS)

    assert other.call("/api/v2/instruments?q=zorb")[1]["instruments"][0]["name"] == "Zorblax Industries"
    assert post(one, "Zorblax Industries closes a plant") == ["ZRBX"]

"""Static files under addresses that change with their contents."""

import re

import pytest
from django.templatetags.static import static
from django.test import AsyncClient

from common.static_files import KEPT_FOR_GOOD, get_version, list_files
from tests.helpers.paths import ROOT

APP = "dashboard/app.js"


async def get(client: AsyncClient, path: str) -> tuple[int, str, bytes]:
    response = await client.get(path, headers={"Accept-Encoding": "identity"})
    content = b"".join([part async for part in response]) if response.streaming else response.content
    return response.status_code, response.get("Cache-Control", ""), content


async def test_static_file_has_a_version_in_its_address_and_is_kept_for_good(async_client: AsyncClient):
    source = list_files()["dashboard/favicon.svg"].read_bytes()

    url = static("dashboard/favicon.svg")

    assert re.fullmatch(r"/static/v-[0-9a-f]{12}/dashboard/favicon\.svg", url)
    assert await get(async_client, url) == (200, KEPT_FOR_GOOD, source)
    assert await get(async_client, "/static/dashboard/favicon.svg") == (200, "max-age=60, public", source)


async def test_script_is_served_without_comments_under_its_version_alone(async_client: AsyncClient):
    source = (ROOT / "dashboard/static" / APP).read_bytes()

    status, kept, compact = await get(async_client, static(APP))

    assert (status, kept) == (200, KEPT_FOR_GOOD)
    assert len(compact) < len(source)
    assert b"/**" not in compact
    assert (await get(async_client, f"/static/{APP}"))[2] == source


async def test_file_of_another_version_is_the_present_one_and_not_kept(async_client: AsyncClient):
    source = (ROOT / "dashboard/static" / APP).read_bytes()

    assert await get(async_client, f"/static/v-{'0' * 12}/{APP}") == (200, "max-age=60, public", source)


@pytest.mark.parametrize("name", ["none.js", "../manage.py", "%2e%2e/manage.py"])
async def test_unknown_file_of_a_version_is_not_found(async_client: AsyncClient, name: str):
    assert (await get(async_client, f"/static/v-{get_version()}/{name}"))[0] == 404


async def test_admin_has_versions_too(async_client: AsyncClient):
    assert (await get(async_client, static("admin/css/base.css")))[:2] == (200, KEPT_FOR_GOOD)

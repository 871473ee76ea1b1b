"""Static files under addresses that change with their contents."""

import re

import pytest
from django.conf import LazySettings
from django.contrib.staticfiles.finders import get_finder
from django.templatetags.static import static
from django.test import AsyncClient

from common.static_files import KEPT_FOR_GOOD, get_version, is_loaded, list_files
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


async def test_head_of_a_file_has_the_headers_of_get(async_client: AsyncClient):
    for path in (static(APP), f"/static/{APP}", static("dashboard/favicon.svg"), "/static/admin/css/base.css"):
        for accept in ("gzip", "identity"):
            headers = {"Accept-Encoding": accept}
            with_content = await async_client.get(path, headers=headers)
            without = await async_client.head(path, headers=headers)

            assert dict(without.items()) == dict(with_content.items())
            assert int(without["Content-Length"]) == len(with_content.content)
            assert without.content == b""


async def test_part_of_a_script_is_a_part_of_what_is_served(async_client: AsyncClient):
    content = (await get(async_client, static(APP)))[2]

    part = await async_client.get(static(APP), headers={"Range": "bytes=5-9"})
    beyond = await async_client.get(static(APP), headers={"Range": f"bytes={len(content)}-"})

    assert (part.status_code, part.content) == (206, content[5:10])
    assert part["Content-Range"] == f"bytes 5-9/{len(content)}"
    assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{len(content)}")


@pytest.mark.parametrize("path", [static(APP), f"/static/{APP}"])
async def test_file_that_the_client_has_is_not_sent_again(async_client: AsyncClient, path: str):
    file = await async_client.get(path, headers={"Accept-Encoding": "gzip"})
    etag = file["ETag"]

    for condition in ({"If-None-Match": etag}, {"If-None-Match": etag.removeprefix("W/")},
                      {"If-Modified-Since": file["Last-Modified"]}):  # fmt: skip
        again = await async_client.get(path, headers=condition)
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag.removeprefix("W/"))
    assert (await async_client.get(path, headers={"If-None-Match": '"other"'})).status_code == 200


async def test_other_methods_on_a_file_are_not_allowed(async_client: AsyncClient):
    answer = await async_client.post("/static/dashboard/favicon.svg")

    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")


async def test_file_is_in_memory_after_its_first_request(async_client: AsyncClient):
    path = static("dashboard/css/base.css")
    await async_client.get(path)

    assert is_loaded(path)
    assert not is_loaded("/static/none.css")
    assert not is_loaded("/")


async def test_file_that_changes_is_read_again_with_debug(async_client: AsyncClient, settings: LazySettings, tmp_path):
    settings.DEBUG = True
    settings.STATICFILES_DIRS = [tmp_path]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    get_finder.cache_clear()
    try:
        for content in (b"a", b"bc"):
            (tmp_path / "changing.css").write_bytes(content)
            assert (await get(async_client, "/static/changing.css")) == (200, "max-age=0, public", content)
    finally:
        get_finder.cache_clear()

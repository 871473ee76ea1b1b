"""Kinds that depend on more than the text of a variable: packages, proxies, files."""

import re
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from sentiment_site.env import kinds, urls
from sentiment_site.env.registry import Setting
from tests.helpers.paths import ROOT


def test_analyzer_missing_package_raises_and_names_the_extra() -> None:
    kind = kinds.analyzer(["far"], {"far": ("no_such",)}.__getitem__, extra="ml")
    setting = Setting("ANALYZER", kind, "", "", "", "")

    with pytest.raises(ImproperlyConfigured) as caught:
        setting.load({"ANALYZER": "far"})

    assert str(caught.value) == "ANALYZER='far': the package no_such is missing; install the extra 'ml', or unset it."


@pytest.mark.parametrize(
    ("analyzers", "text", "message"),
    [
        (["http", ""], "", "is needed by the analyzer http; give the address of its server"),
        (["http", ""], "http://ann:pw@127.0.0.1:9000", "='http://…@127.0.0.1:9000': has a user or password; leave"),
        (["http", "openai"], "http://127.0.0.1:9000", "can't be both of them; choose another for one of the two"),
    ],
)
def test_analyzer_url_that_analyzers_need_otherwise_raises(analyzers: list[str], text: str, message: str) -> None:
    setting = Setting("ANALYZER_URL", urls.analyzer_url(analyzers), "", "", "", "")

    with pytest.raises(ImproperlyConfigured, match=re.escape(message)):
        setting.load({"ANALYZER_URL": text})


def test_analyzer_url_without_analyzer_that_needs_it_is_empty() -> None:
    assert urls.analyzer_url(["composed", ""]).parse("") == ""


def test_https_flag_with_trusted_proxy_is_on() -> None:
    assert kinds.https_flag(["127.0.0.1"]).parse("1") is True


def test_https_flag_without_trusted_proxy_names_trusted_proxies() -> None:
    with pytest.raises(kinds.BadValueError, match="TRUSTED_PROXIES must name the proxy"):
        kinds.https_flag([]).parse("1")


def test_proxies_accepts_networks_and_unix() -> None:
    assert kinds.proxies().parse("unix, 10.0.0.0/8") == ["unix", ip_network("10.0.0.0/8")]
    with pytest.raises(kinds.BadValueError, match="or unix"):
        kinds.proxies().parse("Unix")


def test_load_or_create_key_by_processes_at_once_creates_one_for_its_owner(tmp_path: Path) -> None:
    file = tmp_path / "new" / "secret-key"
    program = (
        "from pathlib import Path; from sentiment_site.env.credentials import load_or_create_key;"
        f"print(load_or_create_key(Path({str(file)!r})))"
    )

    def load(_: int) -> str:
        return subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
        ).stdout

    with ThreadPoolExecutor(6) as pool:
        keys = set(pool.map(load, range(6)))

    (key,) = keys
    assert len(key.strip()) >= 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["secret-key"]
    assert load(7) == key

"""The check list of the set-up: what needs attention, and no alarm for a site on one's own computer."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.test import Client

from common.time import utc_now
from dashboard.setup_checks import SetupCheck, check_setup
from news.ingest.pipeline import ingest_records
from news.models import LogHead

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def site(settings: LazySettings, tmp_path: Path) -> None:
    """Set up a site in public as it should be."""
    settings.ALLOWED_HOSTS = ["news.example.org", "testserver"]
    settings.HTTPS = True
    settings.DEBUG = False
    settings.SECRET_KEY = "".join(map(chr, range(40, 90)))
    settings.VAR_DIR = tmp_path
    settings.BACKUP_FOLDER = str(tmp_path)
    write_backup(tmp_path, age=timedelta(hours=5))


def write_backup(folder: Path, *, age: timedelta, name: str = "site-2026", text: str = "x") -> None:
    file = folder / name
    file.write_text(text)
    written_at = (NOW - age).timestamp()
    os.utime(file, (written_at, written_at))


def check() -> dict[str, SetupCheck]:
    return {each.name: each for each in check_setup(now=NOW)}


def test_check_setup_correct_site_has_no_attention() -> None:
    checks = check()

    assert {each.state for each in checks.values()} == {"fine"}
    assert [*checks] == ["Secret key", "HTTPS", "Host names", "Debug pages", "Sample headlines", "Backup", "Disk"]
    assert checks["Backup"].finding == "The newest is 5 hours old."
    assert all(each.why and not each.cure for each in checks.values())


def test_check_setup_in_public_names_what_is_wrong_first_with_the_cure(settings: LazySettings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    settings.HTTPS, settings.DEBUG, settings.BACKUP_FOLDER = False, True, ""
    settings.SECRET_KEY = "abab" * 20
    ingest_records([{"title": "Profit rises", "ticker": "AAPL"}], source="sample", are_samples=True)

    checks = check()

    assert [each.name for each in checks.values() if each.state == "attention"] == [*checks][:6]
    assert all(each.cure for each in [*checks.values()][:6])
    assert checks["Disk"].state == "fine"


def test_check_setup_local_site_has_no_attention(settings: LazySettings) -> None:
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
    settings.HTTPS, settings.DEBUG, settings.BACKUP_FOLDER = False, True, ""
    ingest_records([{"title": "Profit rises", "ticker": "AAPL"}], source="sample", are_samples=True)

    states = {each.name: each.state for each in check().values()}

    assert states == {
        "Secret key": "fine",
        "HTTPS": "local",
        "Host names": "local",
        "Debug pages": "local",
        "Sample headlines": "local",
        "Backup": "local",
        "Disk": "fine",
    }


def test_check_setup_key_that_others_can_read_needs_attention(
    settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    file = tmp_path / "secret-key"
    file.write_text(settings.SECRET_KEY)
    file.chmod(0o644)
    assert check()["Secret key"].cure == f"Run `chmod 600 {file}`."
    file.chmod(0o600)

    assert check()["Secret key"].state == "fine"


def test_check_setup_samples_that_real_news_replaced_are_fine(settings: LazySettings) -> None:
    ingest_records([{"title": "Profit rises", "ticker": "AAPL"}], source="sample", are_samples=True)
    ingest_records([{"title": "Losses widen", "ticker": "F"}], source="wire")

    assert not LogHead.objects.get().shows_samples
    assert "prune --samples" in check()["Sample headlines"].finding
    assert check()["Sample headlines"].state == "fine"


def test_check_setup_backups_that_are_old_empty_or_missing_need_attention(
    settings: LazySettings, tmp_path: Path
) -> None:
    for file in tmp_path.iterdir():
        file.unlink()
    write_backup(tmp_path, age=timedelta(), text="", name="empty")
    (tmp_path / "folder").mkdir()
    assert check()["Backup"].finding == f"{tmp_path} has no file."
    write_backup(tmp_path, age=timedelta(days=9), name="old")
    write_backup(tmp_path, age=timedelta(hours=49), name="newer")
    assert check()["Backup"].finding == "The newest is 2 days, 1 hour old."
    assert check()["Backup"].state == "attention"
    settings.BACKUP_FOLDER = str(tmp_path / "missing")

    assert check()["Backup"].finding == f"BACKUP_FOLDER={tmp_path}/missing: No such file or directory."
    assert check()["Backup"].state == "attention"


def test_admin_home_shows_the_check_list_to_superusers_only(
    admin_client: Client, client: Client, settings: LazySettings, tmp_path: Path
) -> None:
    os.utime(tmp_path / "site-2026", (utc_now().timestamp(),) * 2)
    assert "Nothing in the set-up needs attention" in admin_client.get("/admin/").text
    settings.BACKUP_FOLDER = ""
    page = admin_client.get("/admin/").text
    assert "1 needs attention" in page
    assert '<details class="setup" open>' in page
    client.force_login(User.objects.create_user("staff", is_staff=True))

    assert "Set-up" not in client.get("/admin/").text

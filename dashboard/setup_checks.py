"""The check list of a site's set-up: what is fine, what needs attention and how to mend it.

A site that answers on this computer only needs neither https nor backups, so these are no alarm there.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from stat import S_IMODE, S_ISREG
from typing import Literal

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.timesince import timesince

from news.models import Item, LogHead

GIGABYTE = 1_000_000_000
LOOPBACK_NAMES = {"localhost", "127.0.0.1", "[::1]", "::1"}
BACKUP_OLD_AFTER = timedelta(days=2)
MAX_BACKUPS = 10_000  # files in the folder that are looked at

State = Literal["fine", "attention", "local"]
LABELS: dict[State, str] = {"fine": "Fine", "attention": "Needs attention", "local": "Local use"}


@dataclass(frozen=True, slots=True)
class SetupCheck:
    """What was checked, what was found, why it matters, and what mends it ("" if nothing is to do)."""

    name: str
    state: State
    finding: str
    why: str
    cure: str = ""

    @property
    def label(self) -> str:
        """The state in words."""
        return LABELS[self.state]


def check_setup(*, now: datetime) -> list[SetupCheck]:
    """Return all checks, those that need attention first."""
    is_local = LOOPBACK_NAMES.issuperset(settings.ALLOWED_HOSTS)
    checks = [
        _check_secret_key(),
        _check_https(is_local=is_local),
        _check_hosts(is_local=is_local),
        _check_debug(is_local=is_local),
        _check_samples(is_local=is_local),
        _check_backups(is_local=is_local, now=now),
        _check_disk(),
    ]
    return sorted(checks, key=lambda check: check.state != "attention")


def _check_secret_key() -> SetupCheck:
    name, why = "Secret key", "It signs sessions: with it, anyone can sign in as anyone."
    key, file = settings.SECRET_KEY, settings.VAR_DIR / "secret-key"
    if len(set(key)) < 5 or key.startswith("django-insecure-"):
        cure = "Set SECRET_KEY to 50 random characters, the same in all processes."
        return SetupCheck(name, "attention", "Easy to guess.", why, cure)
    if "SECRET_KEY" in os.environ:
        return SetupCheck(name, "fine", "Set in the environment.", why)
    if file.exists() and S_IMODE(file.stat().st_mode) & 0o077:
        return SetupCheck(name, "attention", f"Other users can read {file}.", why, f"Run `chmod 600 {file}`.")
    return SetupCheck(name, "fine", "Made by the site and kept in var/, readable by its owner only.", why)


def _check_https(*, is_local: bool) -> SetupCheck:
    name, why = "HTTPS", "Without it, passwords and sessions can be read on their way."
    if settings.HTTPS:
        return SetupCheck(name, "fine", "Browsers use https only.", why)
    if is_local:
        return SetupCheck(name, "local", "Off. Only this computer reaches the site, so nothing is on its way.", why)
    cure = "Put a proxy with a certificate before the site, then set HTTPS=1 and TRUSTED_PROXIES."
    return SetupCheck(name, "attention", "Off, and the site answers to other names than localhost.", why, cure)


def _check_hosts(*, is_local: bool) -> SetupCheck:
    name, why = "Host names", "A request under another name could put that name into links and caches."
    if "*" in settings.ALLOWED_HOSTS:
        cure = "Set ALLOWED_HOSTS to the names of the site, such as news.example.org."
        return SetupCheck(name, "attention", "The site answers to any name.", why, cure)
    finding = f"Answers to {', '.join(settings.ALLOWED_HOSTS)}."
    return SetupCheck(name, "local" if is_local else "fine", finding, why)


def _check_debug(*, is_local: bool) -> SetupCheck:
    name, why = "Debug pages", "They show settings and source code to anyone who causes an error."
    if not settings.DEBUG:
        return SetupCheck(name, "fine", "Off.", why)
    if is_local:
        return SetupCheck(name, "local", "On. Only this computer sees them.", why)
    return SetupCheck(name, "attention", "On.", why, "Unset DEBUG.")


def _check_samples(*, is_local: bool) -> SetupCheck:
    name, why = "Sample headlines", "They are made up; readers could take them for news."
    head = LogHead.objects.filter(pk=1).first()
    if head is None or not Item.objects.filter(is_sample=True).exists():
        return SetupCheck(name, "fine", "None.", why)
    if head.shows_samples:
        cure = "Enable a source: samples leave when the first real headline comes. SAMPLE_FEED=0 turns them off."
        finding = "The page shows made-up headlines, marked as samples."
        return SetupCheck(name, "local" if is_local else "attention", finding, why, cure)
    return SetupCheck(name, "fine", "Hidden since real news came; `manage.py prune --samples` deletes them.", why)


def _check_backups(*, is_local: bool, now: datetime) -> SetupCheck:
    name, why = "Backup", "A lost disk or a wrong command takes the log, labels and users with it."
    folder = settings.BACKUP_FOLDER
    if not folder:
        cure = "Make backups as docs/backup.md says, and set BACKUP_FOLDER to their folder: their age is shown here."
        return SetupCheck(name, "local" if is_local else "attention", "Not known: BACKUP_FOLDER is unset.", why, cure)
    try:
        newest = max(_iterate_backups(Path(folder)), default=None)
    except OSError as error:
        reason = error.strerror or "can't be read"
        return SetupCheck(name, "attention", f"BACKUP_FOLDER={folder}: {reason}.", why, "Correct the path.")
    if newest is None:
        return SetupCheck(name, "attention", f"{folder} has no file.", why, "Make a backup as docs/backup.md says.")
    finding = f"The newest is {timesince(newest, now)} old.".replace("\xa0", " ")
    if now - newest > BACKUP_OLD_AFTER:
        return SetupCheck(name, "attention", finding, why, "Check the job that makes backups; once a day is usual.")
    return SetupCheck(name, "fine", finding, why)


def _iterate_backups(folder: Path) -> Iterator[datetime]:
    """Yield when each file of a folder was last written. Errors: OSError."""
    with os.scandir(folder) as entries:
        for entry in islice(entries, MAX_BACKUPS):
            status = entry.stat()
            if S_ISREG(status.st_mode) and status.st_size:
                yield datetime.fromtimestamp(status.st_mtime, UTC)


def _check_disk() -> SetupCheck:
    name, why = "Disk", "On a full disk no headline can be stored."
    database = settings.DATABASES["default"]
    is_sqlite = database["ENGINE"].endswith("sqlite3")
    file = Path(database["NAME"]) if is_sqlite else None
    size = file.stat().st_size if file and file.exists() else 0
    folder = file.parent if file and file.parent.exists() else settings.BASE_DIR
    usage = shutil.disk_usage(folder)
    finding = f"{filesizeformat(usage.free)} free of {filesizeformat(usage.total)}"
    finding += f"; the database has {filesizeformat(size)}." if size else "."
    if usage.free < max(GIGABYTE, size):
        cure = "Free some space, or run `manage.py prune --days 30`. SQLite needs as much as its file to compact it."
        return SetupCheck(name, "attention", finding, why, cure)
    return SetupCheck(name, "fine", finding, why)

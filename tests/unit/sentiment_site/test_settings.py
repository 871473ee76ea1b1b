"""A bad setting stops the site with one line that says which, what was found, and the cure."""

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from sentiment_site.environment import read_analyzer
from sentiment_site.settings import REDIS_URLS, TRUSTED_PROXIES
from tests.conftest import ROOT, base_environment

WHOLE_NUMBERS = [
    "PORT", "STREAM_MAX_CONNECTIONS", "STREAM_MAX_PER_ADDRESS", "STREAM_MAX_BYTES", "STREAM_RING_FRAMES",
    "ITEM_POSTS_PER_SECOND", "ANONYMOUS_SESSIONS_PER_MINUTE", "STREAM_TICKETS_PER_MINUTE", "SIGN_IN_FAILURES",
]  # fmt: skip
SECONDS = [
    "STREAM_HEARTBEAT_SECONDS", "STREAM_METRICS_SECONDS", "STREAM_MAX_SECONDS", "STREAM_WRITE_TIMEOUT_SECONDS",
    "STREAM_POLL_SECONDS",
]  # fmt: skip
FLAGS = ["DEBUG", "RATELIMIT_ENABLE", "SAMPLE_FEED", "HTTPS"]
BAD = [
    *((name, "0") for name in WHOLE_NUMBERS),
    *((name, "1.5") for name in WHOLE_NUMBERS[:2]),
    ("STREAM_MAX_CONNECTIONS", "-3"),
    ("STREAM_MAX_CONNECTIONS", "many"),
    ("STREAM_MAX_CONNECTIONS", "1000001"),
    ("PORT", "65536"),
    ("STREAM_MAX_BYTES", "9999"),
    ("ANONYMOUS_SESSION_DAYS", "0"),
    ("ANONYMOUS_SESSION_DAYS", "3651"),
    *((name, "0") for name in SECONDS),
    ("STREAM_HEARTBEAT_SECONDS", "nan"),
    ("STREAM_HEARTBEAT_SECONDS", "inf"),
    ("STREAM_HEARTBEAT_SECONDS", "soon"),
    ("STREAM_MAX_SECONDS", "1e300"),
    ("STREAM_RING_FRAMES", str(10**30)),
    *((name, "perhaps") for name in FLAGS),
    ("ANALYZER", "no-such-analyzer"),
    ("ALLOWED_HOSTS", "https://news.example.org"),
    ("CORS_ALLOWED_ORIGINS", "*"),
    ("CORS_ALLOWED_ORIGINS", "app.example.org"),
    ("CORS_ALLOWED_ORIGINS", "https://app.example.org/"),
    ("CORS_ALLOWED_ORIGINS", "https://App.example.org"),
    ("CORS_ALLOWED_ORIGINS", "https://app.example.org:443"),
    ("CORS_ALLOWED_ORIGINS", "https://app.example.org:99999"),
    ("CORS_ALLOWED_ORIGINS", "https://app.example.org?a"),
    ("CORS_ALLOWED_ORIGINS", "https://[::1"),
    ("TRUSTED_PROXIES", "10.0.0.0/99"),
    ("REDIS_URL", "localhost:6379"),
    ("REDIS_URL", "redis://"),
    ("REDIS_URL", "redis://localhost:99999"),
    ("REDIS_URL", "redis://localhost/zero"),
    ("REDIS_URL", "redis://[::1"),
    ("REDIS_URL", "unix://"),
    ("GRIP_URL", "localhost:5561"),
    ("GRIP_URL", "http://localhost:5561"),
    ("GRIP_URL", "http://[::1"),
    ("GRIP_URL", "http://localhost:99999"),
    ("EMF_NAMESPACE", "AWS/Lambda"),
    ("HTTPS", "1"),
    ("ADMIN_PATH", "api/v3"),
    ("ADMIN_PATH", "a b"),
    ("DATABASE_URL", "mysql://127.0.0.1/news"),
    ("DATABASE_URL", "nonsense"),
    ("DATABASE_URL", "sqlite://:memory:"),
]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in base_environment(ROOT / "var").items() if name in ("PATH", "HOME", "LANG")}
    return subprocess.run(
        [sys.executable, *arguments],
        env=kept | {"SECRET_KEY": "a-key-for-tests-of-thirty-two-characters-or-more"} | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_value_stops_with_one_line_that_names_it_and_the_cure(name: str, value: str) -> None:
    done = run("manage.py", "check", **{name: value})

    assert done.returncode == 1, done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"error: {name}")
    assert value in line
    assert " must " in line
    assert "; " in line


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://news:hunter2@db.example.org/news"),
        ("GRIP_URL", "localhost:5561?key=hunter2"),
        ("DATABASE_URL", "mysql://news:hunter2@x@db.example.org/news"),
        ("DATABASE_URL", "news:hunter2@db.example.org/news"),
        ("DATABASE_URL", "postgres//news:hunter2@db.example.org/news"),
        ("DATABASE_URL", "postgres://news:hunter2@db.example.org:port/news"),
        ("DATABASE_URL", "mysql://db.example.org/news?password=hunter2"),
        ("REDIS_URL", "http://:hunter2@db.example.org"),
        ("REDIS_URL", ":hunter2@db.example.org"),
        ("SECRET_KEY", "hunter2"),
        ("METRICS_TOKEN", "hunter2"),
        ("METRICS_TOKEN", "hunter2 and something else"),
    ],
)
def test_a_secret_in_a_bad_value_is_not_shown(name: str, value: str) -> None:
    done = run("manage.py", "check", **{name: value})

    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"error: {name}")
    assert "hunter2" not in line


def test_good_values_are_taken() -> None:
    good = {
        **dict.fromkeys(WHOLE_NUMBERS, "20000"),
        **dict.fromkeys(SECONDS, "0.5"),
        **dict(zip(FLAGS, ["off", "TRUE", "1", "yes"], strict=True)),
        "ALLOWED_HOSTS": "news.example.org, .example.com, [::1], *",
        "CORS_ALLOWED_ORIGINS": "https://app.example.org,http://localhost:3000",
        "TRUSTED_PROXIES": "10.0.0.0/8, ::1",
        "REDIS_URL": "redis://:secret@127.0.0.1:6379/0",
        "DATABASE_URL": "postgres://news:p%40ss@127.0.0.1:5432/news",
        "ANALYZER": "minilm",
    }
    names = ["PORT", "STREAM_MAX_SECONDS", "DEBUG", "RATELIMIT_ENABLE", "ALLOWED_HOSTS", "CORS_ALLOWED_ORIGINS"]
    show = f"from sentiment_site import settings as s; print([getattr(s, name) for name in {names}])"
    show += "; print(s.DATABASES['default']['PASSWORD'])"

    done = run("-c", show, **good)

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "[20000, 0.5, False, True, ['news.example.org', '.example.com', '[::1]', '*'],"
        " ['https://app.example.org', 'http://localhost:3000']]",
        "p@ss",
    ]


def test_an_analyzer_without_its_packages_stops_and_names_the_extra() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"ANALYZER='far': the package no_such is missing; .* extra 'ml'"):
        read_analyzer("ANALYZER", "far", {"far": ("no_such",)}, extra="ml")


def test_django_finds_nothing_to_say_against_a_site_behind_https() -> None:
    done = run(
        "manage.py", "check", "--deploy", "--fail-level", "DEBUG",
        HTTPS="1", TRUSTED_PROXIES="127.0.0.1", ALLOWED_HOSTS="news.example.org", ADMIN_PATH="back-office",
        SECRET_KEY="Jx3-vQ8_kz1WmT5yRb7NcP0sLdF2hGaE9uYiOqXrZ4t6KjMnBw",
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_one_address_gets_half_of_the_slots_unless_told() -> None:
    show = "from sentiment_site import settings as s; print(s.STREAM_MAX_PER_ADDRESS)"

    assert run("-c", show, STREAM_MAX_CONNECTIONS="31").stdout == "15\n"
    assert run("-c", show, STREAM_MAX_CONNECTIONS="1").stdout == "1\n"
    assert run("-c", show, STREAM_MAX_CONNECTIONS="31", STREAM_MAX_PER_ADDRESS="7").stdout == "7\n"


def test_nothing_is_trusted_and_no_redis_needed_by_default() -> None:
    assert TRUSTED_PROXIES == []
    assert REDIS_URLS == []


def test_processes_that_start_at_once_share_one_secret_kept_for_its_owner_alone(tmp_path: Path) -> None:
    kept_in = tmp_path / "new" / "secret-key"
    read = (
        "import os; del os.environ['SECRET_KEY']; from pathlib import Path;"
        "from sentiment_site.environment import read_secret;"
        f"print(read_secret('SECRET_KEY', kept_in=Path({str(kept_in)!r})))"
    )

    with ThreadPoolExecutor(6) as pool:
        secrets = {done.stdout for done in pool.map(lambda _: run("-c", read), range(6))}

    (secret,) = secrets
    assert len(secret.strip()) >= 32
    assert stat.S_IMODE(kept_in.stat().st_mode) == 0o600
    assert [path.name for path in kept_in.parent.iterdir()] == ["secret-key"]
    assert run("-c", read).stdout == secret

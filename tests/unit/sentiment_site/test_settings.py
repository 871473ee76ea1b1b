"""The site's commands under settings from the environment: errors, warnings, and what follows from a setting."""

import pytest

from sentiment_site.env.registry import get_settings
from tests.helpers.python_process import run_python

pytestmark = pytest.mark.live
PRINT_SETTINGS = "from sentiment_site import settings as s; print(*(getattr(s, name) for name in {names!r}))"


def print_settings(*names: str, **environment: str) -> str:
    done = run_python("-c", PRINT_SETTINGS.format(names=names), **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "65536"), ("DATABASE_URL", "nonsense"), ("CORS_ALLOWED_ORIGINS", "*"), ("HTTPS", "1")]
)
def test_manage_bad_setting_exits_with_one_line(name: str, value: str) -> None:
    done = run_python("manage.py", "check", **{name: value})

    assert done.returncode == 1, done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"error: {name}='{value}': ")
    assert " must " in line
    assert "; " in line


def test_asgi_bad_secret_raises_without_showing_it() -> None:
    # A / ends the host, so the URL parser quotes the password as a bad port.
    done = run_python("-c", "import sentiment_site.asgi", DATABASE_URL="postgres://news:hunter2/x@db.example.org/news")

    assert done.returncode == 1
    assert (
        "ImproperlyConfigured: DATABASE_URL='postgres://…@db.example.org/news': has a special character" in done.stderr
    )
    assert "hunter2" not in done.stderr


@pytest.mark.parametrize("program", [("manage.py", "check"), ("-c", "import sentiment_site.asgi")])
def test_start_misspelt_setting_is_logged_once_with_the_setting_meant(program: tuple[str, ...]) -> None:
    done = run_python(*program, STREAM_MAX_CONECTIONS="hunter2", DEBUGINFOD_URLS="https://debuginfod.example.org")

    (line,) = [line for line in done.stderr.splitlines() if "event=" in line]
    assert "level=warning event=setting_misspelt" in line
    assert "name=STREAM_MAX_CONECTIONS did_you_mean=STREAM_MAX_CONNECTIONS" in line
    assert "hunter2" not in done.stderr
    assert done.returncode == 0


def test_start_all_settings_at_their_defaults_logs_nothing() -> None:
    done = run_python("manage.py", "check")

    assert "event=" not in done.stderr
    assert done.returncode == 0


def test_settings_from_the_environment_become_django_settings() -> None:
    values = {"PORT": "20000", "STREAM_MAX_SECONDS": "0.5", "DEBUG": "off", "RATELIMIT_ENABLE": "TRUE"}

    assert print_settings(*values, **values) == "20000 0.5 False True"


def test_settings_with_an_equal_name_are_all_django_settings() -> None:
    renamed = {"DATABASE_URL", "REDIS_URL", "GRIP_URL"}
    names = [setting.name for setting in get_settings() if setting.name not in renamed]

    assert print_settings(*names, "DATABASES", "REDIS_URLS", "GRIP_PROXIES")


@pytest.mark.parametrize(
    ("environment", "limit"),
    [
        ({"STREAM_MAX_CONNECTIONS": "31"}, "15"),
        ({"STREAM_MAX_CONNECTIONS": "1"}, "1"),
        ({"STREAM_MAX_CONNECTIONS": "31", "STREAM_MAX_PER_ADDRESS": "7"}, "7"),
    ],
)
def test_stream_max_per_address_unset_is_half_of_all(environment: dict[str, str], limit: str) -> None:
    assert print_settings("STREAM_MAX_PER_ADDRESS", **environment) == limit


def test_check_deploy_behind_https_finds_no_issues() -> None:
    done = run_python(
        "manage.py", "check", "--deploy", "--fail-level", "DEBUG",
        HTTPS="1", TRUSTED_PROXIES="127.0.0.1", ALLOWED_HOSTS="news.example.org", ADMIN_PATH="back-office",
        SECRET_KEY="Jx3-vQ8_kz1WmT5yRb7NcP0sLdF2hGaE9uYiOqXrZ4t6KjMnBw",
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout

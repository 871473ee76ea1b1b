"""The declared settings reject bad values with the setting, the value and the cure, and never show a secret."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import URLResolver, get_resolver

from sentiment_site.env.registry import Setting, get_settings
from sentiment_site.env.urls import database_url
from sentiment_site.env.variables import PATHS

SETTINGS: dict[str, Setting[Any]] = {setting.name: setting for setting in get_settings()}
WHOLE_NUMBERS = [
    "PORT", "STREAM_MAX_CONNECTIONS", "STREAM_MAX_PER_ADDRESS", "STREAM_MAX_BYTES", "STREAM_RING_FRAMES",
    "ITEM_POSTS_PER_SECOND", "ANONYMOUS_SESSIONS_PER_MINUTE", "STREAM_TICKETS_PER_MINUTE", "SIGN_IN_FAILURES",
]  # fmt: skip
SECONDS = [
    "STREAM_HEARTBEAT_SECONDS", "STREAM_METRICS_SECONDS", "STREAM_MAX_SECONDS", "STREAM_WRITE_TIMEOUT_SECONDS",
    "STREAM_POLL_SECONDS",
]  # fmt: skip
FLAGS = ["DEBUG", "RATELIMIT_ENABLE", "SAMPLE_FEED", "HTTPS"]
SECRETS = {
    "DATABASE_URL", "REDIS_URL", "GRIP_URL", "SECRET_KEY", "METRICS_TOKEN", "FINNHUB_TOKEN", "TIINGO_TOKEN",
    "NEWSAPI_KEY", "ANALYZER_KEY",
}  # fmt: skip
BAD = [
    *((name, "0") for name in WHOLE_NUMBERS),
    *((name, "") for name in WHOLE_NUMBERS[:2]),
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
    ("DEBUG", ""),
    ("ANALYZER", "no-such-analyzer"),
    ("ANALYZER", ""),
    ("SHADOW_ANALYZER", "no-such-analyzer"),
    ("ANALYZER_URL", "127.0.0.1:9000"),
    ("ANALYZER_PRICES", "0.15"),
    ("ANALYZER_PRICES", "-1,2"),
    ("ANALYZER_PRICES", "cheap,dear"),
    ("ANALYZER_COST_PER_DAY", "nan"),
    ("ANALYZER_COST_PER_DAY", "-1"),
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
    ("SOURCE_ALLOWED_NETWORKS", "localhost"),
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
    ("ADMIN_PATH", ""),
    ("DATABASE_URL", "mysql://127.0.0.1/news"),
    ("DATABASE_URL", "nonsense"),
    ("DATABASE_URL", "sqlite://:memory:"),
]


def load(name: str, value: str) -> Any:
    return SETTINGS[name].load({name: value})


def get_message(name: str, value: str) -> str:
    with pytest.raises(ImproperlyConfigured) as caught:
        load(name, value)
    return str(caught.value)


@pytest.mark.parametrize(("name", "value"), BAD)
def test_setting_bad_value_raises_with_name_value_and_cure(name: str, value: str) -> None:
    message = get_message(name, value)

    assert message.startswith(f"{name}='")
    assert f"{value}'" in message
    assert " must " in message
    assert "; " in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("STREAM_RING_FRAMES", "0", "STREAM_RING_FRAMES='0': must be a whole number, 1 or more; unset it for 4096."),
        ("PORT", "x", "PORT='x': must be a whole number, 1 to 65535; unset it for 8000."),
        ("DEBUG", "maybe", "DEBUG='maybe': must be 1 or 0; unset it for 0."),
        (
            "STREAM_MAX_PER_ADDRESS", "0",
            "STREAM_MAX_PER_ADDRESS='0': must be a whole number, 1 or more; "
            "unset it for half of STREAM_MAX_CONNECTIONS.",
        ),
        (
            "TRUSTED_PROXIES", "10.0.0.1, 10.0.0.0/99",
            "TRUSTED_PROXIES='10.0.0.0/99': must be an address, a network such as 10.0.0.0/8, or unix; "
            "correct it or leave it out.",
        ),
        (
            "SECRET_KEY", "hunter2",
            "SECRET_KEY=… (7 characters): must have 32 characters or more; "
            "unset it for a key that is made once and kept in var/.",
        ),
    ],
)  # fmt: skip
def test_setting_bad_value_raises_with_exact_message(name: str, value: str, message: str) -> None:
    assert get_message(name, value) == message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://news:hunter2@db.example.org/news"),
        ("DATABASE_URL", "mysql://news:hunter2@x@db.example.org/news"),
        ("DATABASE_URL", "news:hunter2@db.example.org/news"),
        ("DATABASE_URL", "postgres//news:hunter2@db.example.org/news"),
        ("DATABASE_URL", "postgres://news:hunter2@db.example.org:port/news"),
        ("DATABASE_URL", "postgres://news:hunter2/news"),
        ("DATABASE_URL", "postgres://news:hun/hunter2@db.example.org/news"),
        ("DATABASE_URL", "postgres://news:hunter2@x@db.example.org/news"),
        ("DATABASE_URL", "mysql://db.example.org/news?password=hunter2"),
        ("REDIS_URL", "http://:hunter2@db.example.org"),
        ("REDIS_URL", ":hunter2@db.example.org"),
        ("REDIS_URL", "redis://:first@db.example.org,redis://:hunter2@"),
        ("GRIP_URL", "localhost:5561?key=hunter2"),
        ("GRIP_URL", "http://localhost:5561?kee=hunter2"),
        ("SECRET_KEY", "hunter2"),
        ("METRICS_TOKEN", "hunter2"),
        ("METRICS_TOKEN", "hunter2 and something else"),
        ("FINNHUB_TOKEN", "hunter2 and something else"),
        ("TIINGO_TOKEN", "hunter2 and something else"),
        ("NEWSAPI_KEY", "hunter2 and something else"),
    ],
)
def test_secret_setting_bad_value_is_not_shown(name: str, value: str) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        load(name, value)

    assert str(caught.value).startswith(f"{name}=")
    assert "hunter2" not in str(caught.value)
    # A traceback would show these, too.
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_secret_settings_are_those_with_passwords_tokens_and_keys() -> None:
    assert {name for name, setting in SETTINGS.items() if setting.kind.is_secret} == SECRETS


@pytest.mark.parametrize(("text", "value"), [("off", False), ("TRUE", True), ("1", True), ("yes", True), ("N", False)])
def test_flag_setting_words_for_yes_and_no_are_parsed(text: str, value: bool) -> None:
    assert load("DEBUG", text) is value


@pytest.mark.parametrize("text", ["30", "30.0"])
def test_seconds_setting_whole_number_is_shown_without_a_fraction(text: str) -> None:
    assert f"{load('STREAM_HEARTBEAT_SECONDS', text)}" == "30"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        *((name, "20000", 20000) for name in WHOLE_NUMBERS),
        *((name, "0.5", 0.5) for name in SECONDS),
        ("ALLOWED_HOSTS", "a.example.org, .example.com, [::1], *", ["a.example.org", ".example.com", "[::1]", "*"]),
        ("ALLOWED_HOSTS", "", []),
        (
            "CORS_ALLOWED_ORIGINS", "https://app.example.org,http://localhost:3000",
            ["https://app.example.org", "http://localhost:3000"],
        ),
        ("REDIS_URL", "redis://:secret@127.0.0.1:6379/0,", ["redis://:secret@127.0.0.1:6379/0"]),
        ("ADMIN_PATH", "/back-office/", "back-office"),
        ("METRICS_TOKEN", " sixteen-or-longer ", "sixteen-or-longer"),
        ("ANALYZER", "minilm", "minilm"),
        ("SHADOW_ANALYZER", "", ""),
        ("SHADOW_ANALYZER", "openai", "openai"),
        ("ANALYZER_URL", "https://models.example.org/v1", "https://models.example.org/v1"),
        ("ANALYZER_PRICES", "0.15, 0.6", (0.15, 0.6)),
        ("ANALYZER_COST_PER_DAY", "2.5", 2.5),
    ],
)  # fmt: skip
def test_setting_good_value_is_parsed(name: str, text: str, value: object) -> None:
    assert load(name, text) == value


def test_database_url_percent_escapes_are_decoded() -> None:
    database = load("DATABASE_URL", "postgres://news:p%40ss@127.0.0.1:5432/news")

    assert (database["ENGINE"], database["PASSWORD"]) == ("django.db.backends.postgresql", "p@ss")


def test_database_url_empty_is_sqlite() -> None:
    assert load("DATABASE_URL", "") == SETTINGS["DATABASE_URL"].load({})
    assert load("DATABASE_URL", "")["ENGINE"] == "django.db.backends.sqlite3"


def test_database_url_in_a_folder_that_does_not_exist_is_rejected_and_makes_none(tmp_path: Path) -> None:
    missing = tmp_path / "missing" / "data"

    message = get_message("DATABASE_URL", f"sqlite:///{missing}/site.sqlite3")

    assert f"the folder {str(missing)!r} does not exist; make it (mkdir -p {missing}) or correct the path" in message
    assert not missing.parent.exists()
    missing.mkdir(parents=True)
    assert load("DATABASE_URL", f"sqlite:///{missing}/site.sqlite3")["NAME"] == f"{missing}/site.sqlite3"


def test_database_url_default_folder_is_made(tmp_path: Path) -> None:
    kind = database_url(default=f"sqlite:///{tmp_path}/var/site.sqlite3")

    for text in ("", f"sqlite:///{tmp_path}/var/other.sqlite3"):
        kind.parse(text)

        (tmp_path / "var").rmdir()


def test_grip_url_with_key_is_parsed_for_gripcontrol() -> None:
    (proxy,) = load("GRIP_URL", "http://127.0.0.1:5561?key=a-key")

    assert proxy == {"control_uri": "http://127.0.0.1:5561", "key": "a-key"}


@pytest.mark.parametrize(
    "name", ["TRUSTED_PROXIES", "REDIS_URL", "GRIP_URL", "SOURCE_ALLOWED_NETWORKS", "METRICS_TOKEN"]
)
def test_setting_unset_has_nothing_by_default(name: str) -> None:
    assert not SETTINGS[name].load({})


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        (
            "postgres://u:p@ss@db/n",
            "has a special character in its user or password; percent-encode it there: %40 for @",
        ),
        ("postgres://u:p/ss@db/n", "has a special character"),
        ("postgres://u:p?ss@db/n", "has a special character"),
        ("postgres://u:p#ss@db/n", "has a special character"),
        ("postgres://u:p%ss@db/n", "has a special character"),
        ("postgres://u:p ss@db/n", "has a special character"),
        ("postgres://u:p[ss@db/n", "has a special character"),
        ("postgres://u@x:pss@db/n", "has a special character"),
        ("postgres://u:pss@db", "names no database; end it with /name"),
        ("postgres://u:pss@db/", "names no database"),
        ("postgres://u:pss@db?sslmode=require", "names no database"),
        ("postgres://u:pss@db:x/n", "has a port that is not a number from 1 to 65535"),
        ("postgres://u:pss@db:0/n", "has a port"),
        ("postgres://u:pss@db:99999/n", "has a port"),
        ("postgres://u:pss/n", "has a port"),
        ("postgress://u:pss@db/n", "must look like sqlite:///path/to/file or postgres://"),
        ("http://u:pss@db/n", "must look like"),
        ("postgres:/u:pss@db/n", "must look like"),
    ],
)
def test_database_url_that_is_wrong_names_the_fault_and_hides_the_password(url: str, rule: str) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        load("DATABASE_URL", url)

    message = str(caught.value)
    assert message.startswith("DATABASE_URL=")
    assert rule in message
    assert not any(part in message.partition(": ")[0] for part in ("p@ss", "p/ss", "pss", "ss@"))


@pytest.mark.parametrize(
    ("url", "host", "password"),
    [
        ("postgres://u:p%40%2F%3A%23%25ss@db/n", "db", "p@/:#%ss"),
        ("postgresql://u:p:!$&'()*+,;=ss@[::1]:5433/n?sslmode=require", "::1", "p:!$&'()*+,;=ss"),
        ("postgres://u@%2Frun%2Fpostgresql/n?application_name=a@b", "/run/postgresql", ""),
        ("postgres:///n", "", ""),
    ],
)
def test_database_url_that_is_well_formed_is_parsed(url: str, host: str, password: str) -> None:
    database = load("DATABASE_URL", url)

    assert (database["NAME"], database["HOST"] or "", database["PASSWORD"] or "") == ("n", host, password)


@pytest.mark.parametrize(
    ("text", "prefix"),
    [("", ""), ("/", ""), ("news", "/news"), ("/news/", "/news"), (" /a/b-c.d/ ", "/a/b-c.d"), ("//news//", "/news")],
)
def test_site_prefix_is_normalized(text: str, prefix: str) -> None:
    assert load("SITE_PREFIX", text) == prefix


def test_paths_are_the_first_segments_of_all_addresses() -> None:
    def list_routes(patterns: list[Any]) -> list[str]:
        return [
            route
            for pattern in patterns
            for route in (
                list_routes(pattern.url_patterns)
                if isinstance(pattern, URLResolver) and not str(pattern.pattern)
                else [str(pattern.pattern)]
            )
        ]

    segments = {route.partition("/")[0] for route in list_routes(get_resolver().url_patterns)}

    assert segments - {"", settings.ADMIN_PATH} | {"static"} == {*PATHS}


@pytest.mark.parametrize(
    "text",
    ["https://example.org/news", "/ne ws", "/news//x", "/../x", "/news?x", "/api", "/rows", "/static/x", "/admin"],
)
def test_site_prefix_that_is_no_path_or_ambiguous_is_rejected(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^SITE_PREFIX='"):
        load("SITE_PREFIX", text)

"""Settings that hold URLs: database, Redis, GRIP proxies, origins. A message about one leaves its password out."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import dj_database_url
from gripcontrol import parse_grip_uri

from sentiment_site.env.kinds import BadValueError, Kind, list_of, require_package


def database_url(default: str) -> Kind[dict[str, Any]]:
    """Return the kind of a database: `sqlite:///file` or `postgres://user:password@host/name`, in Django's form.

    default: the URL that an empty text stands for.
    """
    rule = "must look like sqlite:///path/to/file or postgres://user:password@host:5432/name"

    def parse(text: str) -> dict[str, Any]:
        url = text or default
        try:
            database: dict[str, Any] = dict(dj_database_url.parse(url))
        except ValueError:
            raise BadValueError(rule) from None
        if database["ENGINE"] == "django.db.backends.sqlite3" and database["NAME"] not in ("", ":memory:"):
            _make_folder(url, Path(database["NAME"]).parent)
        elif database["ENGINE"] == "django.db.backends.postgresql":
            require_package("psycopg", "postgres")
        else:
            raise BadValueError(rule)
        return database

    return Kind(parse, "`sqlite:///file` or `postgres://user:password@host/name`", show_url, is_secret=True)


def redis_urls() -> Kind[list[str]]:
    """Return the kind of a list of URLs of Redis."""
    rule = "must look like redis://:password@host:6379/0, rediss://… for TLS, or unix:///path/to/socket"

    def parse(url: str) -> str:
        parts = _split(url)
        if parts.scheme == "unix":
            is_valid = bool(parts.path) and not parts.hostname
        else:
            is_valid = parts.scheme in ("redis", "rediss") and bool(
                parts.hostname and re.fullmatch(r"(/\d*)?", parts.path)
            )
        if not is_valid:
            raise BadValueError(rule)
        require_package("channels_redis", "redis")
        return url

    return list_of(parse, "`redis://:password@host:6379/0`", show_url)


def grip_urls() -> Kind[list[dict[str, str]]]:
    """Return the kind of a list of URLs at which GRIP proxies take messages, each with the key that signs requests.

    Each is parsed into what gripcontrol calls a configuration of a proxy.
    """

    def parse(url: str) -> dict[str, str]:
        if not _is_http(url):
            raise BadValueError("must be an http or https URL")
        proxy: dict[str, str] = parse_grip_uri(url)
        if not proxy.get("key"):
            raise BadValueError(
                "must end in ?key= and a key",
                bad_part=url.partition("?")[0],
                cure="add the sig_key of Pushpin as the key",
            )
        return proxy

    return list_of(parse, "`http://host:5561?key=…`", show_url)


def origins() -> Kind[list[str]]:
    """Return the kind of a list of origins, each as browsers write it (RFC 6454, 6.1)."""
    rule = (
        "must be an origin as browsers send it, such as https://app.example.org: lower case, no path, no *, "
        "a port only if it is not the default of the scheme"
    )

    def parse(text: str) -> str:
        host = r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)"
        pattern = rf"http://{host}(?!:80$)(:[1-9]\d*)?|https://{host}(?!:443$)(:[1-9]\d*)?"
        if not re.fullmatch(pattern, text) or not _is_http(text):
            raise BadValueError(rule)
        return text

    return list_of(parse, "origins such as `https://app.example.org`")


def show_url(url: str) -> str:
    """Return a rejected URL without its user, password and keys."""
    # It may lack its scheme, so everything before the last @ counts as the user and password.
    account, at, rest = url.rpartition("@")
    scheme = account.partition("://")[0] + "://" if "://" in account else ""
    return repr(re.sub(r"(?i)((?:passw|key)[^=&]*=)[^&]*", r"\1…", f"{scheme}…@{rest}" if at else url))


def _make_folder(url: str, folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadValueError(
            f"the folder can't be made: {error.strerror}", bad_part=url, cure="name a writable one, or unset it"
        ) from None


def _is_http(url: str) -> bool:
    parts = _split(url)
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _split(url: str) -> SplitResult:
    """Split a URL; return empty parts for a port beyond 65535 or an unclosed IPv6 address."""
    empty = urlsplit("")
    try:
        parts = urlsplit(url)
        return empty if parts.port == 0 else parts
    except ValueError:
        return empty

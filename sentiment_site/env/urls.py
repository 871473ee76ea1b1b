"""Settings that hold URLs: database, Redis, GRIP proxies, origins. A message about one leaves its password out."""

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import dj_database_url
from gripcontrol import parse_grip_uri

from sentiment_site.env.kinds import BadValueError, Kind, list_of, require_package

POSTGRES_SCHEMES = ("postgres", "postgresql", "pgsql")


def database_url(default: str) -> Kind[dict[str, Any]]:
    """Return the kind of a database: `sqlite:///file` or `postgres://user:password@host/name`, in Django's form.

    default: the URL that an empty text stands for. The folder of its file is made if it is missing. No other is: at a
    wrong path an empty site would begin.
    """
    rule = "must look like sqlite:///path/to/file or postgres://user:password@host:5432/name"

    def parse(text: str) -> dict[str, Any]:
        url = text or default
        scheme, mark, rest = url.partition("://")
        if not mark or scheme not in ("sqlite", *POSTGRES_SCHEMES):
            raise BadValueError(rule)
        if scheme in POSTGRES_SCHEMES:
            _check_postgres_url(rest)
        try:
            database: dict[str, Any] = dict(dj_database_url.parse(url))
        except ValueError:
            raise BadValueError(rule) from None
        if database["ENGINE"] == "django.db.backends.sqlite3" and database["NAME"] not in ("", ":memory:"):
            folder = Path(database["NAME"]).resolve().parent
            if folder == Path(default.removeprefix("sqlite:///")).parent:
                _make_folder(url, folder)
            elif not folder.is_dir():
                raise BadValueError(
                    f"the folder {str(folder)!r} does not exist",
                    bad_part=url,
                    cure=f"make it (mkdir -p {folder}) or correct the path: an absolute one has four slashes",
                )
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


def analyzer_url(analyzers: Collection[str]) -> Kind[str]:
    """Return the kind of the URL of an analyzer's server, which `http` and `openai` need if they are in use."""
    needing = sorted({"http", "openai"} & {*analyzers})

    def parse(text: str) -> str:
        if not text and needing:
            raise BadValueError(f"is needed by the analyzer {needing[0]}", cure="give the address of its server")
        if len(needing) > 1:
            raise BadValueError(
                "http and openai share it, so ANALYZER and SHADOW_ANALYZER can't be both of them",
                cure="choose another for one of the two",
            )
        if text and not _is_http(text):
            raise BadValueError("must be an http or https URL, such as http://127.0.0.1:9000/score")
        if _split(text).username is not None:
            raise BadValueError("has a user or password", cure="leave them out, and set ANALYZER_KEY")
        return text

    return Kind(parse, "`http://host:9000/…`", show_url)


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


def _check_postgres_url(rest: str) -> None:
    """Check what follows `postgres://`. Errors: BadValueError for unescaped characters, a bad port or no database."""
    authority, path = re.fullmatch(r"([^/?#]*)(.*)", rest, re.DOTALL).groups()  # type: ignore[union-attr]  # matches any
    account, _, address = authority.rpartition("@")
    # What an unescaped / ? or # ends too early leaves its @ behind in the path.
    has_cut_account = "@" in path.partition("?")[0] or (not path.startswith("/") and "@" in path)
    if has_cut_account or "#" in path or re.search(r"[@\[\]\s]|%(?![0-9A-Fa-f]{2})", account):
        raise BadValueError(
            "has a special character in its user or password",
            cure="percent-encode it there: %40 for @, %2F for /, %3F for ?, %23 for #, %25 for %, %20 for a blank",
        )
    port = re.fullmatch(r"(?:\[[^\]]*\]|[^:]*)(?::(.*))?", address)
    if port is None or (port[1] and not (re.fullmatch(r"[0-9]{1,5}", port[1]) and 0 < int(port[1]) <= 65_535)):
        raise BadValueError("has a port that is not a number from 1 to 65535", cure="write host:5432, or leave it out")
    if not path.partition("?")[0].strip("/"):
        raise BadValueError("names no database", cure="end it with /name, such as postgres://user:password@host/name")


def show_url(url: str) -> str:
    """Return a rejected URL without its user, password and keys."""
    # It may lack its scheme, so everything before the last @ counts as the user and password.
    account, at, rest = url.rpartition("@")
    scheme = account.partition("://")[0] + "://" if "://" in account else ""
    if not at:
        # What stands where a port does may be a password, of a URL that lacks its host.
        rest = re.sub(r"(://[^/?#:\[]+:)(?![0-9]{1,5}(?:[/?#]|$))[^/?#]*", r"\1…", url)
        return repr(re.sub(r"(?i)((?:passw|key)[^=&]*=)[^&]*", r"\1…", rest))
    return repr(re.sub(r"(?i)((?:passw|key)[^=&]*=)[^&]*", r"\1…", f"{scheme}…@{rest}"))


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

"""Read settings from the environment; a bad value names itself, the value found and the cure."""

import contextlib
import os
import re
import secrets
import tempfile
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import SplitResult, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError
from gripcontrol import parse_grip_uri

Value = TypeVar("Value")
env = Env()

YEAR_SECONDS = 31_536_000


def read_flag(name: str, default: bool) -> bool:
    """Read a yes/no setting: 1, true, yes, on or 0, false, no, off in any case."""
    return _read(env.bool, name, default, "must be 1 or 0")


def read_count(name: str, default: int, *, at_least: int = 1, at_most: int = 10**12) -> int:
    """Read a whole number from `at_least` to `at_most`."""
    rule = f"must be a whole number, {at_least} to {at_most}"
    return _read(env.int, name, default, rule, lambda n: at_least <= n <= at_most)


def read_seconds(name: str, default: float) -> float:
    """Read a duration in seconds, more than 0 and a year at most."""
    rule = f"must be a number of seconds above 0, {YEAR_SECONDS} at most"
    return _read(env.float, name, default, rule, lambda n: 0 < n <= YEAR_SECONDS)


def read_choice(name: str, default: str, choices: Sequence[str]) -> str:
    """Read one of `choices`."""
    return _read(env.str, name, default, f"must be one of {', '.join(choices)}", lambda s: s in choices)


def read_analyzer(name: str, default: str, needs: Mapping[str, Sequence[str]], *, extra: str) -> str:
    """Read one of the analyzers in `needs`, whose use needs the packages named there, of which some are optional."""
    analyzer = read_choice(name, default, list(needs))
    for package in needs[analyzer]:
        if find_spec(package) is None:
            raise _missing(f"{name}={analyzer!r}", package, extra)
    return analyzer


def read_list(name: str, default: Sequence[str], is_valid: Callable[[str], bool], rule: str) -> list[str]:
    """Read a comma-separated list, each entry passing `is_valid`; blanks around entries are dropped."""
    entries = [entry.strip() for entry in os.environ.get(name, ",".join(default)).split(",")]
    entries = [entry for entry in entries if entry]
    for entry in entries:
        if not is_valid(entry):
            raise ImproperlyConfigured(f"{name}: {_without_password(entry)!r} {rule}; correct it or leave it out.")
    return entries


def read_redis(name: str) -> list[str]:
    """Read a comma-separated list of Redis' URLs, none by default; their use needs an optional package."""
    rule = "must look like redis://:password@host:6379/0, rediss://… for TLS, or unix:///path/to/socket"
    urls = read_list(name, [], _is_redis, rule)
    if urls and find_spec("channels_redis") is None:
        raise _missing(name, "channels_redis", "redis")
    return urls


def read_origins(name: str) -> list[str]:
    """Read a comma-separated list of origins, none by default, each as browsers write it."""
    rule = "must be an origin as browsers send it, such as https://app.example.org: small letters, no path, no *"
    return read_list(name, [], _is_origin, f"{rule}, a port only if it is not the scheme's own")


def read_grip(name: str) -> list[dict[str, str]]:
    """Read the URLs at which GRIP proxies are published to; each holds the key by which their requests are known."""
    proxies = []
    for url in read_list(name, [], _is_http, "must be a URL of HTTP"):
        proxy: dict[str, str] = parse_grip_uri(url)
        if not proxy.get("key"):
            shown = url.partition("?")[0]
            raise ImproperlyConfigured(
                f"{name}={shown!r}: must end in ?key= and a key; add Pushpin's sig_key, by which it is known."
            )
        proxies.append(proxy)
    return proxies


def read_database(name: str, default: str) -> dict[str, Any]:
    """Read a database URL into Django's form: `sqlite:///file` or `postgres://user:password@host/name`."""
    url = os.environ.get(name) or default
    cure = "must look like sqlite:///path/to/file or postgres://user:password@host:5432/name"
    try:
        database: dict[str, Any] = dict(dj_database_url.parse(url))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}={_without_password(url)!r}: {cure}; unset it for SQLite.") from error
    is_file = database["ENGINE"] == "django.db.backends.sqlite3" and database["NAME"] not in ("", ":memory:")
    if not is_file and database["ENGINE"] != "django.db.backends.postgresql":
        raise ImproperlyConfigured(f"{name}={_without_password(url)!r}: {cure}; unset it for SQLite.")
    if not is_file and find_spec("psycopg") is None:
        raise _missing(name, "psycopg", "postgres")
    if is_file:
        try:
            Path(database["NAME"]).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = f"the folder can't be made: {error.strerror}"
            raise ImproperlyConfigured(f"{name}={url!r}: {reason}; name one that can, or unset it.") from error
    return database


def read_networks(name: str) -> list[IPv4Network | IPv6Network]:
    """Read a comma-separated list of addresses and networks, none by default."""

    def is_network(text: str) -> bool:
        try:
            return bool(ip_network(text))
        except ValueError:
            return False

    rule = "must be an address or a network such as 10.0.0.0/8"
    return [ip_network(text) for text in read_list(name, [], is_network, rule)]


def read_https(name: str, *, proxies: Sequence[object]) -> bool:
    """Read whether browsers come by https, of which only the `proxies` that speak it can tell."""
    is_on = read_flag(name, False)
    if is_on and not proxies:
        raise ImproperlyConfigured(
            f"{name}={os.environ[name]!r}: TRUSTED_PROXIES must name the proxy that speaks it; set that, or unset this."
        )
    return is_on


def read_path(name: str, default: str, *, taken: Sequence[str]) -> str:
    """Read under which path something is served, without slashes around it, none of those `taken`."""
    path = os.environ.get(name, default).strip("/")
    if not re.fullmatch(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*", path) or path.partition("/")[0] in taken:
        rule = f"must be a path of A-Z a-z 0-9 _ - that begins with none of {', '.join(taken)}"
        raise ImproperlyConfigured(f"{name}={path!r}: {rule}; unset it for {default}.")
    return path


def read_key(name: str) -> str:
    """Read the key of a vendor, none by default. It is not shown, whatever is wrong with it."""
    key = os.environ.get(name, "").strip()
    if not re.fullmatch(r"[!-~]{0,500}", key):
        raise ImproperlyConfigured(f"{name}: must be up to 500 ASCII characters without blanks; correct or unset it.")
    return key


def read_token(name: str) -> str:
    """Read a secret that a program shows as a Bearer token, none by default. It is not shown."""
    token = os.environ.get(name, "").strip()
    if not re.fullmatch(r"|[A-Za-z0-9._~+/-]{16,500}=*", token):
        raise ImproperlyConfigured(
            f"{name} has {len(token)} characters: must have 16 or more of A-Z a-z 0-9 . _ ~ + / -; correct or unset it."
        )
    return token


def read_namespace(name: str) -> str:
    """Read the name of a CloudWatch namespace, none by default."""
    text = os.environ.get(name, "").strip()
    if not re.fullmatch(r"|(?!AWS/)[A-Za-z0-9._/#:-]{1,255}", text):
        raise ImproperlyConfigured(
            f"{name}={text!r}: must be up to 255 of A-Z a-z 0-9 . _ / # : - and not begin with AWS/; unset it for none."
        )
    return text


def read_secret(name: str, kept_in: Path) -> str:
    """Read a secret, or make one on first use and keep it in the file `kept_in`, readable by its owner only."""
    value = os.environ.get(name)
    if value is not None:
        if len(value) < 32:
            raise ImproperlyConfigured(
                f"{name} has {len(value)} characters: must have 32 or more; unset it and one is made and kept."
            )
        return value
    if not kept_in.exists():
        kept_in.parent.mkdir(parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(dir=kept_in.parent)
        with open(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        # A link appears whole or not at all: of two processes starting together one wins, both read the same.
        with contextlib.suppress(FileExistsError):
            os.link(draft, kept_in)
        os.unlink(draft)
    return kept_in.read_text()


def _read(
    parse: Callable[..., Any],
    name: str,
    default: Value,
    rule: str,
    is_valid: Callable[[Value], bool] = lambda value: True,
) -> Value:
    try:
        value: Value = parse(name, default)
        if is_valid(value):
            return value
    except EnvError:
        pass
    shown = int(default) if isinstance(default, bool) else default
    raise ImproperlyConfigured(f"{name}={os.environ[name]!r}: {rule}; unset it for {shown}.")


def _is_http(url: str) -> bool:
    parts = _split(url)
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _is_redis(url: str) -> bool:
    parts = _split(url)
    if parts.scheme == "unix":
        return bool(parts.path) and not parts.hostname
    return parts.scheme in ("redis", "rediss") and bool(parts.hostname) and bool(re.fullmatch(r"(/\d*)?", parts.path))


def _is_origin(text: str) -> bool:
    host = r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)"
    is_written_so = re.fullmatch(rf"http://{host}(?!:80$)(:[1-9]\d*)?|https://{host}(?!:443$)(:[1-9]\d*)?", text)
    return bool(is_written_so) and _is_http(text)


def _split(url: str) -> SplitResult:
    """Take a URL apart, into nothing where it has a port beyond 65535 or half an IPv6 address."""
    nothing = urlsplit("")
    try:
        parts = urlsplit(url)
        return nothing if parts.port == 0 else parts
    except ValueError:
        return nothing


def _without_password(url: str) -> str:
    # A refused URL may lack its scheme: of what stands before the last @ nothing else is shown.
    account, at, rest = url.rpartition("@")
    scheme = account.partition("://")[0] + "://" if "://" in account else ""
    return re.sub(r"(?i)((?:passw|key)[^=&]*=)[^&]*", r"\1…", f"{scheme}…@{rest}" if at else url)


def _missing(name: str, package: str, extra: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name}: the package {package} is missing; install the extra '{extra}', or unset it.")

"""Kinds of settings: plain values and lists. A kind parses the text of a variable, or names the rule that it breaks."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from ipaddress import ip_network
from typing import Generic, TypeVar

from common.client_ip import UNIX_SOCKET, Network

Value = TypeVar("Value")

YEAR_SECONDS = 31_536_000
MAX_NUMBER = 10**12
FLAGS = dict.fromkeys(("1", "true", "t", "yes", "y", "on"), True) | dict.fromkeys(
    ("0", "false", "f", "no", "n", "off"), False
)


class BadValueError(ValueError):
    """A text that a setting can't hold.

    rule: what it must be.
    bad_part: the part of the text that breaks the rule; the whole text by default.
    cure: what to do about it; by default, to unset the setting.
    """

    def __init__(self, rule: str, *, bad_part: str | None = None, cure: str | None = None) -> None:
        super().__init__(rule)
        self.rule = rule
        self.bad_part = bad_part
        self.cure = cure


@dataclass(frozen=True, slots=True)
class Kind(Generic[Value]):
    """The type of a setting.

    parse: returns the value of a text; raises BadValueError.
    accepts: what `parse` accepts, in the words of docs/settings.md.
    show: how a message shows a rejected text.
    is_secret: whether the text is, or contains, a secret that `show` leaves out.
    """

    parse: Callable[[str], Value]
    accepts: str
    show: Callable[[str], str] = repr
    is_secret: bool = False


def flag() -> Kind[bool]:
    """Return the kind of a switch: 1, true, yes, on or 0, false, no, off in any case."""

    def parse(text: str) -> bool:
        try:
            return FLAGS[text.lower()]
        except KeyError:
            raise BadValueError("must be 1 or 0") from None

    return Kind(parse, "1 or 0")


def https_flag(proxies: Sequence[object]) -> Kind[bool]:
    """Return the kind of the switch for https, which needs one of the trusted `proxies` to terminate TLS."""

    def parse(text: str) -> bool:
        is_on = flag().parse(text)
        if is_on and not proxies:
            raise BadValueError(
                "TRUSTED_PROXIES must name the proxy that terminates TLS", cure="set TRUSTED_PROXIES, or unset this"
            )
        return is_on

    return Kind(parse, "1 or 0")


def whole_number(at_least: int = 1, at_most: int = MAX_NUMBER) -> Kind[int]:
    """Return the kind of a whole number from `at_least` to `at_most`."""
    bounds = f"{at_least} or more" if at_most == MAX_NUMBER else f"{at_least} to {at_most}"

    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = at_least - 1
        if not at_least <= number <= at_most:
            limit = f"{at_most} at most" if number > MAX_NUMBER else bounds
            raise BadValueError(f"must be a whole number, {limit}")
        return number

    return Kind(parse, f"whole number, {bounds}")


def seconds() -> Kind[float]:
    """Return the kind of a duration in seconds, more than 0 and a year at most."""

    def parse(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not 0 < number <= YEAR_SECONDS:
            raise BadValueError(f"must be a number of seconds above 0, {YEAR_SECONDS} at most")
        # Whole seconds are an int: logs and pages show 30, not 30.0.
        return int(number) if number.is_integer() else number

    return Kind(parse, "number above 0, a year at most")


def analyzer(names: Sequence[str], find: Callable[[str], Sequence[str]], *, extra: str) -> Kind[str]:
    """Return the kind of a choice among analyzers.

    names: those of the site. find: returns the optional packages that an analyzer needs, also one of another package;
    raises KeyError. extra: the extra of pyproject.toml that installs them.
    """

    def parse(text: str) -> str:
        try:
            packages = find(text)
        except KeyError:
            raise BadValueError(f"must be one of {', '.join(names)}, or an analyzer of an installed package") from None
        for package in packages:
            require_package(package, extra)
        return text

    return Kind(parse, f"{', '.join(f'`{name}`' for name in names)}, or the name of an analyzer of another package")


def text(*, at_most: int) -> Kind[str]:
    """Return the kind of a printable text of up to `at_most` characters."""

    def parse(value: str) -> str:
        if len(value) > at_most or not value.isprintable():
            raise BadValueError(f"must be printable and have up to {at_most} characters")
        return value

    return Kind(parse, f"up to {at_most} characters")


def optional(kind: Kind[Value], empty: Value) -> Kind[Value]:
    """Return a kind that has the value `empty` for an empty text."""
    return Kind(lambda text: kind.parse(text) if text else empty, kind.accepts, kind.show, kind.is_secret)


def prices() -> Kind[tuple[float, float]]:
    """Return the kind of two prices, of a million tokens sent and of a million received."""

    def parse(text: str) -> tuple[float, float]:
        try:
            sent, received = (float(part) for part in text.split(","))
        except ValueError:
            sent = received = math.nan
        if not (0 <= sent < MAX_NUMBER and 0 <= received < MAX_NUMBER):
            raise BadValueError("must be two numbers with a comma between, such as 0.15,0.60")
        return sent, received

    return Kind(parse, "two numbers, such as `0.15,0.60`")


def amount() -> Kind[float]:
    """Return the kind of an amount of money, 0 or more."""

    def parse(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not 0 <= number < MAX_NUMBER:
            raise BadValueError("must be a number, 0 or more")
        return number

    return Kind(parse, "number, 0 or more")


def choice(*values: str) -> Kind[str]:
    """Return the kind of a choice among some words."""

    def parse(text: str) -> str:
        if text not in values:
            raise BadValueError(f"must be {' or '.join(values)}")
        return text

    return Kind(parse, " or ".join(f"`{value}`" for value in values))


def list_of(parse: Callable[[str], Value], accepts: str, show: Callable[[str], str] = repr) -> Kind[list[Value]]:
    """Return the kind of a comma-separated list; blanks around entries and empty entries are dropped.

    parse: returns the value of one entry; raises BadValueError.
    """

    def parse_entry(entry: str) -> Value:
        try:
            return parse(entry)
        except BadValueError as error:
            raise BadValueError(
                error.rule, bad_part=error.bad_part or entry, cure=error.cure or "correct it or leave it out"
            ) from None

    def parse_list(text: str) -> list[Value]:
        entries = [entry.strip() for entry in text.split(",")]
        return [parse_entry(entry) for entry in entries if entry]

    return Kind(parse_list, f"{accepts}, comma-separated", show, is_secret=show is not repr)


def matching(pattern: str, rule: str) -> Callable[[str], str]:
    """Return a parser of texts that match a regular expression as a whole."""

    def parse(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise BadValueError(rule)
        return text

    return parse


def host_names() -> Kind[list[str]]:
    """Return the kind of a list of host names, as Django's ALLOWED_HOSTS takes them."""
    rule = "must be a host name without scheme or port, such as news.example.org"
    return list_of(matching(r"\*|\.?[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]", rule), "host names")


def networks() -> Kind[list[Network]]:
    """Return the kind of a list of IP addresses and networks."""

    def parse(text: str) -> Network:
        try:
            return ip_network(text)
        except ValueError:
            raise BadValueError("must be an address or a network such as 10.0.0.0/8") from None

    return list_of(parse, "addresses or networks")


def proxies() -> Kind[list[Network | str]]:
    """Return the kind of a list of proxies: addresses, networks, and `unix` for what connects to a Unix socket."""

    def parse(text: str) -> Network | str:
        if text == UNIX_SOCKET:
            return text
        try:
            return ip_network(text)
        except ValueError:
            raise BadValueError("must be an address, a network such as 10.0.0.0/8, or unix") from None

    return list_of(parse, "addresses or networks, or `unix`")


def url_path(taken: Sequence[str]) -> Kind[str]:
    """Return the kind of a path, without slashes around it, that begins with none of the segments `taken`."""
    rule = f"must be a path of A-Z a-z 0-9 _ - that begins with none of {', '.join(taken)}"

    def parse(text: str) -> str:
        path = text.strip("/")
        if not re.fullmatch(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*", path) or path.partition("/")[0] in taken:
            raise BadValueError(rule)
        return path

    return Kind(parse, "path")


def site_prefix(taken: Sequence[str]) -> Kind[str]:
    """Return the kind of the path that a site is served under: "" for none, else with a slash before it and none after.

    taken: first segments of the site's own paths. A path that began with one of them would be ambiguous, because some
    proxies remove the prefix and some do not.
    """
    rule = "must be a path such as /news, of segments of A-Z a-z 0-9 . _ ~ -"

    def parse(text: str) -> str:
        path = text.strip().strip("/")
        if not re.fullmatch(r"|[A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*", path) or {".", ".."} & {*path.split("/")}:
            raise BadValueError(rule, cure="give the path alone, without scheme and host, or unset it to serve at /")
        if path.partition("/")[0] in taken:
            raise BadValueError(
                f"must not begin with a path of the site itself: {', '.join(taken)}", cure="choose another path"
            )
        return f"/{path}" if path else ""

    return Kind(parse, "path such as `/news`")


def cloudwatch_namespace() -> Kind[str]:
    """Return the kind of a CloudWatch namespace, or none (AWS: PutMetricData, Namespace)."""
    rule = "must be up to 255 of A-Z a-z 0-9 . _ / # : - and not begin with AWS/"
    parse = matching(r"|(?!AWS/)[A-Za-z0-9._/#:-]{1,255}", rule)
    return Kind(lambda text: parse(text.strip()), "CloudWatch namespace")


def require_package(package: str, extra: str) -> None:
    """Raise BadValueError unless an optional package is installed."""
    if find_spec(package) is None:
        raise BadValueError(f"the package {package} is missing", cure=f"install the extra '{extra}', or unset it")

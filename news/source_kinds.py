"""Registry of source kinds. Adapters in `news.sources.adapters` register here; models and polls look kinds up.

It is below the models, so that `Source` can validate itself without knowing the adapters.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from common.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class APIKey:
    """How the API of a provider takes its key.

    provider: name of the provider, for messages.
    host: host that may receive the key, with its subdomains.
    setting: Django setting and environment variable that holds the key.
    parameters: query parameters in which the API would take the key; the URL of a source must have none of them.
    header: header that carries the key; if empty, the first of `parameters` does.
    prefix: text before the key in the header, such as "Bearer ".
    """

    provider: str
    host: str
    setting: str
    parameters: tuple[str, ...]
    header: str = ""
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class SourceKind:
    """A kind of source.

    name: value of `Source.kind`, 10 characters at most.
    label: what the admin shows.
    fetch: returns what a source has published (`news.sources.result.SourceAdapter`).
    location: field of `Source` that says where to fetch.
    api_key: the key that its API needs, if any.
    """

    name: str
    label: str
    fetch: Callable[..., Any]
    location: Literal["url", "path"] = "url"
    api_key: APIKey | None = None


_kinds: dict[str, SourceKind] = {}


def register(kind: SourceKind) -> None:
    """Add a kind. Errors: ImproperlyConfigured for a name that is taken, or a setting that is not a Secret."""
    if kind.name in _kinds:
        raise ImproperlyConfigured(f"source kind {kind.name!r}: is registered twice; choose another name.")
    if kind.api_key and not isinstance(getattr(settings, kind.api_key.setting, None), Secret):
        raise ImproperlyConfigured(
            f"source kind {kind.name!r}: {kind.api_key.setting} is not declared as an API key; "
            "declare it in sentiment_site/env/variables.py with credentials.api_key()."
        )
    _kinds[kind.name] = kind


def find_kind(name: str) -> SourceKind | None:
    """Return the kind of that name, None if no adapter registered it."""
    return _kinds.get(name)


def get_kinds() -> list[SourceKind]:
    """Return all kinds, by name."""
    return [_kinds[name] for name in sorted(_kinds)]


def get_choices() -> list[tuple[str, str]]:
    """Return the choices of `Source.kind`."""
    return [(kind.name, kind.label) for kind in get_kinds()]


def find_key_parameter(url: str) -> str:
    """Return the first query parameter of a URL in which some API would take a key, "" for none."""
    key_parameters = {
        parameter.lower() for kind in get_kinds() if kind.api_key for parameter in kind.api_key.parameters
    }
    try:
        parameters = [name for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)]
    except ValueError:  # not a URL; the field's validator reports it
        return ""
    return next((name for name in parameters if name.lower() in key_parameters), "")

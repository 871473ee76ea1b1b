"""The settings that are declared: name, kind, default, unit, documentation, and the section that groups them."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic

from django.core.exceptions import ImproperlyConfigured

from sentiment_site.env.kinds import BadValueError, Kind, Value


@dataclass(frozen=True, slots=True)
class Setting(Generic[Value]):
    """An environment variable that the site uses.

    default: the text that it has when unset, or a function that returns its value then.
    default_text: how messages and docs/settings.md state the default; empty for none.
    """

    name: str
    kind: Kind[Value]
    default: str | Callable[[], Value]
    documentation: str
    default_text: str
    unit: str

    def load(self, environment: Mapping[str, str]) -> Value:
        """Return its value in an environment. Errors: ImproperlyConfigured with the setting, the value and the cure."""
        text = environment.get(self.name, self.default)
        if not isinstance(text, str):
            return text()
        try:
            return self.kind.parse(text)
        except BadValueError as error:
            unset = f"unset it for {self.default_text}" if self.default_text else "correct it or unset it"
            value_text = self.kind.show(text if error.bad_part is None else error.bad_part)
            message = f"{self.name}={value_text}: {error.rule}; {error.cure or unset}."
        # Outside the handler: the errors of libraries quote URLs, and a traceback would show them as its context.
        raise ImproperlyConfigured(message)


class Section:
    """Settings that belong together, under one heading of docs/settings.md."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.settings: list[Setting[Any]] = []
        SECTIONS.append(self)

    def declare(
        self,
        name: str,
        kind: Kind[Value],
        default: str | Callable[[], Value],
        documentation: str,
        *,
        default_text: str = "",
        unit: str = "",
    ) -> Value:
        """Add a setting to this section and return its value in the environment of this process.

        default_text: states a default that its own text does not explain.
        Errors: ImproperlyConfigured for a bad value.
        """
        if not default_text and isinstance(default, str):
            default_text = default
        setting = Setting(name, kind, default, documentation, default_text, unit)
        self.settings.append(setting)
        return setting.load(os.environ)


SECTIONS: list[Section] = []


def get_settings() -> Iterator[Setting[Any]]:
    """Return all declared settings, in order."""
    return (setting for section in SECTIONS for setting in section.settings)

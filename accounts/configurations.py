"""What a configuration may be, and how it is kept: a name, some tickers, and one owner who alone may see it."""

import json
import unicodedata
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from ninja.errors import AuthenticationError

from accounts.models import MAX_CONFIGURATION_NAME, Configuration, Token
from accounts.principals import MISSING, Principal
from common.parsing import parse_ticker

MAX_CONFIGURATIONS = 50  # of one owner
MAX_WATCHLIST_TICKERS = 20

NOT_FOUND = "Configuration not found"
NAME_CURE = f"must be 1 to {MAX_CONFIGURATION_NAME} characters of plain text, such as My portfolio"
TICKERS_CURE = f'must be a list of 1 to {MAX_WATCHLIST_TICKERS}, such as ["AAPL", "MSFT"]'


class ConfigurationConflict(Exception):
    """What is asked for does not go with what the owner has."""


def select_configurations(visitor: Principal) -> QuerySet[Configuration]:
    """Return the visitor's own configurations, the oldest first."""
    return Configuration.objects.filter(**visitor.owner)


def get_configuration(visitor: Principal, config_id: str) -> Configuration | None:
    """Return the visitor's configuration of this id; None for one that is unknown, malformed or somebody else's."""
    try:
        known = UUID(config_id)
    except ValueError:
        return None
    # UUID() reads several ways of writing; an address has one.
    return select_configurations(visitor).filter(config_id=known).first() if str(known) == config_id else None


def create_configuration(visitor: Principal, *, name: str, tickers: list[str]) -> Configuration:
    """Store a new configuration.

    Errors: Conflict when the name is taken or the owner has as many as one may, AuthenticationError when that is gone.
    """
    with transaction.atomic():
        _lock(visitor)
        if select_configurations(visitor).count() >= MAX_CONFIGURATIONS:
            raise ConfigurationConflict(
                f"You have {MAX_CONFIGURATIONS} configurations, as many as one may: delete one first."
            )
        return _save(Configuration(**visitor.owner, name=name, tickers=tickers))


def edit_configuration(
    configuration: Configuration, *, name: str | None = None, tickers: list[str] | None = None
) -> Configuration | None:
    """Change what is given and return the configuration, None if it is gone. Errors: Conflict for a taken name.

    Streams that are open end when the set of tickers changes; they are renamed without notice.
    """
    with transaction.atomic():
        current = Configuration.objects.select_for_update().filter(pk=configuration.pk).first()
        if current is None:
            return None
        if name is not None:
            current.name = name
        if tickers is not None:
            current.revision += set(tickers) != set(current.tickers)
            current.tickers = tickers
        return _save(current)


def parse_name(value: object) -> str:
    """Return a name, trimmed. Errors: ValueError with value and cure."""
    name = value.strip() if isinstance(value, str) else ""
    # Control characters, and halves of surrogate pairs, which no database takes.
    is_plain = not any(unicodedata.category(character) in ("Cc", "Cs") for character in name)
    if not (1 <= len(name) <= MAX_CONFIGURATION_NAME and is_plain):
        raise ValueError(f"name={_format_value(value)}: {NAME_CURE}.")
    return name


def parse_symbols(value: object) -> list[str]:
    """Return tickers in upper case, each once, from a list of symbols or of objects that hold one as `symbol`.

    Errors: ValueError with value and cure.
    """
    if not isinstance(value, list) or not value:
        raise ValueError(f"tickers={_format_value(value)}: {TICKERS_CURE}.")
    symbols = list(dict.fromkeys(_parse_symbol(index, entry) for index, entry in enumerate(value)))
    if len(symbols) > MAX_WATCHLIST_TICKERS:
        raise ValueError(f"tickers holds {len(symbols)} symbols: {TICKERS_CURE}; make two configurations of it.")
    return symbols


def _parse_symbol(index: int, entry: Any) -> str:
    symbol = entry.get("symbol") if isinstance(entry, dict) else entry
    try:
        return parse_ticker(symbol.strip() if isinstance(symbol, str) else "")
    except ValueError as error:
        raise ValueError(f"tickers[{index}]={_format_value(entry)}: {error}.") from error


def _lock(visitor: Principal) -> None:
    # The owner's row: of two calls at once the second counts what the first has made.
    owner = visitor.token or visitor.user
    owners: QuerySet[Any] = (Token if visitor.token else get_user_model()).objects.select_for_update()
    if owner is None or not owners.filter(pk=owner.pk).first():
        raise AuthenticationError(message=MISSING)  # removed since the request began


def _save(configuration: Configuration) -> Configuration:
    try:
        with transaction.atomic():
            configuration.save()
    except IntegrityError as error:
        name = configuration.name
        raise ConfigurationConflict(
            f"name={name!r}: you have a configuration of this name; choose another, or edit that."
        ) from error
    return configuration


def _format_value(value: object) -> str:
    text = json.dumps(value, ensure_ascii=True)
    return text if len(text) <= 60 else f"{text[:60]}…"

"""Validate and store configurations: a name and a list of tickers (a watchlist on the page), visible to one owner."""

import json
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from ninja.errors import AuthenticationError

from accounts.models import MAX_CONFIGURATION_NAME, Configuration, Token
from accounts.principals import MISSING_CREDENTIALS, Principal
from common.invisible import find_hidden
from common.parsing import TICKER_RULE, is_missing, parse_ticker, split_symbols
from common.query_params import reject_unknown

MAX_CONFIGURATIONS = 50  # per owner
MAX_WATCHLIST_TICKERS = 50
SYMBOL_FIELDS = ("symbol", "ticker")  # of an object in `tickers`
TICKER_FIELDS = (*SYMBOL_FIELDS, "name")  # the name is in our own responses, and not stored

CONFIGURATION_NOT_FOUND = "Configuration not found"
NAME_RULE = f"must be 1 to {MAX_CONFIGURATION_NAME} characters of plain text, such as My portfolio"
TICKERS_RULE = f'must be a list of 1 to {MAX_WATCHLIST_TICKERS} tickers, such as ["AAPL", "MSFT"]'


class ConfigurationConflict(Exception):
    """A change that conflicts with the configurations that the owner has."""


def select_configurations(principal: Principal) -> QuerySet[Configuration]:
    """Return the configurations of a principal, oldest first."""
    return Configuration.objects.filter(**principal.owner)


def get_configuration(principal: Principal, config_id: str) -> Configuration | None:
    """Return a configuration of a principal; None if the id is malformed, unknown or another owner's."""
    try:
        uuid = UUID(config_id)
    except ValueError:
        return None
    # UUID() accepts several notations; a URL has one.
    return select_configurations(principal).filter(config_id=uuid).first() if str(uuid) == config_id else None


def create_configuration(principal: Principal, *, name: str, tickers: list[str]) -> Configuration:
    """Store a new configuration.

    Errors: ConfigurationConflict if the name is taken or the owner has MAX_CONFIGURATIONS; AuthenticationError if the
    owner was deleted since the request began.
    """
    with transaction.atomic():
        _lock_owner(principal)
        if select_configurations(principal).count() >= MAX_CONFIGURATIONS:
            raise ConfigurationConflict(
                f"You have {MAX_CONFIGURATIONS} configurations (limit {MAX_CONFIGURATIONS}): delete one first."
            )
        return _save(Configuration(**principal.owner, name=name, tickers=tickers))


def update_configuration(
    configuration: Configuration, *, name: str | None = None, tickers: list[str] | None = None
) -> Configuration | None:
    """Change the given fields and return the configuration; None if it was deleted.

    A changed set of tickers closes its open streams; a changed name or order does not.
    Errors: ConfigurationConflict if the name is taken.
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
    """Return the name, without surrounding white space. Errors: ValueError with the value and the rule."""
    name = value.strip() if isinstance(value, str) else ""
    if not 1 <= len(name) <= MAX_CONFIGURATION_NAME:
        raise ValueError(f"name={_format_value(value)}: {NAME_RULE}.")
    if (index := find_hidden(name)) is not None:
        problem = f"U+{ord(name[index]):04X} as character {index + 1} can't be seen, take it out"
        raise ValueError(f"name={_format_value(value)}: {NAME_RULE}; {problem}.")
    return name


def parse_symbols(value: object) -> list[str]:
    """Return canonical tickers, without duplicates, from a list of symbols or of objects with a `symbol`.

    A text may hold several. What stands for nothing, such as null or nan, is left out.
    Errors: ValueError with the value and the rule, also if nothing is left.
    """
    if not isinstance(value, list):
        raise ValueError(f"tickers={_format_value(value)}: {TICKERS_RULE}.")
    symbols = list(dict.fromkeys(symbol for index, entry in enumerate(value) for symbol in _parse_entry(index, entry)))
    if not symbols:
        nothing = "null, nan, none, n/a and blanks stand for no symbol, so none is left; " if value else ""
        raise ValueError(f"tickers={_format_value(value)}: {nothing}{TICKERS_RULE}.")
    if len(symbols) > MAX_WATCHLIST_TICKERS:
        raise ValueError(f"tickers has {len(symbols)} symbols: {TICKERS_RULE}; split it into two configurations.")
    return symbols


def _parse_entry(index: int, entry: Any) -> list[str]:
    """Return the symbols in one element of a list of tickers."""
    value = entry
    try:
        if isinstance(entry, dict):
            reject_unknown(entry, TICKER_FIELDS, kind="field")
            value = next((entry[name] for name in SYMBOL_FIELDS if name in entry), entry)
        if value is None:
            return []
        if not isinstance(value, str):
            raise ValueError(TICKER_RULE)
        return [parse_ticker(part) for part in split_symbols(value) if not is_missing(part)]
    except ValueError as error:
        raise ValueError(f"tickers[{index}]={_format_value(entry)}: {error}.") from error


def _lock_owner(principal: Principal) -> None:
    # Concurrent requests of one owner wait here, so that each counts what the others created.
    owner = principal.token or principal.user
    owners: QuerySet[Any] = (Token if principal.token else get_user_model()).objects.select_for_update()
    if owner is None or not owners.filter(pk=owner.pk).first():
        raise AuthenticationError(message=MISSING_CREDENTIALS)  # deleted since the request began


def _save(configuration: Configuration) -> Configuration:
    try:
        with transaction.atomic():
            configuration.save()
    except IntegrityError as error:
        name = configuration.name
        raise ConfigurationConflict(
            f"name={name!r}: you already have a configuration with this name; choose another name or change that one."
        ) from error
    return configuration


def _format_value(value: object) -> str:
    text = json.dumps(value, ensure_ascii=True)
    return text if len(text) <= 60 else f"{text[:60]}…"

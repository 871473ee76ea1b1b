"""Grants of open streams, and which of them are revoked: by token, login session, password or configuration.

All streams are checked together, with one query per kind of condition, however many streams there are.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import Configuration
from accounts.tokens import select_live_tokens

KEYS_PER_QUERY = 10_000  # SQLite allows 32,766 parameters per statement


class Condition(NamedTuple):
    """Holds while a row exists and has an unchanged version.

    kind: a key of REVOCATION_REASONS.
    key: the row's primary key.
    version: what must not change; None if the row's existence is enough.
    """

    kind: str
    key: Any
    version: Any = None


Grant = frozenset[Condition]  # all conditions of one stream

# The reason that is logged when a stream is closed because a condition of this kind no longer holds.
REVOCATION_REASONS = {
    "token": "revoked",
    "session": "signed_out",
    "user": "signed_out",
    "configuration": "configuration_changed",
}


def find_revoked(grants: Collection[Grant]) -> dict[Grant, str]:
    """Return the grants with a condition that no longer holds, each with the reason."""
    keys_by_kind: defaultdict[str, set[Any]] = defaultdict(set)
    for condition in frozenset[Condition]().union(*grants):
        keys_by_kind[condition.kind].add(condition.key)
    valid = {Condition(kind, *row) for kind, keys in keys_by_kind.items() for row in _select_valid(kind, keys)}
    return {
        grant: REVOCATION_REASONS[min(failed).kind]  # min: a set has no order, and the reason should not vary
        for grant in grants
        if (failed := [condition for condition in grant if condition not in valid])
    }


def password_fingerprint(password: str) -> int:
    """Return a value that changes with a stored password. It is comparable within this process only."""
    return hash(password)


def _select_valid(kind: str, keys: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    remaining = iter(keys)
    while batch := list(islice(remaining, KEYS_PER_QUERY)):
        yield from _SELECTORS[kind](batch)


def _select_tokens(keys: list[Any]) -> Iterable[tuple[Any, ...]]:
    return select_live_tokens().filter(pk__in=keys).values_list("pk")


def _select_sessions(keys: list[Any]) -> Iterable[tuple[Any, ...]]:
    return Session.objects.filter(pk__in=keys, expire_date__gt=timezone.now()).values_list("pk")


def _select_users(keys: list[Any]) -> Iterable[tuple[Any, ...]]:
    # A changed password invalidates the user's sessions but leaves their rows.
    users = get_user_model().objects.filter(pk__in=keys, is_active=True)
    return ((pk, password_fingerprint(password)) for pk, password in users.values_list("pk", "password"))


def _select_configurations(keys: list[Any]) -> Iterable[tuple[Any, ...]]:
    return Configuration.objects.filter(pk__in=keys).values_list("pk", "revision")


_SELECTORS: dict[str, Callable[[list[Any]], Iterable[tuple[Any, ...]]]] = {
    "token": _select_tokens,
    "session": _select_sessions,
    "user": _select_users,
    "configuration": _select_configurations,
}

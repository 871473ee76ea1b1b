"""What open streams stand on, and which of it has gone: a token, a sign-in, a configuration as it was.

Streams are checked together: a query for each kind of fact, however many streams stand on it.
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

KEYS_AT_ONCE = 10_000  # SQLite takes 32,766 in one statement


class Condition(NamedTuple):
    """Something that holds while a row is there, and says what it said."""

    kind: str  # of FACTS
    key: Any
    version: Any = None


Grant = frozenset[Condition]  # the facts that one stream stands on

# What a stream's end is called in the log when the fact is gone.
REASONS = {
    "token": "revoked",
    "session": "signed_out",
    "user": "signed_out",
    "configuration": "configuration_changed",
}


def find_revoked(permits: Collection[Grant]) -> dict[Grant, str]:
    """Return the permits that stand no more, each with the reason in a word."""
    asked: defaultdict[str, set[Any]] = defaultdict(set)
    for fact in frozenset[Condition]().union(*permits):
        asked[fact.kind].add(fact.key)
    present = {Condition(kind, *row) for kind, keys in asked.items() for row in _select_valid(kind, keys)}
    return {
        permit: REASONS[min(gone).kind]  # the same one at each call
        for permit in permits
        if (gone := [fact for fact in permit if fact not in present])
    }


def password_fingerprint(password: str) -> int:
    """Return what tells one stored password from the next within this process, and nothing else."""
    return hash(password)


def _select_valid(kind: str, keys: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    remaining = iter(keys)
    while some := list(islice(remaining, KEYS_AT_ONCE)):
        yield from _FACTS[kind](some)


def _select_tokens(keys: list[Any]) -> Iterable[tuple[Any, ...]]:
    return select_live_tokens().filter(pk__in=keys).values_list("pk")


def _select_sessions(keys: list[Any]) -> Iterable[tuple[Any, ...]]:
    return Session.objects.filter(pk__in=keys, expire_date__gt=timezone.now()).values_list("pk")


def _select_users(keys: list[Any]) -> Iterable[tuple[Any, ...]]:
    # A changed password ends the user's sessions, whose rows stay.
    users = get_user_model().objects.filter(pk__in=keys, is_active=True)
    return ((pk, password_fingerprint(password)) for pk, password in users.values_list("pk", "password"))


def _select_configurations(keys: list[Any]) -> Iterable[tuple[Any, ...]]:
    return Configuration.objects.filter(pk__in=keys).values_list("pk", "revision")


_FACTS: dict[str, Callable[[list[Any]], Iterable[tuple[Any, ...]]]] = {
    "token": _select_tokens,
    "session": _select_sessions,
    "user": _select_users,
    "configuration": _select_configurations,
}

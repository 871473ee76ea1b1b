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
from accounts.tokens import live_tokens

KEYS_AT_ONCE = 10_000  # SQLite takes 32,766 in one statement


class Fact(NamedTuple):
    """Something that holds while a row is there, and says what it said."""

    kind: str  # of FACTS
    key: Any
    version: Any = None


Permit = frozenset[Fact]  # the facts that one stream stands on

# What a stream's end is called in the log when the fact is gone.
REASONS = {
    "token": "revoked",
    "session": "signed_out",
    "user": "signed_out",
    "configuration": "configuration_changed",
}


def find_ended(permits: Collection[Permit]) -> dict[Permit, str]:
    """Return the permits that stand no more, each with the reason in a word."""
    asked: defaultdict[str, set[Any]] = defaultdict(set)
    for fact in frozenset[Fact]().union(*permits):
        asked[fact.kind].add(fact.key)
    present = {Fact(kind, *row) for kind, keys in asked.items() for row in _read(kind, keys)}
    return {
        permit: REASONS[min(gone).kind]  # the same one at each call
        for permit in permits
        if (gone := [fact for fact in permit if fact not in present])
    }


def password_mark(password: str) -> int:
    """Return what tells one stored password from the next within this process, and nothing else."""
    return hash(password)


def _read(kind: str, keys: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    remaining = iter(keys)
    while some := list(islice(remaining, KEYS_AT_ONCE)):
        yield from _FACTS[kind](some)


def _read_tokens(keys: list[Any]) -> Iterable[tuple[Any, ...]]:
    return live_tokens().filter(pk__in=keys).values_list("pk")


def _read_sessions(keys: list[Any]) -> Iterable[tuple[Any, ...]]:
    return Session.objects.filter(pk__in=keys, expire_date__gt=timezone.now()).values_list("pk")


def _read_users(keys: list[Any]) -> Iterable[tuple[Any, ...]]:
    # A changed password ends the user's sessions, whose rows stay.
    users = get_user_model().objects.filter(pk__in=keys, is_active=True)
    return ((pk, password_mark(password)) for pk, password in users.values_list("pk", "password"))


def _read_configurations(keys: list[Any]) -> Iterable[tuple[Any, ...]]:
    return Configuration.objects.filter(pk__in=keys).values_list("pk", "revision")


_FACTS: dict[str, Callable[[list[Any]], Iterable[tuple[Any, ...]]]] = {
    "token": _read_tokens,
    "session": _read_sessions,
    "user": _read_users,
    "configuration": _read_configurations,
}

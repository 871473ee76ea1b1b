"""Sessions of those who read without an account: a secret token of their own, for a while."""

from datetime import timedelta
from functools import cache
from zoneinfo import available_timezones

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import AnonymousSession, Scope, Token
from accounts.tokens import create_token

PRUNED_AT_ONCE = 20  # each can take its configurations along


def create_session(zone: str = "") -> tuple[AnonymousSession, str]:
    """Store a new session and return it with the secret of its token; drops some that have expired."""
    expires_at = timezone.now() + timedelta(days=settings.ANONYMOUS_SESSION_DAYS)
    with transaction.atomic():
        _prune()
        token, secret = create_token(Scope.ANONYMOUS, expires_at=expires_at)
        return AnonymousSession.objects.create(token=token, timezone=zone), secret


def parse_zone(value: object) -> str:
    """Return the name of a time zone, "" for none. Errors: ValueError with value and cure."""
    if value is None:
        return ""
    if not isinstance(value, str) or value not in _zones():
        raise ValueError(f"timezone={str(value)[:60]!r}: must be an IANA name such as Europe/Berlin; or leave it out.")
    return value


def _prune() -> None:
    # More than are made, so that their number falls; what another drops is left to it. Configurations go along.
    expired = Token.objects.filter(scope=Scope.ANONYMOUS, expires_at__lte=timezone.now()).order_by("expires_at")
    expired = expired.select_for_update(skip_locked=True)
    Token.objects.filter(pk__in=list(expired.values_list("pk", flat=True)[:PRUNED_AT_ONCE])).delete()


@cache
def _zones() -> set[str]:
    return available_timezones()  # walks a folder

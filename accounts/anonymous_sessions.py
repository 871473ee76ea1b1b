"""Sessions without an account: each has a token that expires after ANONYMOUS_SESSION_DAYS."""

from datetime import timedelta
from functools import cache
from zoneinfo import available_timezones

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import AnonymousSession, Scope, Token
from accounts.tokens import create_token

PRUNE_BATCH = 20  # sessions; their configurations are deleted, too


def create_session(timezone_name: str = "") -> tuple[AnonymousSession, str]:
    """Store a new session and return it with the secret of its token. Deletes some expired sessions."""
    expires_at = timezone.now() + timedelta(days=settings.ANONYMOUS_SESSION_DAYS)
    with transaction.atomic():
        _prune_expired()
        token, secret = create_token(Scope.ANONYMOUS, expires_at=expires_at)
        return AnonymousSession.objects.create(token=token, timezone=timezone_name), secret


def parse_timezone(value: object) -> str:
    """Return the name of an IANA time zone, or "" for None. Errors: ValueError with the value and the cure."""
    if value is None:
        return ""
    if not isinstance(value, str) or value not in _get_timezones():
        raise ValueError(
            f"timezone={str(value)[:60]!r}: must be an IANA name such as Europe/Berlin; correct it or leave it out."
        )
    return value


def _prune_expired() -> None:
    # Several per new session, so that their number falls. Rows that another request is deleting are skipped.
    expired = Token.objects.filter(scope=Scope.ANONYMOUS, expires_at__lte=timezone.now()).order_by("expires_at")
    expired = expired.select_for_update(skip_locked=True)
    Token.objects.filter(pk__in=list(expired.values_list("pk", flat=True)[:PRUNE_BATCH])).delete()


@cache
def _get_timezones() -> set[str]:
    return available_timezones()  # reads a directory tree

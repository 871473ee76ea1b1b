"""Stream tickets: a secret that opens one stream, once, within 30 seconds.

A browser's EventSource can't send an Authorization header, and a token in a URL would end up in logs and histories.
"""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from ninja.errors import AuthenticationError

from accounts.models import Ticket, Token
from accounts.tokens import generate_secret, hash_secret, select_live_tokens

TICKET_SECONDS = 30
PRUNE_BATCH = 100

TICKET_CURE = "get another from POST /api/v2/stream/tickets"


def create_ticket(*, token: Token | None = None, session_key: str | None = None) -> tuple[Ticket, str]:
    """Store a new ticket for a token or a login session and return it with its secret. Deletes some expired tickets.

    Errors: AuthenticationError if the token or the session was deleted since the request began.
    """
    secret, digest = generate_secret()
    now = timezone.now()
    try:
        with transaction.atomic():
            # Several per new ticket, so that their number falls. Rows that another request is deleting are skipped.
            expired = Ticket.objects.filter(expires_at__lte=now).values_list("pk", flat=True)
            expired = expired.select_for_update(skip_locked=True)
            Ticket.objects.filter(pk__in=list(expired[:PRUNE_BATCH])).delete()
            ticket = Ticket.objects.create(
                digest=digest, token=token, session_id=session_key, expires_at=now + timedelta(seconds=TICKET_SECONDS)
            )
    except IntegrityError as error:
        raise AuthenticationError(message="The token or session was deleted: sign in, or get a token.") from error
    return ticket, secret


def get_ticket(secret: str) -> Ticket:
    """Return the valid ticket with this secret. Errors: AuthenticationError if there is none."""
    ticket = _select_valid_tickets(secret).select_related("token").first()
    if ticket is None:
        raise _invalid_ticket()
    return ticket


def mark_ticket_used(secret: str) -> None:
    """Mark a ticket as used. Errors: AuthenticationError if it is used, expired or unknown."""
    # A single conditional update: of two concurrent requests, one changes the row.
    if not _select_valid_tickets(secret).update(used_at=timezone.now()):
        raise _invalid_ticket()


def _select_valid_tickets(secret: str) -> QuerySet[Ticket]:
    tickets = Ticket.objects.filter(Q(token=None) | Q(token__in=select_live_tokens()))
    return tickets.filter(digest=hash_secret(secret), used_at=None, expires_at__gt=timezone.now())


def _invalid_ticket() -> AuthenticationError:
    return AuthenticationError(
        message=f"Unknown, used or expired ticket: a ticket opens one stream, within {TICKET_SECONDS} s; {TICKET_CURE}."
    )

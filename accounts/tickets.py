"""Tickets: a secret that opens one stream, once and within half a minute.

A browser's EventSource can't send a header, and what stands in an address is logged and kept by many.
"""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from ninja.errors import AuthenticationError

from accounts.models import Ticket, Token
from accounts.tokens import generate_secret, hash_secret, select_live_tokens

TICKET_SECONDS = 30
PRUNED_AT_ONCE = 100

CURE = "POST /api/v2/stream/tickets gives another"


def create_ticket(*, token: Token | None = None, session_key: str | None = None) -> tuple[Ticket, str]:
    """Store a new ticket for a token or a sign-in and return it with its secret; drops some that have expired.

    Errors: AuthenticationError when the token or sign-in is no longer there.
    """
    secret, digest = generate_secret()
    now = timezone.now()
    try:
        with transaction.atomic():
            # More than are made, so that their number falls. What another drops is left to it.
            expired = Ticket.objects.filter(expires_at__lte=now).values_list("pk", flat=True)
            expired = expired.select_for_update(skip_locked=True)
            Ticket.objects.filter(pk__in=list(expired[:PRUNED_AT_ONCE])).delete()
            ticket = Ticket.objects.create(
                digest=digest, token=token, session_id=session_key, expires_at=now + timedelta(seconds=TICKET_SECONDS)
            )
    except IntegrityError as error:
        raise AuthenticationError(message="Nobody is let in by this any more: sign in, or get a token.") from error
    return ticket, secret


def get_ticket(secret: str) -> Ticket:
    """Return the ticket with this secret, still good. Errors: AuthenticationError for what opens nothing."""
    ticket = _valid_tickets(secret).select_related("token").first()
    if ticket is None:
        raise _refusal()
    return ticket


def mark_ticket_used(secret: str) -> None:
    """Use a ticket up. Errors: AuthenticationError when another was faster, or it is no longer good."""
    # One conditional statement: of two who come at once, the database lets one change the row.
    if not _valid_tickets(secret).update(used_at=timezone.now()):
        raise _refusal()


def _valid_tickets(secret: str) -> QuerySet[Ticket]:
    tickets = Ticket.objects.filter(Q(token=None) | Q(token__in=select_live_tokens()))
    return tickets.filter(digest=hash_secret(secret), used_at=None, expires_at__gt=timezone.now())


def _refusal() -> AuthenticationError:
    return AuthenticationError(message=f"Unknown, used or expired ticket: it opens one stream within 30 s; {CURE}.")

"""Create and look up tokens.

A secret has 32 random bytes, so its plain SHA-256 can be stored: no salt or slow hash is needed against guessing.
"""

import hashlib
import secrets
from datetime import datetime

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Scope, Token
from common.sql import to_time

# Raw SQL: every request with a token executes it, and the ORM would take a tenth of a post to compile it.
COLUMNS = ("id", "name", "scope", "digest", "created_at", "revoked_at", "expires_at")  # in the order of the model
SELECT_UNREVOKED = f"SELECT {', '.join(COLUMNS)} FROM accounts_token WHERE digest = %s AND revoked_at IS NULL"  # noqa: S608 - its own text


def create_token(scope: Scope | str, *, name: str = "", expires_at: datetime | None = None) -> tuple[Token, str]:
    """Store a new token and return it with its secret, which can't be recovered later."""
    secret, digest = generate_secret()
    return Token.objects.create(scope=scope, name=name, digest=digest, expires_at=expires_at), secret


def get_token(secret: str) -> Token | None:
    """Return the live token with this secret; None if it is unknown, expired or revoked."""
    # A lookup by digest: timing the index reveals digests at most, and no secret can be computed from one.
    with connection.cursor() as cursor:
        cursor.execute(SELECT_UNREVOKED, [hash_secret(secret)])
        row = cursor.fetchone()
    if row is None:
        return None
    *identity, created_at, _, expires_at = row
    end = None if expires_at is None else to_time(expires_at)
    if end is not None and end <= timezone.now():
        return None
    return Token.from_db(connection.alias, COLUMNS, [*identity, to_time(created_at), None, end])


def select_live_tokens() -> QuerySet[Token]:
    """Return the tokens that are neither revoked nor expired."""
    return Token.objects.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()), revoked_at=None)


def generate_secret() -> tuple[str, str]:
    """Return a new secret and its digest."""
    secret = secrets.token_urlsafe(32)
    return secret, hash_secret(secret)


def hash_secret(secret: str) -> str:
    """Return the SHA-256 digest of a secret, in hexadecimal: what the database stores."""
    return hashlib.sha256(secret.encode()).hexdigest()

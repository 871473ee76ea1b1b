"""Make and recognise tokens. A token is 32 random bytes, so a plain SHA-256 of it can be stored and looked up."""

import hashlib
import secrets
from collections.abc import Collection

from accounts.models import Scope, Token


def create_token(scope: Scope | str, *, name: str = "") -> tuple[Token, str]:
    """Store a new token and return it with its secret, which can't be shown again."""
    secret = secrets.token_urlsafe(32)
    return Token.objects.create(scope=scope, name=name, digest=_digest(secret)), secret


def find_token(secret: str) -> Token | None:
    """Return the live token that `secret` opens, or None for an unknown or revoked one."""
    # Looked up by digest: an attacker who times the index learns of digests, and can't make a secret from one.
    return Token.objects.filter(digest=_digest(secret), revoked_at=None).first()


def find_revoked(numbers: Collection[int]) -> set[int]:
    """Return which of the tokens with these primary keys open nothing any more."""
    return {*numbers} - {*Token.objects.filter(pk__in=numbers, revoked_at=None).values_list("pk", flat=True)}


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

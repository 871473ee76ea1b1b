"""Make and recognise tokens. A token is 32 random bytes, so a plain SHA-256 of it can be stored and looked up."""

import hashlib
import secrets
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Scope, Token


def create_token(scope: Scope | str, *, name: str = "", expires_at: datetime | None = None) -> tuple[Token, str]:
    """Store a new token and return it with its secret, which can't be shown again."""
    secret, digest = generate_secret()
    return Token.objects.create(scope=scope, name=name, digest=digest, expires_at=expires_at), secret


def get_token(secret: str) -> Token | None:
    """Return the live token that `secret` opens, or None for one that is unknown, expired or revoked."""
    # Looked up by digest: an attacker who times the index learns of digests, and can't make a secret from one.
    return select_live_tokens().filter(digest=hash_secret(secret)).first()


def select_live_tokens() -> QuerySet[Token]:
    """Return the tokens that open something now."""
    return Token.objects.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()), revoked_at=None)


def generate_secret() -> tuple[str, str]:
    """Return a new secret and the digest under which it is kept."""
    secret = secrets.token_urlsafe(32)
    return secret, hash_secret(secret)


def hash_secret(secret: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()

"""Who asks: tokens, those who read without an account, the configurations they save, and tickets for their streams."""

from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import Q

MAX_TOKEN_NAME = 100  # characters
MAX_CONFIGURATION_NAME = 50  # characters
MAX_ZONE = 64  # characters


class Scope(models.TextChoices):
    INGEST = "ingest", "post items"
    READ = "read", "read"
    ANONYMOUS = "anonymous", "read, without an account"


# Those that operators give out; an anonymous session gets its token by itself.
GIVEN_OUT = (Scope.INGEST, Scope.READ)


class Token(models.Model):
    """A secret a program shows to be let in. Only the secret's SHA-256 is kept."""

    name = models.CharField(max_length=MAX_TOKEN_NAME, blank=True)
    scope = models.CharField(max_length=10, choices=Scope)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True, db_index=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return self.name or f"{self.scope} token {self.pk}"


class AnonymousSession(models.Model):
    """Somebody who reads without an account. The public id opens nothing: the token does."""

    user_id = models.UUIDField(unique=True, default=uuid4, editable=False)
    token = models.OneToOneField(Token, models.CASCADE, related_name="anonymous_session")
    timezone = models.CharField(
        max_length=MAX_ZONE, blank=True, help_text="Name of the IANA time zone, if one was told."
    )

    def __str__(self) -> str:
        return str(self.user_id)


class Configuration(models.Model):
    """Tickers that a user has saved under a name. It is a token's or a user's, and nobody else's."""

    config_id = models.UUIDField(unique=True, default=uuid4, editable=False)
    token = models.ForeignKey(Token, models.CASCADE, null=True, blank=True, related_name="configurations")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="configurations"
    )
    name = models.CharField(max_length=MAX_CONFIGURATION_NAME)
    tickers = models.JSONField(help_text="Symbols in upper case, in the order given.")
    revision = models.PositiveIntegerField(default=0, help_text="Grows when the tickers change: open streams end then.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["created_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(token=None, user__isnull=False) | Q(token__isnull=False, user=None),
                name="configuration_has_one_owner",
            ),
            models.UniqueConstraint(fields=["token", "name"], name="configuration_name_of_token"),
            models.UniqueConstraint(fields=["user", "name"], name="configuration_name_of_user"),
        ]

    def __str__(self) -> str:
        return self.name


class Ticket(models.Model):
    """Opens one stream, once and soon, for who can't send a header. Only its SHA-256 is kept."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    token = models.ForeignKey(Token, models.CASCADE, null=True)
    # Signing out deletes the session, and its tickets with it.
    session = models.ForeignKey(Session, models.CASCADE, null=True)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(token=None, session__isnull=False) | Q(token__isnull=False, session=None),
                name="ticket_has_one_owner",
            )
        ]

    def __str__(self) -> str:
        return f"ticket {self.pk}"

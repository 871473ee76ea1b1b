"""Tokens, anonymous sessions, saved configurations, stream tickets and setup links."""

from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import Q

MAX_TOKEN_NAME = 100  # characters
MAX_CONFIGURATION_NAME = 50  # characters
MAX_TIMEZONE = 64  # characters


class Scope(models.TextChoices):
    INGEST = "ingest", "post items"
    READ = "read", "read"
    ANONYMOUS = "anonymous", "read, without an account"


# Tokens of these scopes are created by operators; an anonymous session creates its own.
OPERATOR_SCOPES = (Scope.INGEST, Scope.READ)


class Token(models.Model):
    """A credential of a client. Only the SHA-256 of its secret is stored."""

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
    """A session without an account. Its public id is no credential; its token is."""

    user_id = models.UUIDField(unique=True, default=uuid4, editable=False)
    token = models.OneToOneField(Token, models.CASCADE, related_name="anonymous_session")
    timezone = models.CharField(
        max_length=MAX_TIMEZONE, blank=True, help_text="Name of the IANA time zone, if the client sent one."
    )

    def __str__(self) -> str:
        return str(self.user_id)


class Configuration(models.Model):
    """Tickers saved under a name. The owner is either a token or a user."""

    config_id = models.UUIDField(unique=True, default=uuid4, editable=False)
    token = models.ForeignKey(Token, models.CASCADE, null=True, blank=True, related_name="configurations")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="configurations"
    )
    name = models.CharField(max_length=MAX_CONFIGURATION_NAME)
    tickers = models.JSONField(help_text="Symbols in upper case, in the order given.")
    revision = models.PositiveIntegerField(
        default=0, help_text="Increases when the tickers change, which closes open streams."
    )
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
    """Opens one stream, for clients that can't send a header. Only the SHA-256 of its secret is stored."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    token = models.ForeignKey(Token, models.CASCADE, null=True)
    # Logging out deletes the session, and with it these tickets.
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


class SetupLink(models.Model):
    """Makes the owner of a site that has none, once. Only the SHA-256 of its secret is stored."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"setup link {self.pk}"


class RequestCount(models.Model):
    """How many requests one client has made in the present window of a rate limit; see common.request_counter."""

    key = models.CharField(max_length=32, primary_key=True)  # a digest of limit and client
    window_end = models.BigIntegerField()  # Unix seconds
    requests = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.requests} requests until {self.window_end}"

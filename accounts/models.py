"""Tokens: who may post items, who may read."""

from typing import ClassVar

from django.db import models

MAX_NAME = 100  # characters


class Scope(models.TextChoices):
    INGEST = "ingest", "post items"
    READ = "read", "read"


class Token(models.Model):
    """A secret a program shows to be let in. Only the secret's SHA-256 is kept."""

    name = models.CharField(max_length=MAX_NAME, blank=True)
    scope = models.CharField(max_length=10, choices=Scope)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return self.name or f"{self.scope} token {self.pk}"

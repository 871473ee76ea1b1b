"""What the processes of the site tell each other about the edge: which relay publishes to it, how far, and on what."""

from typing import ClassVar

from django.db import models


class Relay(models.Model):
    """The one row that says which relay publishes, until when it may, and up to which place it has."""

    holder = models.CharField(max_length=32, blank=True)
    expires_at = models.DateTimeField(help_text="By the database's clock.")
    epoch = models.CharField(max_length=6, blank=True)
    seq = models.PositiveBigIntegerField(default=0, help_text="Place in the log up to which the edge has everything.")

    def __str__(self) -> str:
        return f"{self.holder or 'nobody'} at {self.epoch}-{self.seq}"


class EdgeChannel(models.Model):
    """A filter that streams at the edge use, and when one of them last asked for it."""

    name = models.CharField(max_length=100, unique=True, help_text="Of the channel that carries its items.")
    tickers = models.JSONField(default=list)
    form = models.CharField(max_length=20, blank=True, help_text="Of its frames.")
    asked_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

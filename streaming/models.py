"""What the processes of the site tell each other: how full each is, which relay publishes to the edge, and on what."""

from typing import ClassVar

from django.db import models


class RelayLeader(models.Model):
    """The one row that says which relay publishes, until when it may, and up to which place it has."""

    holder = models.CharField(max_length=32, blank=True)
    expires_at = models.DateTimeField(help_text="By the database's clock.")
    generation = models.CharField(max_length=6, blank=True)
    seq = models.PositiveBigIntegerField(default=0, help_text="Place in the log up to which the edge has everything.")

    class Meta:
        db_table = "streaming_relay"

    def __str__(self) -> str:
        return f"{self.holder or 'nobody'} at {self.generation}-{self.seq}"


class EdgeChannel(models.Model):
    """A filter that streams at the edge use, and when one of them last asked for it."""

    name = models.CharField(max_length=100, unique=True, help_text="Of the channel that carries its items.")
    tickers = models.JSONField(default=list)
    include = models.CharField(max_length=20, blank=True, help_text="Of its frames.")
    last_used_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class ServerProcess(models.Model):
    """A process that serves the site, as it has told of itself last, and what it is asked to do."""

    name = models.CharField(max_length=32, unique=True)
    host = models.CharField(max_length=253)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    expires_at = models.DateTimeField(help_text="By the database's clock; until then it is taken to live.")
    connections = models.PositiveIntegerField()
    max_connections = models.PositiveIntegerField()
    subscribers_behind = models.PositiveBigIntegerField(help_text="Largest lag, in frames.")
    details_until = models.DateTimeField(null=True, help_text="Somebody looks at its streams; by the database's clock.")
    streams = models.JSONField(null=True, help_text="Some of its open streams, while somebody looks.")
    close_requests = models.JSONField(default=list, help_text="Numbers of the streams that it is asked to end.")

    class Meta:
        ordering: ClassVar = ["started_at", "pk"]
        verbose_name_plural = "server processes and streams"
        default_permissions: ClassVar = ["view"]
        permissions: ClassVar = [("end_stream", "Can end open streams")]

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}"

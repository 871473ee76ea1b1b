"""State that the site's processes share: how full each is, which relay publishes to the edge, and for which filters."""

from typing import ClassVar

from django.db import models


class RelayLeader(models.Model):
    """The lock of the publishing relay, and how far it has published. One row."""

    holder = models.CharField(max_length=32, blank=True, help_text="Id of the relay that publishes; empty for none.")
    expires_at = models.DateTimeField(help_text="By the database's clock.")
    generation = models.CharField(max_length=6, blank=True)
    seq = models.PositiveBigIntegerField(default=0, help_text="The edge has every event of the log up to this seq.")

    class Meta:
        db_table = "streaming_relay"

    def __str__(self) -> str:
        return f"{self.holder or 'no holder'} at {self.generation}-{self.seq}"


class EdgeChannel(models.Model):
    """A filter that streams at the edge use."""

    name = models.CharField(max_length=100, unique=True, help_text="Of the GRIP channel that carries its items.")
    query = models.JSONField(default=dict, help_text="The query parameters of the filter.")
    last_used_at = models.DateTimeField(db_index=True, help_text="When a stream last used it.")

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class ServerProcess(models.Model):
    """A process that serves the site: its stats as of the last heartbeat, and the commands that wait for it."""

    name = models.CharField(max_length=32, unique=True)
    host = models.CharField(max_length=253)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    expires_at = models.DateTimeField(help_text="The process counts as alive until then, by the database's clock.")
    connections = models.PositiveIntegerField()
    max_connections = models.PositiveIntegerField()
    subscribers_behind = models.PositiveBigIntegerField(help_text="Largest lag, in events.")
    details_until = models.DateTimeField(
        null=True, help_text="The process lists its streams until then, by the database's clock."
    )
    streams = models.JSONField(null=True, help_text="Some of its open streams, while staff look at them.")
    close_requests = models.JSONField(default=list, help_text="Numbers of the streams that it must close.")

    class Meta:
        ordering: ClassVar = ["started_at", "pk"]
        verbose_name_plural = "server processes and streams"
        default_permissions: ClassVar = ["view"]
        permissions: ClassVar = [("end_stream", "Can end open streams")]

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}"

"""The development server: Daphne's command with the server class that `serve` uses."""

import errno
import os
from typing import Any

from daphne.management.commands.runserver import Command as DaphneCommand
from django.conf import settings
from django.core.management.base import CommandError

from streaming.server.daphne_server import StreamServer
from streaming.server.listeners import bind_port
from streaming.server.port_owners import find_owners


class Command(DaphneCommand):
    help = "Serve the site for development, reloading on change."
    server_cls = StreamServer
    default_port = str(settings.PORT)

    def inner_run(self, *args: Any, **options: Any) -> None:
        """Serve, unless the port is taken: Daphne would log that and exit with status 0."""
        try:
            _check_port(self.addr, int(self.port))
        except CommandError as error:
            if not options["use_reloader"]:
                raise
            self.stderr.write(self.style.ERROR(f"CommandError: {error}"))
            os._exit(1)  # as Django's own does: this is a thread of the reloader, which would wait for a changed file
        super().inner_run(*args, **options)


def _check_port(host: str, port: int) -> None:
    """Raise CommandError if a process listens on a port."""
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        with bind_port(host, port, is_shared=False) as probe:
            owners = find_owners(port, probe.getsockname()[0])
    except (OSError, OverflowError) as error:
        if getattr(error, "errno", None) != errno.EADDRINUSE:
            raise CommandError(f"{where}: {getattr(error, 'strerror', None) or error}.") from error
        owners = find_owners(port, "::")
        if not owners:
            raise CommandError(f"{where}: another program listens there; choose another port with PORT=.") from error
    if owners:
        raise CommandError(
            f"{where}: process {owners[0].pid} serves a site there; choose another port with PORT=, or stop it."
        )

"""The development server: Daphne's command with the server class that `serve` uses."""

from daphne.management.commands.runserver import Command as DaphneCommand
from django.conf import settings

from streaming.server.daphne_server import StreamServer


class Command(DaphneCommand):
    help = "Serve the site for development, reloading on change."
    server_cls = StreamServer
    default_port = str(settings.PORT)

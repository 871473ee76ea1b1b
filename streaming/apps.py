from django.apps import AppConfig

from streaming import systemd  # noqa: F401 - before the apps that import Twisted


class StreamingConfig(AppConfig):
    name = "streaming"

"""The ASGI application, for `serve`, `runserver` and any other ASGI server."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sentiment_site.settings")

from streaming.handler import get_application

application = get_application()

"""The ASGI application, for `serve`, `runserver` and any other ASGI server."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sentiment_site.settings")
django.setup(set_prefix=False)  # the handler imports models

# These register themselves with the streaming service.
import streaming.eventstream_compat  # noqa: E402
import streaming.monitoring.cloudwatch  # noqa: E402
import streaming.monitoring.stats_log  # noqa: E402
import streaming.monitoring.worker_stats  # noqa: E402, F401
from streaming.server.asgi_handler import SiteASGIHandler  # noqa: E402
from streaming.server.private_names import check_private_names  # noqa: E402

check_private_names("django", "django_eventstream")
application = SiteASGIHandler()

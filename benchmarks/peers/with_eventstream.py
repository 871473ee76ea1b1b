"""A site of Django and django-eventstream as their documentation shows them, for Daphne."""

import os

import django
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

settings.configure(
    ALLOWED_HOSTS=["*"],
    DEBUG=False,
    INSTALLED_APPS=["django_eventstream"],
    ROOT_URLCONF=__name__,
    SECRET_KEY=os.urandom(32).hex(),
)
django.setup()

from django_eventstream import send_event  # noqa: E402 - needs Django set up


async def publish(request: HttpRequest) -> HttpResponse:
    """Send the body of the request to all clients."""
    await sync_to_async(send_event)("all", "new_item", request.body.decode(), json_encode=False)
    return HttpResponse()


urlpatterns = [path("publish", publish), path("stream", include("django_eventstream.urls"), {"channels": ["all"]})]
application = get_asgi_application()

"""The addresses of the stream."""

from django.urls import path

from streaming.http import eventstream, views
from streaming.monitoring.prometheus import prometheus

urlpatterns = [
    path("api/v2/stream", views.stream, name="stream"),
    path("api/v2/configurations/<str:config_id>/stream", views.configuration_stream, name="configuration-stream"),
    path("api/v2/configurations/<str:config_id>/events", views.configuration_events, name="configuration-events"),
    path("api/v2/stream/status", views.status, name="stream-status"),
    path("api/v2/events", views.poll_events, name="events"),
    path("events/", eventstream.eventstream, name="eventstream"),
    path("metrics", prometheus, name="prometheus"),
]

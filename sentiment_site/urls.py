"""Where each app is mounted."""

from django.contrib import admin
from django.urls import path

from news import health
from sentiment_site import api

admin.site.site_header = "Sentiment site"
admin.site.site_title = "Sentiment site"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/v2/", api.urls),
    path("health/live", health.live),
    path("health/ready", health.ready),
]

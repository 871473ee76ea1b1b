"""Where each app is mounted."""

from django.contrib import admin
from django.urls import include, path

from news import health
from sentiment_site import api

admin.site.site_header = "Sentiment site"
admin.site.site_title = "Sentiment site"
handler400 = api.handler400

urlpatterns = [
    path("", include("dashboard.urls")),
    path("admin/", admin.site.urls),
    path("accounts/", include("accounts.urls")),
    # Before the REST API, which answers 404 to every other address below api/v2/.
    path("", include("streaming.urls")),
    path("api/v2/", api.urls),
    path("health/live", health.live),
    path("health/ready", health.ready),
]

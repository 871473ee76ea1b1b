"""URLs of the site: where each app is mounted."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from accounts.login_throttle import throttle_login
from news.api import health
from sentiment_site import api, error_pages

admin.autodiscover()
handler400 = error_pages.on_bad_request
handler403 = error_pages.on_forbidden
handler404 = error_pages.on_not_found
handler500 = error_pages.on_server_error

urlpatterns = [
    path("", include("dashboard.urls")),
    # Before the admin, which has a sign-in page of its own at the same path.
    path(f"{settings.ADMIN_PATH}/login/", throttle_login(admin.site.login)),
    path(f"{settings.ADMIN_PATH}/", admin.site.urls),
    path("accounts/", include("accounts.urls")),
    # Before the REST API, which returns 404 at every other path below api/v2/.
    path("", include("streaming.urls")),
    path("api/v2/", api.urls),
    path("health/live", health.live),
    path("health/ready", health.ready),
]

"""The addresses of the page, of what it begins with, and of the icon that browsers ask for by themselves."""

from django.templatetags.static import static
from django.urls import path
from django.views.generic import RedirectView

from dashboard import views

urlpatterns = [
    path("", views.page, name="page"),
    path("snapshot", views.snapshot, name="snapshot"),
    path("favicon.ico", RedirectView.as_view(url=static("dashboard/favicon.svg"))),
]

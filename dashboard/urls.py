"""The page's address."""

from django.urls import path

from dashboard.views import page

urlpatterns = [path("", page, name="page")]

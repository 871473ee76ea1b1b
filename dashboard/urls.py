"""URLs of the page, of its data as JSON, of what explains it, of Add real news, and of the icon of the site."""

from django.templatetags.static import static
from django.urls import path
from django.views.generic import RedirectView

from dashboard import add_news, views

urlpatterns = [
    path("", views.page, name="page"),
    path("snapshot", views.snapshot, name="snapshot"),
    path("rows", views.rows, name="rows"),
    path("sources", views.sources, name="sources"),
    path("words", views.words, name="words"),
    path("about-scores", views.about_scores, name="about-scores"),
    path("samples/remove", views.remove_sample_headlines, name="remove-samples"),
    path("sources/add", add_news.add_news, name="add-news"),
    path("sources/export.opml", add_news.export_opml, name="export-opml"),
    path("favicon.ico", RedirectView.as_view(url=static("dashboard/favicon.svg"))),
]

import pytest
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.management import call_command

from common.secret import Secret
from news import source_kinds
from news.models import Source
from news.source_kinds import APIKey, SourceKind

KINDS = {
    "feed": ("RSS, Atom or JSON feed", "url", ""),
    "finnhub": ("Finnhub company or market news", "url", "FINNHUB_TOKEN"),
    "newsapi": ("JSON in NewsAPI format", "url", "NEWSAPI_KEY"),
    "tiingo": ("Tiingo news", "url", "TIINGO_TOKEN"),
    "watched": ("Watched file or folder of JSONL", "path", ""),
}
WIRE_KEY = APIKey(provider="Wire", host="wire.example", setting="WIRE_KEY", parameters=("access_key",))


@pytest.fixture
def wire(settings, monkeypatch):
    """Register one more kind for the time of a test."""
    settings.WIRE_KEY = Secret("")
    monkeypatch.setattr(source_kinds, "_kinds", dict(source_kinds._kinds))
    source_kinds.register(SourceKind("wire", "Wire news", lambda source, client: None, api_key=WIRE_KEY))


def test_registered_kinds_are_those_of_the_adapters():
    registered = {
        kind.name: (kind.label, kind.location, kind.api_key.setting if kind.api_key else "")
        for kind in source_kinds.get_kinds()
    }

    assert registered == KINDS
    assert Source._meta.get_field("kind").flatchoices == [(name, label) for name, (label, *_) in KINDS.items()]


@pytest.mark.django_db
def test_new_kind_needs_no_migration(wire):
    call_command("makemigrations", "news", check=True, dry_run=True, verbosity=0)


def test_new_kind_is_a_choice_of_sources(wire):
    Source(name="x", kind="wire", url="https://wire.example/news").clean_fields()


def test_new_kind_reserves_its_key_parameters_for_all_kinds_with_a_key(wire):
    for kind, setting in (("wire", "WIRE_KEY"), ("tiingo", "TIINGO_TOKEN")):
        with pytest.raises(ValidationError, match=f"Access_Key= holds an API key: leave it out, and set {setting}"):
            Source(name="x", kind=kind, url="https://wire.example/news?q=1&Access_Key=abc").clean()


def test_feed_may_have_any_query_parameter():
    Source(name="x", kind="feed", url="https://example.org/rss?token=abc").clean()


def test_register_taken_name_is_rejected():
    kind = source_kinds.find_kind("feed")

    with pytest.raises(ImproperlyConfigured, match="'feed': is registered twice"):
        source_kinds.register(kind)


@pytest.mark.parametrize("value", [None, "plain text"])
def test_register_setting_that_is_not_a_secret_is_rejected(settings, value):
    if value:
        settings.WIRE_KEY = value

    with pytest.raises(ImproperlyConfigured, match="WIRE_KEY is not declared as an API key; declare it in"):
        source_kinds.register(SourceKind("wire", "Wire news", lambda source, client: None, api_key=WIRE_KEY))

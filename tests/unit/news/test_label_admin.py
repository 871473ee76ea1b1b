"""Labels in the admin: buttons on headlines, who set them, and how often the model was right."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils.html import strip_tags

from news.dedup.headline import Headline
from news.ingest.pipeline import ingest
from news.labels.store import set_label
from news.models import Item, Label, Sentiment
from tests.helpers.items import PUBLISHED_AT

pytestmark = pytest.mark.django_db
ITEMS = "/admin/news/item/"


def append(title: str = "Apple profit surges to record", *tickers: str) -> Item:
    (item_id,) = ingest([Headline(title, tickers or ("AAPL", "MSFT"), "test", PUBLISHED_AT)]).created
    return Item.objects.get(item_id=item_id)


def sign_in(client: Client, *permissions: str) -> None:
    user = User.objects.create_user("viewer", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)


def press(client: Client, item: Item, label: str, **headers: str) -> str:
    response = client.post(f"{ITEMS}{item.pk}/label/", {"label": label}, follow=True, headers=headers)
    assert response.status_code == 200
    return response.text


def test_label_button_of_list_labels_headline_and_shows_author(admin_client: Client) -> None:
    item = append()
    assert 'value="negative"' in admin_client.get(ITEMS).text

    page = press(admin_client, item, "negative")

    item.refresh_from_db()
    assert (item.sentiment, item.value) == ("negative", -1.0)
    assert "labelled negative" in page
    assert LogEntry.objects.get().change_message == "headline: labelled negative"
    assert '<td class="field-label_authors">headline: admin</td>' in page
    assert re.search(r'title="negative"\s+aria-pressed="true"\s+aria-label="negative"><i class="mark"', page)


def test_label_button_of_ticker_labels_it_and_remove_takes_it_back(admin_client: Client) -> None:
    item = append()

    press(admin_client, item, "negative MSFT")
    page = admin_client.get(f"{ITEMS}{item.pk}/change/").text
    assert "MSFT: negative, by admin" in strip_tags(page)
    assert "positive</button>" in page
    assert 'value="remove MSFT"' in page
    press(admin_client, item, "remove MSFT")

    assert Label.objects.get().ended_at is not None
    assert "MSFT: negative, by admin" not in admin_client.get(f"{ITEMS}{item.pk}/change/").text


def test_label_button_returns_to_the_page_that_it_was_on(admin_client: Client) -> None:
    item = append()
    url = f"{ITEMS}{item.pk}/label/"

    back = admin_client.post(url, {"label": "neutral"}, headers={"Referer": f"http://testserver{ITEMS}?ticker=AAPL"})
    away = admin_client.post(url, {"label": "neutral"}, headers={"Referer": "https://example.org/"})

    assert (back["Location"], away["Location"]) == (f"http://testserver{ITEMS}?ticker=AAPL", ITEMS)


@pytest.mark.parametrize(
    ("label", "message"), [("great", "must be positive"), ("remove", "no label"), ("neutral BA", "AAPL")]
)
def test_label_button_what_cannot_be_labelled_shows_why(admin_client: Client, label: str, message: str) -> None:
    assert message in press(admin_client, append(), label)
    assert not Label.objects.exists()


def test_label_view_needs_its_permission_and_post(client: Client) -> None:
    item = append()
    sign_in(client, "view_item")
    set_label(item.item_id, Sentiment.NEGATIVE, author="ann")

    page = client.get(ITEMS).text

    assert "headline: ann" in page
    assert "label-buttons" not in page
    assert "label-buttons" not in client.get(f"{ITEMS}{item.pk}/change/").text
    assert client.post(f"{ITEMS}{item.pk}/label/", {"label": "neutral"}).status_code == 403
    client.force_login(User.objects.create_superuser("root"))
    assert client.get(f"{ITEMS}{item.pk}/label/").status_code == 403
    assert Label.objects.get().sentiment == "negative"


def test_list_of_labels_and_index_say_how_often_the_model_was_right(admin_client: Client) -> None:
    for number in range(3):
        item = append(f"Profit rises {number} percent", "AAPL")
        set_label(item.item_id, Sentiment.POSITIVE if number else Sentiment.NEGATIVE, author="ann")

    page = admin_client.get("/admin/news/label/").text

    assert "right in 2 of the last 3 labelled" in page
    assert "Profit rises 2 percent" in page
    assert "Right in 2 of the last 3 labelled" in admin_client.get("/admin/").text


def test_index_without_labels_or_permission_says_nothing_of_them(client: Client, admin_client: Client) -> None:
    assert "labelled." not in admin_client.get("/admin/").text
    set_label(append().item_id, Sentiment.POSITIVE, author="ann")
    sign_in(client, "view_item")

    assert "labelled" not in client.get("/admin/").text

"""Corrections and withdrawals in the admin: with a reason, through the log, by those who may."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client

from common.time import format_time
from news.admin.withdrawal import MAX_WITHDRAWN
from news.dedup.headline import Headline
from news.ingest.corrections import correct_item, get_item, withdraw_item
from news.ingest.pipeline import ingest
from news.models import Item, ItemChange, ItemRevision, LogHead
from tests.helpers.random_sequence import Clock
from tests.helpers.recount import assert_counts_exact

pytestmark = pytest.mark.django_db

ITEMS = "/admin/news/item/"
PUBLISHED = datetime(2026, 3, 28, 9, 30, 15, 123456, tzinfo=UTC)


def append(title: str = "Apple profit surges", *tickers: str) -> Item:
    return get_item(ingest([Headline(title, tickers or ("AAPL", "^GSPC"), "test", PUBLISHED)]).created[0])


def make_form(item: Item, **changes: Any) -> dict[str, Any]:
    """Return what a browser sends from the page of an item."""
    fields = {
        "title": item.title,
        "summary": item.summary,
        "url": item.url,
        "tickers": ", ".join(item.tickers),
        "published_at": format_time(item.published_at),
        "reason": "The report was wrong.",
        "opened_seq": item.seq,
    }
    return fields | changes


def post_form(client: Client, item: Item, **changes: Any) -> Any:
    return client.post(f"{ITEMS}{item.pk}/change/", make_form(item, **changes), follow=True)


def sign_in(client: Client, *codenames: str) -> None:
    user = User.objects.create_user("ann", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)


def test_item_page_saves_a_correction_through_the_log(admin_client: Client, clock: Clock) -> None:
    item = append()
    clock.now += 60

    response = post_form(admin_client, item, title="Apple losses widen", tickers="f, ^GSPC, NASDAQ:AAPL")

    assert response.redirect_chain
    stored = Item.objects.get()
    assert (stored.title, stored.tickers, stored.sentiment) == (
        "Apple losses widen",
        ["AAPL", "F", "^GSPC"],  # the one that the title names first
        "negative",
    )
    assert (stored.seq, stored.published_at) == (2, PUBLISHED)
    assert ItemRevision.objects.get().title == "Apple profit surges"
    change = ItemChange.objects.get()
    assert (change.kind, change.author, change.reason) == ("corrected", "admin", "The report was wrong.")
    assert change.fields == ["title", "tickers", "sentiment", "score", "entities"]
    assert_counts_exact(clock)


def test_item_page_writes_an_entry_that_has_no_text(admin_client: Client) -> None:
    item = append()

    post_form(admin_client, item, title="Apple losses widen", published_at="2026-03-27 08:00")

    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.object_repr) == (str(item.pk), item.item_id)
    assert entry.get_change_message() == "Corrected title, published_at"
    history = admin_client.get(f"{ITEMS}{item.pk}/history/").text
    assert "<td>Corrected title, published_at</td>" in history
    assert f'<time datetime="{format_time(entry.action_time)}">' in history
    assert Item.objects.get().published_at == datetime(2026, 3, 27, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"title": "Apple losses widen", "reason": ""}, "This field is required."),
        ({"title": ""}, "The headline is empty. Give the headline&#x27;s text, 1 to 2,000 characters."),
        ({"url": "javascript:alert(1)"}, "is not a web address"),
        ({"published_at": "2024"}, "The date &#x27;2024&#x27; "),
        ({"published_at": ""}, "The date is no time. Give the time of publication, or leave it out."),
        ({"title": "Losses widen", "opened_seq": 0}, "has changed since you opened it"),
        ({"reason": "x" * 501}, "at most 500 characters"),
    ],
)
def test_item_page_bad_field_shows_the_message_and_changes_nothing(
    admin_client: Client, changes: dict[str, Any], message: str
) -> None:
    item = append()

    response = post_form(admin_client, item, **changes)

    assert message in response.text
    assert not response.redirect_chain
    assert (LogHead.objects.get().seq, LogEntry.objects.count()) == (1, 0)


def test_item_page_that_was_opened_before_a_correction_does_not_overwrite_it(admin_client: Client) -> None:
    item = append()
    correct_item(item.item_id, {"title": "Apple losses widen"}, reason="", author="")

    response = post_form(admin_client, item, summary="Opened before.")

    assert "has changed since you opened it" in response.text
    assert (Item.objects.get().title, Item.objects.get().summary) == ("Apple losses widen", "")


def test_item_page_shows_all_states_with_authors(admin_client: Client) -> None:
    item = append()
    correct_item(item.item_id, {"title": "Apple losses <widen>"}, reason="Wrong & late.", author="ann")

    page = admin_client.get(f"{ITEMS}{item.pk}/change/").text

    assert "<td>Apple losses &lt;widen&gt;</td>" in page
    assert "<td>Apple profit surges</td>" in page
    assert "<td>corrected: title, sentiment, score, entities</td><td>Wrong &amp; late.</td><td>ann</td>" in page
    assert "<td>created</td>" in page


def test_item_page_without_permission_is_read_only(client: Client) -> None:
    item = append()
    sign_in(client, "view_item")

    page = client.get(f"{ITEMS}{item.pk}/change/")

    assert page.status_code == 200
    assert "Apple profit surges" in page.text
    assert 'name="title"' not in page.text
    assert "withdraw/" not in page.text
    assert post_form(client, item, title="Apple losses widen").status_code == 403
    assert client.get(f"{ITEMS}withdraw/?pks={item.pk}").status_code == 403
    assert client.post(f"{ITEMS}withdraw/", {"pks": item.pk, "reason": "x"}).status_code == 403
    assert (LogHead.objects.get().seq, LogEntry.objects.count()) == (1, 0)


def test_withdraw_action_asks_first_and_then_withdraws_what_was_listed(admin_client: Client, clock: Clock) -> None:
    items = [append(f"Apple profit rises {number} percent") for number in range(4)]
    selected = [items[0].pk, items[2].pk]

    confirmation = admin_client.post(ITEMS, {"action": "withdraw_selected", "_selected_action": selected})
    assert "The texts of 2 headlines will be erased" in confirmation.text
    assert items[2].title in confirmation.text
    assert Item.objects.count() == 4
    without_reason = admin_client.post(f"{ITEMS}withdraw/", {"pks": f"{selected[0]},{selected[1]}", "reason": " "})
    assert "Give a reason." in without_reason.text
    assert Item.objects.count() == 4
    clock.now += 60

    form = {"pks": f"{selected[0]},{selected[1]}", "reason": "Defamatory"}
    done = admin_client.post(f"{ITEMS}withdraw/", form, follow=True)

    assert "2 headline(s) withdrawn." in done.text
    assert {*Item.objects.values_list("title", flat=True)} == {items[1].title, items[3].title}
    assert [*ItemChange.objects.values_list("reason", "author")] == [("Defamatory", "admin")] * 2
    assert sorted(LogEntry.objects.values_list("object_repr", "change_message")) == sorted(
        (items[index].item_id, "Withdrawn: Defamatory") for index in (0, 2)
    )
    assert_counts_exact(clock)
    again = admin_client.post(f"{ITEMS}withdraw/", form, follow=True)
    assert "0 headline(s) withdrawn. 2 had been withdrawn or removed before." in again.text


def test_withdraw_of_many_is_done_in_batches(admin_client: Client, clock: Clock) -> None:
    headlines = [Headline(f"Profit rises {n} percent", ("AAPL",), "test", PUBLISHED) for n in range(450)]
    ingest(headlines)
    pks = ",".join(map(str, Item.objects.values_list("pk", flat=True)))

    done = admin_client.post(f"{ITEMS}withdraw/", {"pks": pks, "reason": "Bad import"}, follow=True)

    assert "450 headline(s) withdrawn." in done.text
    assert (Item.objects.count(), LogHead.objects.get().seq, LogEntry.objects.count()) == (0, 900, 450)
    assert_counts_exact(clock)


def test_withdraw_action_too_many_items_is_rejected(admin_client: Client) -> None:
    item = append()
    copied = {field.attname: getattr(item, field.attname) for field in Item._meta.fields}
    Item.objects.bulk_create(
        Item(**copied | {"id": None, "seq": seq, "item_id": str(seq)}) for seq in range(2, MAX_WITHDRAWN + 2)
    )

    selection = {"action": "withdraw_selected", "select_across": 1, "_selected_action": [item.pk]}
    response = admin_client.post(ITEMS, selection, follow=True)

    assert "narrow the filters" in response.text


def test_withdrawn_items_are_listed_apart_with_who_when_and_why(client: Client, clock: Clock) -> None:
    item, other = append(), append("Ford recalls trucks", "F")
    clock.now += 60
    withdraw_item(item.item_id, reason="Defamatory", author="bob")
    sign_in(client, "view_item")

    page, listed = client.get("/admin/news/withdrawnitem/").text, client.get(ITEMS).text
    details = client.get(f"/admin/news/withdrawnitem/{item.pk}/change/").text

    for text in (item.item_id, "Defamatory", "bob", "AAPL, ^GSPC", "2026-03-29 01:00 UTC"):
        assert text in page
    assert other.item_id not in page
    assert other.title in listed
    assert "surges" not in page + listed + details
    assert "<td>withdrawn</td><td>Defamatory</td><td>bob</td>" in details
    assert client.get(f"{ITEMS}{item.pk}/change/").status_code == 302
    assert client.get("/admin/").text.count("withdrawnitem") > 0


@pytest.mark.parametrize("pks", ["", "x", "1;2", "999999999999999999999", "-1"])
def test_withdraw_page_of_no_item_says_so(admin_client: Client, pks: str) -> None:
    append()

    assert "The texts of 0 headlines" in admin_client.get(f"{ITEMS}withdraw/", {"pks": pks}).text
    assert (
        "0 headline(s) withdrawn."
        in admin_client.post(f"{ITEMS}withdraw/", {"pks": pks, "reason": "x"}, follow=True).text
    )

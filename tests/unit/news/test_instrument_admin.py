"""The admin of instruments: entries by their rules, search by name, export, reset, and the box that tries a text."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.test import Client

from news.ingest.pipeline import ingest_records
from news.instruments.book import load_shipped
from news.models import Instrument, Item
from tests.helpers.instruments import add_instrument

pytestmark = pytest.mark.django_db
LIST, ADD, TRY = "/admin/news/instrument/", "/admin/news/instrument/add/", "/admin/news/instrument/try/"


def make_form(**changes: str) -> dict[str, str]:
    fields = {"symbol": "zrbx", "name": " Zorblax  Industries", "kind": "company", "aliases": "", "exclusions": ""}
    return fields | changes


def add(client: Client, **changes: str) -> Any:
    return client.post(ADD, make_form(**changes), follow=True)


def change(client: Client, symbol: str, **changes: str) -> Any:
    each = Instrument.objects.get(symbol=symbol)
    fields = {"name": each.name, "kind": each.kind, "aliases": "\r\n".join(each.aliases)}
    fields |= {"exclusions": "\r\n".join(each.exclusions)}
    return client.post(f"{LIST}{each.pk}/change/", fields | changes, follow=True)


def act(client: Client, action: str, *symbols: str) -> Any:
    pks = Instrument.objects.filter(symbol__in=symbols).values_list("pk", flat=True)
    return client.post(LIST, {"action": action, "_selected_action": [*pks]}, follow=True)


def test_add_stores_canonical_entry_that_is_edited(admin_client: Client) -> None:
    page = add(
        admin_client, symbol="nyse: zrbx", aliases="Zorblax\r\n\r\n  Zorb   Labs\nZorblax", exclusions="zorblax pie"
    )

    added = Instrument.objects.get(symbol="ZRBX")
    assert page.redirect_chain
    assert (added.name, added.aliases, added.exclusions) == (
        *("Zorblax Industries", ["Zorblax", "Zorb Labs"]),
        ["zorblax pie"],
    )
    assert added.is_edited


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"symbol": "MOON:X"}, "has the exchange &#x27;MOON&#x27;"),
        ({"symbol": "AAPL"}, "already exists"),
        ({"name": "\u200b"}, "name is empty"),
        ({"aliases": "Zorb\nApple"}, "aliases=&#x27;Apple&#x27;: is a name of AAPL (Apple Inc.)"),
        ({"name": "Apple Inc."}, "is a name of AAPL"),
        ({"aliases": "a|b"}, "separates names"),
        ({"kind": "stock"}, "stock is not one of the available choices"),
    ],
)
def test_add_rejects_what_is_wrong_with_value_and_cure(
    admin_client: Client, changes: dict[str, str], problem: str
) -> None:
    page = add(admin_client, **changes)

    assert problem in page.text
    assert not Instrument.objects.filter(symbol="ZRBX").exists()


def test_add_warns_of_aliases_that_mean_something_else(admin_client: Client) -> None:
    page = add(admin_client, aliases="Q2\nmarket", exclusions="banana bread").text

    assert "&#x27;Q2&#x27;: reads as a quarter or year" in page
    assert "&#x27;market&#x27;: is an ordinary word" in page
    assert "&#x27;banana bread&#x27;: holds none of the instrument&#x27;s names" in page
    assert Instrument.objects.filter(symbol="ZRBX").exists()


def test_change_sets_edited_and_only_if_something_changes(admin_client: Client) -> None:
    before = Instrument.objects.get(symbol="AAPL")

    change(admin_client, "AAPL")
    assert not Instrument.objects.get(symbol="AAPL").is_edited

    change(admin_client, "AAPL", aliases="\n".join([*before.aliases, "Cupertino Giant"]))
    after = Instrument.objects.get(symbol="AAPL")
    assert (after.aliases, after.is_edited) == ([*before.aliases, "Cupertino Giant"], True)


def test_reset_restores_the_shipped_entry_and_names_what_is_not_shipped(admin_client: Client) -> None:
    Instrument.objects.filter(symbol="AAPL").update(name="Mine", aliases=[], is_edited=True)
    add_instrument()

    page = act(admin_client, "reset_selected", "AAPL", "ZRBX").text

    apple = Instrument.objects.get(symbol="AAPL")
    shipped = next(record for record in load_shipped() if record.symbol == "AAPL")
    assert (apple.name, apple.aliases, apple.is_edited) == (shipped.name, [*shipped.aliases], False)
    assert "1 instrument(s) reset" in page
    assert "ZRBX: not in the shipped book" in page


def test_export_can_be_imported_again(admin_client: Client, tmp_path) -> None:
    add_instrument("ZRBX", "Zorblax, Inc.", "Zürb", "+Zorb", exclusions=["zorblax pie", "old zorblax"], kind="topic")
    content = act(admin_client, "export_csv", "ZRBX", "^GSPC").content
    path = tmp_path / "instruments.csv"
    path.write_bytes(content)
    before = [*Instrument.objects.values()]

    call_command("import_instruments", str(path))

    assert b"zorblax pie|old zorblax" in content
    assert [*Instrument.objects.values()] == before


@pytest.mark.parametrize("text", ["zrbx", "zorbl", "zurb", "industries zorblax"])
def test_list_finds_symbol_name_and_alias(admin_client: Client, text: str) -> None:
    add_instrument("ZRBX", "Zorblax Industries", "Zürb")

    page = admin_client.get(LIST, {"q": text}).text

    assert "Zorblax Industries" in page
    assert "Apple Inc." not in page


def test_list_filters_by_kind_and_edited(admin_client: Client) -> None:
    add_instrument()

    assert "Zorblax" in admin_client.get(LIST, {"is_edited__exact": "1"}).text
    assert "Federal Reserve" in admin_client.get(LIST, {"kind__exact": "central_bank"}).text


def test_try_shows_which_instruments_a_text_gets(admin_client: Client) -> None:
    add_instrument()

    page = admin_client.get(TRY, {"title": "Zorblax Industries opens a plant <b>"}).text

    assert '<table id="found-instruments">' in page
    assert "<td>ZRBX</td>" in page
    assert "<td>Zorblax Industries</td>" in page
    assert "<b>" not in page
    assert "found-instruments" not in admin_client.get(TRY).text


def test_pages_need_permissions(client: Client) -> None:
    user = User.objects.create_user("ann", is_staff=True)
    client.force_login(user)
    assert client.get(TRY).status_code == 403
    assert client.post(ADD, make_form()).status_code == 403

    user.user_permissions.set(Permission.objects.filter(codename="view_instrument"))
    assert client.get(TRY).status_code == 200
    assert client.post(ADD, make_form()).status_code == 403


def test_change_offers_to_tag_stored_headlines_again(admin_client: Client) -> None:
    titles = ["Zorblax Industries opens a plant", "Apple opens a store"]
    created = ingest_records([{"title": title} for title in titles], source="wire").created

    page = add(admin_client).text
    assert "1 stored headline(s) have one of the names that changed" in page
    link = f"{LIST}retag/?name=Zorblax+Industries"
    assert link in page
    assert "with one of these names in title or summary: 1." in admin_client.get(link).text

    done = admin_client.post(f"{LIST}retag/", {"name": ["Zorblax Industries"]}, follow=True).text

    assert "1 headline(s) tagged again, 1 changed and announced again" in done
    assert [Item.objects.get(item_id=item_id).tickers for item_id in created] == [["ZRBX"], ["AAPL"]]


def test_change_of_names_in_no_headline_offers_nothing(admin_client: Client) -> None:
    assert "have one of the names" not in add(admin_client).text


def test_retagging_needs_the_permission_to_change_headlines(client: Client) -> None:
    user = User.objects.create_user("ann", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="change_instrument"))
    client.force_login(user)

    assert client.get(f"{LIST}retag/?name=Apple").status_code == 403

"""Configuration routes: validation, limits, and separation of owners."""

import re
from datetime import datetime
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from hypothesis import given
from hypothesis import strategies as st

from accounts.configurations import MAX_CONFIGURATIONS, parse_name, parse_symbols
from accounts.models import Configuration, Scope
from accounts.tokens import create_token
from tests.helpers.api_client import UNKNOWN_CONFIGURATION_ID, APIClient, detail_of

pytestmark = pytest.mark.django_db

NOT_FOUND = "Configuration not found"
APPLE = {"symbol": "AAPL", "name": "Apple Inc."}


def test_create_configuration_returns_what_get_and_list_return(anonymous_client):
    body = {"name": " My portfolio ", "tickers": ["aapl"]}

    response = anonymous_client.call("POST", "configurations", body)

    assert response.status_code == 201
    created = response.json()
    assert created.keys() == {"config_id", "name", "tickers", "created_at"}
    assert str(UUID(created["config_id"])) == created["config_id"]
    assert created["name"] == "My portfolio"
    assert created["tickers"] == [APPLE]
    assert created["created_at"].endswith("Z")
    assert datetime.fromisoformat(created["created_at"])
    assert anonymous_client.call("GET", f"configurations/{created['config_id']}").json() == created
    assert anonymous_client.call("GET", "configurations").json() == {"configurations": [created]}


def test_create_configuration_tickers_are_normalized_in_order(anonymous_client):
    created = anonymous_client.create_configuration(
        tickers=["msft", {"symbol": " aapl ", "name": "whatever"}, "MSFT", "zzzz.z", "GOOG", "IBM", "SAP"]
    )

    assert created["tickers"] == [
        {"symbol": "MSFT", "name": "Microsoft Corporation"},
        APPLE,
        {"symbol": "ZZZZ.Z", "name": ""},
        {"symbol": "GOOG", "name": "Alphabet Class C"},
        {"symbol": "IBM", "name": "International Business Machines Corporation"},
        {"symbol": "SAP", "name": "SAP SE"},
    ]


def test_create_configuration_more_than_50_tickers_returns_422(anonymous_client):
    symbols = [f"T{n}" for n in range(50)]

    created = anonymous_client.create_configuration(tickers=symbols * 3)
    response = anonymous_client.call("POST", "configurations", {"name": "b", "tickers": [*symbols, "T50"]})

    assert [ticker["symbol"] for ticker in created["tickers"]] == symbols
    detail = detail_of(response, 422)
    assert "51" in detail
    assert "1 to 50" in detail


@pytest.mark.parametrize(
    "name",
    [
        "x",
        "n" * 50,
        " " + "n" * 50 + "\t",
        "Ünïcode ✓ 日本",
        "👨‍👩‍👧",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "1\ufe0f\u20e3 ❤\ufe0f",
        "<b>&amp;</b>",
        "'; --",
    ],
)
def test_create_configuration_plain_text_name_is_stored(anonymous_client, name):
    assert anonymous_client.create_configuration(name)["name"] == name.strip()


@pytest.mark.parametrize("name", ["", "   ", "n" * 51, None, 7, ["x"], {}, "a\0b", "a\nb", "\ud800", "a\x7f"])
def test_configuration_invalid_name_returns_422(anonymous_client, name):
    config_id = anonymous_client.create_configuration()["config_id"]

    for method, path in (("POST", "configurations"), ("PATCH", f"configurations/{config_id}")):
        detail = detail_of(anonymous_client.call(method, path, {"name": name, "tickers": ["AAPL"]}), 422)
        assert detail.startswith("name=")
        assert "1 to 50 characters" in detail


HIDDEN = [
    "\u200b", "\ufeff", "\u00ad", "\u2060", "\u200e", "\u202e", "\u2066", "\u061c", "\u2028", "\u3164", "\u2800",
    "\u034f", "\U000e0041", "\ue000", "\ufdd0",
]  # fmt: skip


@pytest.mark.parametrize("character", [*HIDDEN, "\u200d", "\u200c", "\ufe0f"])
def test_configuration_name_with_hidden_character_returns_422_with_position(anonymous_client, character):
    detail = detail_of(
        anonymous_client.call("POST", "configurations", {"name": f"My {character}list", "tickers": ["AAPL"]}), 422
    )

    assert f"U+{ord(character):04X} as character 4 can't be seen" in detail


def test_configuration_tickers_in_other_forms_are_stored_in_canonical_form(anonymous_client):
    created = anonymous_client.create_configuration(
        tickers=["NASDAQ:AAPL", "$AAPL", {"symbol": "BRK/B"}, "700 HK", " M&M.NS "]
    )

    assert [ticker["symbol"] for ticker in created["tickers"]] == ["AAPL", "BRK.B", "0700.HK", "M&M.NS"]


@pytest.mark.parametrize(
    "tickers",
    [
        ["AAPL,MSFT"],
        ["AAPL; MSFT|aapl"],
        ["nan", "AAPL", None, "", "N/A", "MSFT", "null"],
        [{"symbol": "AAPL,MSFT"}],
        [{"ticker": "AAPL"}, {"symbol": "MSFT", "name": "Microsoft"}, {"symbol": None}],
    ],
)
def test_configuration_tickers_are_split_and_missing_ones_left_out(anonymous_client, tickers):
    created = anonymous_client.create_configuration(tickers=tickers)

    assert [ticker["symbol"] for ticker in created["tickers"]] == ["AAPL", "MSFT"]


@pytest.mark.parametrize(
    ("method", "path", "body", "text"),
    [
        ("POST", "configurations", {"title": "b", "tickers": ["AAPL"]}, "'title': unknown field; did you mean name?"),
        (
            "POST",
            "configurations",
            {"name": "b", "symbols": ["AAPL"]},
            "'symbols': unknown field; did you mean tickers?",
        ),
        ("PATCH", "configurations/{}", {"ticker": "AAPL"}, "'ticker': unknown field; did you mean tickers?"),
        (
            "PATCH",
            "configurations/{}",
            {"config_id": "x"},
            "'config_id': unknown field; the fields here are name, ticker",
        ),
        ("POST", "auth/anonymous", {"tz": "Europe/Berlin"}, "'tz': unknown field; did you mean timezone?"),
        ("POST", "auth/anonymous", {"_": 1}, "'_': unknown field; the fields here are timezone"),
        ("POST", "stream/tickets", {"ttl": 60}, "'ttl': unknown field; there are no fields here"),
    ],
)
def test_account_routes_unknown_field_returns_422_with_the_right_one(anonymous_client, method, path, body, text):
    created = anonymous_client.create_configuration()

    assert text in detail_of(anonymous_client.call(method, path.format(created["config_id"]), body), 422)
    assert anonymous_client.call("GET", "configurations").json() == {"configurations": [created]}


@pytest.mark.parametrize(
    ("tickers", "texts"),
    [
        (["AAPL", "A$"], ['tickers[1]="A$"', "such as AAPL"]),
        (["TOOLONGTICKER" * 2], ["tickers[0]", "TOOLONGTICKER"]),
        ([{"symbol": "é"}], ["tickers[0]"]),
        ([{"name": "AAPL"}], ["tickers[0]"]),
        ([""], ['tickers=[""]', "none is left", "1 to 50"]),
        (["nan", "N/A", None, {"symbol": "none"}], ['tickers=["nan", "N/A", null', "none is left", "1 to 50"]),
        (["AAPL", {"symbol": "MSFT", "weight": 3}], ["tickers[1]", "'weight': unknown field; the fields here are"]),
        (["AAPL,A$"], ["tickers[0]", "such as AAPL"]),
        (["AA\0"], ["tickers[0]"]),
        ([None], ["tickers=[null]", "none is left"]),
        ([1], ["tickers[0]=1"]),
        ([["AAPL"]], ["tickers[0]"]),
        ([], ["tickers=[]", "1 to 50"]),
        ("AAPL,MSFT", ['tickers="AAPL,MSFT"', "list"]),
        ({"symbol": "AAPL"}, ["list"]),
        (None, ["tickers=null"]),
    ],
)
def test_configuration_invalid_tickers_returns_422_with_index_and_value(anonymous_client, tickers, texts):
    config_id = anonymous_client.create_configuration()["config_id"]

    for method, path in (("POST", "configurations"), ("PATCH", f"configurations/{config_id}")):
        detail = detail_of(anonymous_client.call(method, path, {"name": "b", "tickers": tickers}), 422)
        assert all(text in detail for text in texts), detail
    assert anonymous_client.call("GET", f"configurations/{config_id}").json()["tickers"] == [APPLE]


@pytest.mark.parametrize("field", ["name", "tickers"])
def test_create_configuration_missing_field_returns_422(anonymous_client, field):
    body = {"name": "Tech", "tickers": ["AAPL"]}
    del body[field]

    assert detail_of(anonymous_client.call("POST", "configurations", body), 422).startswith(f"{field} is missing: ")


@pytest.mark.parametrize(("body", "status"), [(None, 422), (b"[]", 422), (b"{", 400), (b"\xff", 400)])
def test_create_configuration_body_not_an_object_returns_error(anonymous_client, body, status):
    detail_of(anonymous_client.call("POST", "configurations", body), status)


def test_update_configuration_changes_only_given_fields(anonymous_client):
    created = anonymous_client.create_configuration("Tech", ["AAPL"])
    path = f"configurations/{created['config_id']}"

    renamed = anonymous_client.call("PATCH", path, {"name": "Chips"})
    assert (renamed.status_code, renamed.json()) == (200, created | {"name": "Chips"})

    edited = anonymous_client.call("PATCH", path, {"tickers": [{"symbol": "NVDA"}]})
    assert edited.json() == created | {"name": "Chips", "tickers": [{"symbol": "NVDA", "name": "Nvidia Corporation"}]}
    assert anonymous_client.call("PATCH", path, {}).json() == edited.json()
    assert anonymous_client.call("PATCH", path, {"name": "Chips"}).status_code == 200
    assert anonymous_client.call("GET", path).json() == edited.json()


def test_update_configuration_increments_revision_only_if_tickers_change(anonymous_client):
    path = f"configurations/{anonymous_client.create_configuration('Tech', ['AAPL', 'MSFT'])['config_id']}"

    anonymous_client.call("PATCH", path, {"tickers": ["MSFT", "AAPL"], "name": "Other"})
    assert Configuration.objects.get().revision == 0

    anonymous_client.call("PATCH", path, {"tickers": ["MSFT"]})
    assert Configuration.objects.get().revision == 1


def test_delete_configuration_then_every_method_returns_404(anonymous_client):
    path = f"configurations/{anonymous_client.create_configuration()['config_id']}"

    response = anonymous_client.call("DELETE", path)

    assert (response.status_code, response.content) == (204, b"")
    for method in ("GET", "PATCH", "DELETE"):
        assert detail_of(anonymous_client.call(method, path, {} if method == "PATCH" else None), 404) == NOT_FOUND


def test_configuration_duplicate_name_of_same_owner_returns_409(anonymous_client, create_anonymous_client):
    anonymous_client.create_configuration("Tech")
    other = anonymous_client.create_configuration("Other")
    again = anonymous_client.call("POST", "configurations", {"name": " Tech", "tickers": ["MSFT"]})
    renamed = anonymous_client.call("PATCH", f"configurations/{other['config_id']}", {"name": "Tech"})

    for response in (again, renamed):
        assert "'Tech'" in detail_of(response, 409)
    assert anonymous_client.call("GET", f"configurations/{other['config_id']}").json() == other
    assert create_anonymous_client().create_configuration("Tech")["name"] == "Tech"


def test_create_configuration_beyond_limit_returns_409(anonymous_client):
    for n in range(MAX_CONFIGURATIONS):
        created = anonymous_client.create_configuration(f"c{n}")
    one_more = {"name": "one more", "tickers": ["AAPL"]}

    detail = detail_of(anonymous_client.call("POST", "configurations", one_more), 409)

    assert "50" in detail
    assert "delete" in detail
    listed = anonymous_client.call("GET", "configurations").json()["configurations"]
    assert [configuration["name"] for configuration in listed] == [f"c{n}" for n in range(MAX_CONFIGURATIONS)]
    anonymous_client.call("DELETE", f"configurations/{created['config_id']}")
    assert anonymous_client.call("POST", "configurations", one_more).status_code == 201


def test_configuration_of_another_owner_returns_404(anonymous_client, create_anonymous_client):
    created = anonymous_client.create_configuration()
    path = f"configurations/{created['config_id']}"
    user = User.objects.create_user("ann")
    signed_in = APIClient()
    signed_in.force_login(user)
    read_client = APIClient(create_token(Scope.READ)[1])

    for other in (create_anonymous_client(), read_client, signed_in):
        assert other.call("GET", "configurations").json() == {"configurations": []}
        for method in ("GET", "PATCH", "DELETE"):
            if other is signed_in and method != "GET":
                continue  # test_login has the CSRF check
            assert detail_of(other.call(method, path, {"name": "x"}), 404) == NOT_FOUND
    assert anonymous_client.call("GET", path).json() == created


@pytest.mark.parametrize(
    "shape", [UNKNOWN_CONFIGURATION_ID, "x", "%00", "{upper}", "{{{}}}", "urn:uuid:{}", "{plain}", "1", "é", "a" * 5000]
)
def test_configuration_unknown_or_malformed_id_returns_404(anonymous_client, shape):
    existing_id = anonymous_client.create_configuration()["config_id"]
    config_id = shape.format(existing_id, upper=existing_id.upper(), plain=existing_id.replace("-", ""))

    assert detail_of(anonymous_client.call("GET", f"configurations/{config_id}"), 404) == NOT_FOUND


def test_configurations_ingest_token_returns_403():
    read_client = APIClient(create_token(Scope.READ)[1])
    ingest_client = APIClient(create_token(Scope.INGEST)[1])

    created = read_client.create_configuration()

    assert read_client.call("GET", "configurations").json() == {"configurations": [created]}
    assert "scope ingest" in detail_of(ingest_client.call("GET", "configurations"), 403)
    assert "scope ingest" in detail_of(ingest_client.call("POST", "stream/tickets"), 403)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "auth/anonymous", "POST"),
        ("DELETE", "configurations", "GET, HEAD, POST"),
        ("POST", f"configurations/{UNKNOWN_CONFIGURATION_ID}", "DELETE, GET, HEAD, PATCH"),
        ("PUT", f"configurations/{UNKNOWN_CONFIGURATION_ID}", "DELETE, GET, HEAD, PATCH"),
        ("GET", "stream/tickets", "POST"),
    ],
)
def test_account_routes_other_method_returns_405_with_allow(anonymous_client, method, path, allowed):
    response = anonymous_client.call(method, path)

    assert response["Allow"] == allowed
    detail_of(response, 405)


def test_openapi_document_has_account_routes_and_their_security(client):
    document = client.get("/api/v2/openapi.json").json()

    paths = {path: set(calls) for path, calls in document["paths"].items()}
    assert paths["/api/v2/auth/anonymous"] == {"post"}
    assert paths["/api/v2/configurations"] == {"get", "post"}
    assert paths["/api/v2/configurations/{config_id}"] == {"get", "patch", "delete"}
    assert paths["/api/v2/stream/tickets"] == {"post"}
    post = document["paths"]["/api/v2/configurations"]["post"]
    assert post["requestBody"]["content"]["application/json"]["schema"]["examples"]
    assert {"201", "401", "409", "422"} <= post["responses"].keys()
    assert {next(iter(scheme)) for scheme in post["security"]} == {"ReadToken", "SessionCookie"}
    assert document["paths"]["/api/v2/auth/anonymous"]["post"]["security"] == []


PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
ANYTHING = st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5)
SYMBOLS = st.lists(st.text("aZ9.-$ ", max_size=11) | st.fixed_dictionaries({"symbol": st.text("aZ9", max_size=11)}))


def parse_or_error(parse, value):
    """Return the parsed value and no error, or None and the error message."""
    try:
        return parse(value), None
    except ValueError as error:
        return None, str(error)


@given(ANYTHING)
def test_parse_name_any_value_returns_name_or_raises(value):
    name, error = parse_or_error(parse_name, value)

    assert error.startswith("name=") if name is None else (name == value.strip() and 1 <= len(name) <= 50)


@given(ANYTHING | SYMBOLS)
def test_parse_symbols_any_value_returns_symbols_or_raises(value):
    symbols, error = parse_or_error(parse_symbols, value)

    if symbols is None:
        assert error.startswith("tickers")
    else:
        assert 1 <= len(symbols) == len(set(symbols)) <= 50
        assert all(re.fullmatch(r"[A-Z0-9^][A-Z0-9.^=&_-]{0,19}", symbol) for symbol in symbols)

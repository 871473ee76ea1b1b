"""Configurations by REST: what may be saved, and that nobody else sees it."""

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
from tests.helpers.callers import UNKNOWN_CONFIGURATION_ID, Caller, detail_of

pytestmark = pytest.mark.django_db

NOT_FOUND = "Configuration not found"
APPLE = {"symbol": "AAPL", "name": "Apple Inc."}


def test_a_configuration_is_answered_exactly_and_read_back(reader):
    response = reader.call("POST", "configurations", {"name": " My portfolio ", "tickers": ["aapl"], "colour": "red"})

    assert response.status_code == 201
    made = response.json()
    assert made.keys() == {"config_id", "name", "tickers", "created_at"}
    assert str(UUID(made["config_id"])) == made["config_id"]
    assert made["name"] == "My portfolio"
    assert made["tickers"] == [APPLE]
    assert made["created_at"].endswith("Z")
    assert datetime.fromisoformat(made["created_at"])
    assert reader.call("GET", f"configurations/{made['config_id']}").json() == made
    assert reader.call("GET", "configurations").json() == {"configurations": [made]}


def test_tickers_are_folded_collapsed_and_kept_in_order(reader):
    made = reader.add(
        tickers=["msft", {"symbol": " aapl ", "name": "whatever"}, "MSFT", "zzzz.z", "GOOG", "IBM", "SAP"]
    )

    assert made["tickers"] == [
        {"symbol": "MSFT", "name": "Microsoft"},
        APPLE,
        {"symbol": "ZZZZ.Z", "name": ""},
        {"symbol": "GOOG", "name": "Alphabet Inc."},
        {"symbol": "IBM", "name": "International Business Machines"},
        {"symbol": "SAP", "name": "SAP"},
    ]


def test_twenty_tickers_are_taken_and_repeated_ones_count_once(reader):
    symbols = [f"T{n}" for n in range(20)]

    assert [ticker["symbol"] for ticker in reader.add(tickers=symbols * 3)["tickers"]] == symbols
    detail = detail_of(reader.call("POST", "configurations", {"name": "b", "tickers": [*symbols, "T20"]}), 422)
    assert "21" in detail
    assert "1 to 20" in detail


@pytest.mark.parametrize(
    "name", ["x", "n" * 50, " " + "n" * 50 + "\t", "Ünïcode ✓ 日本", "👨‍👩‍👧", "<b>&amp;</b>", "'; --"]
)
def test_a_name_may_be_any_plain_text(reader, name):
    assert reader.add(name)["name"] == name.strip()


@pytest.mark.parametrize("name", ["", "   ", "n" * 51, None, 7, ["x"], {}, "a\0b", "a\nb", "\ud800", "a\x7f"])
def test_a_name_that_cannot_be_is_refused(reader, name):
    config_id = reader.add()["config_id"]

    for method, path in (("POST", "configurations"), ("PATCH", f"configurations/{config_id}")):
        detail = detail_of(reader.call(method, path, {"name": name, "tickers": ["AAPL"]}), 422)
        assert detail.startswith("name=")
        assert "1 to 50 characters" in detail


@pytest.mark.parametrize(
    ("tickers", "words"),
    [
        (["AAPL", "A$"], ['tickers[1]="A$"', "such as AAPL"]),
        (["TOOLONGTICKER"], ["tickers[0]", "TOOLONGTICKER"]),
        ([{"symbol": "é"}], ["tickers[0]"]),
        ([{"name": "AAPL"}], ["tickers[0]"]),
        ([""], ["tickers[0]"]),
        (["AA\0"], ["tickers[0]"]),
        ([None], ["tickers[0]=null"]),
        ([1], ["tickers[0]=1"]),
        ([["AAPL"]], ["tickers[0]"]),
        ([], ["tickers=[]", "1 to 20"]),
        ("AAPL,MSFT", ['tickers="AAPL,MSFT"', "list"]),
        ({"symbol": "AAPL"}, ["list"]),
        (None, ["tickers=null"]),
    ],
)
def test_tickers_that_cannot_be_are_refused_by_place_and_value(reader, tickers, words):
    config_id = reader.add()["config_id"]

    for method, path in (("POST", "configurations"), ("PATCH", f"configurations/{config_id}")):
        detail = detail_of(reader.call(method, path, {"name": "b", "tickers": tickers}), 422)
        assert all(word in detail for word in words), detail
    assert reader.call("GET", f"configurations/{config_id}").json()["tickers"] == [APPLE]


@pytest.mark.parametrize("field", ["name", "tickers"])
def test_a_field_that_is_missing_is_named(reader, field):
    body = {"name": "Tech", "tickers": ["AAPL"]}
    del body[field]

    assert detail_of(reader.call("POST", "configurations", body), 422).startswith(f"{field} is missing: ")


@pytest.mark.parametrize(("body", "status"), [(None, 422), (b"[]", 422), (b"{", 400), (b"\xff", 400)])
def test_a_body_that_is_no_object_is_refused(reader, body, status):
    detail_of(reader.call("POST", "configurations", body), status)


def test_a_change_leaves_the_rest(reader):
    made = reader.add("Tech", ["AAPL"])
    path = f"configurations/{made['config_id']}"

    renamed = reader.call("PATCH", path, {"name": "Chips"})
    assert (renamed.status_code, renamed.json()) == (200, made | {"name": "Chips"})

    edited = reader.call("PATCH", path, {"tickers": [{"symbol": "NVDA"}]})
    assert edited.json() == made | {"name": "Chips", "tickers": [{"symbol": "NVDA", "name": "Nvidia"}]}
    assert reader.call("PATCH", path, {}).json() == edited.json()
    assert reader.call("PATCH", path, {"name": "Chips"}).status_code == 200
    assert reader.call("GET", path).json() == edited.json()


def test_only_another_set_of_tickers_ends_streams(reader):
    path = f"configurations/{reader.add('Tech', ['AAPL', 'MSFT'])['config_id']}"

    reader.call("PATCH", path, {"tickers": ["MSFT", "AAPL"], "name": "Other"})
    assert Configuration.objects.get().revision == 0

    reader.call("PATCH", path, {"tickers": ["MSFT"]})
    assert Configuration.objects.get().revision == 1


def test_a_deleted_configuration_is_gone(reader):
    path = f"configurations/{reader.add()['config_id']}"

    response = reader.call("DELETE", path)

    assert (response.status_code, response.content) == (204, b"")
    for method in ("GET", "PATCH", "DELETE"):
        assert detail_of(reader.call(method, path, {} if method == "PATCH" else None), 404) == NOT_FOUND


def test_a_name_is_taken_once_by_each_owner(reader, begin):
    reader.add("Tech")
    other = reader.add("Other")
    again = reader.call("POST", "configurations", {"name": " Tech", "tickers": ["MSFT"]})
    renamed = reader.call("PATCH", f"configurations/{other['config_id']}", {"name": "Tech"})

    for response in (again, renamed):
        assert "'Tech'" in detail_of(response, 409)
    assert reader.call("GET", f"configurations/{other['config_id']}").json() == other
    assert begin().add("Tech")["name"] == "Tech"


def test_an_owner_has_no_more_than_so_many(reader):
    for n in range(MAX_CONFIGURATIONS):
        made = reader.add(f"c{n}")
    one_more = {"name": "one more", "tickers": ["AAPL"]}

    detail = detail_of(reader.call("POST", "configurations", one_more), 409)

    assert "50" in detail
    assert "delete" in detail
    listed = reader.call("GET", "configurations").json()["configurations"]
    assert [configuration["name"] for configuration in listed] == [f"c{n}" for n in range(MAX_CONFIGURATIONS)]
    reader.call("DELETE", f"configurations/{made['config_id']}")
    assert reader.call("POST", "configurations", one_more).status_code == 201


def test_another_owners_configuration_does_not_exist(reader, begin):
    made = reader.add()
    path = f"configurations/{made['config_id']}"
    user = User.objects.create_user("ann")
    signed_in = Caller()
    signed_in.force_login(user)
    program = Caller(create_token(Scope.READ)[1])

    for other in (begin(), program, signed_in):
        assert other.call("GET", "configurations").json() == {"configurations": []}
        for method in ("GET", "PATCH", "DELETE"):
            if other is signed_in and method != "GET":
                continue  # see the test of CSRF
            assert detail_of(other.call(method, path, {"name": "x"}), 404) == NOT_FOUND
    assert reader.call("GET", path).json() == made


@pytest.mark.parametrize(
    "shape", ["{}", "x", "%00", "{upper}", "{{{}}}", "urn:uuid:{}", "{plain}", "1", "é", "a" * 5000]
)
def test_an_unknown_or_malformed_id_is_not_found(reader, shape):
    known, unknown = reader.add()["config_id"], UNKNOWN_CONFIGURATION_ID
    config_id = shape.format(known, upper=known.upper(), plain=known.replace("-", "")) if shape != "{}" else unknown

    assert detail_of(reader.call("GET", f"configurations/{config_id}"), 404) == NOT_FOUND


def test_a_token_that_reads_has_configurations_and_one_that_posts_has_none():
    program = Caller(create_token(Scope.READ)[1])
    feeder = Caller(create_token(Scope.INGEST)[1])

    made = program.add()

    assert program.call("GET", "configurations").json() == {"configurations": [made]}
    assert "scope ingest" in detail_of(feeder.call("GET", "configurations"), 403)
    assert "scope ingest" in detail_of(feeder.call("POST", "stream/tickets"), 403)


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
def test_other_methods_are_told_which_are_answered(reader, method, path, allowed):
    response = reader.call(method, path)

    assert response["Allow"] == allowed
    detail_of(response, 405)


def test_the_document_tells_of_every_call_and_how_to_be_let_in(client):
    document = client.get("/api/v2/openapi.json").json()

    paths = {path: set(calls) for path, calls in document["paths"].items()}
    assert paths["/api/v2/auth/anonymous"] == {"post"}
    assert paths["/api/v2/configurations"] == {"get", "post"}
    assert paths["/api/v2/configurations/{config_id}"] == {"get", "patch", "delete"}
    assert paths["/api/v2/stream/tickets"] == {"post"}
    post = document["paths"]["/api/v2/configurations"]["post"]
    assert post["requestBody"]["content"]["application/json"]["schema"]["examples"]
    assert {"201", "401", "409", "422"} <= post["responses"].keys()
    assert {next(iter(way)) for way in post["security"]} == {"ReadToken", "SessionCookie"}
    assert "security" not in document["paths"]["/api/v2/auth/anonymous"]["post"]


PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
ANYTHING = st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5)
SYMBOLS = st.lists(st.text("aZ9.-$ ", max_size=11) | st.fixed_dictionaries({"symbol": st.text("aZ9", max_size=11)}))


def read_or_refuse(read, value):
    """Return what is read, or else what it is refused with."""
    try:
        return read(value), None
    except ValueError as error:
        return None, str(error)


@given(ANYTHING)
def test_whatever_is_sent_as_a_name_is_one_or_is_refused(value):
    name, refusal = read_or_refuse(parse_name, value)

    assert refusal.startswith("name=") if name is None else (name == value.strip() and 1 <= len(name) <= 50)


@given(ANYTHING | SYMBOLS)
def test_whatever_is_sent_as_tickers_is_read_by_the_rule_or_is_refused(value):
    symbols, refusal = read_or_refuse(parse_symbols, value)

    if symbols is None:
        assert refusal.startswith("tickers")
    else:
        assert 1 <= len(symbols) == len(set(symbols)) <= 20
        assert all(re.fullmatch(r"[A-Z0-9][A-Z0-9.-]{0,9}", symbol) for symbol in symbols)

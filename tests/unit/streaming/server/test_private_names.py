"""The table of private names, against the installed libraries."""

import pytest

from streaming.server.private_names import PRIVATE_NAMES, Feature, PrivateName, find_missing_names, is_available


def build_name(owner: str, name: str) -> PrivateName:
    return PrivateName("django.core.handlers.asgi", owner, name, Feature.DETACH, "a test")


@pytest.mark.parametrize("package", sorted({entry.package for entry in PRIVATE_NAMES}))
def test_find_missing_names_of_locked_version_returns_none(package: str) -> None:
    assert find_missing_names(package) == ()


def test_is_available_of_all_features_is_true() -> None:
    assert is_available(*Feature)


def test_features_each_have_a_name_that_needs_it() -> None:
    assert {entry.feature for entry in PRIVATE_NAMES} == set(Feature)


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        ("", "get_script_prefix"),
        ("ASGIHandler", "handle"),
        ("ASGIHandler", "_view_middleware"),
        ("ASGIRequest", "META"),
    ],
    ids=["function", "method", "inherited attribute", "attribute of instances"],
)
def test_is_missing_of_a_name_in_use_is_false(owner: str, name: str) -> None:
    assert not build_name(owner, name).is_missing()


@pytest.mark.parametrize("owner", ["", "ASGIHandler", "NoSuchClass"])
def test_is_missing_of_an_unknown_name_is_true(owner: str) -> None:
    assert build_name(owner, "_no_such_name").is_missing()


def test_private_name_as_text_is_its_dotted_path() -> None:
    assert str(build_name("ASGIHandler", "handle")) == "django.core.handlers.asgi.ASGIHandler.handle"
    assert str(build_name("", "get_script_prefix")) == "django.core.handlers.asgi.get_script_prefix"

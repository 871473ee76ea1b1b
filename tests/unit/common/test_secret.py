import logging

import pytest

from common.secret import Secret

KEY = "k3y/with+signs"


@pytest.mark.parametrize("show", [str, repr, "{}".format, "{!r}".format, "%s".__mod__, lambda secret: str([secret])])
def test_secret_is_masked_in_texts(show):
    assert KEY not in show(Secret(KEY))
    assert "…" in show(Secret(KEY))


def test_secret_is_masked_in_log_lines(caplog):
    logging.getLogger("test").warning("key=%s", Secret(KEY))

    assert caplog.messages == ["key=…"]


def test_secret_does_not_concatenate_with_text():
    with pytest.raises(TypeError):
        "Token " + Secret(KEY)


def test_reveal_returns_the_text():
    assert Secret(KEY).reveal() == KEY


def test_empty_secret_is_false_and_redacts_nothing():
    assert not Secret("")
    assert str(Secret("")) == ""
    assert Secret("").redact("unchanged") == "unchanged"


@pytest.mark.parametrize("form", [KEY, KEY.upper(), "k3y%2Fwith%2Bsigns", "k3y%2fwith%2bsigns"])
def test_redact_masks_each_form_of_the_secret(form):
    assert Secret(KEY).redact(f"{form} in https://x.example/?token={form}&q=1") == "… in https://x.example/?token=…&q=1"

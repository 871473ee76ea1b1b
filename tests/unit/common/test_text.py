import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.text import normalize_text
from tests.helpers.python_process import run_python


@pytest.mark.parametrize(
    ("text", "normalized"),
    [
        # Invisible characters
        ("Micro\u00adsoft rises", "Microsoft rises"),
        ("App\u200ble \u2060rises\ufeff", "Apple rises"),
        ("\u200eApple\u200f rises", "Apple rises"),
        ("App\u200dle and App\u200cle", "Apple and Apple"),
        ("Apple \u202eesir\u202c \u2066up\u2069", "Apple esir up"),
        ("Apple\U000e0041\U000e0042 rises", "Apple rises"),
        ("Apple\u180e rises\u061c", "Apple rises"),
        ("\u200b\u00ad\u2060", ""),
        ("\u3164\u2800 \u00a0\u3000", ""),
        # White space
        ("Apple\u00a0\u202frises\u2003by\u30005%\u2028today\t", "Apple rises by 5% today"),
        # Full width
        ("\uff21\uff50\uff50\uff4c\uff45\u3000\uff08\uff21\uff21\uff30\uff2c\uff09\uff15\uff05", "Apple (AAPL)5%"),
        ("\uff04\uff21\uff21\uff30\uff2c\uff01", "$AAPL!"),
        # Escapes
        ("Don&#39;t sell", "Don't sell"),
        ("McDonald&amp;amp;#39;s", "McDonald's"),
        ("AT&amp;amp;amp;T", "AT&T"),
        ("S&amp;P &lt; 5,000", "S&P < 5,000"),
        ("Apple&nbsp;&#x2019;s&#160;up", "Apple \u2019s up"),
        ("Soft&shy;Bank", "SoftBank"),
        # Accents
        ("Nestle\u0301 und Mu\u0308ller", "Nestl\u00e9 und M\u00fcller"),
        # Wrong encodings
        ("Nestl\u00c3\u00a9 rises", "Nestl\u00e9 rises"),
        ("Apple\u00e2\u20ac\u2122s profit", "Apple\u2019s profit"),
        ("M\u00c3\u00bcller \u00e2\u20ac\u201c K\u00c3\u00b6hler", "M\u00fcller \u2013 K\u00f6hler"),
    ],
)
def test_normalize_text_returns_one_form(text, normalized):
    assert normalize_text(text) == normalized


@pytest.mark.parametrize(
    "text",
    [
        "Apple rises",
        "AT&T and S&P 500; R&D",
        "S&notes &copy 2026 ?a=1&reg=2",
        "Nestl\u00e9, \u00c5ngstr\u00f6m, \u0141\u00f3d\u017a, \u0130stanbul, \u00c7a",
        "CO\u2082, m\u00b2, \u00bd, \u2122, \ufb01nance, \u2460, \u32ff",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f\u200d\U0001f525 \U0001f1e9\U0001f1ea",
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f wins",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u062f",
        "\u0915\u094d\u200d\u0937",
        "\u05d0\u05e4\u05dc \u05e2\u05d5\u05dc\u05d4",
        "\u0627\u0631\u062a\u0641\u0639\u062a \u0623\u0631\u0628\u0627\u062d \u0622\u0628\u0644",
        "\u682a\u4fa1\u304c\u4e0a\u6607\u3001\u30a2\u30c3\u30d7\u30eb\u300c\u597d\u8abf\u300d",
        "S\u00c3O PAULO, MA\u00c7\u00c3, \u00c2ge, Nestl\u00e9\u2019s, \u00e9\u2026",
        "100 \u20ac \u2026 \u00ab\u00a0oui\u00a0\u00bb".replace("\u00a0", " "),
        "\u00b1 5 \u00b0C \u2013 \u2014 \u2018x\u2019 \u201cy\u201d",
    ],
)
def test_normalize_text_of_legitimate_text_returns_it_unchanged(text):
    assert normalize_text(text) == text


@given(st.text() | st.text(alphabet="&amp;#39lt<\u200b\u00ad\u00c3\u00a9\u20ac\u202e \u0301ae\uff21"))
def test_normalize_text_of_any_text_is_one_line_in_composed_form(text):
    normalized = normalize_text(text)

    assert normalized == " ".join(normalized.split())
    assert unicodedata.is_normalized("NFC", normalized)
    assert not set(normalized) & set("\u00ad\u200b\u2060\ufeff\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069")


@pytest.mark.live
def test_normalize_text_loads_ftfy_only_for_what_needs_it() -> None:
    code = "import sys; from common.text import normalize_text; normalize_text({!r}); print('ftfy' in sys.modules)"

    loaded = [
        run_python("-c", code.format(text)).stdout.strip() for text in ("Caf\u00e9 & Co rises", "Caf\u00c3\u00a9 rises")
    ]

    assert loaded == ["False", "True"]

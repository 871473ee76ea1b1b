# ruff: noqa: RUF001 - letters of other languages are what is tested
import io

import pytest

from news.sources.record_files.encoding import detect_encoding, parse_encoding
from news.sources.record_files.lines import FileFormatError

WESTERN = [
    "Apple’s case beats",
    "Société Générale relève ses prévisions",
    "Müller AG: Gewinn fällt, Umsatz größer",
    "ÖBB UND ÜBERSCHUSS",
    "Nestlé beats; shares up 3 %",
    "Telefónica gana €3bn",
    "L'Oréal",
    "Apple says “record” quarter – up 5½ %",
    "Windows® sells…well",
    "¿Qué hará «Inditex»?",
    "ÉLECTRICITÉ DE FRANCE",
    "São Paulo: ações sobem, diz o órgão",
    "Mærsk får overskud på købet",
    "Börsen föll på måndagen",
    "Þýski seðlabankinn: verð á íbúðum hækkaði",
    "L'attività è salita, così più utili",
    "Der m³-Preis für Gas fällt",
]
OTHERS = [
    ("cp1250", "Zażółć gęślą jaźń, spółka"),
    ("cp1251", "Сбербанк увеличил прибыль"),
    ("koi8-r", "Сбербанк увеличил прибыль"),
    ("cp1253", "Η Εθνική Τράπεζα κέρδισε"),
    ("shift_jis", "トヨタ自動車の利益が増加"),
    ("euc_kr", "삼성전자 이익 증가"),
    ("gb18030", "贵州茅台利润上升"),
    ("big5", "台積電營收成長"),
    ("mac_roman", "Société Générale relève"),
    ("mac_roman", "Apple’s case"),
    ("cp437", "Müller AG"),
    ("mac_roman", "Citroën"),
    ("cp1250", "Česká spořitelna"),
    ("cp1250", "Škoda Auto zvýšila zisk"),
    ("cp1250", "PKO Bank Polski: zysk wzrósł"),
    ("cp1250", "Budimex: więcej zamówień"),
    ("cp1250", "KGHM obniża prognozę"),
    ("cp1250", "Erős forint, gyűlik a pénz"),
    ("cp1250", "Tržište raste, čeka se odluka"),
    ("iso8859-2", "Škoda Auto zvýšila zisk"),
    ("cp1254", "Türkiye İş Bankası kârını artırdı"),
    ("cp1254", "Şişecam büyüdü"),
    ("cp1257", "Šiaulių bankas"),
]


def detect(text, encoding, *, expected=None):
    return detect_encoding(io.BytesIO(f"title,ticker\n{text},AAPL\nplain,INTC\n".encode(encoding)), expected).codec


@pytest.mark.parametrize("text", WESTERN)
def test_detect_encoding_of_western_text_returns_windows_1252(text):
    assert detect(text, "cp1252") == "cp1252"
    assert detect(text, "utf-8") == detect(text, "utf-8-sig") == "utf-8"


@pytest.mark.parametrize(("encoding", "text"), OTHERS)
def test_detect_encoding_of_other_text_is_rejected_or_as_given(encoding, text):
    with pytest.raises(FileFormatError, match=r"line 2: is neither UTF-8 nor Windows-1252.*with --encoding\."):
        detect(text, encoding)

    assert detect(text, encoding, expected=encoding) == encoding


@pytest.mark.parametrize("text", [*WESTERN, *(text for _, text in OTHERS)])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_detect_encoding_of_unicode_finds_the_byte_order(text, encoding):
    assert detect(text, encoding, expected=encoding) == encoding
    if encoding.startswith("utf-16"):
        assert detect(text, encoding) == encoding
    with_mark = io.BytesIO(f"\ufefftitle\n{text}\n".encode(encoding))
    assert detect_encoding(with_mark).codec == encoding


def test_detect_encoding_shows_the_evidence_of_a_guess():
    encoding = detect_encoding(io.BytesIO("title\nplain\nApple’s case\n".encode("cp1252")))

    assert str(encoding) == ("Windows-1252 (a guess; if letters are wrong in 'line 3: Apple’s case', give --encoding)")


def test_detect_encoding_of_utf_8_with_few_bad_lines_leaves_them_to_the_reader():
    assert detect_encoding(io.BytesIO("é\nü\n".encode() + b"\xe9\n")).codec == "utf-8"
    assert detect_encoding(io.BytesIO(b"\xef\xbb\xbftitle\n\xe9\n")).codec == "utf-8"


@pytest.mark.parametrize(
    ("text", "codec"), [("UTF8", "utf-8"), ("utf-8-sig", "utf-8"), ("Windows-1252", "cp1252"), ("latin1", "iso8859-1")]
)
def test_parse_encoding_returns_the_codec(text, codec):
    assert parse_encoding(text) == codec


@pytest.mark.parametrize("text", ["klingon", "base64", "utf-7", "idna", "cp037", "\0"])
def test_parse_encoding_of_unusable_codec_is_rejected(text):
    with pytest.raises(ValueError, match="is no known text encoding; give one such as utf-8"):
        parse_encoding(text)


@pytest.mark.parametrize(
    ("encoding", "expected"), [("utf-8-sig", "cp1252"), ("utf-16", "utf-8"), ("utf-16-le", "utf-16-be")]
)
def test_detect_encoding_against_the_first_bytes_is_rejected(encoding, expected):
    with pytest.raises(
        FileFormatError, match=r"begins as a file in UTF-(8|16-LE) does, not in .*; leave --encoding out\."
    ):
        detect("plain", encoding, expected=expected)


def test_detect_encoding_allows_foreign_names_in_some_lines():
    lines = ["Société Générale relève", "Ørsted relève ses prévisions", "Le bénéfice baisse", "Crédit élevé"]

    assert detect_encoding(io.BytesIO("\n".join(lines).encode("cp1252"))).codec == "cp1252"
    with pytest.raises(FileFormatError, match="is neither UTF-8 nor Windows-1252"):
        detect_encoding(io.BytesIO("\n".join(["Česká spořitelna", *lines[:2]]).encode("cp1250", "ignore")))

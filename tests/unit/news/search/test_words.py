"""Words of texts, and the language of searches."""

import pytest

from news.search.words import Phrase, SearchError, parse_search, split_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Apple's Q2 profit: +5.3%", ["apple", "s", "q2", "profit", "5", "3"]),
        ("Nestlé, Łódź, Ørsted, Straße", ["nestle", "lodz", "orsted", "strasse"]),
        ("\uff21\uff30\uff30\uff2c\uff25 \ufb01les", ["apple", "files"]),
        ("İstanbul ISTANBUL", ["istanbul", "istanbul"]),
        ("日本の株価 up", ["日", "本", "の", "株", "価", "up"]),
        ("삼성전자 shares", ["삼성전자", "shares"]),
        ("snake_case -- …", ["snake", "case"]),
        ("x" * 150, ["x" * 100]),
        ("", []),
    ],
)
def test_split_words_folds_case_and_accents(text: str, words: list[str]) -> None:
    # Hangul is compared in the decomposed form that folding leaves.
    assert split_words(text) == [word if word.isascii() else split_words(word)[0] for word in words]


@pytest.mark.parametrize(
    ("text", "required", "excluded"),
    [
        ("profit apple", [(("profit",), False), (("apple",), False)], []),
        ('"record profit" -loss', [(("record", "profit"), False)], [(("loss",), False)]),
        ('apple -"profit warning"', [(("apple",), False)], [(("profit", "warning"), False)]),
        ("“record profit”", [(("record", "profit"), False)], []),
        ("AT&T", [(("at", "t"), False)], []),
        ("earn*", [(("earn",), True)], []),
        ('"quarterly earn"*', [(("quarterly", "earn"), True)], []),
        ("COVID-19", [(("covid", "19"), False)], []),
        ('"not closed', [(("not", "closed"), False)], []),
        ("apple & co", [(("apple",), False), (("co",), False)], []),
        ("NOT OR AND", [(("not",), False), (("or",), False), (("and",), False)], []),
        ("apple Apple", [(("apple",), False)], []),
    ],
)
def test_parse_search_returns_phrases(
    text: str, required: list[tuple[tuple[str, ...], bool]], excluded: list[tuple[tuple[str, ...], bool]]
) -> None:
    search = parse_search(text)

    assert search.required == tuple(Phrase(*phrase) for phrase in required)
    assert search.excluded == tuple(Phrase(*phrase) for phrase in excluded)


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("-loss", "must be there"),
        ("a*", "at least 2 letters"),
        ("é*", "at least 2 letters"),
        ("&", "give a word"),
        ("", "give a word"),
        (" ".join(f"w{number}" for number in range(21)), "give fewer"),
    ],
)
def test_parse_search_rejects_what_cannot_be_found(text: str, cure: str) -> None:
    with pytest.raises(SearchError, match=cure):
        parse_search(text)

from dashboard.word_values import get_word_value


def test_get_word_value_has_the_sign_of_the_words():
    assert get_word_value("soars") > 0.5
    assert get_word_value("plunge") < -0.5

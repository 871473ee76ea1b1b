"""Analyzers: labels, probabilities and evidence; the commands `score` and `evaluate`."""

import csv
import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from news.scoring import EMBEDDED, load_scorer
from news.scoring.evaluation import LABELS, LabelledFileError, evaluate, load_labelled
from news.scoring.extraction import extract_features
from news.scoring.lexicon_tagger import LEXICON, tag_tokens, tokenize
from news.scoring.word_class import WordClass
from news.training.grammar import generate_headlines
from news.training.sign_templates import SIGN_TEMPLATES
from tests.helpers.paths import ROOT
from tests.helpers.server import base_environment

LABELLED = Path(__file__).parent / "labelled"


def get_label(text: str) -> str:
    return load_scorer(EMBEDDED).score([text])[0].label


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zorva profit falls 12% in third quarter", "negative"),
        ("Zorva profit rises 12% in third quarter", "positive"),
        ("Losses narrow at Zorva", "positive"),
        ("Losses widen at Zorva", "negative"),
        ("Zorva cuts costs", "positive"),
        ("Zorva cuts guidance", "negative"),
        ("Zorva averts strike", "positive"),
        ("Zorva swings to profit from loss", "positive"),
        ("Operating profit rose to EUR 13.1 mn from EUR 8.7 mn", "positive"),
        ("Operating profit fell to EUR 8.7 mn from EUR 13.1 mn", "negative"),
        ("Operating profit was EUR 13.1 mn ( 8.7 )", "positive"),
        ("Operating profit was EUR 8.7 mn ( 13.1 )", "negative"),
        ("Sales rise faster than costs at Zorva", "positive"),
        ("Costs rise faster than sales at Zorva", "negative"),
        ("Zorva sales fell less than expected", "positive"),
        ("Decline in orders slows at Zorva", "positive"),
        ("Growth in orders slows at Zorva", "negative"),
        ("Slump not as bad as feared at Zorva", "positive"),
        ("Zorva net debt climbs to five-year peak", "negative"),
        ("Zorva does not expect losses this year", "positive"),
        ("Zorva cancels layoffs", "positive"),
        ("Zorva cancels dividend", "negative"),
        ("Tariffs on Zorva steel scrapped", "positive"),
        ("Regulator revokes Zorva approval", "negative"),
        ("Zorva cleared of fraud", "positive"),
        ("Zorva accused of fraud", "negative"),
        ("Costs exceed forecasts at Zorva", "negative"),
        ("Profit exceeds forecasts at Zorva", "positive"),
        ("Hopes of recovery at Zorva fade", "negative"),
        ("Fears of default at Zorva fade", "positive"),
        ("Zorva swings to loss from year-ago profit", "negative"),
        ("Zorva no longer profitable", "negative"),
        ("A guide to bankruptcy law", "neutral"),
        ("Zorva names new chief financial officer", "neutral"),
        ("Will Zorva profit rise?", "neutral"),
    ],
)
def test_score_known_pattern_returns_its_label(text: str, expected: str) -> None:
    assert get_label(text) == expected


@pytest.mark.parametrize(
    ("name", "floor"),
    [
        ("traps", 0.90),
        ("company", 0.90),
        ("traps_more", 0.85),
        ("idioms", 0.90),
        ("traps_unseen", 0.78),
        ("company_unseen", 0.82),
        ("signs", 0.95),
        ("press", 0.95),
    ],
)
def test_evaluate_handwritten_sample_reaches_accuracy_floor(name: str, floor: float) -> None:
    headlines = load_labelled(LABELLED / f"{name}.csv")

    result = evaluate(load_scorer(EMBEDDED).score(headlines.titles), headlines.labels)

    assert result.accuracy >= floor
    assert headlines.problems == []


def test_evaluate_absent_label_is_left_out_of_macro_f1() -> None:
    scores = load_scorer(EMBEDDED).score(["Zorva soars", "Zorva plunges"])

    assert evaluate(scores, ["positive", "negative"]).macro_f1 == 1
    assert evaluate(scores, ["positive", "neutral"]).macro_f1 == pytest.approx(1 / 3)


def test_generate_headlines_never_repeats_handwritten_samples() -> None:
    made = generate_headlines(20_000, seed=1)
    made += generate_headlines(20_000, seed=1, templates_by_label=SIGN_TEMPLATES)
    synthetic = {title.casefold() for title, _ in made}

    for name in ("traps", "company", "traps_more", "idioms", "traps_unseen", "company_unseen", "signs", "press"):
        assert synthetic.isdisjoint(title.casefold() for title in load_labelled(LABELLED / f"{name}.csv").titles)


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("losses narrow", [WordClass.NOUN_LOSS, WordClass.VERB_CUT]),
        ("averts strike", [WordClass.TERMINATION, WordClass.NOUN_ADVERSE_EVENT]),
        ("does not rise 12%", [WordClass.NEGATION, WordClass.DIRECTION_UP, WordClass.NUMBER, WordClass.PERCENT]),
        ("calls off", [WordClass.CANCELLATION]),
        ("zorva", []),
    ],
)
def test_tag_tokens_lexicon_words_and_phrases_returns_their_classes(text: str, tags: list[WordClass]) -> None:
    assert list(tag_tokens(tokenize(text)).tags) == tags


def test_extract_features_direction_and_noun_joins_both() -> None:
    features = extract_features(tokenize("losses narrow")).features

    assert features[f"{WordClass.VERB_CUT}>{WordClass.NOUN_LOSS}"] == (0, 1)
    assert "=1" in features


def test_extract_features_negated_direction_inverts_polarity() -> None:
    text = extract_features(tokenize("profit does not rise"))

    assert [signal.polarity for signal in text.signals] == [-1]


def test_evidence_of_phrase_lists_strongest_part_first() -> None:
    (score,) = load_scorer(EMBEDDED).score(["Bad-loan provisions drop at Zorva"])

    assert score.evidence[0] == "bad loan provisions drop"
    assert len(score.evidence) <= 5


def test_score_batch_equals_single_scores_in_order() -> None:
    texts = ["Zorva soars", "Zorva plunges", "Zorva names chairman"]

    scores = load_scorer(EMBEDDED).score(texts)

    assert [score.label for score in scores] == ["positive", "negative", "neutral"]
    assert scores == [load_scorer(EMBEDDED).score([text])[0] for text in texts]
    assert load_scorer(EMBEDDED).score([]) == []


@given(st.lists(st.sampled_from([*LEXICON, "12", "zorva", "."]), max_size=40).map(" ".join) | st.text())
def test_score_random_text_is_valid_and_repeatable(text: str) -> None:
    (score,) = load_scorer(EMBEDDED).score([text])

    assert [score] == load_scorer(EMBEDDED).score([text])
    assert tuple(score.probabilities) == LABELS
    assert score.label == max(score.probabilities, key=score.probabilities.__getitem__)
    assert sum(score.probabilities.values()) == pytest.approx(1)
    assert len(score.evidence) <= 5


@pytest.mark.parametrize(
    "text", ["", " ", "业绩大幅增长", "🚀🚀", "not", "ends", "%%%", "profit " * 150_000, "x" * 10**6]
)
def test_score_unusual_text_sums_to_one(text: str) -> None:
    (score,) = load_scorer(EMBEDDED).score([text])

    assert sum(score.probabilities.values()) == pytest.approx(1)


def test_linear_model_import_loads_standard_library_only() -> None:
    code = "import sys; from news.scoring.linear_model import Analyzer; Analyzer().score(['Profit rises'])"
    code += "; print(*{name.partition('.')[0] for name in sys.modules})"

    process = subprocess.run([sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    foreign = {name for name in process.stdout.split() if name not in sys.stdlib_module_names} - {"news", "__main__"}
    assert not {name for name in foreign if not name.startswith("_")}


def test_minilm_score_returns_expected_labels_and_evidence() -> None:
    assert find_spec("onnxruntime"), "the tests need the extra 'ml'"
    scorer = load_scorer("minilm")

    scores = scorer.score(["Zorva profit surges", "Zorva plunges after profit warning", "Zorva names chairman", ""])

    assert [score.label for score in scores[:3]] == ["positive", "negative", "neutral"]
    assert all(sum(score.probabilities.values()) == pytest.approx(1) for score in scores)
    assert scores[0].evidence
    assert scorer.score([]) == []


def test_minilm_score_mixed_lengths_keeps_order() -> None:
    short, long = "Zorva profit surges", "Zorva plunges after profit warning " + "as it said on Monday " * 30

    scores = load_scorer("minilm").score([long, short] * 40)

    assert [score.label for score in scores] == ["negative", "positive"] * 40


def start_score(*arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(ROOT / "manage.py"), "score", "--jsonl", *arguments]
    pipe = subprocess.PIPE
    environment = base_environment(ROOT / "var")
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment, cwd=ROOT)


@pytest.mark.live
def test_score_command_invalid_lines_reports_them_and_answers_others() -> None:
    lines = ['{"id": 7, "text": "Profit soars"}', "nonsense", '{"id": "b", "text": "Profit plunges"}', '{"id": 1}']

    with start_score() as process:
        answers, problems = process.communicate("\n".join(lines).encode(), timeout=60)

    first, second = map(json.loads, answers.splitlines())
    assert (first["id"], first["label"], second["id"], second["label"]) == (7, "positive", "b", "negative")
    assert first["score"] == first["probs"]["positive"]
    assert set(first["probs"]) == set(LABELS)
    assert [line.partition(":")[0] for line in problems.decode().splitlines()] == ["line 2", "line 4"]
    assert process.returncode == 1


@pytest.mark.live
def test_score_command_paused_input_answers_complete_lines() -> None:
    with start_score() as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(b'{"id": 1, "text": "Profit soars"}\n')
        process.stdin.flush()

        answer = json.loads(process.stdout.readline())

        process.stdin.close()
        assert answer["label"] == "positive"
        assert process.wait(timeout=60) == 0


def test_evaluate_command_invalid_label_prints_metrics_and_problem(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "labelled.csv"
    with file.open("w", newline="") as opened:
        rows = [
            ("title", "label"),
            ("Profit soars", "positive"),
            ("Profit sinks", "happy"),
            ("Sales plunge", "negative"),
        ]
        csv.writer(opened).writerows(rows)

    call_command("evaluate", str(file))

    output = capsys.readouterr()
    assert "accuracy 1.0000" in output.out
    assert "headlines=2" in output.out
    assert "line 3: label 'happy' must be" in output.err


@pytest.mark.parametrize(
    ("content", "reason"),
    [("", "lacks the column title"), ("title,mood\nx,y\n", "lacks the column label"), ("title,label\n", "no labelled")],
)
def test_evaluate_command_unlabelled_file_raises_error_with_reason(tmp_path: Path, content: str, reason: str) -> None:
    file = tmp_path / "labelled.csv"
    file.write_text(content)

    with pytest.raises(CommandError, match=reason):
        call_command("evaluate", str(file))
    with pytest.raises(LabelledFileError):
        load_labelled(file)

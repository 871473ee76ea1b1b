"""Random sequences of writes, retention and clock steps leave metrics and series equal to a plain model."""

import time

import pytest

from tests.helpers.examples import scale_examples
from tests.helpers.random_sequence import Clock, RandomSequence

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("seed", range(scale_examples(4)))
def test_metrics_random_sequence_equals_plain_model(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(time, "time", clock)

    RandomSequence(seed, clock).run(12)

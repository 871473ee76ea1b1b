"""Fifty random sequences of writes, retention and clock steps leave metrics and series equal to a plain model."""

import time

import pytest

from tests.helpers.random_sequence import Clock, RandomSequence

pytestmark = pytest.mark.django_db
SEQUENCES = 50
STEPS = 25


@pytest.mark.parametrize("seed", range(1000, 1000 + SEQUENCES))
def test_metrics_random_sequence_equals_plain_model(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(time, "time", clock)

    RandomSequence(seed, clock).run(STEPS)

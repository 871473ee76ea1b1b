"""Compare metrics and series with a recount of the stored items, for tests that step the clock."""

from tests.helpers.random_sequence import Clock, RandomSequence


def assert_counts_exact(clock: Clock) -> None:
    """Check all metrics, rates and series against the plain model. `clock` stands in place of `time.time`."""
    sequence = RandomSequence(0, clock)
    sequence.model.load_log()
    sequence.compare()

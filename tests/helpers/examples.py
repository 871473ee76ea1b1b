"""Numbers of Hypothesis examples that follow the profile in use."""

from hypothesis import settings

DEFAULT_EXAMPLES = 100  # of Hypothesis, and of the profile `patient`


def scale_examples(count: int) -> int:
    """Return how many examples the profile in use runs in place of `count`; at least 1."""
    return max(1, count * settings.default.max_examples // DEFAULT_EXAMPLES)

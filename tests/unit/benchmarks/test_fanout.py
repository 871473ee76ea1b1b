"""How benchmarks publish events and read latencies."""

import pytest

from benchmarks.fanout import percentile, publish_at


@pytest.mark.parametrize(("at_once", "most"), [(1, 1), (3, 3)])
def test_publish_at_publishes_each_number_once_and_few_enough_at_once(at_once: int, most: int) -> None:
    calls: list[tuple[int, int]] = []

    newest = publish_at(1_000_000, 5, 0.00001, lambda first, count: calls.append((first, count)), at_once=at_once)

    assert newest == 14
    assert [number for first, count in calls for number in range(first, first + count)] == [*range(5, 15)]
    assert max(count for _, count in calls) <= most


def test_percentile_is_the_bucket_that_reaches_its_share() -> None:
    latencies = [[1_000, 50], [2_000, 49], [9_000, 1]]

    assert [percentile(latencies, share) for share in (50, 99, 100)] == [1.0, 2.0, 9.0]

"""Comparing a column with many values, on each database."""

from collections.abc import Sequence

import pytest

from common.sql import in_array
from news.models import Bucket, Item
from tests.helpers.items import append

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("seqs", "expected"), [([], []), ([2], [2]), ([1, 3, 9], [1, 3])])
def test_in_array_numbers_match_their_rows(seqs: Sequence[int], expected: list[int]) -> None:
    append(0, 3)

    assert list(Item.objects.filter(seq__in=in_array(seqs)).order_by("seq").values_list("seq", flat=True)) == expected


@pytest.mark.parametrize(("keys", "is_found"), [([], False), (["AAPL"], True), (["MSFT", "IBM"], False)])
def test_in_array_texts_match_their_rows(keys: Sequence[str], is_found: bool) -> None:
    append(0)

    assert Bucket.objects.filter(key__in=in_array(keys)).exists() == is_found

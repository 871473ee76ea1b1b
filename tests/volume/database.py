"""Build a log of many items in the migrated, empty database of DATABASE_URL, past the checks that posts go through.

Run as `python -m tests.volume.database ITEMS`, in the environment of a server.
"""

import os
import random
import sys
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from news.models import Item

BATCH = 10_000
DAYS = 60  # over which the items came
TICKERS = [f"{first}{second}{third}" for first in "ABCDEFGH" for second in "KLMNOPQR" for third in "STUVWXYZ"]
WORDS = ["profit", "revenue", "outlook", "shares", "guidance", "dividend", "merger", "inquiry", "lawsuit", "upgrade"]
WORDS += ["rises", "falls", "beats", "misses", "cuts", "lifts", "holds", "expands", "delays", "record", "quarter"]
SENTIMENTS = ("positive", "neutral", "negative")


def build(count: int) -> None:
    """Append `count` items, and their buckets, in the order of their times; the last came just now."""
    from django.db import transaction

    from common.time import utc_now
    from news.ingest.bulk_insert import insert_items, insert_mentions
    from news.log.head import advance_head, lock_head
    from news.metrics.buckets import add_to_buckets
    from news.search.index import add_items

    dice = random.Random(1)
    step = timedelta(days=DAYS) / count
    start = utc_now() - timedelta(days=DAYS)
    for begin in range(0, count, BATCH):
        items = [make_item(seq, start + seq * step, dice) for seq in range(begin + 1, min(begin + BATCH, count) + 1)]
        with transaction.atomic():
            head = lock_head()
            insert_items(items, after=head.seq)
            insert_mentions((item, [dice.getrandbits(62) for _ in item.tickers]) for item in items)
            add_items(items)
            add_to_buckets(items)
            head.first_real_seq = 1
            advance_head(head, items=len(items))
        print(f"\r{begin + len(items):,} items", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


def make_item(seq: int, time: datetime, dice: random.Random) -> "Item":
    """Return an item with one to three tickers, of which the first are far more common than the last."""
    from news.models import Item

    tickers = [TICKERS[int(len(TICKERS) * dice.random() ** 3)] for _ in range(dice.choice((1, 1, 1, 2, 3)))]
    sentiment, score = dice.choice(SENTIMENTS), round(dice.uniform(0.4, 1), 4)
    others = round((1 - score) / 2, 4)
    return Item(
        item_id=str(UUID(int=dice.getrandbits(128), version=4)),
        seq=seq,
        title=f"{tickers[0]} {' '.join(dice.sample(WORDS, 6))} {seq}",
        url=f"https://news.example/{seq}",
        source=f"wire-{seq % 20}",
        external_id=str(seq),
        dedup_hash=sha256(str(seq).encode()).hexdigest(),
        tickers=list(dict.fromkeys(tickers)),
        sentiment=sentiment,
        score=score,
        probabilities=dict.fromkeys(SENTIMENTS, others) | {sentiment: score},
        analyzer="composed",
        analyzer_version="1",
        published_at=time,
        first_appended_at=time,
        appended_at=time,
        scored_at=time,
    )


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sentiment_site.settings")
    django.setup()
    build(int(sys.argv[1]))

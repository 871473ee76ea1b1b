"""The log of items, its head, the buckets aggregated from it, the instruments, and the sources that are polled."""

import secrets
import time
from collections.abc import Iterable
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, URLValidator
from django.db import models, transaction
from django.utils import timezone

from common.time import format_time
from news import source_kinds
from news.entity_score import EntityScore, list_entities
from news.limits import MAX_EXTERNAL_ID, MAX_FILE, MAX_REASON, MAX_SOURCE, MAX_TICKER, MAX_TITLE, MAX_URL
from news.source_kinds import SourceKind

# Of indexes: counting the many NULLs, planners would take any one id to be frequent.
HAS_EXTERNAL_ID = models.Q(external_id__isnull=False)


class Sentiment(models.TextChoices):
    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


class ItemState(models.Model):
    """What an item is from one place in the log to the next: its texts, tickers and score."""

    title = models.CharField(max_length=MAX_TITLE)
    summary = models.TextField(blank=True)
    url = models.CharField(max_length=MAX_URL, blank=True)
    source = models.CharField(max_length=MAX_SOURCE)
    external_id = models.CharField(max_length=MAX_EXTERNAL_ID, null=True, blank=True)  # noqa: DJ001 - NULLs are never equal
    dedup_hash = models.CharField(max_length=64, help_text="SHA-256 of normalised title, UTC day and tickers.")
    tickers = models.JSONField(help_text="Ticker symbols, the most relevant first.")
    sentiment = models.CharField(max_length=8, choices=Sentiment)
    score = models.FloatField("confidence", help_text="Confidence: the probability of the sentiment, 0..1.")
    probabilities = models.JSONField(help_text="Probability of each sentiment; the sum is 1.")
    evidence = models.JSONField(default=list, help_text="The words that decided the score.")
    entities = models.JSONField(
        null=True, help_text="An `EntityScore` for each ticker, as a list; null if all are as the headline."
    )
    language = models.CharField(  # noqa: DJ001 - the column came later, and a NULL costs old rows nothing
        max_length=8, null=True, help_text="ISO 639-1 code of a language other than English."
    )
    analyzer = models.CharField(max_length=50)
    analyzer_version = models.CharField(max_length=20)
    scored_at = models.DateTimeField(help_text="When this score was computed.")
    revision = models.PositiveIntegerField(default=0, help_text="How often the headline or its score changed.")
    published_at = models.DateTimeField(help_text="When the source published it.")
    is_undated = models.BooleanField(
        "undated",
        default=False,
        db_default=False,
        help_text="The source's date could not be read; the time of publication is the time of arrival.",
    )
    is_historical = models.BooleanField(
        "historical",
        default=False,
        db_default=False,
        help_text="Imported as old news: in totals and lists, but not announced and not in arrival rates.",
    )
    is_sample = models.BooleanField(
        "sample", default=False, db_default=False, help_text="A made-up headline, to show the site at work."
    )
    first_appended_at = models.DateTimeField(help_text="When it was first appended to the log.")
    appended_at = models.DateTimeField(
        help_text="When it was appended under this sequence number. Never decreases along the log."
    )

    # What changed at this place; set by `news.log.reader` for readers that ask for changes.
    change: "ItemChange | None" = None

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title

    @property
    def appended_text(self) -> str:
        """`appended_at` as in the API."""
        return format_time(self.appended_at)

    @property
    def published_text(self) -> str:
        """`published_at` as in the API."""
        return format_time(self.published_at)

    @property
    def value(self) -> float:
        """Sentiment as a number from -1 (negative) to 1 (positive): P(positive) - P(negative)."""
        return float(self.probabilities["positive"] - self.probabilities["negative"])

    def list_entities(self) -> list[EntityScore]:
        """Return what the headline says of each of its tickers, the most relevant first."""
        return list_entities(
            self.entities,
            self.tickers,
            sentiment=self.sentiment,
            score=self.score,
            value=self.value,
            evidence=self.evidence,
        )

    def get_entity(self, ticker: str) -> EntityScore:
        """Return what the headline says of one of its tickers. Errors: KeyError."""
        for entity in self.list_entities():
            if entity.ticker == ticker:
                return entity
        raise KeyError(ticker)


class PresentItems(models.Manager["Item"]):
    """Items that were not withdrawn."""

    def get_queryset(self) -> models.QuerySet["Item"]:
        return super().get_queryset().filter(is_withdrawn=False)


class Item(ItemState):
    """One scored headline as it is now. `seq` is its newest place in the log; `ItemRevision` has the former ones.

    A withdrawn item stays without its texts, so that what comes again is a duplicate; `objects` leaves it out.
    """

    item_id = models.CharField(max_length=36, unique=True, help_text="Public id, a UUIDv7.")
    seq = models.PositiveBigIntegerField(
        "sequence number", unique=True, help_text="Position in the log, in commit order."
    )
    is_withdrawn = models.BooleanField("withdrawn", default=False, db_default=False)
    has_own_tickers = models.BooleanField(
        null=True, help_text="Whether the sender gave the tickers; null if that was not recorded."
    )

    objects = PresentItems()
    with_withdrawn = models.Manager()  # noqa: DJ012 - the first manager is the default one

    class Meta:
        verbose_name = "headline"
        ordering: ClassVar = ["-seq"]
        permissions: ClassVar = [("withdraw_item", "Can withdraw headlines")]
        indexes: ClassVar = [
            models.Index(fields=["sentiment", "seq"], name="item_sentiment_seq"),
            models.Index(fields=["source", "seq"], name="item_source_seq"),
            models.Index(fields=["source", "external_id"], condition=HAS_EXTERNAL_ID, name="item_source_external_id"),
            models.Index(fields=["dedup_hash"], name="item_dedup_hash"),
            models.Index(fields=["appended_at", "seq"], name="item_appended_at_seq"),
            models.Index(fields=["first_appended_at"], name="item_first_appended_at"),
            models.Index(fields=["published_at", "id"], name="item_published_at"),
            models.Index(fields=["seq"], condition=models.Q(is_historical=False), name="item_announced_seq"),
            models.Index(fields=["seq"], condition=models.Q(is_sample=True), name="item_sample_seq"),
            models.Index(fields=["seq"], condition=models.Q(is_withdrawn=True), name="item_withdrawn_seq"),
        ]

    def list_sources(self, *, limit: int = 100) -> list[tuple[str, str]]:
        """Return source and URL of up to `limit` reports of this story, that of the item first."""
        reports = self.duplicate_reports.order_by("pk").values_list("source", "url")
        return [(self.source, self.url), *reports[: limit - 1]]


class WithdrawnItem(Item):
    """An item that was withdrawn, for a list of these alone."""

    class Meta:
        proxy = True
        verbose_name = "withdrawn headline"
        default_permissions = ()
        ordering: ClassVar = ["-seq"]


class ItemRevision(ItemState):
    """A former state of an item, which was announced under `seq` and held until `next_seq`. Never changes.

    The texts of a withdrawn item are erased, here too.
    """

    current = models.ForeignKey(
        Item, on_delete=models.CASCADE, related_name="revisions", db_index=False, help_text="The item as it is now."
    )
    item_id = models.CharField(max_length=36, help_text="Public id of the item.")
    seq = models.PositiveBigIntegerField("sequence number", unique=True)
    next_seq = models.PositiveBigIntegerField(unique=True, help_text="Place of the state that replaced this one.")

    is_withdrawn = False  # nothing follows a withdrawal

    class Meta:
        ordering: ClassVar = ["-seq"]
        indexes: ClassVar = [
            models.Index(fields=["current", "seq"], name="revision_current_seq"),
            models.Index(fields=["seq"], condition=models.Q(is_historical=False), name="revision_announced_seq"),
            models.Index(fields=["dedup_hash"], name="revision_dedup_hash"),
            models.Index(fields=["appended_at", "seq"], name="revision_appended_at_seq"),
        ]


class ChangeKind(models.TextChoices):
    """Why an item was appended to the log again."""

    RESCORED = "rescored"
    CORRECTED = "corrected"
    LABELLED = "labelled"
    RETAGGED = "retagged"
    WITHDRAWN = "withdrawn"


class ItemChange(models.Model):
    """What changed when an item was appended to the log again under `seq`."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="changes")
    seq = models.PositiveBigIntegerField("sequence number", unique=True)
    kind = models.CharField(max_length=9, choices=ChangeKind)
    fields = models.JSONField(default=list, help_text="Names of what changed, as in the API.")
    reason = models.CharField(max_length=MAX_REASON, blank=True)
    author = models.CharField(max_length=150, blank=True, help_text="Who changed it by hand; only staff see this.")

    # Tickers that the item no longer has, and its state before, if that is kept; set by `news.log.reader`.
    departed: tuple[str, ...] = ()
    former: ItemRevision | None = None

    class Meta:
        ordering: ClassVar = ["-seq"]

    def __str__(self) -> str:
        return f"{self.kind} at {self.seq}"


class Mention(models.Model):
    """A ticker of one state of an item. Its index on symbol and seq serves queries of the log by ticker."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="mentions", db_index=False)
    seq = models.PositiveBigIntegerField(help_text="Place of the state that it belongs to.")
    symbol = models.CharField(max_length=MAX_TICKER)
    relevance = models.FloatField(help_text="How much the headline is about it, 0..1.")
    sentiment = models.CharField(max_length=8, choices=Sentiment)
    score = models.FloatField(help_text="Probability of the sentiment, 0..1.")
    value = models.FloatField(help_text="P(positive) - P(negative), -1..1.")
    is_historical = models.BooleanField(default=False, db_default=False, help_text="As in the item.")
    similarity_key = models.BigIntegerField(null=True, help_text="Day of publication, and a hash of ticker and facts.")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["symbol", "seq"], name="mention_symbol_seq"),
            models.Index(
                fields=["symbol", "seq"], condition=models.Q(is_historical=False), name="mention_announced_seq"
            ),
            models.Index(fields=["similarity_key"], name="mention_similarity_key"),
        ]
        constraints: ClassVar = [models.UniqueConstraint(fields=["item", "symbol", "seq"], name="mention_once")]

    def __str__(self) -> str:
        return self.symbol


class Label(models.Model):
    """What a person says the sentiment of a headline, or of one of its tickers, should be, beside the model's answer.

    The one that has not ended counts: every later state of the item has its sentiment.
    """

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="labels")
    symbol = models.CharField(max_length=MAX_TICKER, blank=True, help_text="A ticker; empty for the whole headline.")
    sentiment = models.CharField("label", max_length=8, choices=Sentiment)
    author = models.CharField(max_length=150, help_text="User name of who set it; only staff see this.")
    created_at = models.DateTimeField("labelled at")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When it was replaced or removed.")
    model_sentiment = models.CharField(max_length=8, choices=Sentiment, help_text="The model's answer at the time.")
    model_score = models.FloatField("model's confidence", help_text="Probability of the model's answer, 0..1.")
    analyzer = models.CharField(max_length=50)
    analyzer_version = models.CharField(max_length=20)

    class Meta:
        ordering: ClassVar = ["-pk"]
        permissions: ClassVar = [("label_item", "Can label headlines")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["item", "symbol"], condition=models.Q(ended_at__isnull=True), name="label_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.symbol or 'headline'}: {self.sentiment}"

    @property
    def value(self) -> float:
        """The sentiment as a number: 1, 0 or -1."""
        return {Sentiment.POSITIVE: 1.0, Sentiment.NEUTRAL: 0.0, Sentiment.NEGATIVE: -1.0}[Sentiment(self.sentiment)]

    @property
    def probabilities(self) -> dict[str, float]:
        """The sentiment as probabilities: 1 for it, 0 for the others."""
        return {sentiment: float(sentiment == self.sentiment) for sentiment in Sentiment.values}


class ShadowScore(models.Model):
    """What SHADOW_ANALYZER says of an item. It is compared with the item's own score, and shown to staff only."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="shadow_scores")
    seq = models.PositiveBigIntegerField(help_text="Place of the state that was scored.")
    analyzer = models.CharField(max_length=50)
    analyzer_version = models.CharField(max_length=20)
    sentiment = models.CharField(max_length=8, choices=Sentiment)
    score = models.FloatField("confidence", help_text="Probability of the sentiment, 0..1.")
    entities = models.JSONField(help_text="For each ticker: ticker, sentiment, confidence, value.")
    scored_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["item", "analyzer"], name="shadow_score_once")]

    def __str__(self) -> str:
        return f"{self.analyzer}: {self.sentiment}"


class AnalyzerUsage(models.Model):
    """What an analyzer that is paid by the token took on one day (UTC)."""

    day = models.DateField()
    analyzer = models.CharField(max_length=50)
    requests = models.PositiveIntegerField(default=0)
    input_tokens = models.PositiveBigIntegerField(default=0)
    output_tokens = models.PositiveBigIntegerField(default=0)
    cost = models.FloatField(default=0, help_text="In the currency of ANALYZER_PRICES.")

    class Meta:
        verbose_name_plural = "analyzer usage"
        ordering: ClassVar = ["-day"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["day", "analyzer"], name="analyzer_usage_once")]

    def __str__(self) -> str:
        return f"{self.analyzer} on {self.day}"


class Departure(models.Model):
    """A ticker that an item had until it was appended again under `seq`, corrected or withdrawn."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="departures")
    seq = models.PositiveBigIntegerField(help_text="Place of the state that no longer has it.")
    symbol = models.CharField(max_length=MAX_TICKER)
    is_historical = models.BooleanField(default=False, db_default=False, help_text="As in the item.")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["symbol", "seq"], name="departure_symbol_seq")]
        constraints: ClassVar = [models.UniqueConstraint(fields=["seq", "symbol"], name="departure_once")]

    def __str__(self) -> str:
        return self.symbol


class DuplicateReport(models.Model):
    """A report by another source on the story of an item. It is not in the log; the item is."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="duplicate_reports")
    source = models.CharField(max_length=MAX_SOURCE)
    external_id = models.CharField(max_length=MAX_EXTERNAL_ID, null=True, blank=True)  # noqa: DJ001 - NULLs are never equal
    dedup_hash = models.CharField(max_length=64, help_text="Computed as for items, from the title of this report.")
    url = models.CharField(max_length=MAX_URL, blank=True)
    published_at = models.DateTimeField(help_text="When this source published it.")

    class Meta:
        db_table = "news_report"
        indexes: ClassVar = [
            models.Index(fields=["source", "external_id"], condition=HAS_EXTERNAL_ID, name="report_source_external_id")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dedup_hash", "source"], name="report_story_once_per_source"),
        ]

    def __str__(self) -> str:
        return f"{self.source} on {self.item_id}"


def make_generation() -> str:
    """Return a random name for a generation of the log, six characters of [0-9a-f]."""
    return secrets.token_hex(3)


class LogHead(models.Model):
    """The single row that numbers the items. A transaction that holds its lock is the only writer until it commits."""

    generation = models.CharField(
        max_length=6,
        default=make_generation,
        help_text="Changes when a backup is restored; cursors of another generation cannot be resumed.",
    )
    seq = models.PositiveBigIntegerField(default=0, help_text="Sequence number of the newest item.")
    min_seq = models.PositiveBigIntegerField(default=0, help_text="Newest sequence number that retention has trimmed.")
    first_real_seq = models.PositiveBigIntegerField(
        null=True, help_text="Sequence number under which the first item came that is no sample."
    )
    sample_removals = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Number of transactions that have removed samples."
    )
    series_from = models.BigIntegerField(
        default=0, db_default=0, help_text="Unix time before which retention deleted minutes and hours."
    )
    duplicate_reports = models.PositiveBigIntegerField(default=0, help_text="Number of duplicate reports recorded.")
    writes = models.PositiveBigIntegerField(
        default=0,
        db_default=0,
        help_text="Number of transactions that have written items, duplicate reports or buckets; ETags depend on it.",
    )
    scored = models.PositiveBigIntegerField(
        default=0, db_default=0, help_text="Number of texts scored, by all processes."
    )
    scoring_seconds = models.FloatField(default=0, db_default=0, help_text="Time spent on scoring, in seconds.")

    class Meta:
        verbose_name = "log head"

    def __str__(self) -> str:
        return f"{self.generation} at {self.seq}"

    @property
    def shows_samples(self) -> bool:
        """Whether samples are counted and listed, and may come: until the first real item, or until their removal."""
        return self.first_real_seq is None and self.sample_removals == 0

    @property
    def fingerprint(self) -> tuple[object, ...]:
        """A value that differs from that of any other state of the log.

        All columns, also the seconds of scoring: after a restored backup, `writes` could come to the same number again.
        """
        return tuple(getattr(self, field.attname) for field in self._meta.concrete_fields)


class Axis(models.TextChoices):
    """What the times of buckets are: arrival, publication, or arrival of historical items; samples have their own."""

    APPENDED = "a"
    PUBLISHED = "p"
    HISTORICAL = "h"
    SAMPLE_APPENDED = "s"
    SAMPLE_PUBLISHED = "r"

    @property
    def is_of_samples(self) -> bool:
        """Whether it counts samples and nothing else."""
        return self in (Axis.SAMPLE_APPENDED, Axis.SAMPLE_PUBLISHED)

    @property
    def is_by_publication(self) -> bool:
        """Whether items count by the time of publication."""
        return self in (Axis.PUBLISHED, Axis.SAMPLE_PUBLISHED)


class Bucket(models.Model):
    """Counts and sentiment values of the items of one key in one time interval.

    `key` is a ticker, or "" for all items, each counted once. `seconds` is the length of the interval, 0 for all time.
    Historical items are counted by publication and in all time; their minutes and hours of arrival are on an axis of
    their own, since their import is no news. Samples are on axes of their own, so that they can be left out.
    """

    axis = models.CharField(max_length=1, choices=Axis)
    seconds = models.PositiveIntegerField()
    key = models.CharField(max_length=MAX_TICKER, blank=True)
    start = models.BigIntegerField(help_text="Unix time in seconds, UTC.")
    # Not "Positive" fields: rescoring adds negative counts, which a CHECK would reject before they are summed.
    positive = models.BigIntegerField()
    neutral = models.BigIntegerField()
    negative = models.BigIntegerField()
    total = models.FloatField(help_text="Sum of sentiment values, each -1..1.")
    open = models.FloatField()
    high = models.FloatField()
    low = models.FloatField()
    close = models.FloatField()
    opened_at = models.FloatField(help_text="Unix time of the value in `open`.")
    closed_at = models.FloatField(help_text="Unix time of the value in `close`.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["axis", "seconds", "key", "start"], name="bucket_once")
        ]

    def __str__(self) -> str:
        return f"{self.key or 'all'} {self.get_axis_display()} {self.seconds}s at {self.start}"


class InstrumentKind(models.TextChoices):
    """What an instrument is. Topics (themes, such as TRADE) are counted, but not among the most mentioned tickers."""

    COMPANY = "company"
    INDEX = "index"
    COMMODITY = "commodity"
    CURRENCY = "currency"
    CRYPTO = "crypto"
    CENTRAL_BANK = "central_bank", "central bank"
    TOPIC = "topic"


class InstrumentBook(models.Model):
    """The single row whose version changes with every change of an instrument; processes load them again then."""

    version = models.PositiveBigIntegerField(default=0)
    shipped = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the shipped book that was loaded.")
    removed = models.JSONField(
        default=list, blank=True, help_text="Symbols that were deleted here; a newer shipped book leaves them out."
    )

    def __str__(self) -> str:
        return f"version {self.version}"

    @classmethod
    def bump(cls, *, saved: Iterable[str] = (), deleted: Iterable[str] = ()) -> Self:
        """Change the version, in the transaction that changes instruments. Other changes wait until it ends.

        saved, deleted: symbols of these instruments.
        """
        book, _ = cls.objects.select_for_update().get_or_create(pk=1)
        # Never a version that a transaction had which was rolled back: a process may have loaded that.
        book.version = max(book.version + 1, time.time_ns())
        book.removed = sorted({*book.removed, *deleted}.difference(saved))
        book.save()
        return book


class InstrumentQuerySet(models.QuerySet["Instrument"]):
    """Instruments. What changes them changes the version of the book, too."""

    def update(self, **values: Any) -> int:
        with transaction.atomic():
            InstrumentBook.bump()
            return super().update(**values)

    def bulk_create(self, objs: Iterable["Instrument"], *arguments: Any, **options: Any) -> list["Instrument"]:
        instruments = [*objs]
        with transaction.atomic():
            InstrumentBook.bump(saved=[instrument.symbol for instrument in instruments])
            return super().bulk_create(instruments, *arguments, **options)

    def delete(self) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            InstrumentBook.bump(deleted=self.values_list("symbol", flat=True))
            return super().delete()

    delete.queryset_only = True  # type: ignore[attr-defined]  # as Django has it: not `objects.delete()`


class Instrument(models.Model):
    """Something that news is about, and the names by which texts call it."""

    symbol = models.CharField(max_length=MAX_TICKER, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=InstrumentKind)
    aliases = models.JSONField(
        default=list, blank=True, help_text="Other names as texts write them. In capitals: matched in capitals only."
    )
    exclusions = models.JSONField(
        default=list, blank=True, help_text="Phrases that contain one of its names and do not refer to it."
    )
    is_edited = models.BooleanField(
        "edited", default=False, help_text="Changed or added here; a newer shipped book leaves it alone."
    )

    objects = InstrumentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["symbol"]

    def __str__(self) -> str:
        return f"{self.symbol} {self.name}"

    def save(self, *arguments: Any, **options: Any) -> None:
        with transaction.atomic():
            InstrumentBook.bump(saved=[self.symbol])
            super().save(*arguments, **options)

    def delete(self, *arguments: Any, **options: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            InstrumentBook.bump(deleted=[self.symbol])
            return super().delete(*arguments, **options)


class ImportRun(models.Model):
    """One run of `import_items` over a file; runs that resume it are the same one."""

    file = models.CharField(max_length=MAX_FILE, help_text="Name of the file.")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, help_text="Not set if it stopped before the end of the file.")
    undone_at = models.DateTimeField(null=True, help_text="When `import_items --undo` began to take it back.")

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.pk}: {self.file}"

    @property
    def items(self) -> int:
        """Number of items that it created."""
        return sum(imported.last - imported.first + 1 for imported in self.ranges.all())


class ImportedRange(models.Model):
    """Primary keys of items that an import created, all that lie between two.

    Items keep their primary keys. A batch has consecutive ones, because it is written under the lock of the log, and so
    do batches between which nothing else arrives: they share a row.
    """

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="ranges")
    first = models.PositiveBigIntegerField()
    last = models.PositiveBigIntegerField()

    class Meta:
        ordering: ClassVar = ["first"]

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"


class Source(models.Model):
    """A place that headlines are fetched from, and the result of its last poll. API keys are in the environment."""

    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=10, choices=source_kinds.get_choices, default="feed")
    url = models.URLField(
        max_length=2000,
        blank=True,
        validators=[URLValidator(schemes=["http", "https"])],
        help_text="http or https address that is fetched. API keys are set in the environment, not in the URL.",
    )
    path = models.CharField(
        max_length=1000, blank=True, help_text="Full path of the file or folder that is watched, for kinds without URL."
    )
    is_enabled = models.BooleanField("enabled", default=True)
    default_ticker = models.CharField(
        max_length=MAX_TICKER, blank=True, help_text="Ticker of entries in which no instrument is found."
    )
    allowed_tickers = models.JSONField(
        default=list, blank=True, help_text="If set, entries get these tickers and no others."
    )
    interval_seconds = models.PositiveIntegerField(default=300, validators=[MinValueValidator(10)])
    etag = models.CharField(max_length=500, blank=True, editable=False)
    last_modified = models.CharField(max_length=100, blank=True, editable=False)
    file_offsets = models.JSONField(
        default=dict, blank=True, editable=False, help_text="Inode and byte offset reached, by name of watched file."
    )
    next_poll_at = models.DateTimeField(default=timezone.now, db_index=True, help_text="Time of the next poll.")
    last_polled_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)
    consecutive_failures = models.PositiveIntegerField(default=0, editable=False)
    failures = models.PositiveBigIntegerField(default=0, db_default=0, editable=False)
    items_created = models.PositiveBigIntegerField(default=0, editable=False)
    entries_skipped = models.PositiveBigIntegerField(default=0, editable=False)
    entries_undated = models.PositiveBigIntegerField(default=0, db_default=0, editable=False)
    last_skipped = models.JSONField(
        default=list, blank=True, editable=False, help_text="The newest skipped entries, with time, title and reason."
    )
    last_item_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When it last brought an item."
    )
    items_by_hour = models.JSONField(
        null=True, blank=True, editable=False, help_text="Items of each hour of the last day: [Unix time, count]."
    )

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Check that the field which the kind needs is set, the other is empty, and the URL holds no API key."""
        kind = source_kinds.find_kind(self.kind)
        if kind is None:  # the choices of the field report it
            return
        if kind.location == "path":
            self._clean_path(kind)
        else:
            self._clean_url(kind)

    def _clean_path(self, kind: SourceKind) -> None:
        if self.url:
            raise ValidationError({"url": f"{kind.label}: has a path, no URL; leave it empty."})
        if not self.path.startswith("/"):
            raise ValidationError({"path": f"{self.path!r}: must be a full path, such as /srv/news."})

    def _clean_url(self, kind: SourceKind) -> None:
        if self.path:
            raise ValidationError({"path": f"{kind.label}: has a URL, no path; leave it empty."})
        if not self.url:
            raise ValidationError({"url": f"{kind.label}: needs a URL, such as https://example.org/news."})
        if kind.api_key and (parameter := source_kinds.find_key_parameter(self.url)):
            raise ValidationError(
                {
                    "url": f"{parameter}= holds an API key: leave it out, and set {kind.api_key.setting} "
                    "in the environment of `ingest`."
                }
            )

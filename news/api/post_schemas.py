"""Responses and request body of a post of items, for OpenAPI."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from common.errors import ErrorDetail
from news.api.post_body import JSON_LINES_TYPES, MAX_POST_RECORDS
from news.ingest.pipeline import BatchResult
from news.limits import MAX_EXTERNAL_ID, MAX_SOURCE, MAX_TITLE

Index = Annotated[int, Field(ge=0, description="Index of the record in the batch, from 0.")]


class RejectedRecord(BaseModel):
    """An invalid record: its index in the batch and the reason."""

    index: Index
    detail: str


class RecordWarning(BaseModel):
    """What was ignored or guessed in a record, whatever became of it."""

    index: Index
    detail: str


class RecordResult(BaseModel):
    """What became of one record: a new item, a repetition of one, a correction of one, or nothing."""

    index: Index
    status: Literal["created", "duplicate", "updated", "rejected"]
    item_id: str | None = Field(
        description="Of the new, repeated or corrected item; null if the record is rejected or the item removed."
    )


class RejectedPost(ErrorDetail):
    """A post without a valid record. That of a batch has the fields of a `PostResult`, too."""

    created: list[str] | None = Field(default=None, description="For a batch: empty.")
    duplicates: int | None = Field(default=None, description="For a batch: 0.")
    rejected: list[RejectedRecord] | None = Field(default=None, description="For a batch, the reason for each record.")
    results: list[RecordResult] | None = Field(default=None, description="For a batch, `rejected` for each record.")
    warnings: list[RecordWarning] | None = Field(
        default=None, description="What was ignored; for a single object only if there is anything."
    )


class PostResult(BaseModel):
    """Result of a post."""

    created: list[str] = Field(description="Ids of the new items, in log order; not of those that were corrected.")
    duplicates: int = Field(description="Number of records that change nothing.")
    rejected: list[RejectedRecord]
    results: list[RecordResult] = Field(description="What became of each record, in order.")
    warnings: list[RecordWarning] = Field(description="What was ignored or guessed, in order.")


def to_post_result(result: BatchResult) -> PostResult:
    """Return the response to a post with a record that was created, is a duplicate or corrects an item."""
    return PostResult(
        created=result.created,
        duplicates=result.duplicates,
        rejected=_to_rejected(result),
        results=[
            RecordResult(index=record.index, status=record.status, item_id=record.item_id) for record in result.results
        ],
        warnings=_to_warnings(result),
    )


def to_rejected_post(result: BatchResult, *, is_batch: bool) -> RejectedPost:
    """Return the response to a post of which every record was rejected."""
    if not is_batch:
        warnings: dict[str, Any] = {"warnings": _to_warnings(result)} if result.warnings else {}
        return RejectedPost(detail=result.rejected[0].detail, **warnings)
    return RejectedPost(
        detail=f"None of the {len(result.rejected)} records is valid: see `rejected` for the reason for each.",
        **dict(to_post_result(result)),
    )


def _to_rejected(result: BatchResult) -> list[RejectedRecord]:
    return [RejectedRecord(index=record.index, detail=record.detail) for record in result.rejected]


def _to_warnings(result: BatchResult) -> list[RecordWarning]:
    return [RecordWarning(index=warning.index, detail=warning.detail) for warning in result.warnings]


# For the OpenAPI document only. Posted records are validated one by one, so that an invalid one does not reject the
# batch.
TICKERS = {
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
    "description": "One or several, in any form of docs/symbols.md. Default: those found in the text.",
    "examples": ["AAPL", ["AAPL", "MSFT"]],
}
TIME = {"type": ["string", "number"], "description": "A date and time, or Unix time. Default: now."}
_RECORD = {
    "title": "ItemRecord",  # the name of its class in generated clients
    "type": "object",
    "properties": {
        "title": {"type": "string", "maxLength": MAX_TITLE, "description": "Required. Also `headline`."},
        "tickers": {**TICKERS, "description": f"{TICKERS['description']} Also `ticker`, `symbol`, `symbols`."},
        "ticker": TICKERS,
        "summary": {"type": "string", "description": "Also `text`, `description`."},
        "url": {"type": "string", "description": "Also `link`."},
        "source": {"type": "string", "maxLength": MAX_SOURCE, "description": "Default: the name of the token."},
        "published_at": {**TIME, "description": f"{TIME['description']} Also `publishedAt published date datetime`."},
        "external_id": {
            "type": ["string", "integer"],
            "maxLength": MAX_EXTERNAL_ID,
            "description": "The source's own id; other content under the same id corrects the item. Also `id`.",
        },
        "historical": {"type": "boolean", "default": False, "description": "Old news: kept, but not announced."},
    },
    "examples": [{"title": "Apple beats estimates as iPhone sales surge", "ticker": "AAPL"}],
}
_RECORDS = {"type": "array", "minItems": 1, "maxItems": MAX_POST_RECORDS, "items": _RECORD}
_BATCH = {"title": "ItemBatch", "type": "object", "required": ["items"], "properties": {"items": _RECORDS}}
_LINES = {"type": "string", "description": f"One object per line, up to {MAX_POST_RECORDS:,}."}
POST_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"anyOf": [_RECORD, _BATCH, _RECORDS]}}}
        | {content_type: {"schema": _LINES} for content_type in ("application/x-ndjson", "application/jsonl")},
    }
}
assert POST_BODY["requestBody"]["content"].keys() - {"application/json"} <= JSON_LINES_TYPES

"""Request body and responses of the calls that correct and withdraw items, for OpenAPI."""

from datetime import datetime
from typing import Any

from pydantic import Field

from common.errors import ErrorDetail
from news.api.post_schemas import TICKERS, TIME
from news.api.schemas import ItemFull
from news.limits import MAX_REASON, MAX_TITLE


class CorrectedItem(ItemFull):
    """An item after a correction."""

    warnings: list[str] = Field(description="What was ignored or guessed.")


class WithdrawnItem(ErrorDetail):
    """The item was withdrawn."""

    reason: str = Field(description="Empty if none was given.")
    timestamp: datetime = Field(description="When it was withdrawn.")


# For the OpenAPI document only: `parse_changes` validates, with the messages of posts.
PATCH_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "title": "ItemChanges",
                    "type": "object",
                    "description": "The fields to change, by the names that posts may have, too.",
                    "properties": {
                        "title": {"type": "string", "minLength": 1, "maxLength": MAX_TITLE},
                        "summary": {"type": "string", "description": "Empty: none."},
                        "url": {"type": "string", "description": "Empty: none."},
                        "tickers": {
                            **TICKERS,
                            "description": "They replace the former ones. Empty: those in the text.",
                        },
                        "published_at": {**TIME, "description": "A date and time, or Unix time."},
                        "reason": {"type": "string", "maxLength": MAX_REASON, "description": "Why; it is public."},
                    },
                    "examples": [{"title": "Apple misses estimates", "reason": "The first report was wrong."}],
                }
            }
        },
    }
}

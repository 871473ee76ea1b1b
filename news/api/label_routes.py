"""REST API of labels: what the sentiment of a headline, or of one of its tickers, should be. For staff only.

Mount it with an authentication by login session, which must set `request.user` and check the CSRF token.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router, Status
from ninja.errors import HttpError
from pydantic import BaseModel, Field

from common.errors import ErrorDetail
from common.parsing import parse_ticker
from common.request_body import parse_json_object
from news.api.edit_schemas import WithdrawnItem
from news.api.item_routes import with_item
from news.api.schemas import Ticker
from news.labels.permission import may_label
from news.labels.store import LabelError, NoLabel, list_labels, remove_label, set_label
from news.models import Label, Sentiment

MAX_BODY_BYTES = 1_000
ERRORS = {**dict.fromkeys((400, 401, 403, 404, 422), ErrorDetail), 410: WithdrawnItem}
LABEL_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "title": "NewLabel",
                    "type": "object",
                    "properties": {
                        "sentiment": {"enum": [*Sentiment.values], "description": "What it should be."},
                        "symbol": {
                            "type": ["string", "null"],
                            "description": "One of the item's tickers. Default: the whole headline.",
                        },
                    },
                    "required": ["sentiment"],
                }
            }
        },
    }
}

router = Router(tags=["news"])


class ItemLabel(BaseModel):
    """What a person says the sentiment should be."""

    symbol: Ticker | None = Field(description="One of the item's tickers; null for the whole headline.")
    sentiment: Sentiment
    author: str = Field(description="User name of who set it.")
    created_at: datetime
    model_sentiment: Sentiment = Field(description="The analyzer's answer when it was labelled.")


class ItemLabels(BaseModel):
    """The labels of an item that count."""

    labels: list[ItemLabel] = Field(description="That of the headline first.")


@router.get("/items/{item_id}/label", summary="List the labels of an item", response={200: ItemLabels, **ERRORS})
def get_item_labels(request: HttpRequest, response: HttpResponse, item_id: Path[str]) -> ItemLabels | Status[Any]:
    """List the labels of the headline and of its tickers with their authors. For staff with the permission to label."""
    _require_permission(request)
    return _answer(response, item_id)


@router.post(
    "/items/{item_id}/label",
    summary="Label an item",
    response={200: ItemLabels, 413: ErrorDetail, **ERRORS},
    openapi_extra=LABEL_BODY,
)
def post_item_label(request: HttpRequest, response: HttpResponse, item_id: Path[str]) -> ItemLabels | Status[Any]:
    """Say what the sentiment of the headline, or of one of its tickers, should be. The newest label counts.

    The item is announced again with a confidence of 1, and keeps this sentiment when it is corrected or scored again.
    """
    author = _require_permission(request)
    expected = 'an object, such as {"sentiment": "positive"}'
    body = parse_json_object(request, max_bytes=MAX_BODY_BYTES, expected=expected, fields=("sentiment", "symbol"))
    sentiment, symbol = body.get("sentiment"), _parse_symbol(body.get("symbol"))
    if sentiment not in Sentiment.values:
        choices = ", ".join(Sentiment.values)
        raise HttpError(422, f"sentiment={str(sentiment)[:60]!r}: must be one of {choices}.")
    return _answer(response, item_id, lambda: set_label(item_id, Sentiment(sentiment), symbol=symbol, author=author))


@router.delete("/items/{item_id}/label", summary="Remove a label of an item", response={200: ItemLabels, **ERRORS})
def delete_item_label(
    request: HttpRequest, response: HttpResponse, item_id: Path[str], symbol: str = ""
) -> ItemLabels | Status[Any]:
    """Take back the label of the headline, which is scored again, or with `symbol` that of one of its tickers."""
    author = _require_permission(request)
    ticker = _parse_symbol(symbol)
    return _answer(response, item_id, lambda: remove_label(item_id, symbol=ticker, author=author))


def _require_permission(request: HttpRequest) -> str:
    """Return the user's name. Errors: HttpError 403 for those who may not label."""
    user: Any = request.user
    if not may_label(user):
        name = user.get_username()[:60]
        raise HttpError(
            403, f"{name!r}: may not label; ask for a staff account with the permission to label headlines."
        )
    return str(user.get_username())


def _parse_symbol(value: object) -> str:
    """Return a ticker in its one form, "" for the whole headline. Errors: HttpError 422."""
    if value in (None, ""):
        return ""
    try:
        return parse_ticker(str(value))
    except ValueError as error:
        raise HttpError(422, f"symbol={str(value)[:60]!r}: {error}.") from error


def _answer(response: HttpResponse, item_id: str, change: Callable[[], None] | None = None) -> ItemLabels | Status[Any]:
    """Return the labels of an item after a change. Errors: HttpError 404, 422; 410 for a withdrawn item."""
    response["Cache-Control"] = "private, no-store"

    def run() -> ItemLabels:
        if change is not None:
            change()
        return ItemLabels(labels=[_to_label(label) for label in list_labels(item_id)])

    try:
        return with_item(item_id, run)
    except NoLabel as error:
        raise HttpError(404, str(error)) from error
    except LabelError as error:
        raise HttpError(422, str(error)) from error


def _to_label(label: Label) -> ItemLabel:
    return ItemLabel(
        symbol=label.symbol or None,
        sentiment=Sentiment(label.sentiment),
        author=label.author,
        created_at=label.created_at,
        model_sentiment=Sentiment(label.model_sentiment),
    )

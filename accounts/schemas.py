"""Request and response schemas of the account API, for validation and the OpenAPI document."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from accounts.configurations import MAX_WATCHLIST_TICKERS
from accounts.models import MAX_CONFIGURATION_NAME, AnonymousSession, Configuration, Ticket
from common.parsing import TICKER_REGEX
from news.instruments.current import get_instrument_name

EXAMPLE_SECRET = "b3JpZ2luYWwgbmV3cyB3YXRjaGVyIHNlY3JldCBoZXJl"  # noqa: S105 - an example


class SessionCreated(BaseModel):
    """A new anonymous session. This is the only response that contains its token."""

    user_id: UUID = Field(description="Public id of the session. It is no credential.")
    token: str = Field(description="Send it as `Authorization: Bearer …`.", examples=[EXAMPLE_SECRET])
    auth_type: Literal["anonymous"]
    created_at: datetime
    session_expires_at: datetime = Field(description="When the token expires.")


class NamedTicker(BaseModel):
    """A ticker and the name of its instrument."""

    symbol: str = Field(examples=["AAPL"])
    name: str = Field(description="Empty if unknown.", examples=["Apple Inc."])


class ConfigurationDetail(BaseModel):
    """Tickers saved under a name."""

    config_id: UUID
    name: str = Field(examples=["My portfolio"])
    tickers: list[NamedTicker] = Field(description="In the order given.")
    created_at: datetime


class ConfigurationList(BaseModel):
    """Your configurations, oldest first; at most 50, so there is no pagination."""

    configurations: list[ConfigurationDetail]


class TicketCreated(BaseModel):
    """A new ticket for one stream. This is the only response that contains it."""

    ticket: str = Field(description="Open the stream with `?ticket=…`, once.", examples=[EXAMPLE_SECRET])
    expires_at: datetime = Field(description="30 seconds from now.")


def to_session(session: AnonymousSession, secret: str) -> SessionCreated:
    """Return the schema of a new session. `secret` is that of its token."""
    token = session.token
    assert token.expires_at is not None, "create_session sets it"
    return SessionCreated(
        user_id=session.user_id,
        token=secret,
        auth_type="anonymous",
        created_at=token.created_at,
        session_expires_at=token.expires_at,
    )


def to_configuration(configuration: Configuration) -> ConfigurationDetail:
    """Return the schema of a configuration."""
    return ConfigurationDetail(
        config_id=configuration.config_id,
        name=configuration.name,
        tickers=[NamedTicker(symbol=symbol, name=get_instrument_name(symbol)) for symbol in configuration.tickers],
        created_at=configuration.created_at,
    )


def to_ticket(ticket: Ticket, secret: str) -> TicketCreated:
    """Return the schema of a new ticket."""
    return TicketCreated(ticket=secret, expires_at=ticket.expires_at)


def build_request_body(schema: dict[str, Any], *, required: bool) -> dict[str, Any]:
    """Return an OpenAPI request body, for routes that parse their body with `parse_json_object`."""
    return {"requestBody": {"required": required, "content": {"application/json": {"schema": schema}}}}


_NAME_SCHEMA = {
    "type": "string",
    "minLength": 1,
    "maxLength": MAX_CONFIGURATION_NAME,
    "description": "Unique among your configurations.",
}
_SYMBOL_SCHEMA = {"type": "string", "pattern": f"^{TICKER_REGEX}$"}
_TICKERS_SCHEMA = {
    "type": "array",
    "minItems": 1,
    "maxItems": MAX_WATCHLIST_TICKERS,
    "description": "Symbols, or objects with a `symbol`, in any form of docs/symbols.md. Duplicates are removed.",
    "items": {
        "anyOf": [
            _SYMBOL_SCHEMA,
            {
                "type": "object",
                "required": ["symbol"],
                "properties": {"symbol": _SYMBOL_SCHEMA, "name": {"type": "string", "description": "Ignored."}},
                "additionalProperties": False,
            },
        ]
    },
}
_CONFIGURATION_SCHEMA = {
    "type": "object",
    "properties": {"name": _NAME_SCHEMA, "tickers": _TICKERS_SCHEMA},
    "additionalProperties": False,
}

SESSION_BODY = build_request_body(
    {
        "type": "object",
        "properties": {"timezone": {"type": "string", "description": "IANA name.", "examples": ["Europe/Berlin"]}},
        "additionalProperties": False,
    },
    required=False,
)
CONFIGURATION_BODY = build_request_body(
    {
        **_CONFIGURATION_SCHEMA,
        "required": ["name", "tickers"],
        "examples": [{"name": "My portfolio", "tickers": ["AAPL", {"symbol": "MSFT"}]}],
    },
    required=True,
)
EDIT_BODY = build_request_body(
    {**_CONFIGURATION_SCHEMA, "examples": [{"tickers": ["AAPL", "NVDA"]}, {"name": "Chips"}]}, required=True
)

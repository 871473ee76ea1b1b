"""What the REST calls about accounts take and answer: the shapes of the OpenAPI document."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from accounts.configurations import MAX_WATCHLIST_TICKERS
from accounts.models import MAX_CONFIGURATION_NAME, AnonymousSession, Configuration, Ticket
from news.instruments.names import get_company_name

SECRET = "b3JpZ2luYWwgbmV3cyB3YXRjaGVyIHNlY3JldCBoZXJl"  # noqa: S105 - an example


class SessionCreated(BaseModel):
    """An anonymous session. Its token is shown this once."""

    user_id: UUID = Field(description="A public name for the session. It opens nothing.")
    token: str = Field(description="Send it as `Authorization: Bearer …`.", examples=[SECRET])
    auth_type: Literal["anonymous"]
    created_at: datetime
    session_expires_at: datetime = Field(description="From then on the token opens nothing.")


class NamedTicker(BaseModel):
    """A ticker and the company it stands for."""

    symbol: str = Field(examples=["AAPL"])
    name: str = Field(description="Empty where it is not known.", examples=["Apple Inc."])


class ConfigurationDetail(BaseModel):
    """Tickers saved under a name."""

    config_id: UUID
    name: str = Field(examples=["My portfolio"])
    tickers: list[NamedTicker] = Field(description="In the order given.")
    created_at: datetime


class ConfigurationList(BaseModel):
    """All configurations of whoever asks, the oldest first; at most 50, so there are no pages."""

    configurations: list[ConfigurationDetail]


class TicketCreated(BaseModel):
    """A ticket for one stream. It is shown this once."""

    ticket: str = Field(description="Open the stream with `?ticket=…`, once.", examples=[SECRET])
    expires_at: datetime = Field(description="30 seconds from now.")


def to_session(session: AnonymousSession, secret: str) -> SessionCreated:
    """Return a new session with the secret of its token."""
    token = session.token
    assert token.expires_at is not None, "an anonymous session ends"
    return SessionCreated(
        user_id=session.user_id,
        token=secret,
        auth_type="anonymous",
        created_at=token.created_at,
        session_expires_at=token.expires_at,
    )


def to_configuration(configuration: Configuration) -> ConfigurationDetail:
    """Return a configuration as its owner sees it."""
    return ConfigurationDetail(
        config_id=configuration.config_id,
        name=configuration.name,
        tickers=[NamedTicker(symbol=symbol, name=get_company_name(symbol)) for symbol in configuration.tickers],
        created_at=configuration.created_at,
    )


def to_ticket(ticket: Ticket, secret: str) -> TicketCreated:
    """Return a new ticket with its secret."""
    return TicketCreated(ticket=secret, expires_at=ticket.expires_at)


def body(schema: dict[str, Any], *, required: bool) -> dict[str, Any]:
    """Return what a call adds to the OpenAPI document: the body that `accounts.body` reads."""
    return {"requestBody": {"required": required, "content": {"application/json": {"schema": schema}}}}


_NAME = {"type": "string", "minLength": 1, "maxLength": MAX_CONFIGURATION_NAME, "description": "Unlike your others."}
_SYMBOL = {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9.\-]{0,9}$"}
_TICKERS = {
    "type": "array",
    "minItems": 1,
    "maxItems": MAX_WATCHLIST_TICKERS,
    "description": "Symbols, or objects with a `symbol`, in any case; one given twice counts once.",
    "items": {"anyOf": [_SYMBOL, {"type": "object", "required": ["symbol"], "properties": {"symbol": _SYMBOL}}]},
}
_CONFIGURATION = {"type": "object", "properties": {"name": _NAME, "tickers": _TICKERS}}

SESSION_BODY = body(
    {
        "type": "object",
        "properties": {"timezone": {"type": "string", "description": "An IANA name.", "examples": ["Europe/Berlin"]}},
    },
    required=False,
)
CONFIGURATION_BODY = body(
    {
        **_CONFIGURATION,
        "required": ["name", "tickers"],
        "examples": [{"name": "My portfolio", "tickers": ["AAPL", {"symbol": "MSFT"}]}],
    },
    required=True,
)
EDIT_BODY = body({**_CONFIGURATION, "examples": [{"tickers": ["AAPL", "NVDA"]}, {"name": "Chips"}]}, required=True)

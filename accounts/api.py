"""The REST calls about who asks: anonymous sessions, configurations, tickets for streams.

A configuration is seen by its owner alone: to everybody else it does not exist.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest
from ninja import Path, Router, Status
from ninja.errors import HttpError

from accounts.anonymous_sessions import create_session, parse_zone
from accounts.auth import READ_AUTH
from accounts.configurations import (
    NAME_CURE,
    NOT_FOUND,
    TICKERS_CURE,
    ConfigurationConflict,
    create_configuration,
    edit_configuration,
    get_configuration,
    parse_name,
    parse_symbols,
    select_configurations,
)
from accounts.models import Configuration
from accounts.principals import Principal
from accounts.schemas import (
    CONFIGURATION_BODY,
    EDIT_BODY,
    SESSION_BODY,
    ConfigurationDetail,
    ConfigurationList,
    SessionCreated,
    TicketCreated,
    to_configuration,
    to_session,
    to_ticket,
)
from accounts.throttle_keys import address_key, principal_key
from accounts.tickets import create_ticket
from common.errors import ErrorDetail
from common.rate_limit import RateLimit
from common.request_body import parse_json_object

MAX_BODY_BYTES = 100_000  # of a body
KNOWN = {401: ErrorDetail, 403: ErrorDetail}  # what calls for recognised callers can answer

Value = TypeVar("Value")
router = Router(tags=["accounts"], auth=READ_AUTH)


@router.post(
    "/auth/anonymous",
    summary="Begin an anonymous session",
    response={201: SessionCreated, 400: ErrorDetail, 413: ErrorDetail, 422: ErrorDetail, 429: ErrorDetail},
    auth=None,
    throttle=RateLimit("ANONYMOUS_SESSIONS_PER_MINUTE", seconds=60, caller=address_key),
    openapi_extra=SESSION_BODY,
)
def begin_session(request: HttpRequest) -> Status[SessionCreated]:
    """Give a token to somebody who has no account: for configurations, tickets and their streams."""
    zone = _checked(parse_zone, _fields_of(request).get("timezone"))
    return Status(201, to_session(*create_session(zone)))


@router.post(
    "/configurations",
    summary="Save tickers under a name",
    response={
        201: ConfigurationDetail,
        400: ErrorDetail,
        **KNOWN,
        409: ErrorDetail,
        413: ErrorDetail,
        422: ErrorDetail,
    },
    openapi_extra=CONFIGURATION_BODY,
)
def add_configuration(request: HttpRequest) -> Status[ConfigurationDetail]:
    """Make a configuration. 409: you have one of this name, or 50 already."""
    fields = _fields_of(request)
    for field, cure in (("name", NAME_CURE), ("tickers", TICKERS_CURE)):
        if field not in fields:
            raise HttpError(422, f"{field} is missing: it {cure}.")
    name, tickers = _checked(parse_name, fields["name"]), _checked(parse_symbols, fields["tickers"])
    try:
        return Status(201, to_configuration(create_configuration(_visitor(request), name=name, tickers=tickers)))
    except ConfigurationConflict as conflict:
        raise HttpError(409, str(conflict)) from conflict


@router.get("/configurations", summary="List your configurations", response={200: ConfigurationList, **KNOWN})
def list_configurations(request: HttpRequest) -> ConfigurationList:
    """Give all of them, the oldest first."""
    own = select_configurations(_visitor(request))
    return ConfigurationList(configurations=[to_configuration(configuration) for configuration in own])


@router.get(
    "/configurations/{config_id}",
    summary="Read a configuration",
    response={200: ConfigurationDetail, **KNOWN, 404: ErrorDetail},
)
def read_configuration(request: HttpRequest, config_id: Path[str]) -> ConfigurationDetail:
    """Give one of yours."""
    return to_configuration(_find(request, config_id))


@router.patch(
    "/configurations/{config_id}",
    summary="Rename a configuration or change its tickers",
    response={
        200: ConfigurationDetail,
        400: ErrorDetail,
        **KNOWN,
        404: ErrorDetail,
        409: ErrorDetail,
        413: ErrorDetail,
        422: ErrorDetail,
    },
    openapi_extra=EDIT_BODY,
)
def change_configuration(request: HttpRequest, config_id: Path[str]) -> ConfigurationDetail:
    """Change what is given and leave the rest. With other tickers its open streams end: connect again."""
    configuration = _find(request, config_id)
    fields = _fields_of(request)
    name = _checked(parse_name, fields["name"]) if "name" in fields else None
    tickers = _checked(parse_symbols, fields["tickers"]) if "tickers" in fields else None
    try:
        changed = edit_configuration(configuration, name=name, tickers=tickers)
    except ConfigurationConflict as conflict:
        raise HttpError(409, str(conflict)) from conflict
    if changed is None:
        raise HttpError(404, NOT_FOUND)
    return to_configuration(changed)


@router.delete(
    "/configurations/{config_id}", summary="Delete a configuration", response={204: None, **KNOWN, 404: ErrorDetail}
)
def delete_configuration(request: HttpRequest, config_id: Path[str]) -> Status[None]:
    """Delete one of yours. Its open streams end."""
    _find(request, config_id).delete()
    return Status(204, None)


@router.post(
    "/stream/tickets",
    summary="Get a ticket for a stream",
    response={201: TicketCreated, **KNOWN, 429: ErrorDetail},
    throttle=RateLimit("STREAM_TICKETS_PER_MINUTE", seconds=60, caller=principal_key),
)
def add_ticket(request: HttpRequest) -> Status[TicketCreated]:
    """Give a ticket that opens one stream of yours within 30 seconds, where no header can be sent. Takes no body."""
    visitor = _visitor(request)
    return Status(201, to_ticket(*create_ticket(token=visitor.token, session_key=visitor.session_key)))


def _visitor(request: HttpRequest) -> Principal:
    visitor: Principal = request.auth  # type: ignore[attr-defined]  # ninja sets it
    return visitor


def _fields_of(request: HttpRequest) -> dict[str, Any]:
    return parse_json_object(request, max_bytes=MAX_BODY_BYTES, expected="one object, such as {}", default="{}")


def _find(request: HttpRequest, config_id: str) -> Configuration:
    configuration = get_configuration(_visitor(request), config_id)
    if configuration is None:
        raise HttpError(404, NOT_FOUND)
    return configuration


def _checked(read: Callable[[object], Value], value: object) -> Value:
    try:
        return read(value)
    except ValueError as error:
        raise HttpError(422, str(error)) from error

"""REST routes of accounts: anonymous sessions, configurations and stream tickets.

Another owner's configuration is 404, like one that does not exist.
"""

from collections.abc import Callable, Collection
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router, Status
from ninja.errors import HttpError

from accounts.anonymous_sessions import create_session, parse_timezone
from accounts.auth import READ_AUTH
from accounts.configurations import (
    CONFIGURATION_NOT_FOUND,
    NAME_RULE,
    TICKERS_RULE,
    ConfigurationConflict,
    create_configuration,
    get_configuration,
    parse_name,
    parse_symbols,
    select_configurations,
    update_configuration,
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

MAX_BODY_BYTES = 100_000
CONFIGURATION_FIELDS = ("name", "tickers")
AUTH_ERRORS = {401: ErrorDetail, 403: ErrorDetail}  # of routes that require authentication

Value = TypeVar("Value")
router = Router(tags=["accounts"], auth=READ_AUTH)


@router.post(
    "/auth/anonymous",
    summary="Create an anonymous session",
    response={201: SessionCreated, 400: ErrorDetail, 413: ErrorDetail, 422: ErrorDetail, 429: ErrorDetail},
    auth=None,
    throttle=RateLimit("ANONYMOUS_SESSIONS_PER_MINUTE", seconds=60, get_key=address_key),
    openapi_extra=SESSION_BODY,
)
def post_anonymous_session(request: HttpRequest, response: HttpResponse) -> Status[SessionCreated]:
    """Create a session without an account. Its token gives access to configurations, tickets and their streams."""
    response["Cache-Control"] = "no-store"
    timezone_name = _parse_or_422(parse_timezone, _parse_body(request, ("timezone",)).get("timezone"))
    return Status(201, to_session(*create_session(timezone_name)))


@router.post(
    "/configurations",
    summary="Create a configuration",
    response={
        201: ConfigurationDetail,
        400: ErrorDetail,
        **AUTH_ERRORS,
        409: ErrorDetail,
        413: ErrorDetail,
        422: ErrorDetail,
    },
    openapi_extra=CONFIGURATION_BODY,
)
def post_configuration(request: HttpRequest) -> Status[ConfigurationDetail]:
    """Save tickers under a name. 409: you have a configuration with this name, or 50 configurations."""
    fields = _parse_body(request, CONFIGURATION_FIELDS)
    for field, rule in (("name", NAME_RULE), ("tickers", TICKERS_RULE)):
        if field not in fields:
            raise HttpError(422, f"{field} is missing: it {rule}.")
    name, tickers = _parse_or_422(parse_name, fields["name"]), _parse_or_422(parse_symbols, fields["tickers"])
    try:
        return Status(201, to_configuration(create_configuration(_get_principal(request), name=name, tickers=tickers)))
    except ConfigurationConflict as conflict:
        raise HttpError(409, str(conflict)) from conflict


@router.get("/configurations", summary="List your configurations", response={200: ConfigurationList, **AUTH_ERRORS})
def list_configurations(request: HttpRequest) -> ConfigurationList:
    """Return all your configurations, oldest first."""
    configurations = select_configurations(_get_principal(request))
    return ConfigurationList(configurations=[*map(to_configuration, configurations)])


@router.get(
    "/configurations/{config_id}",
    summary="Get a configuration",
    response={200: ConfigurationDetail, **AUTH_ERRORS, 404: ErrorDetail},
)
def get_configuration_detail(request: HttpRequest, config_id: Path[str]) -> ConfigurationDetail:
    """Return one of your configurations."""
    return to_configuration(_get_own_configuration(request, config_id))


@router.patch(
    "/configurations/{config_id}",
    summary="Change a configuration",
    response={
        200: ConfigurationDetail,
        400: ErrorDetail,
        **AUTH_ERRORS,
        404: ErrorDetail,
        409: ErrorDetail,
        413: ErrorDetail,
        422: ErrorDetail,
    },
    openapi_extra=EDIT_BODY,
)
def patch_configuration(request: HttpRequest, config_id: Path[str]) -> ConfigurationDetail:
    """Change the name, the tickers or both. Changed tickers close the open streams of the configuration: reconnect."""
    configuration = _get_own_configuration(request, config_id)
    fields = _parse_body(request, CONFIGURATION_FIELDS)
    name = _parse_or_422(parse_name, fields["name"]) if "name" in fields else None
    tickers = _parse_or_422(parse_symbols, fields["tickers"]) if "tickers" in fields else None
    try:
        updated = update_configuration(configuration, name=name, tickers=tickers)
    except ConfigurationConflict as conflict:
        raise HttpError(409, str(conflict)) from conflict
    if updated is None:
        raise HttpError(404, CONFIGURATION_NOT_FOUND)
    return to_configuration(updated)


@router.delete(
    "/configurations/{config_id}",
    summary="Delete a configuration",
    response={204: None, **AUTH_ERRORS, 404: ErrorDetail},
)
def delete_configuration(request: HttpRequest, config_id: Path[str]) -> Status[None]:
    """Delete one of your configurations and close its open streams."""
    _get_own_configuration(request, config_id).delete()
    return Status(204, None)


@router.post(
    "/stream/tickets",
    summary="Create a stream ticket",
    response={
        201: TicketCreated,
        400: ErrorDetail,
        **AUTH_ERRORS,
        413: ErrorDetail,
        422: ErrorDetail,
        429: ErrorDetail,
    },
    throttle=RateLimit("STREAM_TICKETS_PER_MINUTE", seconds=60, get_key=principal_key),
)
def post_ticket(request: HttpRequest, response: HttpResponse) -> Status[TicketCreated]:
    """Return a ticket that opens one stream within 30 seconds, for clients that can't send headers. Takes no body."""
    response["Cache-Control"] = "no-store"
    _parse_body(request, ())
    principal = _get_principal(request)
    return Status(201, to_ticket(*create_ticket(token=principal.token, session_key=principal.session_key)))


def _get_principal(request: HttpRequest) -> Principal:
    principal: Principal = request.auth  # type: ignore[attr-defined]  # ninja sets it
    return principal


def _parse_body(request: HttpRequest, fields: Collection[str]) -> dict[str, Any]:
    return parse_json_object(
        request, max_bytes=MAX_BODY_BYTES, expected="an object, such as {}", fields=fields, default="{}"
    )


def _get_own_configuration(request: HttpRequest, config_id: str) -> Configuration:
    configuration = get_configuration(_get_principal(request), config_id)
    if configuration is None:
        raise HttpError(404, CONFIGURATION_NOT_FOUND)
    return configuration


def _parse_or_422(parse: Callable[[object], Value], value: object) -> Value:
    try:
        return parse(value)
    except ValueError as error:
        raise HttpError(422, str(error)) from error

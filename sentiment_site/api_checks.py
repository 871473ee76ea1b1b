"""Checks that every request to the REST API passes before its route runs: a known token, and known parameters."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase, QueryDict
from ninja.errors import AuthenticationError, HttpError
from ninja.operation import Operation

from accounts.principals import AUTH_CURE, get_bearer_token
from accounts.tokens import get_token
from common.query_params import UnknownParameter, reject_unknown

LIST_PARAMETERS = ("tickers", "ticker")  # several of one name are one list, as in streams

Run = Callable[..., HttpResponseBase]


def check_request(run: Run) -> Run:
    """Decorate the `run` of an operation: a token that is not live gets 401 on public routes, too.

    The names of the declared query parameters are left in the request for `check_query`, which runs after the
    authentication: what an address takes is not for strangers.
    """
    operation: Operation = run.__self__  # type: ignore[attr-defined]
    declared = list_query_parameters(operation)

    @wraps(run)
    def checked(request: HttpRequest, **arguments: Any) -> HttpResponseBase:
        request.declared_parameters = declared  # type: ignore[attr-defined]
        if not operation.auth_callbacks:
            try:
                require_known_token(request)
            except Exception as error:
                return operation.api.on_exception(request, error)
        return run(request, **arguments)

    return checked


def require_known_token(request: HttpRequest) -> None:
    """Check that a token, if the request carries one, is live; a public route ignores its scope.

    Errors: AuthenticationError.
    """
    secret = get_bearer_token(request)
    if secret is not None and get_token(secret) is None:
        raise AuthenticationError(
            message=f"Unknown or revoked token, or an expired one: {AUTH_CURE}; or send none, this call is public."
        )


def check_query(request: HttpRequest) -> None:
    """Check the names of the query parameters, and join lists that are given in several parts.

    Where a route declares one of LIST_PARAMETERS, all are accepted under their name or, if undeclared, under that one.
    Errors: HttpError 400 for an unknown parameter, and for one that is given several times and is no list.
    """
    declared: tuple[str, ...] = request.declared_parameters  # type: ignore[attr-defined]
    lists = [name for name in LIST_PARAMETERS if name in declared]
    try:
        reject_unknown(request.GET, tuple(dict.fromkeys((*declared, *LIST_PARAMETERS))) if lists else declared)
    except UnknownParameter as error:
        raise HttpError(400, f"{error}.") from error
    query = QueryDict(mutable=True)
    for name, values in request.GET.lists():
        if name not in LIST_PARAMETERS:
            if len(values) > 1 and name in declared:
                raise HttpError(400, f"{name}: given {len(values)} times; give it once.")
            query.setlist(name, values)
            continue
        target = name if name in declared else lists[0]
        query[target] = ",".join([*query.getlist(target), *values])
    request.GET = query  # type: ignore[assignment]


def list_query_parameters(operation: Operation) -> tuple[str, ...]:
    """Return the names of the query parameters that an operation declares, in order."""
    return tuple(
        name
        for model in operation.models
        if model.__ninja_param_source__ == "query"
        for name in model.__ninja_flatten_map__
    )

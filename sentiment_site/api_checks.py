"""Checks that every request to the REST API passes before its route runs: known query parameters, each once."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase, QueryDict
from ninja.errors import HttpError
from ninja.operation import Operation

from common.query_params import UnknownParameter, reject_unknown

LIST_PARAMETERS = ("tickers", "ticker")  # several of one name are one list, as in streams

Run = Callable[..., HttpResponseBase]


def check_request(run: Run) -> Run:
    """Decorate the `run` of an operation: leave the names of its query parameters in the request for `check_query`.

    That runs after the authentication: what an address takes is not for strangers.
    """
    operation: Operation = run.__self__  # type: ignore[attr-defined]
    declared = list_query_parameters(operation)

    @wraps(run)
    def checked(request: HttpRequest, **arguments: Any) -> HttpResponseBase:
        request.declared_parameters = declared  # type: ignore[attr-defined]
        return run(request, **arguments)

    return checked


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

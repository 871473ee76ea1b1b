"""Generated requests to the operations of the OpenAPI document get documented responses, never 500.

CASES=5000 sends as many as that; without it some hundreds, another choice at each run.
"""

import os
from collections.abc import Callable
from contextlib import suppress

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.helpers.account_clients import start_anonymous_session
from tests.helpers.server import Server

CASES = int(os.environ.get("CASES", "160"))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
CALLS = 27
LIMITS = hypothesis_settings(
    max_examples=-(-CASES // 2 // CALLS), database=None, suppress_health_check=list(HealthCheck)
)
NO_END = "/stream$"  # a response without end


@pytest.mark.filterwarnings("default")  # it warns about patterns that Python can't compile
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["valid", "invalid"])
def test_api_generated_requests_get_documented_responses(
    start_clean_server: Callable[..., Server], mode: GenerationMode
) -> None:
    server = start_clean_server()
    server.post({"title": "Apple profit soars", "ticker": "AAPL"})
    client = start_anonymous_session(server)
    client.add("AAPL")
    document = schemathesis.openapi.from_url(f"{server.url}/api/v2/openapi.json").exclude(path_regex=NO_END)
    operations = [result.ok() for result in document.get_all_operations()]
    assert len(operations) == CALLS
    poster = {"Authorization": f"Bearer {server.token}"}
    answered = []

    with requests.Session() as session:
        for operation in operations:
            session.headers = poster if operation.path == "/api/v2/items" else client.headers

            @LIMITS
            @given(case=operation.as_strategy(generation_mode=mode))
            def send(case: schemathesis.Case) -> None:
                answer = case.call(session=session)
                case.validate_response(answer, checks=CHECKS)
                answered.append(answer.status_code)

            with suppress(Unsatisfiable):  # an operation without parameters has no invalid request
                send()

    assert max(answered) < 500
    assert len(answered) > CASES // 4
    assert {200, 422} & {*answered}
    print(f"{len(answered)} cases answered by {sorted(set(answered))}")

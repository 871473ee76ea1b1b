"""The OpenAPI document, of ninja's routes and of the streams."""

import re

from sentiment_site.api import api


def test_openapi_references_all_resolve() -> None:
    document = api.get_openapi_schema()

    names = set(re.findall(r"'#/components/schemas/(\w+)'", str(document)))
    assert "ErrorDetail" in names
    assert names <= document["components"]["schemas"].keys()

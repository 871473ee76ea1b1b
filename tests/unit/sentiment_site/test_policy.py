"""The security headers of every page: Content-Security-Policy, framing, content types, referrers."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/admin/login/", "/admin/", "/api/v2/docs", "/no-such-page"])
def test_page_at_any_path_has_the_security_headers(path: str, admin_user) -> None:
    client = Client(SERVER_NAME="127.0.0.1")
    if path == "/admin/":
        client.force_login(admin_user)

    response = client.get(path)

    rules = dict(rule.split(" ", 1) for rule in response["Content-Security-Policy"].split("; "))
    for name in ("script-src-attr", "object-src", "frame-src", "base-uri", "frame-ancestors"):
        assert rules[name] == "'none'"
    for name in ("script-src-elem", "style-src", "connect-src", "form-action"):
        assert rules[name] == "'self'"
    assert "unsafe" not in str(rules)
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"

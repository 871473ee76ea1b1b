"""The admin's modules: not loaded by commands that serve no page, loaded by the URLs, and checked all the same."""

import pytest

from tests.helpers.python_process import run_python

pytestmark = pytest.mark.live
SET_UP = "import os, sys, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'sentiment_site.settings'; django.setup(); "
PRINT_LOADED = "print(*sorted({'news.admin', 'accounts.admin', 'twisted.internet.reactor'} & {*sys.modules}))"


@pytest.mark.parametrize(
    ("then", "loaded"),
    [
        ("", ""),
        ("import sentiment_site.urls; ", "accounts.admin news.admin"),
        ("from django.core import checks; checks.run_checks(tags=['admin']); ", "accounts.admin news.admin"),
    ],
)
def test_setup_loads_admin_only_for_urls_and_checks(then: str, loaded: str) -> None:
    done = run_python("-c", SET_UP + then + PRINT_LOADED)

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == loaded

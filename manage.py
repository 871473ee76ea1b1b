#!/usr/bin/env python
"""Django's command line for the site. A bad setting ends it with one line that says the cure."""

import gc
import os
import sys


def main() -> None:
    """Run the management command named on the command line.

    Errors: exits with status 1 and the cure when a setting is wrong or Django is missing.
    """
    if "SENTIMENT_SUPERVISOR" in os.environ:  # a supervisor of `serve`, which is small because it loads no Django
        from streaming.workers.supervisor_process import supervise

        supervise()
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sentiment_site.settings")
    gc.disable()  # imports leave no garbage, and looking for it takes a sixth of the start
    try:
        import django
        from django.conf import settings
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("error: Django is not installed here; run `make run`, or use .venv/bin/python.")
    try:
        settings.INSTALLED_APPS  # noqa: B018 - reading it loads the settings
    except ImproperlyConfigured as error:
        sys.exit(f"error: {error}")
    django.setup()
    gc.freeze()
    gc.enable()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

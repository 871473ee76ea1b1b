#!/usr/bin/env python
"""Follow the local stream in the terminal: `manage.py watch` by its other name."""

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sentiment_site.settings")

    from django.core.management import execute_from_command_line

    execute_from_command_line([sys.argv[0], "watch", *sys.argv[1:]])

"""Print docs/settings.md: `python -m sentiment_site.env > docs/settings.md`."""

import sys

from sentiment_site.env import variables  # noqa: F401 - declares the settings
from sentiment_site.env.reference import build_reference

sys.stdout.write(build_reference())

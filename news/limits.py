"""Limits of a headline's fields, for database columns, validation and feeds.

Without Django, so that the RSS sandbox can import it.
"""

import re
from datetime import timedelta

# Characters
MAX_TITLE = 2_000
MAX_SUMMARY = 20_000
MAX_URL = 2_000
MAX_SOURCE = 100
MAX_EXTERNAL_ID = 200
MAX_REASON = 500
MAX_FILE = 255
MAX_TICKER = 20

MAX_ITEM_TICKERS = 20

CLOCK_SKEW = timedelta(minutes=5)  # by which a time of publication may lie in the future
URL = re.compile(
    r"https?://(?:[^\W_][^\s/?#@:\\<>\"'\[\]]*|\[[0-9a-f:.]+\])(?::\d{0,5})?(?:[/?#][^\s<>\"]*)?", re.IGNORECASE
)

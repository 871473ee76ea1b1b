"""Limits of a headline's fields, for database columns, validation and feeds.

Without Django, so that the RSS sandbox can import it.
"""

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

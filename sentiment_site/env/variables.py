"""Every setting of the site, declared once. sentiment_site/settings.py imports them all as Django settings.

After a change: `python -m sentiment_site.env > docs/settings.md`.
"""

from pathlib import Path

from news import scoring
from sentiment_site.env import credentials, kinds, urls
from sentiment_site.env.registry import Section

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = BASE_DIR / "var"
# First segments of the site's own paths.
PATHS = [
    *("about-scores", "accounts", "api", "events", "favicon.ico", "health", "metrics"),
    *("rows", "samples", "snapshot", "sources", "static", "words"),
]


server = Section("Server")

PORT = server.declare("PORT", kinds.whole_number(at_most=65_535), "8000", "Port of `serve` and `runserver`.")
DATABASES = {
    "default": server.declare(
        "DATABASE_URL",
        urls.database_url(default=f"sqlite:///{VAR_DIR / 'site.sqlite3'}"),
        "",
        "Database. PostgreSQL needs the extra `postgres`.",
        default_text="SQLite in var/",
    )
}
REDIS_URLS = server.declare(
    "REDIS_URL",
    urls.redis_urls(),
    "",
    "Redis that notifies other processes of new items at once; without it they poll every `STREAM_POLL_SECONDS`. "
    "Several URLs are shards. Needs the extra `redis`.",
)
STATEMENT_TIMEOUT_SECONDS = server.declare(
    "STATEMENT_TIMEOUT_SECONDS",
    kinds.seconds(),
    "5",
    "Time after which a database read for a request is stopped, with 503. Does not apply to posts, ingestion and "
    "commands.",
    unit="s",
)
# Not under the name GRIP_URL: django-grip would use it, and supports one proxy only.
GRIP_PROXIES = server.declare(
    "GRIP_URL",
    urls.grip_urls(),
    "",
    "Pushpin instances that hold the streams, each with its `sig_key`; see [scaling.md](scaling.md).",
)
DEBUG = server.declare("DEBUG", kinds.flag(), "0", "1 for development: Django's debug pages. Never in public.")


access = Section("Access")

SECRET_KEY = access.declare(
    "SECRET_KEY",
    credentials.secret_key(),
    lambda: credentials.load_or_create_key(VAR_DIR / "secret-key"),
    "Signs sessions. All processes of a site need the same.",
    default_text="a key that is made once and kept in var/",
)
ALLOWED_HOSTS = access.declare(
    "ALLOWED_HOSTS",
    kinds.host_names(),
    "localhost,127.0.0.1,[::1]",
    "Host names that the site answers to; `.example.org` includes subdomains, `*` is any.",
)
CORS_ALLOWED_ORIGINS = access.declare(
    "CORS_ALLOWED_ORIGINS", urls.origins(), "", "Origins whose pages may use the API and the streams."
)
TRUSTED_PROXIES = access.declare(
    "TRUSTED_PROXIES",
    kinds.proxies(),
    "",
    "Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed; `unix` is what connects to `serve --unix`.",
)
HTTPS = access.declare(
    "HTTPS",
    kinds.https_flag(TRUSTED_PROXIES),
    "0",
    "1: browsers use https only. Turns on redirects, secure cookies and HSTS; needs `TRUSTED_PROXIES`. "
    "See [SECURITY.md](../SECURITY.md).",
)
ADMIN_PATH = access.declare(
    "ADMIN_PATH",
    kinds.url_path(taken=PATHS),
    "admin",
    "Path of the admin.",
)
SITE_PREFIX = access.declare(
    "SITE_PREFIX",
    kinds.site_prefix(taken=[*PATHS, ADMIN_PATH.partition("/")[0]]),
    "",
    "Path that a proxy serves the site under, such as `/news`; see [reverse-proxy.md](reverse-proxy.md).",
    default_text="served at `/`",
)
ANONYMOUS_SESSION_DAYS = access.declare(
    "ANONYMOUS_SESSION_DAYS",
    kinds.whole_number(at_most=3650),
    "30",
    "Lifetime of a session without an account.",
    unit="days",
)


rate_limits = Section("Rate limits")

RATELIMIT_ENABLE = rate_limits.declare(
    "RATELIMIT_ENABLE", kinds.flag(), "1", "0 lifts all [rate limits](protocol.md#rate-limits)."
)
SIGN_IN_FAILURES = rate_limits.declare(
    "SIGN_IN_FAILURES",
    kinds.whole_number(),
    "10",
    "Failed sign-ins from one IP address; further ones get 429. As many rejected set-up links.",
    unit="per 15 minutes",
)
ITEM_POSTS_PER_SECOND = rate_limits.declare(
    "ITEM_POSTS_PER_SECOND", kinds.whole_number(), "1000", "Calls of `POST /api/v2/items` for one token.",
    unit="per second",
)  # fmt: skip
ANONYMOUS_SESSIONS_PER_MINUTE = rate_limits.declare(
    "ANONYMOUS_SESSIONS_PER_MINUTE", kinds.whole_number(), "30", "New anonymous sessions from one IP address.",
    unit="per minute",
)  # fmt: skip
STREAM_TICKETS_PER_MINUTE = rate_limits.declare(
    "STREAM_TICKETS_PER_MINUTE", kinds.whole_number(), "60", "New stream tickets for one token or user.",
    unit="per minute",
)  # fmt: skip
TEXT_SEARCHES_PER_MINUTE = rate_limits.declare(
    "TEXT_SEARCHES_PER_MINUTE", kinds.whole_number(), "60", "Searches for a text (`q`) from one IP address.",
    unit="per minute",
)  # fmt: skip
EXPORTS_AT_ONCE = rate_limits.declare(
    "EXPORTS_AT_ONCE", kinds.whole_number(at_most=100), "2",
    "Exports that one process sends at once; further ones get 503, and 429 from an address that has half of them.",
)  # fmt: skip


streams = Section("Streams")

STREAM_MAX_CONNECTIONS = streams.declare(
    "STREAM_MAX_CONNECTIONS",
    kinds.whole_number(at_most=1_000_000),
    "100",
    "Open streams of one `serve`, all its workers together; further ones get 503.",
)
STREAM_MAX_PER_ADDRESS = streams.declare(
    "STREAM_MAX_PER_ADDRESS",
    kinds.whole_number(),
    str(max(1, STREAM_MAX_CONNECTIONS // 2)),
    "Open streams of one `serve`, all its workers together, from one IP address; further ones get 429.",
    default_text="half of STREAM_MAX_CONNECTIONS",
)
STREAM_MAX_PLAYBACKS_PER_ADDRESS = streams.declare(
    "STREAM_MAX_PLAYBACKS_PER_ADDRESS",
    kinds.whole_number(),
    "20",
    "Open streams of past ranges (`speed=`) of one `serve`, all its workers together, from one IP address, which "
    "count as open streams, too; further ones get 429.",
)
STREAM_HEARTBEAT_SECONDS = streams.declare(
    "STREAM_HEARTBEAT_SECONDS", kinds.seconds(), "30", "Time between two `heartbeat` events.", unit="s"
)
STREAM_METRICS_SECONDS = streams.declare(
    "STREAM_METRICS_SECONDS", kinds.seconds(), "1", "Least time between two `metrics` events.", unit="s"
)
STREAM_POLL_SECONDS = streams.declare(
    "STREAM_POLL_SECONDS",
    kinds.seconds(),
    "1",
    "Time between two polls of the log; what is appended without a notification arrives this late.",
    unit="s",
)
STREAM_MAX_SECONDS = streams.declare(
    "STREAM_MAX_SECONDS",
    kinds.seconds(),
    "3600",
    "Lifetime of a stream, of which each gets a random 80-100 %; clients then reconnect and resume.",
    unit="s",
)
STREAM_MAX_BYTES = streams.declare(
    "STREAM_MAX_BYTES",
    kinds.whole_number(at_least=10_000),
    "1000000000",
    "Size of a stream, of which each gets a random 80-100 %; clients then reconnect and resume.",
    unit="bytes",
)
STREAM_WRITE_TIMEOUT_SECONDS = streams.declare(
    "STREAM_WRITE_TIMEOUT_SECONDS",
    kinds.seconds(),
    "30",
    "Time after which a client that has stopped reading is disconnected.",
    unit="s",
)
STREAM_RING_FRAMES = streams.declare(
    "STREAM_RING_FRAMES",
    kinds.whole_number(),
    "4096",
    "Events kept in memory for each filter in use, at most 4 MB; clients further behind are served from the log.",
    unit="events",
)


monitoring = Section("Monitoring")

METRICS_TOKEN = monitoring.declare(
    "METRICS_TOKEN",
    credentials.bearer_token(),
    "",
    "Bearer token for `/metrics`, which is 404 without it; see [monitoring.md](monitoring.md).",
)
EMF_NAMESPACE = monitoring.declare(
    "EMF_NAMESPACE",
    kinds.cloudwatch_namespace(),
    "",
    "Writes metrics to stdout in CloudWatch's embedded metric format, under this namespace.",
)
BACKUP_FOLDER = monitoring.declare(
    "BACKUP_FOLDER",
    kinds.text(at_most=1000),
    "",
    "Full path of the folder with your [backups](backup.md); the admin shows how old the newest is.",
)


news = Section("News")
ANALYZER_KIND = kinds.analyzer([*scoring.ANALYZERS], lambda name: scoring.find_analyzer(name).packages, extra="ml")

ANALYZER = news.declare(
    "ANALYZER",
    ANALYZER_KIND,
    scoring.EMBEDDED,
    "Scores headlines. `minilm` (extra `ml`) is more accurate and slower; [figures](sentiment.md). `http` and `openai` "
    "are servers of your own; [how](analyzers.md).",
)
SHADOW_ANALYZER = news.declare(
    "SHADOW_ANALYZER",
    kinds.optional(ANALYZER_KIND, ""),
    "",
    "Scores beside `ANALYZER` without being shown; the admin compares them.",
)
ANALYZER_URL = news.declare(
    "ANALYZER_URL",
    urls.analyzer_url([ANALYZER, SHADOW_ANALYZER]),
    "",
    "Server of the analyzers `http` and `openai`; of the latter without `/chat/completions`.",
)
ANALYZER_KEY = news.declare("ANALYZER_KEY", credentials.api_key(), "", "Sent to that server as a Bearer token.")
ANALYZER_MODEL = news.declare(
    "ANALYZER_MODEL",
    kinds.text(at_most=100),
    "",
    "Name of the model on that server. Items of the last day are scored again when it changes.",
)
ANALYZER_TIMEOUT_SECONDS = news.declare(
    "ANALYZER_TIMEOUT_SECONDS", kinds.seconds(), "30", "Time that one request to that server may take.", unit="s"
)
ANALYZER_PRICES = news.declare(
    "ANALYZER_PRICES",
    kinds.prices(),
    "0,0",
    "Prices of a million tokens sent to `openai` and received from it. Without them, `ANALYZER_COST_PER_DAY` has no "
    "effect.",
)
ANALYZER_COST_PER_DAY = news.declare(
    "ANALYZER_COST_PER_DAY",
    kinds.amount(),
    "1",
    "What `openai` may cost a day (UTC), in the currency of the prices; then headlines keep the embedded score.",
)
SAMPLE_FEED = news.declare("SAMPLE_FEED", kinds.flag(), "1", "0 turns the fictional sample headlines off.")
UNTAGGED = news.declare(
    "UNTAGGED",
    kinds.choice("keep", "skip"),
    "keep",
    "News in which no instrument is found: `keep` it under the topic `MARKET`, or `skip` it, counted and reported.",
)
SOURCE_ALLOWED_NETWORKS = news.declare(
    "SOURCE_ALLOWED_NETWORKS", kinds.networks(), "", "Private networks from which sources may be fetched."
)
FINNHUB_TOKEN = news.declare("FINNHUB_TOKEN", credentials.api_key(), "", "Key for sources of the kind Finnhub.")
TIINGO_TOKEN = news.declare("TIINGO_TOKEN", credentials.api_key(), "", "Key for sources of the kind Tiingo.")
NEWSAPI_KEY = news.declare("NEWSAPI_KEY", credentials.api_key(), "", "Key for sources of the kind NewsAPI.")

"""Settings of the site. Without any environment variable everything works locally; README.md lists them."""

import logging
import re
from pathlib import Path

import structlog
from corsheaders.defaults import default_headers
from csp.constants import NONE, SELF

from news.scoring import ANALYZERS, EMBEDDED
from sentiment_site.environment import (
    read_analyzer,
    read_count,
    read_database,
    read_flag,
    read_grip,
    read_https,
    read_key,
    read_list,
    read_namespace,
    read_networks,
    read_origins,
    read_path,
    read_redis,
    read_seconds,
    read_secret,
    read_token,
)

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

# --- who may ask, and from where
DEBUG = read_flag("DEBUG", False)
SECRET_KEY = read_secret("SECRET_KEY", kept_in=VAR_DIR / "secret-key")
ALLOWED_HOSTS = read_list(
    "ALLOWED_HOSTS",
    ["localhost", "127.0.0.1", "[::1]"],
    lambda host: bool(re.fullmatch(r"\*|\.?[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]", host)),
    "must be a host name without scheme or port, such as news.example.org",
)
CORS_ALLOWED_ORIGINS = read_origins("CORS_ALLOWED_ORIGINS")
CORS_ALLOW_HEADERS = [*default_headers, "last-event-id", "cache-control"]
# Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed; nobody's by default.
TRUSTED_PROXIES = read_networks("TRUSTED_PROXIES")
# Whether browsers reach the site by https alone, which a proxy speaks for it. One switch for all that follows from it.
HTTPS = read_https("HTTPS", proxies=TRUSTED_PROXIES)
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]  # asked from within, past the proxy
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
# Browsers heed it over https alone, and complain on the console where it comes without.
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if HTTPS else None
# Preloading: whether a domain is to stand in browsers' own lists, for years, is for its owner to say.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
# Nothing inline and nothing from elsewhere: markup that got into a headline all the same would find nothing to run.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        # Without https it is a developer's machine, and what test tools evaluate in a page is let run: this forbids it.
        "default-src": [SELF] if HTTPS else None,
        "script-src-elem": [SELF],
        "script-src-attr": [NONE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # drawn in the style sheets of the API's documents
        "connect-src": [SELF],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "media-src": [NONE],
        "object-src": [NONE],
        "frame-src": [NONE],
        "worker-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
ADMIN_PATH = read_path("ADMIN_PATH", "admin", taken=["accounts", "api", "events", "health", "metrics", "static"])
SIGN_IN_FAILURES = read_count("SIGN_IN_FAILURES", 10)  # in a quarter of an hour, for each address
RATELIMIT_ENABLE = read_flag("RATELIMIT_ENABLE", True)
ITEM_POSTS_PER_SECOND = read_count("ITEM_POSTS_PER_SECOND", 1000)  # for each token
ANONYMOUS_SESSIONS_PER_MINUTE = read_count("ANONYMOUS_SESSIONS_PER_MINUTE", 30)  # for each address
STREAM_TICKETS_PER_MINUTE = read_count("STREAM_TICKETS_PER_MINUTE", 60)  # for each token or user
ANONYMOUS_SESSION_DAYS = read_count("ANONYMOUS_SESSION_DAYS", 30, at_most=3650)
LOGIN_URL, LOGIN_REDIRECT_URL, LOGOUT_REDIRECT_URL = "login", "page", "page"

# --- the stream
PORT = read_count("PORT", 8000, at_most=65_535)
STREAM_MAX_CONNECTIONS = read_count("STREAM_MAX_CONNECTIONS", 100, at_most=1_000_000)
STREAM_MAX_PER_ADDRESS = read_count("STREAM_MAX_PER_ADDRESS", max(1, STREAM_MAX_CONNECTIONS // 2))
STREAM_HEARTBEAT_SECONDS = read_seconds("STREAM_HEARTBEAT_SECONDS", 30)
STREAM_POLL_SECONDS = read_seconds("STREAM_POLL_SECONDS", 1)  # of the log, where the doorbell does not ring
STREAM_METRICS_SECONDS = read_seconds("STREAM_METRICS_SECONDS", 1)
STREAM_MAX_SECONDS = read_seconds("STREAM_MAX_SECONDS", 3600)
STREAM_MAX_BYTES = read_count("STREAM_MAX_BYTES", 1_000_000_000, at_least=10_000)
STREAM_WRITE_TIMEOUT_SECONDS = read_seconds("STREAM_WRITE_TIMEOUT_SECONDS", 30)
STREAM_RING_FRAMES = read_count("STREAM_RING_FRAMES", 4096)

# --- who watches the site
METRICS_TOKEN = read_token("METRICS_TOKEN")  # lets Prometheus in; without one nobody is
EMF_NAMESPACE = read_namespace("EMF_NAMESPACE")  # CloudWatch's, for metrics as log lines; without one there are none

# Proxies that hold streams for us. Not under the name GRIP_URL: django-grip would read it, and takes one only.
GRIP_PROXIES = read_grip("GRIP_URL")

# --- the news
ANALYZER = read_analyzer("ANALYZER", EMBEDDED, ANALYZERS, extra="ml")
SAMPLE_FEED = read_flag("SAMPLE_FEED", True)
# Networks that sources may be in though they are not of the public internet; none by default.
SOURCE_ALLOWED_NETWORKS = read_networks("SOURCE_ALLOWED_NETWORKS")
FINNHUB_TOKEN = read_key("FINNHUB_TOKEN")
TIINGO_TOKEN = read_key("TIINGO_TOKEN")
NEWSAPI_KEY = read_key("NEWSAPI_KEY")

# --- Django
INSTALLED_APPS = [
    # Before staticfiles and daphne: our runserver stands for theirs.
    "streaming",
    "daphne",
    "servestatic.runserver_nostatic",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "channels",
    "django_eventstream",
    "ninja",
    "news",
    "accounts",
    "dashboard",
]
MIDDLEWARE = [
    "accounts.proxy_headers.believe_trusted_proxies",
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "streaming.http.middleware.PolicyMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
# What the streams need of these, without a change of thread.
STREAM_MIDDLEWARE = [
    "accounts.proxy_headers.believe_trusted_proxies",
    "streaming.http.middleware.SecurityMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "streaming.http.middleware.CommonMiddleware",
]
ROOT_URLCONF = "sentiment_site.urls"
ASGI_APPLICATION = "sentiment_site.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DATABASES = {"default": read_database("DATABASE_URL", f"sqlite:///{VAR_DIR / 'site.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # Readers never wait for the writer (WAL); a writer takes its lock when it begins, so it never has to
        # give up half-way because another got in between.
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        "timeout": 20,
    }
# Counters of the rate limits: with the default of 300 entries a few clients would push out those of the others.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000_000  # bytes; larger request bodies answer 413
REDIS_URLS = read_redis("REDIS_URL")
CHANNEL_LAYERS = {
    "default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": REDIS_URLS}}
    if REDIS_URLS
    # Who listens, listens for as long as the process lives: by default this layer forgets it after a day.
    else {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"group_expiry": 10**10}}
}
EVENTSTREAM_STORAGE_CLASS = "streaming.eventstream_compat.LogStorage"
EVENTSTREAM_CHANNELMANAGER_CLASS = "streaming.eventstream_compat.LogChannels"

STATIC_URL = "static/"
# Static files are found in the apps at start-up: no collectstatic step to forget.
SERVESTATIC_USE_FINDERS = True
SERVESTATIC_AUTOREFRESH = DEBUG
SERVESTATIC_ALLOW_ALL_ORIGINS = False  # only our own pages need them
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
USE_I18N = False

# --- logs: one key=value line per lifecycle event
# No line says these, and finding them out is half of what a line costs (Python's Logging HOWTO, "Optimization").
logging._srcfile = None
logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def _shorten(record: logging.LogRecord) -> bool:
    """Leave the traceback out of what a client did, such as to ask for a host that is not ours: the line tells it."""
    if record.name.startswith("django.security."):
        record.exc_info = None
    return True


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "keyvalue": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": [structlog.stdlib.add_log_level, structlog.processors.TimeStamper("iso")],
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], bool_as_flag=False),
            ],
        }
    },
    "filters": {"short": {"()": "django.utils.log.CallbackFilter", "callback": _shorten}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "keyvalue", "filters": ["short"]}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # A traceback a second while Redis is away; news.log.notify says it once.
        "channels_redis": {"level": "CRITICAL"},
        "daphne": {"level": "WARNING"},
        "django_eventstream": {"level": "WARNING"},
        "httpx2": {"level": "WARNING"},
    },
}
structlog.configure(
    processors=[
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper("iso"),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)

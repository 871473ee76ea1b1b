"""Settings of Django. Those that come from the environment are declared in sentiment_site/env/variables.py."""

import logging
import re

from corsheaders.defaults import default_headers
from csp.constants import NONE, SELF

from common.log_lines import KEY_VALUE, configure_structlog

# Each declared setting is a Django setting; the second import has those that settings below depend on.
from sentiment_site.env.variables import *  # noqa: F403
from sentiment_site.env.variables import DATABASES, HTTPS, REDIS_URLS, SITE_PREFIX

SITE_NAME = "Market Sentiment"  # in the admin and the API's documentation

# --- Security
CORS_ALLOW_HEADERS = [*default_headers, "last-event-id", "cache-control"]
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = [  # requested from inside, without the proxy
    rf"^{re.escape(SITE_PREFIX[1:] + '/')}{path}" if SITE_PREFIX else f"^{path}" for path in ("health/", "metrics$")
]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
# Browsers ignore this header over plain http, with a warning on the console.
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if HTTPS else None
# HSTS preloading puts a domain into browsers' built-in lists for years: a decision of the domain's owner.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
# Nothing inline and nothing from other origins: markup that gets into a headline despite all checks can't run code.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        # Forbids eval, which browser test tools use. Without https this is a developer's machine, so it stays allowed.
        "default-src": [SELF] if HTTPS else None,
        "script-src-elem": [SELF],
        "script-src-attr": [NONE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # images in the style sheets of the API's documentation
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
# The prefix begins the path of every request (streaming.server.asgi_handler) and of every link.
FORCE_SCRIPT_NAME = SITE_PREFIX or None
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = SITE_PREFIX or "/"
CSRF_FAILURE_VIEW = "sentiment_site.error_pages.on_csrf_failure"
LOGIN_URL, LOGIN_REDIRECT_URL, LOGOUT_REDIRECT_URL = "login", "page", "page"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000_000  # bytes; larger request bodies get 413

# --- Apps and requests
INSTALLED_APPS = [
    "streaming",  # before staticfiles, because its runserver replaces theirs
    # Before the admin, some of whose templates it replaces.
    "dashboard",
    "dashboard.admin_config.SiteAdminConfig",
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
    "sentiment_site",
]
MIDDLEWARE = [
    "accounts.proxy_headers.trust_proxy_headers",
    "django.middleware.security.SecurityMiddleware",
    "common.compression.compress_responses",
    "common.static_files.serve_static_files",
    "streaming.http.middleware.PolicyMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "accounts.known_tokens.require_known_token",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
# The part of these that streams need, async: a synchronous one would move each request to a thread.
STREAM_MIDDLEWARE = [
    "accounts.proxy_headers.trust_proxy_headers",
    "streaming.http.middleware.SecurityMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "streaming.http.middleware.require_known_token",
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

# --- Data
# Threads that answer requests keep their connections (common/request_threads.py), and look whether one still works.
DATABASES["default"] |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # WAL: reads never wait for the writer. IMMEDIATE: a transaction takes the write lock when it begins, so it
        # can't fail half-way because another one wrote in between.
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        "timeout": 20,
    }
# Counters of the rate limits while no shared store is available. With the default of 300 entries a few clients would
# evict the counters of the others.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CHANNEL_LAYERS = (
    {"default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": REDIS_URLS}}}
    if REDIS_URLS
    else {}
)
EVENTSTREAM_STORAGE_CLASS = "streaming.eventstream_compat.LogStorage"
EVENTSTREAM_CHANNELMANAGER_CLASS = "streaming.eventstream_compat.LogChannels"

# --- Static files
STATIC_URL = f"{SITE_PREFIX}/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "common.static_files.VersionedStorage"},
}

# --- Language and time
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
USE_I18N = False
# Of the admin, for browsers without scripts; with them, times are shown in the reader's zone.
DATETIME_FORMAT = r"Y-m-d H:i \U\T\C"
DATE_FORMAT = "Y-m-d"

# --- Logs: one key=value line per lifecycle event
# No line contains these, and to collect them is half the cost of a line (Python's Logging HOWTO, "Optimization").
logging._srcfile = None
logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def _remove_client_traceback(record: logging.LogRecord) -> bool:
    """Remove the traceback of an error that a client caused, such as an unknown host: the message is enough.

    Returns True, so that the filter keeps the record.
    """
    if record.name.startswith("django.security."):
        record.exc_info = None
    return True


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"keyvalue": KEY_VALUE},
    "filters": {
        "remove_client_traceback": {"()": "django.utils.log.CallbackFilter", "callback": _remove_client_traceback}
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "keyvalue",
            "filters": ["remove_client_traceback"],
        }
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # Logs a traceback every second while Redis is down; our own warning appears once.
        "channels_redis": {"level": "CRITICAL"},
        "daphne": {"level": "WARNING"},
        "django_eventstream": {"level": "WARNING"},
        "httpx2": {"level": "WARNING"},
    },
}
configure_structlog()

"""How the site logs: one line of key=value for each event."""

import logging.config
from typing import Any

import structlog

KEY_VALUE: dict[str, Any] = {  # a formatter, for logging.config.dictConfig
    "()": structlog.stdlib.ProcessorFormatter,
    "foreign_pre_chain": [structlog.stdlib.add_log_level, structlog.processors.TimeStamper("iso")],
    "processors": [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], bool_as_flag=False),
    ],
}


def configure_structlog() -> None:
    """Have structlog pass events on to logging, for the formatter KEY_VALUE."""
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


def log_to_stderr() -> None:
    """Log in a process without Django as its settings do."""
    configure_structlog()
    handler: dict[str, Any] = {"class": "logging.StreamHandler", "formatter": "keyvalue"}
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"keyvalue": KEY_VALUE},
            "handlers": {"stderr": handler},
            "root": {"handlers": ["stderr"], "level": "INFO"},
        }
    )

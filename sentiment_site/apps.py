"""The project as an app: checks the environment when a process starts."""

import os

import structlog
from django.apps import AppConfig

from sentiment_site.env.misspelling import find_misspelt
from sentiment_site.env.registry import get_settings

logger = structlog.get_logger(__name__)


class SentimentSiteConfig(AppConfig):
    name = "sentiment_site"

    def ready(self) -> None:
        """Warn of variables that look like misspelt settings. Their values stay out of the log."""
        for name, meant in find_misspelt(os.environ, (setting.name for setting in get_settings())):
            logger.warning("setting_misspelt", name=name, did_you_mean=meant)

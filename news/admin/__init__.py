"""The admin of the news app. Importing this package registers all its models."""

from news.admin import items, labels, log, shadow, sources, withdrawal

__all__ = ["items", "labels", "log", "shadow", "sources", "withdrawal"]

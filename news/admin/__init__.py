"""The admin of the news app. Importing this package registers all its models."""

from news.admin import items, labels, log, sources, withdrawal

__all__ = ["items", "labels", "log", "sources", "withdrawal"]

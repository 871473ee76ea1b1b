"""The admin of the news app. Importing this package registers all its models."""

from news.admin import items, log, sources, withdrawal

__all__ = ["items", "log", "sources", "withdrawal"]

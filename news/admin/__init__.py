"""The admin of the news app. Importing this package registers all its models."""

from news.admin import instruments, items, labels, log, shadow, sources, withdrawal

__all__ = ["instruments", "items", "labels", "log", "shadow", "sources", "withdrawal"]

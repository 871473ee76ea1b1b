"""Who may label: staff with a permission of their own."""

from typing import Any

PERMISSION = "news.label_item"


def may_label(user: Any) -> bool:
    """Return whether a user, who may be anonymous, may label headlines."""
    return bool(user.is_staff and user.has_perm(PERMISSION))

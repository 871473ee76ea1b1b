"""The type of passwords, tokens and API keys: messages, logs and reprs show a mask instead of the text."""

import re
from urllib.parse import quote

MASK = "…"


class Secret:
    """A text that must not be shown. `str`, `repr` and formatting give a mask, `reveal` gives the text.

    It is no `str`, so that it can't be joined or concatenated by mistake. An empty secret is false.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return f"Secret({str(self)!r})"

    def __str__(self) -> str:
        return MASK if self._text else ""

    def reveal(self) -> str:
        """Return the text, to send it to the party that it is meant for."""
        return self._text

    def redact(self, text: str) -> str:
        """Return `text` with a mask in place of the secret, in any case and percent-encoded (RFC 3986, 2.1), too."""
        if not self._text:
            return text
        forms = re.escape(self._text), re.escape(quote(self._text, safe=""))
        return re.sub("|".join(forms), MASK, text, flags=re.IGNORECASE)

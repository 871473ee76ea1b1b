"""Settings that are secrets. A message about one shows its length and nothing else."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

from common.secret import Secret
from sentiment_site.env.kinds import BadValueError, Kind, matching


def secret_key() -> Kind[str]:
    """Return the kind of a signing key of 32 characters or more."""

    def parse(text: str) -> str:
        if len(text) < 32:
            raise BadValueError("must have 32 characters or more")
        return text

    return Kind(parse, "32 characters or more", _show_length, is_secret=True)


def bearer_token() -> Kind[str]:
    """Return the kind of a token that a client sends as `Authorization: Bearer` (RFC 6750, 2.1), or none."""
    rule = "must have 16 characters or more of A-Z a-z 0-9 . _ ~ + / -"
    parse = matching(r"|[A-Za-z0-9._~+/-]{16,500}=*", rule)
    return Kind(lambda text: parse(text.strip()), "16 characters or more", _show_length, is_secret=True)


def api_key() -> Kind[Secret]:
    """Return the kind of a key for the API of a vendor, or none."""
    parse = matching(r"[!-~]{0,500}", "must be up to 500 ASCII characters without blanks")
    return Kind(lambda text: Secret(parse(text.strip())), "key", _show_length, is_secret=True)


def load_or_create_key(file: Path) -> str:
    """Return the key kept in a file; on first use, make one that only the owner of the file can read."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary_path = tempfile.mkstemp(dir=file.parent)
        with open(descriptor, "w") as temporary_file:
            temporary_file.write(secrets.token_urlsafe(48))
        # A link appears with its content or not at all: of two processes that start together, one creates the key
        # and both load it.
        with contextlib.suppress(FileExistsError):
            os.link(temporary_path, file)
        os.unlink(temporary_path)
    return file.read_text()


def _show_length(text: str) -> str:
    return f"… ({len(text)} characters)"

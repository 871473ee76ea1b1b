"""Numbers as the server writes them, on the page and in the admin: a true minus, percent without a space."""

PLACEHOLDER = "\u2013"  # for none
MINUS = "\u2212"
UNSURE_BELOW = 0.5  # confidence below which a mark is hollow


def format_signed(value: float | None, *, digits: int = 2, unit: str = "") -> str:
    """Return a number with its sign, +0.17; zero has none, and nothing is a dash."""
    if value is None:
        return PLACEHOLDER
    text = f"{abs(value):.{digits}f}"
    sign = "" if float(text) == 0 else "+" if value > 0 else MINUS
    return f"{sign}{text}{unit}"


def format_number(value: float, *, digits: int = 2) -> str:
    """Return a number with groups of thousands, and with its sign if it is negative."""
    return f"{value:,.{digits}f}".replace("-", MINUS)


def format_share(share: float) -> str:
    """Return a share, 0..1, as whole percent."""
    return f"{100 * share:.0f}%"


def is_unsure(score: float) -> bool:
    """Return whether a confidence is so low that the mark is hollow."""
    return round(score, 2) < UNSURE_BELOW

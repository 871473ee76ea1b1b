"""Show values of records in messages: short, and printable whatever they are."""

from reprlib import Repr

_short_repr = Repr()
_short_repr.maxstring = _short_repr.maxother = 60
_short_repr.maxlevel, _short_repr.maxlist, _short_repr.maxdict = 2, 4, 4

_TYPE_NAMES = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "an object",
}


def type_name(value: object) -> str:
    """Return the type of a value in the words of JSON, such as `a number`."""
    return "null" if value is None else _TYPE_NAMES.get(type(value), f"of type {type(value).__name__}")


def format_value(value: object) -> str:
    """Return a shortened repr of any value; all its characters are printable."""
    if isinstance(value, int) and value.bit_length() > 600:
        return "a number of hundreds of digits"
    try:
        return _short_repr.repr(value)
    except Exception:  # the value's own __repr__ may raise anything
        return type_name(value)

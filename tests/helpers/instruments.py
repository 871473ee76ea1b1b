"""Instruments of tests."""

from news.models import Instrument, InstrumentKind


def add_instrument(
    symbol: str = "ZRBX", name: str = "Zorblax Industries", *aliases: str, **fields: object
) -> Instrument:
    """Store an instrument that the shipped book does not have."""
    values = {"kind": InstrumentKind.COMPANY, "is_edited": True} | fields
    return Instrument.objects.create(symbol=symbol, name=name, aliases=[*aliases], **values)

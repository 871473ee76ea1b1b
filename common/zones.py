"""Time zones by the names that feeds and people write: abbreviations, spelled-out names, IANA names.

A name with several meanings has the one of financial news: IST is India, CST is US Central, BST is British Summer Time,
AST is Atlantic, MST is US Mountain, GST is the Gulf. A name that is not in the table is unknown, never UTC.
"""

import re
from datetime import UTC, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_OFFSETS = """
UTC GMT UT WET Z=+00:00
CET MET MEZ BST WEST WAT=+01:00
CEST MEST MESZ EET OEZ CAT SAST IDT=+02:00
EEST MSK TRT EAT=+03:00
IRST=+03:30
GST MSD SAMT AZT GET MUT SCT=+04:00
AFT=+04:30
PKT UZT YEKT MVT TJT TMT=+05:00
IST SLST=+05:30
NPT=+05:45
BTT KGT OMST=+06:00
MMT=+06:30
ICT WIB NOVT KRAT=+07:00
HKT SGT MYT PHT PHST AWST WITA BNT IRKT=+08:00
JST KST WIT YAKT TLT=+09:00
ACST=+09:30
AEST CHST VLAT PGT=+10:00
ACDT=+10:30
AEDT=+11:00
NZST FJT=+12:00
NZDT=+13:00
AZOT CVT=-01:00
BRST=-02:00
NDT=-02:30
ART BRT UYT CLST ADT SRT GFT=-03:00
NST=-03:30
AST EDT CLT VET BOT GYT=-04:00
EST CDT COT PET=-05:00
CST MDT=-06:00
MST PDT=-07:00
PST AKDT=-08:00
AKST=-09:00
HST=-10:00
"""
# Without A and P, which may be AM and PM, and J, which is the reader's own zone (ACP 121).
_MILITARY = {letter: hours for hours, letter in enumerate("BCDEFGHIKLM", start=2)} | {
    letter: -hours for hours, letter in enumerate("NO.QRSTUVWXY", start=1) if letter != "."
}
# Zones that change their offset in summer.
_RULES = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
    "AET": "Australia/Sydney",
    "EST5EDT": "America/New_York",
    "CST6CDT": "America/Chicago",
    "MST7MDT": "America/Denver",
    "PST8PDT": "America/Los_Angeles",
    "LONDON TIME": "Europe/London",
    "NEW YORK TIME": "America/New_York",
    "HONG KONG TIME": "Asia/Hong_Kong",
    "SINGAPORE TIME": "Asia/Singapore",
    "SINGAPORE STANDARD TIME": "Asia/Singapore",
    "CHINA STANDARD TIME": "Asia/Shanghai",
    "BEIJING TIME": "Asia/Shanghai",
    "KOREA STANDARD TIME": "Asia/Seoul",
}
_SPELLED_OUT = {
    "COORDINATED UNIVERSAL TIME": "UTC",
    "GREENWICH MEAN TIME": "GMT",
    "BRITISH SUMMER TIME": "BST",
    "CENTRAL EUROPEAN TIME": "CET",
    "CENTRAL EUROPEAN STANDARD TIME": "CET",
    "CENTRAL EUROPEAN SUMMER TIME": "CEST",
    "INDIA STANDARD TIME": "IST",
    "INDIAN STANDARD TIME": "IST",
    "JAPAN STANDARD TIME": "JST",
    "MOSCOW STANDARD TIME": "MSK",
}


def _make_zones() -> dict[str, tzinfo]:
    """Return the zones by name, in upper case."""
    zones: dict[str, tzinfo] = {}
    for line in _OFFSETS.split("\n"):
        names, _, offset = line.partition("=")
        zones |= dict.fromkeys(names.split(), parse_offset(offset) if offset else UTC)
    zones |= {name: ZoneInfo(key) for name, key in _RULES.items()}
    for region in ("Eastern", "Central", "Mountain", "Pacific"):
        for suffix, meaning in (("", "T"), (" TIME", "T"), (" STANDARD TIME", "ST"), (" DAYLIGHT TIME", "DT")):
            zones[region.upper() + suffix] = zones[region[0] + meaning]
    return zones | {name: zones[short] for name, short in _SPELLED_OUT.items()}


def parse_offset(text: str) -> timezone:
    """Return the zone of an offset such as +05:30, -0500, +1 or -05. Errors: ValueError beyond 14 hours."""
    match = re.fullmatch(r"([+-])(\d{1,2})(?::?(\d\d))?", text, re.ASCII)
    if not match:
        raise ValueError(f"has the offset {text!r}; give one such as +05:30")
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    if minutes > 14 * 60 or int(match[3] or 0) > 59:
        raise ValueError(f"has the offset {text!r}, but zones reach from -14:00 to +14:00; correct it")
    return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))


def find_zone(name: str) -> tzinfo | None:
    """Return the zone of a name in any case, or of an IANA name such as Asia/Kolkata; None for an unknown one."""
    return ZONES.get(" ".join(name.upper().split())) or (_find_iana_zone(name) if "/" in name else None)


def find_military_zone(letter: str) -> tzinfo | None:
    """Return the zone of one letter, B to Y, None for A, J, P and others."""
    hours = _MILITARY.get(letter.upper())
    return None if hours is None else timezone(timedelta(hours=hours))


@cache
def _find_iana_zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of zones
        return None


ZONES = _make_zones()

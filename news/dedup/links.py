"""Compare links: two that differ by what is added to follow readers lead to one page. Without Django."""

from urllib.parse import urlsplit

TRACKING_PREFIXES = ("utm_", "at_", "hsa_", "mc_", "mtm_", "ns_", "pk_")
_NAMES = """
    _ga _gl cmp cmpid dclid fbclid gbraid gclid gclsrc guccounter guce_referrer guce_referrer_sig icid igshid mkt_tok
    msclkid ncid ref ref_src ref_url smid smtyp spm sref srnd ttclid twclid wbraid xtor yclid
"""
TRACKING_NAMES = frozenset(_NAMES.split())


def get_page(url: str) -> str:
    """Return a link without scheme, www, last slash, fragment and tracking parameters."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    query = "&".join(parameter for parameter in parts.query.split("&") if not _is_tracking(parameter))
    page = parts.netloc.lower().removeprefix("www.") + parts.path.rstrip("/")
    return f"{page}?{query}" if query else page


def _is_tracking(parameter: str) -> bool:
    name = parameter.partition("=")[0].lower()
    return not name or name in TRACKING_NAMES or name.startswith(TRACKING_PREFIXES)

"""One-time links that make the owner of a site that has none: an active superuser.

A link is valid for 30 minutes, once, from an address of the site's own machine, and only while there is no owner. The
newest link replaces those before it.
"""

from datetime import timedelta
from enum import Enum
from ipaddress import ip_address

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.http.request import validate_host
from django.urls import reverse
from django.utils import timezone

from accounts.models import SetupLink
from accounts.tokens import generate_secret, hash_secret
from common.client_ip import get_client_ip, is_trusted_proxy

LINK_MINUTES = 30
KEPT_DAYS = 7  # after its end, so that its page can say why it is not valid
HOSTS = ("127.0.0.1", "localhost", "[::1]")
FORWARDING_HEADERS = {
    f"HTTP_{name}" for name in ("FORWARDED", "VIA", "X_FORWARDED_FOR", "X_FORWARDED_HOST", "X_REAL_IP")
}

logger = structlog.get_logger(__name__)


class LinkProblem(Enum):
    """Why a link is rejected: the title, the reason and the status of its page."""

    REMOTE = ("Open this link on the site's own machine", "", 403)
    UNKNOWN = ("This set-up link is not known", "It was copied in part, or belongs to another database.", 404)
    USED = ("This set-up link is used up", "It has made the owner of this site. A link works once.", 410)
    EXPIRED = (
        "This set-up link has expired",
        f"It was valid for {LINK_MINUTES} minutes, or until a newer one was printed.",
        410,
    )
    HAS_OWNER = ("This site has an owner", "Set-up links are valid only while there is no active superuser.", 410)

    @property
    def title(self) -> str:
        return self.value[0]

    @property
    def reason(self) -> str:
        return self.value[1]

    @property
    def status(self) -> int:
        return self.value[2]


class RejectedLinkError(Exception):
    """A set-up link that is not valid."""

    def __init__(self, problem: LinkProblem) -> None:
        super().__init__(problem.title)
        self.problem = problem


def has_owner() -> bool:
    """Return whether there is an active superuser."""
    return User.objects.filter(is_superuser=True, is_active=True).exists()


def describe_setup(port: int) -> str:
    """Return what an operator reads at the start of a site without owner, with a new link; "" if it has one."""
    if has_owner():
        return ""
    host = next((host for host in HOSTS if validate_host(host, settings.ALLOWED_HOSTS)), None)
    if settings.HTTPS or host is None:
        cause = "HTTPS=1" if settings.HTTPS else "ALLOWED_HOSTS has no name of this machine"
        return f"No owner yet, and no set-up link, because {cause}: run `python manage.py createsuperuser`."
    return (
        f"No owner yet. Open this link on this machine, once, within {LINK_MINUTES} minutes:\n"
        f"    http://{host}:{port}{reverse('set-up')}?key={create_link()}"
    )


def create_link() -> str:
    """Store a new link, end those before it, and return its secret."""
    secret, digest = generate_secret()
    now = timezone.now()
    with transaction.atomic():
        SetupLink.objects.filter(used_at=None, expires_at__gt=now).update(expires_at=now)
        SetupLink.objects.filter(expires_at__lt=now - timedelta(days=KEPT_DAYS)).delete()
        SetupLink.objects.create(digest=digest, expires_at=now + timedelta(minutes=LINK_MINUTES))
    logger.info("setup_link_created", valid_minutes=LINK_MINUTES)
    return secret


def check_link(secret: str) -> None:
    """Check that a link is valid, without a change to it. Errors: RejectedLinkError."""
    link = SetupLink.objects.filter(digest=hash_secret(secret)).first()
    if link is None:
        raise RejectedLinkError(LinkProblem.UNKNOWN)
    if link.used_at is not None:
        raise RejectedLinkError(LinkProblem.USED)
    if has_owner():
        raise RejectedLinkError(LinkProblem.HAS_OWNER)
    if link.expires_at <= timezone.now():
        raise RejectedLinkError(LinkProblem.EXPIRED)


def use_link(secret: str, *, name: str, password: str) -> User:
    """Use up a link and return the new owner. Of several requests at once, one succeeds. Errors: RejectedLinkError."""
    with transaction.atomic():
        # Locks every link, not only this one: two requests with two links must not make two owners.
        list(SetupLink.objects.select_for_update().order_by("pk"))
        check_link(secret)
        SetupLink.objects.filter(digest=hash_secret(secret)).update(used_at=timezone.now())
        owner = User.objects.create_superuser(name, password=password)
    logger.info("owner_created", name=name)
    return owner


def is_local(request: HttpRequest) -> bool:
    """Return whether a request comes from this machine.

    A forwarded request whose proxy is not in TRUSTED_PROXIES does not: its client may be anywhere.
    """
    is_forwarded = not FORWARDING_HEADERS.isdisjoint(request.META)
    if is_forwarded and not is_trusted_proxy(str(request.META.get("REMOTE_ADDR") or "")):
        return False
    try:
        return ip_address(get_client_ip(request)).is_loopback
    except ValueError:  # of a Unix socket, or a name that a proxy gave
        return False

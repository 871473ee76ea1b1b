"""Set-up links: valid once, for 30 minutes, from this machine, while the site has no owner."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts.models import SetupLink
from accounts.setup_links import LINK_MINUTES, create_link, describe_setup, has_owner, is_local
from tests.helpers.networks import LOOPBACK

pytestmark = pytest.mark.django_db

PATH = "/accounts/set-up/"
OWNER = {"username": "ann", "password": "correct horse battery"}
REMOTE = "203.0.113.7"


@pytest.fixture(autouse=True)
def _fast_passwords(settings: LazySettings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def open_link(secret: str, **options: str) -> HttpResponse:
    return Client(**options).get(PATH, {"key": secret})


def use(secret: str, values: dict[str, str] = OWNER, **options: str) -> HttpResponse:
    return Client(**options).post(f"{PATH}?key={secret}", values)


def test_setup_link_makes_and_signs_in_owner_and_opens_add_news() -> None:
    client = Client(enforce_csrf_checks=True)
    secret = create_link()

    form = client.get(PATH, {"key": secret})
    response = client.post(f"{PATH}?key={secret}", OWNER | {"csrfmiddlewaretoken": form.context["csrf_token"]})

    assert (response.status_code, response["Location"]) == (302, "/sources/add")
    owner = User.objects.get()
    assert (owner.username, owner.is_superuser, owner.is_staff, owner.is_active) == ("ann", True, True, True)
    assert owner.check_password(OWNER["password"])
    assert client.get("/sources/add").status_code == 200
    for answer in (form, response):
        assert "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "strict-origin"


def test_setup_link_post_without_csrf_token_is_rejected_and_link_stays_valid() -> None:
    secret = create_link()

    response = Client(enforce_csrf_checks=True).post(f"{PATH}?key={secret}", OWNER)

    assert response.status_code == 403
    assert not has_owner()
    assert open_link(secret).status_code == 200


def test_setup_link_secret_is_not_stored() -> None:
    secret = create_link()

    assert secret not in str(SetupLink.objects.values().get())


def test_setup_link_opened_many_times_stays_valid() -> None:
    secret = create_link()

    assert [open_link(secret).status_code for _ in range(20)] == [200] * 20
    assert Client().head(PATH, {"key": secret}).status_code == 200
    assert use(secret).status_code == 302


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"username": "ann", "password": "short"}, "too short"),
        ({"username": "ann", "password": "password"}, "too common"),
        ({"username": "", "password": "correct horse battery"}, "required"),
        ({"username": "a b?", "password": "correct horse battery"}, "valid username"),
    ],
)
def test_setup_link_unsuitable_values_show_the_form_again(values: dict[str, str], text: str) -> None:
    secret = create_link()

    response = use(secret, values)

    assert response.status_code == 200
    assert text in response.text
    assert not has_owner()
    assert use(secret).status_code == 302


def test_setup_link_used_is_rejected_with_reason_and_cure() -> None:
    secret = create_link()
    use(secret)

    for response in (open_link(secret), use(secret, OWNER | {"username": "eve"})):
        assert response.status_code == 410
        assert "used up" in response.text
        assert "createsuperuser" in response.text
    assert User.objects.count() == 1


def test_setup_link_expired_is_rejected_with_reason_and_cure() -> None:
    secret = create_link()
    SetupLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    for response in (open_link(secret), use(secret)):
        assert response.status_code == 410
        assert "expired" in response.text
        assert "make run" in response.text
    assert not has_owner()


def test_setup_link_is_valid_for_30_minutes() -> None:
    create_link()

    left = SetupLink.objects.get().expires_at - timezone.now()
    assert timedelta(minutes=LINK_MINUTES - 1) < left <= timedelta(minutes=30)


def test_setup_link_newer_one_ends_older_ones() -> None:
    older, newer = create_link(), create_link()

    assert "newer one was printed" in open_link(older).text
    assert use(newer).status_code == 302


@pytest.mark.parametrize("secret", ["", "nonsense", "\0", "é" * 3000])
def test_setup_link_unknown_is_rejected_with_reason_and_cure(secret: str) -> None:
    create_link()

    response = open_link(secret)

    assert response.status_code == 404
    assert "not known" in response.text
    assert "make run" in response.text


def test_setup_link_of_site_with_owner_is_rejected() -> None:
    secret = create_link()
    User.objects.create_superuser("bob", password="x")

    response = use(secret)

    assert response.status_code == 410
    assert "has an owner" in response.text
    assert User.objects.count() == 1


def test_setup_link_from_another_machine_is_rejected_and_stays_valid() -> None:
    secret = create_link()

    for response in (open_link(secret, REMOTE_ADDR=REMOTE), use(secret, REMOTE_ADDR=REMOTE)):
        assert response.status_code == 403
        assert REMOTE in response.text
        assert "createsuperuser" in response.text
        assert secret not in response.text
    assert use(secret).status_code == 302


@pytest.mark.parametrize(
    ("meta", "proxies", "expected"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, [], True),
        ({"REMOTE_ADDR": "127.8.0.1"}, [], True),
        ({"REMOTE_ADDR": "::1"}, [], True),
        ({"REMOTE_ADDR": "::ffff:127.0.0.1"}, [], True),
        ({"REMOTE_ADDR": "10.0.0.1"}, [], False),
        ({"REMOTE_ADDR": ""}, [], False),
        # A proxy on this machine that TRUSTED_PROXIES does not name: its client may be anywhere.
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": REMOTE}, [], False),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"}, [], False),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_REAL_IP": REMOTE}, [], False),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=127.0.0.1"}, [], False),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_VIA": "1.1 proxy"}, [], False),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": REMOTE}, LOOPBACK, False),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": f"127.0.0.1, {REMOTE}"}, LOOPBACK, False),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.9"}, LOOPBACK, True),
        ({"REMOTE_ADDR": REMOTE, "HTTP_X_FORWARDED_FOR": "127.0.0.1"}, LOOPBACK, False),
    ],
)
def test_is_local_only_for_clients_on_this_machine(
    meta: dict[str, str], proxies: list[object], expected: bool, settings: LazySettings, rf: RequestFactory
) -> None:
    settings.TRUSTED_PROXIES = proxies

    assert is_local(rf.get("/", **meta)) is expected


def test_setup_link_many_wrong_tries_return_429(settings: LazySettings) -> None:
    settings.SIGN_IN_FAILURES = 3
    secret = create_link()

    # Twice the limit and one more: the window may end in between.
    responses = [open_link("wrong") for _ in range(7)]

    assert responses[0].status_code == 404
    assert responses[-1].status_code == 429
    assert int(responses[-1]["Retry-After"]) > 0
    assert use(secret).status_code == 429


def test_describe_setup_only_while_there_is_no_active_superuser(settings: LazySettings) -> None:
    User.objects.create_user("reader", is_staff=True)
    User.objects.create_superuser("gone", password="x", is_active=False)

    text = describe_setup(8123)
    assert "http://127.0.0.1:8123/accounts/set-up/?key=" in text
    assert open_link(text.rpartition("key=")[2]).status_code == 200

    User.objects.create_superuser("ann", password="x")
    assert describe_setup(8123) == ""


def test_describe_setup_where_link_can_not_work_names_cause_and_cure(settings: LazySettings) -> None:
    settings.ALLOWED_HOSTS = ["news.example.org"]
    assert "ALLOWED_HOSTS" in describe_setup(8000)
    assert "createsuperuser" in describe_setup(8000)

    settings.ALLOWED_HOSTS = ["localhost"]
    assert "http://localhost:8000/" in describe_setup(8000)

    settings.HTTPS = True
    assert "HTTPS=1" in describe_setup(8000)


def test_setup_link_command_prints_link_or_that_there_is_an_owner(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("setup_link", port=8124)
    secret = capsys.readouterr().out.strip().rpartition("key=")[2]
    assert use(secret).status_code == 302

    call_command("setup_link")
    assert "has an owner" in capsys.readouterr().out

"""The image and the compose file, as far as they can be tested without a container engine."""

import json
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from django.core.management import get_commands

from sentiment_site.env.registry import get_settings
from tests.helpers.paths import ROOT
from tests.helpers.ports import free_port
from tests.helpers.server import base_environment
from tests.helpers.waiting import until

COMPOSE = ROOT / "deploy" / "compose.yaml"
OUTSIDE = {"SECRET_KEY": "s" * 32, "POSTGRES_PASSWORD": "abc123", "SITE_HOST": "news.example.org"}
# As in a container: the files of the image are read-only, the volume is writable.
READ_ONLY = (
    'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && mount --bind "$1" "$0/var" && shift && exec "$@"'
)


def get_instruction(name: str) -> str:
    """Return the arguments of the last instruction of this name in the Dockerfile."""
    lines = (ROOT / "Dockerfile").read_text().replace("\\\n", "").splitlines()
    return [line.removeprefix(name).strip() for line in lines if line.startswith(f"{name} ")][-1]


def parse_command(text: str) -> list[str]:
    """Return the command of an instruction, with the interpreter that runs the tests."""
    command: list[str] = json.loads(text[text.index("[") :])
    return [sys.executable if word == "python" else word for word in command]


def copy_context(folder: Path) -> None:
    """Copy what `COPY . .` does."""
    lines = (ROOT / ".dockerignore").read_text().split()
    assert lines[0] == "*"
    for name in (line[1:] for line in lines if line.startswith("!")):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "training"))
        else:
            shutil.copy(ROOT / name, folder)


def test_dockerfile_passes_hadolint() -> None:
    done = subprocess.run(["hadolint", "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_image_read_only_file_system_serves_and_stops_cleanly(tmp_path: Path) -> None:
    image, volume = tmp_path / "site", tmp_path / "volume"
    (image / "var").mkdir(parents=True)
    volume.mkdir()
    copy_context(image)
    port = free_port()
    environment = {k: v for k, v in base_environment(tmp_path).items() if k not in ("DATABASE_URL", "SECRET_KEY")}
    environment |= {"PORT": str(port), "PYTHONDONTWRITEBYTECODE": "1"}
    contained = ["unshare", "--mount", "--map-root-user", "sh", "-c", READ_ONLY, image, volume]
    entry, command = parse_command(get_instruction("ENTRYPOINT")), parse_command(get_instruction("CMD"))
    assert command == ["serve", "--host", "0.0.0.0"]
    health = parse_command(get_instruction("HEALTHCHECK"))

    def is_healthy() -> bool:
        return subprocess.run(health, env=environment, capture_output=True, timeout=10, check=False).returncode == 0

    subprocess.run([*contained, *entry, "migrate", "-v0"], env=environment, cwd=image, timeout=60, check=True)
    with (tmp_path / "log").open("wb") as log:
        # Not on all addresses: tests listen on this machine only.
        server = subprocess.Popen([*contained, *entry, "serve"], env=environment, cwd=image, stdout=log, stderr=log)
    assert not is_healthy()
    until(is_healthy, what="healthy")
    server.send_signal(signal.SIGTERM)

    assert server.wait(15) == 0
    assert not is_healthy()
    assert {path.name for path in volume.iterdir()} >= {"site.sqlite3", "secret-key"}
    assert not [path for path in image.rglob("*") if path.name in ("__pycache__", "site.sqlite3")]


def load_compose() -> dict[str, Any]:
    """Return the compose file with values for its variables, or their defaults."""

    def value(match: re.Match[str]) -> str:
        name, _, default = match[1].partition(":-")
        return OUTSIDE.get(name.partition(":?")[0], default)

    compose: dict[str, Any] = yaml.safe_load(re.sub(r"\$\{([^}]+)\}", value, COMPOSE.read_text()))
    return compose


def test_compose_file_refers_to_existing_commands_settings_and_services() -> None:
    services = load_compose()["services"]
    ours = {name: service for name, service in services.items() if "build" in service}
    settings = {setting.name for setting in get_settings()}
    outside = set(re.findall(r"\$\{([A-Z_]+)", COMPOSE.read_text()))

    assert set(services) == {"nginx", "web", "ingest", "relay", "migrate", "postgres", "redis"}
    assert services["web"]["deploy"]["replicas"] == 2
    for service in ours.values():
        assert service["command"][0] in get_commands()
        assert service["read_only"]
        assert set(service["environment"]) <= settings
        assert (COMPOSE.parent / service["build"]["context"] / service["build"]["dockerfile"]).exists()
    for service in services.values():
        assert set(service.get("depends_on", {})) <= set(services)
    head = COMPOSE.read_text().partition("name:")[0]
    assert outside - set(re.findall(r"[A-Z_]{4,}", head)) == {"PORT", "SAMPLE_FEED"}


def test_settings_accept_values_of_compose_file(tmp_path: Path) -> None:
    environment = load_compose()["services"]["web"]["environment"]
    show = "from sentiment_site.settings import *; print(DATABASES['default']['HOST'], *ALLOWED_HOSTS, *REDIS_URLS)"

    done = subprocess.run(
        [sys.executable, "-c", show],
        env=base_environment(tmp_path) | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout == "postgres news.example.org 127.0.0.1 redis://redis:6379/0\n", done.stderr


def test_nginx_accepts_configuration_of_compose_file(tmp_path: Path) -> None:
    shell, option, command = load_compose()["services"]["nginx"]["command"]
    site, main = tmp_path / "default.conf", tmp_path / "nginx.conf"
    makes = (
        command.replace("$$", "$")
        .partition(" && ")[0]
        .replace("/etc/nginx/site.conf", str(ROOT / "deploy" / "nginx.conf"))
    )
    subprocess.run([shell, option, makes.replace("/etc/nginx/conf.d/default.conf", str(site))], check=True)
    made = site.read_text()

    assert "server web:8000;" in made
    assert "ssl" not in made
    assert "X-Forwarded-Proto $http_x_forwarded_proto;" in made
    # The name `web` resolves between containers only.
    site.write_text(made.replace("web:8000", "127.0.0.1:8000"))
    main.write_text(
        f"pid {tmp_path}/pid; error_log {tmp_path}/log; events {{}} http {{ access_log off; include {site}; }}"
    )
    checked = subprocess.run(["nginx", "-t", "-p", tmp_path, "-c", main], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr

import hashlib
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCRIPTS = HERE.parent.parent / "dashboard" / "static" / "dashboard"


def test_the_page_s_scripts_pass_their_own_tests():
    files = sorted(str(path) for path in HERE.glob("*.test.mjs"))

    run = subprocess.run(["node", "--test", *files], capture_output=True, text=True, timeout=120, check=False)

    assert run.returncode == 0, run.stdout + run.stderr


def test_the_scripts_stay_small():
    """All that the page loads, uncompressed and with the vendored chart library, is 120 KB at most."""
    assert sum(path.stat().st_size for path in SCRIPTS.rglob("*.js")) <= 120 * 1024


def test_vendored_files_are_what_was_vendored_and_come_with_their_licence():
    vendored = {path for path in (SCRIPTS / "vendor").rglob("*") if path.is_file() and path.name != "SHA256SUMS"}
    sums = dict(reversed(line.split()) for line in (SCRIPTS / "vendor" / "SHA256SUMS").read_text().splitlines())

    assert {SCRIPTS / "vendor" / name for name in sums} == vendored
    for name, digest in sums.items():
        assert hashlib.sha256((SCRIPTS / "vendor" / name).read_bytes()).hexdigest() == digest, name
    for folder in {path.parent for path in vendored}:
        assert "MIT" in (folder / "LICENSE.txt").read_text()

import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent


def test_the_page_s_scripts_pass_their_own_tests():
    files = sorted(str(path) for path in HERE.glob("*.test.mjs"))

    run = subprocess.run(["node", "--test", *files], capture_output=True, text=True, timeout=120, check=False)

    assert run.returncode == 0, run.stdout + run.stderr


def test_the_scripts_stay_small():
    folder = HERE.parent.parent / "dashboard" / "static" / "dashboard"

    assert sum(path.stat().st_size for path in folder.glob("*.js")) <= 60_000

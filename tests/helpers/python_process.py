"""Run Python in a process with the given settings and no others."""

import subprocess
import sys

from tests.helpers.paths import ROOT
from tests.helpers.server import base_environment
from tests.helpers.waiting import WAIT_SECONDS


def run_python(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the interpreter with some arguments in the folder of the project, and return the completed process."""
    kept = {name: value for name, value in base_environment(ROOT / "var").items() if name in ("PATH", "HOME", "LANG")}
    return subprocess.run(
        [sys.executable, *arguments],
        env=kept | {"SECRET_KEY": "a-key-for-tests-of-thirty-two-characters-or-more"} | settings,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=WAIT_SECONDS,
        check=False,
    )

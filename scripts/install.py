"""Install what a lock file lists, with progress: `python -m scripts.install requirements.lock`.

pip alone prints either nothing for a minute or several hundred lines. Runs before anything is installed, so it uses the
standard library only.
"""

import re
import subprocess
import sys
import time
from pathlib import Path

PACKAGE = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==", re.MULTILINE)
COLLECTED = re.compile(
    r"^(?:Collecting|Requirement already satisfied:|Processing (?:\S*/)?)\s*([A-Za-z0-9][\w.]*(?:-[A-Za-z][\w.]*)*)"
)
LINES_AFTER_FAILURE = 30
STEP = 10  # packages between two lines where no terminal shows the progress


def main() -> int:
    """Install, and return pip's exit status."""
    lock = Path(sys.argv[1])
    total = len(PACKAGE.findall(lock.read_text()))
    command = [sys.executable, "-u", "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    command += ["--progress-bar", "off", "--require-hashes", "-r", str(lock)]
    started = time.monotonic()
    lines: list[str] = []
    count = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:  # noqa: S603
        for line in pip.stdout or ():
            lines.append(line)
            if line.startswith("Ignoring "):  # of another platform
                total -= 1
            elif match := COLLECTED.match(line):
                count += 1
                report(f"{count} of {total} packages, {match[1]}", is_step=count % STEP == 0)
            elif line.startswith("Installing collected packages"):
                report(f"all {total} packages are here; unpacking them", is_step=True)
    seconds = time.monotonic() - started
    if pip.returncode:
        print("\n" + "".join(lines[-LINES_AFTER_FAILURE:]), file=sys.stderr)
        print(f"pip failed after {seconds:.0f} s; its last lines are above. Run the command again.", file=sys.stderr)
    else:
        report(f"{total} packages installed in {seconds:.0f} s", is_step=True)
        if sys.stdout.isatty():
            print()
    return pip.returncode


def report(text: str, *, is_step: bool) -> None:
    """Show the progress: in the same line of a terminal, or a line at each step."""
    if sys.stdout.isatty():
        print(f"\r\033[K  {text}", end="", flush=True)
    elif is_step:
        print(f"  {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())

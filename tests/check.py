"""Check everything with one command: style, types (of scripts too) and tests, browser tests included.

Run it with the Python of an environment in which the package is installed with `pip install -e '.[test]'`:

    python tests/check.py            everything
    python tests/check.py -k strip   arguments go to pytest

It stops at the first check that fails, with that check's exit code. The browser tests need a Chromium: one that is
installed is used, otherwise one is installed. The scripts' types need Node.js with npm.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# First the one without windows: the same engine, and a page opens in less than half the time.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium-headless-shell", "fonts-dejavu-core", "fonts-noto-core")  # without fonts a page has no letters
WORKERS = str((os.cpu_count() or 1) + 1)  # one more than processors: a quarter of the time tests wait for browsers
CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("tests.types_of_scripts",),
    ("pytest", "-n", WORKERS, "--dist", "loadfile", "--no-loadscope-reorder"),
)


def find_chromium() -> str | None:
    """Return the Chromium to use: `CHROMIUM` from the environment, else the first on the PATH, else None."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)


def install_chromium() -> None:
    """Install Chromium as a system package if possible, else Playwright's own.

    Playwright's takes a download only the first time, and its tests find it by themselves.
    """
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if is_root and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *PACKAGES)
        if run("apt-get", "update", "--quiet", environment=quiet) == 0:
            run(*install, environment=quiet)
        if find_chromium():
            return
    with_libraries = ("--with-deps",) if is_root else ()
    if code := run(sys.executable, "-m", "playwright", "install", *with_libraries, "chromium"):
        print("No Chromium was found and none could be installed. Install one, or name it in CHROMIUM.", flush=True)
        sys.exit(code)


def run(*command: str, environment: dict[str, str] | None = None) -> int:
    """Print and run a command in the project's folder; return its exit code."""
    print("+", *command, flush=True)
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def main(arguments: list[str]) -> int:
    """Run every check until one fails; return its exit code. `arguments` go to pytest."""
    if not find_chromium():
        install_chromium()
    for module, *rest in CHECKS:
        extra = arguments if module == "pytest" else []
        if code := run(sys.executable, "-m", module, *rest, *extra):
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

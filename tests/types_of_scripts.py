"""Check the JSDoc types of the scripts with TypeScript: `python -m tests.types_of_scripts`.

`tests/jsconfig.json` holds the files and the options. npm downloads TypeScript, in the version named here, the first
time; later runs use the cached copy.
"""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONFIG = ROOT / "tests" / "jsconfig.json"
TYPESCRIPT = "7.0.2"
WITHOUT_NODE = "The scripts' types cannot be checked: there is no npx. Install Node.js, 20 or later, with npm."


def main() -> int:
    """Check the types of every script; print the errors and return the exit code."""
    npx = shutil.which("npx")
    if npx is None:
        print(WITHOUT_NODE, file=sys.stderr, flush=True)
        return 1
    command = (npx, "--yes", "--prefer-offline", "--package", f"typescript@{TYPESCRIPT}", "tsc", "--project", CONFIG)
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())

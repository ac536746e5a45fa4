"""Run benchmarks: `python -m tests.benchmarks`, or with names of some.

--quick takes fewer rounds and smaller cases; --write puts the tables into tests/README.md. The programs that ours are
timed beside are installed into `.benchmarks/`.
"""

import argparse
import sys
from importlib import import_module

from tests.benchmarks.peers import prepare_environment
from tests.benchmarks.tables import machine, write_tables
from tests.conftest import ROOT

BENCHMARKS = ("builds", "growth", "pages", "preview", "text", "traces", "tracing", "training", "typing")


def main() -> None:
    """Print the tables of benchmarks."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(BENCHMARKS)}; all if none is given")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and smaller cases")
    parser.add_argument("--write", action="store_true", help="put the tables into tests/README.md")
    given = parser.parse_args()
    if unknown := sorted({*given.names} - {*BENCHMARKS}):
        parser.error(f"expected names among {', '.join(BENCHMARKS)}, found {', '.join(unknown)}")
    prepare_environment()
    print(f"{machine()}\n", flush=True)
    for name in given.names or BENCHMARKS:
        print(f"{name}", file=sys.stderr, flush=True)
        tables = import_module(f"tests.benchmarks.{name}").measure(quick=given.quick)
        print(*tables, sep="\n\n", end="\n\n", flush=True)
        if given.write:
            write_tables(ROOT / "tests" / "README.md", name, tables)


if __name__ == "__main__":
    main()

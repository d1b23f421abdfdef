"""Run every benchmark of this folder: `python -m benchmarks [--smallest] [NAME ...]`.

A benchmark is a module that runs as `python -m benchmarks.NAME`, prints its rows and ends with 0; with
`--smallest` it goes through the same phases at its smallest size. Modules starting with `_` are parts of others.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def names() -> list[str]:
    """Names of the benchmarks, in alphabetical order."""
    return sorted(p.stem for p in HERE.glob("*.py") if not p.stem.startswith("_"))


def main() -> int:
    """Run the benchmarks chosen, each in a process of its own; the number of those that failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("--smallest", action="store_true", help="each at its smallest size, to see that it runs")
    parser.add_argument("names", nargs="*", metavar="NAME", help="one of " + ", ".join(names()))
    options = parser.parse_args()
    unknown = sorted(set(options.names) - set(names()))
    if unknown:
        parser.error(f"{', '.join(unknown)}: expected one of {', '.join(names())}")
    failed = 0
    for name in options.names or names():
        print(f"\n== {name}", flush=True)
        command = [sys.executable, "-m", f"benchmarks.{name}", *(["--smallest"] if options.smallest else [])]
        failed += subprocess.run(command, cwd=HERE.parent, check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())

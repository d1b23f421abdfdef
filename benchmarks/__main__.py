"""Run every benchmark of this folder: `python -m benchmarks [--smallest] [--json FILE] [NAME ...]`.

A benchmark is a module that runs as `python -m benchmarks.NAME`, prints its rows and ends with 0; with
`--smallest` it goes through the same phases at its smallest size. Modules starting with `_` are parts of others.
Each number is said with `benchmarks._rows.say`, too, and so reaches the tables that are printed at the end, and
the file of `--json`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks._rows import ROWS_FILE, Row, as_json, read_rows, table

HERE = Path(__file__).parent


def names() -> list[str]:
    """Names of the benchmarks, in alphabetical order."""
    return sorted(p.stem for p in HERE.glob("*.py") if not p.stem.startswith("_"))


def main() -> int:
    """Run the benchmarks chosen, each in a process of its own; the number of those that failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("--smallest", action="store_true", help="each at its smallest size, to see that it runs")
    parser.add_argument("--json", type=Path, metavar="FILE", help="machine, commit, versions and all rows")
    parser.add_argument("names", nargs="*", metavar="NAME", help="one of " + ", ".join(names()))
    options = parser.parse_args()
    unknown = sorted(set(options.names) - set(names()))
    if unknown:
        parser.error(f"{', '.join(unknown)}: expected one of {', '.join(names())}")
    rows: list[Row] = []
    failed: list[str] = []
    for name in options.names or names():
        print(f"\n== {name}", flush=True)
        found, sound = run(name, ["--smallest"] if options.smallest else [])
        rows += found
        failed += [] if sound else [name]
    print_tables(rows)
    if options.json:
        options.json.write_text(as_json(rows, failed, HERE.parent), encoding="utf-8")
        print(f"\n{len(rows)} rows in {options.json}")
    if failed:
        print(f"\nfailed: {', '.join(failed)}", file=sys.stderr)
    return len(failed)


def run(name: str, words: list[str]) -> tuple[list[Row], bool]:
    """One benchmark: its rows, and whether it ended well."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl"
        command = [sys.executable, "-m", f"benchmarks.{name}", *words]
        done = subprocess.run(command, cwd=HERE.parent, env={**os.environ, ROWS_FILE: str(path)}, check=False)
        return read_rows(path), done.returncode == 0


def print_tables(rows: list[Row]) -> None:
    """A table a benchmark, and which bars were missed."""
    for name in dict.fromkeys(row.benchmark for row in rows):
        print(f"\n### {name}\n\n{table(row for row in rows if row.benchmark == name)}")
    missed = [row for row in rows if row.met is False]
    judged = sum(row.met is not None for row in rows)
    print(f"\n{judged - len(missed)} of {judged} bars met")


if __name__ == "__main__":
    sys.exit(main())

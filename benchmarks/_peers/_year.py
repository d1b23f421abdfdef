"""What the scripts of all peers share. They run in environments without buem: plain Python alone.

A script is called as ``python PEER.py HOUSE.json WEATHER.csv WEATHER.epw YEARS`` and prints one line of JSON.
"""

from __future__ import annotations

import contextlib
import io
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def arguments() -> tuple[dict[str, Any], Path, Path, int]:
    """The house, the weather as CSV and as EPW, and how many years."""
    house, table, epw, years = sys.argv[1:]
    return json.loads(Path(house).read_text(encoding="utf-8")), Path(table), Path(epw), int(years)


def measure(year: Callable[[], tuple[float, float]], years: int) -> None:
    """Run a year once to be warm, then some more, and print what they took.

    Parameters
    ----------
    year : callable
        Simulates a year from the described house on; its heating and cooling. [kWh]
    years : int
        Warm years.
    """
    spent = []
    # What the tools print is no concern of the one line.
    with contextlib.redirect_stdout(io.StringIO()):
        heating, cooling = year()
        for _ in range(years):
            start = time.process_time()
            year()
            spent.append(time.process_time() - start)
    print(json.dumps({"cpu_seconds": statistics.median(spent), "peak_bytes": peak_memory(), "heating_kwh": heating,
                      "cooling_kwh": cooling}))


def peak_memory(process: str = "self") -> int:
    """Highest resident memory of a process; `getrusage` would count its parent's before the program began. [B]"""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))

"""buem on the house: ``python -m benchmarks._peers.ours NAME YEARS``, in a process of its own for its memory."""

from __future__ import annotations

import json
import statistics
import sys
import time
from typing import Any, Final

import numpy as np

from benchmarks._cases import CASES, building
from benchmarks._peers._year import peak_memory
from buem.io.stations import read_station
from buem.simulate import Options, prepare, simulate_site

CASE: Final = next(case for case in CASES if case.name == "600")
STATION: Final = "us_denver_tmy3"
#: Name -> options of `simulate`, and how many houses are a batch: a city has many in one weather.
SETTINGS: Final[dict[str, tuple[dict[str, Any], int]]] = {
    "buem, 5R1C": ({"model": "iso13790"}, 512),
    "buem, node model, fast": ({"model": "iso52016", "films": "fixed", "steps_per_hour": 1}, 128),
    "buem, node model, accurate": ({"model": "iso52016"}, 64),
}


def measure(name: str, years: int) -> dict[str, Any]:
    """Batches of the house, their hourly loads kept; per building-year."""
    options, count = SETTINGS[name]
    site, house, index = prepare(read_station(STATION)), building(CASE), np.arange(count)
    given = Options(threads=1, **options)
    found = simulate_site([house] * count, site, given, index).indicators
    spent = []
    for _ in range(years):
        start = time.process_time()
        simulate_site([house] * count, site, given, index)
        spent.append((time.process_time() - start) / count)
    return {"cpu_seconds": statistics.median(spent), "peak_bytes": peak_memory(),
            "heating_kwh": float(found.heating[0]) / 1e3, "cooling_kwh": float(found.cooling[0]) / 1e3}


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))

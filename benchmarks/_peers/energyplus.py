"""EnergyPlus on the twin of the house: ``python -m benchmarks._peers.energyplus YEARS``.

It runs a year a process, whose start, reading and writing are part of it, as for every city that is run with it.
"""

from __future__ import annotations

import contextlib
import json
import statistics
import sys
import threading

import psutil

from benchmarks._cases import building
from benchmarks._peers._year import peak_memory
from benchmarks._peers.ours import CASE, STATION
from benchmarks.energyplus.run import energyplus
from benchmarks.energyplus.standard140 import twin_of
from buem.io.stations import read_station


class Watch(threading.Thread):
    """Looks at the memory of the children fifty times a second."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak, self._over = 0, threading.Event()

    def run(self) -> None:
        """Until the program ends."""
        while not self._over.wait(0.02):
            for child in psutil.Process().children():
                # It may have ended meanwhile.
                with contextlib.suppress(OSError, StopIteration, psutil.NoSuchProcess):
                    if child.name().startswith("energyplus"):
                        self.peak = max(self.peak, peak_memory(str(child.pid)))


if __name__ == "__main__":
    watch = Watch()
    watch.start()
    runs = [energyplus(building(CASE), read_station(STATION), twin_of(CASE, steps=4))
            for _ in range(int(sys.argv[1]) + 1)]
    print(json.dumps({
        "cpu_seconds": statistics.median(run.cpu for run in runs[1:]),
        "peak_bytes": watch.peak,
        "heating_kwh": float(runs[0].heating.sum()) / 1e3, "cooling_kwh": float(runs[0].cooling.sum()) / 1e3}))

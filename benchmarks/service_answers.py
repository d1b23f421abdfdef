"""How soon a service answers: after its start, and one building with 8,760 hours of its own weather.

    python -m benchmarks.service_answers [--smallest]
"""

from __future__ import annotations

import argparse
import json
import math
import random
import tempfile
import time
from pathlib import Path

import httpx

from benchmarks._million import feature
from benchmarks._rows import say
from benchmarks._service import served

HOURS = 8760


def own_weather() -> dict[str, object]:
    """A year of a made-up climate, as a feature carries it."""
    sun = [max(0.0, math.sin((hour % 24 - 6) / 12 * math.pi)) for hour in range(HOURS)]
    stamps = [f"2018-{month:02d}-{day:02d}T{hour:02d}:00:00Z"
              for month, days in enumerate((31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), 1)
              for day in range(1, days + 1) for hour in range(24)]
    return {"index": stamps, "variables": {
        "T": [10 - 8 * math.cos(hour / HOURS * 2 * math.pi) for hour in range(HOURS)],
        "GHI": [600 * part for part in sun], "DNI": [400 * part for part in sun],
        "DHI": [250 * part for part in sun]}}


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smallest", action="store_true")
    tries = 2 if parser.parse_args().smallest else 20
    one = feature(1, random.Random(1))
    one["properties"]["buem"]["weather"] = own_weather()
    body = json.dumps({"type": "FeatureCollection", "features": [one]}).encode()
    with tempfile.TemporaryDirectory(prefix="buem-answers-") as folder:
        began = time.perf_counter()
        with served(Path(folder) / "service", "--workers", "2") as server, \
                httpx.Client(base_url=server.url, timeout=120, trust_env=False) as client:
            client.get("/api/health").raise_for_status()
            started = time.perf_counter() - began
            client.post("/api/geojson", content=body).raise_for_status()
            times = []
            for _ in range(tries):
                sent = time.perf_counter()
                client.post("/api/geojson", content=body).raise_for_status()
                times.append(time.perf_counter() - sent)
    middle = 1e3 * sorted(times)[len(times) // 2]
    print(f"health after the start         {started:6.2f} s  (bar 3)")
    print(f"one building, its own weather  {middle:6.0f} ms, the fastest {1e3 * min(times):.0f} ms  (bar 200)")
    say("service_answers", "health", "after the start", started, "s", at_most=3)
    say("service_answers", "8,760 hours of its own weather", "warm", middle, "ms", at_most=200)


if __name__ == "__main__":
    main()

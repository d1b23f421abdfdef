"""Two workers of a Dask cluster beside two processes of this machine, on the same city, in turns, in one run.

    python -m benchmarks.cluster [--smallest] [--buildings N] [--tries N]

Counted are the buildings a second after the first part has begun, the best of the tries. The cluster is a scheduler and
two workers on 127.0.0.1, which share the cores with the client. The bar: Dask at most 15 % slower.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks._rows import say
from benchmarks.whole_run import write_city

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "batch"))

from dask_cluster import dask_cluster

from buem.batch.run import run_batch


def measure(city: Path, folder: Path, option: str, hourly: str, tries: int) -> dict[str, list[float]]:
    """Buildings a second of both, in turns."""
    found: dict[str, list[float]] = {"loky": [], "dask": []}
    for _ in range(tries):
        for name, chosen in (("loky", {"workers": 2}), ("dask", {"cluster": option})):
            report = run_batch(city, folder / f"{name}-{hourly}", hourly=hourly, overwrite=True, **chosen)
            found[name].append(report.rate)
    return found


def main() -> None:
    """Print a row a kind of series."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smallest", action="store_true")
    parser.add_argument("--buildings", type=int, default=20_000)
    parser.add_argument("--tries", type=int, default=3)
    options = parser.parse_args()
    count, tries = (1_100, 1) if options.smallest else (options.buildings, options.tries)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_city(folder / "city.geojson", count)
        with dask_cluster(folder / "cluster", "first", "second") as cluster:
            # Both compile or load what they need before anything is counted.
            measure(folder / "city.geojson", folder, cluster.option, "none", 1)
            for hourly in ("none", "load"):
                rates = measure(folder / "city.geojson", folder, cluster.option, hourly, tries)
                loky, dask = max(rates["loky"]), max(rates["dask"])
                print(f"hourly {hourly}, {count} buildings: loky {loky:,.0f} a second, Dask {dask:,.0f}; "
                      f"Dask {100.0 * (loky / dask - 1.0):+.1f} % slower, bar 15 %", flush=True)
                say("cluster", f"hourly {hourly}, loky", "after the start", loky, "buildings/s", size=count)
                say("cluster", f"hourly {hourly}, Dask", "after the start", dask, "buildings/s", size=count)
                say("cluster", f"hourly {hourly}, Dask slower than loky", "after the start",
                    100.0 * (loky / dask - 1.0), "%", size=count, at_most=None if options.smallest else 15.0)


if __name__ == "__main__":
    main()

"""Reading: MB/s of the scan, microseconds per feature.

`python -m benchmarks.reading [--smallest] [--features N]` writes a file of N houses of the envelope dialect (11
elements, every quantity with its unit) to a temporary folder and prints how fast it is cut into features, plain and
gzipped, how fast an id is found, and how long a feature of each dialect takes to become a building.
"""

from __future__ import annotations

import argparse
import copy
import gzip
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks._rows import say
from buem.io.dialects import read_feature
from buem.io.geojson import feature_id, scan_features

#: Elements of the house: id, type, azimuth, tilt.
_PLANES = (
    ("Wall_1", "wall", 0, 90), ("Wall_2", "wall", 90, 90), ("Wall_3", "wall", 180, 90), ("Wall_4", "wall", 270, 90),
    ("Roof_1", "roof", 180, 30), ("Floor_1", "floor", 0, 0), ("Win_1", "window", 0, 90), ("Win_2", "window", 180, 90),
    ("Win_3", "window", 90, 90), ("Door_1", "door", 0, 90),
)  # fmt: skip


def envelope_house() -> dict[str, Any]:
    """A house as EnerPlanET writes it."""

    def quantity(value: float, unit: str) -> dict[str, Any]:
        return {"value": value, "unit": unit}

    elements: list[dict[str, Any]] = []
    for name, kind, azimuth, tilt in _PLANES:
        element = {"id": name, "type": kind, "area": quantity(30.0, "m2"), "U": quantity(1.4, "W/(m2K)")}
        element |= {"azimuth": quantity(azimuth, "deg"), "tilt": quantity(tilt, "deg")}
        opening = kind in ("window", "door")
        element |= {"parent_id": "Wall_1"} if opening else {"b_transmission": quantity(1.0, "-")}
        element |= {"g_gl": quantity(0.6, "-")} if kind == "window" else {}
        elements.append(element)
    elements.append({"id": "Vent_1", "type": "ventilation", "air_changes": quantity(0.5, "1/h")})
    thermal = {
        "n_air_infiltration": quantity(0.5, "1/h"), "n_air_use": quantity(0.5, "1/h"), "thermal_class": "medium",
        "comfortT_lb": quantity(21, "degC"), "comfortT_ub": quantity(24, "degC"),
    }  # fmt: skip
    building = {"country": "NL", "A_ref": quantity(100, "m2"), "h_room": quantity(2.5, "m")}
    buem = {"building": {**building, "envelope": {"elements": elements}, "thermal": thermal}, "solver": {}}
    times = {"start_time": "2018-01-01T00:00:00Z", "end_time": "2018-12-31T23:00:00Z"}
    point = {"type": "Point", "coordinates": [4.36, 52.01]}
    return {"type": "Feature", "id": "house", "geometry": point, "properties": {**times, "buem": buem}}


def components_house() -> dict[str, Any]:
    """The same house in the components dialect."""
    groups: dict[str, Any] = {"Ventilation": {"elements": [{"id": "Vent_1", "air_changes": 0.5}]}}
    names = {"wall": "Walls", "roof": "Roof", "floor": "Floor", "window": "Windows", "door": "Doors"}
    for name, kind, azimuth, tilt in _PLANES:
        group = groups.setdefault(names[kind], {"U": 1.4, "elements": []})
        group["elements"].append({"id": name, "area": 30.0, "azimuth": azimuth, "tilt": tilt})
    house = copy.deepcopy(envelope_house())
    house["properties"]["buem"] = {"building_attributes": {"A_ref": 100.0, "components": groups}}
    return house


def best(run: Callable[[], object], repeats: int) -> float:
    """Shortest time of several runs. [s]"""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def write_city(path: Path, count: int) -> None:
    """A collection of houses with ids of their own."""
    text = json.dumps(envelope_house())
    head = '{"type": "FeatureCollection", "features": [\n'
    body = ",\n".join(text.replace('"house"', f'"house-{i}"', 1) for i in range(count))
    path.write_text(f"{head}{body}\n]}}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reading")
    parser.add_argument("--smallest", action="store_true", help="20 features, one repeat")
    parser.add_argument("--features", type=int, default=4000, metavar="N", help="features of the file")
    options = parser.parse_args()
    count, repeats = (20, 1) if options.smallest else (options.features, 5)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "city.geojson"
        write_city(path, count)
        packed = path.with_suffix(".geojson.gz")
        packed.write_bytes(gzip.compress(path.read_bytes(), compresslevel=5))
        size = path.stat().st_size / 1e6
        print(f"{count} features of 11 elements, {size:.1f} MB")
        for name, file in (("scan", path), ("scan, gzipped", packed)):
            seconds = best(lambda file=file: sum(1 for _ in scan_features(file)), repeats)
            print(f"{name:<22}{size / seconds:8.0f} MB/s   {seconds / count * 1e6:8.1f} us per feature")
            say("reading", name, "cut into features", size / seconds, "MB/s", size=count)
    raw = json.dumps(envelope_house()).encode()
    seconds = best(lambda: [feature_id(raw) for _ in range(count)], repeats)
    print(f"{'id':<22}{'':>16}{seconds / count * 1e6:8.1f} us per feature")
    for name, house in (("envelope", envelope_house()), ("components", components_house())):
        raw = json.dumps(house).encode()
        seconds = best(lambda raw=raw: [read_feature(raw, i) for i in range(count)], repeats)
        print(f"{name:<22}{len(raw) * count / seconds / 1e6:8.0f} MB/s   {seconds / count * 1e6:8.1f} us per feature")
        say("reading", name, "feature to building", seconds / count * 1e6, "us", size=count)
    return 0


if __name__ == "__main__":
    sys.exit(main())

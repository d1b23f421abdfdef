"""Results of a city, written out, for the tests of what is made of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from buem.io.city_results import CityResults
from buem.io.tables import SUMMARY_SCHEMA

#: A house of 100 m² that needs 100 kWh/m².
HOUSE = {"status": "ok", "floor_area_m2": 100.0, "heating_kwh": 10_000.0, "cooling_kwh": 500.0,
         "heating_kwh_m2": 100.0, "cooling_kwh_m2": 5.0, "heating_peak_kw": 6.0, "cooling_peak_kw": 1.0,
         "dialect": "footprint", "size_class": "SFH", "use": "residential", "year": 1950, "wall_m2": 150.0,
         "party_wall_m2": 50.0, "footprint_m2": 80.0, "height_m": 6.0, "storeys": 2.0, "notes": []}


def summary(*rows: dict[str, object]) -> pa.Table:
    """Rows of summary.parquet; what a row does not say is none."""
    columns = []
    for field in SUMMARY_SCHEMA:
        values = [row.get(field.name) for row in rows]
        if field.name == "index":
            values = list(range(len(rows)))
        if field.name == "id":
            values = [row.get("id", f"B{k}") for k, row in enumerate(rows)]
        columns.append(pa.array(values, field.type))
    return pa.table(columns, schema=SUMMARY_SCHEMA)


def square(east: float = 0.0, size: float = 10.0) -> np.ndarray:
    """A closed ring at 60° north, where a degree of longitude is half one of latitude. [°]"""
    metre = 1.0 / 111_195.0
    x, y = np.array([0.0, size, size, 0.0, 0.0]), np.array([0.0, 0.0, size, size, 0.0])
    return np.stack([25.0 + (x + east) * 2.0 * metre, 60.0 + y * metre], axis=1)


def made_city(*rows: dict[str, object], rings: object = None, path: str = "results") -> CityResults:
    """A city of some rows, each on a square of 10 m."""
    if rings is None:
        rings = tuple((square(20.0 * k),) for k in range(len(rows)))
    return CityResults(path=Path(path), summary=summary(*rows), rings=rings)  # type: ignore[arg-type]

"""A town of our own making, from a seed: streets of outlines, and a job over it whose figures are made up."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine

from buem.service.batch_request import BatchRequest
from buem.service.ledger import Item, Outcome, claim, finish
from buem.service.options import ServiceOptions
from buem.service.planning import create_job
from buem.service.retry import RetryRule

#: Buildings of a town of Vichy's size.
TOWN = 11_000
#: Middle of the town, and metres of a degree there.
LONGITUDE, LATITUDE = 3.4262, 46.1278
_NORTH = 111_195.0
_EAST = _NORTH * math.cos(math.radians(LATITUDE))
#: Blocks of streets are this far apart, east and north. [m]
_BLOCK = (84.0, 70.0)


def town(count: int, seed: int = 11) -> list[dict[str, Any]]:
    """Outlines along streets, denser towards the middle.

    Parameters
    ----------
    count : int
        Buildings.
    seed : int
        The same seed gives the same town.

    Returns
    -------
    list of dict
        GeoJSON features with levels, year and use.
    """
    rng = random.Random(seed)
    found: list[dict[str, Any]] = []
    ring = 0
    while len(found) < count:
        for east, north in _around(ring):
            if rng.random() > 0.02 * ring:
                found += _block(rng, east, north, ring, len(found))
        ring += 1
    return found[:count]


def _around(ring: int) -> list[tuple[int, int]]:
    """Blocks that stand so many blocks from the middle."""
    steps = range(-ring, ring + 1)
    return [(x, y) for x in steps for y in steps if max(abs(x), abs(y)) == ring]


def _block(rng: random.Random, east: int, north: int, ring: int, first: int) -> list[dict[str, Any]]:
    turn = 0.2 + 0.2 * math.sin(east / 7)
    rows = []
    along = 0.0
    while along < 60.0:
        width = rng.uniform(7.0, 13.0)
        for side in (0.0, 34.0):
            if rng.random() < 0.9:
                corner = (east * _BLOCK[0] + along * math.cos(turn) - side * math.sin(turn),
                          north * _BLOCK[1] + along * math.sin(turn) + side * math.cos(turn))
                rows.append(_house(rng, first + len(rows), corner, (width, rng.uniform(9.0, 15.0)), turn, ring))
        along += width + (rng.uniform(2.0, 6.0) if ring > 8 else 0.0)
    return rows


def _house(rng: random.Random, number: int, corner: tuple[float, float], size: tuple[float, float], turn: float,
           ring: int) -> dict[str, Any]:
    cos, sin = math.cos(turn), math.sin(turn)
    corners = [(0.0, 0.0), (size[0], 0.0), size, (0.0, size[1]), (0.0, 0.0)]
    places = [[round(LONGITUDE + (corner[0] + cos * u - sin * v) / _EAST, 7),
               round(LATITUDE + (corner[1] + sin * u + cos * v) / _NORTH, 7)] for u, v in corners]
    properties = {"levels": max(1, min(7, round(rng.gauss(5.5 - 0.2 * ring, 1.0)))),
                  "year": rng.choice([1890, 1925, 1950, 1965, 1975, 1985, 1998, 2008, 2016]),
                  "use": "residential" if rng.random() < 0.9 else "office"}
    return {"type": "Feature", "id": f"v{number:05d}", "properties": properties,
            "geometry": {"type": "Polygon", "coordinates": [places]}}


def made_up_job(store: Engine, options: ServiceOptions, features: Sequence[dict[str, Any]]) -> str:
    """A finished job over features, through the ledger as a worker would write it; one building in 500 has failed.

    Parameters
    ----------
    store : Engine
        With its tables.
    options : ServiceOptions
        How the service runs.
    features : sequence of dict
        Of `town`.

    Returns
    -------
    str
        Id of the job.
    """
    operation = {"type": "calculate", "resource": "buildings", "options": {}}
    batch = BatchRequest(type="geojson", description="town.geojson", operations=(operation,), max_concurrent=64,
                         retry=RetryRule(), mode="", on_error="skip", operation_s=None, job_s=None, not_before=None,
                         window=None, notification=None)
    # Of today: old jobs are not kept.
    now = datetime.now(UTC)
    job_id = create_job(store, options, batch, now, raws=[json.dumps(one).encode() for one in features])
    while (held := claim(store, "town", now, 60.0)) is not None:
        items = [_item(index, features[index]) for index in held.pending]
        finish(store, held, Outcome(items=items), now)
    return job_id


def _item(index: int, feature: dict[str, Any]) -> Item:
    name, given = feature["id"], feature["properties"]
    if index % 500 == 499:
        return Item(index=index, resource_id=name, error="validation", code="VALIDATION_ERROR",
                    message=f"$.features[{index}].properties.levels: -1; expected 0 to 200")
    heat = 40.0 + (2026 - given["year"]) * 1.4 + index % 17
    area = 110.0 * given["levels"]
    return Item(index=index, resource_id=name, outcome={
        "status": "ok", "floor_area_m2": area, "heating_kwh": heat * area, "cooling_kwh": 4.0 * area,
        "heating_kwh_m2": heat, "cooling_kwh_m2": 4.0, "heating_peak_kw": heat * area / 2000.0,
        "cooling_peak_kw": area / 60.0, "height_m": 3.0 * given["levels"], "year": given["year"],
        "use": given["use"]})

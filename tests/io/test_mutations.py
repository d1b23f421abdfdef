"""Whatever a request holds: a building, or an error of our own tree with a path."""

from __future__ import annotations

import json
import random
import warnings
from pathlib import Path
from typing import Any

import pytest
from request_samples import SHARED_PLACE, as_json, mutate, own_samples

from buem.building_check import check_building
from buem.errors import BuemWarning, InputError
from buem.io.geojson import read_geojson

SHARED = Path(__file__).resolve().parents[2] / SHARED_PLACE / "data" / "buem_requests"


def shared_samples() -> list[Any]:
    names = sorted(path for path in SHARED.glob("*.json") if "schema" not in path.name and "response" not in path.name)
    return [json.loads(path.read_bytes()) for path in names]


def run(sample: Any, seed: int) -> bool:
    """Read one mutated copy, as a file or as parsed; whether there was an error."""
    random_ = random.Random(seed)
    try:
        changed = mutate(sample, random_)
        source = as_json(changed) if seed % 3 else changed
        if seed % 7 == 1 and isinstance(source, bytes):
            source = source[: random_.randrange(len(source))]
        wall_area = "gross" if seed % 5 == 0 else "net"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", BuemWarning)
            on_error = "skip" if seed % 2 else "raise"
            buildings = read_geojson(source, wall_area=wall_area, on_error=on_error)  # type: ignore[arg-type]
        # What is read is sound: the engine's own check has nothing to add.
        assert [str(p) for b in buildings for p in check_building(b)] == []
        for building in buildings:
            building.id.encode()
    except InputError as error:
        return check_texts(error)
    return False


def check_texts(error: InputError) -> bool:
    """Every problem has a place and a wish, and can be written to a file."""
    assert all(p.path and p.expected for p in error.problems)
    str(error).encode()
    return True



@pytest.mark.parametrize("block", range(4))
def test_1000_mutated_copies_of_our_samples_raise_nothing_but_our_errors(block: int) -> None:
    samples = own_samples()
    refused = sum(run(samples[seed % len(samples)], seed) for seed in range(block * 250, block * 250 + 250))
    assert 50 < refused < 250


@pytest.mark.skipif(not SHARED.exists(), reason=f"needs {SHARED_PLACE}/data/buem_requests")
@pytest.mark.parametrize("block", range(4))
def test_1000_mutated_copies_of_the_buem_samples_raise_nothing_but_our_errors(block: int) -> None:
    samples = shared_samples()
    assert len(samples) == 9
    for seed in range(block * 250, block * 250 + 250):
        run(samples[seed % len(samples)], seed)

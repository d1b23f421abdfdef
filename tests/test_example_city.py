"""The bundled example city: made by its script, varied as promised, broken where it should be."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "data" / "examples"
CITY = FOLDER / "city.geojson"


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_city", FOLDER / "make_city.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_city"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def features() -> list[dict[str, Any]]:
    return json.loads(CITY.read_text(encoding="utf-8"))["features"]


def test_file_is_what_the_script_writes(maker, tmp_path):
    maker.write(tmp_path / "again.geojson")
    assert (tmp_path / "again.geojson").read_bytes() == CITY.read_bytes()


def test_size(features):
    assert len(features) == 300
    assert CITY.stat().st_size <= 3_000_000


def test_dialects_and_geometries(features):
    blocks = [f["properties"]["buem"] for f in features]
    components = sum("building_attributes" in b for b in blocks)
    assert components >= 25
    assert sum("building" in b for b in blocks) == 300 - components
    assert Counter(f["geometry"]["type"] for f in features)["Polygon"] >= 60


def test_rings_run_counter_clockwise_and_close(features):
    for feature in features:
        if feature["geometry"]["type"] != "Polygon":
            continue
        (ring,) = feature["geometry"]["coordinates"]
        assert ring[0] == ring[-1]
        assert sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)) > 0


def test_only_one_id_comes_twice(features):
    ids = Counter(f["id"] for f in features)
    assert [i for i, n in ids.items() if n > 1] == ["Markt-001"]


def test_own_fields_occur(features):
    blocks = [f["properties"]["buem"] for f in features]
    thermals = [b["building"]["thermal"] for b in blocks if "building" in b]
    used = Counter(name for t in thermals for name in t)
    for name in ("T_set_heating", "heat_recovery", "heating_max_kW", "cooling_max_kW", "temperature_control",
                 "night_ventilation", "phi_int_convective", "thermal_bridge"):
        assert used[name] >= 1, name


def test_row_houses_have_party_walls(features):
    row = [f for f in features if f["id"].startswith("Gartenweg")]
    adiabatic = sum(_adiabatic(f) for f in row)
    assert adiabatic == 2 * 7 * 6  # six rows of eight, seven walls between them, seen from both sides


def _adiabatic(feature: dict[str, Any]) -> int:
    buem = feature["properties"]["buem"]
    if "building" in buem:
        bs = [e.get("b_transmission", 1) for e in buem["building"]["envelope"]["elements"]]
        return sum((b["value"] if isinstance(b, dict) else b) == 0 for b in bs)
    walls = buem["building_attributes"]["components"]["Walls"]["elements"]
    return sum(w.get("U") == 0 for w in walls)


def test_six_are_broken_on_purpose(maker, features):
    assert len(maker.BROKEN) == 6
    assert len([f for f in features if f["id"].startswith("Irrweg")]) == 5  # the sixth took another's id

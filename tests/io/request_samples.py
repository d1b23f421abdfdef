"""Requests of our own in every dialect, and a seeded mutator that breaks them."""

from __future__ import annotations

import copy
import json
import math
import random
from typing import Any

SHARED_PLACE = "../shared"


def feature(buem: dict[str, Any], name: str = "house-1", **properties: Any) -> dict[str, Any]:
    """A feature at Delft that holds a `buem` object."""
    return {
        "type": "Feature",
        "id": name,
        "geometry": {"type": "Point", "coordinates": [4.36, 52.01]},
        "properties": {**properties, "buem": buem},
    }


def collection(*features: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def quantity(value: Any, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit}


def wall(name: str = "w1", **changes: Any) -> dict[str, Any]:
    """A plain wall of the envelope dialect; a change to None leaves the field out."""
    fields = {"id": name, "type": "wall", "area": 40.0, "azimuth": 180.0, "tilt": 90.0, "U": 0.8, **changes}
    return {key: value for key, value in fields.items() if value is not None}


def window(name: str = "g1", **changes: Any) -> dict[str, Any]:
    return wall(name, **{"type": "window", "area": 5.0, "U": 1.3, "g_gl": 0.6, "parent_id": "w1", **changes})


def envelope_buem(*elements: dict[str, Any], **thermal: Any) -> dict[str, Any]:
    """A `buem` of the envelope dialect with the thermal fields given."""
    listed = list(elements) or [wall(), window()]
    return {"building": {"A_ref": 120.0, "envelope": {"elements": listed}, "thermal": thermal}}


def full_envelope() -> dict[str, Any]:
    """A feature of the envelope dialect with every quantity written out."""
    elements: list[dict[str, Any]] = [
        {
            "id": f"Wall_{side}",
            "type": "wall",
            "area": quantity(30 + k, "m2"),
            "azimuth": quantity(90 * k, "deg"),
            "tilt": quantity(90, "deg"),
            "U": quantity(1.4, "W/(m2K)"),
            "b_transmission": quantity(1, "-"),
        }
        for k, side in enumerate("NESW")
    ]
    roof = {"azimuth": quantity(180, "deg"), "tilt": quantity(30, "deg"), "U": quantity(1.2, "W/(m2K)")}
    floor = {"azimuth": quantity(0, "deg"), "tilt": quantity(0, "deg"), "U": quantity(1.5, "W/(m2K)")}
    glass = {"U": quantity(2.8, "W/(m2K)"), "g_gl": quantity(0.6, "-"), "parent_id": "Wall_S"}
    elements += [
        {"id": "Roof", "type": "roof", "area": quantity(100, "m2"), **roof},
        {"id": "Floor", "type": "floor", "area": quantity(100, "m2"), **floor, "b_transmission": quantity(0.5, "-")},
        {"id": "Win", "type": "window", "area": quantity(8, "m2"), **glass},
        {"id": "Door", "type": "door", "area": quantity(2, "m2"), "parent_id": "Wall_N", "U": quantity(3, "W/(m2K)")},
        {"id": "Vent", "type": "ventilation", "air_changes": quantity(0.5, "1/h")},
    ]
    thermal = {
        "n_air_infiltration": quantity(0.3, "1/h"),
        "n_air_use": quantity(0.4, "1/h"),
        "thermal_class": "heavy",
        "comfortT_lb": quantity(20, "degC"),
        "comfortT_ub": quantity(26, "degC"),
        "phi_int": quantity(4, "W/m2"),
        "F_w": quantity(0.9, "-"),
    }
    buem = {
        "building": {
            "name": "a label",
            "country": "NL",
            "n_storeys": 2,
            "A_ref": quantity(150, "m2"),
            "h_room": quantity(2.6, "m"),
            "envelope": {"elements": elements},
            "thermal": thermal,
        },
        "solver": {"use_milp": False, "compute_cooling": True},
        "inputs": {"electricity_load_profile": {"path": "/data/profile.csv", "unit": "kWh"}},
    }
    times = {"start_time": "2018-01-01T00:00:00Z", "end_time": "2018-12-31T23:00:00Z"}
    return feature(buem, "full", **times, resolution="60", resolution_unit="minutes")


def components_feature() -> dict[str, Any]:
    """A feature of the components dialect (BuEM v2)."""

    def plane(name: str, azimuth: float, tilt: float = 90.0, **more: Any) -> dict[str, Any]:
        return {"id": name, "area": 25.0, "azimuth": azimuth, "tilt": tilt, **more}

    components = {
        "Walls": {"U": 1.6, "b_transmission": 1.0, "elements": [plane("N", 0), plane("E", 90, U=1.4), plane("S", 180)]},
        "Roof": {"U": 1.2, "elements": [plane("R", 180, 30)]},
        "Floor": {"U": 1.5, "b_transmission": 0.5, "elements": [plane("F", 0, 0)]},
        "Windows": {"U": 2.8, "g_gl": 0.55, "elements": [{"id": "G", "area": 6.0, "surface": "S"}]},
        "Doors": {"U": 3.0, "elements": [{"id": "D", "area": 2.0, "surface": "N"}]},
        "Ventilation": {"elements": [{"id": "V", "air_changes": 0.6}]},
    }
    attributes = {"latitude": 52.01, "longitude": 4.36, "A_ref": 100.0, "h_room": 2.7, "components": components}
    return feature({"building_attributes": attributes, "use_milp": False}, "second")


def child_feature(u_value: float | None = 0.9) -> dict[str, Any]:
    """A feature of the child_components dialect (BuEM v1), with U or as its pages write it, without."""
    parts = [("wall", 32.0, 0, 90), ("roof", 56.0, 135, 32)]
    children = [
        {"component_id": f"c{i}", "component_type": kind, "area_m2": area, "orientation_deg": azimuth, "tilt_deg": tilt}
        for i, (kind, area, azimuth, tilt) in enumerate(parts)
    ]
    if u_value is not None:
        children = [{**child, "U": u_value} for child in children]
    attributes = {"country": "DE", "heated_area_m2": 145.2, "volume_m3": 388.0, "height_m": 10.2}
    return feature({"building_attributes": attributes, "child_components": children}, "first")


def seed_collection() -> dict[str, Any]:
    """The batch example of the BuEM documentation, word for word."""
    buildings = []
    for i, u_value in enumerate([1.0, 1.5, 2.0]):
        building = {
            "type": "Feature",
            "id": f"Building_{i + 1:02d}",
            "geometry": {"type": "Point", "coordinates": [5.0, 52.0]},
            "properties": {
                "buem": {
                    "building_attributes": {
                        "latitude": 52.0,
                        "longitude": 5.0,
                        "A_ref": 100.0,
                        "components": {
                            "Walls": {
                                "U": u_value,
                                "elements": [{"id": "Wall_1", "area": 80.0, "azimuth": 180.0, "tilt": 90.0}],
                            },
                            "Ventilation": {"elements": [{"id": "Vent_1", "air_changes": 0.5}]},
                        },
                    }
                }
            },
        }
        buildings.append(building)
    return {"type": "FeatureCollection", "features": buildings}


def own_samples() -> list[dict[str, Any]]:
    """One collection of each dialect."""
    samples = [full_envelope(), components_feature(), child_feature(), child_feature(None)]
    own = {
        "temperature_control": "operative",
        "T_set_heating": {"weekday": [20.0] * 24, "weekend": [21.0] * 24},
        "night_ventilation": {"air_changes": 2, "from": 22, "to": 6, "T_min": 23},
        "heat_recovery": 0.8,
    }
    samples.append(feature(envelope_buem(wall(absorptance=0.4), window(frame_fraction=0.3), **own), "own"))
    return [*(collection(sample) for sample in samples), seed_collection()]


_PIECES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1e308, -1e308, 10**400, -(10**400), 1e-320, math.nan, math.inf, -math.inf, "", "NaN",
    "12", "degF", "W/(m2K)", "feathery", "2018-13-41", "\ud800", "\x00", "x" * 10_000, [], {}, [[]], [1, "a", None],
    [20.0] * 24, {"value": "x"}, {"value": 1, "unit": "furlong"}, {"value": None}, {"unit": "m2"},
    {"value": 1, "unit": []}, {"value": [1] * 24, "unit": 5}, {"weekday": 1}, {"value": {}, "unit": {}}, -0.0, 1 << 70,
)  # fmt: skip


def mutate(sample: Any, random_: random.Random) -> Any:
    """A copy with one to five places deleted, doubled, renamed or given another value."""
    changed = copy.deepcopy(sample)
    for _ in range(random_.randint(1, 5)):
        box, key = random_.choice(list(_places(changed)) or [({"x": 0}, "x")])
        _change(box, key, random_)
    return changed


def _places(value: Any, depth: int = 0) -> Any:
    inside = value.items() if isinstance(value, dict) else enumerate(value[:30]) if isinstance(value, list) else ()
    for key, inner in list(inside):
        yield value, key
        if depth < 20:
            yield from _places(inner, depth + 1)


def _change(box: Any, key: Any, random_: random.Random) -> None:
    how = random_.randrange(6)
    if how == 0:
        del box[key]
    elif how == 1 and isinstance(box, dict):
        box[f"{key}x"] = box.pop(key)
    elif how == 2:
        nested: Any = box[key]
        for _ in range(random_.choice((1, 3, 70, 3000))):
            nested = {"a": nested} if random_.random() < 0.5 else [nested]
        box[key] = nested
    elif how == 3 and isinstance(box, list):
        box.append(box[key])
    else:
        box[key] = copy.deepcopy(random_.choice(_PIECES))


def as_json(value: Any) -> bytes:
    """JSON as a careless producer writes it: NaN and Infinity as words, halves of surrogates escaped."""
    return _dump(value).encode("utf-8", "surrogatepass")


def _dump(value: Any) -> str:
    """Like `json.dumps`, at any depth."""
    out: list[str] = []
    todo: list[Any] = [value]
    while todo:
        item = todo.pop()
        if isinstance(item, _Text):
            out.append(item)
        elif isinstance(item, dict):
            todo.append(_Text("}"))
            for i, (key, inner) in enumerate(reversed(item.items())):
                todo += [inner, _Text(f"{json.dumps(key)}:")]
                todo += [_Text(",")] if i < len(item) - 1 else []
            todo.append(_Text("{"))
        elif isinstance(item, list):
            todo.append(_Text("]"))
            for i, inner in enumerate(reversed(item)):
                todo.append(inner)
                todo += [_Text(",")] if i < len(item) - 1 else []
            todo.append(_Text("["))
        else:
            out.append(json.dumps(item))
    return "".join(out)


class _Text(str):
    """Text that is written as it stands."""

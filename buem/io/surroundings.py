"""What stands around a building: the ground under it, a space without heating beside it, its horizon."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from buem.building import BOUNDARIES, GROUND_FLOORS, Ground, Zone
from buem.io import units
from buem.io.elements import ElementKeys, ElementReader, Row, Surroundings
from buem.io.fields import Findings, Record, Words, foreign, is_number, member, number, schedule, text
from buem.profiles import Schedule

_GROUND: Final = (
    ("perimeter", units.PERIMETER), ("wall_thickness", units.THICKNESS), ("conductivity", units.CONDUCTIVITY),
    ("heat_capacity", units.SOIL_CAPACITY), ("depth", units.DISTANCE), ("height", units.DISTANCE),
    ("wall_U", units.U_VALUE), ("air_changes", units.AIR_CHANGE),
)
_GROUND_FIELDS: Final = frozenset(key for key, _ in _GROUND) | {"floor", "temperature"}
_RECORD_NAMES: Final = {"wall_U": "wall_u_value", "air_changes": "air_change"}
_ZONE_FIELDS: Final = frozenset(("id", "volume", "elements", "n_air_infiltration", "gain", "heat_capacity"))
#: Sectors of a horizon.
_SECTORS: Final = (4, 360)
_NO_GROUP: Final[dict[str, float]] = {}
_ZONE_READER: Final = ElementReader(ElementKeys())


class Around(NamedTuple):
    """What stands around a building."""

    ground: Ground
    zones: tuple[Zone, ...]
    #: Elevations in equal sectors clockwise from north. [°]
    horizon: tuple[float, ...]
    horizon_roof: tuple[float, ...]


def zone_ids(building: Record) -> frozenset[str]:
    """Ids of the spaces beside a building, as far as they are texts.

    Parameters
    ----------
    building : dict
        The building's object.

    Returns
    -------
    frozenset of str
    """
    zones = building.get("zones")
    named = (zone.get("id") for zone in zones if isinstance(zone, dict)) if isinstance(zones, list) else ()
    return frozenset(name for name in named if isinstance(name, str))


def read_around(building: Record, path: str, around: Surroundings, found: Findings) -> Around:
    """The ground, the spaces and the horizon of a building.

    Parameters
    ----------
    building : dict
        The building's object.
    path : str
        Its path.
    around : Surroundings
        Defaults of its windows.
    found : Findings
        Takes problems and notes.

    Returns
    -------
    Around
        [m], [°]
    """
    return Around(
        ground=_ground(building, path, found),
        zones=_zones(building, path, around, found),
        horizon=_horizon(building, "horizon", path, found),
        horizon_roof=_horizon(building, "horizon_roof", path, found),
    )


def _ground(building: Record, path: str, found: Findings) -> Ground:
    block = member(building, "ground", path, found)
    if block is None:
        return Ground()
    path = f"{path}.ground"
    foreign(block, _GROUND_FIELDS, path, found, strict=True)
    values: dict[str, Any] = {}
    for key, wanted in _GROUND:
        value = number(block, key, wanted, path, found)
        if value is not None:
            values[_RECORD_NAMES.get(key, key)] = value
    floor = block.get("floor")
    if floor is not None and floor not in GROUND_FLOORS:
        found.add(f"{path}.floor", floor, f"one of {', '.join(GROUND_FLOORS)}", "UNKNOWN_CHOICE")
    elif floor is not None:
        values["floor"] = floor
    temperature = schedule(block, "temperature", units.TEMPERATURE, path, found)
    return Ground(**values, temperature=temperature)


def _zones(building: Record, path: str, around: Surroundings, found: Findings) -> tuple[Zone, ...]:
    raw = building.get("zones")
    if raw is None:
        return ()
    here = f"{path}.zones"
    if not isinstance(raw, list):
        found.add(here, raw, "a list of one space without heating", "WRONG_TYPE")
        return ()
    if len(raw) > 1:
        found.add(here, Words(f"{len(raw)} zones"), "one space without heating at most", "TOO_MANY")
    made = (_zone(item, f"{here}[{i}]", around, found) for i, item in enumerate(raw))
    return tuple(zone for zone in made if zone is not None)


def _zone(raw: Any, path: str, around: Surroundings, found: Findings) -> Zone | None:
    if not isinstance(raw, dict):
        found.add(path, raw, "an object with id, volume and elements", "WRONG_TYPE")
        return None
    foreign(raw, _ZONE_FIELDS, path, found, strict=True)
    name = text(raw, "id", path, found)
    if not name or name in BOUNDARIES:
        found.add(f"{path}.id", raw.get("id"), f"a text of its own, none of {', '.join(BOUNDARIES)}", "MISSING_ID")
    volume = number(raw, "volume", units.ZONE_VOLUME, path, found)
    if volume is None and raw.get("volume") is None:
        found.add(f"{path}.volume", None, units.ZONE_VOLUME.expected, "MISSING_VALUE")
    air = number(raw, "n_air_infiltration", units.AIR_CHANGE, path, found)
    if air is None:
        air = 0.5
        found.note("default: zone n_air_infiltration 0.5 1/h")
    envelope = _ZONE_READER.read(_rows(raw, path, found), around, found)
    if envelope.air_changes:
        found.ignored["zone ventilation element"] = None
    gain: Schedule | None = schedule(raw, "gain", units.ZONE_GAIN, path, found)
    capacity = number(raw, "heat_capacity", units.ZONE_CAPACITY, path, found)
    if not name or volume is None:
        return None
    return Zone(id=name, volume=volume, surfaces=tuple(envelope.surfaces), windows=tuple(envelope.windows),
                infiltration=air, internal_gain=0.0 if gain is None else gain, heat_capacity=capacity or 0.0)


def _rows(zone: Record, path: str, found: Findings) -> list[Row]:
    elements = zone.get("elements")
    if not isinstance(elements, list) or not elements:
        found.add(f"{path}.elements", elements, "a list of at least one element", "NO_ELEMENTS")
        return []
    return [Row(f"{path}.elements[{i}]", e.get("type") if isinstance(e, dict) else None, e, _NO_GROUP)
            for i, e in enumerate(elements)]


def _horizon(building: Record, key: str, path: str, found: Findings) -> tuple[float, ...]:
    raw = building.get(key)
    if raw is None:
        return ()
    least, most = _SECTORS
    here = f"{path}.{key}"
    if not isinstance(raw, list) or not least <= len(raw) <= most:
        value = Words(f"{len(raw)} values") if isinstance(raw, list) else raw
        found.add(here, value, f"a list of {least} to {most} elevations in degrees, clockwise from north", "WRONG_TYPE")
        return ()
    for i, item in enumerate(raw):
        if not is_number(item) or not 0.0 <= item <= 90.0:
            found.add(f"{here}[{i}]", item, units.ELEVATION.expected, "OUT_OF_RANGE")
            return ()
    return tuple(float(item) for item in raw)

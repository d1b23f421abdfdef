"""One feature of a request as a `Building`, whatever its dialect.

The dialects are told apart by where they keep their elements::

    envelope          properties.buem.building.envelope                  BuEM v3 to v5
    components        properties.buem.building_attributes.components     BuEM v2
    child_components  properties.buem.child_components                   BuEM v1
    footprint         a polygon without any of them                      maps, cadastres, building stocks
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypedDict

import msgspec

from buem.building import Building, MassPosition, Usage, Ventilation
from buem.building_check import NO_HEAT_LOSS, check_band, loses_heat
from buem.city import CityOptions
from buem.errors import BuildingError, InputError, OptionError, problem
from buem.footprint import Footprint
from buem.io import units
from buem.io.dialect_parts import AROUND, Parts, child_component_parts, component_parts, envelope_parts, meant_dialect
from buem.io.electricity import read_load_profile
from buem.io.elements import ElementList, Envelope, Surroundings, take_openings_off
from buem.io.fields import (
    MAX_DEPTH,
    Findings,
    Record,
    Words,
    at,
    close_match,
    depth_exceeds,
    foreign,
    id_text,
    is_number,
    member,
    number,
    text,
)
from buem.io.footprint import read_footprint
from buem.io.period import check_resolution, default_period, read_period
from buem.io.plain_elements import read_plain
from buem.io.scan import early_id
from buem.io.site import read_location
from buem.io.surroundings import read_around, zone_ids
from buem.io.thermal import (
    note_ignored,
    read_bridge,
    read_cooling,
    read_factor,
    read_inside,
    read_mass,
    read_usage,
    read_ventilation,
)
from buem.profiles import Period
from buem.weather import Weather

WallArea = Literal["net", "gross"]
WALL_AREAS: Final = ("net", "gross")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """How requests are read."""

    #: Whether the areas of walls, roofs and floors are net of their openings.
    wall_area: WallArea = "net"
    #: Whether cooling is computed where a request does not say.
    cooling_default: bool = True
    #: Whether a load profile that a request names may be opened; never for requests of strangers.
    open_profiles: bool = True
    #: How footprints are read and filled in.
    city: CityOptions = field(default_factory=CityOptions)

    def __post_init__(self) -> None:
        if self.wall_area not in WALL_AREAS:
            raise OptionError([problem("wall_area", self.wall_area, f"one of {', '.join(WALL_AREAS)}")])


_DEFAULTS: Final = ReadOptions()
_DECODER: Final = msgspec.json.Decoder()


def read_feature(raw: bytes | Record, index: int, options: ReadOptions = _DEFAULTS) -> Building:
    """The building of one feature.

    Parameters
    ----------
    raw : bytes or dict
        The feature as JSON, or parsed.
    index : int
        Its place in the file, for the paths of problems.
    options : ReadOptions
        How it is read.

    Returns
    -------
    Building
        With notes on all that was filled in, converted or without effect.

    Raises
    ------
    BuildingError
        With every problem of the feature.

    See Also
    --------
    read_source : leaves a footprint as it is, for those who know its neighbours
    """
    source = read_source(raw, index, options)
    if isinstance(source, Building):
        return source
    from buem.derive import derive_alone

    return derive_alone(source, f"$.features[{index}]", options.city)


def read_source(raw: bytes | Record, index: int, options: ReadOptions = _DEFAULTS) -> Building | Footprint:
    """The building of one feature, or its footprint where that is all it has.

    Parameters
    ----------
    raw, index, options
        As for `read_feature`.

    Returns
    -------
    Building or Footprint

    Raises
    ------
    BuildingError
        With every problem of the feature.
    """
    path = f"$.features[{index}]"
    found = Findings()
    feature = _decode(raw, path, found) if isinstance(raw, (bytes, bytearray, memoryview)) else raw
    read = _read(feature, path, options, found) if isinstance(feature, dict) else None
    if isinstance(raw, bytes) and isinstance(feature, dict):
        _check_early_id(raw, feature, path, found)
    if not isinstance(feature, dict) and not found.problems:
        found.add(path, feature, "a GeoJSON Feature", "WRONG_TYPE")
    if found.problems or read is None:
        raise BuildingError(found.all_problems(path))
    return read


def _check_early_id(raw: bytes, feature: Record, path: str, found: Findings) -> None:
    """Refuse a second id of the same feature: ids are told apart by the first, and JSON takes the last."""
    early = early_id(raw)
    if early is not None and early != feature.get("id"):
        found.add(f"{path}.id", feature.get("id"), f"one id, it also has {early!r}", "DOUBLED_ID")


def _decode(raw: bytes, path: str, found: Findings) -> Any:
    """The parsed feature; where it is not sound JSON, what can be parsed of it and its problems."""
    try:
        return _DECODER.decode(raw)
    except RecursionError:
        found.add(path, Words("nested deeper"), f"nesting of at most {MAX_DEPTH}", "NESTING_TOO_DEEP")
    except UnicodeDecodeError as error:
        found.add(path, Words(f"byte {error.start} is not UTF-8"), "text in UTF-8", "NOT_JSON")
    except msgspec.DecodeError as error:
        return _decode_again(raw, str(error), path, found)
    return None


def _decode_again(raw: bytes, reason: str, path: str, found: Findings) -> Any:
    """Find the numbers that JSON or a float cannot hold, so that each is named by its path."""
    try:
        feature = json.loads(raw, parse_int=_parse_int)
    except (ValueError, RecursionError):
        feature = None
    for place, value in _not_finite(feature, path):
        text = {math.inf: "Infinity", -math.inf: "-Infinity"}.get(value, "NaN")
        found.add(place, Words(text), "a finite number, not too large for a float", "NOT_FINITE")
    if not found.problems:
        found.add(path, Words(reason), "a feature as JSON", "NOT_JSON")
        return None
    return feature


def _parse_int(digits: str) -> int | float:
    return int(digits) if len(digits) < 300 else math.inf if digits[0] != "-" else -math.inf


def _not_finite(value: Any, path: str, depth: int = 0) -> Iterator[tuple[str, float]]:
    """Paths and values of all numbers that are not finite; looks no deeper than `MAX_DEPTH`."""
    if isinstance(value, float) and not math.isfinite(value):
        yield path, value
    elif isinstance(value, dict) and depth < MAX_DEPTH:
        for key, item in value.items():
            yield from _not_finite(item, at(path, key), depth + 1)
    elif isinstance(value, list) and depth < MAX_DEPTH:
        for i, item in enumerate(value):
            yield from _not_finite(item, f"{path}[{i}]", depth + 1)


def _read(feature: Record, path: str, options: ReadOptions, found: Findings) -> Building | Footprint | None:
    name = _read_id(feature, path, found)
    if feature.get("type") != "Feature":
        found.add(f"{path}.type", feature.get("type"), '"Feature"', "WRONG_TYPE")
    properties = member(feature, "properties", path, found) or {}
    id_field = options.city.names.id
    if id_field and id_text(properties.get(id_field)) is None:
        found.note(f"no id in the property {id_field[:40]}: {name!r} taken")
    if _is_footprint(feature, properties, path, found):
        return read_footprint(feature, path, name, options.city, found)
    here = f"{path}.properties"
    _check_foreign(feature, properties, path, found)
    parts = _parts(feature, properties, path, found)
    check_resolution(properties, here, found)
    period = read_period(properties, here, found)
    place = read_location(feature, parts.attributes if parts else None, path, found)
    if parts is None:
        return None
    building = _assemble(name, parts, (place, period), options, found)
    return building and _with_load_profile(building, properties["buem"], f"{here}.buem", options, found)


def _with_load_profile(building: Building, buem: Record, path: str, options: ReadOptions, found: Findings) -> Building:
    """The building with the client's electricity as its internal gains, where a request names a file that is there."""
    profile = (buem.get("inputs") or {}).get("electricity_load_profile")
    if not isinstance(profile, dict):
        return building
    here = f"{path}.inputs.electricity_load_profile"
    foreign(profile, frozenset(("path", "unit")), here, found, strict=True)
    name, unit = text(profile, "path", here, found), text(profile, "unit", here, found) or "kWh"
    if name is None:
        if profile.get("path") is None:
            found.add(f"{here}.path", None, "the path of a file of hourly values", "MISSING")
        return building
    label = "inputs.electricity_load_profile"
    if not options.open_profiles:
        return replace(building, notes=(f"{label}: ignored, no file named in a request is opened", *building.notes))
    try:
        watts = read_load_profile(name, unit)
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            found.problems += [replace(p, path=f"{here} ({p.path})") for p in error.problems]
            return building
        return replace(building, notes=(f"{label}: ignored, {name!r} cannot be opened", *building.notes))
    usage = replace(building.usage, internal_gain=tuple(watt / building.floor_area for watt in watts))
    return replace(building, usage=usage, notes=(f"{label}: used as internal gains, phi_int is not", *building.notes))


class _Physics(TypedDict):
    """Fields of a `Building` that come from the thermal fields of a request."""

    heat_capacity: float
    mass_area_ratio: float | None
    ventilation: Ventilation
    usage: Usage
    thermal_bridge: float
    shading_horizontal: float
    shading_vertical: float
    furniture_capacity: float
    mass_position: MassPosition


def _physics(parts: Parts, envelope: Envelope, options: ReadOptions, year: int, found: Findings) -> _Physics:
    source = parts.thermal
    capacity, mass_area_ratio = read_mass(source, found)
    ventilation = read_ventilation(source, envelope.air_changes, found)
    cooling = read_cooling(parts.solver, parts.solver_path, options.cooling_default, found)
    furniture, mass_position = read_inside(source, found)
    fields = _Physics(
        furniture_capacity=furniture,
        mass_position=mass_position,
        heat_capacity=capacity,
        mass_area_ratio=mass_area_ratio,
        ventilation=ventilation,
        usage=_usage(parts, cooling, year, found),
        thermal_bridge=read_bridge(source, (*envelope.surfaces, *envelope.windows), found),
        shading_horizontal=read_factor(source, "F_sh_hor", units.SHADING, 0.8, found),
        shading_vertical=read_factor(source, "F_sh_vert", units.SHADING, 0.75, found),
    )
    note_ignored(source, found)
    return fields


def _assemble(
    name: str,
    parts: Parts,
    where_and_when: tuple[tuple[float, float] | None, Period | None],
    options: ReadOptions,
    found: Findings,
) -> Building | None:
    """The building from its parts; None when anything was refused."""
    place, period = where_and_when
    surroundings = _surroundings(parts, found)
    envelope = _elements(parts, surroundings, options, found)
    own = parts.dialect == "envelope" and not parts.building.keys().isdisjoint(AROUND)
    around = read_around(parts.building, parts.path, surroundings, found) if own else None
    if options.wall_area == "gross":
        take_openings_off(envelope, parts.reader.keys, found)
    floor_area, room_height = _size(parts, envelope, found)
    weather, own_period = _weather(parts, place, found)
    if period is None:
        period = own_period or default_period(found)
    physics = _physics(parts, envelope, options, period.year, found)
    if found.problems or place is None or floor_area is None:
        return None
    building = Building(
        id=name,
        latitude=place[0],
        longitude=place[1],
        floor_area=floor_area,
        room_height=room_height,
        surfaces=tuple(envelope.surfaces),
        windows=tuple(envelope.windows),
        period=period,
        weather=weather,
        dialect=parts.dialect,
        notes=found.all_notes(),
        **physics,
    )
    if around is not None:
        building = replace(building, **around._asdict())
    if not loses_heat(building):
        found.add(parts.path, Words("nothing that loses heat"), NO_HEAT_LOSS, "NO_HEAT_LOSS")
    return building


def _elements(parts: Parts, around: Surroundings, options: ReadOptions, found: Findings) -> Envelope:
    envelope = None
    if isinstance(parts.rows, ElementList) and options.wall_area == "net":
        envelope = read_plain(parts.rows.elements, around, found)
    return parts.reader.read(parts.rows, around, found) if envelope is None else envelope


def _usage(parts: Parts, cooling: bool, year: int, found: Findings) -> Usage:
    """Usage, whose lower set-point must not be above the upper one in any hour."""
    before = len(found.problems)
    usage = read_usage(parts.thermal, cooling, found)
    crossed = check_band(usage, year) if len(found.problems) == before else None
    if crossed:
        record = parts.thermal.record
        key = "comfortT_lb" if record.get("T_set_heating") is None else "T_set_heating"
        ending = ".value" if isinstance(record.get(key), dict) and "value" in record[key] else ""
        found.extend((replace(crossed, path=f"{parts.thermal.path}.{key}{ending}"),))
    return usage


def _read_id(feature: Record, path: str, found: Findings) -> str:
    name = id_text(feature.get("id"))
    if name is None:
        found.add(f"{path}.id", feature.get("id"), "an id, a text that is not empty", "MISSING_ID")
        return ""
    return name


_PROPERTIES: Final = frozenset(("start_time", "end_time", "resolution", "resolution_unit", "buem"))
_FEATURE: Final = frozenset(("type", "id", "geometry", "properties"))
_CONTRACT: Final = tuple(sorted(_PROPERTIES))


def _check_foreign(feature: Record, properties: Record, path: str, found: Findings) -> None:
    """Members outside `buem` are the client's own; only a likely misspelling is reported."""
    if properties.keys() <= _PROPERTIES and feature.keys() <= _FEATURE:
        return
    for record, known, here in ((feature, _FEATURE, path), (properties, _PROPERTIES, f"{path}.properties")):
        for key in sorted(record.keys() - known):
            if depth_exceeds(record[key], MAX_DEPTH - 4):
                found.add(at(here, key), Words("nested deeper"), f"nesting of at most {MAX_DEPTH}", "NESTING_TOO_DEEP")
            meant = close_match(key, _CONTRACT) if known is _PROPERTIES else None
            if meant and meant not in properties:
                found.note(f"properties.{key[:40]}: no effect (is {meant!r} meant?)")


def _parts(feature: Record, properties: Record, path: str, found: Findings) -> Parts | None:
    """The parts of the feature's dialect; None when it has none, or none that is available."""
    here = f"{path}.properties.buem"
    buem = member(properties, "buem", f"{path}.properties", found) or {}
    building, attributes = buem.get("building"), buem.get("building_attributes")
    if isinstance(building, dict) and ("envelope" in building or not is_outline(feature)):
        return envelope_parts(buem, here, found)
    if isinstance(attributes, dict) and attributes.get("components") is not None:
        return component_parts(buem, here, found)
    if buem.get("child_components") is not None:
        return child_component_parts(buem, here, found)
    if isinstance(attributes, dict):
        return component_parts(buem, here, found)
    if not found.problems or properties.get("buem") is None:
        expected = "building.envelope, building_attributes.components or child_components"
        found.add(here, meant_dialect(buem), expected, "UNKNOWN_DIALECT")
    return None


def _is_footprint(feature: Record, properties: Record, path: str, found: Findings) -> bool:
    """Whether a feature is an outline without elements; a misspelt home of elements is refused."""
    if not is_outline(feature):
        return False
    buem = properties.get("buem")
    if not isinstance(buem, dict):
        return buem is None
    building, attributes = buem.get("building"), buem.get("building_attributes")
    if (isinstance(building, dict) and "envelope" in building) or buem.get("child_components") is not None:
        return False
    if isinstance(attributes, dict) and attributes.get("components") is not None:
        return False
    here = f"{path}.properties.buem"
    meant = meant_dialect({key: value for key, value in buem.items() if key not in _OF_FOOTPRINTS})
    if meant:
        found.add(here, meant, "building.envelope, building_attributes.components or child_components, or none of them",
                  "UNKNOWN_DIALECT")  # fmt: skip
    own = building if isinstance(building, dict) else {}
    for key in own:
        if close_match(key, ("envelope", "thermal")):
            found.add(at(f"{here}.building", key), own[key], "no such field of a footprint "
                      "(is 'envelope' meant?)", "UNKNOWN_FIELD")  # fmt: skip
    found.ignored.update(dict.fromkeys(f"buem.{key[:40]}" for key in buem if key != "building"))
    return True


_OF_FOOTPRINTS: Final = frozenset(("building", "building_attributes"))


def is_outline(feature: Record) -> bool:
    """Whether the geometry of a feature is an outline.

    Parameters
    ----------
    feature : dict
        A GeoJSON feature.

    Returns
    -------
    bool
    """
    geometry = feature.get("geometry")
    return isinstance(geometry, dict) and geometry.get("type") in ("Polygon", "MultiPolygon")


def _surroundings(parts: Parts, found: Findings) -> Surroundings:
    """Frame and glass of all windows, the spaces beside; a building without windows needs no note on them."""
    source = parts.thermal
    notes = found if any(row.kind == "window" for row in parts.rows) else Findings()
    frame = read_factor(source, "F_f", units.FRAME, 0.2, notes)
    f_w = number(source.record, "F_w", units.F_W, source.path, notes)
    if f_w is None:
        notes.note(f"{source.label}.F_w not given: windows by the angle of the sun")
    if notes is not found:
        found.extend(tuple(notes.problems))
    zones = zone_ids(parts.building) if parts.dialect == "envelope" else frozenset()
    return Surroundings(frame_fraction=frame, f_w=f_w, g_value=parts.window_g, zones=zones)


def _size(parts: Parts, envelope: Envelope, found: Findings) -> tuple[float | None, float]:
    """Floor area [m²], None when it was refused, and room height [m]."""
    record, path = parts.building, parts.path
    key = next((k for k in parts.area_keys if record.get(k) is not None), parts.area_keys[0])
    floor_area = number(record, key, units.FLOOR_AREA, path, found)
    storeys = _storeys(parts, found)
    if floor_area:
        if storeys is not None:
            found.ignored[f"{parts.label}.n_storeys"] = None
    elif floor_area == 0.0 or record.get(key) is None:
        floor_area = _area_of_floors(parts, envelope, storeys, found)
    height = number(record, "h_room", units.ROOM_HEIGHT, path, found)
    if height is None and record.get("volume_m3") is not None and len(parts.area_keys) > 1:
        volume = number(record, "volume_m3", units.VOLUME, path, found)
        if volume is not None and floor_area:
            height = volume / floor_area
            found.note(f"h_room {height:.2f} m from volume_m3")
            if height > units.ROOM_HEIGHT.high:
                found.add(f"{path}.volume_m3", volume, f"a room height {units.ROOM_HEIGHT.expected}", "OUT_OF_RANGE")
    elif record.get("volume_m3") is not None and len(parts.area_keys) > 1:
        found.ignored[f"{parts.label}.volume_m3"] = None
    if height is None:
        height = 2.5
        found.note(f"default: {parts.label}.h_room 2.5 m")
    return floor_area, height


def _storeys(parts: Parts, found: Findings) -> int | None:
    raw = parts.building.get("n_storeys")
    value = raw.get("value") if isinstance(raw, dict) else raw
    if value is None:
        return None
    if is_number(value) and 1 <= value <= 500 and value == int(value):
        return int(value)
    found.add(f"{parts.path}.n_storeys", raw, "a whole number from 1 to 500", "OUT_OF_RANGE")
    return None


def _area_of_floors(parts: Parts, envelope: Envelope, storeys: int | None, found: Findings) -> float | None:
    """The contract's answer to a missing reference area: floor area times storeys. [m²]"""
    floors = sum(s.area for s in envelope.surfaces if s.kind == "floor")
    if floors <= 0.0:
        key = parts.area_keys[0]
        found.add(f"{parts.path}.{key}", parts.building.get(key), "a floor area, or a floor to take it from",
                  "MISSING_FLOOR_AREA")  # fmt: skip
        return None
    area = floors * (storeys or 1)
    found.note(f"{parts.label}.A_ref not given: {area:g} m2, floor area x {storeys or 1} storeys")
    return area


_BLOCK: Final = frozenset(("index", "variables"))


def _weather(
    parts: Parts, place: tuple[float, float] | None, found: Findings
) -> tuple[Weather | None, Period | None]:
    """Weather of the request itself, and the hours it covers."""
    block = parts.weather
    if block is None or place is None:
        return None, None
    if not isinstance(block, dict):
        found.add(parts.weather_path, block, "an object with index and variables", "WRONG_TYPE")
        return None, None
    if not block.keys() & _BLOCK:
        # Releases of BuEM name a provider and a year here; the weather comes from elsewhere then.
        for key in sorted(block):
            found.ignored[f"weather.{key[:40]}"] = None
        return None, None
    from buem.io.weather_block import weather_from_block

    try:
        weather, period = weather_from_block(block, latitude=place[0], longitude=place[1], path=parts.weather_path)
    except InputError as error:
        found.extend(error.problems)
        return None, None
    for line in weather.notes:
        found.note(f"weather: {line}")
    return weather, period

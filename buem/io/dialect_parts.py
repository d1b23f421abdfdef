"""Where each dialect keeps what a building is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from buem.io import units
from buem.io.elements import ElementKeys, ElementList, ElementReader, Row
from buem.io.fields import Findings, Record, Words, at, close_match, foreign, member, number, show
from buem.io.thermal import THERMAL_FIELDS, ThermalSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The places in a feature from which a building is read, with their paths."""

    dialect: str
    #: Holds floor area, room height and storeys.
    building: Record
    path: str
    #: How the building's fields are called in notes.
    label: str
    thermal: ThermalSource
    rows: Sequence[Row]
    reader: ElementReader
    #: Holds latitude and longitude, in dialects that have them.
    attributes: Record | None = None
    solver: Any = None
    solver_path: str = ""
    weather: Any = None
    weather_path: str = ""
    #: Names of the floor area, the first that is given counts.
    area_keys: tuple[str, ...] = ("A_ref",)
    #: Total transmittance of windows that give none of their own. [-]
    window_g: float | None = None


ENVELOPE: Final = ElementReader(ElementKeys())
COMPONENTS: Final = ElementReader(ElementKeys())
CHILD_COMPONENTS: Final = ElementReader(ElementKeys(
    id="component_id", area="area_m2", azimuth="orientation_deg", tilt="tilt_deg",
    u_value=("U", "u_value"), parent=("surface_reference", "parent_id", "surface"), labels=("component_type", "name"),
))  # fmt: skip

#: buem's own fields of a building, see `surroundings`.
AROUND: Final = frozenset(("ground", "zones", "horizon", "horizon_roof"))
#: Fields of a building that classify it or serve other models; they change nothing here.
LABELS: Final = frozenset((
    "name", "building_type", "construction_period", "country", "attic_condition", "cellar_condition",
    "neighbour_status", "capacity", "num_persons", "window_to_wall_ratio", "residential_units", "archetype",
    "equipment",
))  # fmt: skip
_BUILDING: Final = frozenset(("A_ref", "h_room", "n_storeys", "envelope", "thermal"))
_BUILDING_KNOWN: Final = _BUILDING | LABELS | AROUND

#: Answers of an earlier run, which come along when a response is sent again.
_ANSWERS: Final = frozenset(("thermal_load_profile", "model_metadata", "error"))
_BUEM: Final = frozenset(("building", "solver", "inputs", "weather"))
_HOMES: Final = ("building", "building_attributes", "child_components")
_MISPLACED: Final = ("envelope", "thermal")
_BUEM_KNOWN: Final = _BUEM | _ANSWERS | {"building_attributes", "child_components", "use_milp", *_MISPLACED}

#: Fields of older releases of BuEM that steer parts which do not exist here.
_OLD: Final = frozenset((
    "height_m", "year", "weather_provider", "seed", "elecLoad", "Q_ig", "occ_nothome", "occ_sleeping",
    "use_provided_elecLoad", "refurbishment", "force_refurbishment", "occControl", "nightReduction", "capControl",
    "bldg_tabula_id", "costdatapath", "roofs", "ventControl", "control", "onlyEnergyInvest", "A_Window_North",
    "A_Window_East", "A_Window_South", "A_Window_West", "A_Window_Horizontal",
))  # fmt: skip
_ATTRIBUTES: Final = frozenset((
    "latitude", "longitude", "A_ref", "h_room", "n_storeys", "components", "heated_area_m2", "volume_m3",
    "thermalClass", "g_gl_n_Window", "weather",
))  # fmt: skip
_ATTRIBUTES_READ: Final = _ATTRIBUTES | THERMAL_FIELDS
_ATTRIBUTES_KNOWN: Final = _ATTRIBUTES_READ | LABELS | _OLD

#: Component groups of v2, however their number is spelt.
_GROUPS: Final = {
    **{name: name.lower() for name in ("Wall", "Roof", "Floor", "Window", "Door", "Ventilation")},
    **{f"{name}s": name.lower() for name in ("Wall", "Roof", "Floor", "Window", "Door")},
}
_GROUP_FIELDS: Final = frozenset(("U", "g_gl", "b_transmission", "elements"))
_GROUP_NUMBERS: Final = (("U", units.U_VALUE), ("g_gl", units.G_VALUE), ("b_transmission", units.B_TRANSMISSION))
_NOTHING: Final[Record] = {}


def envelope_parts(buem: Record, path: str, found: Findings) -> Parts | None:
    """The parts of a feature with `building.envelope` (BuEM v3 to v5).

    Parameters
    ----------
    buem : dict
        `properties.buem`, whose `building` is an object.
    path : str
        Its path.
    found : Findings
        Takes problems and notes.

    Returns
    -------
    Parts or None
        None when there are no elements.
    """
    building: Record = buem["building"]
    here = f"{path}.building"
    if not buem.keys() <= _BUEM or "inputs" in buem:
        _check_buem(buem, path, "building", found)
    if not building.keys() <= _BUILDING:
        _check_labels(building, here, found)
    thermal = member(building, "thermal", here, found) or _NOTHING
    thermal_path = f"{here}.thermal"
    if not thermal.keys() <= THERMAL_FIELDS:
        foreign(thermal, THERMAL_FIELDS, thermal_path, found, strict=True)
    rows = _envelope_rows(building, here, found)
    if not rows:
        return None
    return Parts(
        dialect="envelope",
        building=building,
        path=here,
        label="building",
        thermal=ThermalSource(record=thermal, path=thermal_path),
        rows=rows,
        reader=ENVELOPE,
        solver=buem.get("solver"),
        solver_path=f"{path}.solver",
        weather=buem.get("weather"),
        weather_path=f"{path}.weather",
    )


def _envelope_rows(building: Record, path: str, found: Findings) -> Sequence[Row]:
    envelope = member(building, "envelope", path, found)
    if envelope is None:
        if building.get("envelope") is None:
            found.add(f"{path}.envelope", None, "an object with elements", "MISSING_VALUE")
        return []
    path = f"{path}.envelope"
    if len(envelope) > 1:
        foreign(envelope, frozenset(("elements",)), path, found, strict=False)
    elements = envelope.get("elements")
    if elements.__class__ is not list or not elements:
        found.add(f"{path}.elements", elements, "a list of at least one element", "NO_ELEMENTS")
        return []
    return ElementList(elements, f"{path}.elements")


def component_parts(buem: Record, path: str, found: Findings) -> Parts | None:
    """The parts of a feature with `building_attributes.components` (BuEM v2).

    Parameters
    ----------
    buem : dict
        `properties.buem`, whose `building_attributes` is an object.
    path : str
        Its path.
    found : Findings
        Takes problems and notes.

    Returns
    -------
    Parts or None
        None when there are no components.
    """
    attributes: Record = buem["building_attributes"]
    here = f"{path}.building_attributes"
    components = member(attributes, "components", here, found)
    if components is None:
        if attributes.get("components") is None:
            expected = f"an object with {', '.join(n for n in _GROUPS if n.endswith('s'))} or Ventilation"
            found.add(f"{here}.components", None, expected, "MISSING_VALUE")
        return None
    rows = list(_group_rows(components, f"{here}.components", found))
    if not rows and not found.problems:
        found.add(f"{here}.components", components, "at least one element", "NO_ELEMENTS")
    return _attribute_parts(buem, path, ("components", rows, COMPONENTS), found)


def child_component_parts(buem: Record, path: str, found: Findings) -> Parts | None:
    """The parts of a feature with `child_components` (BuEM v1).

    Parameters
    ----------
    buem : dict
        `properties.buem` with `child_components`.
    path : str
        Its path.
    found : Findings
        Takes problems and notes.

    Returns
    -------
    Parts or None
        None when there are no components.
    """
    children = buem["child_components"]
    if not isinstance(children, list) or not children:
        found.add(f"{path}.child_components", children, "a list of at least one component", "NO_ELEMENTS")
        return None
    rows = []
    for i, child in enumerate(children):
        kind = child.get("component_type") if isinstance(child, dict) else None
        kind = kind.lower() if isinstance(kind, str) else kind
        rows.append(Row(f"{path}.child_components[{i}]", kind, child, _NOTHING))
    return _attribute_parts(buem, path, ("child_components", rows, CHILD_COMPONENTS), found)


def _attribute_parts(
    buem: Record, path: str, elements: tuple[str, list[Row], ElementReader], found: Findings
) -> Parts:
    """The parts of v1 and v2, whose attributes hold both the building and its thermal fields."""
    dialect, rows, reader = elements
    here = f"{path}.building_attributes"
    attributes = member(buem, "building_attributes", path, found) or _NOTHING
    _check_buem(buem, path, "building_attributes" if dialect == "components" else dialect, found)
    if not attributes.keys() <= _ATTRIBUTES_READ:
        for key in sorted(attributes.keys() & (LABELS | _OLD)):
            found.ignored[f"building_attributes.{key}"] = None
        if not attributes.keys() <= _ATTRIBUTES_KNOWN:
            foreign(attributes, _ATTRIBUTES_KNOWN, here, found, strict=True)
    old_class = "thermalClass" if attributes.get("thermal_class") is None and "thermalClass" in attributes else None
    weather_key = "weather" if buem.get("weather") is None and "weather" in attributes else None
    return Parts(
        dialect=dialect,
        building=attributes,
        path=here,
        label="building_attributes",
        thermal=ThermalSource(
            record=attributes, path=here, label="building_attributes", thermal_class=old_class or "thermal_class"
        ),
        rows=rows,
        reader=reader,
        attributes=attributes,
        solver=buem.get("solver"),
        solver_path=f"{path}.solver",
        weather=attributes["weather"] if weather_key else buem.get("weather"),
        weather_path=f"{here}.weather" if weather_key else f"{path}.weather",
        area_keys=("A_ref", "heated_area_m2"),
        window_g=number(attributes, "g_gl_n_Window", units.G_VALUE, here, found),
    )


def _group_rows(components: Record, path: str, found: Findings) -> Iterator[Row]:
    for name, group in components.items():
        here = at(path, name)
        kind = _GROUPS.get(name)
        if kind is None:
            expected = "one of Walls, Roof, Floor, Windows, Doors, Ventilation"
            found.add(here, Words("an unknown group"), expected, "UNKNOWN_ELEMENT_TYPE")
        elif not isinstance(group, dict):
            found.add(here, group, "an object with elements", "WRONG_TYPE")
        else:
            yield from _rows_of_group(group, kind, here, found)


def _rows_of_group(group: Record, kind: str, path: str, found: Findings) -> Iterator[Row]:
    if not group.keys() <= _GROUP_FIELDS:
        foreign(group, _GROUP_FIELDS, path, found, strict=True)
    numbers = ((key, number(group, key, wanted, path, found)) for key, wanted in _GROUP_NUMBERS)
    shared = {key: value for key, value in numbers if value is not None}
    unused = {"window": (), "ventilation": ("U", "g_gl", "b_transmission")}.get(kind, ("g_gl",))
    for key in unused:
        if key in group:
            found.ignored[f"{kind} {key}"] = None
    elements = group.get("elements")
    if not isinstance(elements, list):
        found.add(f"{path}.elements", elements, "a list of elements", "NO_ELEMENTS")
        return
    for i, element in enumerate(elements):
        yield Row(f"{path}.elements[{i}]", kind, element, shared)


def _check_buem(buem: Record, path: str, used: str, found: Findings) -> None:
    """Report or refuse the members of `buem` beside the ones that are read."""
    for key in _HOMES:
        paired = used == "child_components" and key == "building_attributes"
        if key in buem and key != used and not paired:
            found.ignored[key] = None
    if "use_milp" in buem:
        found.ignored["use_milp"] = None
    for key in sorted(buem.keys() & _ANSWERS):
        found.ignored[key] = None
    for key in _MISPLACED:
        if key in buem:
            found.add(f"{path}.{key}", buem[key], f"no such field here: it belongs in building.{key}", "UNKNOWN_FIELD")
    if not buem.keys() <= _BUEM_KNOWN:
        foreign(buem, _BUEM_KNOWN, path, found, strict=False)
    inputs = member(buem, "inputs", path, found)
    if inputs:
        _check_inputs(inputs, f"{path}.inputs", found)


def _check_inputs(inputs: Record, path: str, found: Findings) -> None:
    """Report or refuse the members of `inputs` beside the load profile, which is read when the building stands."""
    profile = inputs.get("electricity_load_profile")
    if profile is not None and not isinstance(profile, dict):
        found.add(f"{path}.electricity_load_profile", profile, "an object with path", "WRONG_TYPE")
    if len(inputs) > 1 or profile is None:
        foreign(inputs, frozenset(("electricity_load_profile",)), path, found, strict=False)


def _check_labels(building: Record, path: str, found: Findings) -> None:
    for key in sorted(building.keys() & LABELS):
        found.ignored[f"building.{key}"] = None
    if not building.keys() <= _BUILDING_KNOWN:
        foreign(building, _BUILDING_KNOWN, path, found, strict=False)


def meant_dialect(buem: Record) -> Words | None:
    """A member of `buem` that looks like a misspelt home of the elements.

    Parameters
    ----------
    buem : dict
        `properties.buem`.

    Returns
    -------
    Words or None
        The member and what it probably means.
    """
    for key in buem:
        meant = close_match(key, _HOMES)
        if meant:
            return Words(f"{show(key)}, is {meant!r} meant?")
    return None


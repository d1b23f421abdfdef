"""What an element may hold beside its plane and its U: layers, faces, shades, glass, and what stands behind it."""

from __future__ import annotations

import math
from typing import Any, Final, get_args

from buem.building import BOUNDARIES, FIN_SIDES, ROUGHNESS, Fins, Layer, Overhang, Roughness, Shade
from buem.constants import RATED_INSIDE, RATED_OUTSIDE
from buem.io import units
from buem.io.fields import Findings, Record, Words, foreign, is_number, member, number

#: b_transmission of an element to an unheated space that gives none, as TABULA has it for cellars and attics. [-]
B_UNHEATED: Final = 0.5
#: Most layers of an element, and most angles of a glass.
MOST_LAYERS: Final = 50
MOST_ANGLES: Final = 100

_OVERHANG: Final = frozenset(("depth", "gap", "left", "right"))
_FINS: Final = frozenset(("depth", "gap", "above", "below", "sides"))
_SHADE: Final = frozenset(("factor", "irradiance", "T_min"))
_MATERIAL: Final = (("thickness", units.THICKNESS), ("conductivity", units.CONDUCTIVITY), ("density", units.DENSITY),
                    ("specific_heat", units.SPECIFIC_HEAT))
_MATERIAL_FIELDS: Final = frozenset(key for key, _ in _MATERIAL)
_LAYER_FIELDS: Final = _MATERIAL_FIELDS | {"resistance", "name"}
_SIDES: Final = frozenset(("outside", "inside"))


def read_overhang(record: Record, path: str, found: Findings) -> Overhang | None:
    """The overhang of a window, if it has one.

    Parameters
    ----------
    record : dict
        The element.
    path : str
        Its path.
    found : Findings
        Takes problems.

    Returns
    -------
    Overhang or None
        [m]
    """
    here = f"{path}.overhang"
    block = _part(record, "overhang", _OVERHANG, path, found)
    depth = None if block is None else _needed(block, "depth", units.DEPTH, here, found)
    if block is None or depth is None:
        return None
    gap, left, right = (number(block, key, units.DISTANCE, here, found) for key in ("gap", "left", "right"))
    return Overhang(depth=depth, gap=gap or 0.0, left=_or_long(left), right=_or_long(right))


def read_fins(record: Record, path: str, found: Findings) -> Fins | None:
    """The fins of a window, if it has any.

    Parameters
    ----------
    record, path, found
        As for `read_overhang`.

    Returns
    -------
    Fins or None
        [m]
    """
    here = f"{path}.fins"
    block = _part(record, "fins", _FINS, path, found)
    depth = None if block is None else _needed(block, "depth", units.DEPTH, here, found)
    if block is None or depth is None:
        return None
    gap, above, below = (number(block, key, units.DISTANCE, here, found) for key in ("gap", "above", "below"))
    sides = _choice(block, "sides", FIN_SIDES, here, found) or "both"
    return Fins(depth=depth, gap=gap or 0.0, above=_or_long(above), below=_or_long(below),
                sides=sides)  # type: ignore[arg-type]


def read_shade(record: Record, path: str, found: Findings) -> Shade | None:
    """The movable shade of a window, if it has one.

    Parameters
    ----------
    record, path, found
        As for `read_overhang`.

    Returns
    -------
    Shade or None
        [-], [W/m²], [°C]
    """
    here = f"{path}.shade"
    block = _part(record, "shade", _SHADE, path, found)
    factor = None if block is None else _needed(block, "factor", units.SHADING, here, found)
    if block is None or factor is None:
        return None
    irradiance = number(block, "irradiance", units.IRRADIANCE, here, found)
    temp_min = number(block, "T_min", units.TEMPERATURE, here, found)
    shade = Shade(factor=factor, temp_min=temp_min)
    return shade if irradiance is None else Shade(factor=factor, irradiance=irradiance, temp_min=temp_min)


def read_angles(record: Record, path: str, found: Findings, key: str = "g_angular",
                of: tuple[str, float] = ("g_gl", 1.0)) -> tuple[tuple[float, float], ...]:
    """What a glass has by the angle of incidence, over that at normal incidence.

    Parameters
    ----------
    record, path, found
        As for `read_overhang`.
    key : str
        Field that holds the pairs.
    of : tuple of str and float
        What the shares are of, and the largest one. [-]

    Returns
    -------
    tuple of pairs
        Angle [°] and share [-]; empty when there are none, or when they were refused.
    """
    raw = record.get(key)
    if raw is None:
        return ()
    name, most = of
    wanted = (f"2 to {MOST_ANGLES} pairs of degrees and share of {name}, from [0, 1] to [90, 0..{most:g}] with rising "
              "degrees")
    here = f"{path}.{key}"
    if not isinstance(raw, list) or not 2 <= len(raw) <= MOST_ANGLES:
        found.add(here, raw if not isinstance(raw, list) else Words(f"{len(raw)} pairs"), wanted, "WRONG_TYPE")
        return ()
    before = 0.0
    for i, pair in enumerate(raw):
        if not isinstance(pair, list) or len(pair) != 2 or not all(is_number(value) for value in pair):
            found.add(f"{here}[{i}]", pair, wanted, "WRONG_TYPE")
            return ()
        if not (before < pair[0] <= 90.0 or i == 0) or not 0.0 <= pair[1] <= most:
            found.add(f"{here}[{i}]", Words(_shown(pair)), wanted, "OUT_OF_RANGE")
            return ()
        before = pair[0]
    if raw[0] != [0, 1] or raw[-1][0] != 90:
        found.add(here, Words(f"pairs from {_shown(raw[0])} to {_shown(raw[-1])}"), wanted, "OUT_OF_RANGE")
        return ()
    return tuple((float(angle), float(share)) for angle, share in raw)


def _shown(pair: list[float]) -> str:
    return f"[{pair[0]:.6g}, {pair[1]:.6g}]"


def read_layers(record: Record, path: str, found: Findings) -> tuple[Layer, ...]:
    """The layers of an opaque element, from outside to inside.

    Parameters
    ----------
    record, path, found
        As for `read_overhang`.

    Returns
    -------
    tuple of Layer
        Empty when there are none; [m], [W/(mK)], [kg/m³], [J/(kgK)], [m²K/W].
    """
    raw = record.get("layers")
    if raw is None:
        return ()
    here = f"{path}.layers"
    if not isinstance(raw, list) or not 1 <= len(raw) <= MOST_LAYERS:
        value = Words(f"{len(raw)} layers") if isinstance(raw, list) else raw
        found.add(here, value, f"a list of 1 to {MOST_LAYERS} layers, from outside to inside", "WRONG_TYPE")
        return ()
    layers = [_layer(item, f"{here}[{i}]", found) for i, item in enumerate(raw)]
    return tuple(layer for layer in layers if layer is not None)


def _layer(raw: Any, path: str, found: Findings) -> Layer | None:
    if not isinstance(raw, dict):
        found.add(path, raw, "an object with thickness, conductivity, density and specific_heat, or resistance",
                  "WRONG_TYPE")
        return None
    foreign(raw, _LAYER_FIELDS, path, found, strict=True)
    if raw.get("resistance") is not None:
        for key in sorted(raw.keys() & _MATERIAL_FIELDS):
            found.add(f"{path}.{key}", raw[key], "no such field beside resistance", "UNKNOWN_FIELD")
        resistance = number(raw, "resistance", units.RESISTANCE, path, found)
        return None if resistance is None else Layer(resistance=resistance)
    values = [_needed(raw, key, wanted, path, found) for key, wanted in _MATERIAL]
    thickness, conductivity, density, specific_heat = (value or 0.0 for value in values)
    if None in values:
        return None
    return Layer(thickness=thickness, conductivity=conductivity, density=density, specific_heat=specific_heat)


def u_of_layers(layers: tuple[Layer, ...], kind: str) -> float:
    """U of an element from its layers and the rated films.

    Parameters
    ----------
    layers : tuple of Layer
        At least one.
    kind : str
        Of the element, for the direction of the heat flow.

    Returns
    -------
    float
        [W/(m²K)]

    References
    ----------
    .. [1] ISO 6946:2017, 6.7.1.1 and table 7.
    """
    through = sum(layer.thickness / layer.conductivity if layer.resistance is None else layer.resistance
                  for layer in layers)
    return 1.0 / (RATED_INSIDE[kind] + through + RATED_OUTSIDE)


def read_sides(record: Record, key: str, wanted: units.Quantity, path: str, found: Findings
               ) -> tuple[float | None, float | None]:
    """A property of the two faces of an element, plain for the outer one or as `{outside, inside}`.

    Parameters
    ----------
    record : dict
        The element.
    key : str
        Name of the property.
    wanted : Quantity
        Its range.
    path : str
        Path of the element.
    found : Findings
        Takes problems.

    Returns
    -------
    tuple of float or None
        Outside and inside; None where it is not given. [-]
    """
    raw = record.get(key)
    if not isinstance(raw, dict) or not raw.keys() & _SIDES:
        return number(record, key, wanted, path, found), None
    here = f"{path}.{key}"
    foreign(raw, _SIDES, here, found, strict=True)
    return number(raw, "outside", wanted, here, found), number(raw, "inside", wanted, here, found)


def read_roughness(record: Record, path: str, found: Findings) -> Roughness:
    """Roughness of an outer face.

    Parameters
    ----------
    record, path, found
        As for `read_overhang`.

    Returns
    -------
    str
        One of `building.ROUGHNESS`, "rough" where none is given.
    """
    choice = _choice(record, "roughness", tuple(ROUGHNESS), path, found)
    return next((name for name in get_args(Roughness) if name == choice), "rough")


def read_boundary(record: Record, zones: frozenset[str], path: str, found: Findings) -> str:
    """What stands behind an element.

    Parameters
    ----------
    record : dict
        The element.
    zones : frozenset of str
        Ids of the spaces beside the building.
    path : str
        Path of the element.
    found : Findings
        Takes a problem for a word that is none of them.

    Returns
    -------
    str
        One of `building.BOUNDARIES` or the id of a zone.
    """
    behind = record["boundary"]
    if isinstance(behind, str) and (behind in BOUNDARIES or behind in zones):
        return behind
    names = ", ".join((*BOUNDARIES, *sorted(zones)))
    found.add(f"{path}.boundary", behind, f"one of {names}, or the id of one of building.zones", "UNKNOWN_BOUNDARY")
    return "outdoor"


def _part(record: Record, key: str, known: frozenset[str], path: str, found: Findings) -> Record | None:
    block = member(record, key, path, found)
    if block is not None:
        foreign(block, known, f"{path}.{key}", found, strict=True)
    return block


def _needed(record: Record, key: str, wanted: units.Quantity, path: str, found: Findings) -> float | None:
    value = number(record, key, wanted, path, found)
    if value is None and record.get(key) is None:
        found.add(f"{path}.{key}", None, wanted.expected, "MISSING_VALUE")
    return value


def _or_long(value: float | None) -> float:
    return math.inf if value is None else value


def _choice(record: Record, key: str, valid: tuple[str, ...], path: str, found: Findings) -> str | None:
    value = record.get(key)
    if value is None or (isinstance(value, str) and value in valid):
        return value
    found.add(f"{path}.{key}", value, f"one of {', '.join(valid)}", "UNKNOWN_CHOICE")
    return None

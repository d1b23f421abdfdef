"""Elements that hold the contract's fields in its own units, which nearly all do, read without a look at each field.

`msgspec` checks types, units and ranges of all elements of a building at once; where it finds anything else, the
elements are read by `elements.ElementReader`, which says what is wrong with them. Both make the same of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta

from buem.building import Kind, Surface, Window
from buem.io.elements import DEFAULT_G, Envelope, Surroundings
from buem.io.fields import Findings

# The bounds are those of `units`, which a test holds against them: an annotation cannot take them from there.
_Area = Annotated[float, Meta(ge=5e-324, le=1e7)]
_UValue = Annotated[float, Meta(ge=0.0, le=10.0)]
_Azimuth = Annotated[float, Meta(ge=-360.0, le=360.0)]
_Tilt = Annotated[float, Meta(ge=0.0, le=180.0)]
#: A wall that lies flatter than this is worth a note.
_Steep = Annotated[float, Meta(ge=45.0, le=180.0)]
_Share = Annotated[float, Meta(ge=0.0, le=1.0)]
_AirChange = Annotated[float, Meta(ge=0.0, le=100.0)]
_Id = Annotated[str, Meta(min_length=1)]


class _OfArea(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    value: _Area
    unit: Literal["m2"]


class _OfU(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    value: _UValue
    unit: Literal["W/(m2K)"]


class _OfAzimuth(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    value: _Azimuth
    unit: Literal["deg"]


class _OfTilt(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    value: _Tilt
    unit: Literal["deg"]


class _OfSteep(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    value: _Steep
    unit: Literal["deg"]


class _OfShare(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    value: _Share
    unit: Literal["-"]


class _OfAirChange(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    value: _AirChange
    unit: Literal["1/h"]


class _Element(msgspec.Struct, tag_field="type", forbid_unknown_fields=True, gc=False, kw_only=True):
    """What all elements but ventilation have."""

    id: _Id
    area: _OfArea
    U: _OfU
    b_transmission: _OfShare | None = None


class _Wall(_Element, tag="wall"):
    azimuth: _OfAzimuth
    tilt: _OfSteep


class _Roof(_Element, tag="roof"):
    azimuth: _OfAzimuth
    tilt: _OfTilt


class _Floor(_Element, tag="floor"):
    azimuth: _OfAzimuth | None = None
    tilt: _OfTilt | None = None


class _Door(_Element, tag="door"):
    azimuth: _OfAzimuth
    tilt: _OfTilt
    parent_id: str | None = None


class _Window(_Element, tag="window"):
    azimuth: _OfAzimuth
    tilt: _OfTilt
    parent_id: str | None = None
    g_gl: _OfShare | None = None


class _Ventilation(msgspec.Struct, tag_field="type", tag="ventilation", forbid_unknown_fields=True, gc=False):
    id: _Id
    air_changes: _OfAirChange


_Row: TypeAlias = _Wall | _Roof | _Floor | _Door | _Window | _Ventilation
_ROWS: Final = list[_Row]


def read_plain(elements: Sequence[Any], around: Surroundings, found: Findings) -> Envelope | None:
    """The elements of a building of the envelope dialect, whose areas are net of their openings.

    Parameters
    ----------
    elements : sequence
        As they were parsed.
    around : Surroundings
        What holds for all of them.
    found : Findings
        Takes notes; untouched when the elements are not plain.

    Returns
    -------
    Envelope or None
        Surfaces, windows and air changes as of `ElementReader.read`, not which opening stands where; None where an
        element is not plain.
    """
    try:
        rows = msgspec.convert(elements, _ROWS)
    except (msgspec.ValidationError, UnicodeEncodeError):
        return None
    ids = {row.id for row in rows}
    if len(ids) < len(rows) or not all(_needs_no_word(row, ids) for row in rows):
        return None
    envelope = Envelope(zones=around.zones, ids=ids)
    late: list[_Window | _Door] = []
    surfaces, notes = envelope.surfaces, found.notes
    for row in rows:
        if isinstance(row, _Wall):
            surfaces.append(_surface(row, "wall", row.tilt.value, notes))
        elif isinstance(row, (_Window, _Door)):
            late.append(row)
        elif isinstance(row, _Roof):
            surfaces.append(_surface(row, "roof", row.tilt.value, notes))
        elif isinstance(row, _Floor):
            surfaces.append(_surface(row, "floor", 180.0, notes))
        else:
            envelope.air_changes.append(row.air_changes.value)
    for row in late:
        if isinstance(row, _Door):
            surfaces.append(_surface(row, "door", row.tilt.value, notes))
        else:
            envelope.windows.append(_window(row, around, notes))
    return envelope


def _needs_no_word(row: _Row, ids: set[str]) -> bool:
    """Whether an opening stands in an element that is there, and a floor is level."""
    if isinstance(row, (_Window, _Door)):
        return row.parent_id is None or row.parent_id in ids
    return not isinstance(row, _Floor) or row.tilt is None or row.tilt.value in (0.0, 180.0)


def _surface(row: _Wall | _Roof | _Floor | _Door, kind: Kind, tilt: float, notes: dict[str, None]) -> Surface:
    b_transmission, azimuth = row.b_transmission, row.azimuth
    if b_transmission is None:
        notes["default: b_transmission 1"] = None
    notes["default: absorptance 0.6"] = None
    return Surface(
        id=row.id,
        kind=kind,
        area=row.area.value,
        u_value=row.U.value,
        azimuth=0.0 if azimuth is None else azimuth.value % 360.0,
        tilt=tilt,
        b_transmission=1.0 if b_transmission is None else b_transmission.value,
    )


def _window(row: _Window, around: Surroundings, notes: dict[str, None]) -> Window:
    b_transmission, g_value = row.b_transmission, around.g_value
    if b_transmission is None:
        notes["default: b_transmission 1"] = None
    if row.g_gl is not None:
        g_value = row.g_gl.value
    elif g_value is None:
        notes["default: window g_gl 0.5"] = None
        g_value = DEFAULT_G
    return Window(
        id=row.id,
        area=row.area.value,
        u_value=row.U.value,
        g_value=g_value,
        azimuth=row.azimuth.value % 360.0,
        tilt=row.tilt.value,
        b_transmission=1.0 if b_transmission is None else b_transmission.value,
        frame_fraction=around.frame_fraction,
        f_w=around.f_w,
    )

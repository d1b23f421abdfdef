"""The roof of a footprint: its form, pitch and ridge as maps and city models give them."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from buem.footprint import Polygon
from buem.io.outline import rough_area
from buem.io.properties import Properties, to_number

#: Forms by OpenStreetMap's `roof:shape`, by CityGML's and ALKIS' code lists, and by their names.
_FORMS: Final[dict[str, str]] = {
    "flat": "flat", "gabled": "gabled", "gable": "gabled", "pitched": "gabled", "saltbox": "gabled",
    "gambrel": "gabled", "hipped": "hipped", "hip": "hipped", "half-hipped": "hipped", "mansard": "hipped",
    "skillion": "shed", "shed": "shed", "lean_to": "shed", "monopitch": "shed", "pyramidal": "pyramid",
    "pyramid": "pyramid", "dome": "pyramid", "onion": "pyramid", "cone": "pyramid",
    "1000": "flat", "2100": "shed", "2200": "shed", "3100": "gabled", "3200": "hipped", "3300": "hipped",
    "3400": "hipped", "3500": "pyramid", "3600": "pyramid", "3700": "pyramid",
    "flachdach": "flat", "pultdach": "shed", "satteldach": "gabled", "walmdach": "hipped", "zeltdach": "pyramid",
    "plat": "flat",
}
#: Codes of a form that is mixed, or of none.
_NO_FORM: Final = frozenset(("0", "5000", "9999", "many", "other"))
_COMPASS: Final = ("n", "nne", "ne", "ene", "e", "ese", "se", "sse", "s", "ssw", "sw", "wsw", "w", "wnw", "nw", "nnw")
#: Flatter than this, a pitch says that there is none. [°]
_FLAT: Final = 2.0


class Roof(NamedTuple):
    """What a feature says of its roof."""

    type: str = ""
    #: Against the horizontal. [°]
    pitch: float | None = None
    #: Of the ridge; of a shed roof, where it falls to. [°]
    ridge_azimuth: float | None = None
    #: From the eaves to the ridge. [m]
    height: float | None = None


def read_roof(given: Properties, polygons: tuple[Polygon, ...]) -> Roof:
    """The roof of a feature.

    Parameters
    ----------
    given : Properties
        Of the feature.
    polygons : tuple of Polygon
        Its outline.

    Returns
    -------
    Roof
        Without what the feature does not say.
    """
    form = _form(given)
    pitch = given.number("roof_pitch", 0.0, 89.0, "°")
    tilt, area = given.number("roof_tilt", -90.0, 90.0, "°"), given.number("roof_area", 0.0, 1e7, "m²")
    height = given.number("roof_height", 0.0, 300.0, "m")
    if pitch is None and tilt is not None and form not in ("", "flat"):
        pitch = _pitch_of_tilt(tilt, area, polygons, given)
    if form in ("", "flat") or (pitch is not None and pitch < _FLAT):
        # A pitch says nothing of a roof whose form is not known, or none.
        return Roof("flat" if form else "", None, None, height if form != "flat" else None)
    return Roof(form, pitch, _ridge(given, form), height)


def _form(given: Properties) -> str:
    item = given.pick("roof_type")
    if item is None:
        return ""
    word = str(item.value).strip().lower().removesuffix(".0").rpartition("_")[2] or str(item.value)
    form = _FORMS.get(str(item.value).strip().lower()) or _FORMS.get(word)
    if form is None and word not in _NO_FORM:
        given.found.note(f"{item.name} {str(item.value)[:40]!r}: no effect, not a form of roof that is known")
    return form or ""


def _pitch_of_tilt(tilt: float, area: float | None, polygons: tuple[Polygon, ...], given: Properties) -> float | None:
    """The pitch of a tilt, which some models count from the horizontal and some from the vertical.

    The area of the roof tells which; without it the tilt is taken as it stands. [°]
    """
    # Its sign tells the way, as its azimuth does.
    tilt = abs(tilt)
    ground = rough_area(polygons)
    if area is None or area <= ground or ground <= 0.0:
        return tilt if tilt < 89.0 else None
    by_area = math.degrees(math.acos(ground / area))
    if abs(90.0 - tilt - by_area) < abs(tilt - by_area):
        given.found.note(f"roof tilt {tilt:g}° is counted from the vertical: pitch {90.0 - tilt:g}°")
        return 90.0 - tilt
    return tilt


def _ridge(given: Properties, form: str) -> float | None:
    """Along the ridge, or where a shed roof falls to. [°]"""
    direction = given.pick("roof_direction")
    if direction is not None:
        word = str(direction.value).strip().lower()
        faces = 22.5 * _COMPASS.index(word) if word in _COMPASS else None
        if faces is None:
            faces = to_number(direction, -360.0, 360.0, "°", given.found)
        if faces is not None:
            return faces % 360.0 if form == "shed" else (faces + 90.0) % 180.0
    ridge = given.number("ridge_azimuth", -360.0, 360.0, "°")
    # A model without a ridge writes 0.
    return None if not ridge else ridge % 360.0 if form == "shed" else ridge % 180.0

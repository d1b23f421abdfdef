"""The reference building of an archetype as a `Building`."""

from __future__ import annotations

from typing import Final

from buem.archetype import AZIMUTHS, Archetype
from buem.building import Building, Kind, Origin, Surface, Usage, Ventilation, Window
from buem.tabula import Mode, mean_setpoint

#: Where the example of a country stands, near the place of its TABULA climate: degrees north and east.
PLACES: Final[dict[str, tuple[float, float]]] = {
    "AT": (48.2, 16.4), "BE": (50.9, 4.4), "BG": (42.7, 23.3), "CY": (35.2, 33.4), "CZ": (50.1, 14.4),
    "DE": (52.4, 13.1), "DK": (55.7, 12.6), "ES": (39.5, -0.4), "FR": (48.9, 2.3), "GB": (52.5, -1.9),
    "GR": (38.0, 23.7), "HU": (47.5, 19.0), "IE": (53.3, -6.3), "IT": (45.5, 9.2), "NL": (52.4, 4.9),
    "NO": (59.9, 10.8), "PL": (52.2, 21.0), "RS": (44.8, 20.5), "SE": (59.3, 18.1), "SI": (46.1, 14.5),
}
#: Turned so that they get least sun, of which TABULA counts none on opaque elements.
_DOOR_AZIMUTH: Final = 0.0


def building_of_row(archetype: Archetype, usage: Mode = "standard") -> Building:
    """The building for which TABULA computed a row.

    Its areas, U, b and glass are the row's; the walls are spread evenly over the four sides, the windows as the row
    has them (evenly where it does not say), roof and floor lie flat. The air changes, the gains and the mean set-point
    are those of TABULA's standard conditions; there is no cooling. The operative temperature is held: TABULA has one
    temperature for air and surfaces, and its U-values, inner film included, start from it.

    Parameters
    ----------
    archetype : Archetype
        A row.
    usage : str
        "standard" or "typical", see `tabula.mean_setpoint`.

    Returns
    -------
    Building
        In the climate of the row's country; [m²], [W/(m²K)], [°C].

    References
    ----------
    .. [1] Loga, Stein, Diefenbach (2016), TABULA building typologies in 20 European countries, Energy and Buildings
       132, 4-12.
    """
    a = archetype
    latitude, longitude = PLACES.get(a.country, PLACES["DE"])
    surfaces = [_opaque(a, "roof", 0.0, tilt=0.0), _opaque(a, "floor", 0.0, tilt=180.0)]
    surfaces += [_opaque(a, "wall", azimuth, parts=4) for azimuth in AZIMUTHS.values()]
    if a.door.area > 0:
        surfaces.append(_opaque(a, "door", _DOOR_AZIMUTH))
    return Building(
        id=a.id, latitude=latitude, longitude=longitude, floor_area=a.floor_area, room_height=a.room_height,
        surfaces=tuple(s for s in surfaces if s.area > 0), windows=_windows(a),
        ventilation=Ventilation(infiltration=a.infiltration, use=a.use_ventilation),
        usage=Usage(heating_setpoint=mean_setpoint(a, usage), cooling_setpoint=max(26.0, a.setpoint), cooling=False,
                    temperature_control="operative", internal_gain=a.internal_gain, hot_water=a.hot_water / 8760.0),
        heat_capacity=a.heat_capacity, thermal_bridge=a.bridge_surcharge * a.envelope_area,
        shading_horizontal=a.shading_horizontal, shading_vertical=a.shading_vertical,
        origin=Origin(country=a.country, type=a.type, archetype=a.id, variant=a.variant, storeys=a.storeys,
                      year=a.year_from or None),
        notes=(f"reference building of archetype {a.id}, usage {usage}",))


def _opaque(archetype: Archetype, kind: Kind, azimuth: float, *, tilt: float = 90.0, parts: int = 1) -> Surface:
    element = getattr(archetype, kind)
    return Surface(id=f"{kind} {azimuth:g}" if parts > 1 else kind, kind=kind, area=element.area / parts,
                   u_value=element.u_value, azimuth=azimuth, tilt=tilt, b_transmission=element.b_transmission)


def _windows(archetype: Archetype) -> tuple[Window, ...]:
    """Windows of the row's area in all, turned as its areas by orientation say."""
    total, flat, known = archetype.window.area, archetype.horizontal_share, archetype.window_sides.vertical
    sides = {"horizontal": (0.0, 0.0, total * flat)}
    for name, azimuth in AZIMUTHS.items():
        share = getattr(archetype.window_sides, name) / known if known > 0 else 0.25
        sides[name] = (azimuth, 90.0, total * (1.0 - flat) * share)
    return tuple(
        Window(id=f"window {name}", area=area, u_value=archetype.window.u_value, g_value=archetype.g_value,
               azimuth=azimuth, tilt=tilt, b_transmission=archetype.window.b_transmission,
               frame_fraction=archetype.frame_fraction, f_w=archetype.f_w)
        for name, (azimuth, tilt, area) in sides.items() if area > 0)

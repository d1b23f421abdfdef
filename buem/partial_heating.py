"""Rooms that are heated in part and at times: the set-point of a dwelling that an archetype stands for."""

from __future__ import annotations

from statistics import fmean
from typing import Final

from buem.archetype import Archetype
from buem.building import Building, Surface, Window
from buem.tabula import HEAT_CAPACITY_AIR, HeatTransfer, Mode, mean_setpoint

#: How far the schedules of `usage` in "typical" lie below their set-point on average, nights, absences and trips
#: together; TABULA's factor holds these already. [K]
MEAN_SETBACK: Final = 1.75
#: Steps of the set-point: constant ones cost nothing, schedules are shared by all buildings of one step. [K]
_STEPS: Final = {"standard": 0.1, "typical": 1.0}
#: Set-points are kept inside: what is left of the gap to the meters is none of temperature. [°C]
LOWEST, HIGHEST = 12.0, 23.0


def transfer_of(building: Building) -> HeatTransfer:
    """Transmission and ventilation of a building, counted as TABULA counts them.

    Parameters
    ----------
    building : Building
        With its elements and air changes.

    Returns
    -------
    HeatTransfer
        Per floor area. [W/(m²K)]

    References
    ----------
    .. [1] `tabula.heat_transfer`, on the elements of the building itself.
    """
    elements: list[Surface | Window] = [*building.surfaces, *building.windows]
    conductance = sum(e.b_transmission * e.u_value * e.area for e in elements if e.boundary != "adiabatic")
    air = building.ventilation
    use = fmean(air.use) if isinstance(air.use, tuple) else air.use
    air_change = air.infiltration + use * (1.0 - air.heat_recovery)
    return HeatTransfer(h_tr=(conductance + building.thermal_bridge) / building.floor_area,
                        h_ve=HEAT_CAPACITY_AIR * air_change * building.room_height)


def partial_setpoint(building: Building, archetype: Archetype, mode: Mode = "standard",
                     temp_air: float | None = None) -> tuple[float, str]:
    """Set-point of a dwelling at which the hourly model needs what TABULA's factors say.

    "standard": the constant mean of all rooms by TABULA's F_red of the building's own heat transfer. "typical": the
    mean at which it needs what meters typically show, and above it what the setbacks of the schedules take off.

    Parameters
    ----------
    building : Building
        A dwelling with its envelope.
    archetype : Archetype
        The row that stands for it; set-point, gains and climate are taken from there.
    mode : str
        "standard" or "typical".
    temp_air : float or None
        Mean outdoors in the heating season at the building, see `season.heating_season`; None for the row's. [°C]

    Returns
    -------
    setpoint : float
        [°C]
    note : str
        How it came about.

    References
    ----------
    .. [1] `tabula.mean_setpoint`.
    """
    heat = transfer_of(building)
    mean = mean_setpoint(archetype, mode, temp_air, heat)
    kept = min(HIGHEST, max(LOWEST, mean))
    step = _STEPS[mode]
    setpoint = round(round((kept + (MEAN_SETBACK if mode == "typical" else 0.0)) / step) * step, 1)
    why = "rooms heated in part and at times" if mode == "standard" else "the typical level of meters"
    return setpoint, (f"set-point {setpoint:g} °C in place of {archetype.setpoint:g} °C, {kept:.1f} °C on average: "
                      f"{why}, by TABULA's factors at {heat.h_tr:.2f} W/(m²K)")

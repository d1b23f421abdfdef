"""Random but sound buildings, each with a mix of features, for the tests of the physics."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from buem.building import Building, FreeVentilation, NightVentilation, Overhang, Surface, Usage, Ventilation, Window
from buem.profiles import Period


def _schedule(rng, low, high):
    """A number, a day, a week, or a year of values."""
    kind = rng.integers(4)
    if kind == 0:
        return float(rng.uniform(low, high))
    return tuple(rng.uniform(low, high, (24, 48, 8760)[kind - 1]).tolist())


def _setpoints(rng):
    kind = rng.integers(5)
    if kind == 0:
        return 20.0, 20.0
    if kind == 1:
        return (15.0,) * 6 + (21.0,) * 16 + (15.0,) * 2, 26.0
    if kind == 2:
        return (*(21.0,) * 24, *(16.0,) * 24), (*(24.0,) * 24, *(30.0,) * 24)
    return _schedule(rng, 17.0, 21.0), _schedule(rng, 22.0, 27.0)


def _surfaces(rng, area):
    wall = [Surface(kind="wall", area=float(rng.uniform(0.1, 0.6) * area), u_value=float(rng.uniform(0.0, 1.5)),
                    azimuth=float(rng.choice([0.0, 90.0, 180.0, 270.0, 360.0, -90.0, rng.uniform(-360, 360)])),
                    tilt=float(rng.choice([90.0, 90.0, rng.uniform(0, 180)])),
                    b_transmission=float(rng.choice([1.0, 1.0, 0.5, 0.0])), absorptance=float(rng.uniform(0, 1)))
            for _ in range(rng.integers(1, 6))]
    rest = [
        Surface(kind="roof", area=area, u_value=float(rng.uniform(0.1, 1.0)), tilt=float(rng.choice([0.0, 30.0, 50.0])),
                azimuth=float(rng.uniform(0, 360)), emissivity=float(rng.uniform(0, 1))),
        Surface(kind="floor", area=area, u_value=float(rng.uniform(0.1, 1.0)), tilt=float(rng.choice([0.0, 180.0])),
                b_transmission=float(rng.uniform(0.2, 1.0))),
        Surface(kind="door", area=2.0, u_value=float(rng.uniform(1.0, 3.0)), azimuth=float(rng.uniform(0, 360))),
    ]
    return tuple(wall + [s for s in rest if rng.random() < 0.8])


def _windows(rng, area):
    def window():
        shaded = rng.random() < 0.4
        reach = [float(rng.choice([0.0, 0.3, 2.0, math.inf])) for _ in range(2)]
        overhang = Overhang(depth=float(rng.uniform(0.2, 2.0)), gap=float(rng.choice([0.0, 0.3])), left=reach[0],
                            right=reach[1])
        return Window(area=float(rng.uniform(0.02, 0.1) * area), u_value=float(rng.uniform(0.7, 5.5)),
                      g_value=float(rng.uniform(0.2, 0.85)), azimuth=float(rng.uniform(0, 360)),
                      tilt=90.0 if shaded else float(rng.choice([0.0, 45.0, 90.0, 90.0, 120.0])),
                      f_w=float(rng.uniform(0.7, 1.0)) if rng.random() < 0.3 else None,
                      frame_fraction=float(rng.uniform(0, 0.4)), height=float(rng.uniform(0.8, 2.5)),
                      overhang=overhang if shaded else None)
    return tuple(window() for _ in range(rng.integers(0, 5)))


def _ventilation(rng):
    night = None
    if rng.random() < 0.4:
        night = NightVentilation(air_change=float(rng.uniform(1, 8)), start=float(rng.choice([0.0, 18.0, 22.5])),
                                 end=float(rng.choice([6.0, 7.5, 24.0])),
                                 temp_min=None if rng.random() < 0.4 else float(rng.uniform(18, 24)))
    air = Ventilation(infiltration=float(rng.choice([0.0, 0.2, 1.0])), use=float(rng.choice([0.0, 0.4])),
                      heat_recovery=float(rng.choice([0.0, 0.8, 1.0])), night=night)
    if rng.random() < 0.6:
        return air
    free = FreeVentilation(air_change=_schedule(rng, 0.0, 5.0), temp_min=float(rng.uniform(20, 26)),
                           difference=float(rng.choice([0.0, 2.0])))
    return replace(air, use=_schedule(rng, 0.0, 1.0), free=free if rng.random() < 0.6 else None,
                   bypass_temp=float(rng.uniform(20, 26)) if rng.random() < 0.6 else None)


def random_building(seed: int) -> Building:
    """A building of 20 to 2000 m²; the same seed gives the same one."""
    rng = np.random.default_rng(seed)
    area = float(np.exp(rng.uniform(np.log(20), np.log(2000))))
    low, high = _setpoints(rng)
    power = math.inf if rng.random() < 0.6 else float(rng.uniform(0, 60) * area)
    usage = Usage(heating_setpoint=low, cooling_setpoint=high, heating_power=power,
                  cooling_power=math.inf if rng.random() < 0.6 else float(rng.uniform(0, 30) * area),
                  cooling=bool(rng.random() < 0.75), internal_gain=_schedule(rng, 0.0, 10.0),
                  temperature_control="operative" if rng.random() < 0.4 else "air",
                  convective_share=float(rng.choice([0.0, 0.4, 0.5, 1.0])))
    if rng.random() < 0.3:
        usage = replace(usage, heating_available=tuple(rng.integers(0, 2, 24).astype(float).tolist()),
                        cooling_available=tuple(rng.integers(0, 2, 48).astype(float).tolist()))
    whole = rng.random() < 0.6
    period = Period(year=2018 + int(rng.integers(4)), first_hour=0 if whole else int(rng.integers(8760)),
                    hours=8760 if whole else int(rng.integers(1, 8760)))
    return Building(
        id=f"R{seed}", latitude=40.0, longitude=-105.0, floor_area=area, room_height=float(rng.uniform(2.2, 4.0)),
        surfaces=_surfaces(rng, area), windows=_windows(rng, area), ventilation=_ventilation(rng), usage=usage,
        heat_capacity=float(rng.choice([30e3, 80e3, 165e3, 370e3])),
        mass_area_ratio=None if rng.random() < 0.7 else float(rng.uniform(1.5, 4.0)),
        thermal_bridge=float(rng.choice([0.0, 0.05 * area])), shading_horizontal=float(rng.choice([1.0, 0.8])),
        shading_vertical=float(rng.choice([1.0, 0.75])), period=period)

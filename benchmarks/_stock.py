"""Seeded random buildings of eight surfaces, shared by the benchmarks."""

from __future__ import annotations

import numpy as np

import buem

#: A night setback on weekdays and a later start at weekends.
SETBACK = (17.0,) * 6 + (20.0,) * 17 + (17.0,) + (17.0,) * 8 + (20.0,) * 15 + (17.0,)
GAINS = (2.0,) * 7 + (4.0,) * 2 + (2.5,) * 8 + (6.0,) * 5 + (3.0,) * 2


def random_buildings(count: int, seed: int = 0) -> list[buem.Building]:
    """Houses of four walls, a roof, a floor and two windows, with every feature of the 5R1C in use.

    Schedules of set-points and gains, limited power, heat recovery, thermal bridges, operative control in half
    of them, heating only in a third.
    """
    rng = np.random.default_rng(seed)
    return [_house(f"B{i:06d}", rng) for i in range(count)]


def _house(name: str, rng: np.random.Generator) -> buem.Building:
    length, width = rng.uniform(7, 15, 2).round(1)
    storeys = int(rng.integers(1, 4))
    turn = round(float(rng.uniform(0, 90)))
    u_wall, u_roof, u_floor, u_window = rng.uniform((0.15, 0.1, 0.2, 0.8), (1.8, 1.2, 1.2, 3.0)).round(2)
    height = 2.6 * storeys
    glass = rng.uniform(0.1, 0.35, 2).round(2)
    walls = [length * height, width * height, length * height, width * height]
    windows = tuple(
        buem.Window(area=float(glass[k] * walls[2 * k]), u_value=float(u_window), g_value=0.6,
                    azimuth=float(turn) + 180.0 * k) for k in range(2))
    surfaces = (
        *(buem.Surface(area=float(walls[k] - (windows[k // 2].area if k % 2 == 0 else 0.0)), u_value=float(u_wall),
                       azimuth=float(turn) + 90.0 * k) for k in range(4)),
        buem.Surface(kind="roof", area=float(length * width * 1.15), u_value=float(u_roof), azimuth=float(turn),
                     tilt=35.0),
        buem.Surface(kind="floor", area=float(length * width), u_value=float(u_floor), tilt=180.0, b_transmission=0.6))
    area = float(length * width * storeys)
    return buem.Building(
        id=name, latitude=52.4, longitude=13.1, floor_area=area, surfaces=surfaces, windows=windows,
        thermal_bridge=0.05 * sum(walls), heat_capacity=float(rng.choice([110e3, 165e3, 260e3])),
        ventilation=buem.Ventilation(infiltration=0.2, use=0.4, heat_recovery=float(rng.choice([0.0, 0.75]))),
        usage=buem.Usage(heating_setpoint=SETBACK, cooling_setpoint=26.0, internal_gain=GAINS,
                         heating_power=80.0 * area, cooling_power=60.0 * area, cooling=bool(rng.random() < 2 / 3),
                         temperature_control="operative" if rng.random() < 0.5 else "air"))

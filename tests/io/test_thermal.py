"""The building-wide thermal fields."""

from __future__ import annotations

import math
from typing import Any

import pytest
from request_samples import envelope_buem, feature, quantity, wall, window

from buem.building import Building, NightVentilation, Usage, Ventilation
from buem.io.dialects import ReadOptions, read_feature


def read(*elements: dict[str, Any], solver: Any = None, cooling_default: bool = True, **thermal: Any) -> Building:
    buem = envelope_buem(*(elements or (wall(),)), **thermal)
    if solver is not None:
        buem["solver"] = solver
    return read_feature(feature(buem), 0, ReadOptions(cooling_default=cooling_default))


def vent(rate: float, name: str = "v1") -> dict[str, Any]:
    return {"id": name, "type": "ventilation", "air_changes": rate}


def test_the_defaults_of_the_contract_each_with_a_note() -> None:
    building = read(wall(), window(g_gl=None))
    assert building.ventilation == Ventilation(infiltration=0.5, use=0.5)
    assert building.usage == Usage(
        heating_setpoint=21.0, cooling_setpoint=24.0, cooling=True, temperature_control="air", internal_gain=3.0,
        convective_share=0.5,
    )  # fmt: skip
    assert (building.heat_capacity, building.mass_area_ratio) == (165e3, None)
    assert (building.shading_horizontal, building.shading_vertical) == (0.8, 0.75)
    assert (building.windows[0].frame_fraction, building.windows[0].f_w) == (0.2, None)
    assert building.room_height == 2.5
    assert building.thermal_bridge == 0.0
    assert set(building.notes) == {
        "default: thermal.F_f 0.2",
        "thermal.F_w not given: windows by the angle of the sun",
        "default: b_transmission 1",
        "default: absorptance 0.6",
        "default: window g_gl 0.5",
        "default: building.h_room 2.5 m",
        "default: thermal.c_m 165 kJ/(m2K)",
        "default: thermal.n_air_infiltration 0.5 1/h",
        "default: thermal.n_air_use 0.5 1/h",
        "default: solver.compute_cooling true",
        "default: thermal.comfortT_lb 21 degC",
        "default: thermal.comfortT_ub 24 degC",
        "default: thermal.phi_int 3 W/m2",
        "default: thermal.F_sh_hor 0.8",
        "default: thermal.F_sh_vert 0.75",
        "default: start_time, end_time the whole year 2019",
    }


def test_a_building_without_windows_has_no_note_on_them() -> None:
    assert not any("F_f" in note or "F_w" in note for note in read().notes)


def test_factors_are_honoured() -> None:
    building = read(wall(), window(), F_sh_hor=0.7, F_sh_vert=quantity(60, "%"), F_f=0.3, F_w=0.9)
    assert (building.shading_horizontal, building.shading_vertical) == (0.7, 0.6)
    assert (building.windows[0].frame_fraction, building.windows[0].f_w) == (0.3, 0.9)


#: What it probes: thermal fields, ventilation elements, infiltration, use, note.
AIR: dict[str, tuple[dict[str, Any], list[float], float, float, str]] = {
    "elements alone are the whole air change": ({}, [0.6], 0.0, 0.6, ""),
    "several elements add up": ({}, [0.6, 0.3], 0.0, 0.9, ""),
    "an element of zero counts": ({}, [0.0], 0.0, 0.0, ""),
    "explicit fields win": (
        {"n_air_infiltration": 0.2, "n_air_use": 0.3}, [0.6], 0.2, 0.3,
        "ventilation element not used: thermal.n_air_infiltration or n_air_use is given",
    ),
    "one explicit field wins, too": (
        {"n_air_use": 0.3}, [0.6], 0.5, 0.3, "default: thermal.n_air_infiltration 0.5 1/h",
    ),
    "the other default": ({"n_air_infiltration": 0.1}, [], 0.1, 0.5, "default: thermal.n_air_use 0.5 1/h"),
}  # fmt: skip


@pytest.mark.parametrize("case", AIR)
def test_air_change(case: str) -> None:
    thermal, rates, infiltration, use, note = AIR[case]
    building = read(wall(), *(vent(rate, f"v{i}") for i, rate in enumerate(rates)), **thermal)
    assert building.ventilation.infiltration == infiltration
    assert building.ventilation.use == pytest.approx(use)
    assert not note or note in building.notes


def test_heat_recovery_and_night_ventilation() -> None:
    night = {"air_changes": quantity(3, "1/h"), "from": 22, "to": 6, "T_min": quantity(73.4, "degF")}
    air = read(heat_recovery=quantity(0.75, "-"), night_ventilation=night).ventilation
    assert air.heat_recovery == 0.75
    assert air.night is not None
    assert air.night == NightVentilation(air_change=3.0, start=22.0, end=6.0, temp_min=air.night.temp_min)
    assert air.night.temp_min == pytest.approx(23.0)


#: What it probes: thermal fields, capacity, mass area, note. ISO 13790, table 12.
MASS: dict[str, tuple[dict[str, Any], float, float | None, str]] = {
    "very light": ({"thermal_class": "very_light"}, 80e3, 2.5, ""),
    "light": ({"thermal_class": "light"}, 110e3, 2.5, ""),
    "medium": ({"thermal_class": "medium"}, 165e3, 2.5, ""),
    "heavy": ({"thermal_class": "heavy"}, 260e3, 3.0, ""),
    "very heavy": ({"thermal_class": "very_heavy"}, 370e3, 3.5, ""),
    "c_m alone": ({"c_m": 200}, 200e3, None, ""),
    "c_m wins": (
        {"c_m": quantity(110, "kJ/(m2K)"), "thermal_class": "heavy"}, 110e3, None,
        "thermal.thermal_class: not used, c_m is given",
    ),
    "c_m in J": ({"c_m": quantity(2e5, "J/(m2K)")}, 2e5, None, ""),
    "neither": ({}, 165e3, None, "default: thermal.c_m 165 kJ/(m2K)"),
}  # fmt: skip


@pytest.mark.parametrize("case", MASS)
def test_mass(case: str) -> None:
    thermal, capacity, ratio, note = MASS[case]
    building = read(**thermal)
    assert (building.heat_capacity, building.mass_area_ratio) == (capacity, ratio)
    assert not note or note in building.notes


def test_set_points_of_the_contract() -> None:
    usage = read(comfortT_lb=quantity(68, "degF"), comfortT_ub=26).usage
    assert usage.heating_setpoint == pytest.approx(20.0)
    assert usage.cooling_setpoint == 26.0


def test_equal_set_points_are_allowed() -> None:
    assert read(comfortT_lb=22, comfortT_ub=22).usage.heating_setpoint == 22.0


def test_our_set_points_win_over_the_contracts() -> None:
    building = read(comfortT_lb=15, T_set_heating={"weekday": [20] * 24, "weekend": [18] * 24}, T_set_cooling=[27] * 24)
    assert building.usage.heating_setpoint == (20.0,) * 24 + (18.0,) * 24
    assert building.usage.cooling_setpoint == (27.0,) * 24
    assert "thermal.comfortT_lb: not used, T_set_heating is given" in building.notes
    assert not any("comfortT_ub" in note for note in building.notes)


def test_power_gains_and_control() -> None:
    usage = read(
        heating_max_kW=8, cooling_max_kW=quantity(2500, "W"), phi_int=[5] * 24, phi_int_convective=0.3,
        temperature_control="operative",
    ).usage  # fmt: skip
    assert (usage.heating_power, usage.cooling_power) == (8000.0, 2500.0)
    assert usage.internal_gain == (5.0,) * 24
    assert usage.convective_share == 0.3
    assert usage.temperature_control == "operative"
    assert math.isinf(read().usage.heating_power)
    assert read(heating_max_kW=0).usage.heating_power == 0.0


def test_thermal_bridges_in_total_or_per_area() -> None:
    assert read(thermal_bridge=12.5).thermal_bridge == 12.5
    assert read(thermal_bridge=quantity(12.5, "W/K")).thermal_bridge == 12.5
    party = wall("party", b_transmission=0)
    building = read(wall(area=40), window(area=10), party, thermal_bridge=quantity(0.1, "W/(m2K)"))
    assert building.thermal_bridge == pytest.approx(5.0)
    assert "thermal bridges 5 W/K: 0.1 W/(m2K) on 50 m2 of envelope" in building.notes


@pytest.mark.parametrize(
    ("solver", "default", "cooling", "note"),
    [
        ({"compute_cooling": False}, True, False, None),
        ({"compute_cooling": True}, False, True, None),
        ({}, True, True, "default: solver.compute_cooling true"),
        (None, False, False, "default: solver.compute_cooling false"),
    ],
)
def test_cooling(solver: Any, default: bool, cooling: bool, note: str | None) -> None:
    building = read(solver=solver, cooling_default=default)
    assert building.usage.cooling is cooling
    assert [n for n in building.notes if "compute_cooling" in n] == ([note] if note else [])


def test_fields_without_effect_are_reported_by_name() -> None:
    notes = read(solver={"use_milp": True, "parallel_thermal": False, "extra": 1}, design_T_min=-12, q_w_nd=12.5).notes
    assert notes[-1] == (
        "no effect: solver.parallel_thermal, solver.use_milp, buem.solver.extra, thermal.design_T_min, thermal.q_w_nd"
    )

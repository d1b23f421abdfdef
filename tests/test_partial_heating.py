"""Set-points of dwellings by TABULA's factors: by hand, and by what the hourly model makes of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from buem.archetypes import archetypes, building_of_row
from buem.building import Building, Surface, Ventilation, Window
from buem.households import HEATING_HOURS, SETBACK
from buem.io.stations import read_station
from buem.partial_heating import HIGHEST, LOWEST, MEAN_SETBACK, partial_setpoint, transfer_of
from buem.season import BASE_TEMPERATURE, match_season
from buem.simulate import simulate
from buem.tabula import heat_transfer, mean_setpoint, measured_share, seasonal_need
from buem.usage import UsageRequest, usage_of

TABLE = archetypes()
OLD = TABLE.row("DE.N.SFH.04.Gen.ReEx.001.001")


def house(**changes: object) -> Building:
    made = Building(
        id="H", latitude=52.0, longitude=13.0, floor_area=100.0, room_height=2.5, thermal_bridge=10.0,
        surfaces=(Surface(area=100.0, u_value=1.0), Surface(kind="floor", area=50.0, u_value=0.8, b_transmission=0.5)),
        windows=(Window(area=10.0, u_value=3.0, g_value=0.6),), ventilation=Ventilation(infiltration=0.2, use=0.4))
    return replace(made, **changes)


class TestTransfer:
    def test_by_hand(self):
        """(100 + 0.5·40 + 30 + 10) W/K and 0.34·0.6·2.5 W/(m²K) on 100 m²."""
        h = transfer_of(house())
        assert h.h_tr == pytest.approx(1.6)
        assert h.h_ve == pytest.approx(0.51)

    @pytest.mark.parametrize(
        ("changes", "h_tr", "h_ve"),
        [
            pytest.param({"surfaces": (Surface(area=100.0, u_value=1.0, boundary="adiabatic"),)}, 0.4, 0.51,
                         id="a party wall loses nothing"),
            pytest.param({"ventilation": Ventilation(infiltration=0.2, use=0.4, heat_recovery=0.75)}, 1.6, 0.255,
                         id="heat recovery on purpose-made ventilation alone"),
            pytest.param({"ventilation": Ventilation(infiltration=0.0, use=(0.2,) * 12 + (0.6,) * 12)}, 1.6, 0.34,
                         id="mean of a schedule"),
            pytest.param({"room_height": 5.0}, 1.6, 1.02, id="high rooms"),
        ],
    )
    def test_what_counts(self, changes, h_tr, h_ve):
        h = transfer_of(house(**changes))
        assert (h.h_tr, h.h_ve) == (pytest.approx(h_tr), pytest.approx(h_ve))

    def test_a_row_is_counted_as_tabula_does(self):
        for row in TABLE.all()[::97]:
            ours, theirs = transfer_of(building_of_row(row)), heat_transfer(row)
            assert (ours.h_tr, ours.h_ve) == (pytest.approx(theirs.h_tr), pytest.approx(theirs.h_ve))


class TestSetpoint:
    def test_standard_by_hand(self):
        """h_tr 1.6 between 0.9 at 1 and 0.8 at 4: F = 0.88, and 4.6 + 0.88·15.4 = 18.15 °C."""
        setpoint, note = partial_setpoint(house(), OLD)
        assert setpoint == pytest.approx(18.2)
        assert note == ("set-point 18.2 °C in place of 20 °C, 18.2 °C on average: rooms heated in part and at times, "
                        "by TABULA's factors at 1.60 W/(m²K)")

    def test_typical_is_above_its_mean_by_the_setbacks(self):
        setpoint, note = partial_setpoint(house(), OLD, "typical")
        mean = mean_setpoint(OLD, "typical", heat=transfer_of(house()))
        assert setpoint == round(mean + MEAN_SETBACK)
        assert "the typical level of meters" in note

    def test_at_another_place(self):
        assert partial_setpoint(house(), OLD, temp_air=10.0)[0] == pytest.approx(10 + 0.88 * 10, abs=0.05)

    @pytest.mark.parametrize(
        ("area", "limit"),
        [pytest.param(8000.0, LOWEST, id="a barn of a house"), pytest.param(1e-3, HIGHEST, id="hardly any loss")],
    )
    def test_kept_inside(self, area, limit):
        lossy = house(surfaces=(Surface(area=area, u_value=3.0),), windows=(), thermal_bridge=0.0,
                      ventilation=Ventilation(infiltration=0.05, use=0.0))
        setpoint, _ = partial_setpoint(lossy, replace(OLD, reduction_1=0.5, reduction_4=0.2), temp_air=0.0)
        assert setpoint == pytest.approx(limit, abs=0.05)

    def test_steps(self):
        """Few different set-points, so that buildings share their schedules."""
        areas = np.linspace(50, 400, 40)
        walls = [house(surfaces=(Surface(area=float(a), u_value=1.0),)) for a in areas]
        assert {round(partial_setpoint(b, OLD, "typical")[0], 6) % 1 for b in walls} == {0.0}
        assert len({partial_setpoint(b, OLD, "typical")[0] for b in walls}) <= 10


def test_mean_setback_is_that_of_the_households():
    """Over the pool, less how much warmer or cooler each of them likes it: the offsets of many flats cancel."""
    flat = TABLE.row("DE.N.AB.05.HR.ReEx.001.001")
    means = []
    for i in range(40):
        request = UsageRequest(building_id=f"b{i}", floor_area=flat.floor_area, archetype=flat, mode="typical",
                               country="DE")
        means.append(np.mean(usage_of("residential", request).usage.heating_setpoint))
    assert 20.0 - np.mean(means) == pytest.approx(MEAN_SETBACK, abs=0.15)
    night = (24 - (HEATING_HOURS[1] - HEATING_HOURS[0])) / 24 * SETBACK
    assert night < MEAN_SETBACK, "absences come on top of the nights"


class TestHourly:
    """What the 5R1C needs at these set-points on days below 12 °C, in the row's own season."""

    @staticmethod
    def need(buildings: list[Building], row: object) -> float:
        weather = match_season(read_station("de_potsdam_try2015"), row.season)
        cold = np.repeat(weather.temp_air.reshape(-1, 24).mean(axis=1) < BASE_TEMPERATURE, 24)
        heating = simulate(buildings, weather).series["heating"].astype(np.float64)
        return float((heating @ cold).mean() / row.floor_area)

    @pytest.mark.parametrize("row", ["DE.N.SFH.04.Gen.ReEx.001.001", "DE.N.MFH.07.Gen.ReEx.001.001",
                                     "DE.N.SFH.12.Gen.ReEx.001.003"])
    @pytest.mark.parametrize("mode", ["standard", "typical"])
    def test_constant(self, row, mode):
        archetype = TABLE.row(row)
        need = seasonal_need(archetype).heating
        if mode == "typical":
            need *= measured_share((need + archetype.hot_water) / 0.8)
        assert self.need([building_of_row(archetype, mode)], archetype) == pytest.approx(need, rel=0.06)

    @pytest.mark.slow
    @pytest.mark.parametrize("row", ["DE.N.MFH.02.Gen.ReEx.001.001", "DE.N.MFH.07.Gen.ReEx.001.001"])
    def test_schedules(self, row):
        """Flats, whose likings cancel, with their setbacks, which none of them follows all the way down.

        The step of 1 K of the set-point alone may move it by 5 %.
        """
        archetype = TABLE.row(row)
        base = building_of_row(archetype)
        setpoint, _ = partial_setpoint(base, archetype, "typical")
        lived_in = []
        for i in range(24):
            profile = usage_of("residential", UsageRequest(
                building_id=f"b{i}", floor_area=base.floor_area, archetype=replace(archetype, setpoint=setpoint),
                mode="typical", country="DE"))
            usage = replace(profile.usage, cooling=False, temperature_control="operative")
            lived_in.append(replace(base, id=f"b{i}", usage=usage))
        need = seasonal_need(archetype).heating
        typical = need * measured_share((need + archetype.hot_water) / 0.8)
        assert 0.95 <= self.need(lived_in, archetype) / typical <= 1.12

"""TABULA's seasonal method against all of its own rows, its factors against hand-worked values."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buem.archetypes import archetypes, building_of_row
from buem.building import Building, Surface, Ventilation, Window
from buem.errors import OptionError
from buem.tabula import (
    HIGHEST_MEAN,
    LOWEST_MEAN,
    MEASURED_SHARES,
    HeatTransfer,
    heat_transfer,
    mean_setpoint,
    measured_share,
    reduced_setpoint,
    seasonal_need,
    solar_gain,
    space_reduction,
    transfer_of,
    typical_reduction,
    utilisation,
)

TABLE = archetypes()
ROWS = TABLE.all()
#: DE.N.SFH.04.Gen.ReEx.001.001, whose numbers are worked out by hand below.
HOUSE = TABLE.row("DE.N.SFH.04.Gen.ReEx.001.001")


class TestHeatTransfer:
    def test_by_hand(self):
        """Σ b U A = 175.56 + 164.92 + 0.5·66.13 + 51.52 + 6, and 0.1 W/(m²K) on 343.5 m²; 111.1 m² of floor."""
        h = heat_transfer(HOUSE)
        assert h.h_tr == pytest.approx((175.56 + 164.92 + 33.063 + 51.52 + 6.0 + 34.35) / 111.1, rel=1e-4)
        assert h.h_ve == pytest.approx(0.34 * 0.6 * 2.5)
        assert h.total == h.h_tr + h.h_ve

    def test_every_row_to_the_printed_rounding_or_one_per_cent(self):
        """47 rows miss it by up to 4 %: the table rounds their surcharge ΔU of 0.01 to 0.13 to two digits."""
        missed = {}
        for a in ROWS:
            ours, printed = heat_transfer(a).h_tr, a.reference.h_tr
            if abs(ours - printed) > max(0.0051, 0.01 * printed):
                missed[a.id] = abs(ours - printed)
        assert len(missed) == 47
        for a in ROWS:
            if a.id in missed:
                # Half a unit in the last digit of the surcharge, and of the printed result.
                assert missed[a.id] <= 0.0051 * a.envelope_area / a.floor_area + 0.0051, a.id

    def test_ventilation_of_every_row(self):
        assert all(abs(heat_transfer(a).h_ve - a.reference.h_ve) <= 0.0051 for a in ROWS)


def house(**changes: object) -> Building:
    made = Building(
        id="H", latitude=52.0, longitude=13.0, floor_area=100.0, room_height=2.5, thermal_bridge=10.0,
        surfaces=(Surface(area=100.0, u_value=1.0), Surface(kind="floor", area=50.0, u_value=0.8, b_transmission=0.5)),
        windows=(Window(area=10.0, u_value=3.0, g_value=0.6),), ventilation=Ventilation(infiltration=0.2, use=0.4))
    return replace(made, **changes)


class TestTransferOf:
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


class TestSpaceReduction:
    @pytest.mark.parametrize(
        ("h_tr", "first", "fourth", "expected"),
        [
            pytest.param(1.0, 0.9, 0.8, 0.9, id="at 1"),
            pytest.param(4.0, 0.9, 0.8, 0.8, id="at 4"),
            pytest.param(2.5, 0.9, 0.8, 0.85, id="between"),
            pytest.param(9.0, 0.95, 0.85, 0.85, id="above"),
            pytest.param(0.5, 0.9, 0.8, 1.0, id="no reduction at 0.5"),
            pytest.param(0.25, 0.9, 0.8, 1.05, id="more than 1 below"),
            pytest.param(0.0, 0.95, 0.85, 1.05, id="at 0"),
            pytest.param(3.0, 1.0, 1.0, 1.0, id="a country without it"),
        ],
    )
    def test_by_hand(self, h_tr, first, fourth, expected):
        assert space_reduction(h_tr, first, fourth) == pytest.approx(expected)

    def test_every_row(self):
        for a in ROWS:
            ours = space_reduction(heat_transfer(a).h_tr, a.reduction_1, a.reduction_4)
            assert abs(ours - a.reference.reduction) <= 0.0151, a.id

    def test_nan(self):
        assert math.isnan(space_reduction(math.nan, 0.9, 0.8))


@settings(deadline=None)
@given(setpoint=st.floats(15, 25), temp=st.floats(-10, 12), factor=st.floats(0.5, 1.1))
def test_reduced_setpoint_reduces_the_difference(setpoint, temp, factor):
    lowered = reduced_setpoint(setpoint, temp, factor)
    assert lowered - temp == pytest.approx(factor * (setpoint - temp), abs=1e-9)


class TestUtilisation:
    @pytest.mark.parametrize(
        ("gains", "losses", "tau", "expected"),
        [
            pytest.param(0.0, 100.0, 30.0, 1.0, id="no gains"),
            pytest.param(100.0, 100.0, 30.0, 1.8 / 2.8, id="as much gained as lost: a / (a + 1)"),
            pytest.param(50.0, 100.0, 36.0, (1 - 0.5**2) / (1 - 0.5**3), id="a = 2"),
            pytest.param(1e9, 100.0, 36.0, 1e-7, id="gains without end"),
            pytest.param(10.0, 0.0, 30.0, 0.0, id="nothing lost"),
        ],
    )
    def test_by_hand(self, gains, losses, tau, expected):
        assert utilisation(gains, losses, tau) == pytest.approx(expected, rel=1e-6)

    @settings(deadline=None)
    @given(gains=st.floats(0.1, 1e3), losses=st.floats(0.1, 1e3), tau=st.floats(1, 500))
    def test_never_more_than_lost(self, gains, losses, tau):
        share = utilisation(gains, losses, tau)
        assert 0 <= share <= 1
        assert share * gains <= losses * (1 + 1e-9)


class TestSeasonalNeed:
    def test_by_hand(self):
        """Losses 0.8 (4.19 + 0.51) 15.4 · 5184 h = 300 kWh; gains 14 + 15.55, of which 93 % count."""
        need = seasonal_need(HOUSE)
        assert need.gain_internal == pytest.approx(3 * 216 * 24)
        assert need.gain_solar == pytest.approx(14000, rel=0.03)
        assert need.reduction == pytest.approx(0.8)
        assert need.heating == pytest.approx(272.85e3, rel=1e-3)
        losses = 0.8 * (need.h_tr + need.h_ve) * 15.4 * 216 * 24
        assert need.heating == pytest.approx(losses - need.utilisation * (need.gain_solar + need.gain_internal))

    def test_every_row(self):
        """TABULA's own result within 0.05 kWh/(m²a) or 1 %, but for three rows of those with a rounded surcharge."""
        missed = [a.id for a in ROWS
                  if abs(seasonal_need(a).heating - a.reference.heating) > max(51, 0.01 * a.reference.heating)]
        assert missed == ["FR.N.AB.07.Gen.ReEx.001.003", "FR.N.SFH.07.Gen.ReEx.001.003", "NO.N.SFH.06.Gen.ReEx.001.003"]
        by_id = {a.id: a for a in ROWS}
        assert all(seasonal_need(by_id[i]).heating == pytest.approx(by_id[i].reference.heating, rel=0.015)
                   for i in missed)

    def test_gains_of_every_row(self):
        """Printed to a whole kWh/m², some of them cut rather than rounded."""
        for a in ROWS:
            assert abs(solar_gain(a) - a.reference.gain_solar) <= 1000, a.id
            assert abs(seasonal_need(a).gain_internal - a.reference.gain_internal) <= 1000, a.id

    def test_a_reduction_of_ones_own(self):
        assert seasonal_need(HOUSE, 1.0).heating > seasonal_need(HOUSE).heating


class TestMeasuredShare:
    @pytest.mark.parametrize(("delivered", "share"), MEASURED_SHARES)
    def test_nodes(self, delivered, share):
        assert measured_share(delivered) == pytest.approx(share)

    @pytest.mark.parametrize(
        ("delivered", "share"),
        [
            pytest.param(150e3, 0.92, id="between two nodes"),
            pytest.param(900e3, 0.5, id="above the last"),
            pytest.param(-5e3, 1.1, id="below the first"),
        ],
    )
    def test_between(self, delivered, share):
        assert measured_share(delivered) == pytest.approx(share)

    def test_near_what_was_measured(self):
        """Sunikka-Blank, Galvin 2012: 3,400 German homes, calculated 225 kWh/(m²a) on average, measured 30 % less.

        TABULA's nodes are milder there: 0.80.
        """
        assert measured_share(225e3) == pytest.approx(0.80, abs=0.01)


class TestTypical:
    def test_the_need_is_the_measured_share_of_the_standard(self):
        """F' put back into the seasonal balance with the same use of the gains gives f q."""
        need = seasonal_need(HOUSE)
        losses = (need.h_tr + need.h_ve) * (20 - 4.6) * 216 * 24
        lowered = typical_reduction(need, losses, HOUSE.hot_water)
        share = measured_share((need.heating + HOUSE.hot_water) / 0.8)
        gains = need.utilisation * (need.gain_solar + need.gain_internal)
        assert lowered * losses - gains == pytest.approx(share * need.heating)
        assert share == pytest.approx(0.65, abs=0.01)

    @pytest.mark.parametrize(
        ("row", "standard", "typical"),
        [
            pytest.param("DE.N.SFH.04.Gen.ReEx.001.001", 16.9, 13.0, id="an old house: cold rooms"),
            pytest.param("DE.N.SFH.12.Gen.ReEx.001.003", 20.1, 20.4, id="a new one: warmer than the standard"),
        ],
    )
    def test_mean_setpoint(self, row, standard, typical):
        archetype = TABLE.row(row)
        assert mean_setpoint(archetype) == pytest.approx(standard, abs=0.15)
        assert mean_setpoint(archetype, "typical") == pytest.approx(typical, abs=0.15)

    def test_other_weather(self):
        assert mean_setpoint(HOUSE, temp_air=10.0) == pytest.approx(10 + 0.8 * 10)

    def test_of_a_building_of_its_own(self):
        """h_tr 1.6 between 0.9 at 1 and 0.8 at 4: F = 0.88, and 4.6 + 0.88·15.4 = 18.15 °C."""
        assert mean_setpoint(HOUSE, heat=transfer_of(house())) == pytest.approx(18.152)
        assert mean_setpoint(HOUSE, "typical", heat=transfer_of(house())) > mean_setpoint(HOUSE, "typical")

    @pytest.mark.parametrize(
        ("h_tr", "reduction", "limit"),
        [pytest.param(20.0, 0.2, LOWEST_MEAN, id="a barn of a house"),
         pytest.param(0.0, 0.2, HIGHEST_MEAN, id="hardly any loss")],
    )
    def test_kept_inside(self, h_tr, reduction, limit):
        odd = replace(HOUSE, reduction_1=reduction, reduction_4=reduction)
        assert mean_setpoint(odd, temp_air=0.0, heat=HeatTransfer(h_tr=h_tr, h_ve=0.5)) == limit

    def test_unknown_mode(self):
        with pytest.raises(OptionError) as caught:
            mean_setpoint(HOUSE, "measured")
        assert str(caught.value) == "usage: 'measured'; expected one of standard, typical"

"""What a row says of walls and windows in shares."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from buem.archetype import AZIMUTHS, TYPES, WINDOW_WEIGHTS, Element, Sides
from buem.archetypes import archetypes

TABLE = archetypes()
#: 117.8 m² of wall, 18.4 m² of window (3.3 N, 3.25 E, 8.6 S, 3.25 W), 2 m² of door.
HOUSE = TABLE.row("DE.N.SFH.04.Gen.ReEx.001.001")


def test_shares_by_hand():
    assert HOUSE.wall_area == pytest.approx(117.8 + 18.4 + 2.0)
    assert HOUSE.window_ratio == pytest.approx(18.4 / 138.2)
    assert HOUSE.door_ratio == pytest.approx(2.0 / 138.2)
    assert HOUSE.roof_window_ratio == 0.0
    assert HOUSE.envelope_area == pytest.approx(125.4 + 117.8 + 79.9 + 18.4 + 2.0)


def test_roof_windows():
    attic = replace(HOUSE, window_sides=Sides(horizontal=4.6, north=0.0, east=6.9, south=0.0, west=6.9))
    assert attic.horizontal_share == pytest.approx(0.25)
    assert attic.roof_window_ratio == pytest.approx(4.6 / (125.4 + 4.6))
    assert attic.window_ratio == pytest.approx(13.8 / (117.8 + 13.8 + 2.0))


def test_repeated_total_is_no_roof_window():
    house = TABLE.row("SE.N.SFH.01.Gen.ReEx.001.001")
    assert house.window_sides.horizontal == house.window.area == 22.0
    assert house.horizontal_share == 0.0


def test_without_windows():
    blind = TABLE.row("ES.ME.MFH.05.Gen.ReEx.001.001")
    assert math.isnan(blind.window_ratio)
    assert blind.window.conductance == 0.0


@pytest.mark.parametrize(
    ("azimuth", "weight"),
    [
        pytest.param(0.0, 0.68, id="north"),
        pytest.param(90.0, 1.13, id="east"),
        pytest.param(180.0, 1.12, id="south"),
        pytest.param(-90.0, 1.07, id="west, counted the other way"),
        pytest.param(135.0, 1.125, id="between"),
        pytest.param(351.0, 0.68 + 0.1 * (1.07 - 0.68), id="over north"),
        pytest.param(720.0, 0.68, id="twice around"),
    ],
)
def test_window_weight(azimuth, weight):
    assert HOUSE.window_weight(azimuth) == pytest.approx(weight)


@pytest.mark.parametrize("kind", TYPES)
def test_weights_are_the_means_of_the_table(kind):
    sides = [a.window_sides for a in TABLE.all()
             if a.variant_number == 1 and a.type == kind and a.window_sides.vertical > 1.0]
    for name, weight in zip(AZIMUTHS, WINDOW_WEIGHTS[kind]):
        mean = sum(4.0 * getattr(s, name) / s.vertical for s in sides) / len(sides)
        assert weight == pytest.approx(mean, abs=0.011)
    assert sum(WINDOW_WEIGHTS[kind]) == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("element", "conductance"),
    [
        pytest.param(Element(area=50.0, u_value=0.8, b_transmission=0.5), 20.0, id="b U A"),
        pytest.param(Element(area=50.0, u_value=0.8), 40.0, id="b is 1"),
        pytest.param(Element(area=0.0, u_value=math.nan), 0.0, id="no such element"),
    ],
)
def test_conductance(element, conductance):
    assert element.conductance == pytest.approx(conductance)

"""Height from levels, levels from height, and what is assumed without either."""

from __future__ import annotations

import math

import pytest

from buem.errors import Problem
from buem.footprint import DEFAULT_LEVELS, Footprint, ShapeRules
from buem.storeys import height_of, storeys_of
from buem.uses import USES

RULES = ShapeRules()


def building(**fields):
    return Footprint(id="a", polygons=(), **fields)


@pytest.mark.parametrize(
    ("fields", "area", "eaves", "levels", "filled", "note"),
    [
        pytest.param({"height": 7.6}, 100, 7.6, math.nan, (), "", id="a height"),
        pytest.param({"height": 7.6, "levels": 2}, 100, 7.6, 2.0, (), "", id="both"),
        pytest.param({"levels": 3}, 100, 9.0, 3.0, ("height",), "height 9 m from 3 levels of 3 m", id="levels"),
        pytest.param({"levels": 1.5}, 100, 4.5, 1.5, ("height",), "height 4.5 m from 1.5 levels", id="one and a half"),
        pytest.param({}, 100, 6.0, 2.0, ("height", "levels"),
                     "height 6 m assumed: 2 levels of 3 m for a building without height and levels", id="nothing"),
        pytest.param({}, 20, 3.0, 1.0, ("height", "levels"), "1 levels of 3 m for less than 50 m² of ground",
                     id="nothing, small"),
        pytest.param({"use": "office"}, 20, 9.0, 3.0, ("height", "levels"), "for use office", id="a use"),
        pytest.param({"height": 0.0}, 100, 6.0, 2.0, ("height", "levels"),
                     "height 0 m is below 1 m and taken as unknown", id="height 0, as Vichy has it"),
        pytest.param({"height": -3.0, "levels": 2}, 100, 6.0, 2.0, ("height",), "height -3 m is below", id="negative"),
        pytest.param({"height": math.nan}, 100, 6.0, 2.0, ("height", "levels"), "height nan m", id="not a number"),
        pytest.param({"height": 9.0, "levels": 0}, 100, 9.0, math.nan, (), "0 levels are taken as unknown",
                     id="no levels"),
        pytest.param({"height": 9.0, "levels": 900}, 100, 9.0, math.nan, (), "900 levels are taken as unknown",
                     id="too many"),
    ],
)
def test_height(fields, area, eaves, levels, filled, note):
    found = height_of(building(**fields), area, RULES)
    assert found.eaves == eaves
    assert found.filled == filled
    assert found.levels == pytest.approx(levels, nan_ok=True)
    assert (found.notes == ()) if not note else any(note in n for n in found.notes)


@pytest.mark.parametrize("height", [1000.5, math.inf])
def test_height_of_no_building(height):
    found = height_of(building(height=height), 100.0, RULES)
    assert isinstance(found, Problem)
    assert str(found) == f"height: {height}; expected a height of at most 1000 m"


@pytest.mark.parametrize(
    ("levels", "eaves", "mean", "storeys", "note"),
    [
        pytest.param(math.nan, 6.0, 6.0, 2.0, "", id="from the height"),
        pytest.param(math.nan, 7.5, 7.5, 3.0, "", id="half a storey counts as one"),
        pytest.param(math.nan, 1.8, 1.8, 1.0, "", id="at least one"),
        pytest.param(math.nan, 6.0, 9.0, 2.0, "", id="not from the space under the roof"),
        pytest.param(4.0, 7.81, 10.0, 4.0, "", id="a level under the roof, as Goerlitz counts it"),
        pytest.param(1.0, 15.0, 15.0, 1.0, "", id="a hall"),
        pytest.param(5.0, 10.0, 10.0, 5.0, "", id="just high enough"),
        pytest.param(5.0, 9.9, 9.9, 3.0, "5 levels do not fit into a mean height of 9.9 m: 3 storeys of 3 m are taken",
                     id="more than fit"),
        pytest.param(1.0, 1.5, 1.5, 1.0, "", id="one always fits"),
    ],
)
def test_storeys(levels, eaves, mean, storeys, note):
    assert storeys_of(levels, eaves, mean, RULES) == (storeys, note)


def test_default_levels_are_of_known_uses():
    assert set(DEFAULT_LEVELS) <= set(USES)
    assert {name for name, use in USES.items() if not use.heated} <= set(DEFAULT_LEVELS)

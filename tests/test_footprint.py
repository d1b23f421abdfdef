"""Records of footprints and shapes."""

from __future__ import annotations

import dataclasses
import math

import pytest

from buem.footprint import DEFAULT_LEVELS, ROOF_TYPES, Footprint, RoofPart, Shape, ShapeRules, WallPart

SQUARE = (((5.0, 52.0), (5.001, 52.0), (5.001, 52.001), (5.0, 52.001)),)


def shape(**fields):
    known = {"id": "a", "footprint_area": 50.0, "height": 6.0, "storeys": 2.0, "volume": 300.0, "perimeter": 25.0,
             "walls": (WallPart(0.0, 60.0, 0.0, 10.0), WallPart(90.0, 10.0, 20.0, 5.0, 3.3)),
             "roofs": (RoofPart(180.0, 30.0, 28.0), RoofPart(0.0, 30.0, 29.0)), "floor_area_gross": 100.0}
    return Shape(**{**known, **fields})


def test_only_the_outline_is_needed():
    footprint = Footprint(id="a", polygons=(SQUARE,))
    assert (footprint.height, footprint.levels, footprint.year, footprint.roof_pitch) == (None,) * 4
    assert footprint.use == footprint.country == footprint.type == footprint.roof_type == ""
    assert math.isnan(footprint.base)


@pytest.mark.parametrize("record", [Footprint(id="a", polygons=(SQUARE,)), ShapeRules(), shape()],
                         ids=lambda r: type(r).__name__)
def test_records_are_frozen(record):
    name = dataclasses.fields(record)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(record, name, 1)


@pytest.mark.parametrize(("sums", "expected"), [("wall_area", 70.0), ("party_wall_area", 20.0), ("roof_area", 57.0)])
def test_sums_of_a_shape(sums, expected):
    assert getattr(shape(), sums) == expected


def test_a_shape_without_neighbours_has_no_horizon():
    assert shape().horizon == shape().horizon_roof == ()


def test_rules_are_usable_as_they_are():
    rules = ShapeRules()
    assert rules.roof_type in ROOF_TYPES
    assert rules.height_min < rules.storey_height * rules.levels < rules.height_max
    assert all(1.0 <= levels <= 10.0 for levels in DEFAULT_LEVELS.values())

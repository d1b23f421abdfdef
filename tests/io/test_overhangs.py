"""Overhangs of windows in requests."""

import math

import pytest

from buem.building import Overhang
from buem.errors import InputError
from buem.io.building_json import building_block
from buem.io.dialects import read_feature


def feature(window):
    wall = {"id": "w", "type": "wall", "area": 20.0, "azimuth": 180.0, "tilt": 90.0, "U": 0.5}
    glass = {"id": "g", "type": "window", "area": 6.0, "U": 1.3, "parent_id": "w", **window}
    return {"type": "Feature", "id": "b", "geometry": {"type": "Point", "coordinates": [5.0, 52.0]},
            "properties": {"buem": {"building": {"A_ref": 50.0, "envelope": {"elements": [wall, glass]}}}}}


def test_an_overhang_is_read_with_its_units():
    shade = {"depth": {"value": 1.0, "unit": "m"}, "gap": {"value": 1.0, "unit": "ft"}, "left": 0.5}
    window = read_feature(feature({"height": 2.0, "overhang": shade}), 0).windows[0]
    assert window.height == 2.0
    assert window.overhang == Overhang(depth=1.0, gap=pytest.approx(0.3048), left=0.5, right=math.inf)


def test_an_overhang_comes_back_in_the_answer():
    building = read_feature(feature({"height": 2.0, "overhang": {"depth": 1.0, "left": 0.5}}), 0)
    window = building_block(building)["envelope"]["elements"][1]
    assert window["overhang"] == {
        "depth": {"value": 1.0, "unit": "m"}, "gap": {"value": 0.0, "unit": "m"}, "left": {"value": 0.5, "unit": "m"},
    }
    assert window["height"] == {"value": 2.0, "unit": "m"}


@pytest.mark.parametrize(
    ("window", "words"),
    [
        ({"overhang": {}}, "overhang.depth: missing; expected above 0 to 100 m"),
        ({"overhang": {"depth": -1.0}}, "overhang.depth: -1.0; expected above 0 to 100 m"),
        ({"overhang": {"depht": 1.0}}, "overhang.depht"),
        ({"overhang": 1.0}, "overhang: 1.0; expected"),
        ({"overhang": {"depth": 1.0}, "azimuth": 180.0, "tilt": 30.0}, "tilt: 30.0; expected 90°"),
        ({"height": 0.0}, "height: 0.0; expected above 0 to 100 m"),
    ],
)
def test_refusals(window, words):
    with pytest.raises(InputError) as caught:
        read_feature(feature(window), 0)
    assert words in str(caught.value)


def test_an_overhang_of_a_wall_has_no_effect_and_is_named():
    request = feature({})
    request["properties"]["buem"]["building"]["envelope"]["elements"][0]["overhang"] = {"depth": 1.0}
    assert any("wall overhang" in note for note in read_feature(request, 0).notes)

"""The roof of a footprint: forms in many languages, pitches from here and from there, ridges."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buem.city import CityOptions
from buem.io.fields import Findings
from buem.io.footprint_roof import Roof, read_roof
from buem.io.properties import Properties

#: 10 m x 10 m at the equator. [°]
SIDE = 10.0 / 111_195.0
SQUARE = ((((0.0, 0.0), (SIDE, 0.0), (SIDE, SIDE), (0.0, SIDE)),),)


def read(**properties):
    found = Findings()
    given_properties = Properties([(properties, "$")], CityOptions(), found)
    roof = read_roof(given_properties, SQUARE)
    given_properties.finish()
    return roof, found


def roof_of(**properties):
    roof, found = read(**properties)
    assert found.problems == []
    return roof


@pytest.mark.parametrize(("word", "form"), [
    ("flat", "flat"), ("Flat", "flat"), (" gabled ", "gabled"), ("half-hipped", "hipped"), ("skillion", "shed"),
    ("lean_to", "shed"), ("pyramidal", "pyramid"), ("dome", "pyramid"), ("Satteldach", "gabled"),
    ("Walmdach", "hipped"),
    ("Pultdach", "shed"), ("plat", "flat"), (1000, "flat"), (1000.0, "flat"), ("1000.0", "flat"), (3100, "gabled"),
    ("31001_3100", "gabled"), ("CityGML_3500", "pyramid"), ("mansard", "hipped"), ("saltbox", "gabled")], ids=str)
def test_forms(word, form):
    assert roof_of(roof_type=word, roof_pitch=30.0).type == form


@pytest.mark.parametrize("word", ["many", "0", 0, "5000", 9999, "other"])
def test_mixed_forms_say_nothing_and_are_no_fault(word):
    roof, found = read(roof_type=word)
    assert roof == Roof()
    assert found.all_notes() == ()


@pytest.mark.parametrize("word", ["thatched?", "zigzag", "12345", "x" * 500, ["flat"], {"form": "flat"}])
def test_a_form_that_is_not_known_is_reported_not_refused(word):
    roof, found = read(roof_type=word)
    assert roof.type == ""
    assert found.problems == []
    (note,) = found.all_notes()
    assert "no effect, not a form of roof that is known" in note
    assert len(note) < 150


def test_a_pitch_without_a_form_says_nothing():
    assert roof_of(roof_pitch=40.0) == Roof()
    assert roof_of(roof_type="flat", roof_pitch=40.0) == Roof("flat")


@pytest.mark.parametrize(("pitch", "form"), [(1.9, "flat"), (2.0, "gabled"), (45.0, "gabled"), (89.0, "gabled")])
def test_a_pitch_of_nothing_is_no_roof(pitch, form):
    assert roof_of(roof_type="gabled", roof_pitch=pitch).type == form


@pytest.mark.parametrize(("name", "value", "text"), [
    ("roof_pitch", 90.0, "0 to 89 °"), ("roof_pitch", -1.0, "0 to 89 °"),
    ("roof_pitch", "steep", "a number, 0 to 89 °"),
    ("roof_tilt", 91.0, "-90 to 90 °"), ("roof_height", -2.0, "0 to 300 m"), ("roof_area", "big", "a number")])
def test_numbers_out_of_range_are_problems(name, value, text):
    _, found = read(roof_type="gabled", **{name: value})
    (problem,) = found.problems
    assert problem.path == f"$.{name}"
    assert text in problem.expected


@pytest.mark.parametrize(("tilt", "area", "pitch"), [
    # 100 m² of ground: a roof of 45° has 141 m², one of 30° has 115 m²; a tilt of 60° from the vertical is one of 30°.
    (45.0, 100.0 / math.cos(math.radians(45.0)), 45.0), (30.0, 100.0 / math.cos(math.radians(30.0)), 30.0),
    (60.0, 100.0 / math.cos(math.radians(30.0)), 30.0), (-60.0, 100.0 / math.cos(math.radians(30.0)), 30.0),
    (30.0, None, 30.0), (-30.0, None, 30.0), (30.0, 90.0, 30.0)])
def test_a_tilt_from_the_horizontal_or_from_the_vertical(tilt, area, pitch):
    roof = roof_of(roof_type="gabled", roof_tilt=tilt, **({} if area is None else {"roof_area": area}))
    assert roof.pitch == pytest.approx(pitch)


def test_a_tilt_that_is_turned_is_noted():
    _, found = read(roof_type="gabled", roof_tilt=60.0, roof_area=115.5)
    assert found.all_notes() == ("roof tilt 60° is counted from the vertical: pitch 30°",)


def test_an_upright_tilt_without_an_area_says_nothing():
    assert roof_of(roof_type="gabled", roof_tilt=90.0).pitch is None


def test_a_pitch_goes_before_a_tilt():
    assert roof_of(roof_type="gabled", roof_pitch=35.0, roof_tilt=50.0).pitch == 35.0


@pytest.mark.parametrize(("form", "direction", "ridge"), [
    # roof:direction is where a roof falls to: the ridge of two planes is across.
    ("gabled", "S", 90.0), ("gabled", "n", 90.0), ("gabled", "E", 0.0), ("gabled", "SSW", 112.5),
    ("gabled", 180.0, 90.0),
    ("shed", "S", 180.0), ("shed", "NNW", 337.5), ("shed", 370.0, None), ("shed", -90.0, 270.0), ("shed", "45", 45.0)])
def test_directions(form, direction, ridge):
    roof, found = read(roof_type=form, **{"roof:direction": direction})
    assert roof.ridge_azimuth == (pytest.approx(ridge) if ridge is not None else None)
    assert bool(found.problems) is (ridge is None)


@given(st.floats(-360.0, 360.0))
def test_a_ridge_has_no_way(azimuth):
    roof = roof_of(roof_type="gabled", roof_pitch=40.0, ridge_azimuth=azimuth)
    assert roof.ridge_azimuth is None or 0.0 <= roof.ridge_azimuth <= 180.0
    shed = roof_of(roof_type="shed", roof_pitch=40.0, ridge_azimuth=azimuth).ridge_azimuth
    assert shed is None or 0.0 <= shed <= 360.0


def test_a_ridge_of_0_is_what_a_model_without_one_writes():
    assert roof_of(roof_type="gabled", ridge_azimuth=0.0).ridge_azimuth is None


def test_the_height_of_a_flat_roof_is_none():
    assert roof_of(roof_type="flat", roof_height=2.0).height is None
    assert roof_of(roof_type="gabled", roof_height=2.0).height == 2.0
    # Without a form a height may still be that of a roof.
    assert roof_of(roof_height=2.0).height == 2.0

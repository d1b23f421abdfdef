"""Plain elements, read at once, are what the reader of single fields makes of them."""

from __future__ import annotations

import typing
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buem.building import Surface, Window
from buem.io import plain_elements, units
from buem.io.dialect_parts import ENVELOPE
from buem.io.elements import ElementList, Envelope, Surroundings
from buem.io.fields import Findings
from buem.io.plain_elements import read_plain

AROUND = Surroundings(frame_fraction=0.2, f_w=None)


def q(value: Any, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit}


def element(kind: str = "wall", name: str = "W", **changes: Any) -> dict[str, Any]:
    """A plain element; None for a field takes it away."""
    whole = {"id": name, "type": kind, "area": q(20.0, "m2"), "azimuth": q(190.0, "deg"), "tilt": q(90, "deg"),
             "U": q(0.4, "W/(m2K)"), **changes}
    return {key: value for key, value in whole.items() if value is not None}


def by_field(elements: list[Any], around: Surroundings = AROUND) -> tuple[Envelope, Findings]:
    found = Findings()
    return ENVELOPE.read(ElementList(elements, "$"), around, found), found


def same(envelope: Envelope) -> tuple[list[Surface], list[Window], list[float]]:
    return envelope.surfaces, envelope.windows, envelope.air_changes


HOUSE = [
    element("window", "V", g_gl=q(0.6, "-"), parent_id="W"),
    element("door", "D", U=q(2, "W/(m2K)")),
    element("wall", "W", b_transmission=q(0.5, "-"), azimuth=q(-20, "deg")),
    element("roof", "R", tilt=q(35.0, "deg")),
    element("floor", "F", azimuth=None, tilt=None),
    {"id": "Air", "type": "ventilation", "air_changes": q(0.6, "1/h")},
    element("window", "V2", azimuth=q(370.0 - 10.0, "deg")),
]


def test_a_house_is_read():
    found = Findings()
    envelope = read_plain(HOUSE, AROUND, found)
    assert envelope is not None
    assert [s.id for s in envelope.surfaces] == ["W", "R", "F", "D"]
    wall, roof, floor, door = envelope.surfaces
    assert wall == Surface(id="W", kind="wall", area=20.0, u_value=0.4, azimuth=340.0, tilt=90.0, b_transmission=0.5)
    assert (roof.kind, roof.tilt) == ("roof", 35.0)
    assert (floor.tilt, floor.azimuth) == (180.0, 0.0)
    assert (door.kind, door.u_value) == ("door", 2.0)
    assert envelope.windows == [
        Window(id="V", area=20.0, u_value=0.4, g_value=0.6, azimuth=190.0, tilt=90.0),
        Window(id="V2", area=20.0, u_value=0.4, g_value=0.5, azimuth=0.0, tilt=90.0),
    ]
    assert envelope.air_changes == [0.6]
    assert list(found.notes) == ["default: absorptance 0.6", "default: b_transmission 1", "default: window g_gl 0.5"]


def test_a_house_is_the_same_by_field():
    found = Findings()
    envelope = read_plain(HOUSE, AROUND, found)
    expected, notes = by_field(HOUSE)
    assert envelope is not None
    assert same(envelope) == same(expected)
    assert list(found.notes) == list(notes.notes)
    assert envelope.ids == expected.ids


def test_what_holds_for_all_windows_is_taken_over():
    around = Surroundings(frame_fraction=0.3, f_w=0.9, g_value=0.7)
    found = Findings()
    envelope = read_plain([element("window", "V")], around, found)
    assert envelope is not None
    assert envelope.windows == by_field([element("window", "V")], around)[0].windows
    assert (envelope.windows[0].frame_fraction, envelope.windows[0].f_w, envelope.windows[0].g_value) == (0.3, 0.9, 0.7)


@pytest.mark.parametrize("elements", [
    pytest.param([element(area=None)], id="no area"),
    pytest.param([element(U=None)], id="no U"),
    pytest.param([element(U=q(11, "W/(m2K)"))], id="U out of range"),
    pytest.param([element(area=q(0, "m2"))], id="no area at all"),
    pytest.param([element(area=q(215.3, "ft2"))], id="another unit"),
    pytest.param([element(area=20.0)], id="a plain number"),
    pytest.param([element(area=q("20", "m2"))], id="a text"),
    pytest.param([element(area=q(True, "m2"))], id="true"),
    pytest.param([element(area=q(float("nan"), "m2"))], id="NaN"),
    pytest.param([element(area=q(10**400, "m2"))], id="too large for a float"),
    pytest.param([element(area={"value": 1.0, "unit": "m2", "source": "map"})], id="more than a quantity"),
    pytest.param([element(layers=[])], id="layers"),
    pytest.param([element(absorptance=0.3)], id="absorptance"),
    pytest.param([element(boundary="ground")], id="a boundary"),
    pytest.param([element(), element()], id="an id twice"),
    pytest.param([element(name="")], id="an empty id"),
    pytest.param([element(chimney="\ud800")], id="half a surrogate pair in a field"),
    pytest.param([element(id=7)], id="a number for an id"),
    pytest.param([element(tilt=q(30.0, "deg"))], id="a wall that lies flat"),
    pytest.param([element("floor", tilt=q(10.0, "deg"))], id="a floor that is not level"),
    pytest.param([element("roof", azimuth=None, tilt=q(0, "deg"))], id="a flat roof without azimuth"),
    pytest.param([element(g_gl=q(0.5, "-"))], id="g of a wall"),
    pytest.param([element(parent_id="F")], id="parent of a wall"),
    pytest.param([element("window", parent_id="nowhere")], id="a parent that is not there"),
    pytest.param([element("window", azimuth=None, parent_id="W")], id="the plane of its parent"),
    pytest.param([element("chimney")], id="another kind"),
    pytest.param([element(name="W"), 3], id="no element"),
    pytest.param([element(name="W"), None], id="nothing"),
])
def test_anything_else_is_left_to_the_other_reader(elements):
    found = Findings()
    assert read_plain(elements, AROUND, found) is None
    assert not found.notes
    assert not found.problems
    assert not found.ignored


NUMBERS = st.one_of(st.sampled_from([0, 0.0, -0.0, 5e-324, 1, 45, 44.999, 90, 180, 180.1, 360, -360, 361, 10, 10.1, 1e7,
                                     10**7 + 1, 0.5, 2**53 + 1, True, None, "1"]), st.floats(allow_nan=False))
UNITS = st.sampled_from(["m2", "ft2", "deg", "rad", "W/(m2K)", "-", "%", "1/h", "W/m²K", None, 3])
QUANTITIES = st.one_of(st.none(), NUMBERS, st.builds(q, NUMBERS, UNITS),
                       st.fixed_dictionaries({"value": NUMBERS}, optional={"unit": UNITS, "note": st.just("x")}))
FIELDS = ("area", "U", "azimuth", "tilt", "b_transmission", "g_gl", "air_changes", "parent_id", "name", "emissivity",
          "type", "id")
CHANGES = st.dictionaries(st.sampled_from(FIELDS), st.one_of(QUANTITIES, st.sampled_from(["W", "V", "", "wall"])),
                          max_size=2)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(HOUSE) - 1), CHANGES), min_size=1, max_size=5))
def test_both_readers_agree_on_any_mixture(picked):
    elements = [{**HOUSE[place], "id": f"{HOUSE[place]['id']}{k}", **changes}
                for k, (place, changes) in enumerate(picked)]
    found = Findings()
    envelope = read_plain(elements, AROUND, found)
    if envelope is None:
        assert not found.notes
        return
    expected, other = by_field(elements)
    assert not other.problems
    assert not other.ignored
    assert same(envelope) == same(expected)
    assert list(found.notes) == list(other.notes)


@pytest.mark.parametrize(("struct", "wanted"), [
    ("_OfArea", units.AREA), ("_OfU", units.U_VALUE), ("_OfAzimuth", units.ANGLE_AZIMUTH),
    ("_OfTilt", units.ANGLE_TILT),
    ("_OfShare", units.B_TRANSMISSION), ("_OfShare", units.G_VALUE), ("_OfAirChange", units.AIR_CHANGE),
])
def test_ranges_and_units_are_those_of_the_contract(struct, wanted):
    hints = typing.get_type_hints(getattr(plain_elements, struct), include_extras=True)
    (limits,) = [item for item in hints["value"].__metadata__ if isinstance(item, msgspec.Meta)]
    assert (limits.ge, limits.le) == (wanted.low, wanted.high)
    assert typing.get_args(hints["unit"]) == (wanted.plain,)

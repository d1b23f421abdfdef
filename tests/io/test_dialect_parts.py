"""What is particular to each dialect."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from request_samples import child_feature, components_feature, feature, full_envelope

from buem.building import Building, Ventilation
from buem.errors import BuildingError
from buem.io.dialects import read_feature
from buem.profiles import Period


def attributes_of(sample: dict[str, Any]) -> dict[str, Any]:
    attributes = sample["properties"]["buem"]["building_attributes"]
    assert isinstance(attributes, dict)
    return attributes


def components(**changes: Any) -> dict[str, Any]:
    """The sample of v2 with changed attributes."""
    sample = copy.deepcopy(components_feature())
    attributes_of(sample).update(changes)
    return sample


def problems_of(sample: dict[str, Any]) -> list[str]:
    with pytest.raises(BuildingError) as caught:
        read_feature(sample, 0)
    return [str(p) for p in caught.value.problems]


def test_elements_without_ids_in_several_groups_are_named_by_group_and_place() -> None:
    sample = components()
    groups = attributes_of(sample)["components"]
    for name in ("Walls", "Roof", "Floor"):
        for element in groups[name]["elements"]:
            del element["id"]
    del groups["Windows"], groups["Doors"]
    names = [s.id for s in read_feature(sample, 0).surfaces]
    assert names == ["elements[0]", "elements[1]", "elements[2]", "Roof.elements[0]", "Floor.elements[0]"]


def test_what_a_group_of_ventilation_cannot_use_is_reported() -> None:
    sample = components()
    attributes_of(sample)["components"]["Ventilation"].update(U=2.0, b_transmission=0.5)
    assert "ventilation U, ventilation b_transmission" in read_feature(sample, 0).notes[-1]


def test_the_envelope_dialect_in_full() -> None:
    building = read_feature(full_envelope(), 0)
    assert [s.kind for s in building.surfaces] == ["wall"] * 4 + ["roof", "floor", "door"]
    assert [s.area for s in building.surfaces] == [30.0, 31.0, 32.0, 33.0, 100.0, 100.0, 2.0]
    assert building.surfaces[5].b_transmission == 0.5
    assert (building.windows[0].azimuth, building.windows[0].g_value, building.windows[0].f_w) == (180.0, 0.6, 0.9)
    assert building.ventilation == Ventilation(infiltration=0.3, use=0.4)
    assert (building.floor_area, building.room_height) == (150.0, 2.6)
    assert (building.heat_capacity, building.mass_area_ratio) == (260e3, 3.0)
    assert (building.usage.heating_setpoint, building.usage.cooling_setpoint) == (20.0, 26.0)
    assert building.usage.cooling is True
    assert building.period == Period(year=2018)


def test_the_components_dialect_in_full() -> None:
    building = read_feature(components_feature(), 0)
    by_id = {s.id: s for s in building.surfaces}
    assert {name: s.u_value for name, s in by_id.items()} == {
        "N": 1.6, "E": 1.4, "S": 1.6, "R": 1.2, "F": 1.5, "D": 3.0,
    }  # fmt: skip
    assert by_id["F"].tilt == 180.0
    assert by_id["F"].b_transmission == 0.5
    assert (by_id["D"].kind, by_id["D"].azimuth) == ("door", 0.0)
    (window,) = building.windows
    assert (window.u_value, window.g_value, window.azimuth) == (2.8, 0.55, 180.0)
    assert building.ventilation == Ventilation(infiltration=0.0, use=0.6)
    assert building.room_height == 2.7
    assert building.dialect == "components"


def test_thermal_fields_stand_among_the_attributes() -> None:
    building = read_feature(components(c_m=200, n_air_use=0.3, n_air_infiltration=0.1, F_w=0.9, phi_int=5), 0)
    assert building.heat_capacity == 200e3
    assert building.ventilation == Ventilation(infiltration=0.1, use=0.3)
    assert building.windows[0].f_w == 0.9
    assert building.usage.internal_gain == 5.0
    note = "ventilation element not used: building_attributes.n_air_infiltration or n_air_use is given"
    assert note in building.notes


def test_names_of_older_releases() -> None:
    assert read_feature(components(thermalClass="heavy"), 0).heat_capacity == 260e3
    sample = components(g_gl_n_Window=0.7)
    del attributes_of(sample)["components"]["Windows"]["g_gl"]
    assert read_feature(sample, 0).windows[0].g_value == 0.7
    notes = read_feature(components(num_persons=4, year=2018, refurbishment=False), 0).notes
    assert "building_attributes.num_persons" in notes[-1]
    assert "building_attributes.year" in notes[-1]


def test_element_values_beat_those_of_the_group() -> None:
    sample = components()
    walls = attributes_of(sample)["components"]["Walls"]
    walls["b_transmission"] = 0.5
    walls["elements"][0]["b_transmission"] = 0.2
    building = read_feature(sample, 0)
    assert [s.b_transmission for s in building.surfaces[:3]] == [0.2, 0.5, 0.5]


@pytest.mark.parametrize(("group", "kind"), [("Wall", "wall"), ("Roofs", "roof"), ("Floors", "floor")])
def test_groups_in_singular_or_plural(group: str, kind: str) -> None:
    sample = components()
    groups = attributes_of(sample)["components"]
    groups[group] = {"U": 1.0, "elements": [{"id": "extra", "area": 1, "azimuth": 0, "tilt": 90}]}
    assert [s.kind for s in read_feature(sample, 0).surfaces if s.id == "extra"] == [kind]


BASE = "$.features[0].properties.buem.building_attributes.components"

#: What it probes: changed groups, problem.
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "unknown group": (
        {"Chimneys": {}},
        f"{BASE}.Chimneys: an unknown group; expected one of Walls, Roof, Floor, Windows, Doors, Ventilation",
    ),
    "a group as a list": ({"Walls": []}, f"{BASE}.Walls: a list of 0; expected an object with elements"),
    "no elements": ({"Walls": {"U": 1}}, f"{BASE}.Walls.elements: missing; expected a list of elements"),
    "U of a group": (
        {"Walls": {"U": -1, "elements": [{"id": "w", "area": 1, "azimuth": 0, "tilt": 90}]}},
        f"{BASE}.Walls.U: -1; expected 0 to 10 W/(m²K)",
    ),
    "U nowhere": (
        {"Walls": {"elements": [{"id": "w", "area": 1, "azimuth": 0, "tilt": 90}]}},
        f"{BASE}.Walls.elements[0].U: missing; expected 0 to 10 W/(m²K) for wall 'w'",
    ),
    "misspelt field of a group": (
        {"Walls": {"U": 1, "b_transmision": 0.5, "elements": []}},
        f"{BASE}.Walls.b_transmision: 0.5; expected no such field (is 'b_transmission' meant?)",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_components_refused(case: str) -> None:
    groups, text = REFUSED[case]
    assert text in problems_of(components(components=groups))


def test_components_without_any_element() -> None:
    text = f"{BASE}: an object; expected at least one element"
    assert text in problems_of(components(components={"Walls": {"U": 1, "elements": []}}))
    text = f"{BASE}: missing; expected an object with Walls, Roofs, Floors, Windows, Doors or Ventilation"
    assert problems_of(feature({"building_attributes": {"latitude": 52, "longitude": 4}})) == [text]


def test_the_child_components_dialect_with_u() -> None:
    building = read_feature(child_feature(0.9), 0)
    assert [(s.id, s.kind, s.area, s.u_value, s.azimuth, s.tilt) for s in building.surfaces] == [
        ("c0", "wall", 32.0, 0.9, 0.0, 90.0),
        ("c1", "roof", 56.0, 0.9, 135.0, 32.0),
    ]
    assert building.floor_area == 145.2
    assert building.room_height == pytest.approx(388.0 / 145.2)
    assert "h_room 2.67 m from volume_m3" in building.notes
    assert "building_attributes.country, building_attributes.height_m" in building.notes[-1]


def with_children(*children: dict[str, Any]) -> Building:
    sample = child_feature(0.9)
    sample["properties"]["buem"]["child_components"] += children
    return read_feature(sample, 0)


def test_child_components_in_upper_case_and_with_u_value() -> None:
    child = {"component_id": "x", "component_type": "Wall", "area_m2": 3, "orientation_deg": 9, "tilt_deg": 90}
    assert with_children({**child, "u_value": 1.7}).surfaces[-1].u_value == 1.7


def test_a_window_of_the_child_components() -> None:
    child = {"component_id": "x", "component_type": "window", "area_m2": 3, "U": 2, "surface_reference": "c0"}
    (window,) = with_children(child).windows
    assert (window.azimuth, window.tilt, window.g_value) == (0.0, 90.0, 0.5)


def test_child_components_without_u_are_refused_one_by_one() -> None:
    assert problems_of(child_feature(None)) == [
        f"$.features[0].properties.buem.child_components[{i}].U: missing; expected 0 to 10 W/(m²K) for {what}"
        for i, what in enumerate(("wall 'c0'", "roof 'c1'"))
    ]


@pytest.mark.parametrize("children", [[], {}, 5])
def test_child_components_that_are_no_list(children: Any) -> None:
    sample = feature({"child_components": children})
    assert problems_of(sample)[0].endswith("expected a list of at least one component")


def test_volume_beside_a_room_height_has_no_effect() -> None:
    building = read_feature(components(volume_m3=300), 0)
    assert building.room_height == 2.7
    assert "building_attributes.volume_m3" in building.notes[-1]


def test_misspelt_homes_are_pointed_at() -> None:
    assert problems_of(feature({"buildings": {}})) == [
        "$.features[0].properties.buem: 'buildings', is 'building' meant?; "
        "expected building.envelope, building_attributes.components or child_components"
    ]

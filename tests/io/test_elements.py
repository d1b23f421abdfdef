"""Elements of the envelope."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from request_samples import envelope_buem, feature, quantity, wall, window

from buem.building import Building, Surface, Window
from buem.errors import BuildingError
from buem.io.dialects import ReadOptions, read_feature


def read(*elements: dict[str, Any], wall_area: str = "net", **thermal: Any) -> Building:
    return read_feature(feature(envelope_buem(*elements, **thermal)), 0, ReadOptions(wall_area=wall_area))  # type: ignore[arg-type]


def roof(**changes: Any) -> dict[str, Any]:
    return wall("r1", **{"type": "roof", "tilt": 30, **changes})


def floor(**changes: Any) -> dict[str, Any]:
    return wall("f1", **{"type": "floor", "tilt": 0, "azimuth": 0, **changes})


def test_a_wall_field_by_field() -> None:
    element = wall(b_transmission=0.5, absorptance=0.4, emissivity=0.8)
    assert read(element).surfaces == (
        Surface(
            id="w1", kind="wall", area=40.0, u_value=0.8, azimuth=180.0, tilt=90.0, b_transmission=0.5,
            absorptance=0.4, emissivity=0.8,
        ),
    )  # fmt: skip


def test_a_window_field_by_field() -> None:
    element = window(b_transmission=0.7, frame_fraction=0.25, emissivity=0.84)
    assert read(wall(), element, F_w=0.9).windows == (
        Window(
            id="g1", area=5.0, u_value=1.3, g_value=0.6, azimuth=180.0, tilt=90.0, b_transmission=0.7,
            frame_fraction=0.25, f_w=0.9, emissivity=0.84,
        ),
    )  # fmt: skip


def test_quantities_in_imperial_units() -> None:
    element = wall(
        area=quantity(1000, "ft2"),
        U=quantity(0.25, "BTU/(h.ft2.F)"),
        azimuth=quantity(3.141592653589793, "rad"),
        tilt=quantity(1.5707963267948966, "rad"),
    )
    (surface,) = read(element).surfaces
    assert surface.area == pytest.approx(92.90304)
    assert surface.u_value == pytest.approx(1.41956586)
    assert surface.azimuth == pytest.approx(180.0)
    assert surface.tilt == pytest.approx(90.0)


@pytest.mark.parametrize(("given", "azimuth"), [(-90, 270.0), (360, 0.0), (-360, 0.0), (359.5, 359.5)])
def test_azimuth_is_normalised(given: float, azimuth: float) -> None:
    assert read(wall(azimuth=given)).surfaces[0].azimuth == azimuth


@pytest.mark.parametrize("tilt", [0, 180, None])
def test_a_floor_faces_down_whatever_its_tilt_says(tilt: float | None) -> None:
    building = read(wall(), floor(tilt=tilt))
    assert building.surfaces[1].tilt == 180.0
    assert not any("level" in note for note in building.notes)


def test_a_sloping_floor_faces_down_too_with_a_note() -> None:
    building = read(wall(), floor(tilt=10))
    assert building.surfaces[1].tilt == 170.0
    assert "floor f1 is not level (tilt 10°); it faces down" in building.notes


def test_a_floor_needs_no_azimuth_and_neither_does_a_flat_roof() -> None:
    building = read(floor(azimuth=None), roof(azimuth=None, tilt=0))
    assert [s.azimuth for s in building.surfaces] == [0.0, 0.0]


@pytest.mark.parametrize(("tilt", "noted"), [(0, True), (44, True), (45, False), (90, False), (120, False)])
def test_a_wall_lying_flat_is_simulated_as_given_with_a_note(tilt: float, noted: bool) -> None:
    building = read(wall(tilt=tilt))
    assert building.surfaces[0].tilt == tilt
    assert (f"wall w1 lies flat (tilt {tilt:g}°); simulated as given" in building.notes) is noted


@pytest.mark.parametrize("parent", ["parent_id", "surface"])
@pytest.mark.parametrize("kind", ["window", "door"])
def test_an_opening_without_a_plane_takes_its_parents(parent: str, kind: str) -> None:
    host = wall(azimuth=70, tilt=80)
    opening = wall("o1", **{"type": kind, "azimuth": None, "tilt": None, parent: "w1"})
    building = read(opening, host)
    element = building.windows[0] if kind == "window" else building.surfaces[1]
    assert (element.azimuth, element.tilt) == (70.0, 80.0)


def test_an_opening_keeps_what_it_has_of_its_own_plane() -> None:
    building = read(wall(azimuth=70, tilt=80), window(azimuth=90, tilt=None))
    assert (building.windows[0].azimuth, building.windows[0].tilt) == (90.0, 80.0)


def test_a_window_in_a_roof() -> None:
    building = read(wall(), roof(), window(azimuth=None, tilt=None, parent_id="r1"))
    assert (building.windows[0].azimuth, building.windows[0].tilt) == (180.0, 30.0)


@pytest.mark.parametrize("other", [
    window("o2"), wall("o2", type="door"), {"id": "o2", "type": "ventilation", "air_changes": 0.5},
], ids=["window", "door", "ventilation"])  # fmt: skip
def test_an_opening_without_a_plane_in_no_surface_is_refused(other: dict[str, Any]) -> None:
    with pytest.raises(BuildingError) as caught:
        read(wall(), other, window(azimuth=None, tilt=None, parent_id="o2"))
    path = "$.features[0].properties.buem.building.envelope.elements[2].parent_id"
    assert str(caught.value) == f"{path}: 'o2'; expected the id of a wall, roof or floor of this building"


def test_an_opening_in_a_refused_surface_is_no_problem_of_its_own() -> None:
    with pytest.raises(BuildingError) as caught:
        read(wall(tilt=None), window(azimuth=None, tilt=None))
    assert [p.path.rpartition(".")[2] for p in caught.value.problems] == ["tilt"]


def test_a_parent_that_is_no_element_is_noted_where_the_plane_is_known() -> None:
    assert "window 'g1': parent 'w9' is no element" in read(wall(), window(parent_id="w9")).notes


def test_whole_numbers_may_be_ids() -> None:
    building = read(wall(7), window(parent_id=7, azimuth=None, tilt=None))  # type: ignore[arg-type]
    assert building.surfaces[0].id == "7"
    assert building.windows[0].azimuth == 180.0


def test_an_element_without_id_is_named_by_its_place() -> None:
    building = read(wall(None))  # type: ignore[arg-type]
    assert building.surfaces[0].id == "elements[0]"
    assert "wall without id: named by its place" in building.notes


@pytest.mark.parametrize("changes", [{"U": 0}, {"b_transmission": 0}, {"boundary": "adiabatic"}])
def test_adiabatic_walls_stay_as_elements(changes: dict[str, Any]) -> None:
    building = read(wall(), wall("party", **changes))
    party = building.surfaces[1]
    assert party.u_value * party.b_transmission == 0.0
    assert party.area == 40.0


def test_an_adiabatic_boundary_wins_over_b_with_a_note() -> None:
    building = read(wall(), wall("party", boundary="adiabatic", b_transmission=0.5))
    assert building.surfaces[1].b_transmission == 0.0
    assert "wall 'party': b_transmission is not used, boundary is adiabatic" in building.notes


def test_an_outdoor_boundary_changes_nothing() -> None:
    assert read(wall(boundary="outdoor")).surfaces == read(wall()).surfaces


def test_openings_are_taken_off_gross_areas() -> None:
    elements = (wall(area=40), wall("w2", area=30), window(area=5), wall("d1", type="door", area=2, parent_id="w1"))
    net = read(*elements)
    gross = read(*elements, wall_area="gross")
    assert [s.area for s in net.surfaces] == [40.0, 30.0, 2.0]
    assert [s.area for s in gross.surfaces] == [33.0, 30.0, 2.0]
    assert gross.windows == net.windows
    assert gross.surfaces[0] == replace(net.surfaces[0], area=33.0)


def test_a_wall_that_is_all_window_is_left_out_with_a_note() -> None:
    building = read(wall(area=5), wall("w2"), window(area=5), wall_area="gross")
    assert [s.id for s in building.surfaces] == ["w2"]
    assert "wall 'w1' is all openings and left out" in building.notes


def test_g_defaults_to_the_contracts_with_a_note() -> None:
    building = read(wall(), window(g_gl=None))
    assert building.windows[0].g_value == 0.5
    assert "default: window g_gl 0.5" in building.notes


def test_defaults_of_elements_are_noted_once() -> None:
    notes = read(wall(), wall("w2")).notes
    assert notes.count("default: b_transmission 1") == 1
    assert notes.count("default: absorptance 0.6") == 1
    notes = read(wall(b_transmission=1, absorptance=0.6)).notes
    assert not any("b_transmission" in note or "absorptance" in note for note in notes)


@pytest.mark.parametrize(
    ("element", "ignored"),
    [
        ({**wall(), "name": "south"}, "wall name"),
        (wall(g_gl=0.5), "wall g_gl"),
        (wall(air_changes=1), "wall air_changes"),
        (wall(parent_id="w1"), "wall parent_id"),
        (wall(frame_fraction=0.2), "wall frame_fraction"),
        (window(absorptance=0.2), "window absorptance"),
        (window(air_changes=0.2), "window air_changes"),
        ({"id": "v", "type": "ventilation", "air_changes": 1, "area": 0}, "ventilation area"),
        ({"id": "v", "type": "ventilation", "air_changes": 1, "U": 2}, "ventilation U"),
        (wall(colour="red"), "buem.building.envelope.elements[1].colour"),
    ],
)
def test_fields_without_effect_are_reported_by_name(element: dict[str, Any], ignored: str) -> None:
    (note,) = [n for n in read(wall("base"), {**element, "id": "x"}).notes if n.startswith("no effect: ")]
    assert ignored in note.removeprefix("no effect: ").split(", ")


def test_outside_properties_may_be_given_by_side() -> None:
    element = wall(absorptance={"outside": 0.3}, emissivity={"outside": {"value": 80, "unit": "%"}})
    (surface,) = read(element).surfaces
    assert (surface.absorptance, surface.emissivity) == (0.3, 0.8)

"""Layers, faces, shades and glass of elements, as they stand in a request."""

from __future__ import annotations

import math
from typing import Any

import pytest
from request_samples import envelope_buem, feature, quantity, wall, window

from buem.building import Building, Fins, Layer, Overhang, Shade
from buem.errors import BuildingError
from buem.io.dialects import read_feature
from buem.io.element_parts import u_of_layers

BRICK = {"thickness": 0.24, "conductivity": 0.81, "density": 1600, "specific_heat": 1000}
WOOL = {"thickness": quantity(10, "cm"), "conductivity": 0.04, "density": 30,
        "specific_heat": quantity(0.84, "kJ/(kgK)")}


def read(*elements: dict[str, Any], **thermal: Any) -> Building:
    return read_feature(feature(envelope_buem(*elements, **thermal)), 0)


def problems(*elements: dict[str, Any]) -> list[str]:
    with pytest.raises(BuildingError) as caught:
        read(*elements)
    return [str(p).replace("$.features[0].properties.buem.building.envelope.", "") for p in caught.value.problems]


def test_layers_from_outside_to_inside() -> None:
    (surface,) = read(wall(layers=[{"resistance": 0.18, "name": "air gap"}, BRICK, WOOL])).surfaces
    assert surface.layers == (
        Layer(resistance=0.18),
        Layer(thickness=0.24, conductivity=0.81, density=1600.0, specific_heat=1000.0),
        Layer(thickness=0.1, conductivity=0.04, density=30.0, specific_heat=840.0),
    )
    assert surface.u_value == 0.8


@pytest.mark.parametrize(("kind", "inside"), [
    pytest.param("wall", 0.13, id="level heat flow"),
    pytest.param("roof", 0.10, id="upwards"),
    pytest.param("floor", 0.17, id="downwards"),
])
def test_u_of_layers_takes_the_films_of_iso_6946(kind: str, inside: float) -> None:
    # 0.24/0.81 + 0.1/0.04 = 2.796 m²K/W between the faces.
    layers = read(wall(layers=[BRICK, WOOL])).surfaces[0].layers
    assert u_of_layers(layers, kind) == pytest.approx(1 / (inside + 0.24 / 0.81 + 2.5 + 0.04))


def test_layers_stand_for_a_missing_u_and_a_note_says_so() -> None:
    building = read(wall(U=None, layers=[BRICK, WOOL]))
    assert building.surfaces[0].u_value == pytest.approx(0.3371, abs=1e-4)
    assert "wall 'w1': U 0.337 W/(m2K) from its layers and the films of ISO 6946" in building.notes


def test_faces_apart() -> None:
    (surface,) = read(wall(absorptance={"outside": 0.3, "inside": 0.1}, emissivity={"inside": 0.2},
                           roughness="very_smooth")).surfaces
    assert (surface.absorptance, surface.absorptance_inside) == (0.3, 0.1)
    assert (surface.emissivity, surface.emissivity_inside) == (0.9, 0.2)
    assert surface.roughness == "very_smooth"


def test_one_number_is_the_outer_face() -> None:
    (surface,) = read(wall(absorptance=0.3)).surfaces
    assert (surface.absorptance, surface.absorptance_inside) == (0.3, 0.6)


def test_shades_of_a_window() -> None:
    element = window(
        height=1.5, overhang={"depth": 0.8, "gap": 0.1},
        fins={"depth": quantity(50, "cm"), "below": 0, "sides": "left"},
        shade={"factor": 0.25, "irradiance": 200, "T_min": 23})
    (made,) = read(wall(), element).windows
    assert made.height == 1.5
    assert made.overhang == Overhang(depth=0.8, gap=0.1)
    assert made.fins == Fins(depth=0.5, gap=0.0, above=math.inf, below=0.0, sides="left")
    assert made.shade == Shade(factor=0.25, irradiance=200.0, temp_min=23.0)


def test_a_shade_closes_at_300_watts_unless_it_says_otherwise() -> None:
    assert read(wall(), window(shade={"factor": 0.25})).windows[0].shade == Shade(factor=0.25)


def test_glass_of_its_own() -> None:
    element = window(g_angular=[[0, 1], [60, 0.8], [90, 0]], U_frame=2.0, frame_fraction=0.3)
    building = read(wall(), element, F_w=0.9)
    (made,) = building.windows
    assert made.g_angular == ((0.0, 1.0), (60.0, 0.8), (90.0, 0.0))
    assert (made.u_frame, made.f_w) == (2.0, None)
    assert "window 'g1': F_w is not used, g_angular is given" in building.notes


def test_prescribed_convection() -> None:
    sides = {"outside": quantity(20, "W/(m2K)"), "inside": 3}
    building = read(wall(convection=21.6), wall("w2", convection=sides), window(convection={"inside": 4.5}))
    assert [(s.convection, s.convection_inside) for s in building.surfaces] == [(21.6, None), (20.0, 3.0)]
    assert [(w.convection, w.convection_inside) for w in building.windows] == [(None, 4.5)]


@pytest.mark.parametrize(("element", "b_transmission", "boundary"), [
    pytest.param({"boundary": "outdoor", "b_transmission": 0.5}, 0.5, "outdoor", id="outdoor keeps b"),
    pytest.param({"boundary": "ground", "b_transmission": 0.5}, 1.0, "ground", id="the ground has its own model"),
    pytest.param({"boundary": "adiabatic"}, 0.0, "adiabatic", id="adiabatic"),
    pytest.param({"boundary": "unheated"}, 0.5, "unheated", id="unheated without b"),
    pytest.param({"boundary": "unheated", "b_transmission": 0.8}, 0.8, "unheated", id="unheated with b"),
])
def test_boundaries(element: dict[str, Any], b_transmission: float, boundary: str) -> None:
    made = read(wall(), wall("w2", **element)).surfaces[1]
    assert (made.b_transmission, made.boundary) == (b_transmission, boundary)


def test_the_share_of_an_unheated_space_is_noted() -> None:
    notes = read(wall(), wall("w2", boundary="unheated")).notes
    assert "default: b_transmission 0.5 of elements to an unheated space" in notes


def test_an_adiabatic_window_is_known_by_its_b() -> None:
    (made,) = read(wall(), window(boundary="adiabatic")).windows
    assert (made.b_transmission, made.boundary) == (0.0, "outdoor")


@pytest.mark.parametrize(("element", "text"), [
    (wall(layers=[]), "elements[0].layers: 0 layers; expected a list of 1 to 50 layers, from outside to inside"),
    (wall(layers="brick"), "elements[0].layers: 'brick'; expected a list of 1 to 50 layers"),
    (wall(layers=["brick"]), "elements[0].layers[0]: 'brick'; expected an object with thickness"),
    (wall(layers=[{**BRICK, "density": -1}]), "elements[0].layers[0].density: -1; expected 0 to 20000 kg/m³"),
    (wall(layers=[{"thickness": 0.1}]), "elements[0].layers[0].conductivity: missing; expected above 0 to 1000 W/(mK)"),
    (wall(layers=[{**BRICK, "resistance": 1}]), "elements[0].layers[0].thickness: 0.24; expected no such field beside"),
    (wall(layers=[{**BRICK, "desnity": 1}]), "elements[0].layers[0].desnity"),
    (wall(U=None, layers=[{**BRICK, "conductivity": 0}]), "elements[0].layers[0].conductivity: 0; expected above 0"),
    (wall(absorptance={"outside": 0.3, "top": 1}), "elements[0].absorptance.top"),
    (wall(absorptance={"inside": 1.2}), "elements[0].absorptance.inside: 1.2; expected 0 to 1"),
    (wall(roughness="bumpy"), "elements[0].roughness: 'bumpy'; expected one of very_rough, rough"),
    (wall(boundary="cellar"), "elements[0].boundary: 'cellar'; expected one of outdoor, ground, adiabatic, unheated"),
    (wall(boundary=3), "elements[0].boundary: 3; expected one of outdoor"),
])
def test_what_is_wrong_with_a_wall(element: dict[str, Any], text: str) -> None:
    assert any(text in found for found in problems(element)), problems(element)


@pytest.mark.parametrize(("changes", "text"), [
    ({"fins": {"gap": 1}}, "elements[1].fins.depth: missing; expected above 0 to 100 m"),
    ({"fins": {"depth": 1, "sides": "top"}}, "elements[1].fins.sides: 'top'; expected one of both, left, right"),
    ({"fins": {"depth": 1}, "azimuth": 0, "tilt": 30}, "elements[1].tilt: 30.0; expected 90°, where there is a fin"),
    ({"fins": {"deep": 1}}, "elements[1].fins.deep"),
    ({"fins": 1}, "elements[1].fins: 1"),
    ({"shade": {}}, "elements[1].shade.factor: missing; expected 0 to 1"),
    ({"shade": {"factor": 2}}, "elements[1].shade.factor: 2; expected 0 to 1"),
    ({"shade": {"factor": 0.2, "T_min": 500}}, "elements[1].shade.T_min: 500; expected -50 to 100 °C"),
    ({"g_angular": [[0, 1]]}, "elements[1].g_angular: 1 pairs; expected 2 to 100 pairs"),
    ({"g_angular": [[0, 1], [60, 1.8], [90, 0]]}, "elements[1].g_angular[1]: [60, 1.8]; expected 2 to 100 pairs"),
    ({"g_angular": [[0, 1], [60, 0.8], [50, 0.9], [90, 0]]}, "elements[1].g_angular[2]: [50, 0.9]"),
    ({"g_angular": [[0, 1], ["60", 0.8], [90, 0]]}, "elements[1].g_angular[1]: a list of 2; expected"),
    ({"g_angular": [[5, 1], [90, 0]]}, "elements[1].g_angular: pairs from [5, 1] to [90, 0]"),
    ({"convection": 0}, "elements[1].convection: 0; expected above 0 to 1000 W/(m²K)"),
    ({"convection": {"top": 1, "inside": 2}}, "elements[1].convection.top"),
    ({"g_angular": "BK7"}, "elements[1].g_angular: 'BK7'"),
    ({"U_frame": 9, "frame_fraction": 0.5}, "elements[1].U_frame: 9.0; expected less than 2.6 W/(m²K)"),
    ({"boundary": "ground"}, "elements[1].boundary: 'ground'; expected outdoor, adiabatic, unheated or a zone"),
])
def test_what_is_wrong_with_a_window(changes: dict[str, Any], text: str) -> None:
    found = problems(wall(), window(**changes))
    assert any(text in line for line in found), found


def test_fields_of_another_kind_have_no_effect_and_say_so() -> None:
    building = read(wall(fins={"depth": 1}, g_angular=5), window(layers=[BRICK], roughness="rough"))
    assert any("wall fins" in note and "window layers" in note for note in building.notes), building.notes

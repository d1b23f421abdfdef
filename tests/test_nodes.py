"""Tables of the node model: films, views, shares of the sun."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from buem.building import Building, Layer, Surface, Window
from buem.films import window_factor
from buem.iso52016_columns import COLUMNS, MODE_COLUMNS
from buem.nodes import INNER, Place, node_elements, with_inner
from buem.stock import stack

PLACE = Place(1.2, 900.0, np.full(8760, 10.0))
WALL = (Layer(thickness=0.2, conductivity=0.5, density=1200.0, specific_heat=900.0),)
BOX = Building(
    id="box", latitude=50.0, longitude=8.0, floor_area=50.0, internal_surface_area=150.0,
    surfaces=(Surface(kind="wall", area=40.0, u_value=1.0, azimuth=180.0),
              Surface(kind="roof", area=50.0, u_value=1.0, tilt=0.0),
              Surface(kind="floor", area=50.0, u_value=0.5, tilt=0.0)),
    windows=(Window(area=10.0, u_value=1.3, g_value=0.6, azimuth=180.0, frame_fraction=0.2),))


def table(building, place=PLACE):
    elements = node_elements([building], stack([building]), place)
    return elements, {name: elements.table[:, k] for k, name in enumerate(COLUMNS)}


def test_window_of_two_metres_in_denver():
    # EnergyPlus 25.2, case 600, 31 December 22 h: 2.212 W/(m²K) at a difference of 15.49 K.
    assert window_factor(np.array([2.0]), 1.017)[0] * 15.49**0.25 == pytest.approx(2.212, rel=0.02)


def test_inner_surfaces_are_added_where_the_envelope_has_less():
    e = with_inner(stack([replace(BOX, internal_surface_area=200.0)]))
    assert e.kind.tolist()[-1] == INNER
    assert e.area[-1] == pytest.approx(50.0)
    assert with_inner(stack([BOX])).area.size == 4


def test_sun_inside_is_shared_out_to_the_last_watt():
    elements, c = table(BOX)
    glass = elements.kind == 3
    back = 1.0 - (c["area"] * c["share_diffuse"]).sum()
    assert 0.0 < back < 0.15
    reflected = 1.0 - 0.6
    assert (c["area"] * c["share_beam"]).sum() == pytest.approx(0.6 + reflected * (1.0 - back))
    assert c["share_beam"][elements.kind == 2] > 3 * c["share_beam"][elements.kind == 0]
    assert c["tau_diffuse"][~glass].max() == 0.0


def test_darker_rooms_send_less_sun_out_again():
    dark, bright = (replace(BOX, surfaces=tuple(replace(s, absorptance_inside=a) for s in BOX.surfaces))
                    for a in (0.9, 0.1))
    kept = [(c["area"] * c["share_beam"]).sum() for _, c in (table(dark), table(bright))]
    assert kept[0] > 0.98
    assert kept[1] < 0.8


def test_a_floor_has_neither_sun_nor_wind_nor_sky():
    elements, c = table(BOX)
    floor = elements.kind == 2
    for name in ("alpha_outer", "windward", "leeward", "to_sky"):
        assert c[name][floor].tolist() == [0.0]


def test_a_party_wall_has_no_outside():
    party = replace(BOX, surfaces=(replace(BOX.surfaces[0], b_transmission=0.0), *BOX.surfaces[1:]))
    _, c = table(party)
    for name in ("alpha_outer", "windward", "leeward", "to_sky", "to_rest", "out_warm", "out_cold", "fixed_out", "b"):
        assert c[name][0] == 0.0


def test_capacity_of_a_building_without_layers_is_its_own():
    elements, c = table(BOX)
    held = c["last_heat_i"] + c["before_heat_i"]
    assert elements.modes.any() == 0.0
    assert (held * c["area"]).sum() == pytest.approx(BOX.heat_capacity * BOX.floor_area)
    assert held[elements.kind == 3].tolist() == [0.0]


def test_layers_take_the_place_of_u_and_capacity():
    layered = replace(BOX, surfaces=tuple(replace(s, layers=WALL) for s in BOX.surfaces))
    elements, c = table(layered)
    held = elements.modes[..., MODE_COLUMNS.index("content")]
    kept = 1.0 - elements.modes[..., 0]
    fed = elements.modes[..., 1] + elements.modes[..., 2]
    capacity = (held * np.where(kept > 0.0, fed / kept, 0.0)).sum(axis=1)
    capacity += sum(c[f"{when}_heat_{face}"] for when in ("last", "before") for face in "oi")
    assert capacity == pytest.approx([0.2 * 1200.0 * 900.0] * 3 + [0.0])
    assert c["a_io"][3] < 2.0


def test_mass_may_lie_elsewhere():
    spread = replace(BOX, mass_position="distributed")
    elements, c = table(spread)
    # Three nodes between the faces, and capacity at both.
    assert elements.modes.shape[1] == 3
    assert c["last_heat_o"][0] > 0.0


def test_elements_of_a_building_stand_alone_and_together_alike():
    other = replace(BOX, id="other", surfaces=tuple(replace(s, layers=WALL) for s in BOX.surfaces[:2]))
    both = node_elements([BOX, other], stack([BOX, other]), PLACE)
    for k, building in enumerate((BOX, other)):
        alone, _ = table(building)
        rows = slice(both.offset[k], both.offset[k + 1])
        assert np.array_equal(both.table[rows], alone.table)


# Each column of an element by hand, where a sign or a factor that is wrong would move every result.

SIDES = (("south", 180.0, 90.0, (0.0, -1.0, 0.0)), ("east", 90.0, 90.0, (1.0, 0.0, 0.0)),
         ("north, of 360°", 360.0, 90.0, (0.0, 1.0, 0.0)), ("west, counted backwards", -90.0, 90.0, (-1.0, 0.0, 0.0)),
         ("up", 123.0, 0.0, (0.0, 0.0, 1.0)), ("half up to the south", 180.0, 45.0, (0.0, -0.5**0.5, 0.5**0.5)))


@pytest.mark.parametrize(("azimuth", "tilt", "normal"), [s[1:] for s in SIDES], ids=[s[0] for s in SIDES])
def test_an_element_faces_where_it_says(azimuth, tilt, normal):
    kind = "roof" if tilt < 60.0 else "wall"
    _, c = table(replace(BOX, surfaces=(Surface(kind=kind, area=40.0, u_value=1.0, azimuth=azimuth, tilt=tilt),)))
    assert (c["east"][0], c["north"][0], c["up"][0]) == pytest.approx(normal, abs=1e-12)
    assert c["roof"][0] == float(tilt < 45.0)


@pytest.mark.parametrize("tilt", [0.0, 30.0, 60.0, 90.0, 120.0])
def test_views_of_sky_and_ground_are_all_there_is(tilt):
    _, c = table(replace(BOX, surfaces=(Surface(kind="wall", area=40.0, u_value=1.0, tilt=tilt),)))
    up = np.cos(np.radians(tilt))
    assert (c["isotropic"][0], c["ground"][0]) == pytest.approx(((1 + up) / 2, (1 - up) / 2))
    assert c["isotropic"][0] + c["ground"][0] == pytest.approx(1.0)
    assert c["horizon"][0] == pytest.approx(np.sin(np.radians(tilt)))


def test_long_wave_outside_is_split_between_sky_and_the_rest():
    """A wall sees half the sky, of which √½ is colder than the air (Walton 1983); a flat roof sees nothing else."""
    elements, c = table(BOX)
    black = 5.670374419e-8 * 0.9
    wall, roof = (int(np.flatnonzero(elements.kind == kind)[0]) for kind in (0, 1))
    assert c["to_sky"][wall] == pytest.approx(black * 0.5 * 0.5**0.5)
    assert c["to_sky"][roof] == pytest.approx(black)
    assert c["to_sky"][wall] + c["to_rest"][wall] == pytest.approx(black)


def test_a_mirror_has_no_long_wave():
    shiny = replace(BOX, surfaces=(replace(BOX.surfaces[0], emissivity=0.0), *BOX.surfaces[1:]))
    _, c = table(shiny)
    assert c["to_sky"][0] == c["to_rest"][0] == 0.0


def test_wind_grows_with_height():
    """(z/10)^0.14 over open country (EnergyPlus Engineering Reference, local wind), at the middle of a wall."""
    low, high = (table(replace(BOX, room_height=h))[1] for h in (2.5, 25.0))
    assert high["windward"][0] == pytest.approx(low["windward"][0] * 10.0 ** (2 * 0.89 * 0.14))
    assert high["leeward"][0] == pytest.approx(low["leeward"][0] * 10.0 ** (2 * 0.617 * 0.14))


def test_conductance_between_the_faces_leaves_out_the_rated_films():
    # ISO 6946: U = 1 W/(m²K) of a wall is 0.13 + 0.04 m²K/W of films and 0.83 of wall.
    _, c = table(BOX)
    assert c["a_io"][0] == pytest.approx(1.0 / (1.0 - 0.17))
    assert c["a_oo"][0] == pytest.approx(c["a_io"][0])


@pytest.mark.parametrize(("u_value", "resistance"), [(5.9, 0.02), (9.9, 0.02), (0.0, 1e4)])
def test_a_conductance_beyond_its_films_and_none_at_all(u_value, resistance):
    _, c = table(replace(BOX, surfaces=(Surface(kind="wall", area=40.0, u_value=u_value),)))
    assert c["a_io"][0] == pytest.approx(1.0 / resistance, rel=0.5)
    assert np.isfinite(c["a_ii"][0])


def test_fixed_films_are_those_of_the_standard():
    # ISO 52016-1:2017, table 25: upward 5.0, horizontal 2.5, downward 0.7 inside, 20 outside.
    elements, c = table(BOX)
    by_kind = {int(k): (float(i), float(o)) for k, i, o in zip(elements.kind, c["fixed_in"], c["fixed_out"])}
    assert by_kind[0] == (2.5, 20.0)
    assert by_kind[1] == (5.0, 20.0)
    assert by_kind[2][0] == 0.7


def test_shading_reduces_the_sun_and_not_the_long_wave():
    dark, open_air = (table(replace(BOX, shading_vertical=f))[1] for f in (0.5, 1.0))
    assert dark["alpha_outer"][0] == pytest.approx(0.5 * open_air["alpha_outer"][0])
    assert dark["to_sky"][0] == open_air["to_sky"][0]


def test_a_frame_lets_no_light_through():
    elements, c = table(replace(BOX, windows=(replace(BOX.windows[0], frame_fraction=0.5),)))
    _, whole = table(replace(BOX, windows=(replace(BOX.windows[0], frame_fraction=0.0),)))
    glass = int(np.flatnonzero(elements.kind == 3)[0])
    # Half the glass: of U and g alone the pane itself is found anew, so within a fifth.
    assert c["tau_diffuse"][glass] == pytest.approx(0.5 * whole["tau_diffuse"][glass], rel=0.2)


def test_some_of_the_elements_and_some_of_the_buildings():
    buildings = [replace(BOX, id=str(k), floor_area=50.0 + k) for k in range(3)]
    whole = node_elements(buildings, stack(buildings), PLACE)
    windows = whole.part(whole.kind == 3)
    assert windows.offset.tolist() == [0, 1, 2, 3]
    last = whole.of(np.array([0, 2]))
    assert last.offset.tolist() == [0, 4, 8]
    assert np.array_equal(last.table[4:], whole.table[8:])
    none = whole.of(np.array([], dtype=np.int64))
    assert none.offset.tolist() == [0]

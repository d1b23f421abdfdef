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

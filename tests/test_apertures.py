"""What of the sun passes, is kept, and is taken by opaque elements."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buem.apertures import Rooms, apertures, kept_shares, sun_on_mass
from buem.building import Building, Layer, Surface, Window, Zone
from buem.films import Outside
from buem.gains import angular_transmittance
from buem.glazing import glazing
from buem.standing import nothing_below
from buem.stock import stack
from buem.transmission import fabric

SITE = Outside(windward=10.0, leeward=7.0, radiation=5.1, exponent=1.0, sky=np.full(8760, 55.0))
WOOL = Layer(thickness=0.12, conductivity=0.04, density=30.0, specific_heat=1000.0)


def house(*surfaces, windows=(), **changes):
    return Building(**{"id": "h", "latitude": 52.0, "longitude": 5.0, "floor_area": 100.0, "surfaces": surfaces,
                       "windows": windows, "shading_horizontal": 1.0, "shading_vertical": 1.0, **changes})


def wall(**changes):
    return Surface(**{"kind": "wall", "area": 10.0, "u_value": 0.5, "azimuth": 180.0, **changes})


def pane(**changes):
    return Window(**{"area": 5.0, "u_value": 2.0, "g_value": 0.6, "azimuth": 180.0, "frame_fraction": 0.2, **changes})


def found(*buildings):
    stock = stack(buildings)
    return apertures(stock, fabric(stock, SITE, 1.2, nothing_below(stock)))


def rooms(taken=80.0, panes=1.0, lost=9.0, floor=0.6):
    return Rooms(*(np.array([v]) for v in (taken, panes, lost, floor)))


@pytest.mark.parametrize(
    ("room", "beam", "diffuse"),
    [
        pytest.param(rooms(), 0.6 + 0.4 * 0.9, 0.9, id="by hand"),
        pytest.param(rooms(lost=0.0), 1.0, 1.0, id="no glass"),
        pytest.param(rooms(floor=1.0), 1.0, 0.9, id="black floor"),
        pytest.param(rooms(taken=0.0, panes=0.0, floor=0.0), 0.0, 0.0, id="white room"),
        pytest.param(rooms(taken=0.0, panes=0.0, lost=0.0), 1.0, 1.0, id="no faces"),
    ],
)
def test_light_that_stays(room, beam, diffuse):
    kept = kept_shares(room)
    assert (kept.beam[0], kept.diffuse[0]) == pytest.approx((beam, diffuse))


@settings(max_examples=50, deadline=None)
@given(taken=st.floats(0.1, 1e4), lost=st.floats(0.0, 1e3), floor=st.floats(0.0, 1.0), more=st.floats(0.0, 1e3))
def test_more_glass_keeps_less_and_never_less_than_nothing(taken, lost, floor, more):
    one, other = kept_shares(rooms(taken, 0.0, lost, floor)), kept_shares(rooms(taken, 0.0, lost + more, floor))
    assert 0.0 <= other.diffuse[0] <= one.diffuse[0] <= one.beam[0] <= 1.0
    assert other.beam[0] >= other.diffuse[0]


def test_opaque_elements_by_hand():
    # α R_se U A: 0.6 · 0.04 · 0.5 · 10 = 0.12 m², halved by b.
    a = found(house(wall(), wall(b_transmission=0.5), Surface(kind="door", area=2.0, u_value=1.5)))
    assert a.opaque.tolist() == pytest.approx([0.12, 0.06, 0.0])
    door = 0.6 * 0.04 * 1.5 * 2.0
    assert a.beam[2].tolist() == pytest.approx([door, 0.0, 0.0, 0.0, 0.0])
    assert (a.diffuse[2], a.direct[2]) == pytest.approx((door, door))


@pytest.mark.parametrize(
    "dark",
    [wall(kind="floor"), wall(boundary="adiabatic"), wall(boundary="unheated"), wall(boundary="ground"),
     wall(b_transmission=0.0), wall(absorptance=0.0), wall(boundary="z")],
    ids=["floor", "adiabatic", "unheated", "ground", "party wall", "white", "zone"],
)
def test_elements_without_sun(dark):
    a = found(house(dark, zones=(Zone(id="z", volume=10.0),)))
    assert (a.opaque[0], a.diffuse[0]) == (0.0, 0.0)


def test_a_window_in_a_room_that_keeps_all():
    # Black faces everywhere but the window itself, whose 4 m² of 450 m² are lost.
    black = wall(area=350.0, u_value=0.0, absorptance_inside=1.0)
    floor = Surface(kind="floor", area=100.0, u_value=0.0, tilt=180.0, absorptance_inside=1.0)
    a = found(house(black, floor, windows=(pane(),), internal_surface_area=455.0))
    assert a.beam[2].sum() == pytest.approx(4.0 * 0.6)  # the beam at the normal: A (1 - F_F) g
    panes = glazing(np.array([2.0]), np.array([0.6]), np.array([np.nan]))
    taken = float(panes.inner[0] * panes.absorbed_diffuse[0])
    lost = 4.0 * float(panes.diffuse[0] + panes.outer[0] * panes.absorbed_diffuse[0])
    kept = (450.0 + 4.0 * taken) / (450.0 + 4.0 * taken + lost)
    passed = angular_transmittance(np.array([2.0]), np.array([0.6]))[0].sum()
    heat = 4.0 * (0.6 - passed) * float(panes.absorbed_diffuse[0])
    assert a.direct[2] == pytest.approx(heat)
    assert a.diffuse[2] == pytest.approx(4.0 * kept * float(panes.diffuse[0]) + heat)


def test_constant_factor_for_slanting_sun():
    plain, fixed = (found(house(windows=(pane(f_w=f),))) for f in (None, 0.9))
    assert fixed.beam[0, 1:].tolist() == [0.0] * 4
    # Darker glass lets a little less out again.
    assert fixed.beam[0].sum() == pytest.approx(0.9 * plain.beam[0].sum(), rel=0.01)
    none = found(house(windows=(pane(f_w=0.0),)))
    assert none.diffuse[0] == 0.0


@pytest.mark.parametrize("absorptance", [0.1, 0.6, 0.9])
def test_dark_rooms_keep_more(absorptance):
    surfaces = (wall(area=300.0, absorptance_inside=absorptance),
                Surface(kind="floor", area=100.0, u_value=0.3, tilt=180.0, absorptance_inside=absorptance))
    building = house(*surfaces, windows=(pane(area=20.0),), internal_surface_area=420.0)
    darker = replace(building, surfaces=tuple(replace(s, absorptance_inside=absorptance + 0.1) for s in surfaces))
    assert found(building).diffuse[2] < found(darker).diffuse[2]


def test_films_that_act_change_the_heat_of_the_panes_alone():
    rated = found(house(wall(), windows=(pane(),)))
    acting = found(house(wall(layers=(WOOL,)), windows=(pane(),)))
    assert acting.direct[1] != pytest.approx(rated.direct[1], rel=1e-3)
    assert acting.diffuse[1] - acting.direct[1] == pytest.approx(rated.diffuse[1] - rated.direct[1])


ATTIC = Zone(id="z", volume=100.0, infiltration=1.0, windows=(pane(area=4.0),),
             surfaces=(Surface(kind="roof", area=60.0, u_value=2.0, tilt=30.0),))


def test_a_zone_gives_its_share_of_the_sun():
    building = house(Surface(kind="roof", area=50.0, u_value=0.4, tilt=0.0, boundary="z"), zones=(ATTIC,))
    a = found(building)
    # H_iu = 20, H_ue = 120 + 8 + 33.53 W/K.
    share = 20.0 / (20.0 + 161.53)
    assert a.owner.tolist() == [0, 0, 0]
    assert a.diffuse[1] == pytest.approx(share * 0.6 * 0.04 * 120.0, rel=1e-4)
    assert 0.8 * share * 3.2 * 0.6 < a.beam[2].sum() <= share * 3.2 * 0.6
    assert a.direct[1:].tolist() == [0.0, 0.0]


def test_each_alone_equals_all_together():
    buildings = [house(wall(), windows=(pane(),)), house(wall(boundary="z"), zones=(ATTIC,)), house(),
                 house(wall(layers=(WOOL,)), windows=(pane(), pane(g_value=0.3)))]
    together = found(*buildings)
    for i, building in enumerate(buildings):
        alone, mine = found(building), together.owner == i
        for name in ("beam", "diffuse", "direct", "opaque"):
            assert np.array_equal(getattr(together, name)[mine], getattr(alone, name)), name


BOARD = Layer(thickness=0.012, conductivity=0.16, density=950.0, specific_heat=840.0)
SLAB = Layer(thickness=0.08, conductivity=1.4, density=2000.0, specific_heat=1000.0)


def on_mass(building, beam):
    stock = stack([building])
    return float(sun_on_mass(stock, fabric(stock, SITE, 1.2, nothing_below(stock)), beam)[0])


def box(floor, rest, **changes):
    """A closed box without glass: 100 m² of floor and of roof, 150 m² of walls."""
    return house(
        wall(area=150.0, layers=(WOOL, rest)), Surface(kind="roof", area=100.0, u_value=0.3, tilt=0.0,
                                                       layers=(WOOL, rest)),
        Surface(kind="floor", area=100.0, u_value=0.3, tilt=180.0, layers=(WOOL, floor)),
        internal_surface_area=350.0, **changes)


def test_light_on_alike_faces_falls_on_the_mass_by_its_area():
    # All faces are alike, so all of them are mass, and light that falls anywhere falls on it.
    assert on_mass(box(BOARD, BOARD), 0.5) == pytest.approx(1.0, rel=1e-9)


def test_beam_finds_a_heavy_floor_and_misses_a_heavy_roof():
    heavy_floor = box(SLAB, BOARD)
    stock = stack([heavy_floor])
    kappa = stock.faces.capacity
    # κ over that of the mass area: Σ κ² A / Σ κ A; of the beam 0.6 stays on the floor, 0.4 is spread by area.
    held = (kappa**2 @ stock.elements.area) / (kappa @ stock.elements.area)
    spread = kappa @ stock.elements.area / held / 350.0
    assert on_mass(heavy_floor, 0.0) == pytest.approx(spread, rel=1e-9)
    assert on_mass(heavy_floor, 1.0) == pytest.approx(min(0.6 * kappa[2] / held + 0.4 * spread, 1.0), rel=1e-9)
    assert on_mass(box(BOARD, SLAB), 1.0) < on_mass(box(BOARD, SLAB), 0.0)


def test_without_layers_the_sun_is_spread_as_in_the_standard():
    plain = house(wall(), windows=(pane(),), heat_capacity=165e3)
    assert on_mass(plain, 0.7) == pytest.approx(250.0 / 450.0)


def test_no_more_than_all_of_the_light_falls_on_the_mass():
    assert on_mass(box(SLAB, replace(BOARD, thickness=0.05), mass_area_ratio=3.5), 1.0) == 1.0

"""Films at inner faces in the reference state."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from buem.building import Building, Layer, Surface, Window
from buem.films import window_factor
from buem.glazing import between_faces
from buem.inner_films import (
    IDLE_DIFFERENCE,
    REFERENCE_DIFFERENCE,
    Paths,
    constant_films,
    inner_films,
    moving_films,
)
from buem.stock import stack

WOOL = Layer(thickness=0.12, conductivity=0.04, density=30.0, specific_heat=1000.0)
PANE = Layer(thickness=0.003, conductivity=1.0, density=2500.0, specific_heat=750.0)
WALL = Surface(kind="wall", area=40.0, u_value=0.3, azimuth=180.0, layers=(WOOL,))
ROOM = Building(
    id="room", latitude=50.0, longitude=8.0, floor_area=50.0,
    surfaces=(WALL, Surface(kind="roof", area=50.0, u_value=0.3, tilt=0.0, layers=(WOOL,)),
              Surface(kind="floor", area=50.0, u_value=0.3, tilt=180.0, layers=(WOOL,)),
              Surface(kind="door", area=5.0, u_value=3.0, azimuth=0.0, layers=(PANE,))),
    windows=(Window(area=10.0, u_value=2.7, g_value=0.7, azimuth=180.0, height=2.0),))
#: To the outer air from each inner face, and how the inner faces look. [W/(m²K)], [-]
BEHIND = np.array([0.33, 0.33, 0.33, 15.0, 4.0])
UP = np.array([0.0, -1.0, 1.0, 0.0, 0.0])


def films(building=ROOM, behind=BEHIND, up=UP):
    return inner_films(stack([building]), behind, up, 1.2)


def alone(**changes):
    one = replace(ROOM, surfaces=(replace(WALL, **changes),), windows=())
    return one, np.array([2.0]), np.zeros(1)


def flow_of_faces(found, behind, area):
    """Heat from the air, with every face and the radiant node as an unknown below the air. [W]"""
    n = area.size
    system, known = np.zeros((n + 1, n + 1)), np.zeros(n + 1)
    for i in range(n):
        system[i, i] = found.convection[i] + found.radiation[i] + behind[i]
        system[i, n] = -found.radiation[i]
        known[i] = behind[i] * REFERENCE_DIFFERENCE
        system[n, i] = -area[i] * found.radiation[i]
        system[n, n] += area[i] * found.radiation[i]
    return area * found.convection @ np.linalg.solve(system, known)[:n]


def test_a_wall_alone_by_hand():
    # It sees itself alone, so the heat comes by convection: 1.3102 ΔT^(4/3) = 2 (20 - ΔT) has ΔT = 8.55 K.
    found = films(*alone())
    (h_c,) = found.convection
    assert h_c == pytest.approx(1.3102 * 8.55 ** (1.0 / 3.0), rel=1e-3)
    assert found.h_c[0] == pytest.approx(h_c, rel=1e-9)
    assert found.moving[0] ** (4.0 / 3.0) == pytest.approx(1.3102, rel=2e-3)


def test_three_nodes_carry_what_the_faces_carry():
    found = films()
    area = stack([ROOM]).elements.area
    flow = flow_of_faces(found, BEHIND, area)
    film = found.convection + found.radiation
    h_is = found.star * found.h_c * (found.h_c + found.h_r) / found.h_r * area.sum()
    from_node = (area / (1.0 / film + 1.0 / BEHIND)).sum()
    assert REFERENCE_DIFFERENCE / (1.0 / h_is + 1.0 / from_node) == pytest.approx(flow, rel=1e-9)
    assert area.sum() * (found.h_c[0] / found.moving[0]) ** 4 == pytest.approx(flow, rel=1e-9)


def test_films_are_those_of_their_own_differences():
    found = films()
    area = stack([ROOM]).elements.area
    behind_radiant = (area * found.radiation)
    n = area.size
    system = np.diag(found.convection + found.radiation + BEHIND) - np.outer(
        found.radiation, behind_radiant / behind_radiant.sum())
    drop = np.linalg.solve(system, BEHIND * REFERENCE_DIFFERENCE)
    # Cold: 1.3102 for walls, 1.509 under a ceiling, 0.760 on a floor (Walton 1983); the window is laminar.
    expected = np.array([1.3102, 1.509, 0.760, 1.3102]) * np.cbrt(drop[:4])
    np.testing.assert_allclose(found.convection[:4], expected, rtol=2e-3)
    assert found.convection[4] == pytest.approx(window_factor(np.array([2.0]), 1.2)[0] * drop[4] ** 0.25, rel=2e-3)
    assert n == 5


def test_a_thin_door_has_a_stronger_film_than_the_wall_beside_it():
    found = films()
    assert found.convection[3] > 1.25 * found.convection[0]
    # The room has the mean by the heat that flows, which is more than that by area.
    area = stack([ROOM]).elements.area
    assert found.h_c[0] > (area @ found.convection) / area.sum()


def test_shiny_faces_draw_more_by_convection():
    # What walls do not get by radiation they take from the air, at a larger difference.
    shiny = replace(ROOM, surfaces=tuple(replace(s, emissivity_inside=0.1) for s in ROOM.surfaces))
    assert films(shiny).h_r[0] < 0.3 * films().h_r[0]
    assert films(shiny).convection[3] > 1.02 * films().convection[3]


def test_a_room_that_loses_nothing_has_films_all_the_same():
    found = films(ROOM, np.zeros(5), UP)
    assert np.isfinite(np.concatenate(found)).all()
    assert found.moving[0] ** (4.0 / 3.0) == pytest.approx(found.h_c[0] / IDLE_DIFFERENCE ** (1.0 / 3.0))
    assert 0.9 < found.h_c[0] < 1.6


def test_rooms_do_not_depend_on_each_other():
    rooms = [ROOM, alone()[0], replace(ROOM, windows=())]
    behind = np.concatenate([BEHIND[:4], [2.0], BEHIND[:4], BEHIND[4:]])
    up = np.concatenate([UP[:4], [0.0], UP[:4], UP[4:]])
    together = inner_films(stack(rooms), behind, up, 1.2)
    for i, one in enumerate((films(), films(*alone()), films(rooms[2], BEHIND[:4], UP[:4]))):
        assert (together.h_c[i], together.h_r[i], together.moving[i]) == (one.h_c[0], one.h_r[0], one.moving[0])


def paths(building, u_value, b=1.0):
    stock = stack([building])
    n = stock.elements.area.size
    between = np.where(stock.faces.resistance == stock.faces.resistance, stock.faces.resistance,
                       between_faces(stock.elements.u_value))
    return stock, Paths(np.array([True]), between, np.full(n, u_value), np.full(n, b))


@pytest.mark.parametrize("b", [1.0, 0.4])
def test_the_path_of_panes_has_their_conductance(b):
    found = films()
    film = found.convection + found.radiation
    stock, _ = paths(ROOM, 0.0)
    between = np.array([3.0, 3.0, 3.0, 0.003, float(between_faces(np.array([2.7]))[0])])
    u = 1.0 / (1.0 / film + between + 0.05)
    panes, room = moving_films(stock, found, Paths(np.array([True]), between, u, np.full(5, b)))
    glass = slice(3, 5)
    whole = b * (u * stock.elements.area)[glass].sum()
    inside = panes.convection + panes.radiation
    assert 1.0 / (1.0 / inside + 1.0 / panes.between + panes.rest) == pytest.approx(whole, rel=1e-12)
    assert inside == pytest.approx(b * (film * stock.elements.area)[glass].sum())
    # Doors have no gap: of the conductance between the faces 10 A/R of 1700 W/K is that of the window.
    of_window = 10.0 / between[4] / (10.0 / between[4] + 5.0 / 0.003)
    assert panes.gap_radiation + panes.gap_gas == pytest.approx(of_window, rel=1e-9)
    assert (room.steady, room.moving, room.radiation, room.star) == (0.0, found.moving, found.h_r, found.star)


def test_a_building_without_glass_has_a_path_that_nothing_passes():
    bare = replace(ROOM, surfaces=ROOM.surfaces[:3], windows=())
    stock, known = paths(bare, 0.3)
    found = films(bare, BEHIND[:3], UP[:3])
    panes, _ = moving_films(stock, found, known)
    assert [float(v[0]) for v in panes] == [0.0, 0.0, 1.0, 0.0, 0.0, 0.0]


def test_without_layers_nothing_moves():
    panes, room = constant_films(2)
    assert [v.tolist() for v in room] == [[0.0, 0.0]] * 3 + [[1.0, 1.0]]
    stock, known = paths(ROOM, 1.0)
    _, still = moving_films(stock, films(), known._replace(layered=np.array([False])))
    assert [float(v[0]) for v in still[:3]] == [0.0, 0.0, 0.0]
    assert panes.between.tolist() == [1.0, 1.0]


def test_prescribed_convection_stands_and_does_not_move():
    told = replace(ROOM, surfaces=tuple(replace(s, convection_inside=3.0) for s in ROOM.surfaces),
                   windows=(replace(ROOM.windows[0], convection_inside=3.0),))
    found = films(told)
    assert found.convection.tolist() == [3.0] * 5
    # All faces have one convection and nearly one h_r, so the room has it too.
    assert found.h_c[0] == pytest.approx(3.0, rel=0.03)
    assert (found.steady[0], found.moving[0]) == (found.h_c[0], 0.0)


def test_where_one_face_is_prescribed_the_others_move():
    told = replace(ROOM, surfaces=(replace(ROOM.surfaces[0], convection_inside=3.0), *ROOM.surfaces[1:]))
    found, free = films(told), films()
    assert found.convection[0] == 3.0
    np.testing.assert_allclose(found.convection[1:], free.convection[1:], rtol=0.05)
    assert found.steady[0] == pytest.approx(found.h_c[0] * 120.0 / (stack([told]).elements.area @ found.convection))
    assert 0.0 < found.moving[0] < free.moving[0]


def test_faces_that_do_not_radiate_leave_the_star_within_its_limits():
    # No node carries what such faces carry each by itself; the convection stays that of the faces.
    bare = replace(ROOM, surfaces=tuple(replace(s, emissivity_inside=0.0) for s in ROOM.surfaces),
                   windows=(replace(ROOM.windows[0], emissivity_inside=0.0),))
    found = films(bare)
    assert found.convection.min() < found.h_c[0] < found.convection.max()
    assert 0.5 <= found.star[0] <= 2.0

"""Films at the inner faces of a building of layers, found in a steady state between indoors and outdoors.

Each inner face has its own natural convection, which grows with the heat that flows through it, and its long-wave
exchange with the others. A pane or a thin door draws ten times the heat of a wall and has a stronger film than the mean
of the room; so the films are solved face by face for a reference difference to outdoors, and that state is the one in
which the three nodes of the 5R1C carry the same heat as the faces themselves. From there the mean convection of the
room moves with the hour, and with it that at panes and doors.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from buem.constants import KELVIN
from buem.films import STEEP, TEMP_INSIDE, natural_factors, star_factors, window_factor
from buem.glazing import gap_shares
from buem.profiles import FloatArray
from buem.stock import DOOR, WINDOW, IntArray, Stock
from buem.weather import STEFAN_BOLTZMANN

#: Indoors over outdoors in the reference state. The films follow the hours from there. [K]
REFERENCE_DIFFERENCE: Final = 20.0
#: Difference between a face and the air, of which there is some always. [K]
_LEAST_DIFFERENCE: Final = 0.05
#: Mean difference between faces and air of a room that loses nothing. [K]
IDLE_DIFFERENCE: Final = 1.0
#: The convection goes with the cube root of the difference, so that each round leaves a small part of the miss.
_ROUNDS: Final = 12
_NEW_PART: Final = 0.75
#: How far the star may be off the faces; where these hardly radiate to each other it carries any heat. [-]
_STAR_LIMITS: Final = (0.5, 2.0)
#: Least long-wave coefficient of a room. [W/(m²K)]
LEAST_RADIATION: Final = 0.05


class InnerFilms(NamedTuple):
    """Films in the reference state: of each element, shape (elements,), and of each room, shape (buildings,)."""

    convection: FloatArray  # [W/(m²K)]
    radiation: FloatArray  # [W/(m²K)]
    #: Of the room as one face, by the heat that each carries. [W/(m²K)]
    h_c: FloatArray
    h_r: FloatArray
    #: The part of h_c that is prescribed [W/(m²K)], and the rest over the fourth root of the heat between faces and
    #: air, which is [W/(m²K^(4/3))] to the power ¾.
    steady: FloatArray
    moving: FloatArray
    #: Conductance between surface node and air that this takes, over that of the star of faces with h_c and h_r. [-]
    star: FloatArray


class _Faces(NamedTuple):
    """Inner faces of all rooms, each array of shape (elements,)."""

    owner: IntArray
    area: FloatArray  # [m²]
    radiation: FloatArray  # [W/(m²K)]
    behind: FloatArray  # from the face to outdoors [W/(m²K)]
    #: Convection of a face warmer and of one colder than the air, over the cube root of the difference. [W/(m²K^(4/3))]
    warm: FloatArray
    cold: FloatArray
    #: That of windows, over the fourth root. [W/(m²K^(5/4))]
    laminar: FloatArray
    #: What is prescribed, NaN where nothing is. [W/(m²K)]
    given: FloatArray
    rooms: int

    def total(self, values: FloatArray) -> FloatArray:
        """Sum of what faces have, over each room."""
        return np.bincount(self.owner, weights=values, minlength=self.rooms).astype(np.float64)


def inner_films(stock: Stock, behind: FloatArray, up: FloatArray, density: float) -> InnerFilms:
    """Films at the inner faces of each building in the reference state.

    Parameters
    ----------
    stock : Stock
        N buildings.
    behind : ndarray, shape (elements,)
        Conductance from the inner face to outdoors. [W/(m²K)]
    up : ndarray, shape (elements,)
        Cosine of the tilt of the inner faces. [-]
    density : float
        Of the air. [kg/m³]

    Returns
    -------
    InnerFilms
        [W/(m²K)]

    References
    ----------
    .. [1] Walton 1983, NBSSIR 83-2655, for the convection of walls, ISO 15099:2003, 8.3.2.2, for that of windows;
       Carroll 1980 for the exchange.
    """
    e = stock.elements
    black = 4.0 * STEFAN_BOLTZMANN * (TEMP_INSIDE + KELVIN) ** 3
    star = star_factors(e.area, e.owner, stock.faces.emissivity_inside, np.zeros(e.area.size, dtype=bool))
    steep = (e.kind == WINDOW) & (np.abs(up) <= STEEP)
    warm, cold = (np.where(steep, 0.0, factor) for factor in natural_factors(up))
    laminar = np.where(steep, window_factor(stock.faces.height, density), 0.0)
    faces = _Faces(e.owner, e.area, black * star, behind, warm, cold, laminar, stock.faces.convection_inside,
                   stock.floor_area.size)
    convection = np.where(np.isnan(faces.given), 2.0, faces.given)
    for _ in range(_ROUNDS):
        convection += _NEW_PART * (_natural(faces, _drops(faces, convection)) - convection)
    return InnerFilms(convection, faces.radiation, *_room(faces, convection))


def _drops(faces: _Faces, convection: FloatArray) -> FloatArray:
    """How much colder than the air each face is. [K]"""
    h_r, all_of = faces.radiation, convection + faces.radiation + faces.behind
    outwards = faces.behind * REFERENCE_DIFFERENCE
    # The radiant node takes nothing: Σ A h_r (T_r - T_i) = 0.
    pulled = faces.total(faces.area * h_r * outwards / all_of)
    held = faces.total(faces.area * h_r * (1.0 - h_r / all_of))
    radiant = np.divide(pulled, held, out=np.zeros_like(pulled), where=held > 0.0)
    drops: FloatArray = (h_r * radiant[faces.owner] + outwards) / all_of
    return drops


def _natural(faces: _Faces, drops: FloatArray) -> FloatArray:
    size = np.maximum(np.abs(drops), _LEAST_DIFFERENCE)
    turbulent = np.where(drops < 0.0, faces.warm, faces.cold) * np.cbrt(size)
    found = turbulent + faces.laminar * np.sqrt(np.sqrt(size))
    return np.where(np.isnan(faces.given), found, faces.given)


def _room(faces: _Faces, convection: FloatArray) -> tuple[FloatArray, ...]:
    """h_c, h_r of the face that carries what all faces of a room carry, and the other values of a room."""
    area = np.maximum(faces.total(faces.area), 1e-9)
    h_r = np.maximum(faces.total(faces.area * faces.radiation) / area, LEAST_RADIATION)
    film, drops = convection + faces.radiation, _drops(faces, convection)
    through = faces.total(faces.area * film * faces.behind / (film + faces.behind))
    flow, drop = faces.total(faces.area * convection * drops), faces.total(faces.area * drops)
    busy = (flow > 1e-6) & (drop > 1e-6)
    idle = faces.total(faces.area * _natural(faces, np.full(convection.size, IDLE_DIFFERENCE))) / area
    h_c = np.divide(flow, drop, out=np.maximum(idle, 1e-3), where=busy)
    # The surface node is where the conductances from it to outdoors carry the flow.
    at_node = REFERENCE_DIFFERENCE - np.divide(flow, through, out=np.zeros_like(flow), where=through > 0.0)
    star = h_c * (h_c + h_r) / h_r
    real = np.divide(flow, area * at_node, out=star.copy(), where=busy & (at_node > 1e-6))
    heat = np.where(busy, flow / area, h_c * IDLE_DIFFERENCE)
    prescribed = faces.total(np.where(np.isnan(faces.given), 0.0, faces.area * convection))
    steady = h_c * prescribed / np.maximum(faces.total(faces.area * convection), 1e-9)
    return h_c, h_r, steady, (h_c - steady) / np.sqrt(np.sqrt(heat)), np.clip(real / star, *_STAR_LIMITS)


class Panes(NamedTuple):
    """Windows and doors of each building as one path: film inside, gap, the rest; each of shape (buildings,)."""

    #: Of the film: over the mean convection of the room, and by radiation at 20 °C. [m²], [W/K]
    convection: FloatArray
    radiation: FloatArray
    #: Between the faces under rating, and of that the shares of radiation and of gas in gaps. [W/K], [-]
    between: FloatArray
    gap_radiation: FloatArray
    gap_gas: FloatArray
    #: What is left to H_tr,w. [K/W]
    rest: FloatArray


class Room(NamedTuple):
    """Films inside of each building that follow the hour, each of shape (buildings,)."""

    #: Prescribed convection [W/(m²K)], and the rest over the fourth root of the heat that flows.
    steady: FloatArray
    moving: FloatArray
    #: Long-wave coefficient at 20 °C, 0 for constant films. [W/(m²K)]
    radiation: FloatArray
    #: `InnerFilms.star`. [-]
    star: FloatArray


class Paths(NamedTuple):
    """What lies between the inner faces and outdoors."""

    #: Which buildings have layers, shape (buildings,).
    layered: NDArray[np.bool_]
    #: Between the two faces of each element, shape (elements,). [m²K/W]
    between: FloatArray
    u_value: FloatArray  # under the films that act [W/(m²K)]
    b: FloatArray  # share of the difference to outdoors that acts on it [-]


def constant_films(rooms: int) -> tuple[Panes, Room]:
    """Films that do not move.

    Parameters
    ----------
    rooms : int
        Number of buildings.

    Returns
    -------
    tuple of Panes, Room
        [W/K], [W/(m²K)]
    """
    none, one = np.zeros(rooms), np.ones(rooms)
    return Panes(none, none, one, none, none, none), Room(none, none, none, one)


def moving_films(stock: Stock, films: InnerFilms, paths: Paths) -> tuple[Panes, Room]:
    """How films and gaps move with the hour around the reference state.

    Windows and doors are one path of three pieces in series: the films inside, what lies between the faces, and the
    rest, so that the path has their conductance in the reference state. For windows that are alike it is exact.

    Parameters
    ----------
    stock : Stock
        N buildings.
    films : InnerFilms
        In the reference state. [W/(m²K)]
    paths : Paths
        Elements.

    Returns
    -------
    tuple of Panes, Room
        Of each building. [W/K], [W/(m²K)]

    References
    ----------
    .. [1] EN 673:2011, 5.2: radiation and gas in a gap side by side.
    """
    e, n = stock.elements, stock.floor_area.size
    glazed = (e.kind == WINDOW) | (e.kind == DOOR)
    weight = np.where(glazed & (paths.u_value > 0.0), paths.b * e.area, 0.0)

    def total(values: FloatArray) -> FloatArray:
        return np.bincount(e.owner, weights=weight * values, minlength=n).astype(np.float64)

    between = total(1.0 / paths.between)
    known = paths.layered & (between > 0.0)
    film = total(films.convection + films.radiation)

    def over(values: FloatArray, by: FloatArray) -> FloatArray:
        return np.divide(values, by, out=np.zeros(n), where=known)

    one = np.ones(n)
    rest = over(one, total(paths.u_value)) - over(one, film) - over(one, between)
    gap = np.where((e.kind == WINDOW) & (e.frame_fraction < 1.0), gap_shares(paths.between), 0.0)
    radiation, gas = (over(total(share / paths.between), between) for share in gap)
    panes = Panes(convection=np.where(known, total(films.convection), 0.0),
                  radiation=np.where(known, total(films.radiation), 0.0), between=np.where(known, between, 1.0),
                  gap_radiation=radiation, gap_gas=gas, rest=rest)
    steady, moving, radiation = (np.where(paths.layered, part, 0.0) for part in (films.steady, films.moving, films.h_r))
    return panes, Room(steady, moving, radiation, films.star)

"""A step of the node model in NumPy, arrays of shape (elements, buildings): a space, alone or with one beside it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from buem.constants import SECONDS_PER_HOUR
from buem.iso52016 import FIRST_GUESS, Face, Load, Wanted, Zone, face, ideal_load, inner_source
from buem.iso52016_columns import Columns, Hour
from buem.iso52016_films import (
    CUBE_INSIDE,
    CUBE_OUTSIDE,
    LEEWARD_COSINE,
    Acting,
    Film,
    Thermal,
    ahead,
    detailed_film,
    gap_factor,
)
from buem.iso52016_records import Rank, total
from buem.layers import AFTER, GAIN
from buem.profiles import FloatArray


class State(NamedTuple):
    """Where the elements and the air of a space stand; changed in place."""

    x: FloatArray  # modes, shape (modes, elements, buildings)
    t_o: FloatArray  # outer faces, shape (elements, buildings) [°C]
    t_i: FloatArray  # inner faces [°C]
    t_a: FloatArray  # air, shape (buildings,) [°C]
    t_r: FloatArray  # radiant node [°C]
    p_o: FloatArray  # the same, a step before [°C]
    p_i: FloatArray
    p_a: FloatArray
    p_r: FloatArray


class Given(NamedTuple):
    """What acts on a space in a step."""

    outdoor: float  # [°C]
    sky: float  # [°C]
    outer: FloatArray  # sun and ground at the outer faces, shape (elements, buildings) [W/m²]
    inner: FloatArray  # sun at the inner faces [W/m²]
    h_ve: FloatArray  # air change, shape (buildings,) [W/K]
    bridge: FloatArray  # [W/K]
    c_air: FloatArray  # of the air, per step [W/K]
    to_air: FloatArray  # gains [W]
    to_radiant: FloatArray  # [W]
    detailed: bool


class Part(NamedTuple):
    """Elements under their films, with air and radiant node at 0 °C; shape (elements, buildings)."""

    rank: Rank
    state: State
    film: Film
    known: Face
    a_oo: FloatArray  # [W/(m²K)]
    a_io: FloatArray  # [W/(m²K)]
    memory_o: FloatArray  # [W/m²]
    outside: FloatArray  # what flows to the outer face [W/m²]
    u: FloatArray  # inner face [°C]


class Sums(NamedTuple):
    """Balance of air and radiant node of a space, shape (buildings,): [[c, -q], [-q, r]] (θ_a, θ_r) = (m, n)."""

    c: FloatArray  # [W/K]
    q: FloatArray  # [W/K]
    r: FloatArray  # [W/K]
    m: FloatArray  # [W]
    n: FloatArray  # [W]


def first_state(rank: Rank) -> State:
    """Everything at the first guess.

    Parameters
    ----------
    rank : Rank
        Elements.

    Returns
    -------
    State
        [°C]
    """
    shape = rank.column.area.shape
    t = np.full(shape, FIRST_GUESS)
    x = np.where(rank.decay < 1.0, (rank.to_o + rank.to_i) / (1.0 - rank.decay), 0.0) * FIRST_GUESS
    air = np.full(shape[1], FIRST_GUESS)
    return State(x, t, t.copy(), air, air.copy(), t.copy(), t.copy(), air.copy(), air.copy())


def films_of(rank: Rank, state: State, hour: Hour, outdoor: float) -> Film:
    """Films from the weather and the step before.

    Parameters
    ----------
    rank : Rank
        Elements.
    state : State
        [°C]
    hour : Hour
        Wind and sky.
    outdoor : float
        [°C]

    Returns
    -------
    Film
        Shape (elements, buildings). [W/(m²K)]
    """
    c = rank.column
    facing = c.east * hour.wind_east + c.north * hour.wind_north >= LEEWARD_COSINE
    forced = np.where(facing, c.windward * hour.windward, c.leeward * hour.leeward)
    now = _ahead(state, outdoor, hour.sky)
    film: Film = detailed_film(now, forced, _film_columns(c), Acting())
    return film


def _film_columns(c: Columns) -> tuple[FloatArray, ...]:
    """Columns that `detailed_film` takes."""
    return (c.to_sky, c.to_rest, c.in_warm, c.in_cold, c.in_quarter, c.out_warm, c.out_cold, c.rough, c.star,
            c.given_in, c.given_out)


def _ahead(state: State, outdoor: Any, sky: Any) -> Thermal:
    return Thermal(ahead(state.t_o, state.p_o), ahead(state.t_i, state.p_i), ahead(state.t_a, state.p_a),
                   ahead(state.t_r, state.p_r), outdoor, sky)


def films_between(rank: Rank, state: State, beside: State) -> Film:
    """Films of shared elements: at their outer face, the space beside stands for the outdoors.

    Parameters
    ----------
    rank : Rank
        Shared elements.
    state : State
        Theirs, with the air and the radiant node of the building. [°C]
    beside : State
        Of the space beside. [°C]

    Returns
    -------
    Film
        Shape (elements, buildings). [W/(m²K)]
    """
    now = _ahead(state, ahead(beside.t_a, beside.p_a), ahead(beside.t_r, beside.p_r))
    film: Film = detailed_film(now, 0.0, _film_columns(rank.column), Acting())
    return film


def fixed_films(rank: Rank) -> Film:
    """The standard's constant films.

    Parameters
    ----------
    rank : Rank
        Elements.

    Returns
    -------
    Film
        Shape (elements, buildings). [W/(m²K)]

    References
    ----------
    .. [1] ISO 52016-1:2017, 6.5.8 and table 25.
    """
    c = rank.column
    return Film(c.fixed_in, c.star * CUBE_INSIDE, c.fixed_out + c.to_rest * CUBE_OUTSIDE,
                c.to_sky * CUBE_OUTSIDE)


def fixed_between(rank: Rank) -> Film:
    """The standard's constant films of shared elements: those of an inner face on both sides.

    Parameters
    ----------
    rank : Rank
        Shared elements.

    Returns
    -------
    Film
        Shape (elements, buildings). [W/(m²K)]
    """
    return fixed_films(rank)._replace(h_sky=rank.column.to_sky * CUBE_INSIDE)


def part_of(rank: Rank, state: State, film: Film, given: Given) -> Part:
    """Elements under their films.

    Parameters
    ----------
    rank : Rank
        Elements.
    state : State
        At the start of the step. [°C]
    film : Film
        [W/(m²K)]
    given : Given
        With the outdoors at 0 °C for shared elements. [°C], [W]

    Returns
    -------
    Part

    References
    ----------
    .. [1] ISO 52016-1:2017, 6.5.6.
    """
    c = rank.column
    between = 0.5 * (ahead(state.t_o, state.p_o) + ahead(state.t_i, state.p_i))
    factor = given.detailed * (gap_factor(between, c.gap_radiation, c.gap_gas) - 1.0) + 1.0
    a_oo, a_io = c.a_oo * factor, c.a_io * factor
    known = face(film._replace(h_air=film.h_air + c.h_ground), a_oo, a_io, c.a_ii * factor)
    memory_o = (total(rank.from_o * state.x) + c.last_oo * state.t_o + c.last_io * state.t_i
                + c.before_oo * state.p_o + c.before_io * state.p_i)
    memory_i = (total(rank.from_i * state.x) + c.last_ii * state.t_i + c.last_io * state.t_o
                + c.before_ii * state.p_i + c.before_io * state.p_o)
    # Behind an element with b < 1 it is b T_e + (1 - b) T_i.
    zone = (1.0 - c.b) * known.h_o * ahead(state.t_a, state.p_a)
    around = c.b * (film.h_air * given.outdoor + film.h_sky * given.sky) + zone
    outside = around + given.outer + memory_o
    u = inner_source(known, a_io, outside, given.inner + memory_i)
    return Part(rank, state, film, known, a_oo, a_io, memory_o, outside, u)


def inner_sums(part: Part) -> Sums:
    """What elements add to the balance of the space at their inner faces.

    Parameters
    ----------
    part : Part
        Elements.

    Returns
    -------
    Sums
        [W/K], [W]
    """
    area, film, v = part.rank.column.area, part.film, part.known.v
    a_c, a_r = area * film.h_ci, area * film.h_ri
    return Sums(total(a_c) - total(a_c * film.h_ci * v), total(a_c * film.h_ri * v),
                total(a_r) - total(a_r * film.h_ri * v), total(a_c * part.u), total(a_r * part.u))


def with_air(sums: Sums, given: Given, state: State) -> Sums:
    """The balance of a space with its air, bridges and gains.

    Parameters
    ----------
    sums : Sums
        Of its elements. [W/K], [W]
    given : Given
        [W/K], [W]
    state : State
        At the start of the step. [°C]

    Returns
    -------
    Sums
        [W/K], [W]
    """
    out = given.h_ve + given.bridge
    held = -GAIN[1] * state.t_a - GAIN[2] * state.p_a
    return sums._replace(c=sums.c + out + GAIN[0] * given.c_air, n=sums.n + given.to_radiant,
                         m=sums.m + out * given.outdoor + given.c_air * held + given.to_air)


def close(sums: Sums, wanted: Wanted) -> Load:
    """The ideal load under a balance.

    Parameters
    ----------
    sums : Sums
        With the air. [W/K], [W]
    wanted : Wanted
        [°C], [W]

    Returns
    -------
    Load
        [W], [°C]
    """
    to_radiant = 1.0 / sums.r
    load: Load = ideal_load(Zone(to_radiant, sums.q, sums.c - sums.q * sums.q * to_radiant), sums.m, sums.n, wanted)
    return load


def after(part: Part, air: tuple[FloatArray, FloatArray], given: FloatArray | float = 0.0) -> FloatArray:
    """Elements at the end of a step; their state moves on.

    Parameters
    ----------
    part : Part
        Elements.
    air : tuple of ndarray, shape (buildings,)
        Air and radiant node. [°C]
    given : ndarray, shape (elements, buildings), or float
        What flows to the outer face beside what was known. [W/m²]

    Returns
    -------
    ndarray, shape (elements, buildings)
        What left through the outer faces. [W]
    """
    rank, state, film, known = part.rank, part.state, part.film, part.known
    t_i = part.u + known.v * (film.h_ci * air[0] + film.h_ri * air[1] + part.a_io * known.d * given)
    t_o = known.d * (part.outside + given + part.a_io * t_i)
    lost: FloatArray = rank.column.area * (part.a_io * t_i - part.a_oo * t_o + part.memory_o)
    state.x[:] = rank.decay * state.x + rank.to_o * t_o + rank.to_i * t_i
    state.p_o[:], state.p_i[:] = state.t_o, state.t_i
    state.t_o[:], state.t_i[:] = t_o, t_i
    return lost


def move_air(state: State, air: tuple[FloatArray, FloatArray]) -> None:
    """Air and radiant node of a space move on.

    Parameters
    ----------
    state : State
        Changed in place.
    air : tuple of ndarray, shape (buildings,)
        Air and radiant node after the step. [°C]
    """
    state.p_a[:], state.p_r[:] = state.t_a, state.t_r
    state.t_a[:], state.t_r[:] = air


class Coupling(NamedTuple):
    """Between the balances of a building and of the space beside it, shape (buildings,): air or radiant to either."""

    aa: FloatArray  # [W/K]
    ar: FloatArray
    ra: FloatArray
    rr: FloatArray


def outer_sums(part: Part) -> tuple[Sums, Coupling]:
    """What shared elements add to the balance of the space beside, and how they couple it with the building.

    Parameters
    ----------
    part : Part
        Shared elements.

    Returns
    -------
    tuple of Sums and Coupling
        [W/K], [W]
    """
    area, film, known = part.rank.column.area, part.film, part.known
    through = known.v * known.d * part.a_io
    a_c, a_r = area * film.h_air, area * film.h_sky
    v = known.d * (1.0 + part.a_io * through)
    u = known.d * (part.outside + part.a_io * part.u)
    sums = Sums(total(a_c) - total(a_c * film.h_air * v), total(a_c * film.h_sky * v),
                total(a_r) - total(a_r * film.h_sky * v), total(a_c * u), total(a_r * u))
    b_c, b_r = area * film.h_ci * through, area * film.h_ri * through
    return sums, Coupling(total(b_c * film.h_air), total(b_c * film.h_sky), total(b_r * film.h_air),
                          total(b_r * film.h_sky))


class Beyond(NamedTuple):
    """The space beside, by the building's air and radiant node; shape (buildings,)."""

    alone: tuple[FloatArray, FloatArray]  # with the building at 0 °C [°C]
    by_air: tuple[FloatArray, FloatArray]  # [-]
    by_radiant: tuple[FloatArray, FloatArray]  # [-]

    def at(self, load: Load) -> tuple[FloatArray, FloatArray]:
        """Its air and radiant node.

        Parameters
        ----------
        load : Load
            Of the building. [°C]

        Returns
        -------
        tuple of ndarray, shape (buildings,)
            [°C]
        """
        return (self.alone[0] + self.by_air[0] * load.theta_a + self.by_radiant[0] * load.theta_r,
                self.alone[1] + self.by_air[1] * load.theta_a + self.by_radiant[1] * load.theta_r)


def eliminate(own: Sums, beside: Sums, c: Coupling) -> tuple[Sums, Beyond]:
    """The building's balance without the space beside, which follows from it.

    Parameters
    ----------
    own, beside : Sums
        Each with its air, and the shared elements on its side. [W/K], [W]
    c : Coupling
        [W/K]

    Returns
    -------
    tuple of Sums and Beyond

    References
    ----------
    .. [1] Schur complement of a symmetric system.
    """
    p, q, r = beside.c, beside.q, beside.r
    over = 1.0 / (p * r - q * q)
    found = Beyond((over * (r * beside.m + q * beside.n), over * (q * beside.m + p * beside.n)),
                   (over * (r * c.aa + q * c.ar), over * (q * c.aa + p * c.ar)),
                   (over * (r * c.ra + q * c.rr), over * (q * c.ra + p * c.rr)))
    sums = Sums(own.c - (c.aa * found.by_air[0] + c.ar * found.by_air[1]),
                own.q + (c.aa * found.by_radiant[0] + c.ar * found.by_radiant[1]),
                own.r - (c.ra * found.by_radiant[0] + c.rr * found.by_radiant[1]),
                own.m + c.aa * found.alone[0] + c.ar * found.alone[1],
                own.n + c.ra * found.alone[0] + c.rr * found.alone[1])
    return sums, found


def heat_held(rank: Rank, state: State, c_air: FloatArray | float) -> FloatArray:
    """Heat in the elements and the air over that at 0 °C.

    Parameters
    ----------
    rank : Rank
        Elements.
    state : State
        [°C]
    c_air : ndarray, shape (buildings,), or float
        Capacity of the air; 0 for elements alone. [J/K]

    Returns
    -------
    ndarray, shape (buildings,)
        [Wh]

    References
    ----------
    .. [1] Σ C T over the nodes.
    """
    c = rank.column
    faces = (c.last_heat_o * state.t_o + c.last_heat_i * state.t_i
             + c.before_heat_o * state.p_o + c.before_heat_i * state.p_i)
    mass = total(c.area * (total(rank.content * state.x) + faces)) if state.x.size else total(c.area * faces)
    held: FloatArray = (mass + c_air * (AFTER[0] * state.t_a + AFTER[1] * state.p_a)) / SECONDS_PER_HOUR
    return held

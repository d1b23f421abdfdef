"""A year of many buildings with the node model in NumPy: arrays of shape (elements, buildings) a step."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from buem.constants import HOURS, SECONDS_PER_HOUR
from buem.iso52016 import (
    BAND_TOLERANCE,
    CUBE_INSIDE,
    CUBE_OUTSIDE,
    FIRST_GUESS,
    HOUR_COLUMNS,
    LEEWARD_COSINE,
    MAX_YEARS,
    OPERATIVE_WEIGHT,
    PERIODIC_TOLERANCE,
    SUM_ABOVE,
    SUM_BELOW,
    SUM_HOUR_COOLING,
    SUM_HOUR_HEATING,
    SUM_PEAK_COOLING,
    SUM_PEAK_HEATING,
    SUM_STORAGE,
    SUMS,
    Air,
    Film,
    Load,
    Thermal,
    Wanted,
    Zone,
    aired_by_temperature,
    detailed_film,
    face,
    gap_factor,
    ideal_load,
    inner_source,
)
from buem.iso52016_records import NodeClimate, NodeYear, NodeZones, Rank, Setting, side_by_side, total
from buem.iso52016_sun import Sun, sun_of
from buem.nodes import NodeElements
from buem.profiles import FloatArray

#: Columns that `detailed_film` takes.
_FILM_COLUMNS: Final = ("to_sky", "to_rest", "in_warm", "in_cold", "in_quarter", "out_warm", "out_cold",
                         "rough", "star")
_WEEK: Final = 168


class State(NamedTuple):
    """Where a year stands; changed in place."""

    x: FloatArray  # modes, shape (modes, elements, buildings)
    t_o: FloatArray  # outer faces, shape (elements, buildings) [°C]
    t_i: FloatArray  # inner faces [°C]
    t_a: FloatArray  # air, shape (buildings,) [°C]
    t_r: FloatArray  # radiant node [°C]


def _films_of(rank: Rank, state: State, hour: dict[str, float], outdoor: float) -> Film:
    c = rank.column
    facing = c["east"] * hour["wind_east"] + c["north"] * hour["wind_north"] >= LEEWARD_COSINE
    forced = np.where(facing, c["windward"] * hour["windward"], c["leeward"] * hour["leeward"])
    now = Thermal(state.t_o, state.t_i, state.t_a, state.t_r, outdoor, hour["sky"])
    film: Film = detailed_film(now, forced, tuple(c[name] for name in _FILM_COLUMNS))
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
    return Film(c["fixed_in"], c["star"] * CUBE_INSIDE, c["fixed_out"] + c["to_rest"] * CUBE_OUTSIDE,
                c["to_sky"] * CUBE_OUTSIDE)


class Flows(NamedTuple):
    """Means of a step."""

    load: Load
    lost: FloatArray  # out of the outer faces, shape (elements, buildings) [W]
    air: FloatArray  # with the air [W]
    bridge: FloatArray  # through bridges [W]
    stored: FloatArray  # in the air [W]


class Given(NamedTuple):
    """What acts on the buildings in a step."""

    outdoor: float  # [°C]
    sky: float  # [°C]
    outer: FloatArray  # sun at the outer faces, shape (elements, buildings) [W/m²]
    inner: FloatArray  # at the inner faces [W/m²]
    h_ve: FloatArray  # air change, shape (buildings,) [W/K]
    bridge: FloatArray  # [W/K]
    c_air: FloatArray  # of the air, per step [W/K]
    to_air: FloatArray  # gains [W]
    to_radiant: FloatArray  # [W]
    wanted: Wanted
    detailed: bool


def advance(rank: Rank, state: State, film: Film, given: Given) -> Flows:
    """A step of all buildings; `state` moves on.

    Parameters
    ----------
    rank : Rank
        Elements.
    state : State
        At the start of the step, at its end after it. [°C]
    film : Film
        [W/(m²K)]
    given : Given
        [°C], [W]

    Returns
    -------
    Flows
        Means of the step. [W]

    References
    ----------
    .. [1] ISO 52016-1:2017, 6.5.6: the balances of the zone, of the faces and of the nodes.
    """
    c = rank.column
    factor = given.detailed * (gap_factor(0.5 * (state.t_o + state.t_i), c["gap_radiation"], c["gap_gas"]) - 1.0) + 1.0
    area, a_oo, a_io, a_ii = c["area"], c["a_oo"] * factor, c["a_io"] * factor, c["a_ii"] * factor
    known = face(film, a_oo, a_io, a_ii)
    memory_o, memory_i = total(rank.from_o * state.x), total(rank.from_i * state.x)
    # Behind an element with b < 1 it is b T_e + (1 - b) T_i.
    around = c["b"] * (film.h_air * given.outdoor + film.h_sky * given.sky) + (1.0 - c["b"]) * known.h_o * state.t_a
    outside = around + given.outer + memory_o
    u = inner_source(known, a_io, outside, given.inner + memory_i)
    a_c, a_r = area * film.h_ci, area * film.h_ri
    coupling = total(a_c * film.h_ri * known.v)
    zone = Zone(1.0 / (total(a_r) - total(a_r * film.h_ri * known.v)), coupling, 0.0)
    per_air = total(a_c) - total(a_c * film.h_ci * known.v) + given.h_ve + given.bridge + given.c_air
    zone = zone._replace(per_air=per_air - coupling * coupling * zone.to_radiant)
    air = (total(a_c * u) + (given.h_ve + given.bridge) * given.outdoor + given.c_air * state.t_a + given.to_air)
    load = ideal_load(zone, air, total(a_r * u) + given.to_radiant, given.wanted)
    t_i = u + known.v * (film.h_ci * load.theta_a + film.h_ri * load.theta_r)
    t_o = known.d * (outside + a_io * t_i)
    x = rank.decay * state.x + rank.to_o * t_o + rank.to_i * t_i
    flows = Flows(load, area * (a_io * t_i - a_oo * t_o + memory_o), given.h_ve * (load.theta_a - given.outdoor),
                  given.bridge * (load.theta_a - given.outdoor), given.c_air * (load.theta_a - state.t_a))
    state.x[:], state.t_o[:], state.t_i[:] = x, t_o, t_i
    state.t_a[:], state.t_r[:] = load.theta_a, load.theta_r
    return flows


def _first_state(rank: Rank) -> State:
    shape = rank.column["area"].shape
    t = np.full(shape, FIRST_GUESS)
    x = np.where(rank.decay < 1.0, (rank.to_o + rank.to_i) / (1.0 - rank.decay), 0.0) * FIRST_GUESS
    return State(x, t, t.copy(), t[0].copy(), t[0].copy())


def heat_held(rank: Rank, zones: NodeZones, state: State) -> FloatArray:
    """Heat in the elements and the air over that at 0 °C.

    Parameters
    ----------
    rank : Rank
        Elements.
    zones : NodeZones
        Buildings.
    state : State
        [°C]

    Returns
    -------
    ndarray, shape (buildings,)
        [Wh]

    References
    ----------
    .. [1] Σ C T over the nodes.
    """
    mass = total(rank.column["area"] * total(rank.content * state.x))
    return (mass + zones.c_air * state.t_a) / SECONDS_PER_HOUR


#: Means of an hour that its steps give.
_MEANS: Final = ("heating", "cooling", "held", "t_a", "t_r", "lost", "air", "bridge")


class _Runner:
    """A year's arrays, so that an hour needs no more than its number."""

    def __init__(self, climate: NodeClimate, rank: Rank, zones: NodeZones, setting: Setting) -> None:
        self.climate, self.rank, self.zones, self.setting = climate, rank, zones, setting
        self.fixed = None if setting.detailed else fixed_films(rank)
        self.week, self.sun = -1, Sun(np.zeros(0), np.zeros(0))

    def hour(self, state: State, t: int) -> dict[str, Any]:
        """Means of an hour; `state` moves on."""
        if t // _WEEK != self.week:
            self.week = t // _WEEK
            self.sun = sun_of(self.climate.hours[self.week * _WEEK:(self.week + 1) * _WEEK], self.rank)
        row = dict(zip(HOUR_COLUMNS, self.climate.hours[t].tolist()))
        zones, steps = self.zones, self.setting.steps
        outer, inner = self.sun.outer[t % _WEEK], self.sun.inner[t % _WEEK]
        low, high, gain, use, free = self.climate.schedules[t][self.climate.columns]
        internal = gain * zones.floor_area
        h_ve = row["density"] * _aired(zones, (use, free), state.t_a, row["temp"], t)
        ramp_low, ramp_high, *_ = self.climate.ramps[t][self.climate.columns]
        means: dict[str, Any] = dict.fromkeys(_MEANS, 0.0)
        for step in range(steps):
            outdoor = row["temp_start"] + (step + 0.5) / steps * (row["temp_end"] - row["temp_start"])
            film = self.fixed or _films_of(self.rank, state, row, outdoor)
            within = (step + 0.5) / steps - 0.5
            wanted = Wanted(low + within * ramp_low, high + within * ramp_high, zones.power_heat, zones.power_cool,
                            zones.air_weight)
            given = Given(outdoor, row["sky"], outer, inner, h_ve, zones.bridge,
                          zones.c_air * steps / SECONDS_PER_HOUR, zones.convective * internal,
                          (1.0 - zones.convective) * internal, wanted, self.setting.detailed)
            flows = advance(self.rank, state, film, given)
            now = {"heating": flows.load.heating, "cooling": flows.load.cooling, "held": flows.load.held,
                   "t_a": flows.load.theta_a, "t_r": flows.load.theta_r, "lost": flows.lost, "air": flows.air,
                   "bridge": flows.bridge}
            means = {name: means[name] + value / steps for name, value in now.items()}
        means = means | {"solar": total(self.rank.column["area"] * inner), "internal": internal,
                  "below": np.where(means["held"] < low - BAND_TOLERANCE, 1.0, 0.0),
                  "above": np.where(means["held"] > high + BAND_TOLERANCE, 1.0, 0.0)}
        return means


def _aired(zones: NodeZones, change: tuple[FloatArray, FloatArray], theta: FloatArray, outdoor: float, t: int
           ) -> FloatArray:
    use, free = change
    z = zones
    air = Air(use, free, z.flow, z.recovery, z.bypass_temp, z.air_change_night, z.night_start, z.night_end,
              z.night_temp_min, z.free_temp_min, z.free_difference)
    always = z.infiltration + z.flow * use * (1.0 - z.recovery)
    flow: FloatArray = always + aired_by_temperature(air, theta, outdoor, t % 24 + 0.5)
    return flow


_SUMMED: Final = ("heating", "cooling", "air", "bridge", "solar", "internal")


def year_numpy(climate: NodeClimate, elements: NodeElements, zones: NodeZones, setting: Setting,
               spin_up: NDArray[np.int64]) -> NodeYear:
    """A periodic year of N buildings.

    Parameters
    ----------
    climate : NodeClimate
        Hours and schedules.
    elements : NodeElements
        Elements of all buildings.
    zones : NodeZones
        N buildings.
    setting : Setting
        Steps an hour, films, series.
    spin_up : ndarray of int, shape (buildings,)
        Hours at the end of the year that are run first. [h]

    Returns
    -------
    NodeYear
        [Wh], [W], [°C]

    References
    ----------
    .. [1] ISO 52016-1:2017, 6.5.
    """
    rank = side_by_side(elements)
    runner = _Runner(climate, rank, zones, setting)
    state = _first_state(rank)
    n = zones.c_air.size
    for t in range(HOURS - int(spin_up.max()), HOURS):
        before = State(*(a.copy() for a in state))
        runner.hour(state, t)
        for now, held in zip(state, before):
            now[...] = np.where(t >= HOURS - spin_up, now, held)
    capacity = heat_held(rank, zones, _first_state(rank)) / FIRST_GUESS
    year = NodeYear(np.zeros((SUMS, n)), np.zeros(rank.column["area"].shape),
                    np.zeros((setting.series, n, HOURS), np.float32))
    settled = np.zeros(n, dtype=bool)
    for _ in range(MAX_YEARS):
        before = State(*(a.copy() for a in state))
        opening = heat_held(rank, zones, state)
        again = _one_year(runner, state)
        drift = heat_held(rank, zones, state) - opening
        for kept, new in ((year.sums, again.sums), (year.lost, again.lost)):
            kept[...] = np.where(settled, kept, new)
        year.series[...] = np.where(settled[:, None], year.series, again.series)
        for now, held in zip(state, before):
            now[...] = np.where(settled, held, now)
        settled |= ~(np.abs(drift) > PERIODIC_TOLERANCE * capacity)
        if settled.all():
            break
    rows = np.arange(elements.owner.size) - elements.offset[elements.owner]
    return year._replace(lost=year.lost[rows, elements.owner])


def _one_year(runner: _Runner, state: State) -> NodeYear:
    zones, series = runner.zones, runner.setting.series
    n = zones.c_air.size
    sums = np.zeros((SUMS, n))
    sums[SUM_HOUR_HEATING:] = -1.0
    lost = np.zeros(runner.rank.column["area"].shape)
    out = np.zeros((series, n, HOURS), np.float32)
    weight = np.zeros(n)
    for t in range(HOURS):
        before, weight = weight, np.where((t - zones.first_hour) % HOURS < zones.hours, 1.0, 0.0)
        if (before != weight).any():
            sums[SUM_STORAGE] += (before - weight) * heat_held(runner.rank, zones, state)
        means = runner.hour(state, t)
        for row, name in enumerate(_SUMMED):
            sums[row] += weight * means[name]
        sums[SUM_BELOW] += weight * means["below"]
        sums[SUM_ABOVE] += weight * means["above"]
        lost += weight * means["lost"]
        for peak, hour, load in ((SUM_PEAK_HEATING, SUM_HOUR_HEATING, weight * means["heating"]),
                                 (SUM_PEAK_COOLING, SUM_HOUR_COOLING, weight * means["cooling"])):
            higher = load > sums[peak]
            sums[peak] = np.where(higher, load, sums[peak])
            sums[hour] = np.where(higher, t, sums[hour])
        if series:
            out[0, :, t], out[1, :, t] = means["heating"], means["cooling"]
        if series == 4:
            out[2, :, t] = means["t_a"]
            out[3, :, t] = OPERATIVE_WEIGHT * means["t_a"] + (1.0 - OPERATIVE_WEIGHT) * means["t_r"]
    sums[SUM_STORAGE] += weight * heat_held(runner.rank, zones, state)
    return NodeYear(sums, lost, out)

"""A year of many buildings with the node model in NumPy."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from buem.constants import HOURS, SECONDS_PER_HOUR
from buem.iso52016 import (
    BAND_TOLERANCE,
    FIRST_GUESS,
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
    Load,
    Wanted,
    aired_by_temperature,
)
from buem.iso52016_columns import Hour
from buem.iso52016_records import NodeClimate, NodeSpaces, NodeYear, NodeZones, Rank, Setting, side_by_side, total
from buem.iso52016_space import (
    Given,
    Part,
    State,
    after,
    close,
    eliminate,
    films_between,
    films_of,
    first_state,
    fixed_between,
    fixed_films,
    heat_held,
    inner_sums,
    move_air,
    outer_sums,
    part_of,
    with_air,
)
from buem.iso52016_sun import Sun, sun_of
from buem.profiles import FloatArray

_WEEK: Final = 168


class Means(NamedTuple):
    """What the steps of an hour give, in the mean, shape (buildings,)."""

    heating: FloatArray  # [W]
    cooling: FloatArray
    held: FloatArray  # temperature that is controlled [°C]
    t_a: FloatArray  # [°C]
    t_r: FloatArray
    lost: FloatArray  # out of the outer faces, shape (elements, buildings) [W]
    lost_between: Any  # of the shared elements [W]
    air: FloatArray  # [W]
    bridge: FloatArray
    t_beside: FloatArray  # [°C]


class Balance(NamedTuple):
    """An hour of a year."""

    means: Means
    solar: Any  # [W]
    internal: FloatArray
    below: FloatArray  # 1 where the band was missed
    above: FloatArray

    def summed(self) -> tuple[Any, ...]:
        """What is added up, in the order of the sums. [W]"""
        m = self.means
        return m.heating, m.cooling, m.air, m.bridge, self.solar, self.internal


class Side(NamedTuple):
    """A space of each building."""

    rank: Rank
    zones: NodeZones
    columns: NDArray[np.int64]


class _Hour(NamedTuple):
    """What a space keeps in an hour."""

    outer: FloatArray  # sun and ground at the outer faces [W/m²]
    inner: FloatArray  # [W/m²]
    h_ve: FloatArray  # [W/K]
    internal: FloatArray  # [W]


class Runner:
    """A year's arrays, so that an hour needs no more than its number."""

    def __init__(self, climate: NodeClimate, sides: tuple[Side, ...], shared: Rank, setting: Setting) -> None:
        self.climate, self.sides, self.shared, self.setting = climate, sides, shared, setting
        self.week = -1
        self.sun: list[Sun] = []

    def first(self) -> list[State]:
        """The building, and the space beside with the shared elements where there is one."""
        states = [first_state(side.rank) for side in self.sides]
        if len(states) == 2:
            own = states[0]
            states.append(first_state(self.shared)._replace(t_a=own.t_a, t_r=own.t_r, p_a=own.p_a, p_r=own.p_r))
        return states

    def held(self, states: list[State]) -> list[FloatArray]:
        """Heat in the building, shared elements included, and in the space beside. [Wh]"""
        heat = [heat_held(side.rank, state, side.zones.c_air) for side, state in zip(self.sides, states)]
        if len(states) == 3:
            heat[0] = heat[0] + heat_held(self.shared, states[2], 0.0)
        return heat

    def hour(self, states: list[State], t: int) -> Balance:
        """Balance of an hour; the states move on."""
        row = Hour(*self.climate.hours[t].tolist())
        hours = self._hours(states, row, t)
        own, steps = self.sides[0], self.setting.steps
        low, high = self.climate.schedules[t][own.columns[:2]]
        ramp_low, ramp_high = self.climate.ramps[t][own.columns[:2]]
        sums: Any = (0.0,) * len(Means._fields)
        for step in range(steps):
            within = (step + 0.5) / steps
            outdoor = row.temp_start + within * (row.temp_end - row.temp_start)
            wanted = Wanted(low + (within - 0.5) * ramp_low, high + (within - 0.5) * ramp_high, own.zones.power_heat,
                            own.zones.power_cool, own.zones.air_weight)
            now = self._step(states, hours, (row, outdoor), wanted)
            sums = [whole + value / steps for whole, value in zip(sums, now)]
        means = Means(*sums)
        solar = sum(total(rank.column.area * hour.inner) for rank, hour in zip((own.rank, self.shared), hours[::2]))
        return Balance(means, solar, hours[0].internal, np.where(means.held < low - BAND_TOLERANCE, 1.0, 0.0),
                       np.where(means.held > high + BAND_TOLERANCE, 1.0, 0.0))

    def _hours(self, states: list[State], row: Hour, t: int) -> list[_Hour]:
        if t // _WEEK != self.week:
            self.week = t // _WEEK
            hours = self.climate.hours[self.week * _WEEK:(self.week + 1) * _WEEK]
            self.sun = [sun_of(hours, side.rank) for side in self.sides]
        found = []
        suns = [self._light(side, week, state, t) for side, week, state in zip(self.sides, self.sun, states)]
        for side, state, sun in zip(self.sides, states, suns):
            gain, use, free, ground = self.climate.schedules[t][side.columns[2:]]
            z = side.zones
            c = side.rank.column
            below = (c.ground_mean + c.ground_cos * row.season_cos + c.ground_sin * row.season_sin
                     + c.h_ground * ground)
            outer = np.where(c.h_ground > 0.0, below, sun.outer)
            h_ve = row.density * _aired(z, (use, free), state.t_a, row.temp, t)
            found.append(_Hour(outer, sun.inner, h_ve, gain * z.floor_area))
        if len(found) == 2:
            self._share_sun(found, suns)
        return found

    def _light(self, side: Side, week: Sun, state: State, t: int) -> Sun:
        """Sun of an hour; that of movable shades is known only now."""
        if np.isfinite(side.rank.column.irradiance).any():
            hour = sun_of(self.climate.hours[t:t + 1], side.rank, state.t_a)
            return Sun(*(values[0] for values in hour))
        return Sun(*(values[t % _WEEK] for values in week))

    def _share_sun(self, hours: list[_Hour], suns: list[Sun]) -> None:
        """Sun of both spaces on the shared elements, and what passes shared windows into the building."""
        c, own = self.shared.column, self.sides[0].rank.column
        (beam, diffuse), (beam_beside, diffuse_beside) = ((sun.beam, sun.diffuse) for sun in suns)
        passed = total(c.area * (c.pass_beam * beam_beside + c.pass_diffuse * diffuse_beside))
        hours[0] = hours[0]._replace(inner=hours[0].inner + own.share_diffuse * passed)
        hours.append(hours[0]._replace(
            outer=c.share_beam_outer * beam_beside + c.share_diffuse_outer * diffuse_beside,
            inner=c.share_beam * beam + c.share_diffuse * (diffuse + passed)))

    def _given(self, hour: _Hour, zones: NodeZones, air: tuple[Hour, float]) -> Given:
        row, outdoor = air
        held = zones.c_air * self.setting.steps / SECONDS_PER_HOUR
        return Given(outdoor, row.sky, hour.outer, hour.inner, hour.h_ve, zones.bridge, held,
                     zones.convective * hour.internal, (1.0 - zones.convective) * hour.internal,
                     self.setting.detailed)

    def _step(self, states: list[State], hours: list[_Hour], air: tuple[Hour, float], wanted: Wanted) -> Means:
        detailed, outdoor = self.setting.detailed, air[1]
        givens, parts, sums = [], [], []
        for side, state, hour in zip(self.sides, states, hours):
            film = films_of(side.rank, state, air[0], outdoor) if detailed else fixed_films(side.rank)
            givens.append(self._given(hour, side.zones, air))
            parts.append(part_of(side.rank, state, film, givens[-1]))
            sums.append(with_air(inner_sums(parts[-1]), givens[-1], state))
        t_beside, lost_between = np.zeros_like(states[0].t_a), 0.0
        if len(states) == 1:
            load = close(sums[0], wanted)
        else:
            load, t_beside, lost_between = self._close_both(states, (hours[2], givens[0]), sums, wanted)
        lost = after(parts[0], (load.theta_a, load.theta_r))
        if len(states) == 3:
            after(parts[1], (states[1].t_a, states[1].t_r))
        move_air(states[0], (load.theta_a, load.theta_r))
        rise = load.theta_a - outdoor
        return Means(load.heating, load.cooling, load.held, load.theta_a, load.theta_r, lost, lost_between,
                     givens[0].h_ve * rise, givens[0].bridge * rise, t_beside)

    def _close_both(self, states: list[State], known: tuple[_Hour, Given], sums: list[Any], wanted: Wanted
                    ) -> tuple[Load, FloatArray, Any]:
        hour, given = known
        film = films_between(self.shared, states[2], states[1]) if self.setting.detailed else fixed_between(self.shared)
        between: Part = part_of(self.shared, states[2], film, given._replace(
            outdoor=0.0, sky=0.0, outer=hour.outer, inner=hour.inner))
        outer, coupling = outer_sums(between)
        own = type(outer)(*(a + b for a, b in zip(sums[0], inner_sums(between))))
        beside = type(outer)(*(a + b for a, b in zip(sums[1], outer)))
        alone, beyond = eliminate(own, beside, coupling)
        load = close(alone, wanted)
        air = beyond.at(load)
        lost = after(between, (load.theta_a, load.theta_r), film.h_air * air[0] + film.h_sky * air[1])
        move_air(states[1], air)
        return load, air[0], lost


def _aired(zones: NodeZones, change: tuple[FloatArray, FloatArray], theta: FloatArray, outdoor: float, t: int
           ) -> FloatArray:
    use, free = change
    z = zones
    air = Air(use, free, z.flow, z.recovery, z.bypass_temp, z.air_change_night, z.night_start, z.night_end,
              z.night_temp_min, z.free_temp_min, z.free_difference)
    always = z.infiltration + z.flow * use * (1.0 - z.recovery)
    flow: FloatArray = always + aired_by_temperature(air, theta, outdoor, t % 24 + 0.5)
    return flow


def year_numpy(climate: NodeClimate, spaces: NodeSpaces, setting: Setting, spin_up: NDArray[np.int64]) -> NodeYear:
    """A periodic year of N buildings, of which all or none have a space beside them.

    Parameters
    ----------
    climate : NodeClimate
        Hours and schedules.
    spaces : NodeSpaces
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
    sides: tuple[Side, ...] = (Side(side_by_side(spaces.own), spaces.zones, spaces.columns),)
    if spaces.building.size:
        sides += (Side(side_by_side(spaces.beside), spaces.beside_zones, spaces.beside_columns),)
    shared = side_by_side(spaces.between)
    runner = Runner(climate, sides, shared, setting)
    state = runner.first()
    n = spaces.zones.c_air.size
    for t in range(HOURS - int(spin_up.max()), HOURS):
        before = _copy(state)
        runner.hour(state, t)
        _keep(state, before, t < HOURS - spin_up)
    capacity = [heat / FIRST_GUESS for heat in runner.held(runner.first())]
    year = _blank(runner, n)
    settled = np.zeros(n, dtype=bool)
    for _ in range(MAX_YEARS):
        before, opening = _copy(state), runner.held(state)
        again = _one_year(runner, state)
        for kept, new in ((year.sums, again.sums), (year.lost, again.lost), (year.lost_between, again.lost_between)):
            kept[...] = np.where(settled, kept, new)
        for written, fresh in ((year.series, again.series), (year.beside, again.beside)):
            # There are series of the spaces beside in all rows or in none.
            written[...] = np.where(settled[:written.shape[-2], None], written, fresh)
        drifts = [np.abs(now - then) > PERIODIC_TOLERANCE * whole
                  for now, then, whole in zip(runner.held(state), opening, capacity)]
        _keep(state, before, settled)
        settled |= ~np.logical_or.reduce(drifts)
        if settled.all():
            break
    return year._replace(lost=_flat(year.lost, spaces.own), lost_between=_flat(year.lost_between, spaces.between))


def _copy(states: list[State]) -> list[State]:
    return [State(*(a.copy() for a in state)) for state in states]


def _keep(states: list[State], before: list[State], mask: NDArray[np.bool_]) -> None:
    for state, old in zip(states, before):
        for now, held in zip(state, old):
            now[...] = np.where(mask, held, now)


def _flat(lost: FloatArray, elements: Any) -> FloatArray:
    values: FloatArray = lost[np.arange(elements.owner.size) - elements.offset[elements.owner], elements.owner]
    return values


def _blank(runner: Runner, n: int) -> NodeYear:
    sums = np.zeros((SUMS, n))
    sums[SUM_HOUR_HEATING:] = -1.0
    beside = n if len(runner.sides) == 2 and runner.setting.series == 4 else 0
    return NodeYear(sums, np.zeros(runner.sides[0].rank.column.area.shape),
                    np.zeros((runner.setting.series, n, HOURS), np.float32),
                    np.zeros(runner.shared.column.area.shape), np.zeros((beside, HOURS), np.float32))


def _one_year(runner: Runner, states: list[State]) -> NodeYear:
    zones, n = runner.sides[0].zones, runner.sides[0].zones.c_air.size
    year = _blank(runner, n)
    sums = year.sums
    weight = np.zeros(n)
    for t in range(HOURS):
        before, weight = weight, np.where((t - zones.first_hour) % HOURS < zones.hours, 1.0, 0.0)
        if (before != weight).any():
            sums[SUM_STORAGE] += (before - weight) * runner.held(states)[0]
        hour = runner.hour(states, t)
        for row, value in enumerate(hour.summed()):
            sums[row] += weight * value
        sums[SUM_BELOW] += weight * hour.below
        sums[SUM_ABOVE] += weight * hour.above
        year.lost[...] += weight * hour.means.lost
        year.lost_between[...] += weight * hour.means.lost_between
        for peak, when, load in ((SUM_PEAK_HEATING, SUM_HOUR_HEATING, weight * hour.means.heating),
                                 (SUM_PEAK_COOLING, SUM_HOUR_COOLING, weight * hour.means.cooling)):
            higher = load > sums[peak]
            sums[peak] = np.where(higher, load, sums[peak])
            sums[when] = np.where(higher, t, sums[when])
        _write_series(year, hour.means, t)
    sums[SUM_STORAGE] += weight * runner.held(states)[0]
    return year


def _write_series(year: NodeYear, means: Means, t: int) -> None:
    series = year.series
    if series.shape[0]:
        series[0, :, t], series[1, :, t] = means.heating, means.cooling
    if series.shape[0] == 4:
        series[2, :, t] = means.t_a
        series[3, :, t] = OPERATIVE_WEIGHT * means.t_a + (1.0 - OPERATIVE_WEIGHT) * means.t_r
    if year.beside.shape[0]:
        year.beside[:, t] = means.t_beside

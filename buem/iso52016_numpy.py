"""A year of many buildings with the node model in NumPy."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from buem.constants import HOURS, SECONDS_PER_HOUR
from buem.iso52016 import (
    BAND_TOLERANCE,
    FIRST_GUESS,
    HOUR_COLUMNS,
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
#: Means of an hour that its steps give.
_MEANS: Final = ("heating", "cooling", "held", "t_a", "t_r", "lost", "lost_between", "air", "bridge", "t_beside")
_SUMMED: Final = ("heating", "cooling", "air", "bridge", "solar", "internal")


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


class _Runner:
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

    def hour(self, states: list[State], t: int) -> dict[str, Any]:
        """Means of an hour; the states move on."""
        row = dict(zip(HOUR_COLUMNS, self.climate.hours[t].tolist()))
        hours = self._hours(states, row, t)
        own = self.sides[0]
        low, high = self.climate.schedules[t][own.columns[:2]]
        ramp_low, ramp_high = self.climate.ramps[t][own.columns[:2]]
        means: dict[str, Any] = dict.fromkeys(_MEANS, 0.0)
        for step in range(self.setting.steps):
            within = (step + 0.5) / self.setting.steps
            outdoor = row["temp_start"] + within * (row["temp_end"] - row["temp_start"])
            wanted = Wanted(low + (within - 0.5) * ramp_low, high + (within - 0.5) * ramp_high, own.zones.power_heat,
                            own.zones.power_cool, own.zones.air_weight)
            now = self._step(states, hours, row | {"outdoor": outdoor}, wanted)
            means = {name: means[name] + value / self.setting.steps for name, value in now.items()}
        ranks = (own.rank, self.shared)
        return means | {
            "solar": sum(total(rank.column["area"] * hour.inner) for rank, hour in zip(ranks, hours[::2])),
            "internal": hours[0].internal,
            "below": np.where(means["held"] < low - BAND_TOLERANCE, 1.0, 0.0),
            "above": np.where(means["held"] > high + BAND_TOLERANCE, 1.0, 0.0)}

    def _hours(self, states: list[State], row: dict[str, float], t: int) -> list[_Hour]:
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
            below = (c["ground_mean"] + c["ground_cos"] * row["season_cos"] + c["ground_sin"] * row["season_sin"]
                     + c["h_ground"] * ground)
            outer = np.where(c["h_ground"] > 0.0, below, sun.outer)
            h_ve = row["density"] * _aired(z, (use, free), state.t_a, row["temp"], t)
            found.append(_Hour(outer, sun.inner, h_ve, gain * z.floor_area))
        if len(found) == 2:
            self._share_sun(found, suns)
        return found

    def _light(self, side: Side, week: Sun, state: State, t: int) -> Sun:
        """Sun of an hour; that of movable shades is known only now."""
        if np.isfinite(side.rank.column["irradiance"]).any():
            hour = sun_of(self.climate.hours[t:t + 1], side.rank, state.t_a)
            return Sun(*(values[0] for values in hour))
        return Sun(*(values[t % _WEEK] for values in week))

    def _share_sun(self, hours: list[_Hour], suns: list[Sun]) -> None:
        """Sun of both spaces on the shared elements, and what passes shared windows into the building."""
        c, own = self.shared.column, self.sides[0].rank.column
        (beam, diffuse), (beam_beside, diffuse_beside) = ((sun.beam, sun.diffuse) for sun in suns)
        passed = total(c["area"] * (c["pass_beam"] * beam_beside + c["pass_diffuse"] * diffuse_beside))
        hours[0] = hours[0]._replace(inner=hours[0].inner + own["share_diffuse"] * passed)
        hours.append(hours[0]._replace(
            outer=c["share_beam_outer"] * beam_beside + c["share_diffuse_outer"] * diffuse_beside,
            inner=c["share_beam"] * beam + c["share_diffuse"] * (diffuse + passed)))

    def _given(self, hour: _Hour, zones: NodeZones, row: dict[str, float]) -> Given:
        held = zones.c_air * self.setting.steps / SECONDS_PER_HOUR
        return Given(row["outdoor"], row["sky"], hour.outer, hour.inner, hour.h_ve, zones.bridge, held,
                     zones.convective * hour.internal, (1.0 - zones.convective) * hour.internal,
                     self.setting.detailed)

    def _step(self, states: list[State], hours: list[_Hour], row: dict[str, float], wanted: Wanted) -> dict[str, Any]:
        detailed = self.setting.detailed
        givens, parts, sums = [], [], []
        for side, state, hour in zip(self.sides, states, hours):
            film = films_of(side.rank, state, row, row["outdoor"]) if detailed else fixed_films(side.rank)
            givens.append(self._given(hour, side.zones, row))
            parts.append(part_of(side.rank, state, film, givens[-1]))
            sums.append(with_air(inner_sums(parts[-1]), givens[-1], state))
        if len(states) == 1:
            load = close(sums[0], wanted)
            now: dict[str, Any] = {"t_beside": np.zeros_like(states[0].t_a), "lost_between": 0.0}
        else:
            load, now = self._close_both(states, (hours[2], givens[0]), sums, wanted)
        now["lost"] = after(parts[0], (load.theta_a, load.theta_r))
        if len(states) == 3:
            after(parts[1], (states[1].t_a, states[1].t_r))
        move_air(states[0], (load.theta_a, load.theta_r))
        rise = load.theta_a - row["outdoor"]
        return now | {"heating": load.heating, "cooling": load.cooling, "held": load.held, "t_a": load.theta_a,
                      "t_r": load.theta_r, "air": givens[0].h_ve * rise, "bridge": givens[0].bridge * rise}

    def _close_both(self, states: list[State], known: tuple[_Hour, Given], sums: list[Any], wanted: Wanted
                    ) -> tuple[Load, dict[str, Any]]:
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
        return load, {"t_beside": air[0], "lost_between": lost}


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
    runner = _Runner(climate, sides, shared, setting)
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


def _blank(runner: _Runner, n: int) -> NodeYear:
    sums = np.zeros((SUMS, n))
    sums[SUM_HOUR_HEATING:] = -1.0
    beside = n if len(runner.sides) == 2 and runner.setting.series == 4 else 0
    return NodeYear(sums, np.zeros(runner.sides[0].rank.column["area"].shape),
                    np.zeros((runner.setting.series, n, HOURS), np.float32),
                    np.zeros(runner.shared.column["area"].shape), np.zeros((beside, HOURS), np.float32))


def _one_year(runner: _Runner, states: list[State]) -> NodeYear:
    zones, n = runner.sides[0].zones, runner.sides[0].zones.c_air.size
    year = _blank(runner, n)
    sums = year.sums
    weight = np.zeros(n)
    for t in range(HOURS):
        before, weight = weight, np.where((t - zones.first_hour) % HOURS < zones.hours, 1.0, 0.0)
        if (before != weight).any():
            sums[SUM_STORAGE] += (before - weight) * runner.held(states)[0]
        means = runner.hour(states, t)
        for row, name in enumerate(_SUMMED):
            sums[row] += weight * means[name]
        sums[SUM_BELOW] += weight * means["below"]
        sums[SUM_ABOVE] += weight * means["above"]
        year.lost[...] += weight * means["lost"]
        year.lost_between[...] += weight * means["lost_between"]
        for peak, hour, load in ((SUM_PEAK_HEATING, SUM_HOUR_HEATING, weight * means["heating"]),
                                 (SUM_PEAK_COOLING, SUM_HOUR_COOLING, weight * means["cooling"])):
            higher = load > sums[peak]
            sums[peak] = np.where(higher, load, sums[peak])
            sums[hour] = np.where(higher, t, sums[hour])
        _write_series(year, means, t)
    sums[SUM_STORAGE] += weight * runner.held(states)[0]
    return year


def _write_series(year: NodeYear, means: dict[str, Any], t: int) -> None:
    series = year.series
    if series.shape[0]:
        series[0, :, t], series[1, :, t] = means["heating"], means["cooling"]
    if series.shape[0] == 4:
        series[2, :, t] = means["t_a"]
        series[3, :, t] = OPERATIVE_WEIGHT * means["t_a"] + (1.0 - OPERATIVE_WEIGHT) * means["t_r"]
    if year.beside.shape[0]:
        year.beside[:, t] = means["t_beside"]

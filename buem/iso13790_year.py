"""A periodic year of many buildings with the 5R1C model, in NumPy or compiled.

The NumPy form is complete: arrays of shape (buildings,) an hour. The compiled one is `iso13790.year_compiled`.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from buem.compiled import COMPILED
from buem.constants import HOURS, OPERATIVE_AIR_WEIGHT
from buem.errors import OptionError, problem
from buem.iso13790 import Drive, Hour, coefficients, step, year_compiled
from buem.iso13790_films import Films, moved
from buem.iso13790_records import (
    BAND_TOLERANCE,
    SUM_HOUR_COOLING,
    SUM_HOUR_HEATING,
    SUM_PEAK_COOLING,
    SUM_PEAK_HEATING,
    SUMS,
    Climate,
    Network,
    Sunlit,
    Year,
    Zones,
)
from buem.iso13790_sun import solar_gains
from buem.profiles import FloatArray

KERNELS: Final = ("auto", "numpy", "numba")
#: Largest difference of the mass temperature between 1 January and 31 December. [K]
PERIODIC_TOLERANCE: Final = 0.01
#: Years after which a building that is still drifting is given up.
MAX_YEARS: Final = 25
#: Drift that is left after the spin-up, of a first guess that is up to 20 K wrong. [-]
_SPIN_UP_DECAY = 0.005 / 20.0
_FIRST_GUESS = 20.0


def _year_numpy(climate: Climate, sunlit: Sunlit, zones: Zones, start: FloatArray, spin_up: NDArray[np.int64],
                series: NDArray[np.float32]) -> tuple[FloatArray, FloatArray]:
    sun = solar_gains(climate, sunlit, zones)
    sums = np.zeros((SUMS, start.size))
    sums[SUM_HOUR_HEATING:] = -1.0
    net = zones.net
    state = State(start.copy(), start.copy(), net.h_tr_ms, net.h_tr_is, net.h_tr_w)
    for t in range(HOURS - int(spin_up.max()), HOURS):
        after, _, _ = _hour_numpy(climate, zones, sun.at(t, state.theta_air), state, t)
        running = t >= HOURS - spin_up
        state = State(*(np.where(running, new, old) for new, old in zip(after, state)))
    opening = state.theta_m
    for t in range(HOURS):
        state, now, terms = _hour_numpy(climate, zones, sun.at(t, state.theta_air), state, t)
        weight = np.where((t - zones.first_hour) % HOURS < zones.hours, 1.0, 0.0)
        _add_hour(sums, weight, now, terms, t)
        if series.shape[0]:
            series[0, :, t], series[1, :, t] = now.heating, now.cooling
        if series.shape[0] == 4:
            series[2, :, t] = now.theta_air
            series[3, :, t] = OPERATIVE_AIR_WEIGHT * now.theta_air + (1.0 - OPERATIVE_AIR_WEIGHT) * now.theta_s
    start[:] = state.theta_m
    return sums, state.theta_m - opening


class State(NamedTuple):
    """What an hour takes from the one before, each of shape (buildings,)."""

    theta_m: FloatArray  # [°C]
    theta_air: FloatArray
    #: Conductances that follow the films. [W/K]
    h_tr_ms: FloatArray
    h_tr_is: FloatArray
    h_tr_w: FloatArray


def _hour_numpy(climate: Climate, zones: Zones, sun: FloatArray, state: State, t: int
                ) -> tuple[State, Hour, tuple[FloatArray, ...]]:
    theta_e, sky = climate.hours[t, 8], climate.hours[t, 11]
    now = climate.schedules[t]
    low, high, gain = now[climate.columns[:3]]
    internal = gain * zones.floor_area + now[climate.columns[5]] * zones.beside
    h_ve = air_conductance(climate, zones, state.theta_air, t)
    ground = _ground_flow(climate, zones, t)
    glass, opaque = sun[0], sun[1] + ground
    radiant = (1.0 - zones.convective) * internal
    to_surface = zones.surface_share * radiant + zones.sun_surface * glass - zones.sky_surface * sky
    to_mass = zones.mass_share * radiant + zones.sun_mass * glass + (zones.outer * opaque - zones.sky_mass * sky)
    drive = Drive(theta_e, zones.convective * internal, to_surface, to_mass, low, high, zones.power_heat,
                  zones.power_cool)
    net = _net_of_hour(zones, h_ve, drive, state)
    hour = step(state.theta_m, net, coefficients(net, h_ve), drive)
    held = net.air_weight * hour.theta_air + (1.0 - net.air_weight) * hour.theta_s
    return State(hour.theta_m, hour.theta_air, net.h_tr_ms, net.h_tr_is, net.h_tr_w), hour, (
        hour.heating, hour.cooling, hour.theta_m_mean - theta_e, net.h_tr_w * (hour.theta_s - theta_e),
        h_ve * (hour.theta_air - theta_e), glass, opaque, ground, internal, net.c_m * (hour.theta_m - state.theta_m),
        np.where(held < low - BAND_TOLERANCE, 1.0, 0.0), np.where(held > high + BAND_TOLERANCE, 1.0, 0.0),
    )


def _net_of_hour(zones: Zones, h_ve: FloatArray, drive: Drive, state: State) -> Network:
    """The network with the films of the hour: it is run with those of the hour before, whose heat gives its own."""
    if not (zones.radiant > 0.0).any():
        return zones.net
    films = Films(zones.film_steady, zones.film_moving, zones.radiant, zones.mass_area, zones.inner_area,
                  zones.star_area, zones.pane_convection, zones.pane_radiation, zones.pane_between, zones.gap_radiation,
                  zones.gap_gas, zones.pane_rest)
    net = zones.net._replace(h_tr_ms=state.h_tr_ms, h_tr_is=state.h_tr_is, h_tr_w=state.h_tr_w)
    first = step(state.theta_m, net, coefficients(net, h_ve), drive)
    return net._replace(**moved(films, net, first.theta_air, first.theta_s, drive.theta_e)._asdict())


def _ground_flow(climate: Climate, zones: Zones, t: int) -> FloatArray:
    """Heat that the ground gives to the elements on it beyond what outdoors would, of shape (buildings,). [W]"""
    hour, column = climate.hours[t], climate.columns[6]
    below = zones.ground_mean + (zones.ground_cosine * hour[12] + zones.ground_sine * hour[13])
    below = np.where(column < 0, below, climate.schedules[t][column])
    return np.where(zones.h_ground == 0.0, 0.0, zones.h_ground * (below - hour[8]))


def air_conductance(climate: Climate, zones: Zones, theta_air: FloatArray, t: int) -> FloatArray:
    """Ventilation conductance of an hour: infiltration, air on purpose, at night, by open windows.

    Parameters
    ----------
    climate : Climate
        Outdoor air and air changes. [°C], [1/h]
    zones : Zones
        Conductances and limits. [W/K], [°C]
    theta_air : ndarray, shape (buildings,)
        Air node in the hour before. [°C]
    t : int
        Hour of the year.

    Returns
    -------
    ndarray, shape (buildings,)
        H_ve. [W/K]

    References
    ----------
    .. [1] ISO 13790:2008, 9.3.3; ISO 52016-1:2017, 6.5.10, for air that depends on temperatures.
    """
    theta_e, now = climate.hours[t, 8], climate.schedules[t]
    passed = (theta_air > zones.bypass_temp) & (theta_air > theta_e)
    opened = (theta_air > zones.free_temp_min) & (theta_air - theta_e > zones.free_difference)
    use = zones.h_use * now[climate.columns[3]] * np.where(passed, 1.0, 1.0 - zones.recovery)
    free = np.where(opened, zones.h_free * now[climate.columns[4]], 0.0)
    night = np.where(night_air(zones, theta_air, theta_e, t), zones.h_ve_night, 0.0)
    h_ve: FloatArray = zones.h_ve + night + use
    return h_ve + free


def night_air(zones: Zones, theta_air: FloatArray, theta_e: float, t: int) -> NDArray[np.bool_]:
    """Whether night ventilation runs in an hour.

    Parameters
    ----------
    zones : Zones
        Hours of the day, and the least temperature for it. [h], [°C]
    theta_air : ndarray, shape (buildings,)
        Air node in the hour before. [°C]
    theta_e : float
        Outdoor air. [°C]
    t : int
        Hour of the year.

    Returns
    -------
    ndarray of bool, shape (buildings,)
    """
    hour = t % 24 + 0.5
    late, early = hour >= zones.night_start, hour < zones.night_end
    night = np.where(zones.night_start < zones.night_end, late & early, late | early)
    useful = (zones.night_temp_min == -np.inf) | ((theta_air > zones.night_temp_min) & (theta_air > theta_e))
    running: NDArray[np.bool_] = night & useful
    return running


def _add_hour(sums: FloatArray, weight: FloatArray, now: Hour, terms: tuple[FloatArray, ...], t: int) -> None:
    for row, term in enumerate(terms):
        sums[row] += weight * term
    for peak, hour, load in ((SUM_PEAK_HEATING, SUM_HOUR_HEATING, weight * now.heating),
                             (SUM_PEAK_COOLING, SUM_HOUR_COOLING, weight * now.cooling)):
        higher = load > sums[peak]
        sums[peak] = np.where(higher, load, sums[peak])
        sums[hour] = np.where(higher, t, sums[hour])


def spin_up_hours(zones: Zones) -> NDArray[np.int64]:
    """Hours at the end of the year that are run first, so that the mass has forgotten the first guess.

    Without heating the mass decays each hour by (c_m - (H_3 + H_em)/2) / (c_m + (H_3 + H_em)/2).

    Parameters
    ----------
    zones : Zones
        N buildings.

    Returns
    -------
    ndarray of int, shape (buildings,)
        24 to 8760. [h]

    References
    ----------
    .. [1] ISO 13790:2008, Annex C, eq. C.4: the factor of θ_m,t-1.
    """
    k = coefficients(zones.net, zones.h_ve)
    decay = np.abs(k.keep * k.to_mass)
    with np.errstate(divide="ignore", invalid="ignore"):
        hours: FloatArray = np.log(_SPIN_UP_DECAY) / np.log(decay)
    hours = np.nan_to_num(np.ceil(hours), nan=24.0, posinf=HOURS)
    return np.clip(hours, 24, HOURS).astype(np.int64)


def simulate_year(climate: Climate, sunlit: Sunlit, zones: Zones, kernel: str = "auto", series: int = 0,
                  threads: int = 1) -> Year:
    """A periodic year of N buildings.

    Each building's year is run again, by itself, until its mass at 31 December and 1 January agree.

    Parameters
    ----------
    climate : Climate
        Hours and schedules.
    sunlit : Sunlit
        Planes of the buildings.
    zones : Zones
        N buildings.
    kernel : str
        "numpy", "numba", or "auto": numba where it is installed.
    series : int
        0, 2 (heating, cooling) or 4 (air and operative temperature too).
    threads : int
        Threads that share the buildings of the compiled kernel.

    Returns
    -------
    Year
        Sums of shape (SUMS, buildings) and series of shape (series, buildings, 8760). [Wh], [W], [°C]

    Raises
    ------
    OptionError
        For an unknown kernel, or numba where it is not installed.

    References
    ----------
    .. [1] ISO 13790:2008, Annex C.
    """
    run = _kernel(kernel)
    n = zones.h_ve.size
    start = np.full(n, _FIRST_GUESS)
    year = Year(np.zeros((SUMS, n)), np.empty((series, n, HOURS), dtype=np.float32))
    spin_up = spin_up_hours(zones)
    which = np.arange(n)
    for _ in range(MAX_YEARS):
        drift = _shared(run, threads, (climate, sunlit, zones, start, spin_up), which, year)
        which = which[np.abs(drift[which]) > PERIODIC_TOLERANCE]
        if which.size == 0:
            break
        spin_up = np.zeros(n, dtype=np.int64)
    return year


def _kernel(name: str) -> Any:
    if name not in KERNELS:
        raise OptionError([problem("kernel", name, f"one of {', '.join(KERNELS)}")])
    if name == "numba" and not COMPILED:
        raise OptionError([problem("kernel", name, "numba to be installed, or auto or numpy")])
    return _run_numpy if name == "numpy" or not COMPILED else _run_numba


def _shared(run: Any, threads: int, given: tuple[Any, ...], which: NDArray[np.int64], year: Year) -> FloatArray:
    pieces = [p for p in np.array_split(which, threads) if p.size]
    if len(pieces) <= 1:
        return run(*given, which, year)  # type: ignore[no-any-return]
    with ThreadPoolExecutor(len(pieces)) as pool:
        drifts: list[FloatArray] = list(pool.map(lambda piece: run(*given, piece, year), pieces))
    return np.sum(drifts, axis=0)  # type: ignore[no-any-return]


def _run_numba(climate: Climate, sunlit: Sunlit, zones: Zones, start: FloatArray, spin_up: NDArray[np.int64],
               which: NDArray[np.int64], year: Year) -> FloatArray:
    drift = np.zeros(start.size)
    rows = np.stack([*zones.net, *zones[1:]])
    year_compiled(climate.hours, climate.schedules, tuple(sunlit), rows, climate.columns, start, spin_up, which,
                  year.sums, year.series, drift)
    return drift


def _run_numpy(climate: Climate, sunlit: Sunlit, zones: Zones, start: FloatArray, spin_up: NDArray[np.int64],
               which: NDArray[np.int64], year: Year) -> FloatArray:
    drift = np.zeros(start.size)
    part = Zones(Network(*(a[which] for a in zones.net)), *(a[which] for a in zones[1:]))
    first, count = sunlit.offset[which], np.diff(sunlit.offset)[which]
    rows = np.concatenate([np.arange(a, a + c) for a, c in zip(first, count)]) if which.size else first
    lit = Sunlit(np.concatenate([[0], np.cumsum(count)]), sunlit.table[rows.astype(np.int64)],
                 sunlit.special[which], sunlit.skyline[which], sunlit.sectors[which])
    begin, series = start[which], np.zeros((year.series.shape[0], which.size, HOURS), dtype=np.float32)
    theirs = climate._replace(columns=climate.columns[:, which])
    year.sums[:, which], drift[which] = _year_numpy(theirs, lit, part, begin, spin_up[which], series)
    start[which] = begin
    year.series[:, which] = series
    return drift

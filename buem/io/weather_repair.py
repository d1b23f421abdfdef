"""What the readers repair in a weather column, and what they refuse."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from buem.constants import HOURS
from buem.errors import Problem, WeatherError, problem
from buem.profiles import FloatArray
from buem.weather import DERIVED_IRRADIANCE, RANGES, REQUIRED, Weather, cos_zenith, hour_name

IRRADIANCE: Final = ("ghi", "dni", "dhi")
#: Codes of either sign for "missing", in all formats; they count where they lie outside the column's range.
MISSING_CODES: Final = (99.0, 99.9, 99.99, 990.0, 999.0, 999.9, 9900.0, 9999.0, 99999.0, 999999.0)
#: Longest gap that is filled by interpolation. [h]
LONGEST_GAP: Final = 6
#: Night offsets of pyranometers down to this are set to 0. [W/m²]
LOWEST_IRRADIANCE: Final = -10.0
#: Lowest mean cosine of the zenith angle at which a direct normal irradiance is computed. [-]
_LOWEST_COSINE: Final = 0.02
_HIGHEST_DNI: Final = 1100.0


class Repair(NamedTuple):
    """Where a column stands, and the lists that its problems and notes go to."""

    path: str
    problems: list[Problem]
    notes: list[str]
    #: What the column is called, where it is not the name in `Weather`.
    label: str = ""


def repair_column(name: str, values: FloatArray, repair: Repair) -> FloatArray:
    """A column without missing codes, short gaps or night offsets; what is beyond repair becomes a problem.

    Parameters
    ----------
    name : str
        Name in `Weather`.
    values : ndarray, shape (8760,)
        In the unit of `Weather`.
    repair : Repair
        Takes the problems and notes.

    Returns
    -------
    ndarray, shape (8760,)
        Complete, or NaN throughout, unless a problem was added.
    """
    label = repair.label or name
    values = _without_codes(name, values)
    if name in IRRADIANCE:
        values = _without_night_offset(label, values, repair.notes)
    missing = np.isnan(values)
    if missing.all():
        if name == "temp_air":
            repair.problems.append(problem(f"{repair.path}: {name}", None, "a temperature of every hour", "MISSING"))
        return values
    wrong = (values < RANGES[name].low) | (values > RANGES[name].high)
    if wrong.any():
        first = int(wrong.argmax())
        found = f"{values[first]:g} at {hour_name(first)}, {int(wrong.sum())} hours in all"
        repair.problems.append(problem(f"{repair.path}: {label}", found, str(RANGES[name]), "OUT_OF_RANGE"))
    return _without_gaps(name, values, missing, repair) if missing.any() else values


def _without_codes(name: str, values: FloatArray) -> FloatArray:
    """NaN for codes of missing values; hPa codes may have been turned into Pa before."""
    suspects = np.flatnonzero((values < RANGES[name].low) | (values > RANGES[name].high))
    if not suspects.size:
        return values
    scale = (1.0, 100.0) if name == "pressure" else (1.0,)
    codes = [s * c for s in scale for c in MISSING_CODES]
    coded = suspects[np.isin(np.abs(values[suspects]).round(6), codes)]
    values = values.copy()
    values[coded] = np.nan
    return values


def _without_night_offset(name: str, values: FloatArray, notes: list[str]) -> FloatArray:
    below = (values <= 0.0) & (values >= LOWEST_IRRADIANCE)
    real = int((values[below] < -0.5).sum())
    if real:
        notes.append(f"{name}: {real} values from {np.nanmin(values[below]):g} to 0 W/m² set to 0")
    return np.where(below, 0.0, values)


def _without_gaps(name: str, values: FloatArray, missing: NDArray[np.bool_], repair: Repair) -> FloatArray:
    """Gaps of at most six hours interpolated; longer ones refuse a needed column and cost an optional one its place."""
    count, longest, first = int(missing.sum()), _longest_run(missing), hour_name(int(missing.argmax()))
    found = f"{count} missing hours, the first {first}"
    if name in IRRADIANCE or (name in REQUIRED and longest > LONGEST_GAP):
        wanted = "no missing hours" if name in IRRADIANCE else f"no gap longer than {LONGEST_GAP} h"
        where = f"{repair.path}: {repair.label or name}"
        repair.problems.append(problem(where, found, wanted, "MISSING_VALUE"))
        return values
    if longest > LONGEST_GAP:
        repair.notes.append(f"{name}: {found}; the column is not used")
        return np.full(HOURS, np.nan)
    repair.notes.append(f"{name}: {found}; interpolated")
    known = np.flatnonzero(~missing)
    if name == "wind_direction":
        last = known[np.searchsorted(known, np.arange(HOURS), side="right") - 1]
        return values[last]
    filled: FloatArray = np.interp(np.arange(HOURS), known, values[known], period=HOURS)
    return filled


def _longest_run(missing: NDArray[np.bool_]) -> int:
    """Longest run of missing hours, 31 December running on into 1 January."""
    known = np.flatnonzero(~missing)
    return int(np.diff(known, append=known[0] + missing.size).max()) - 1


def complete_irradiance(weather: Weather, beam_horizontal: FloatArray | None, path: str) -> Weather:
    """The weather with the irradiance that it lacks, from GHI = DHI + DNI cos θ_z with the mean cosine of the hour.

    Parameters
    ----------
    weather : Weather
        Irradiances complete or NaN throughout.
    beam_horizontal : ndarray, shape (8760,), or None
        Direct irradiance on the horizontal, where the file has that. [W/m²]
    path : str
        Start of the paths of problems.

    Returns
    -------
    Weather

    Raises
    ------
    WeatherError
        Where fewer than two of the three are there.
    """
    ghi, dni, dhi = weather.ghi, weather.dni, weather.dhi
    if beam_horizontal is not None:
        ghi = dhi + beam_horizontal if np.isnan(ghi).all() else ghi
    absent = [name for name, values in zip(IRRADIANCE, (ghi, dni, dhi)) if np.isnan(values).all()]
    if not absent:
        return weather
    if len(absent) > 1:
        held = "only " + ", ".join(n for n in IRRADIANCE if n not in absent) if len(absent) < 3 else None
        wanted = "two of ghi, dni and dhi [W/m²]"
        raise WeatherError([problem(f"{path}: irradiance", held, wanted, "MISSING")])
    cosine = mean_cos_zenith(weather)
    if "dni" in absent:
        beam = ghi - dhi if beam_horizontal is None else beam_horizontal
        high = cosine > _LOWEST_COSINE
        dni = np.where(high, (beam / np.where(high, cosine, 1.0)).clip(0.0, _HIGHEST_DNI), 0.0)
    elif "ghi" in absent:
        ghi = dhi + dni * cosine
    else:
        dhi = (ghi - dni * cosine).clip(0.0)
    note = f"{DERIVED_IRRADIANCE}{absent[0]}"
    return replace(weather, ghi=ghi, dni=dni, dhi=dhi, notes=(*weather.notes, note))


def mean_cos_zenith(weather: Weather) -> FloatArray:
    """Mean of max(0, cos θ_z) over each hour, twelve steps around the weather's sun.

    Parameters
    ----------
    weather : Weather
        Its site and clock are used.

    Returns
    -------
    ndarray, shape (8760,)
        [-]
    """
    middle = np.arange(HOURS) + weather.sun_offset / 60.0 - weather.utc_offset
    steps = (np.arange(12) + 0.5) / 12.0 - 0.5
    cosine: FloatArray = cos_zenith(weather.latitude, weather.longitude, middle[:, None] + steps).clip(0.0).mean(axis=1)
    return cosine

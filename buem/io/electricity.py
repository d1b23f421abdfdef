"""Electricity load profiles of clients: hourly files that a request names."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Final

import msgspec

from buem.constants import HOURS
from buem.errors import InputError, problem, shorten

#: Unit -> watts of an hour's value.
UNITS: Final[dict[str, float]] = {"kWh": 1000.0, "Wh": 1.0, "kW": 1000.0}
#: Hours of a leap year, and the first of its 29 February.
_LEAP, _LEAP_DAY = HOURS + 24, 59 * 24
#: Largest file that is read; a year of numbers takes far less. [B]
_LARGEST: Final = 4_000_000


def read_load_profile(path: str | Path, unit: str = "kWh") -> tuple[float, ...]:
    """Hourly electricity of a year.

    Parameters
    ----------
    path : str or Path
        CSV of one column with or without a header, or a JSON array; either may be gzipped.
    unit : str
        Of the values: kWh or Wh an hour, or kW.

    Returns
    -------
    tuple of float, length 8760
        29 February is dropped. [W]

    Raises
    ------
    InputError
        For an unknown unit, a file that is no such profile, a value that is negative or no number.
    OSError
        When there is no such file.
    """
    if unit not in UNITS:
        raise InputError([problem("unit", unit, f"one of {', '.join(UNITS)}")])
    values = _numbers(_text(Path(path)), str(path))
    if len(values) == _LEAP:
        values = values[:_LEAP_DAY] + values[_LEAP_DAY + 24:]
    if len(values) != HOURS:
        raise InputError([problem(str(path), f"{len(values)} values", f"{HOURS} hourly values, or {_LEAP}")])
    for hour, value in enumerate(values):
        if not 0.0 <= value < 1e9:
            raise InputError([problem(f"{path}[{hour}]", value, f"a number from 0 {unit}")])
    return tuple(value * UNITS[unit] for value in values)


def _text(path: Path) -> str:
    with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as file:
        raw = file.read(_LARGEST + 1)
    if len(raw) > _LARGEST:
        raise InputError([problem(str(path), f"more than {_LARGEST} B", f"at most {_LARGEST} B")])
    return raw.decode("utf-8-sig", errors="replace")


def _numbers(text: str, path: str) -> list[float]:
    if text.lstrip().startswith("["):
        try:
            return msgspec.json.decode(text, type=list[float])
        except msgspec.DecodeError as error:
            raise InputError([problem(path, str(error), "a JSON array of numbers")]) from None
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if lines and not _is_number(lines[0]):
        lines = lines[1:]
    wrong = next((i for i, line in enumerate(lines) if not _is_number(line)), None)
    if wrong is not None:
        raise InputError([problem(path, shorten(lines[wrong]), "one column of numbers")])
    return [float(line) for line in lines]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True

"""When people are in, and when their appliances and lights run: shapes of the day, laid over a year."""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from buem.civil import DAYS, CivilYear
from buem.errors import OptionError, problem
from buem.profiles import FloatArray

QUANTITIES: Final = ("occupancy", "appliances", "lighting")
_FILE: Final = "usage_schedules.csv"


class DayShapes(NamedTuple):
    """Shares of the full value in each hour of each kind of day, each of shape (3, 24): weekday, Saturday, Sunday."""

    occupancy: FloatArray
    appliances: FloatArray
    lighting: FloatArray


class YearShapes(NamedTuple):
    """The same in each hour of a year, each of shape (8760,). [-]"""

    occupancy: FloatArray
    appliances: FloatArray
    lighting: FloatArray


def archetype_directory() -> Path:
    """Folder of the bundled tables: inside the installed package, or beside it in a checkout.

    Returns
    -------
    Path

    Raises
    ------
    OptionError
        When it is missing.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "data" / "archetypes", package.parent / "data" / "archetypes"):
        if (folder / _FILE).is_file():
            return folder
    raise OptionError([problem(f"data/archetypes/{_FILE}", None, "the bundled schedules beside the package",
                               "MISSING")])


@lru_cache(maxsize=1)
def day_shapes() -> dict[str, DayShapes]:
    """Every bundled schedule by its name.

    Returns
    -------
    dict of str to DayShapes
        Shares of the full occupancy, power of appliances and of lights. [-]

    References
    ----------
    .. [1] EN 16798-1:2019, Annex C; SIA 2024:2015; PNNL building-energy-standards-data 0.3.3: column `source`.
    """
    with (archetype_directory() / _FILE).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    values = {name: np.zeros((len(QUANTITIES), len(DAYS), 24)) for name in dict.fromkeys(r["schedule"] for r in rows)}
    for row in rows:
        hours = [float(row[f"h{hour:02d}"]) for hour in range(24)]
        values[row["schedule"]][QUANTITIES.index(row["quantity"]), DAYS.index(row["day"])] = hours
    return {name: DayShapes(*shapes) for name, shapes in values.items()}


def year_shapes(shapes: DayShapes, calendar: CivilYear, rest_days: int = 0) -> YearShapes:
    """Shapes of the day laid over a year.

    Parameters
    ----------
    shapes : DayShapes
        Of a weekday, a Saturday and a Sunday. [-]
    calendar : CivilYear
        Hours and kinds of day on the wall. [h]
    rest_days : int
        Days of the week without use, 0 to 2: nobody is in, appliances and lights as at the least hour of the day.

    Returns
    -------
    YearShapes
        Shares of the full value, shape (8760,) each. [-]
    """
    resting = np.arange(len(DAYS)) > len(DAYS) - 1 - rest_days
    people = np.where(resting[:, None], 0.0, shapes.occupancy)
    idle = [np.where(resting[:, None], shape.min(), shape) for shape in (shapes.appliances, shapes.lighting)]
    return YearShapes(*(shape[calendar.day, calendar.hour] for shape in (people, *idle)))

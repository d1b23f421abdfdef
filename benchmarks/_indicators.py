"""What Standard 140 reads from the hours of a year: annual and monthly loads, peaks, free-float temperatures."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from buem.profiles import FloatArray

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: First hour of each month.
FIRST_HOURS = 24 * np.cumsum([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30])
#: Cases whose months are compared.
MONTHLY = ("600", "900")
#: Edges of the bins in which the hours of a free-floating case are counted. [°C]
BINS = np.arange(-20.0, 81.0, 10.0)


class Year(NamedTuple):
    """Hours of a case."""

    conditioned: bool
    #: Shape (8760,). [W]
    heating: FloatArray
    cooling: FloatArray
    #: Shape (8760,). [°C]
    temp_air: FloatArray


def indicators(year: Year, *, monthly: bool = True) -> dict[str, tuple[str, float]]:
    """Indicators by the names of reference_ranges.csv, each with its unit.

    Parameters
    ----------
    year : Year
        Hours of a case, shape (8760,).
    monthly : bool
        Months too.

    Returns
    -------
    dict
        Unit and value by metric: of a conditioned case its loads, else its temperatures and hours in bins of 10 K.
    """
    if not year.conditioned:
        temp = np.asarray(year.temp_air, dtype=np.float64)
        found = {"T_max_hourly": ("degC", float(temp.max())), "T_min_hourly": ("degC", float(temp.min())),
                 "T_mean": ("degC", float(temp.mean()))}
        counts = np.histogram(temp, BINS)[0]
        return found | {f"T_bin_{low:.0f}_{low + 10:.0f}": ("h", float(n)) for low, n in zip(BINS, counts)}
    found = {}
    series = (("heating", np.asarray(year.heating, dtype=np.float64)),
              ("sensible_cooling", np.asarray(year.cooling, dtype=np.float64)))
    for name, load in series:
        found[f"annual_{name}"] = ("MWh", float(load.sum() / 1e6))
    for name, load in series:
        found[f"peak_{name}_hourly"] = ("kW", float(load.max() / 1e3))
    for name, load in series if monthly else ():
        for month, total, peak in zip(MONTHS, np.add.reduceat(load, FIRST_HOURS),
                                      np.maximum.reduceat(load, FIRST_HOURS)):
            found[f"monthly_{name}_{month}"] = ("kWh", float(total / 1e3))
            found[f"monthly_peak_{name}_{month}"] = ("kW", float(peak / 1e3))
    return found

"""Load profiles as the CSV files that EnerPlanET reads: one `demand` column in kW, named for the place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Final, Literal, NamedTuple

import numpy as np
import pyarrow as pa
from pyarrow import csv

from buem.building import Building
from buem.io.durable import durable
from buem.io.response import Answer, answer
from buem.profiles import FloatArray
from buem.results import Results

Carrier = Literal["heating", "cooling", "electricity"]
CARRIERS: Final[tuple[Carrier, ...]] = ("heating", "cooling", "electricity")


class Profile(NamedTuple):
    """One file of one building, as a worker hands it on."""

    carrier: Carrier
    #: The whole file.
    data: bytes


@dataclass(slots=True)
class ProfileNames:
    """Gives each building its file name, in the order of the input.

    A name holds the place (1e-6°, some 0.1 m) and the year alone. The first building there gets the name that
    EnerPlanET looks for; the next ones get `_2`, `_3`, before the ending: nothing is overwritten, nothing is summed.
    """

    _taken: Counter[str] = field(default_factory=Counter)

    def stem(self, place: str) -> str:
        """The part of the next building's file names that follows the carrier.

        Parameters
        ----------
        place : str
            Of `place_of`.

        Returns
        -------
        str
            The place, with a number where it is taken.
        """
        self._taken[place] += 1
        copy = self._taken[place]
        return place if copy == 1 else f"{place}_{copy}"


def free_stem(place: str, taken: Callable[[str], bool]) -> str:
    """The part of a building's file names that follows the carrier, where earlier ones have their names already.

    Parameters
    ----------
    place : str
        Of `place_of`.
    taken : callable
        Whether a building has such a stem.

    Returns
    -------
    str
        The place, with the next number that is free.
    """
    stems = (place if copy == 1 else f"{place}_{copy}" for copy in count(1))
    return next(one for one in stems if not taken(one))


def place_of(building: Building) -> str:
    """The place and year that the files of a building are named for.

    Parameters
    ----------
    building : Building
        Its position and the year of its period count.

    Returns
    -------
    str
        `{lat:.6f}_{lon:.6f}_{year}`.
    """
    return f"{building.latitude:.6f}_{building.longitude:.6f}_{building.period.year}"


def profile_name(carrier: Carrier, stem: str) -> str:
    """Name of a file, as `heating_52.000000_5.000000_2018.csv`.

    Parameters
    ----------
    carrier : str
        One of `CARRIERS`.
    stem : str
        Of `ProfileNames.stem`.

    Returns
    -------
    str
    """
    return f"{carrier}_{stem}.csv"


def encode_profiles(result: Answer) -> list[Profile]:
    """The files of one building.

    Parameters
    ----------
    result : Answer
        Loads of the hours of its period. [W]

    Returns
    -------
    list of Profile
        Heating and electricity, and cooling where it was computed. [kW]
    """
    loads: dict[Carrier, FloatArray | None] = {
        "heating": result.heating,
        "cooling": result.cooling,
        "electricity": result.electricity,
    }
    return [Profile(carrier, _encode(load)) for carrier, load in loads.items() if load is not None]


def write_load_profiles(results: Results, directory: str | Path) -> None:
    """Write the files of all buildings.

    Parameters
    ----------
    results : Results
        With hourly loads.
    directory : str or Path
        The folder of the files; `buem run` calls it `profiles`.

    Raises
    ------
    OutputError
        When there are no hourly loads, or a file cannot be written.
    """
    names = ProfileNames()
    for row in np.argsort(results.index, kind="stable").tolist():
        stem = names.stem(place_of(results.buildings[row]))
        for profile in encode_profiles(answer(results, row)):
            with durable(Path(directory) / profile_name(profile.carrier, stem)) as temporary:
                temporary.write_bytes(profile.data)


def _encode(load: FloatArray) -> bytes:
    # Milliwatts: finer than float32 is at 10 kW.
    kilowatts = (load / 1000.0).round(6)
    sink = BytesIO()
    sink.write(b"demand\n")
    options = csv.WriteOptions(include_header=False)
    csv.write_csv(pa.table({"demand": kilowatts}), sink, options)
    return sink.getvalue()

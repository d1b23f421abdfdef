"""What makes two runs the same."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from importlib import metadata
from pathlib import Path
from typing import Final

import numpy as np

import buem
from buem.batch.journal import Identity
from buem.batch.part import Chosen
from buem.batch.plan import RunOptions
from buem.weather import Weather

#: Options that do not show in the files.
_FREE: Final = frozenset(("workers", "memory", "cluster", "progress", "overwrite", "resume"))
#: Packages whose version may show in the last digit.
_NUMERICAL: Final = ("numpy", "numba", "pvlib", "pyarrow")


def identify(source: Path, options: RunOptions, weather: Weather | None, chosen: Chosen | None = None) -> Identity:
    """The input, the options and the versions of a run.

    Parameters
    ----------
    source : Path
        The input.
    options : RunOptions
        Of the run.
    weather : Weather or None
        Of all buildings; None for the nearest station of each.
    chosen : Chosen, optional
        The features that it does.

    Returns
    -------
    Identity
    """
    shown = {f.name: repr(getattr(options, f.name)) for f in fields(options) if f.name not in _FREE}
    shown["weather"] = str(options.weather) if weather is None else weather_digest(weather)
    if options.city.archetypes is not None:
        # A table that was changed meanwhile is another one under the same name.
        shown["archetypes"] = file_digest(Path(options.city.archetypes))
    if chosen is not None:
        shown["chosen"] = f"{len(chosen.positions)} of {chosen.of}"
    versions = {"buem": buem.__version__, **{name: metadata.version(name) for name in _NUMERICAL}}
    return Identity(input={"bytes": str(source.stat().st_size), "sha256": file_digest(source)}, options=shown,
                    versions=versions)


def file_digest(path: Path) -> str:
    """What tells the bytes of a file from any other.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    str
        Their SHA-256.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def weather_digest(weather: Weather) -> str:
    """What tells a weather from any other.

    Parameters
    ----------
    weather : Weather
        With all its hours.

    Returns
    -------
    str
        Its name and the SHA-256 of what it holds.
    """
    sha = hashlib.sha256()
    for item in fields(weather):
        value = getattr(weather, item.name)
        sha.update(item.name.encode())
        sha.update(np.ascontiguousarray(value).tobytes() if isinstance(value, np.ndarray) else repr(value).encode())
    return f"{weather.name} {sha.hexdigest()}"

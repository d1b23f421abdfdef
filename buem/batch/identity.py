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
from buem.batch.part import Setup
from buem.weather import Weather

#: Options that do not show in the files.
_FREE: Final = frozenset(("workers", "cluster", "progress", "overwrite", "resume"))
#: Packages whose version may show in the last digit.
_NUMERICAL: Final = ("numpy", "numba", "pvlib", "pyarrow")


def identify(source: Path, setup: Setup) -> Identity:
    """The input, the options and the versions of a run.

    Parameters
    ----------
    source : Path
        The input.
    setup : Setup
        Of the run.

    Returns
    -------
    Identity
    """
    with source.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    options = {f.name: repr(getattr(setup.options, f.name)) for f in fields(setup.options) if f.name not in _FREE}
    options["weather"] = str(setup.options.weather) if setup.site is None else _digest(setup.site.weather)
    versions = {"buem": buem.__version__, **{name: metadata.version(name) for name in _NUMERICAL}}
    return Identity(input={"bytes": str(source.stat().st_size), "sha256": digest}, options=options, versions=versions)


def _digest(weather: Weather) -> str:
    sha = hashlib.sha256()
    for item in fields(weather):
        value = getattr(weather, item.name)
        sha.update(item.name.encode())
        sha.update(np.ascontiguousarray(value).tobytes() if isinstance(value, np.ndarray) else repr(value).encode())
    return f"{weather.name} {sha.hexdigest()}"

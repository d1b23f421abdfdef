"""Hourly heating and cooling of every building of a city.

The public names are loaded on first use, so that ``import buem`` and ``buem --help`` stay fast.
"""

from __future__ import annotations

import importlib
import sys
import types
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from buem.batch.retry import retry_batch as retry_batch
    from buem.batch.run import run_batch as run_batch
    from buem.building import Building as Building
    from buem.building import Fins as Fins
    from buem.building import FreeVentilation as FreeVentilation
    from buem.building import Glass as Glass
    from buem.building import Ground as Ground
    from buem.building import Layer as Layer
    from buem.building import NightVentilation as NightVentilation
    from buem.building import Overhang as Overhang
    from buem.building import Shade as Shade
    from buem.building import Surface as Surface
    from buem.building import Usage as Usage
    from buem.building import Ventilation as Ventilation
    from buem.building import Window as Window
    from buem.building import Zone as Zone
    from buem.errors import BuemError as BuemError
    from buem.errors import InputError as InputError
    from buem.io.aggregate import aggregate as aggregate
    from buem.io.directory import open_results as open_results
    from buem.io.geojson import read_geojson as read_geojson
    from buem.io.response import write_geojson as write_geojson
    from buem.io.stations import weather_at as weather_at
    from buem.io.tables import write_parquet as write_parquet
    from buem.io.weather import read_weather as read_weather
    from buem.profiles import Period as Period
    from buem.results import Results as Results
    from buem.simulate import Options as Options
    from buem.simulate import simulate as simulate
    from buem.weather import Weather as Weather

_HOME = {
    "Building": "buem.building",
    "BuemError": "buem.errors",
    "Fins": "buem.building",
    "FreeVentilation": "buem.building",
    "Glass": "buem.building",
    "Ground": "buem.building",
    "InputError": "buem.errors",
    "Layer": "buem.building",
    "NightVentilation": "buem.building",
    "Options": "buem.simulate",
    "Overhang": "buem.building",
    "Period": "buem.profiles",
    "Results": "buem.results",
    "Shade": "buem.building",
    "Surface": "buem.building",
    "Usage": "buem.building",
    "Ventilation": "buem.building",
    "Weather": "buem.weather",
    "Window": "buem.building",
    "Zone": "buem.building",
    "aggregate": "buem.io.aggregate",
    "open_results": "buem.io.directory",
    "read_geojson": "buem.io.geojson",
    "read_weather": "buem.io.weather",
    "retry_batch": "buem.batch.retry",
    "run_batch": "buem.batch.run",
    "simulate": "buem.simulate",
    "weather_at": "buem.io.stations",
    "write_geojson": "buem.io.response",
    "write_parquet": "buem.io.tables",
}

__all__ = ["__version__", "plots", *sorted(_HOME)]


def __getattr__(name: str) -> object:
    if name == "plots":
        return importlib.import_module("buem.plots")
    if name not in _HOME:
        raise AttributeError(f"module 'buem' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value


class _Package(types.ModuleType):
    """The package: its `simulate` stays the function when the module of that name is imported."""

    def __setattr__(self, name: str, value: object) -> None:
        if name in _HOME and isinstance(value, types.ModuleType):
            value = getattr(value, name)
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __dir__() -> list[str]:
    return sorted(__all__)

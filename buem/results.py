"""What a simulation gives back: hourly arrays and annual indicators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from buem.building import Building
from buem.clock import hour_stamps, iso_stamp, zone
from buem.constants import HOURS
from buem.demands import DEMANDS, demand_totals
from buem.errors import OptionError, Problem, problem
from buem.profiles import FloatArray

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

SeriesArray: TypeAlias = NDArray[np.float32]
SeriesName = Literal["heating", "cooling", "temp_zone", "temp_operative", "hot_water", "electricity"]

#: Elements whose losses are reported apart.
LOSSES: Final = ("wall", "roof", "floor", "window", "door", "bridge")
#: Columns of the summary that only buildings derived from a footprint have.
ORIGIN_COLUMNS: Final = ("country", "size_class", "use", "year", "archetype", "variant", "height_m", "storeys",
                         "footprint_m2", "wall_m2", "party_wall_m2", "filled")
#: Columns of `Results.summary`, in order.
COLUMNS: Final = (
    "id", "index", "status", "dialect", "model", "floor_area_m2", "heating_kwh", "cooling_kwh", "heating_kwh_m2",
    "cooling_kwh_m2", "heating_peak_kw", "cooling_peak_kw", "heating_peak_time", "cooling_peak_time",
    "hours_below_band", "hours_above_band", *(f"loss_{name}_kwh" for name in LOSSES), "loss_ventilation_kwh",
    "gain_solar_kwh", "gain_internal_kwh", "hot_water_kwh", "electricity_kwh", *ORIGIN_COLUMNS, "weather",
    "weather_distance_km", "notes", "error",
)
#: Name of each series in tables, with its unit.
SERIES_COLUMNS: Final[dict[SeriesName, str]] = {
    "heating": "heating_W", "cooling": "cooling_W", "temp_zone": "temp_zone", "temp_operative": "temp_operative",
    "hot_water": "hot_water_W", "electricity": "electricity_W",
}
#: Unit of each series, as UDUNITS writes it.
SERIES_UNITS: Final[dict[SeriesName, str]] = {
    "heating": "W", "cooling": "W", "temp_zone": "degC", "temp_operative": "degC", "hot_water": "W",
    "electricity": "W",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NotHeated:
    """A building that is reported without loads, such as a garage."""

    #: Position in the input.
    index: int
    #: Its `not_heated` says why.
    building: Building

    @property
    def id(self) -> str:
        """The building's id."""
        return self.building.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A building that was not simulated, and why."""

    id: str
    #: Position in the input.
    index: int
    problems: tuple[Problem, ...]
    dialect: str = ""

    @property
    def reason(self) -> str:
        """Its problems in one line."""
        return "; ".join(str(p) for p in self.problems)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Indicators:
    """Annual indicators, one value a building, over the hours of its period."""

    #: Ideal heating and cooling, shape (buildings,). [Wh]
    heating: FloatArray
    cooling: FloatArray
    #: Highest hourly means, shape (buildings,). [W]
    heating_peak: FloatArray
    cooling_peak: FloatArray
    #: Hour of the year of the peaks, -1 where there is none, shape (buildings,). [h]
    heating_peak_hour: NDArray[np.int64]
    cooling_peak_hour: NDArray[np.int64]
    #: Hours in which the controlled temperature misses the band by more than 0.1 K, shape (buildings,). [h]
    hours_below_band: NDArray[np.int64]
    hours_above_band: NDArray[np.int64]
    #: Loss through the elements of `LOSSES`, sky radiation included, shape (buildings, 6). [Wh]
    loss: FloatArray
    #: Loss with the air, shape (buildings,). [Wh]
    loss_ventilation: FloatArray
    #: Gains that enter the zone, shape (buildings,). [Wh]
    gain_solar: FloatArray
    gain_internal: FloatArray
    #: Heat taken up by the mass between the first and the last hour, shape (buildings,). [Wh]
    storage: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Results:
    """Hourly loads and annual indicators of N buildings, in the order they were given."""

    #: The buildings that were simulated.
    buildings: tuple[Building, ...]
    #: Position of each in the input, shape (buildings,).
    index: NDArray[np.int64]
    #: Name of the weather, distance to its site [km, NaN for a building's own], hours from UTC, of each building.
    weather: tuple[str, ...]
    weather_distance: FloatArray
    utc_offset: FloatArray
    indicators: Indicators
    #: Series asked for, each of shape (buildings, 8760): W for loads, °C for temperatures.
    series: dict[SeriesName, SeriesArray]
    #: Air of the space beside a building, by the building's position in the input, shape (8760,); the node model, where
    #: temperatures are asked for. [°C]
    temp_beside: dict[int, SeriesArray] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
    not_heated: tuple[NotHeated, ...] = ()
    model: str = "iso13790"
    #: What `simulate` noticed about a building, beside `Building.notes`.
    notes: tuple[tuple[str, ...], ...] = field(default=())

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the buildings that were simulated."""
        return tuple(b.id for b in self.buildings)

    @property
    def summary(self) -> pd.DataFrame:
        """One row a building in the order of the input, failed ones too; `COLUMNS` with their units."""
        import pandas as pd

        return pd.DataFrame(self.summary_columns(), columns=list(COLUMNS))

    def summary_columns(self) -> dict[str, list[Any]]:
        """Columns of the summary without pandas.

        Returns
        -------
        dict of str to list
            Each of `COLUMNS`, one value a building, None where a failed or not heated one has none. [kWh], [kW], [h]
        """
        rows = [*_simulated_rows(self), *(_failed_row(failure) for failure in self.failures),
                *(_not_heated_row(item) for item in self.not_heated)]
        rows.sort(key=lambda row: row[1])
        return {name: [row[k] for row in rows] for k, name in enumerate(COLUMNS)}

    def row(self, building_id: str) -> int:
        """Position of a building in the arrays.

        Parameters
        ----------
        building_id : str
            Its id.

        Returns
        -------
        int

        Raises
        ------
        OptionError
            When no simulated building has the id; the reason, when it failed or is not heated.
        """
        for i, building in enumerate(self.buildings):
            if building.id == building_id:
                return i
        for failure in self.failures:
            if failure.id == building_id:
                wanted = f"a building that was simulated: {failure.reason}"
                raise OptionError([problem("building", building_id, wanted)])
        for item in self.not_heated:
            if item.id == building_id:
                wanted = f"a building that is heated: {item.building.not_heated}"
                raise OptionError([problem("building", building_id, wanted)])
        raise OptionError([problem("building", building_id, f"one of the {len(self.buildings)} simulated buildings")])

    def hourly(self, building_id: str) -> pd.DataFrame:
        """The hours of one building.

        Parameters
        ----------
        building_id : str
            Its id.

        Returns
        -------
        pandas.DataFrame, shape (hours, series)
            Index: starts of the hours, with the offset of the site's standard time. Columns heating_W, cooling_W,
            temp_zone, temp_operative, hot_water_W, electricity_W as far as they were asked for. [W], [°C]

        Raises
        ------
        OptionError
            For an unknown id.
        """
        import pandas as pd

        row = self.row(building_id)
        period = self.buildings[row].period
        index = pd.DatetimeIndex(hour_stamps(period), name="time").tz_localize(zone(float(self.utc_offset[row])))
        hours = period.indices()
        data = {SERIES_COLUMNS[name]: values[row, hours] for name, values in self.series.items()}
        return pd.DataFrame(data, index=index)

    def to_xarray(self) -> xr.Dataset:
        """All series as arrays over building and hour of the year; needs the extra `netcdf`.

        Returns
        -------
        xarray.Dataset
            Variables of shape (buildings, hours), with their units; coordinates id and hour. [W], [°C]
        """
        import xarray as xr

        dims = ("building", "hour")
        data = {name: (dims, values, {"units": SERIES_UNITS[name]}) for name, values in self.series.items()}
        hour = ("hour", np.arange(HOURS), {"long_name": "hour of the year, local standard time, without 29 February"})
        return xr.Dataset(data, coords={"building": list(self.ids), "hour": hour})


def concatenate(parts: Sequence[Results]) -> Results:
    """Results of several calls as one, in the order of the input index.

    Parameters
    ----------
    parts : sequence of Results
        At least one, with the same model and the same series.

    Returns
    -------
    Results
        Arrays over all buildings. [-]
    """
    index = np.concatenate([p.index for p in parts])
    order = np.argsort(index, kind="stable")

    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    sorted_already = bool((np.diff(order) > 0).all())
    starts = np.cumsum([0, *(p.index.size for p in parts)])

    def join(arrays: list[NDArray[Any]]) -> NDArray[Any]:
        if len(arrays) == 1 and sorted_already:
            return arrays[0]
        # Each row straight to its place: hourly series are too large to be copied twice.
        joined = np.empty((order.size, *arrays[0].shape[1:]), dtype=arrays[0].dtype)
        for start, rows in zip(starts, arrays):
            joined[place[start:start + len(rows)]] = rows
        return joined

    def pick(values: list[Any]) -> tuple[Any, ...]:
        return tuple(values[i] for i in order)

    names = list(parts[0].series)
    return Results(
        buildings=pick([b for p in parts for b in p.buildings]),
        index=index[order],
        weather=pick([w for p in parts for w in p.weather]),
        weather_distance=join([p.weather_distance for p in parts]),
        utc_offset=join([p.utc_offset for p in parts]),
        indicators=Indicators(**{f.name: join([getattr(p.indicators, f.name) for p in parts])
                                 for f in fields(Indicators)}),
        series={name: join([p.series[name] for p in parts]) for name in names},
        temp_beside={i: air for p in parts for i, air in p.temp_beside.items()},
        failures=tuple(sorted((f for p in parts for f in p.failures), key=lambda f: f.index)),
        not_heated=tuple(sorted((item for p in parts for item in p.not_heated), key=lambda item: item.index)),
        model=parts[0].model,
        notes=pick([n for p in parts for n in (p.notes or ((),) * len(p.buildings))]),
    )


def no_results(series: Sequence[SeriesName], model: str) -> Results:
    """Results of no building.

    Parameters
    ----------
    series : sequence of str
        Names of the series that were asked for.
    model : str
        Thermal model.

    Returns
    -------
    Results
        Arrays over no building. [-]
    """
    none, whole = np.zeros(0), np.zeros(0, dtype=np.int64)
    counts = ("heating_peak_hour", "cooling_peak_hour", "hours_below_band", "hours_above_band")
    values: dict[str, Any] = {item.name: none for item in fields(Indicators)}
    values |= dict.fromkeys(counts, whole) | {"loss": np.zeros((0, len(LOSSES)))}
    empty = np.zeros((0, HOURS), dtype=np.float32)
    return Results(buildings=(), index=whole, weather=(), weather_distance=none, utc_offset=none,
                   indicators=Indicators(**values), series=dict.fromkeys(series, empty), model=model)


def _simulated_rows(results: Results) -> list[tuple[Any, ...]]:
    a = results.indicators
    area = np.array([b.floor_area for b in results.buildings], dtype=np.float64)
    heating, cooling = a.heating / 1000.0, a.cooling / 1000.0
    numbers = zip(*(column.tolist() for column in (
        area, heating, cooling, heating / area, cooling / area, a.heating_peak / 1000.0, a.cooling_peak / 1000.0)))
    counts = zip(a.hours_below_band.tolist(), a.hours_above_band.tolist())
    balance = zip(*(column.tolist() for column in (
        *(a.loss.T / 1000.0), a.loss_ventilation / 1000.0, a.gain_solar / 1000.0, a.gain_internal / 1000.0,
        *(demand_totals(results.buildings, name) / 1000.0 for name in DEMANDS))))
    notes = results.notes or ((),) * len(results.buildings)
    distance = [d if d == d else None for d in results.weather_distance.tolist()]
    return [
        (b.id, index, "ok", b.dialect, results.model, *values, *_peak_times(results, i), *hours, *terms,
         *_origin(b), results.weather[i], distance[i], [*b.notes, *notes[i]], None)
        for i, (b, index, values, hours, terms) in enumerate(
            zip(results.buildings, results.index.tolist(), numbers, counts, balance))
    ]


def _origin(building: Building) -> tuple[Any, ...]:
    """Values of `ORIGIN_COLUMNS`; None where there are none."""
    origin = building.origin
    if origin is None:
        return (None,) * len(ORIGIN_COLUMNS)
    numbers = (origin.height, origin.storeys, origin.footprint_area, origin.wall_area, origin.party_wall_area)
    return (origin.country, origin.type or None, origin.use or None, origin.year, origin.archetype or None,
            origin.variant or None, *(value if value == value else None for value in numbers), ", ".join(origin.filled))


def _peak_times(results: Results, row: int) -> tuple[str | None, str | None]:
    period, offset = results.buildings[row].period, float(results.utc_offset[row])
    heating = int(results.indicators.heating_peak_hour[row])
    cooling = int(results.indicators.cooling_peak_hour[row])
    return (iso_stamp(period, heating, offset) if heating >= 0 else None,
            iso_stamp(period, cooling, offset) if cooling >= 0 else None)


def _failed_row(failure: Failure) -> tuple[Any, ...]:
    values = {"id": failure.id, "index": failure.index, "status": "error", "dialect": failure.dialect,
              "notes": [], "error": failure.reason}
    return tuple(values.get(name) for name in COLUMNS)


def _not_heated_row(item: NotHeated) -> tuple[Any, ...]:
    building = item.building
    values = {"id": building.id, "index": item.index, "status": "not_heated", "dialect": building.dialect,
              "floor_area_m2": building.floor_area, "notes": [f"not heated: {building.not_heated}", *building.notes],
              **dict(zip(ORIGIN_COLUMNS, _origin(building)))}
    return tuple(values.get(name) for name in COLUMNS)

"""Results of a folder in other forms: a long table, NetCDF, the hours of one building."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from buem.clock import hour_stamps, offset_text, parse_start
from buem.constants import HOURS
from buem.errors import OutputError
from buem.io.durable import durable
from buem.io.parts import open_parquet, row_groups, series_of
from buem.io.tables import SUMMARY_SCHEMA
from buem.results import SERIES_COLUMNS, SERIES_UNITS

if TYPE_CHECKING:
    import netCDF4
    import xarray as xr

    from buem.io.directory import ResultsDir

_UNITS: Final = {column: SERIES_UNITS[name] for name, column in SERIES_COLUMNS.items()}


def export_long(results: ResultsDir, path: str | Path) -> None:
    """Write one row an hour and building as Parquet, a row group of the parts at a time.

    Parameters
    ----------
    results : ResultsDir
        With hourly parts.
    path : str or Path
        The file: columns id, time (start of the hour; in the zone of the buildings where they share one, else UTC),
        heating_W, cooling_W [W] and, where they were kept, temp_zone, temp_operative [°C], hot_water_W, electricity_W
        [W].

    Raises
    ------
    OutputError
        When the folder holds no hours, or a file cannot be read or written.
    """
    first, kind = _first_and_zone(results)
    names = list(series_of(first))
    schema = pa.schema([("id", pa.dictionary(pa.int32(), pa.string())), ("time", kind),
                        *((name, pa.float32()) for name in names)])
    encodings = dict.fromkeys(names, "BYTE_STREAM_SPLIT") | {"time": "DELTA_BINARY_PACKED"}
    with (
        durable(Path(path)) as temporary,
        pq.ParquetWriter(temporary, schema, compression="zstd", use_dictionary=["id"],
                         column_encoding=encodings) as sink,
    ):
        for table in row_groups(results):
            sink.write_table(_long(table, schema))


def export_netcdf(results: ResultsDir, path: str | Path) -> None:
    """Write summaries and hours as NetCDF-4, a row group of the parts at a time.

    Parameters
    ----------
    results : ResultsDir
        With hourly parts.
    path : str or Path
        The file: dimensions `building` and `hour`, as `ResultsDir.to_xarray`.

    Raises
    ------
    OutputError
        When netCDF4 is not installed, the folder holds no hours, or a file cannot be read or written.
    """
    try:
        import netCDF4
    except ImportError as error:
        raise _not_installed("netCDF4") from error
    first, _ = _first_and_zone(results)
    with durable(Path(path)) as temporary, netCDF4.Dataset(temporary, "w", format="NETCDF4") as target:
        _define(target, list(series_of(first)))
        index = [np.zeros(0, dtype=np.int64)]
        for table in row_groups(results):
            first_row = sum(map(len, index))
            _fill(target, table, slice(first_row, first_row + table.num_rows))
            index.append(table["index"].to_numpy())
        _fill_summary(target, results, np.concatenate(index))


def export_building(results: ResultsDir, building_id: str, path: str | Path) -> None:
    """Write the hours of one building as CSV.

    Parameters
    ----------
    results : ResultsDir
        With hourly parts.
    building_id : str
        One of `results.ids`.
    path : str or Path
        The file: columns time (ISO 8601 with the offset), heating_W, cooling_W, ....
    """
    frame = results.hourly(building_id)
    frame.index = frame.index.map(lambda stamp: stamp.isoformat())
    with durable(Path(path)) as temporary:
        frame.to_csv(temporary, float_format="%.9g", lineterminator="\n")


def to_dataset(results: ResultsDir) -> xr.Dataset:
    """All summaries and hours in memory, as `ResultsDir.to_xarray` gives them.

    Parameters
    ----------
    results : ResultsDir
        With hourly parts.

    Returns
    -------
    xarray.Dataset
        Dimensions `building` and `hour`. [W], [°C], [kWh]

    Raises
    ------
    OutputError
        When xarray is not installed, or the folder holds no hours.
    """
    try:
        import xarray as xr
    except ImportError as error:
        raise _not_installed("xarray") from error
    _first_and_zone(results)
    tables = list(row_groups(results))
    blocks = [series_of(table) for table in tables]
    hours = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    keys = pa.concat_tables(tables).select(["id", "index", "start_time", "hours"]).to_pandas()
    data: dict[str, Any] = {
        name: (("building", "hour"), values, {"units": _UNITS[name]}) for name, values in hours.items()
    }
    data |= {name: ("building", values) for name, values in _summary_values(results, keys["index"].to_numpy()).items()}
    coords = {
        "building": keys["id"].to_numpy(dtype=object),
        "hour": np.arange(HOURS, dtype=np.int32),
        "start_time": ("building", keys["start_time"].to_numpy(dtype=object)),
        "hours": ("building", keys["hours"].to_numpy()),
    }
    return xr.Dataset(data, coords=coords)


def _first_and_zone(results: ResultsDir) -> tuple[pa.Table, pa.DataType]:
    """The first row group, and the type of a column of stamps."""
    zones = set()
    first = None
    for path in results.parts:
        with open_parquet(path, ["start_time"]) as source:
            starts = source.read(columns=["start_time"])["start_time"].unique().to_pylist()
            zones |= {offset_text(parse_start(start, 0)[1]) for start in starts}
            if first is None and source.num_row_groups:
                first = source.read_row_group(0)
    if first is None:
        raise OutputError(f"{results.path / 'hourly'}: no hours; run with --hourly load or --hourly all")
    return first, pa.timestamp("s", tz=zones.pop() if len(zones) == 1 else "UTC")


def _long(table: pa.Table, schema: pa.Schema) -> pa.Table:
    starts, hours = table["start_time"].to_pylist(), table["hours"].to_numpy()
    rows = np.repeat(np.arange(table.num_rows, dtype=np.int32), hours)
    ids = pa.DictionaryArray.from_arrays(pa.array(rows), table["id"].combine_chunks())
    stamps = np.concatenate([_instants(start, count) for start, count in zip(starts, hours.tolist())])
    kept = np.arange(HOURS) < hours[:, None]
    series = [pa.array(values[kept]) for values in series_of(table).values()]
    times = pa.array(stamps, pa.int64()).cast(schema.field("time").type)
    return pa.table([ids, times, *series], schema=schema)


def _instants(start: str, hours: int) -> NDArray[np.int64]:
    """Seconds since 1970-01-01 UTC of the hours of a period."""
    period, offset = parse_start(start, hours)
    return hour_stamps(period).astype(np.int64) - round(offset * 3600)


def _define(target: netCDF4.Dataset, names: list[str]) -> None:
    target.createDimension("building", None)
    target.createDimension("hour", HOURS)
    target.createVariable("building", str, ("building",))
    target.createVariable("start_time", str, ("building",))
    target.createVariable("hours", "i4", ("building",))
    target.createVariable("hour", "i4", ("hour",))[:] = np.arange(HOURS, dtype=np.int32)
    for name in names:
        variable = target.createVariable(name, "f4", ("building", "hour"), compression="zlib", complevel=1,
                                         chunksizes=(1, HOURS), fill_value=np.float32(np.nan))
        variable.units = _UNITS[name]


def _fill(target: netCDF4.Dataset, table: pa.Table, rows: slice) -> None:
    target["building"][rows] = table["id"].to_numpy().astype(object)
    target["start_time"][rows] = table["start_time"].to_numpy().astype(object)
    target["hours"][rows] = table["hours"].to_numpy()
    for name, values in series_of(table).items():
        target[name][rows, :] = values


def _fill_summary(target: netCDF4.Dataset, results: ResultsDir, index: NDArray[np.int64]) -> None:
    for name, values in _summary_values(results, index).items():
        target.createVariable(name, "f8", ("building",))[:] = values


def _summary_values(results: ResultsDir, index: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    """The numbers of the summary at some input indices, NaN where it has no row; none when the run was cut off."""
    if not results.complete:
        return {}
    rows = results.summary.set_index("index").reindex(index)
    names = [field.name for field in SUMMARY_SCHEMA if pa.types.is_floating(field.type)]
    return {name: rows[name].to_numpy(dtype=np.float64) for name in names}


def _not_installed(name: str) -> OutputError:
    return OutputError(f"{name} is not installed; pip install 'buem-engine[netcdf]'")

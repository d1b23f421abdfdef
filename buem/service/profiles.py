"""The hours of buildings that were asked for, kept for `/api/files` in whatever form they are fetched."""

from __future__ import annotations

import csv
import gzip
import io
import re
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

#: Names of files: the request, the place of the building in it, the form.
NAME: Final = re.compile(r"buem_ts_([0-9a-f]{16})_(\d{1,6})\.(csv|json|json\.gz|parquet)")
_SERIES: Final = ("heating", "cooling", "electricity")
_MEDIA: Final = {"csv": "text/csv", "json": "application/json", "json.gz": "application/gzip",
                 "parquet": "application/vnd.apache.parquet"}
_HOURS: Final = pa.list_(pa.float64())
_SCHEMA: Final = pa.schema([("id", pa.string()), ("unit", pa.string()), ("timestamps", pa.list_(pa.string())),
                            *((name, _HOURS) for name in _SERIES)])


class ProfileFile(NamedTuple):
    """A file as it is sent."""

    data: bytes
    media: str


def write_profiles(folder: Path, token: str, profiles: list[dict[str, Any]]) -> None:
    """Keep the hours of the buildings of one request.

    Parameters
    ----------
    folder : Path
        Of such files; made when missing.
    token : str
        Sixteen hexadecimal digits that nobody can guess.
    profiles : list of dict
        `id` and the `timeseries` of an answer, one after another.
    """
    folder.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pylist(profiles, _SCHEMA)
    path = folder / f"buem_ts_{token}.parquet"
    temporary = path.with_suffix(".tmp")
    pq.write_table(table, temporary, compression="zstd", compression_level=-3, row_group_size=64)
    temporary.replace(path)


def read_profile(folder: Path, name: str) -> ProfileFile | None:
    """The hours of a building in the form that a name asks for.

    Parameters
    ----------
    folder : Path
        As for `write_profiles`.
    name : str
        As an answer names it; the form may be another one.

    Returns
    -------
    ProfileFile or None
        None when there is no such file.
    """
    match = NAME.fullmatch(name)
    if match is None:
        return None
    path = folder / f"buem_ts_{match[1]}.parquet"
    if not path.is_file():
        return None
    file = pq.ParquetFile(path)
    row = int(match[2])
    if row >= file.metadata.num_rows:
        return None
    group, row = divmod(row, 64)
    table = file.read_row_group(group).slice(row, 1)
    return ProfileFile(_encode(table, match[3]), _MEDIA[match[3]])


def _encode(table: pa.Table, form: str) -> bytes:
    record = {key: value for key, value in table.to_pylist()[0].items() if value is not None}
    if form in ("json", "json.gz"):
        text = msgspec.json.encode(record)
        return gzip.compress(text, 5, mtime=0) if form == "json.gz" else text
    present = [name for name in _SERIES if name in record]
    if form == "csv":
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["time", *(f"{name}_kW" for name in present)])
        writer.writerows(zip(record["timestamps"], *(record[name] for name in present)))
        return out.getvalue().encode()
    sink = pa.BufferOutputStream()
    columns = {"time": record["timestamps"], **{f"{name}_kW": record[name] for name in present}}
    pq.write_table(pa.table(columns), sink, compression="zstd")
    return bytes(sink.getvalue().to_pybytes())

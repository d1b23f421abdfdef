"""Buildings of the results of a run in groups: by columns of the summary, or by properties of their features."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import repeat
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from buem.errors import OptionError, OutputError, problem
from buem.io.feature_properties import FeatureProperties, Value
from buem.io.place import Place
from buem.io.tables import SUMMARY_SCHEMA

#: Most groups: each holds the hours of its year.
MAX_GROUPS: Final = 1_000
#: Other names of columns of the summary.
ALIASES: Final = {"type": "size_class"}
_COLUMNS: Final = tuple(field.name for field in SUMMARY_SCHEMA if field.name != "notes")
_STATUSES: Final = ("ok", "error", "not_heated")


class Groups(NamedTuple):
    """Groups in the order of their values, numbers before texts and nothing last."""

    names: tuple[str, ...]
    #: One value a name, for each group.
    values: tuple[tuple[Value, ...], ...]
    #: Group of each position in the input, -1 where the summary has no row, shape (features,).
    code: NDArray[np.int32]
    #: Buildings that are ok, failed and not heated, shape (groups, 3).
    counts: NDArray[np.int64]
    #: Conditioned floor area of those that are ok, shape (groups,). [m²]
    floor_area: NDArray[np.float64]


def read_groups(place: Place, names: Sequence[str], source: Path | None = None) -> Groups:
    """The groups of the buildings of a finished run.

    Parameters
    ----------
    place : Place
        Where its results are.
    names : sequence of str
        Columns of the summary, `type` for `size_class`, or properties of the features; none for one group of all.
    source : Path, optional
        The file the run read, where properties are looked for; the one that run.json names when absent.

    Returns
    -------
    Groups
        Floor areas in m².

    Raises
    ------
    OptionError
        For a name that no building has, and for more than `MAX_GROUPS` groups.
    OutputError
        When the run is not finished, or its input is gone or has changed.
    """
    columns = [ALIASES.get(name, name) for name in names]
    own = [name for name in columns if name not in _COLUMNS]
    given = FeatureProperties(place, own, source) if own else None
    codes: list[tuple[int, int]] = []
    found: dict[tuple[Value, ...], int] = {}
    counts: list[list[int]] = []
    areas: list[float] = []
    for (index, status, area), row in _rows(place, [name for name in columns if name in _COLUMNS]):
        if given is not None:
            row |= given.of(index)
        key = tuple(row[name] for name in columns)
        code = found.setdefault(key, len(found))
        codes.append((index, code))
        if code == len(counts):
            _refuse_too_many(names, code)
            counts.append([0, 0, 0])
            areas.append(0.0)
        counts[code][_STATUSES.index(status)] += 1
        areas[code] += area if status == "ok" and area is not None else 0.0
    missing = given.finish() if given is not None else []
    if missing:
        wanted = f"hour, month, hour_of_day, a property of the features, or one of {', '.join(_COLUMNS)}"
        raise OptionError([problem("by", name, wanted) for name in missing])
    return _in_order(names, found, codes, (counts, areas))


def _rows(place: Place, columns: Sequence[str]
          ) -> Iterator[tuple[tuple[int, str, float | None], dict[str, Value]]]:
    """Position, status and floor area, and the columns of each building, in the order of the input."""
    if not place.has("summary.parquet"):
        raise OutputError(f"{place.label('summary.parquet')}: missing; the run has not come to its end")
    fixed = ("index", "status", "floor_area_m2")
    with place.table("summary.parquet", _COLUMNS) as source:
        for batch in source.iter_batches(columns=sorted({*fixed, *columns})):
            values = zip(*(batch[name].to_pylist() for name in columns)) if columns else repeat(())
            yield from zip(zip(*(batch[name].to_pylist() for name in fixed)),
                           (dict(zip(columns, row)) for row in values))


def _refuse_too_many(names: Sequence[str], count: int) -> None:
    if count >= MAX_GROUPS:
        raise OptionError([problem("by", ",".join(names), f"a key of at most {MAX_GROUPS} values")])


def _in_order(names: Sequence[str], found: dict[tuple[Value, ...], int], codes: list[tuple[int, int]],
              sums: tuple[list[list[int]], list[float]]) -> Groups:
    ordered = sorted(found, key=lambda key: [_rank(value) for value in key])
    place = np.zeros(len(found), dtype=np.int32)
    before = [found[key] for key in ordered]
    place[before] = np.arange(len(found), dtype=np.int32)
    rows = np.array(codes, dtype=np.int64).reshape(-1, 2)
    code = np.full(rows[-1, 0] + 1 if rows.size else 0, -1, dtype=np.int32)
    code[rows[:, 0]] = place[rows[:, 1]]
    counts, areas = np.array(sums[0], dtype=np.int64).reshape(-1, 3), np.array(sums[1], dtype=np.float64)
    return Groups(tuple(names), tuple(ordered), code, counts[before], areas[before])


def _rank(value: Value) -> tuple[int, float, str]:
    if value is None:
        return 2, 0.0, ""
    if isinstance(value, str):
        return 1, 0.0, value
    return 0, float(value), ""

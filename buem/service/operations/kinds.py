"""The types of operations: what each takes, and what one operation of it is. The table of the documentation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationKind:
    """One type of operation."""

    type: str
    #: data, processing or maintenance.
    group: str
    resources: tuple[str, ...]
    #: Fields it may have beside `type` and `resource`, and those of them that it must have.
    fields: tuple[str, ...]
    required: tuple[str, ...] = ()
    #: What counts as one operation.
    counts: str
    #: Scope of the key that may ask for it.
    scope: str = "run"
    #: Words that fields may have; and those in operations on weather, whose files tell their format by themselves.
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words_of_weather: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: Whether it changes which buildings there are: filters after it are matched when it has ended.
    changes: bool = False
    #: What it does, in words.
    summary: str

    def words_of(self, resource: object) -> Mapping[str, tuple[str, ...]]:
        """Words that fields may have in an operation on a resource."""
        return {**self.words, **self.words_of_weather} if resource == "weather" else self.words


_CONFLICTS: Final = ("error", "replace", "skip")
_READ: Final = {"format": ("auto", "geojson", "csv"), "on_conflict": _CONFLICTS}
_READ_WEATHER: Final = {"format": ("auto",)}
_SOURCE: Final = ("upload_id", "input_file_url", "format", "on_conflict")

KINDS: Final[dict[str, OperationKind]] = {kind.type: kind for kind in (
    OperationKind(type="create", group="data", resources=("buildings", "weather"), fields=("items", *_SOURCE),
                  words=_READ, words_of_weather=_READ_WEATHER, counts="one item", changes=True,
                  summary="keep new buildings, or weather"),
    OperationKind(type="update", group="data", resources=("buildings", "weather"), fields=("filter", "update"),
                  required=("update",), counts="one building, or weather, that the filter matches", changes=True,
                  summary="change them by a merge patch"),
    OperationKind(type="delete", group="data", resources=("buildings", "weather"), fields=("filter",),
                  required=("filter",), counts="one building, or weather, that the filter matches", changes=True,
                  summary="forget them"),
    OperationKind(type="import", group="data", resources=("buildings", "weather"), fields=_SOURCE,
                  words=_READ, words_of_weather=_READ_WEATHER,
                  counts="one feature or line of the file; a file of weather", changes=True,
                  summary="keep the buildings, or the weather, of a file"),
    OperationKind(type="export", group="data", resources=("buildings", "results", "weather"),
                  fields=("filter", "format", "job_id"), counts="one file",
                  words={"format": ("parquet", "csv", "geojson")}, words_of_weather={"format": ("parquet", "csv")},
                  summary="write buildings, results or weather into a file"),
    OperationKind(type="calculate", group="processing", resources=("buildings",), fields=("filter", "options"),
                  counts="one building that the filter matches", summary="simulate the year of each building"),
    OperationKind(type="validate", group="processing", resources=("buildings", "weather"), fields=("filter", "options"),
                  counts="one building, or weather, that the filter matches",
                  summary="look for every problem, simulate nothing"),
    OperationKind(type="analyze", group="processing", resources=("results",),
                  fields=("job_id", "analysis", "group_by", "compare_with"), required=("job_id",),
                  words={"analysis": ("aggregate", "compare")},
                  counts="one analysis", summary="sum up the results of a job, or compare those of two"),
    OperationKind(type="generate", group="processing", resources=("results",), fields=("job_id", "title"),
                  required=("job_id",), counts="one report", summary="write a report with figures"),
    OperationKind(type="backup", group="maintenance", resources=("buildings", "results"), fields=(),
                  counts="one backup", scope="admin",
                  summary="write all buildings, weather, jobs and results into one file"),
    OperationKind(type="restore", group="maintenance", resources=("buildings", "results"),
                  fields=("job_id", "upload_id", "on_conflict"), words={"on_conflict": _CONFLICTS},
                  counts="one backup", scope="admin", changes=True,
                  summary="bring back what a backup holds"),
    OperationKind(type="cleanup", group="maintenance", resources=("results",), fields=("older_than_days", "dry_run"),
                  counts="one cleaning", scope="admin",
                  summary="remove old jobs and files that belong to nothing; tells first, unless dry_run is false"),
    OperationKind(type="optimize", group="maintenance", resources=("buildings", "results"), fields=(),
                  counts="one optimisation", scope="admin", summary="join small result files, compact the database"),
)}

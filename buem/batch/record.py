"""What run.json says of a run, as a record: written by a run, read by what comes after it."""

from __future__ import annotations

from typing import Any, Final, Literal, get_args

import msgspec

from buem.errors import OutputError, shorten
from buem.io.place import Place

#: How a run may stand.
Status = Literal["running", "done", "interrupted", "stopped", "failed"]
STATUSES: Final[tuple[str, ...]] = get_args(Status)


class Input(msgspec.Struct, frozen=True, kw_only=True):
    """The file that was run."""

    path: str
    #: Its size. [B]
    bytes: int
    #: None while the run goes on.
    sha256: str | None


class WeatherUse(msgspec.Struct, frozen=True, kw_only=True):
    """The weather of the buildings."""

    #: How many had each weather, by its name.
    buildings: dict[str, int]
    farther_than_150_km: int
    #: Name and SHA-256 of the one that was given for all; None where each had the nearest station.
    given: str | None


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """Buildings by how they ended."""

    buildings: int
    ok: int
    not_heated: int
    error: int


class RunCounts(Counts, frozen=True, kw_only=True):
    """The same of a run, and its parts."""

    parts: int


class RetryRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A retry of the failed buildings."""

    began: str
    #: Those that were not the options of the run.
    options: dict[str, Any]
    counts: Counts
    versions: dict[str, str]
    weather: WeatherUse
    times: dict[str, Any]
    memory: dict[str, Any]


class RunRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A run: what run.json holds, in its order."""

    status: str
    versions: dict[str, str]
    input: Input
    options: dict[str, Any]
    weather: WeatherUse
    counts: RunCounts
    #: Of the buildings that were simulated. [m²], [kWh]
    totals: dict[str, float]
    times: dict[str, Any]
    memory: dict[str, Any]
    retries: list[RetryRecord] | msgspec.UnsetType = msgspec.UNSET

    def encoded(self) -> bytes:
        """It as it stands in the file."""
        return msgspec.json.format(msgspec.json.encode(self, enc_hook=str), indent=2) + b"\n"


def read_record(place: Place) -> RunRecord:
    """The run.json of a finished run.

    Parameters
    ----------
    place : Place
        Where the results of the run are.

    Returns
    -------
    RunRecord

    Raises
    ------
    OutputError
        When there is none, the run is not over, or its record is of another version of buem.
    """
    path = place.label("run.json")
    try:
        held = place.read("run.json")
        found = None if held is None else msgspec.json.decode(held)
    except (OSError, ValueError, RecursionError) as error:
        raise OutputError(f"{path}: cannot be read: {error}") from error
    if held is None:
        raise OutputError(f"{place}: no run; expected a {place.kind} that `buem run` writes")
    status = found.get("status") if isinstance(found, dict) else None
    if status not in STATUSES:
        raise OutputError(f"{path}: damaged (its status is {shorten(status)}); expected the record of a run")
    if status != "done":
        raise OutputError(f"{place}: the run is {status}; expected one that is done, the same `buem run` goes on")
    try:
        return msgspec.convert(found, RunRecord)
    except msgspec.ValidationError as error:
        raise OutputError(f"{path}: cannot be used ({error}); expected the record of a run of this version of "
                          "buem") from error

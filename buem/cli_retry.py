"""`buem retry`: the failed buildings of a finished run once more."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from buem import cli_city as of_city

if TYPE_CHECKING:
    from buem.batch.plan import RunOptions
    from buem.batch.retry import RetryReport

#: Exit codes of `buem run`: all simulated, some buildings failed, the request to end.
_DONE = 0
_SOME_FAILED = 3
_TERMINATED = 143


def retry(
    context: typer.Context,
    folder: of_city.Folder,
    source: Annotated[Path | None, typer.Option(metavar="FILE", help="The input, where it has moved.")] = None,
    memory_per_building: Annotated[str, typer.Option(metavar="SIZE", help="As for `buem run`, as are all that "
                                                                          "follow.")] = "",
    memory: Annotated[str, typer.Option(metavar="SIZE")] = "",
    workers: Annotated[int, typer.Option()] = 1,
    weather: Annotated[str, typer.Option(metavar="FILE|STATION|auto")] = "",
    weather_any_distance: Annotated[bool, typer.Option("--weather-any-distance")] = False,
    cooling: Annotated[str, typer.Option(metavar="on|off")] = "",
    wall_area: Annotated[str, typer.Option(metavar="net|gross")] = "",
    model: Annotated[str, typer.Option(metavar="iso13790|iso52016")] = "",
    films: Annotated[str, typer.Option(metavar="detailed|fixed")] = "",
    steps_per_hour: Annotated[int, typer.Option(metavar="N")] = 0,
    kernel: Annotated[str, typer.Option(metavar="auto|numpy|numba")] = "",
    sky: Annotated[str, typer.Option(metavar="perez|haydavies|isotropic")] = "",
    country: of_city.Country = "",
    region: of_city.Region = "",
    type: of_city.SizeClass = "",  # noqa: A002
    variant: of_city.Variant = "",
    usage: of_city.UsageMode = "",
    seed: of_city.Seed = 0,
    holidays: of_city.Holidays = False,
    archetypes: of_city.Table = None,
    radius: of_city.Radius = 0.0,
    height_field: of_city.HeightField = "",
    levels_field: of_city.LevelsField = "",
    year_field: of_city.YearField = "",
    use_field: of_city.UseField = "",
    type_field: of_city.TypeField = "",
) -> int:
    """Simulate the failed buildings of DIR again, with options that differ from those of its run."""
    from buem.batch.finished import recorded_options
    from buem.batch.interrupt import Terminated
    from buem.batch.retry import retry_batch

    try:
        report = retry_batch(folder, source=source, **_changes(context, recorded_options(folder)))
    except Terminated:
        typer.echo("error: asked to end; what was finished is kept, call it again", err=True)
        return _TERMINATED
    _print(report)
    return _SOME_FAILED if report.failed else _DONE


def _changes(context: typer.Context, before: RunOptions) -> dict[str, Any]:
    """What was given, by the names of the options in Python; all else stays as it was."""
    from buem.city import FieldNames, parse_variant

    given = {name: value for name, value in context.params.items()
             if name not in ("folder", "source") and _is_given(context, name)}
    names = {f.name: given.pop(f"{f.name}_field") for f in fields(FieldNames) if f"{f.name}_field" in given}
    if names:
        given["names"] = replace(before.city.names, **names)
    if "variant" in given:
        given["variant"] = parse_variant(given["variant"])
    if "cooling" in given:
        given["cooling"] = of_city.switch(given["cooling"])
    if "weather_any_distance" in given:
        given["any_distance"] = given.pop("weather_any_distance")
    return given


def _is_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _print(report: RetryReport) -> None:
    if not report.retried:
        typer.echo(f"{report.out}: no building failed, nothing to do")
        return
    idle = f", {report.not_heated:,} not heated" if report.not_heated else ""
    typer.echo(f"{report.out}: {report.retried:,} buildings again: {report.ok:,} simulated{idle}, "
               f"{report.failed:,} failed, {report.seconds:,.1f} s")

"""`buem retry`: the failed buildings of a finished run once more."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from buem import cli_options as given
from buem.cli_options import DONE, SOME_FAILED, TERMINATED, Place

if TYPE_CHECKING:
    from buem.batch.plan import RunOptions
    from buem.batch.retry import RetryReport


def retry(
    context: typer.Context,
    place: Place,
    source: Annotated[Path | None, typer.Option(metavar="FILE", help="The input, where it has moved.")] = None,
    memory_per_building: given.BuildingMemory = "",
    memory: given.Memory = None,
    workers: given.Workers = None,
    weather: given.WeatherName = "",
    weather_any_distance: given.AnyDistance = False,
    cooling: given.Cooling = None,
    wall_area: given.WallAreas = "",
    model: given.Model = "",
    films: given.Films = "",
    steps_per_hour: given.Steps = None,
    kernel: given.Kernel = "",
    sky: given.Sky = "",
    country: given.Country = "",
    region: given.Region = "",
    type: given.SizeClass = "",  # noqa: A002
    variant: given.Variant = "",
    usage: given.UsageMode = "",
    seed: given.Seed = 0,
    holidays: given.Holidays = False,
    archetypes: given.Table = None,
    radius: given.Radius = 0.0,
    height_field: given.HeightField = "",
    levels_field: given.LevelsField = "",
    year_field: given.YearField = "",
    use_field: given.UseField = "",
    type_field: given.TypeField = "",
) -> int:
    """Simulate the failed buildings of DIR or URL again, with options that differ from those of its run."""
    from buem.batch.finished import recorded_options
    from buem.batch.interrupt import Terminated
    from buem.batch.retry import retry_batch
    from buem.io.place import place_of

    try:
        report = retry_batch(place, source=source, **_changes(context, recorded_options(place_of(place))))
    except Terminated:
        typer.echo("error: asked to end; what was finished is kept, call it again", err=True)
        return TERMINATED
    _print(report)
    return SOME_FAILED if report.failed else DONE


def _changes(context: typer.Context, before: RunOptions) -> dict[str, Any]:
    """What was given, by the names of the options in Python; all else stays as it was."""
    from buem.city import FieldNames, parse_variant

    chosen = {name: value for name, value in context.params.items()
             if name not in ("place", "source") and _is_given(context, name)}
    names = {f.name: chosen.pop(f"{f.name}_field") for f in fields(FieldNames) if f"{f.name}_field" in chosen}
    if names:
        chosen["names"] = replace(before.city.names, **names)
    if "variant" in chosen:
        chosen["variant"] = parse_variant(chosen["variant"])
    if "cooling" in chosen:
        chosen["cooling"] = given.switch(chosen["cooling"])
    if "weather_any_distance" in chosen:
        chosen["any_distance"] = chosen.pop("weather_any_distance")
    return chosen


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

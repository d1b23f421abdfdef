"""The command line. Each command loads what it needs when it runs, so that help stays fast."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO, cast

import typer

import buem
from buem import cli_options as given
from buem import cli_results
from buem.cli_city import city_app
from buem.cli_keys import keys_app
from buem.cli_options import BROKEN, DONE, INTERRUPTED, REFUSED, SOME_FAILED, TERMINATED, Folder, Place
from buem.cli_retry import retry
from buem.cli_serve import serve
from buem.errors import BuemError, InputError, OccupiedError, shorten

if TYPE_CHECKING:
    from buem.batch.report import RunReport
    from buem.io.dialects import WallArea
    from buem.weather import Weather

# typer stands on click, or carries one of its own that is not public: the base is found from a class that is.
_WordError: Any = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None,
                  help="Hourly heating and cooling of every building of a city, from one GeoJSON file.")
weather_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None,
                          help="Bundled stations, and what is in a weather file.")
app.add_typer(weather_app, name="weather")
app.add_typer(city_app, name="city")
app.command()(cli_results.aggregate)
app.command()(retry)
app.command()(serve)
app.add_typer(keys_app, name="keys")

File = Annotated[Path, typer.Argument(metavar="FILE", help="GeoJSON: a FeatureCollection, a Feature, or one Feature "
                                                           "a line, also gzipped; GeoPackage, FlatGeobuf, "
                                                           "GeoParquet, CityJSON.")]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        Words after `buem`; those of the process when absent.

    Returns
    -------
    int
        0 all simulated, 3 some buildings failed (the files are complete), 2 input or options refused,
        130 interrupted, 143 asked to end, 1 anything else.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s", stream=sys.stderr)
    warnings.showwarning = _show_warning
    try:
        code = int(app(args=arguments, prog_name="buem", standalone_mode=False) or DONE)
        # typer makes a code of Ctrl-C by itself.
        return _interrupted() if code == INTERRUPTED else code
    except _WordError as error:
        error.show()
        return REFUSED
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted()
    except (InputError, OccupiedError) as error:
        return _fail(str(error), REFUSED)
    except BuemError as error:
        return _fail(str(error), BROKEN)
    except UnicodeEncodeError as error:
        # A word that is not UTF-8 was looked for in a file, or is the name of one.
        return _fail(f"{shorten(error.object)}: cannot be written as {error.encoding}: {error.reason}", REFUSED)
    except OSError as error:
        # What no command foresaw: a name that is too long, a folder that is none, a disk that is gone.
        where = f"{error.filename}: " if error.filename is not None else ""
        return _fail(f"{where}{error.strerror or error}", BROKEN)


def _interrupted() -> int:
    return _fail("interrupted; what was finished is written", INTERRUPTED)


def _fail(text: str, code: int) -> int:
    # A byte of a name that is no text is shown as what it is.
    for line in text.encode(errors="backslashreplace").decode().splitlines():
        print(f"error: {line}", file=sys.stderr)
    return code


def _show_warning(message: Warning | str, category: type[Warning], filename: str, lineno: int,
                  file: TextIO | None = None, line: str | None = None) -> None:
    print(f"warning: {message}", file=sys.stderr)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"buem {buem.__version__}")
        raise typer.Exit


@app.callback()
def _top(version: Annotated[bool, typer.Option("--version", is_eager=True, callback=_show_version,
                                               help="Show the version.")] = False) -> None:
    """Hourly heating and cooling of every building of a city, from one GeoJSON file."""


@app.command()
def run(
    file: File,
    weather: given.WeatherName = "auto",
    weather_any_distance: given.AnyDistance = False,
    out: Annotated[str | None, typer.Option(metavar="DIR|URL", help="Folder of the results, or a store such as "
                                            "s3://BUCKET/PREFIX; results/NAME of the file when absent.")] = None,
    model: given.Model = "iso13790",
    films: given.Films = "detailed",
    steps_per_hour: given.Steps = None,
    workers: given.Workers = None,
    cluster: Annotated[str | None, typer.Option(metavar="dask://HOST:PORT", help="Simulate on the workers of a Dask "
                                                "scheduler; DIR must be on storage that all share.")] = None,
    memory_per_building: given.BuildingMemory = "5MB",
    memory: given.Memory = None,
    hourly: Annotated[str, typer.Option(metavar="none|load|all", help="Hourly series in Parquet.")] = "load",
    formats: Annotated[str, typer.Option("--format", metavar="parquet,csv,geojson,profiles",
                                         help="Files beside summary.parquet, parted by commas.")] = "parquet",
    cooling: given.Cooling = None,
    wall_area: given.WallAreas = "net",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the results of an earlier run.")] = False,
    resume: Annotated[bool, typer.Option("--resume/--no-resume", help="Go on with an unfinished run of the same input "
                                                                      "and options.")] = True,
    kernel: given.Kernel = "auto",
    sky: given.Sky = "perez",
    on_error: Annotated[str, typer.Option(metavar="skip|stop", help="What a failing building does.")] = "skip",
    country: given.Country = "",
    region: given.Region = "",
    type: given.SizeClass = "",  # noqa: A002
    variant: given.Variant = "existing",
    usage: given.UsageMode = "standard",
    seed: given.Seed = 0,
    holidays: given.Holidays = False,
    archetypes: given.Table = None,
    radius: given.Radius = 100.0,
    layer: given.Layer = "",
    id_field: given.IdField = "",
    height_field: given.HeightField = "",
    levels_field: given.LevelsField = "",
    year_field: given.YearField = "",
    use_field: given.UseField = "",
    type_field: given.TypeField = "",
) -> int:
    """Simulate every building of FILE and write summary and hourly loads."""
    city = given.city_options(locals())
    from buem.batch.interrupt import Terminated
    from buem.batch.plan import RunOptions
    from buem.batch.run import run_batch

    options = RunOptions().with_changes(
        weather=weather, any_distance=weather_any_distance, workers=workers, cluster=cluster,
        memory_per_building=memory_per_building, memory=memory, hourly=hourly, formats=tuple(formats.split(",")),
        cooling=given.switch(cooling), wall_area=wall_area,
        on_error=on_error, overwrite=overwrite, resume=resume, model=model, films=films, steps_per_hour=steps_per_hour,
        kernel=kernel, sky=sky, city=city, progress=sys.stderr.isatty(),
    )
    try:
        report = run_batch(file, out or _default_out(file), options)
    except Terminated:
        return _fail("asked to end; what was finished is written", TERMINATED)
    _print_report(report)
    return SOME_FAILED if report.failed else DONE


@app.command()
def status(place: Place) -> int:
    """How far the run in DIR or at URL is, and whether it is still running."""
    from buem.batch.status import read_status, read_store_status
    from buem.io.store import folder_of

    folder = folder_of(place)
    found = read_store_status(place) if folder is None else read_status(folder)
    for line in found.lines():
        print(line)
    return DONE if found.finished else SOME_FAILED


@app.command()
def verify(place: Place) -> int:
    """Whether every file of a finished run is what was written: checksums, counts, missing buildings."""
    from buem.batch.verify import verify as check

    found = 0
    for line in check(place):
        print(line)
        found += 1
    print(f"{place}: {found} findings" if found else f"{place}: sound")
    return BROKEN if found else DONE


def _default_out(file: Path) -> Path:
    return Path("results") / file.name.split(".")[0]


def _print_report(report: RunReport) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(show_header=False, box=None, pad_edge=False)
    started = f" after a start of {report.start_seconds:,.1f} s" if report.workers > 1 else ""
    errors = f", {report.out}/errors.jsonl" if report.failed else ""
    idle = f", {report.not_heated:,} not heated" if report.not_heated else ""
    for label, text in (
        ("buildings", f"{report.ok:,} simulated{idle}, {report.failed:,} failed"),
        ("heating", _energy(report.heating, report.floor_area, report.heating_peak)),
        ("cooling", _energy(report.cooling, report.floor_area, report.cooling_peak)),
        ("time", f"{report.seconds:,.1f} s, {report.rate:,.0f} buildings a second{started}"),
        ("files", f"{report.out}/summary.parquet{errors}"),
    ):
        table.add_row(label, text)
    # A line is as long as it is: a path that was wrapped could not be copied.
    Console(width=max(80, len(str(report.out)) * 2 + 60)).print(table, highlight=False)


def _energy(total: float, area: float, peak: float) -> str:
    mean = f"{total / area:,.1f}" if area > 0 else "no"
    return f"{total / 1e6:,.3f} GWh, {mean} kWh/m², highest load of a building {peak:,.1f} kW"


@app.command()
def validate(
    file: File,
    wall_area: given.WallAreas = "net",
    country: given.Country = "",
    region: given.Region = "",
    type: given.SizeClass = "",  # noqa: A002
    variant: given.Variant = "existing",
    usage: given.UsageMode = "standard",
    seed: given.Seed = 0,
    holidays: given.Holidays = False,
    archetypes: given.Table = None,
    radius: given.Radius = 100.0,
    layer: given.Layer = "",
    id_field: given.IdField = "",
    height_field: given.HeightField = "",
    levels_field: given.LevelsField = "",
    year_field: given.YearField = "",
    use_field: given.UseField = "",
    type_field: given.TypeField = "",
) -> int:
    """Every problem of FILE at once; nothing is simulated."""
    city = given.city_options(locals())
    from buem.batch.validate import validate_file

    found = validate_file(file, wall_area=cast("WallArea", wall_area), city=city)
    for problem in found.problems:
        print(problem)
    dialects = ", ".join(f"{count:,} {name}" for name, count in sorted(found.dialects.items()))
    print(f"{found.features:,} features, {found.bad:,} with problems{'; ' if dialects else ''}{dialects}")
    return SOME_FAILED if found.bad else DONE


@weather_app.command("list")
def weather_list() -> None:
    """The bundled stations."""
    from buem.io.stations import stations

    print(f"{'station':30} {'country':7} {'latitude':>8} {'longitude':>9} {'elevation':>9}  year")
    for station in stations():
        print(f"{station.id:30} {station.country:7} {station.latitude:8.2f} {station.longitude:9.2f} "
              f"{station.elevation:7.0f} m  {station.year or 'typical'}")


@weather_app.command("show")
def weather_show(name: Annotated[str, typer.Argument(metavar="STATION|FILE")]) -> None:
    """Where a weather is from, and its year in numbers."""
    from buem.io.weather import read_station_or_file

    _print_weather(read_station_or_file(name))


@weather_app.command("check")
def weather_check(file: Annotated[str, typer.Argument(metavar="FILE")]) -> None:
    """Whether a weather file can be used: every problem, and whether its clock fits its sun."""
    from buem.io.weather import read_station_or_file
    from buem.weather import clock_offset

    weather = read_station_or_file(file)
    _print_weather(weather)
    offset = clock_offset(weather)
    print(f"clock: {offset:+.0f} min against the sun" if offset is not None else "clock: cannot be told from this file")
    print("usable")


def _print_weather(weather: Weather) -> None:
    import numpy as np

    print(f"{weather.name}: {weather.latitude:.3f}° north, {weather.longitude:.3f}° east, {weather.elevation:.0f} m, "
          f"UTC{weather.utc_offset:+g} h, {weather.year or 'typical year'}")
    low, mean, high = weather.temp_air.min(), weather.temp_air.mean(), weather.temp_air.max()
    print(f"temp_air: {low:.1f} to {high:.1f} °C, mean {mean:.1f} °C")
    for name in ("ghi", "dni", "dhi"):
        print(f"{name}: {np.sum(getattr(weather, name)) / 1000.0:,.0f} kWh/m² a year")
    for label, text in (("source", weather.source), ("licence", weather.licence)):
        if text:
            print(f"{label}: {text}")
    for note in weather.notes:
        print(f"note: {note}")


@app.command()
def plot(
    folder: Folder,
    building: Annotated[str | None, typer.Option(metavar="ID", help="One building; all together when absent.")] = None,
) -> None:
    """Draw load curve, duration curve and balance as PNG files into DIR."""
    from buem.plots import write_plots

    for path in write_plots(folder, building=building):
        print(path)


@app.command()
def export(
    folder: Folder,
    long: Annotated[bool, typer.Option("--long", help="One row an hour and building, as Parquet.")] = False,
    netcdf: Annotated[bool, typer.Option("--netcdf", help="One NetCDF file.")] = False,
    building: Annotated[str | None, typer.Option(metavar="ID", help="The hours of one building, as CSV.")] = None,
    properties: Annotated[str | None, typer.Option(metavar="NAME,NAME", help="Properties of the features that were "
                                                   "read, a row a building, as Parquet.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to; into DIR when absent.")] = None,
) -> None:
    """Write the hourly results of DIR in another form, or a table to join them with."""
    from buem.errors import OptionError, problem
    from buem.io.directory import open_results
    from buem.io.export import export_building, export_long, export_netcdf

    asked = long, netcdf, building is not None, properties is not None
    if sum(asked) != 1:
        raise OptionError([problem("export", "several" if any(asked) else None,
                                   "one of --long, --netcdf, --building ID, --properties NAME,NAME")])
    results = open_results(folder)
    target = out or folder / ("long.parquet" if long else "results.nc" if netcdf else "properties.parquet"
                              if properties is not None else f"{_file_name(building)}.csv")
    if properties is not None:
        from buem.io.feature_properties import export_properties

        export_properties(results, [name.strip() for name in properties.split(",")], target)
    elif building is not None:
        export_building(results, building, target)
    elif long:
        export_long(results, target)
    else:
        export_netcdf(results, target)
    print(target)


def _file_name(building: str | None) -> str:
    # Names of files have at most 255 bytes, and a letter up to four.
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in (building or "")[:50])

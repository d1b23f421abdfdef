"""The commands of `buem city`, and the options that footprints have in every command."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from buem.city import CityOptions

city_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None,
                       help="Report, pictures and map of a city that was simulated from its footprints.")

Country = Annotated[str, typer.Option(metavar="CC", help="Country of footprints that name none, "
                                      "two letters of ISO 3166.")]
Region = Annotated[str, typer.Option(metavar="NAME", help="Region of the archetype table.")]
SizeClass = Annotated[str, typer.Option("--type", metavar="SFH|TH|MFH|AB",
                                        help="Size class of footprints that name none; inferred when absent.")]
Variant = Annotated[str, typer.Option(metavar="existing|usual|advanced|A/B/C",
                                      help="Refurbishment of footprints that name none, or percents of the three.")]
UsageMode = Annotated[str, typer.Option("--usage", metavar="standard|typical",
                                        help="How dwellings are used: as the norm says, or as meters see.")]
Seed = Annotated[int, typer.Option(help="Chooses profiles, and refurbishment by percents.")]
Holidays = Annotated[bool, typer.Option("--holidays", help="The country's holidays are "
                                        "Sundays.")]
Table = Annotated[Path | None, typer.Option("--archetypes", metavar="FILE",
                                            help="Archetype table in place of TABULA's.")]
Radius = Annotated[float, typer.Option(metavar="M", help="Neighbours farther away shade "
                                       "nothing.")]
Layer = Annotated[str, typer.Option(metavar="NAME", help="Layer of a GeoPackage.")]
IdField = Annotated[str, typer.Option(metavar="NAME", help="Property with the id.")]
HeightField = Annotated[str, typer.Option(metavar="NAME", help="Property with the height.")]
LevelsField = Annotated[str, typer.Option(metavar="NAME", help="Property with the storeys.")]
YearField = Annotated[str, typer.Option(metavar="NAME", help="Property with the year.")]
UseField = Annotated[str, typer.Option(metavar="NAME", help="Property with the use.")]
TypeField = Annotated[str, typer.Option(metavar="NAME", help="Property with the size class.")]



def _of_this_machine(text: str) -> Path:
    """A folder of results; a store is refused by name, which a path would make unreadable."""
    from buem.io.store import folder_of

    folder = folder_of(text)
    if folder is None:
        raise typer.BadParameter(f"{text} is a store; expected a folder: copy the results first")
    return folder


Folder = Annotated[Path, typer.Argument(metavar="DIR", parser=_of_this_machine,
                                        help="Folder of results, of `buem run`.")]


def switch(text: str | None) -> bool | None:
    """An option that is on or off.

    Parameters
    ----------
    text : str or None
        ``"on"``, ``"off"``, or None where it was not given.

    Returns
    -------
    bool or None

    Raises
    ------
    OptionError
        For any other text.
    """
    from buem.errors import OptionError, problem

    if text not in (None, "on", "off"):
        raise OptionError([problem("cooling", text, "one of on, off")])
    return None if text is None else text == "on"


def city_options(given: dict[str, object]) -> CityOptions:
    """The options of a city from those of a command.

    Parameters
    ----------
    given : dict
        Values by the name of the option; others are passed over.

    Returns
    -------
    CityOptions
    """
    from buem.city import CityOptions, FieldNames, parse_variant

    names = FieldNames(**{f.name: str(given[f"{f.name}_field"]) for f in fields(FieldNames)})
    own = {f.name: given[f.name] for f in fields(CityOptions) if f.name in given}
    variant = parse_variant(str(given["variant"]))
    return CityOptions(**{**own, "names": names, "variant": variant})  # type: ignore[arg-type]


@city_app.command("report")
def city_report(folder: Folder) -> None:
    """Counts, filled values, party walls, demand and density by type, age and use; also into DIR/city/."""
    from buem.city_report import write_report

    report, paths = write_report(folder)
    typer.echo(report.text())
    for path in paths:
        typer.echo(path)


@city_app.command("plot")
def city_plot(folder: Folder) -> None:
    """Draw maps, types and ages, and the load of the district as PNG files into DIR/city/."""
    from buem.plots_city import write_city_plots

    for path in write_city_plots(folder):
        typer.echo(path)


@city_app.command("map")
def city_map(
    folder: Folder,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to; DIR/city/map.html when absent.")] = None,
) -> None:
    """Write an interactive map as one HTML file that works offline."""
    from buem.city_map import write_map

    typer.echo(write_map(folder, out))

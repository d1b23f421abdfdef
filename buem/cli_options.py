"""The options that several commands have, each once: its words, its form, its help; and the exit codes."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from buem.city import CityOptions

#: Exit codes: all simulated; anything not listed; input or options refused; some buildings failed; Ctrl-C;
#: the request to end.
DONE: Final = 0
BROKEN: Final = 1
REFUSED: Final = 2
SOME_FAILED: Final = 3
INTERRUPTED: Final = 130
TERMINATED: Final = 143


def _of_this_machine(text: str) -> Path:
    """A folder of results; a store is refused by name, which a path would make unreadable."""
    from buem.io.store import folder_of

    folder = folder_of(text)
    if folder is None:
        raise typer.BadParameter(f"{text} is a store; expected a folder: copy the results first")
    return folder


Folder = Annotated[Path, typer.Argument(metavar="DIR", parser=_of_this_machine,
                                        help="Folder of results, of `buem run`.")]
Place = Annotated[str, typer.Argument(metavar="DIR|URL", help="Folder or store of results, of `buem run`.")]

WeatherName = Annotated[str, typer.Option("--weather", metavar="FILE|STATION|auto", help=(
    "A weather file, a bundled station, or the nearest one of each building."))]
AnyDistance = Annotated[bool, typer.Option("--weather-any-distance", help=(
    "Take the nearest station however far it is."))]
Model = Annotated[str, typer.Option(metavar="iso13790|iso52016", help="The building model: 5R1C or nodes.")]
Films = Annotated[str, typer.Option(metavar="detailed|fixed", help="Films of the node model.")]
Steps = Annotated[int | None, typer.Option("--steps-per-hour", metavar="N", help=(
    "Steps of the node model; 2, or 1 with fixed films, when absent."))]
Workers = Annotated[int | None, typer.Option(help="Processes; one per core when absent.")]
BuildingMemory = Annotated[str, typer.Option("--memory-per-building", metavar="SIZE", help=(
    "A building that needs more is refused."))]
Memory = Annotated[str | None, typer.Option(metavar="SIZE", help=(
    "Most memory of all processes together, such as 8GB."))]
Cooling = Annotated[str | None, typer.Option(metavar="on|off", help=(
    "Cooling of all buildings; as each says when absent."))]
WallAreas = Annotated[str, typer.Option("--wall-area", metavar="net|gross", help=(
    "Whether walls come without or with their openings."))]
Kernel = Annotated[str, typer.Option(metavar="auto|numpy|numba", help="How the year is computed.")]
Sky = Annotated[str, typer.Option(metavar="perez|haydavies|isotropic", help="The model of the sky.")]

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

"""The commands of `buem city`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from buem.cli_options import Folder

city_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None,
                       help="Report, pictures and map of a city that was simulated from its footprints.")


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

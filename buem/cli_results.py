"""Commands on the results of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from buem.cli_options import Place


def aggregate(
    place: Place,
    by: Annotated[str, typer.Option(metavar="KEY,KEY", help="Columns of the summary, properties of the features, and "
                                                            "hour, month or hour_of_day; all together when "
                                                            "absent.")] = "",
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to; CSV on standard output when "
                                                                  "absent.")] = None,
    form: Annotated[str | None, typer.Option("--format", metavar="parquet|csv", help="Of FILE; by its ending when "
                                                                                     "absent.")] = None,
    source: Annotated[Path | None, typer.Option("--input", metavar="FILE", help="The input of the run, where it has "
                                                                                "moved.")] = None,
) -> None:
    """Sum the hourly loads of DIR or URL over groups of buildings and times: energy, mean, simultaneous peak."""
    from buem.errors import OptionError, problem
    from buem.io.aggregate import aggregate_table, csv_text, write_aggregate
    from buem.io.durable import refuse_result
    from buem.io.store import folder_of

    if out is None and form not in (None, "csv"):
        raise OptionError([problem("out", None, f"a file for the format {form}; standard output gets csv")])
    if out is not None and (folder := folder_of(place)) is not None:
        refuse_result(out, folder)
    table = aggregate_table(place, by or (), source=source)
    if out is None:
        typer.echo(csv_text(table), nl=False)
        return
    write_aggregate(table, out, form)
    typer.echo(out)

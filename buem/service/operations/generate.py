"""generate: a report of the results of a job, one page that holds its figures."""

from __future__ import annotations

import io
from base64 import b64encode
from html import escape
from typing import Any

import numpy as np

from buem.io.durable import durable
from buem.profiles import FloatArray
from buem.service.errors import ApiError
from buem.service.ledger import Claim, Outcome
from buem.service.operations.analyze import aggregate
from buem.service.operations.context import Context, result_file, result_path
from buem.service.operations.results_read import hours_of, lost_item, only_item, summary_of

_STYLE = "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;color:#222}td,th{padding:.2rem 1rem;" \
         "text-align:right}td:first-child,th:first-child{text-align:left}img{max-width:100%}"
_ROWS = (("buildings", "Buildings", ""), ("floor_area_m2", "Floor area", "m²"), ("heating_kwh", "Heating", "kWh"),
         ("heating_kwh_m2", "Heating per floor area", "kWh/m²"), ("cooling_kwh", "Cooling", "kWh"),
         ("heating_peak_kw", "Highest heating load of a building", "kW"))


def run(context: Context, claim: Claim) -> Outcome:
    """Write the report.

    Parameters
    ----------
    context : Context
        Where it runs.
    claim : Claim
        Of the unit.

    Returns
    -------
    Outcome
        Its item says where the page is fetched.
    """
    job_id = claim.operation["job_id"]
    try:
        summary = summary_of(context, job_id)
        load = _district(context, job_id)
    except ApiError as error:
        return Outcome(items=[lost_item(claim, error)])
    rows = summary.select(["id", "size_class", *(name for name, _, _ in _ROWS if name != "buildings"),
                           "cooling_kwh_m2", "gain_solar_kwh", "gain_internal_kwh"]).to_pylist()
    total = aggregate(rows, ["all"] * len(rows))["total"]
    title = claim.operation.get("title") or f"Results of {job_id}"
    figures = [_picture(_intensities([row["heating_kwh_m2"] for row in rows if row["heating_kwh_m2"] is not None])),
               _picture(_load_curve(load))]
    path = result_path(context, claim, "report.html")
    with durable(path) as temporary:
        temporary.write_text(page(title, total, figures), encoding="utf-8")
    where = f"/api/v1/batch/jobs/{claim.job_id}/files/{claim.number}-report.html"
    file = result_file(context, claim, "report.html", path, len(rows))
    return Outcome(items=[only_item(claim, {"status": "generated", "file": where, "bytes": file.size, **total})],
                   files=[file])


def page(title: str, total: dict[str, Any], figures: list[str]) -> str:
    """The report as HTML that needs nothing from elsewhere.

    Parameters
    ----------
    title : str
        Its heading.
    total : dict
        Of `analyze.aggregate`.
    figures : list of str
        Pictures as data addresses.

    Returns
    -------
    str
    """
    rows = "".join(f"<tr><td>{label}<td>{total[name]:,.1f} {unit}" if isinstance(total[name], float) else
                   f"<tr><td>{label}<td>{total[name] if total[name] is not None else 'none'} {unit}"
                   for name, label, unit in _ROWS)
    pictures = "".join(f'<p><img alt="{label}" src="{figure}">' for label, figure in zip(
        ("Heating per floor area of the buildings", "Heating load of all buildings, day by day"), figures))
    return (f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(title)}</title><style>{_STYLE}</style>"
            f"<h1>{escape(title)}</h1><table>{rows}</table>{pictures}</html>\n")


def _district(context: Context, job_id: str) -> FloatArray:
    """Heating of all buildings, hour by hour. [W]"""
    total = np.zeros(8760)
    for table in hours_of(context, job_id):
        for chunk in table["heating_W"].chunks:
            hours = np.nan_to_num(chunk.flatten().to_numpy(zero_copy_only=False)).reshape(-1, 8760)
            total += hours.sum(axis=0)
    return total


def _intensities(values: list[float]) -> Any:
    from buem.plots import new_figure, style

    with style():
        figure = new_figure(7.0, 3.5)
        axes = figure.add_subplot()
        axes.hist(values, bins=30)
        axes.set_xlabel("heating [kWh/m²]")
        axes.set_ylabel("buildings")
    return figure


def _load_curve(load: FloatArray) -> Any:
    from buem.plots import new_figure, style

    with style():
        figure = new_figure(7.0, 3.5)
        axes = figure.add_subplot()
        axes.plot(np.arange(365), load.reshape(365, 24).mean(axis=1) / 1000.0)
        axes.set_xlabel("day of the year")
        axes.set_ylabel("heating, mean of the day [kW]")
    return figure


def _picture(figure: Any) -> str:
    sink = io.BytesIO()
    figure.savefig(sink, format="png", dpi=110)
    return f"data:image/png;base64,{b64encode(sink.getvalue()).decode()}"

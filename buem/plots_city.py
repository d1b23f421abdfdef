"""Pictures of a city: maps of its buildings, their types and ages, and the load of the district."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from buem.city_report import ages
from buem.io.city_results import CityResults, FloatArray, flatten, read_city
from buem.io.loads import Loads, read_loads
from buem.plots import draw_duration_curve, draw_load_curve, new_figure, save_figure, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Columns that are drawn as maps, with their titles and units.
MAPS: Final[dict[str, tuple[str, str]]] = {
    "heating_kwh_m2": ("Heating per floor area", "kWh/m²"),
    "heating_peak_kw": ("Peak of heating", "kW"),
    "cooling_kwh_m2": ("Cooling per floor area", "kWh/m²"),
}
_NOT_SIMULATED: Final = "#DADAD5"
_BARS: Final = "#5B7C99"


def plot_city_map(city: CityResults, column: str = "heating_kwh_m2") -> Figure:
    """The outlines of a city, coloured by a column of the summary.

    Parameters
    ----------
    city : CityResults
        With outlines.
    column : str
        Of `MAPS`, or any number of the summary.

    Returns
    -------
    matplotlib.figure.Figure
        Buildings that were not simulated are grey.
    """
    plane = flatten(city.rings)
    wide, tall = _size(plane)
    figure = new_figure(9.0, float(np.clip(8.0 * tall / max(wide, 1e-9), 4.0, 11.0)) + 0.6)
    with style():
        draw_city(figure.add_subplot(), plane, city.numbers(column), MAPS.get(column, (column, "")))
    return figure


def draw_city(axes: Axes, plane: Sequence[tuple[FloatArray, ...]], values: FloatArray, words: tuple[str, str]) -> None:
    """Draw outlines on axes, coloured by a value.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    plane : sequence of tuple of ndarray
        Rings of each building, east and north. [m]
    values : ndarray, shape (buildings,)
        NaN is grey.
    words : tuple of str
        Title and unit.
    """
    from matplotlib.collections import PathCollection

    there = np.array([bool(rings) for rings in plane], dtype=bool)
    known = there & ~np.isnan(values)
    grey = [_path(rings) for rings, drawn in zip(plane, there & ~known) if drawn]
    axes.add_collection(PathCollection(grey, facecolors=_NOT_SIMULATED, edgecolors="#AAAAAA", linewidths=0.15))
    # The last in fifty would wash out the colours of all others.
    top = float(np.percentile(values[known], 98)) if known.any() else 1.0
    drawn = PathCollection([_path(rings) for rings, ok in zip(plane, known) if ok], array=values[known], cmap="plasma",
                           edgecolors="#333333", linewidths=0.1)
    drawn.set_clim(0.0, max(top, 1e-9))
    axes.add_collection(drawn)
    axes.autoscale_view()
    axes.set_aspect("equal")
    axes.grid(False)
    beside = axes.inset_axes((1.02, 0.0, 0.022, 1.0))
    bar = axes.figure.colorbar(drawn, cax=beside, extend="max")
    bar.set_label(f"{words[0].lower()} [{words[1]}]" if words[1] else words[0])
    bar.outline.set_visible(False)
    axes.set(title=f"{words[0]}, {int(known.sum()):,} buildings", xlabel="east [m]", ylabel="north [m]")


def plot_breakdown(city: CityResults) -> Figure:
    """Floor area and heating of a city by size class, age and use.

    Parameters
    ----------
    city : CityResults
        Outlines are not needed.

    Returns
    -------
    matplotlib.figure.Figure
    """
    kinds = [kind or "no dwelling" for kind in city.words("size_class")]
    uses = [use or "not known" for use in city.words("use")]
    figure = new_figure(12.0, 8.0)
    with style():
        panels = figure.subplots(2, 3)
        for column, (title, labels) in enumerate((("Size class", kinds), ("Year", ages(city)), ("Use", uses))):
            _draw_groups(panels[0][column], panels[1][column], title, labels, city)
        figure.suptitle(f"{city.title}: {int(city.where_ok.sum()):,} simulated buildings", fontweight="bold")
    return figure


def plot_district(folder: str | Path) -> Figure:
    """The load of all buildings together over the year, and in falling order.

    Parameters
    ----------
    folder : str or Path
        Of results with hourly loads.

    Returns
    -------
    matplotlib.figure.Figure
    """
    loads: Loads = read_loads(folder)
    figure = new_figure(11.0, 8.0)
    with style():
        upper, lower = figure.subplots(2, 1)
        draw_load_curve(upper, loads)
        draw_duration_curve(lower, loads)
        figure.suptitle(f"{Path(folder).resolve().name}: load of the district", fontweight="bold")
    return figure


def write_city_plots(folder: str | Path) -> list[Path]:
    """Write the pictures of a city into its folder.

    Parameters
    ----------
    folder : str or Path
        Of a finished run of footprints.

    Returns
    -------
    list of Path
        `city/map_heating.png`, `city/map_peak.png`, `city/breakdown.png`, and `city/load.png` where hours were kept.
    """
    city = read_city(folder)
    target = city.path / "city"
    figures: dict[str, Any] = {
        "map_heating.png": plot_city_map(city, "heating_kwh_m2"),
        "map_peak.png": plot_city_map(city, "heating_peak_kw"),
        "breakdown.png": plot_breakdown(city),
    }
    if (city.path / "hourly").is_dir():
        figures["load.png"] = plot_district(folder)
    return [save_figure(figure, target / name) for name, figure in figures.items()]


def _path(rings: tuple[FloatArray, ...]) -> Any:
    from matplotlib.path import Path as Outline

    codes = [np.full(len(ring), Outline.LINETO, dtype=np.uint8) for ring in rings]
    for code in codes:
        code[0], code[-1] = Outline.MOVETO, Outline.CLOSEPOLY
    return Outline(np.concatenate(rings), np.concatenate(codes))


def _size(plane: Sequence[tuple[FloatArray, ...]]) -> tuple[float, float]:
    corners = [ring for rings in plane for ring in rings]
    if not corners:
        return 1.0, 1.0
    points = np.concatenate(corners)
    wide, tall = np.ptp(points, axis=0).tolist()
    return wide, tall


def _draw_groups(upper: Axes, lower: Axes, title: str, labels: Sequence[str], city: CityResults) -> None:
    """Floor area above, heating per floor area below."""
    area, heating = city.numbers("floor_area_m2"), city.numbers("heating_kwh")
    names = np.array(labels, dtype=object)
    present = sorted({label for label, ok in zip(labels, city.where_ok) if ok},
                     key=lambda name: (name.startswith("no"), not name.startswith("before"), name))
    rows = [(names == name) & city.where_ok for name in present]
    sums = np.array([area[row].sum() for row in rows])
    means = np.array([heating[row].sum() for row in rows]) / np.maximum(sums, 1e-9)
    places = np.arange(len(present))
    for axes, values, label in ((upper, sums / 1e3, "floor area [1000 m²]"), (lower, means, "heating [kWh/m²]")):
        axes.barh(places, values, color=_BARS)
        axes.set_yticks(places, present)
        axes.invert_yaxis()
        axes.set(xlabel=label)
        axes.grid(axis="y", visible=False)
    upper.set_title(title)

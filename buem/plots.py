"""Pictures of results: load curve, duration curve, months, balance and map.

Each function gives a matplotlib `Figure`, to be shown in a notebook or saved; matplotlib comes with the extra `plot`.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from buem.clock import hour_stamps
from buem.errors import OutputError
from buem.io.loads import Loads, Source, read_loads, read_places
from buem.io.paths import file_name
from buem.profiles import FloatArray, Period
from buem.results import LOSSES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours, told apart with any colour vision.
HEATING: Final = "#D55E00"
COOLING: Final = "#0072B2"
_LOSS_COLOURS: Final = ("#5B7C99", "#8FA9BF", "#B9C7D3", "#56B4E9", "#7F7F7F", "#4D4D4D", "#009E73")
_SOLAR: Final = "#F0C742"
_INTERNAL: Final = "#CC79A7"
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_STYLE: Final[dict[Any, Any]] = {
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E3E3E3",
    "legend.frameon": False,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "figure.titlesize": 13,
}


def plot_load_curve(source: Source, building: str | None = None) -> Figure:
    """Heating and cooling over the year: mean and range of each day.

    Parameters
    ----------
    source : Results, ResultsDir, str or Path
        Results with hourly loads, or their folder.
    building : str, optional
        Id of one building; the sum of all without it.

    Returns
    -------
    matplotlib.figure.Figure
    """
    return _single(read_loads(source, building), draw_load_curve)


def plot_duration_curve(source: Source, building: str | None = None) -> Figure:
    """Heating and cooling in falling order.

    Parameters
    ----------
    source : Results, ResultsDir, str or Path
        Results with hourly loads, or their folder.
    building : str, optional
        Id of one building; the sum of all without it.

    Returns
    -------
    matplotlib.figure.Figure
    """
    return _single(read_loads(source, building), draw_duration_curve)


def plot_months(source: Source, building: str | None = None) -> Figure:
    """Heating and cooling of each month.

    Parameters
    ----------
    source : Results, ResultsDir, str or Path
        Results with hourly loads, or their folder.
    building : str, optional
        Id of one building; the sum of all without it.

    Returns
    -------
    matplotlib.figure.Figure
    """
    return _single(read_loads(source, building), draw_months)


def plot_balance(source: Source, building: str | None = None) -> Figure:
    """What warms and what cools over the period.

    Parameters
    ----------
    source : Results, ResultsDir, str or Path
        Results with hourly loads, or their folder.
    building : str, optional
        Id of one building; the sum of all without it.

    Returns
    -------
    matplotlib.figure.Figure
    """
    return _single(read_loads(source, building), draw_balance)


def plot_map(source: Source) -> Figure:
    """The buildings where they stand, coloured by their heating per floor area.

    Parameters
    ----------
    source : Results, ResultsDir, str or Path
        Finished results with hourly loads, or their folder.

    Returns
    -------
    matplotlib.figure.Figure
    """
    longitude, latitude, intensity = read_places(source)
    tall = np.ptp(latitude) * _aspect(latitude) / max(np.ptp(longitude), 1e-9) if latitude.size > 1 else 1.0
    figure = new_figure(8.5, float(np.clip(7.0 * tall, 3.0, 9.0)) + 1.0)
    with style():
        draw_map(figure.add_subplot(), longitude, latitude, intensity)
    return figure


def plot_building(source: Source, building: str) -> Figure:
    """Load curve, duration curve, months and balance of one building.

    Parameters
    ----------
    source : Results, ResultsDir, str or Path
        Results with hourly loads, or their folder.
    building : str
        Its id.

    Returns
    -------
    matplotlib.figure.Figure
    """
    return _overview(read_loads(source, building))


def plot_city(source: Source) -> Figure:
    """Load curve, duration curve, months and balance of all buildings together.

    Parameters
    ----------
    source : Results, ResultsDir, str or Path
        Results with hourly loads, or their folder.

    Returns
    -------
    matplotlib.figure.Figure
    """
    return _overview(read_loads(source))


def write_plots(directory: str | Path, building: str | None = None) -> list[Path]:
    """Draw the results of a folder into its sub-folder `plots`.

    Parameters
    ----------
    directory : str or Path
        The folder given as `--out`.
    building : str, optional
        Id of one building; all together without it.

    Returns
    -------
    list of Path
        `plots/ID.png`, or `plots/city.png` and, once the run is finished, `plots/map.png`.

    Raises
    ------
    OutputError
        When matplotlib is not installed, or the folder holds no hours of such a building.
    """
    from buem.io.directory import open_results

    results = open_results(directory)
    if building is not None:
        return [save_figure(plot_building(results, building), results.path / "plots" / f"{file_name(building)}.png")]
    written = [save_figure(plot_city(results), results.path / "plots" / "city.png")]
    if results.complete:
        written.append(save_figure(plot_map(results), results.path / "plots" / "map.png"))
    return written


def draw_load_curve(axes: Axes, loads: Loads) -> None:
    """Draw mean and range of each day on axes.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    loads : Loads
        Hourly sums. [W]
    """
    power, unit = _scale(loads, "W")
    covered = ~np.isnan(loads.heating)
    days = hour_stamps(Period(year=loads.year)).reshape(-1, 24)[:, 0]
    if covered.sum() < 21 * 24:
        _draw_hours(axes, loads, power)
    else:
        chosen = covered.reshape(-1, 24).all(axis=1)
        for load, colour, label in _pair(loads):
            values = load.reshape(-1, 24)[chosen] / power
            axes.fill_between(days[chosen], values.min(axis=1), values.max(axis=1), color=colour, alpha=0.25, lw=0)
            axes.plot(days[chosen], values.mean(axis=1), color=colour, lw=1.5, label=f"{label} (day mean, range)")
    _date_axis(axes, float(covered.sum()) / 24.0)
    axes.set(title="Load", ylabel=f"load [{unit}]", ylim=(0, None))
    axes.legend(loc="best")


def draw_duration_curve(axes: Axes, loads: Loads) -> None:
    """Draw the hourly loads in falling order on axes.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    loads : Loads
        Hourly sums [W] and energies [kWh].
    """
    power, unit = _scale(loads, "W")
    for load, colour, label in _pair(loads):
        values = np.sort(load[~np.isnan(load)])[::-1] / power
        hours = np.arange(1, values.size + 1)
        axes.fill_between(hours, values, color=colour, alpha=0.2, lw=0)
        axes.plot(hours, values, color=colour, lw=1.8, label=f"{label}, {np.count_nonzero(values):,} h")
    axes.set(title="Load duration", xlabel="hours at or above the load [h]", ylabel=f"load [{unit}]", ylim=(0, None))
    axes.margins(x=0)
    axes.legend(loc="best")


def draw_months(axes: Axes, loads: Loads) -> None:
    """Draw heating and cooling of each month on axes.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    loads : Loads
        Hourly sums [W] and energies [kWh].
    """
    month = hour_stamps(Period(year=loads.year)).astype("datetime64[M]").astype(int) % 12
    sums = [np.bincount(month, np.nan_to_num(load), 12) for load, _, _ in _pair(loads)]
    energy, unit = _unit(float(np.max(sums)), "Wh")
    width = 0.8 / len(sums)
    for k, (values, (_, colour, label)) in enumerate(zip(sums, _pair(loads))):
        axes.bar(np.arange(12) + (k - (len(sums) - 1) / 2) * width, values / energy, width=width, color=colour,
                 label=label)
    axes.set_xticks(range(12), _MONTHS)
    axes.grid(visible=False, axis="x")
    axes.set(title="Months", ylabel=f"energy [{unit}]")
    axes.legend(loc="best")


def draw_balance(axes: Axes, loads: Loads) -> None:
    """Draw what warms and what cools as two stacked bars on axes.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    loads : Loads
        Hourly sums [W] and energies [kWh].
    """
    axes.set_title("Heat balance of the period")
    if not loads.energies:
        axes.text(0.5, 0.5, "the run is not finished", ha="center", va="center", transform=axes.transAxes)
        axes.set_axis_off()
        return
    warming, cooling = _balance(loads.energies)
    total = max(sum(value for _, value, _ in terms) for terms in (warming, cooling))
    energy, unit = _unit(1000.0 * total, "Wh")
    for place, terms in ((1, warming), (0, cooling)):
        start = 0.0
        for label, value, colour in terms:
            width, share = 1000.0 * value / energy, value / max(total, 1e-9)
            # A narrow part has no room for its name: it goes to the legend.
            named = share >= 0.075
            axes.barh(place, width, left=start, height=0.62, color=colour, edgecolor="white", lw=0.8,
                      label=None if named else f"{label} {share:.1%}")
            if named:
                axes.text(start + width / 2, place, f"{label}\n{share:.0%}", ha="center", va="center", fontsize=9,
                          color=_ink(colour))
            start += width
    axes.set_yticks([1, 0], ["heat in", "heat out"])
    axes.set_ylim(-0.5, 1.5)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel(f"energy [{unit}]")
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=6, fontsize=9, handlelength=1.0,
                    columnspacing=1.2, borderaxespad=0.2)


def draw_map(axes: Axes, longitude: FloatArray, latitude: FloatArray, intensity: FloatArray) -> None:
    """Draw buildings as points on axes.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    longitude, latitude : ndarray, shape (buildings,)
        Where they stand. [°]
    intensity : ndarray, shape (buildings,)
        Heating per floor area and period. [kWh/m²]
    """
    size = float(np.clip(9000.0 / max(intensity.size, 1), 4.0, 60.0))
    # The last in a hundred would wash out the colours of all others.
    top = float(np.percentile(intensity, 99)) if intensity.size else 1.0
    points = axes.scatter(longitude, latitude, c=intensity, s=size, cmap="plasma", vmin=0.0, vmax=max(top, 1e-9),
                          edgecolors="#333333", linewidths=0.2)
    # Beside the axes, so that it keeps their height whatever the shape of the city.
    beside = axes.inset_axes((1.03, 0.0, 0.025, 1.0))
    bar = axes.figure.colorbar(points, cax=beside, extend="max")
    bar.set_label("heating [kWh/m²]")
    bar.outline.set_visible(False)
    if intensity.size:
        axes.set_aspect(_aspect(latitude))
    axes.ticklabel_format(useOffset=False)
    axes.locator_params(axis="x", nbins=6)
    axes.set(title=f"Heating of the period per floor area, {intensity.size:,} buildings", xlabel="longitude [°]",
             ylabel="latitude [°]")


def _overview(loads: Loads) -> Figure:
    figure = new_figure(12.0, 9.5)
    with style():
        panels = figure.subplot_mosaic("LL;DM;BB", height_ratios=[1.0, 1.0, 0.55])
        for name, draw in (("L", draw_load_curve), ("D", draw_duration_curve), ("M", draw_months),
                           ("B", draw_balance)):
            draw(panels[name], loads)
        figure.suptitle(_headline(loads), fontweight="bold")
    return figure


def _single(loads: Loads, draw: Any) -> Figure:
    figure = new_figure(9.0, 4.8)
    with style():
        draw(figure.add_subplot(), loads)
        figure.suptitle(loads.title, fontweight="bold")
    return figure


def new_figure(width: float, height: float) -> Figure:
    """An empty figure.

    Parameters
    ----------
    width, height : float
        [in]

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    OutputError
        When matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise OutputError("matplotlib is not installed; pip install 'buem-engine[plot]'") from error
    return Figure(figsize=(width, height), layout="constrained")


def style() -> Any:
    """The look of all pictures, as a context.

    Returns
    -------
    context manager
    """
    import matplotlib

    return matplotlib.rc_context(_STYLE)


def save_figure(figure: Figure, path: Path) -> Path:
    """Write a figure as PNG.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        What to write.
    path : Path
        Where to.

    Returns
    -------
    Path
        The same.
    """
    from buem.io.durable import durable

    with durable(path) as temporary:
        figure.savefig(temporary, format="png", dpi=150)
    return path


def _balance(energies: dict[str, float]) -> tuple[list[tuple[str, float, str]], list[tuple[str, float, str]]]:
    losses = [(name, energies[f"loss_{name}_kwh"], colour) for name, colour in
              zip((*LOSSES, "ventilation"), _LOSS_COLOURS)]
    warming = [("heating", energies["heating_kwh"], HEATING), ("sun", energies["gain_solar_kwh"], _SOLAR),
               ("people, devices", energies["gain_internal_kwh"], _INTERNAL)]
    # A loss below zero has brought heat in.
    warming += [(name, -value, colour) for name, value, colour in losses if value < 0]
    cooling = [term for term in losses if term[1] > 0] + [("cooling", energies["cooling_kwh"], COOLING)]
    return [term for term in warming if term[1] > 0], [term for term in cooling if term[1] > 0]


def _aspect(latitude: FloatArray) -> float:
    """How much longer a degree of latitude is than one of longitude."""
    return float(1.0 / max(np.cos(np.radians(latitude.mean())), 0.05))


def _ink(colour: str) -> str:
    red, green, blue = (int(colour[k:k + 2], 16) for k in (1, 3, 5))
    return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 140 else "black"


def _pair(loads: Loads) -> list[tuple[FloatArray, str, str]]:
    """The loads that are drawn: cooling only where there is some."""
    pair = [(loads.heating, HEATING, "heating")]
    if np.nansum(loads.cooling) > 0:
        pair.append((loads.cooling, COOLING, "cooling"))
    return pair


def _draw_hours(axes: Axes, loads: Loads, power: float) -> None:
    stamps = hour_stamps(Period(year=loads.year))
    for load, colour, label in _pair(loads):
        chosen = ~np.isnan(load)
        axes.step(stamps[chosen], load[chosen] / power, where="post", color=colour, lw=1.5, label=label)


def _date_axis(axes: Axes, days: float) -> None:
    # Its functions carry no types.
    dates: Any = import_module("matplotlib.dates")
    if days >= 60:
        axes.xaxis.set_major_locator(dates.MonthLocator())
        axes.xaxis.set_major_formatter(dates.DateFormatter("%b"))
    else:
        locator = dates.AutoDateLocator()
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))
    axes.margins(x=0.01)


def _scale(loads: Loads, unit: str) -> tuple[float, str]:
    top = max(float(np.nanmax(load, initial=0.0)) for load in (loads.heating, loads.cooling))
    return _unit(top, unit)


def _unit(top: float, unit: str) -> tuple[float, str]:
    """The factor and the prefix that keep numbers below a few thousand."""
    for factor, prefix in ((1e9, "G"), (1e6, "M")):
        if top >= 2.0 * factor:
            return factor, prefix + unit
    return 1e3, "k" + unit


def _headline(loads: Loads) -> str:
    if not loads.energies:
        return loads.title
    parts = [loads.title]
    for _, _, name in _pair(loads):
        energy = 1000.0 * loads.energies[f"{name}_kwh"]
        factor, unit = _unit(energy, "Wh")
        per_area = energy / 1000.0 / max(loads.energies["floor_area_m2"], 1e-9)
        parts.append(f"{name} {energy / factor:,.3g} {unit} ({per_area:,.0f} kWh/m²)")
    return "  ·  ".join(parts)

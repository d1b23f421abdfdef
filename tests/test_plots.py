import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

from buem.building import Building, Surface
from buem.errors import OutputError
from buem.io.paths import file_name
from buem.io.tables import write_parquet
from buem.plots import (
    plot_balance,
    plot_building,
    plot_city,
    plot_duration_curve,
    plot_load_curve,
    plot_map,
    plot_months,
    write_plots,
)
from buem.profiles import Period

PNG = b"\x89PNG"


def labels(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()] if axes.get_legend() else []


def test_load_curve_shows_the_mean_of_each_day(results):
    (axes,) = plot_load_curve(results, "B001").axes
    heating, cooling = axes.get_lines()
    days = results.series["heating"][1].reshape(365, 24).mean(axis=1) / 1000
    assert heating.get_ydata() == pytest.approx(days, rel=1e-6)
    assert len(cooling.get_ydata()) == 365
    assert axes.get_ylabel() == "load [kW]"
    assert labels(axes) == ["heating (day mean, range)", "cooling (day mean, range)"]


def test_load_curve_of_a_few_days_shows_the_hours(make_results):
    (axes,) = plot_load_curve(make_results(1, period=Period(year=2018, first_hour=24, hours=48))).axes
    (heating,) = axes.get_lines()
    assert len(heating.get_ydata()) == 48
    assert labels(axes) == ["heating"]


def test_duration_curve_falls_and_counts_the_hours(results):
    (axes,) = plot_duration_curve(results).axes
    heating, _ = axes.get_lines()
    values = heating.get_ydata()
    assert np.all(np.diff(values) <= 0)
    assert values[0] == pytest.approx(results.series["heating"].sum(axis=0).max() / 1000, rel=1e-6)
    hours = np.count_nonzero(results.series["heating"][0])
    assert labels(axes)[0] == f"heating, {hours:,} h"


def test_months_add_up_to_the_year(results):
    (axes,) = plot_months(results, "B000").axes
    heights = [bar.get_height() for bar in axes.patches]
    assert len(heights) == 24
    assert axes.get_ylabel() == "energy [MWh]"
    assert sum(heights[:12]) == pytest.approx(results.indicators.heating[0] / 1e6, rel=1e-6)
    assert sum(heights[12:]) == pytest.approx(results.indicators.cooling[0] / 1e6, rel=1e-6)
    assert heights[0] == pytest.approx(results.series["heating"][0, : 31 * 24].sum() / 1e6, rel=1e-5)


def test_months_without_cooling_have_one_bar_each(results):
    results.series["cooling"][:] = 0.0
    (axes,) = plot_months(results).axes
    assert len(axes.patches) == 12
    assert labels(axes) == ["heating"]


def test_balance_shows_every_term(results):
    (axes,) = plot_balance(results, "B000").axes
    widths = [bar.get_width() for bar in axes.patches]
    warming = results.indicators.heating[0] / 1e6 + 3.0 + 2.6
    cooling = results.indicators.cooling[0] / 1e6 + 6 + 3 + 2 + 2.5 + 0.5 + 0.2 + 4
    assert sum(widths) == pytest.approx(warming + cooling)
    named = " ".join([*labels(axes), *(text.get_text().split("\n")[0] for text in axes.texts)])
    for term in ("heating", "sun", "people, devices", "wall", "roof", "window", "door", "ventilation", "cooling"):
        assert term in named
    assert axes.get_xlabel() == "energy [MWh]"


def test_a_loss_below_zero_is_heat_that_comes_in(results):
    results.indicators.loss[:, 2] = -1e6
    (axes,) = plot_balance(results, "B000").axes
    rows = {round(bar.get_y() + bar.get_height() / 2): 0.0 for bar in axes.patches}
    for bar in axes.patches:
        assert bar.get_width() > 0
        rows[round(bar.get_y() + bar.get_height() / 2)] += bar.get_width()
    assert rows[1] == pytest.approx(results.indicators.heating[0] / 1e6 + 3.0 + 2.6 + 1.0)


def test_a_run_that_was_cut_off_says_so_in_place_of_its_balance(tmp_path, results):
    write_parquet(results, tmp_path)
    (tmp_path / "summary.parquet").unlink()
    (axes,) = plot_balance(tmp_path).axes
    assert [text.get_text() for text in axes.texts] == ["the run is not finished"]


def test_map_has_a_point_a_building_in_true_proportion(results):
    axes = plot_map(results).axes[0]
    (points,) = axes.collections
    assert points.get_offsets().tolist() == [[5.0, 52.0], [5.001, 52.0], [5.002, 52.0]]
    assert points.get_array().tolist() == pytest.approx((results.indicators.heating / 1e5).tolist())
    assert axes.get_aspect() == pytest.approx(1 / np.cos(np.radians(52.0)))
    assert [axis.get_ylabel() for axis in axes.child_axes] == ["heating [kWh/m²]"]


@pytest.mark.parametrize("plot", [plot_load_curve, plot_duration_curve, plot_months, plot_balance, plot_city])
def test_axes_are_labelled_with_units(results, plot):
    figure = plot(results)
    assert isinstance(figure, Figure)
    for axes in figure.axes:
        assert "[" in axes.get_xlabel() + axes.get_ylabel()
        assert axes.get_title(loc="left")


def test_overviews_have_a_headline(results):
    heating = results.indicators.heating.sum() / 1e6
    assert plot_city(results).get_suptitle().startswith(f"3 buildings  ·  heating {heating:.3g} MWh (1")
    assert plot_building(results, "B002").get_suptitle().startswith("B002  ·  heating ")


def test_numbers_of_a_large_city_stay_short(results):
    for series in results.series.values():
        series *= 1e6
    assert [axes.get_ylabel() for axes in plot_city(results).axes[:3]] == ["load [GW]", "load [GW]", "energy [GWh]"]


def test_plots_of_a_folder_are_written_into_it(tmp_path, results):
    write_parquet(results, tmp_path)
    assert write_plots(tmp_path) == [tmp_path / "plots" / "city.png", tmp_path / "plots" / "map.png"]
    assert write_plots(tmp_path, "B001") == [tmp_path / "plots" / "B001.png"]
    for path in (tmp_path / "plots").iterdir():
        assert path.read_bytes().startswith(PNG)


def test_an_id_never_leads_out_of_the_folder(tmp_path, make_results):
    write_parquet(make_results(1, changes={"id": "../a/b c"}), tmp_path)
    assert write_plots(str(tmp_path), "../a/b c") == [tmp_path / "plots" / f"{file_name('../a/b c')}.png"]
    assert [path.parent.name for path in tmp_path.rglob("*.png")] == ["plots"]


def test_a_run_that_was_cut_off_has_no_map(tmp_path, results):
    write_parquet(results, tmp_path)
    (tmp_path / "summary.parquet").unlink()
    assert write_plots(tmp_path) == [tmp_path / "plots" / "city.png"]


def test_a_city_of_one_building_without_load_can_be_drawn(tmp_path, make_results):
    results = make_results(1)
    for series in results.series.values():
        series[:] = 0.0
    results.indicators.heating[:] = 0.0
    results.indicators.cooling[:] = 0.0
    write_parquet(results, tmp_path)
    assert len(write_plots(tmp_path)) == 2


def test_without_hours_the_option_is_named(results):
    with pytest.raises(OutputError, match="no hourly loads to draw; simulate with hourly='load'"):
        plot_city(replace(results, series={}))


def test_without_matplotlib_the_extra_is_named(results, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(OutputError, match=r"matplotlib is not installed; pip install 'buem-engine\[plot\]'"):
        plot_city(results)


def test_results_of_a_simulation_can_be_drawn():
    from buem.io.stations import weather_at
    from buem.simulate import simulate

    wall = Surface(area=120.0, u_value=0.8, azimuth=180.0)
    house = Building(id="house", latitude=52.3, longitude=12.9, floor_area=100.0, surfaces=(wall,))
    figure = plot_building(simulate(house, weather_at(52.3, 12.9)), "house")
    assert len(figure.axes) == 4


def test_nothing_of_pyplot_is_touched():
    code = "import sys, buem.plots; print('matplotlib' in sys.modules, 'pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False False"

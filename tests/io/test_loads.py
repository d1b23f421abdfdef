from dataclasses import replace

import numpy as np
import pytest

from buem.errors import OutputError
from buem.io.directory import open_results
from buem.io.loads import read_loads, read_places
from buem.io.tables import write_parquet
from buem.profiles import Period


def test_all_buildings_are_summed_by_hour_of_the_year(results):
    loads = read_loads(results)
    assert loads.title == "3 buildings"
    assert loads.year == 2018
    assert np.array_equal(loads.heating, results.series["heating"].astype(float).sum(axis=0))
    assert loads.energies["heating_kwh"] == pytest.approx(results.indicators.heating.sum() / 1000)
    assert loads.energies["floor_area_m2"] == 300.0


def test_a_folder_gives_what_its_results_give(tmp_path, make_results):
    results = make_results(indices=[0, 130, 600], failed=[1])
    write_parquet(results, tmp_path)
    for source in (tmp_path, str(tmp_path), open_results(tmp_path)):
        loads = read_loads(source)
        assert np.allclose(loads.heating, read_loads(results).heating, rtol=1e-6)
        assert np.allclose(loads.cooling, read_loads(results).cooling, rtol=1e-6)
        assert loads.energies == pytest.approx(read_loads(results).energies)


def test_one_building(tmp_path, results):
    write_parquet(results, tmp_path)
    for source in (results, tmp_path):
        loads = read_loads(source, "B002")
        assert loads.title == "B002"
        assert np.array_equal(loads.cooling, results.series["cooling"][2].astype(float))
        assert loads.energies["loss_wall_kwh"] == pytest.approx(6000.0)


@pytest.mark.parametrize("form", ["results", "folder"])
@pytest.mark.parametrize("building", [None, "B001"])
def test_hours_outside_the_period_are_nan(tmp_path, make_results, form, building):
    results = make_results(2, period=Period(year=2020, first_hour=8750, hours=20))
    write_parquet(results, tmp_path)
    loads = read_loads(results if form == "results" else tmp_path, building)
    assert loads.year == 2020
    assert np.flatnonzero(~np.isnan(loads.heating)).tolist() == [*range(10), *range(8750, 8760)]


def test_buildings_of_different_periods_add_up_where_they_overlap(make_results):
    results = make_results(2)
    first, second = results.buildings
    results = replace(results, buildings=(replace(first, period=Period(year=2018, hours=2)), second))
    heating = results.series["heating"].astype(float)
    loads = read_loads(results)
    assert loads.heating[:2].tolist() == heating[:, :2].sum(axis=0).tolist()
    assert loads.heating[2:].tolist() == heating[1, 2:].tolist()


def test_a_run_that_was_cut_off_has_loads_and_no_energies(tmp_path, results):
    write_parquet(results, tmp_path)
    (tmp_path / "summary.parquet").unlink()
    assert read_loads(tmp_path).energies == {}
    assert read_loads(tmp_path, "B001").energies == {}
    assert np.nansum(read_loads(tmp_path).heating) > 0


def test_without_hours_there_is_nothing_to_draw(tmp_path, results):
    bare = replace(results, series={})
    write_parquet(bare, tmp_path)
    for source, building in ((bare, None), (bare, "B000"), (tmp_path, None)):
        with pytest.raises(OutputError, match="no hourly loads to draw; simulate with hourly='load'"):
            read_loads(source, building)
    with pytest.raises(OutputError, match="no hourly loads to draw"):
        read_places(tmp_path)


@pytest.mark.parametrize("form", ["results", "folder"])
def test_places_of_the_simulated_buildings(tmp_path, make_results, form):
    results = make_results(indices=[0, 2], failed=[1])
    write_parquet(results, tmp_path)
    longitude, latitude, intensity = read_places(results if form == "results" else tmp_path)
    assert longitude.tolist() == [5.0, 5.002]
    assert latitude.tolist() == [52.0, 52.0]
    assert intensity.tolist() == pytest.approx((results.indicators.heating / 100_000).tolist())

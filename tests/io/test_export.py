import sys

import netCDF4
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import xarray as xr

from buem.errors import OutputError
from buem.io.directory import open_results
from buem.io.export import export_building, export_long, export_netcdf
from buem.io.tables import write_parquet
from buem.profiles import Period


@pytest.fixture
def folder(tmp_path, make_results):
    """Buildings 0, 2 and 600 of a year, a failure at 1."""
    write_parquet(make_results(indices=[0, 2, 600], failed=[1]), tmp_path / "out")
    return open_results(tmp_path / "out")


def two_zones(tmp_path, make_results):
    results = make_results(2, period=Period(year=2018, hours=3))
    results.utc_offset[:] = [1.0, -7.0]
    write_parquet(results, tmp_path / "out")
    return open_results(tmp_path / "out")


def test_long_has_a_row_an_hour_and_building(tmp_path, folder, make_results):
    export_long(folder, tmp_path / "long.parquet")
    frame = pd.read_parquet(tmp_path / "long.parquet")
    assert frame.columns.tolist() == ["id", "time", "heating_W", "cooling_W"]
    assert frame["id"].value_counts(sort=False).to_dict() == {"B000": 8760, "B002": 8760, "B600": 8760}
    chosen = frame[frame["id"] == "B600"]
    assert chosen["heating_W"].tolist() == make_results(indices=[0, 2, 600]).series["heating"][2].tolist()
    assert str(chosen["time"].iloc[0]) == "2018-01-01 00:00:00+01:00"


def test_long_is_written_a_row_group_at_a_time(tmp_path, folder):
    export_long(folder, tmp_path / "long.parquet")
    metadata = pq.ParquetFile(tmp_path / "long.parquet").metadata
    assert [metadata.row_group(i).num_rows for i in range(2)] == [2 * 8760, 8760]


def test_long_takes_utc_where_zones_differ(tmp_path, make_results):
    export_long(two_zones(tmp_path, make_results), tmp_path / "long.parquet")
    frame = pd.read_parquet(tmp_path / "long.parquet")
    assert [str(stamp) for stamp in frame["time"]] == [
        "2017-12-31 23:00:00+00:00", "2018-01-01 00:00:00+00:00", "2018-01-01 01:00:00+00:00",
        "2018-01-01 07:00:00+00:00", "2018-01-01 08:00:00+00:00", "2018-01-01 09:00:00+00:00",
    ]
    assert not frame["heating_W"].isna().any()


def test_netcdf_and_xarray_agree(tmp_path, folder):
    export_netcdf(folder, tmp_path / "city.nc")
    memory = folder.to_xarray()
    with xr.open_dataset(tmp_path / "city.nc") as stored:
        assert dict(stored.sizes) == {"building": 3, "hour": 8760} == dict(memory.sizes)
        assert stored["building"].to_numpy().tolist() == ["B000", "B002", "B600"]
        assert stored["start_time"].to_numpy().tolist() == memory["start_time"].to_numpy().tolist()
        for name in ("heating_W", "cooling_W", "heating_kwh", "loss_wall_kwh"):
            assert np.array_equal(stored[name].to_numpy(), memory[name].to_numpy())
        assert stored["heating_W"].attrs["units"] == memory["heating_W"].attrs["units"] == "W"


def test_xarray_selects_by_id(folder, make_results):
    data = folder.to_xarray()
    heating = data["heating_W"].sel(building="B002").to_numpy()
    assert heating.tolist() == make_results(indices=[0, 2, 600]).series["heating"][1].tolist()
    assert float(data["heating_kwh"].sel(building="B002")) == pytest.approx(float(heating.sum()) / 1000, rel=1e-5)


def test_hours_past_a_shorter_period_are_nan(tmp_path, make_results):
    folder = two_zones(tmp_path, make_results)
    export_netcdf(folder, tmp_path / "city.nc")
    with netCDF4.Dataset(tmp_path / "city.nc") as stored:
        assert stored["hours"][:].tolist() == [3, 3]
        assert np.ma.count(stored["heating_W"][:]) == 6
    assert int(folder.to_xarray()["heating_W"].isnull().sum()) == 2 * 8757


def test_a_run_that_was_cut_off_is_exported_without_summary(tmp_path, folder):
    (folder.path / "summary.parquet").unlink()
    cut = open_results(folder.path)
    export_netcdf(cut, tmp_path / "city.nc")
    export_long(cut, tmp_path / "long.parquet")
    with netCDF4.Dataset(tmp_path / "city.nc") as stored:
        assert "heating_W" in stored.variables
        assert "heating_kwh" not in stored.variables
    assert "heating_kwh" not in cut.to_xarray()


def test_a_building_the_summary_lacks_has_nan(tmp_path, folder):
    summary = pq.read_table(folder.path / "summary.parquet")
    pq.write_table(summary.slice(0, 3), folder.path / "summary.parquet")
    export_netcdf(open_results(folder.path), tmp_path / "city.nc")
    data = open_results(folder.path).to_xarray()
    with xr.open_dataset(tmp_path / "city.nc") as stored:
        assert np.array_equal(stored["heating_kwh"].to_numpy(), data["heating_kwh"].to_numpy(), equal_nan=True)
    assert np.isnan(data["heating_kwh"].to_numpy()).tolist() == [False, False, True]


def test_one_building_as_csv(tmp_path, folder, make_results):
    export_building(folder, "B002", tmp_path / "B002.csv")
    lines = (tmp_path / "B002.csv").read_text().splitlines()
    assert lines[:2] == ["time,heating_W,cooling_W", "2018-01-01T00:00:00+01:00,4950,0"]
    heating = pd.read_csv(tmp_path / "B002.csv")["heating_W"].to_numpy(dtype=np.float32)
    assert heating.tolist() == make_results(indices=[0, 2, 600]).series["heating"][1].tolist()


@pytest.mark.parametrize("export", [export_long, export_netcdf], ids=["long", "netcdf"])
def test_without_hours_the_option_is_named(tmp_path, folder, export):
    for path in folder.parts:
        path.unlink()
    with pytest.raises(OutputError, match="hourly: no hours; run with --hourly load or --hourly all"):
        export(open_results(folder.path), tmp_path / "file")
    assert not (tmp_path / "file").exists()


def test_without_netcdf_the_extra_is_named(tmp_path, folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "netCDF4", None)
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(OutputError, match=r"netCDF4 is not installed; pip install 'buem-engine\[netcdf\]'"):
        export_netcdf(folder, tmp_path / "city.nc")
    with pytest.raises(OutputError, match=r"xarray is not installed; pip install 'buem-engine\[netcdf\]'"):
        folder.to_xarray()


def test_a_target_that_cannot_be_written_is_named(tmp_path, folder):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match=r"long\.parquet: cannot be written"):
        export_long(folder, tmp_path / "file" / "long.parquet")

"""The lines of docs/outputs.md with which others read the results, each run by the reader it is for."""

from __future__ import annotations

import json
import re
from pathlib import Path

import duckdb
import numpy as np
import pytest

from buem.io.aggregate import aggregate
from buem.io.directory import open_results
from buem.io.feature_properties import export_properties
from buem.io.tables import write_parquet

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "outputs.md").read_text(encoding="utf-8")
SECTION = PAGE.split("## Reading the results elsewhere\n")[1].split("\n## ")[0]
SQL = re.findall(r"^(SELECT.*?);$", SECTION, re.MULTILINE | re.DOTALL)
CODE = {block.split()[1]: block for block in re.findall(r"^```py\n(.*?)^```$", SECTION, re.MULTILINE | re.DOTALL)}

INDICES = [0, 1, 2, 600]
DISTRICTS = {0: "North", 1: "South", 2: "North", 600: "South"}


@pytest.fixture
def results(tmp_path, monkeypatch, make_results):
    """A folder `results` of four buildings in two districts and two parts, in the working directory."""
    found = make_results(indices=INDICES, failed=[3])
    write_parquet(found, tmp_path / "results")
    features = [{"type": "Feature", "id": f"B{k:03d}", "geometry": None, "properties": {"district": DISTRICTS.get(k)}}
                for k in range(601)]
    city = tmp_path / "city.geojson"
    city.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    about = {"input": {"path": str(city), "bytes": city.stat().st_size}}
    (tmp_path / "results" / "run.json").write_text(json.dumps(about))
    monkeypatch.chdir(tmp_path)
    export_properties(open_results("results"), ["district"], "results/properties.parquet")
    return found


def sums(results):
    """Load of North by hour [W], and energy of North and South [kWh]."""
    heating = results.series["heating"].astype(np.float64)
    north, south = heating[[0, 2]].sum(axis=0), heating[[1, 3]].sum(axis=0)
    return north, [north.sum() / 1000.0, south.sum() / 1000.0]


def test_the_page_has_three_lines_for_each():
    assert len(SQL) == 3
    assert sorted(CODE) == ["numpy", "polars"]
    for code in CODE.values():
        assert re.findall(r"^(\w+) = ", code, re.MULTILINE) == ["building", "district", "districts"]


def test_duckdb(results):
    one, district, districts = (duckdb.sql(text).fetchnumpy() for text in SQL)
    north, energies = sums(results)
    assert one["hour"].tolist() == list(range(8760))
    assert one["heating_W"].tolist() == results.series["heating"][1].tolist()
    assert district["heating_kW"] == pytest.approx(north / 1000.0)
    assert districts["district"].tolist() == ["North", "South"]
    assert districts["heating_kWh"] == pytest.approx(energies)


@pytest.mark.parametrize("reader", ["polars", "numpy"])
def test_polars_and_pandas(results, reader):
    names = {}
    exec(compile(CODE[reader], "docs/outputs.md", "exec"), names)
    north, energies = sums(results)
    one, districts = names["building"], names["districts"]
    one = one["heating_W"] if reader == "polars" else one
    assert one.to_numpy().tolist() == results.series["heating"][1].tolist()
    assert names["district"] == pytest.approx(north, rel=1e-6)
    districts = districts["heating_W"] if reader == "polars" else districts
    # Both sum in float32.
    assert districts.to_numpy() == pytest.approx(energies, rel=1e-5)


def test_buem_says_the_same(results):
    frame = aggregate("results", "district")
    assert frame["district"].tolist()[:2] == ["North", "South"]
    assert frame["district"].isna().tolist() == [False, False, True]
    assert frame["heating_kwh"].tolist()[:2] == pytest.approx(sums(results)[1], rel=1e-12)
    assert frame["failed"].tolist() == [0, 0, 1]

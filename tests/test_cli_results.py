"""`buem aggregate` as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from buem.cli import main
from buem.io.tables import write_parquet

CITY = Path(__file__).resolve().parents[1] / "data" / "examples" / "city.geojson"


@pytest.fixture
def folder(tmp_path, make_results):
    write_parquet(make_results(indices=[0, 2], failed=[1]), tmp_path / "out")
    return tmp_path / "out"


def test_csv_goes_to_standard_output(folder, capsys):
    assert main(["aggregate", str(folder), "--by", "status"]) == 0
    header, error, ok = capsys.readouterr().out.splitlines()
    assert header.startswith('"status","buildings","failed","not_heated","floor_area_m2","heating_kwh"')
    assert error.startswith('"error",0,1,0,0,0,')
    assert ok.startswith('"ok",2,0,0,200,')


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_file_is_written_and_named(folder, tmp_path, capsys, form):
    out = tmp_path / f"months.{form}"
    assert main(["aggregate", str(folder), "--by", "month", "--out", str(out)]) == 0
    assert capsys.readouterr().out.strip() == str(out)
    frame = pd.read_csv(out) if form == "csv" else pd.read_parquet(out)
    assert frame["month"].tolist() == list(range(1, 13))


def test_what_is_refused_says_why(folder, capsys):
    assert main(["aggregate", str(folder), "--by", "hour,month"]) == 2
    assert "at most one of hour, month, hour_of_day" in capsys.readouterr().err
    assert main(["aggregate", str(folder), "--out", "a.xlsx"]) == 2
    assert "expected one of parquet, csv" in capsys.readouterr().err
    assert main(["aggregate", str(folder), "--format", "parquet"]) == 2
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == (
        "", "error: out: missing; expected a file for the format parquet; standard output gets csv\n")
    assert main(["aggregate", str(folder), "--format", "csv"]) == 0


def test_a_run_without_hours_is_refused(tmp_path, capsys):
    city = tmp_path / "two.geojson"
    city.write_text(json.dumps({"type": "FeatureCollection",
                                "features": json.loads(CITY.read_text(encoding="utf-8"))["features"][:2]}))
    assert main(["run", str(city), "--out", str(tmp_path / "out"), "--hourly", "none", "--workers", "1"]) == 0
    assert main(["aggregate", str(tmp_path / "out"), "--by", "month"]) == 1
    assert "run with --hourly load or --hourly all" in capsys.readouterr().err

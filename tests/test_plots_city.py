"""Pictures, report and map of a city, from one small run."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
from small_footprints import box, row, write_city

from buem.batch.run import run_batch
from buem.city_map import map_data, map_page, steps, write_map
from buem.city_report import ages, city_report, write_report
from buem.errors import OutputError
from buem.io.city_results import flatten, read_city

pytest.importorskip("matplotlib", reason="the plot extra is not installed")
from buem import plots_city

EVIL = '</script><img src="https://example.org/x">'


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    base = tmp_path_factory.mktemp("city")
    features = [*row(3), box("shed", 40, 0, (4.0, 4.0), use="garage"), box("bad", 60, 0, height_m="tall"),
                box("new", 60, 20, year=2015, use="office"), box(EVIL, 80, 20, year=None, use=None)]
    run_batch(write_city(base / "town.geojson", features), base / "out", weather="fr_paris_nsrdb2019", country="FR",
              workers=1)
    return base / "out"


@pytest.fixture(scope="module")
def city(folder):
    return read_city(folder)


def test_what_is_read(city):
    assert city.words("status") == ["ok", "ok", "ok", "not_heated", "error", "ok", "ok"]
    assert [rings is not None for rings in city.rings] == [True] * 4 + [False] + [True] * 2
    assert np.isnan(city.numbers("heating_kwh")[3:5]).all()
    assert city.where_ok.sum() == 5


def test_a_folder_without_results_or_outlines_is_refused(tmp_path, folder):
    with pytest.raises(OutputError, match=r"summary\.parquet: missing; expected the folder of a finished run"):
        read_city(tmp_path)
    shutil.copy(folder / "summary.parquet", tmp_path)
    with pytest.raises(OutputError, match=r"outlines\.parquet: missing; a map needs"):
        read_city(tmp_path)
    assert len(read_city(tmp_path, outlines=False)) == 7


def test_the_plane_is_true_to_scale(city):
    plane = flatten(city.rings)
    wide, deep = np.ptp(plane[0][0], axis=0)
    assert (wide, deep) == pytest.approx((10.0, 8.0), rel=1e-3)
    assert plane[4] == ()


def test_a_city_on_the_date_line_is_one():
    ring = np.array([[179.9999, 0.0], [-179.9999, 0.0], [-179.9999, 0.0001], [179.9999, 0.0]])
    ((flat,),) = flatten([(ring,)])
    assert np.ptp(flat[:, 0]) == pytest.approx(22.24, abs=0.01)


def test_the_report_counts(city):
    report = city_report(city)
    tables = {table.title: {line[0]: line[1:] for line in table.rows} for table in report.tables}
    assert tables["overview"]["buildings"] == ("7",)
    assert tables["overview"]["status not_heated"] == ("1",)
    assert tables["by size class"]["TH"][:2] == ("3", "3")
    assert tables["by size class"]["no dwelling"][0] == "1"
    assert tables["by year"]["1946 to 1960"][0] == "4"
    assert tables["by use"]["garage"][:2] == ("1", "0")
    assert tables["not heated"] == {"its use, garage, car port, multi-storey car park, needs no heating": ("1",)}
    assert tables["filled in, since the source does not say"]["roof_type"] == ("6", "100")
    # The row of three shares 4 of its walls of 48 m²; its houses have 648 m² of walls, the two others 216 m² each.
    share = float(tables["overview"]["party walls of all walls [%]"][0])
    assert share == pytest.approx(100.0 * 192.0 / (5 * 216.0), rel=0.01)


def test_ages(city):
    assert ages(city) == ["1946 to 1960"] * 4 + ["not known", "from 2011", "not known"]


def test_the_report_is_written(folder):
    report, (markdown, table) = write_report(folder)
    assert markdown.read_text().startswith("# Buildings of out\n\n## Overview\n\n|  | value |\n|---|--:|\n")
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert {"table": "overview", "row": "buildings", "column": "value", "value": "7"} in rows
    assert "by use" in report.text()


def test_steps_go_from_point_to_point():
    ring = np.array([[1.0, 2.0], [1.25, 2.0], [1.25, 2.5], [1.0, 2.0]])
    assert steps(ring) == [10, 20, 2, 0, 0, 5]


def test_the_map_holds_every_outline_and_its_values(city):
    data = map_data(city)
    assert data["ids"] == ["R0000", "R0001", "R0002", "shed", "new", EVIL]
    assert [len(rings[0]) for rings in data["rings"]] == [8] * 6
    columns = {column["name"]: column for column in data["columns"]}
    assert columns["heating_kwh_m2"]["values"][3] is None
    assert columns["heating_kwh_m2"]["values"][0] == pytest.approx(city.numbers("heating_kwh_m2")[0], rel=1e-3)
    status = columns["status"]
    assert [status["words"][v] for v in status["values"]] == ["ok", "ok", "ok", "not_heated", "ok", "ok"]
    notes = [data["texts"][k] for k in data["notes"][0]]
    assert any(note.startswith("archetype FR.N.TH") for note in notes)


def test_the_map_asks_nobody_and_cannot_be_broken_by_an_id(city):
    page = map_page(city)
    body = page.split('<script id="data" type="application/json">')[1].split("</script>")[0]
    assert json.loads(body)["ids"][-1] == EVIL
    assert "<img" not in page
    outside = page.replace(body, "")
    assert re.findall(r"https?://|\bsrc=|@import|url\(|fetch\(|XMLHttpRequest|innerHTML", outside) == []
    assert "default-src 'none'" in page


def test_the_map_is_written(folder, tmp_path):
    assert write_map(folder) == folder / "city" / "map.html"
    assert write_map(folder, tmp_path / "map.html").read_text().startswith("<!doctype html>")


def test_the_script_of_the_map_is_sound(city, tmp_path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    script = map_page(city).rsplit("<script>", 1)[1].split("</script>")[0]
    (tmp_path / "map.js").write_text(script)
    checked = subprocess.run([node, "--check", tmp_path / "map.js"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


def test_pictures_are_written(folder):
    paths = plots_city.write_city_plots(folder)
    assert [p.name for p in paths] == ["map_heating.png", "map_peak.png", "breakdown.png", "load.png"]
    assert all(p.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n" for p in paths)


def test_a_map_colours_what_was_simulated(city):
    axes = plots_city.plot_city_map(city, "heating_peak_kw").axes[0]
    grey, drawn = axes.collections
    assert (len(grey.get_paths()), len(drawn.get_paths())) == (1, 5)
    assert axes.get_title(loc="left") == "Peak of heating, 5 buildings"
    assert drawn.get_array().tolist() == pytest.approx(city.numbers("heating_peak_kw")[city.where_ok].tolist())


def test_the_breakdown_names_its_groups(city):
    axes = plots_city.plot_breakdown(city).axes
    assert [t.get_text() for t in axes[0].get_yticklabels()] == ["SFH", "TH", "no dwelling"]
    assert axes[2].get_title(loc="left") == "Use"

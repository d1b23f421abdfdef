"""The commands of `buem city`: what is typed, what comes of it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from made_city import HOUSE, square, summary

from buem import cli


def command(*words):
    return cli.main([str(word) for word in words])


@pytest.fixture
def folder(tmp_path):
    """Results of two houses, written out."""
    out = tmp_path / "town"
    out.mkdir()
    pq.write_table(summary(HOUSE, {**HOUSE, "status": "error"}), out / "summary.parquet")
    outlines = pa.table({"index": pa.array([0, 1], pa.int64()),
                         "geometry": [shapely.to_wkb(shapely.Polygon(square(east))) for east in (0.0, 20.0)]})
    pq.write_table(outlines, out / "outlines.parquet")
    return out


def test_a_report_is_shown_and_written(folder, capsys):
    assert command("city", "report", folder) == 0
    shown = capsys.readouterr().out
    assert "by size class" in shown
    for name in ("report.md", "report.csv"):
        assert f"{folder}/city/{name}" in shown
        assert (folder / "city" / name).is_file()


def test_a_map_where_it_is_wanted(folder, tmp_path, capsys):
    assert command("city", "map", folder) == 0
    assert capsys.readouterr().out.strip() == str(folder / "city" / "map.html")
    assert command("city", "map", folder, "--out", tmp_path / "deep" / "m.html") == 0
    assert (tmp_path / "deep" / "m.html").read_text() == (folder / "city" / "map.html").read_text()


def test_pictures_are_named(folder, capsys):
    pytest.importorskip("matplotlib", reason="the plot extra is not installed")
    assert command("city", "plot", folder) == 0
    names = [Path(line).name for line in capsys.readouterr().out.splitlines()]
    # Without hours there is no load of the district to draw.
    assert names == ["map_heating.png", "map_peak.png", "breakdown.png"]
    assert all((folder / "city" / name).is_file() for name in names)


@pytest.mark.parametrize("words", [("report",), ("map",), ("plot",)])
@pytest.mark.parametrize("what", ["missing", "empty", "a file"])
def test_a_folder_that_is_none(tmp_path, capsys, words, what):
    place = tmp_path / "x"
    if what == "empty":
        place.mkdir()
    elif what == "a file":
        place.write_text("")
    assert command("city", *words, place) == 1
    assert capsys.readouterr().err == (f"error: {place}/summary.parquet: missing; expected the folder of a finished "
                                       "run\n")


@pytest.mark.parametrize("words", [(), ("paint",), ("report",), ("map", "a", "b"), ("map", "x", "--colour", "red")])
def test_words_that_are_no_command(capsys, words):
    assert command("city", *words) == 2
    shown = capsys.readouterr()
    assert "Usage: buem city" in shown.out + shown.err

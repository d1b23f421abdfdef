"""The commands of `buem city` and the options of footprints: what is typed, what comes of it."""

from __future__ import annotations

import inspect
import sys
from dataclasses import fields
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from made_city import HOUSE, square, summary

from buem import cli, cli_retry
from buem.city import CityOptions, FieldNames
from buem.cli_city import city_options, switch
from buem.errors import OptionError

DEFAULTS = {name: parameter.default for name, parameter in inspect.signature(cli.run).parameters.items()}


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


@pytest.mark.parametrize(("text", "expected"), [("on", True), ("off", False), (None, None)])
def test_a_switch(text, expected):
    assert switch(text) is expected


@pytest.mark.parametrize("text", ["", "On", "yes", "1", "true", "off "])
def test_a_switch_that_is_neither(text):
    with pytest.raises(OptionError, match=f"cooling: '{text}'; expected one of on, off"):
        switch(text)


def test_what_is_not_given_is_the_default_of_python():
    """The two doors agree: `buem run` without options is `run_batch` without options."""
    assert city_options(DEFAULTS) == CityOptions()


@pytest.mark.parametrize(("name", "value", "field", "expected"), [
    ("country", "FR", "country", "FR"), ("type", "MFH", "type", "MFH"), ("variant", "usual", "variant", "usual"),
    ("variant", "60/30/10", "variant", (0.6, 0.3, 0.1)), ("usage", "typical", "usage", "typical"),
    ("seed", 7, "seed", 7), ("holidays", True, "holidays", True), ("radius", 50.0, "radius", 50.0),
    ("layer", "roofs", "layer", "roofs"), ("height_field", "Z", "names", FieldNames(height="Z")),
    ("id_field", "gid", "names", FieldNames(id="gid")), ("use_field", "f", "names", FieldNames(use="f")),
    ("year_field", "y", "names", FieldNames(year="y")), ("levels_field", "n", "names", FieldNames(levels="n")),
    ("type_field", "t", "names", FieldNames(type="t"))])
def test_an_option_is_its_field_and_no_other(name, value, field, expected):
    options = city_options({**DEFAULTS, name: value})
    assert getattr(options, field) == expected
    changed = [f.name for f in fields(CityOptions) if getattr(options, f.name) != getattr(CityOptions(), f.name)]
    assert changed == [field]


def test_every_option_of_a_city_can_be_typed():
    typed = {"names" if name.endswith("_field") else name for name in DEFAULTS}
    assert {f.name for f in fields(CityOptions)} <= typed
    assert {f"{f.name}_field" for f in fields(FieldNames)} <= set(DEFAULTS)


@pytest.mark.parametrize("other", [cli.validate, cli_retry.retry], ids=["validate", "retry"])
def test_an_option_is_called_the_same_in_every_command(other):
    """A retry cannot have other ids or another layer than its run."""
    run, theirs = (inspect.signature(f).parameters for f in (cli.run, other))
    of_city = {"country", "region", "type", "variant", "usage", "seed", "holidays", "archetypes", "radius"}
    of_city |= {f"{f.name}_field" for f in fields(FieldNames)} - {"id_field"}
    assert of_city <= set(theirs)
    for name in of_city:
        assert run[name].annotation == theirs[name].annotation, name


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

"""The command line: words in, exit codes, text and files out."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import buem
from buem import cli

CITY = Path(__file__).resolve().parents[1] / "data" / "examples" / "city.geojson"


def feature(name, u_value=1.0, place=(13.05, 52.4), **properties):
    """A house of the first dialect's successor, small enough to read."""
    walls = {"U": u_value, "elements": [{"id": "Wall_1", "area": 80.0, "azimuth": 180.0, "tilt": 90.0}]}
    components = {"Walls": walls, "Ventilation": {"elements": [{"id": "Vent_1", "air_changes": 0.5}]}}
    return {"type": "Feature", "id": name, "geometry": {"type": "Point", "coordinates": list(place)},
            "properties": {**properties, "buem": {"building_attributes": {
                "latitude": place[1], "longitude": place[0], "A_ref": 100.0, "components": components}}}}


@pytest.fixture
def city(tmp_path):
    """Two sound houses."""
    return write(tmp_path / "town.geojson", feature("a"), feature("b", 2.0))


def write(path, *features):
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def command(*words):
    return cli.main([str(word) for word in words])


def test_run_prints_a_table_and_says_where_the_files_are(city, tmp_path, capsys):
    assert command("run", city, "--out", tmp_path / "out") == 0
    shown = capsys.readouterr()
    assert "2 simulated, 0 failed" in shown.out
    assert "GWh" in shown.out
    assert "kWh/m²" in shown.out
    assert f"{tmp_path}/out/summary.parquet" in shown.out.replace("\n", "")
    assert shown.err == ""
    assert pq.read_table(tmp_path / "out" / "summary.parquet")["id"].to_pylist() == ["a", "b"]


def test_some_failed_is_exit_code_3(tmp_path, capsys):
    city = write(tmp_path / "town.geojson", feature("a"), feature("bad", -2.0))
    assert command("run", city, "--out", tmp_path / "out", "--hourly", "none") == 3
    assert "1 simulated, 1 failed" in capsys.readouterr().out
    assert (tmp_path / "out" / "errors.jsonl").read_text().count("\n") == 1


def test_every_option_is_heard(tmp_path):
    out = tmp_path / "out"
    names = {"h": 9, "l": 3, "y": 1970, "u": "house", "t": "SFH"}
    city = write(tmp_path / "town.geojson", *(feature(name, **names, i=name) for name in "ab"))
    words = ["--weather", "auto", "--weather-any-distance", "--out", out, "--model", "iso13790", "--workers", 1,
             "--memory-per-building", "3MB", "--memory", "2GB", "--hourly", "all", "--format", "parquet,csv",
             "--cooling", "off", "--wall-area", "gross", "--overwrite", "--kernel", "numpy", "--sky", "isotropic",
             "--on-error", "stop", "--films", "fixed", "--steps-per-hour", 2, "--no-resume", "--country", "FR",
             "--region", "North",
             "--type", "TH", "--variant", "60/30/10", "--usage", "typical", "--seed", 7, "--holidays",
             "--radius", 50, "--id-field", "i", "--height-field", "h", "--levels-field", "l", "--year-field", "y",
             "--use-field", "u", "--type-field", "t"]
    assert command("run", city, *words) == 0
    options = json.loads((out / "run.json").read_text())["options"]
    assert options == {
        "weather": "auto", "any_distance": True, "workers": 1, "cluster": None, "memory_per_building": 3_000_000,
        "memory": 2_000_000_000,
        "hourly": "all",
        "formats": ["parquet", "csv"], "cooling": False, "wall_area": "gross", "on_error": "stop", "overwrite": True,
        "model": "iso13790", "films": "fixed", "steps_per_hour": 2, "kernel": "numpy", "sky": "isotropic",
        "progress": False, "resume": False,
        "city": {
            "country": "FR", "region": "North", "type": "TH", "variant": [0.6, 0.3, 0.1], "usage": "typical", "seed": 7,
            "holidays": True, "archetypes": None, "radius": 50.0, "layer": "",
            "names": {"id": "i", "height": "h", "levels": "l", "year": "y", "use": "u", "type": "t"},
        },
    }
    assert pq.read_table(out / "summary.parquet")["cooling_kwh"].to_pylist() == [0.0, 0.0]


def test_results_go_to_a_folder_named_for_the_file(city, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert command("run", city, "--hourly", "none") == 0
    assert (tmp_path / "results" / "town" / "summary.parquet").exists()


@pytest.mark.parametrize(("words", "text"), [
    (["--hourly", "some"], "error: hourly: 'some'; expected one of none, load, all"),
    (["--format", "xls"], "error: formats: 'xls'; expected one of parquet, csv, geojson, profiles"),
    (["--cooling", "maybe"], "error: cooling: 'maybe'; expected one of on, off"),
    (["--memory-per-building", "much"], "error: memory_per_building: 'much'; expected an amount of memory"),
    (["--model", "iso52017"], "error: model: 'iso52017'; expected one of iso13790, iso52016"),
    (["--films", "thick"], "error: films: 'thick'; expected one of detailed, fixed"),
    (["--workers", "0"], "error: workers: 0; expected a whole number from 1"),
    (["--weather", "nowhere.epw"], "nowhere.epw"),
    (["--country", "XX"], "error: country: 'XX'; expected two letters of ISO 3166, such as FR"),
    (["--id-field", "code"], "error: id_field: 'code'; expected the name of a property of a feature that holds an id"),
    (["--year-field", "built"], "error: year_field: 'built'; expected the name of a property of a feature"),
    (["--wether", "auto"], "No such option"),
    (["--workers", "two"], "valid integer"),
])
def test_refused_options_are_exit_code_2_and_one_clear_line(city, tmp_path, capsys, words, text):
    assert command("run", city, "--out", tmp_path / "out", *words) == 2
    shown = capsys.readouterr()
    assert text in shown.err
    assert "Traceback" not in shown.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("content", "text"), [
    ("", "error: $"),
    ("[1, 2", "error: $"),
    ('{"type": "Topology"}', "error: $.type"),
    ('{"type": "FeatureCollection", "features": []}', "error: $.features"),
])
def test_refused_files_are_exit_code_2(tmp_path, capsys, content, text):
    path = tmp_path / "bad.geojson"
    path.write_text(content)
    assert command("run", path, "--out", tmp_path / "out") == 2
    assert capsys.readouterr().err.startswith(text)
    assert command("validate", path) == 2


@pytest.mark.parametrize("words", [
    ["run", "city\udcff"], ["run", "{city}", "--out", "out\udcff"], ["run", "{city}", "--region", "\udcff"],
    ["export", "{out}", "--building", "\udcff"], ["export", "{out}", "--long", "--out", "x\udcff"],
    ["plot", "{out}", "--building", "\udcff"], ["aggregate", "{out}", "--by", "\udcff"],
    ["aggregate", "out\udcff"], ["status", "out\udcff"], ["verify", "out\udcff"], ["retry", "out\udcff"]], ids=repr)
def test_a_word_that_is_not_utf_8_is_refused_by_every_command(city, tmp_path, capsys, monkeypatch, words):
    """A byte of a command line that is not UTF-8 comes as half a pair of surrogates."""
    monkeypatch.chdir(tmp_path)
    assert command("run", city, "--out", tmp_path / "done") == 0
    capsys.readouterr()
    words = [word.format(city=city, out=tmp_path / "done") for word in words]
    assert command(*words) in (1, 2)
    shown = capsys.readouterr().err
    assert shown.startswith("error: ")
    assert "udcff" in shown


#: The rights of a user who is not root.
PLAIN = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


@pytest.mark.skipif(bool(PLAIN) and shutil.which("setpriv") is None, reason="root reads every file")
@pytest.mark.parametrize(("words", "hidden", "named"), [
    (["aggregate"], "summary.parquet", "summary.parquet: cannot be read"), (["aggregate"], "hourly", "hourly: cannot"),
    (["export", "--building", "a"], "hourly/part-00000.parquet", "part-00000.parquet: cannot be read"),
    (["status"], "run.json", "run.json: cannot be read"), (["verify"], "checksums.sha256", "checksums.sha256: cannot")])
def test_what_may_not_be_read_is_not_called_missing_or_damaged(city, tmp_path, words, hidden, named):
    out = tmp_path / "out"
    assert command("run", city, "--out", out) == 0
    mode = (out / hidden).stat().st_mode
    (out / hidden).chmod(0)
    try:
        found = subprocess.run([*PLAIN, sys.executable, "-m", "buem", words[0], str(out), *words[1:]],
                               capture_output=True, text=True, timeout=120, check=False)
    finally:
        (out / hidden).chmod(mode)
    assert found.returncode == 1
    assert found.stderr.startswith(f"error: {out}/")
    assert named in found.stderr
    assert "Permission denied" in found.stderr


def test_a_missing_file_is_exit_code_2(tmp_path, capsys):
    assert command("run", tmp_path / "none.geojson") == 2
    assert "none.geojson" in capsys.readouterr().err


def test_a_finished_folder_is_refused(city, tmp_path, capsys):
    out = tmp_path / "out"
    assert command("run", city, "--out", out, "--hourly", "none") == 0
    assert command("run", city, "--out", out, "--hourly", "none") == 2
    assert "holds results already" in capsys.readouterr().err
    assert command("run", city, "--out", out, "--hourly", "none", "--overwrite") == 0


def test_stop_names_the_building(tmp_path, capsys):
    city = write(tmp_path / "town.geojson", feature("a"), feature("bad", -2.0))
    assert command("run", city, "--out", tmp_path / "out", "--on-error", "stop") == 2
    assert capsys.readouterr().err.startswith("error: $.features[1]")


def test_a_folder_that_cannot_be_made_is_exit_code_1(city, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert command("run", city, "--out", tmp_path / "file" / "out") == 1
    assert capsys.readouterr().err.startswith("error: ")


def test_validate_prints_every_problem_and_counts_dialects(tmp_path, capsys):
    city = write(tmp_path / "town.geojson", feature("a"), feature("a"), feature("b", -2.0), feature(None))
    assert command("validate", city) == 3
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("$.features[1].id: 'a'; expected an id of its own") for line in lines)
    assert any("Walls" in line and "-2.0; expected 0 to 10 W/(m²K)" in line for line in lines)
    assert any(line.startswith("$.features[3].id: missing") for line in lines)
    assert lines[-1] == "4 features, 3 with problems; 1 components"


def test_validate_of_a_sound_file(city, capsys):
    assert command("validate", city) == 0
    assert capsys.readouterr().out == "2 features, 0 with problems; 2 components\n"


def test_validate_and_run_agree_on_the_example_city(tmp_path, capsys):
    assert command("validate", CITY) == 3
    last = capsys.readouterr().out.splitlines()[-1]
    assert command("run", CITY, "--out", tmp_path / "out", "--hourly", "none") == 3
    failed = json.loads((tmp_path / "out" / "run.json").read_text())["counts"]["error"]
    assert last.startswith(f"300 features, {failed} with problems; ")


def test_weather_list_and_show(capsys):
    assert command("weather", "list") == 0
    shown = capsys.readouterr().out
    assert "de_potsdam_try2015" in shown
    assert "us_denver_tmy3" in shown
    assert command("weather", "show", "us_denver_tmy3") == 0
    shown = capsys.readouterr().out
    assert shown.startswith("us_denver_tmy3: 39.")
    assert "ghi: 1," in shown
    assert "licence: " in shown


def test_weather_check(tmp_path, capsys):
    bundled = Path(buem.__file__).parents[1] / "data" / "weather" / "us_tampa_tmy3.csv.gz"
    copy = tmp_path / "site.csv.gz"
    shutil.copy(bundled, copy)
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    assert command("weather", "check", tmp_path / "bad.csv") == 2
    assert capsys.readouterr().err.startswith("error: ")
    assert command("weather", "check", "no_such_station") == 2


def test_export(city, tmp_path, capsys):
    out = tmp_path / "out"
    assert command("run", city, "--out", out) == 0
    capsys.readouterr()
    assert command("export", out, "--building", "a") == 0
    assert capsys.readouterr().out == f"{out}/a.csv\n"
    assert (out / "a.csv").read_text().startswith("time,heating_W,cooling_W\n")
    assert command("export", out, "--long", "--out", tmp_path / "long.parquet") == 0
    assert pq.ParquetFile(tmp_path / "long.parquet").metadata.num_rows == 2 * 8760
    assert command("export", out) == 2
    assert "expected one of --long, --netcdf, --building ID" in capsys.readouterr().err
    assert command("export", tmp_path / "nowhere", "--long") == 1


def test_plot(city, tmp_path, capsys):
    out = tmp_path / "out"
    assert command("run", city, "--out", out) == 0
    capsys.readouterr()
    assert command("plot", out, "--building", "b") == 0
    paths = capsys.readouterr().out.splitlines()
    assert paths
    assert all(path.endswith(".png") and Path(path).stat().st_size > 1000 for path in paths)


def test_long_ids_make_files_with_shorter_names(tmp_path, capsys):
    name, out = "ß" * 400, tmp_path / "out"
    assert command("run", write(tmp_path / "town.geojson", feature(name)), "--out", out) == 0
    assert command("export", out, "--building", name) == 0
    assert command("plot", out, "--building", name) == 0
    assert (out / f"{'ß' * 50}.csv").exists()
    assert (out / "plots" / f"{'ß' * 50}.png").exists()


def test_ctrl_c_is_130(monkeypatch, capsys):
    def interrupted(**_):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "app", interrupted)
    assert command("run", "x") == 130
    assert capsys.readouterr().err == "error: interrupted; what was finished is written\n"


def test_warnings_are_one_line(capsys):
    cli._show_warning("look at it", UserWarning, "file.py", 3)
    assert capsys.readouterr().err == "warning: look at it\n"


@pytest.mark.parametrize("start", [[sys.executable, "-m", "buem"], [str(Path(sys.executable).parent / "buem")]])
def test_version_and_help_from_a_shell(start):
    if not Path(start[0]).exists():
        pytest.skip("buem is not installed as a command here")
    done = subprocess.run([*start, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"buem {buem.__version__}\n"
    shown = subprocess.run([*start, "--help"], capture_output=True, text=True, check=True).stdout
    for name in ("run", "validate", "weather", "plot", "export"):
        assert name in shown


@pytest.mark.parametrize(("words", "code", "text"), [
    pytest.param(("status", "town.geojson"), 1, "town.geojson: is a file; expected a folder that `buem run` writes",
                 id="a file for a folder"),
    pytest.param(("run", "x" * 5000), 1, "File name too long", id="a name that no disk takes"),
    pytest.param(("run", "town.geojson", "--out", "s3://"), 2, "out: 's3://'; expected the URL of a store with a place "
                 "in it, such as s3://BUCKET/PREFIX", id="a store without a place"),
    pytest.param(("run", "town.geojson", "--weather", "nowhere"), 2, "weather: 'nowhere'; expected a weather file that "
                 "is there, or a bundled station; `buem weather list` names them", id="no weather"),
    pytest.param(("weather", "show", "fr_paris_nsrdb"), 2, "(is fr_paris_nsrdb2019 meant?)", id="nearly a station"),
    pytest.param(("export", "out", "--long", "--netcdf"), 2, "export: 'several'; expected one of", id="two forms"),
    pytest.param(("serve", "--body-limit", "x"), 2, "body_limit: 'x'; expected an amount of memory", id="no amount"),
])
def test_what_a_stranger_types_is_answered_in_one_line(city, tmp_path, monkeypatch, capsys, words, code, text):
    monkeypatch.chdir(tmp_path)
    assert command(*words) == code
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert text in line

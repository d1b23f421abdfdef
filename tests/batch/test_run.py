"""Whole runs: files in, folders out, whatever happens in between."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pyarrow.parquet as pq
import pytest
from small_city import contents, house, houses, raw

import buem
from buem.batch import run as run_module
from buem.batch.interrupt import hold_interrupts
from buem.batch.run import run_batch
from buem.city import FieldNames
from buem.errors import BuildingError, ContainerError, InputError, OptionError, OutputError, WeatherError
from buem.io.geojson import RawFeature
from buem.io.tables import PART_SIZE


def report_of(folder):
    return json.loads((folder / "run.json").read_text(encoding="utf-8"))


def summary(folder):
    return pq.read_table(folder / "summary.parquet").to_pylist()


class Interrupting(bytes):
    """A feature at which Ctrl-C is pressed when a worker reads it; before, the parent looks at its length."""

    looks = 0

    def __len__(self):
        self.looks += 1
        if self.looks == 2:
            os.kill(os.getpid(), signal.SIGINT)
        return super().__len__()


def interrupted_at(monkeypatch, index, count):
    """Makes the source press Ctrl-C at a feature."""
    features = [raw(feature) for feature in houses(count)]
    features[index] = Interrupting(features[index])
    monkeypatch.setattr(run_module, "open_features", lambda source, city: map(RawFeature, *zip(*enumerate(features))))


def test_a_small_run(write_city, tmp_path):
    city = write_city([*houses(4), house("bad", u_value=-1.0), house("H00000")])
    report = run_batch(city, tmp_path / "out", formats=("parquet", "csv", "geojson", "profiles"))
    out = tmp_path / "out"
    assert sorted(p.name for p in out.iterdir()) == [
        "checksums.sha256", "city.geojson", "errors.jsonl", "hourly", "profiles", "run.json", "summary.csv",
        "summary.parquet"]
    assert (report.status, report.buildings, report.ok, report.failed) == ("done", 6, 4, 2)
    rows = summary(out)
    assert [row["status"] for row in rows] == ["ok"] * 4 + ["error"] * 2
    assert sum(row["heating_kwh"] for row in rows[:4]) == pytest.approx(report.heating)
    errors = [json.loads(line) for line in (out / "errors.jsonl").read_text().splitlines()]
    assert [(e["id"], e["index"], e["code"]) for e in errors] == [
        ("bad", 4, "OUT_OF_RANGE"), ("H00000", 5, "DUPLICATE_ID")]
    answers = json.loads((out / "city.geojson").read_text())
    assert [f["id"] for f in answers["features"]] == ["H00000", "H00001", "H00002", "H00003", "bad", "H00000"]
    assert answers["metadata"]["failed_features"] == 2
    assert len((out / "summary.csv").read_text().splitlines()) == 7
    # Three at one place: the second and third get a number, in the order of the input.
    assert sorted(p.name for p in (out / "profiles").glob("heating*")) == [
        "heating_52.350000_4.900000_2018.csv", "heating_52.350000_4.900000_2018_2.csv",
        "heating_52.400000_13.050000_2018.csv", "heating_52.400000_13.050000_2018_2.csv"]


def test_no_two_rows_have_one_id_though_a_feature_has_two(tmp_path):
    first, second = ({"type": "Feature", **house(name)} for name in "ab")
    path = tmp_path / "city.geojson"
    text = json.dumps({"type": "FeatureCollection", "features": [first, second]})
    path.write_text(text.replace('"id": "b"', '"id": "b", "id": "a"'), encoding="utf-8")
    report = run_batch(path, tmp_path / "out", workers=1, hourly="none")
    assert (report.ok, report.failed) == (1, 1)
    assert [(row["id"], row["status"]) for row in summary(tmp_path / "out")] == [("a", "ok"), ("b", "error")]


def test_run_json_tells_what_was_done(write_city, tmp_path):
    city = write_city(houses(3))
    run_batch(city, tmp_path / "out", hourly="none", memory_per_building="2MB")
    found = report_of(tmp_path / "out")
    assert found["status"] == "done"
    assert found["versions"]["buem"] == buem.__version__
    assert found["input"]["sha256"] == hashlib.sha256(city.read_bytes()).hexdigest()
    assert found["options"]["memory_per_building"] == 2_000_000
    assert found["counts"] == {"buildings": 3, "ok": 3, "not_heated": 0, "error": 0, "parts": 1}
    assert found["weather"]["buildings"] == {"de_potsdam_try2015": 2, "nl_amsterdam_nsrdb2019": 1}
    assert 0 < found["memory"]["planned_chunk_max"] < 10e6
    assert found["memory"]["worker_peak_max"] > 0


def test_the_public_name_is_this_one():
    assert buem.run_batch is run_batch


@pytest.mark.parametrize("packed", [False, True])
def test_lines_and_compressed_files_run_too(tmp_path, packed):
    text = b"".join(raw(feature) + b"\n" for feature in houses(3))
    city = tmp_path / ("city.ndjson.gz" if packed else "city.ndjson")
    city.write_bytes(gzip.compress(text) if packed else text)
    assert run_batch(city, tmp_path / "out", hourly="none", progress=True).ok == 3


@pytest.mark.slow
def test_no_cut_of_the_work_shows_in_the_files(write_city, tmp_path):
    features = houses(2 * PART_SIZE + 70)
    features[600] = house("bad", u_value=99.0)
    features[1050] = house("H00003")
    city = write_city(features)
    kinds = {"formats": ("parquet", "csv", "geojson", "profiles")}
    run_batch(city, tmp_path / "one", workers=1, **kinds)
    expected = contents(tmp_path / "one")
    assert len(expected) == 5 + 3 + 3 * (len(features) - 2)
    run_batch(city, tmp_path / "two", workers=2, **kinds)
    assert contents(tmp_path / "two") == expected
    run_batch(city, tmp_path / "small", workers=1, memory_per_building="1200kB", **kinds)
    assert report_of(tmp_path / "small")["memory"]["chunks"] > 3
    assert contents(tmp_path / "small") == expected
    run_batch(city, tmp_path / "three", workers=3, memory_per_building="1500kB", **kinds)
    assert contents(tmp_path / "three") == expected


def test_a_finished_folder_is_refused_and_overwritten_on_request(write_city, tmp_path):
    out = tmp_path / "out"
    run_batch(write_city(houses(3)), out)
    before = contents(out)
    (out / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match="holds results already"):
        run_batch(write_city(houses(1)), out)
    assert {**contents(out), "notes.txt": ""} == {**before, "notes.txt": ""}
    run_batch(write_city(houses(1)), out, overwrite=True, hourly="none")
    assert sorted(contents(out)) == ["checksums.sha256", "errors.jsonl", "notes.txt", "summary.parquet"]
    assert len(summary(out)) == 1


def test_a_bad_container_leaves_the_folder_as_it_was(tmp_path):
    out = tmp_path / "out"
    broken = tmp_path / "broken.geojson"
    broken.write_text('{"type": "FeatureCollection", "features": [')
    with pytest.raises(ContainerError):
        run_batch(broken, out)
    assert not out.exists()
    with pytest.raises(ContainerError, match=r"nothing\.geojson"):
        run_batch(tmp_path / "nothing.geojson", out)


@pytest.mark.parametrize(("name", "formats"), [(".parts", ("parquet",)), ("hourly", ("parquet",)),
                                               ("profiles", ("profiles",))])
def test_a_file_where_a_run_wants_a_folder_is_named(write_city, tmp_path, name, formats):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).write_text("mine")
    with pytest.raises(OutputError, match=rf"out/{name.replace('.', '[.]')}: File exists$"):
        run_batch(write_city(houses(1)), tmp_path / "out", workers=1, formats=formats)
    assert (tmp_path / "out" / name).read_text() == "mine"


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("name", ["city.geojson", "errors.jsonl", "profiles/a.csv"])
def test_an_input_under_the_name_of_a_result_is_refused_and_stays(write_city, tmp_path, name, overwrite):
    out = tmp_path / "out"
    (out / name).parent.mkdir(parents=True)
    write_city(houses(2), f"out/{name}")
    before = contents(out)
    with pytest.raises(OptionError, match=f"{name}, which the run reads, would be one of its results"):
        run_batch(out / name, out, overwrite=overwrite, formats=("parquet", "geojson"))
    assert contents(out) == before


def test_an_input_beside_the_results_stays(write_city, tmp_path):
    city = write_city(houses(2), "town.geojson")
    for overwrite in (False, True):
        run_batch(city, tmp_path, workers=1, hourly="none", overwrite=overwrite)
        assert city.is_file()
        assert len(summary(tmp_path)) == 2


def test_a_pipe_is_refused_at_once(tmp_path):
    """It would be read by several, of whom each gets a piece."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ContainerError, match=r"pipe: a pipe or a device; expected a file, which can be read more than"):
        run_batch(tmp_path / "pipe", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_buildings_from_standard_input_are_not_lost(tmp_path):
    city = "\n".join(json.dumps({**feature, "remark": "x" * 3000}) for feature in houses(600))
    found = subprocess.run([sys.executable, "-m", "buem", "run", "/dev/stdin", "--out", tmp_path / "out"],
                           input=city.encode(), capture_output=True, timeout=120, check=False)
    assert (found.returncode, found.stderr) == (2, b"error: /dev/stdin: a pipe or a device; expected a file, which can "
                                                   b"be read more than once\n")


def test_a_file_cut_off_late_leaves_what_is_finished(write_city, tmp_path):
    city = write_city(houses(2 * PART_SIZE + 5))
    city.write_bytes(city.read_bytes()[:-40])
    with pytest.raises(ContainerError):
        run_batch(city, tmp_path / "out", workers=1, hourly="none")
    assert report_of(tmp_path / "out")["status"] == "failed"
    assert len(summary(tmp_path / "out")) == 2 * PART_SIZE


def test_weather_and_options_are_refused_before_anything_is_written(write_city, tmp_path):
    city = write_city(houses(1))
    with pytest.raises(OptionError, match="hourly: 'some'"):
        run_batch(city, tmp_path / "out", hourly="some")
    (tmp_path / "no.epw").write_text("LOCATION,nowhere\n")
    with pytest.raises(WeatherError):
        run_batch(city, tmp_path / "out", weather=tmp_path / "no.epw")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("changes", [
    {"archetypes": "own.csv"}, {"archetypes": "."}, {"country": "XX"}, {"names": FieldNames(id="code")},
    {"layer": "roofs"}, {"weather": "nowhere"}, {"memory": "1B"}], ids=str)
def test_what_is_refused_leaves_the_results_that_were_to_be_replaced(write_city, tmp_path, monkeypatch, changes):
    monkeypatch.chdir(tmp_path)
    city = write_city(houses(2))
    run_batch(city, tmp_path / "out", workers=1)
    before = contents(tmp_path / "out")
    with pytest.raises(InputError):
        run_batch(city, tmp_path / "out", overwrite=True, **changes)
    assert contents(tmp_path / "out") == before


def test_weather_of_the_run(write_city, tmp_path):
    from buem.io.stations import read_station

    city = write_city(houses(2))
    run_batch(city, tmp_path / "out", weather=read_station("us_denver_tmy3"), hourly="none")
    assert {row["weather"] for row in summary(tmp_path / "out")} == {"us_denver_tmy3"}
    assert report_of(tmp_path / "out")["options"]["weather"] == "us_denver_tmy3"


def test_a_bundled_station_by_name_is_the_weather_of_the_run(write_city, tmp_path):
    run_batch(write_city(houses(2)), tmp_path / "out", weather="us_denver_tmy3", hourly="none")
    assert {row["weather"] for row in summary(tmp_path / "out")} == {"us_denver_tmy3"}
    assert report_of(tmp_path / "out")["options"]["weather"] == "us_denver_tmy3"


def test_far_stations_are_one_warning(write_city, tmp_path, caplog):
    run_batch(write_city([house("kiel", place=(54.3, 10.1)), house("near")]), tmp_path / "out", hourly="none")
    assert "1 buildings take their weather from a station more than 150 km away" in caplog.text


def test_stop_at_the_first_failing_building(write_city, tmp_path):
    features = houses(3 * PART_SIZE)
    features[PART_SIZE + 7] = house("bad", u_value=99.0)
    features[PART_SIZE + 9] = house("worse", u_value=99.0)
    out = tmp_path / "out"
    with pytest.raises(BuildingError, match=r"features\[519\].*U\.value: 99\.0; expected 0 to 10"):
        run_batch(write_city(features), out, workers=1, on_error="stop")
    assert report_of(out)["status"] == "stopped"
    assert len(summary(out)) == 2 * PART_SIZE
    assert sorted(p.name for p in (out / "hourly").iterdir()) == ["part-00000.parquet", "part-00001.parquet"]


def test_stop_leaves_a_sound_file_alone(write_city, tmp_path):
    assert run_batch(write_city(houses(3)), tmp_path / "out", on_error="stop").status == "done"


def test_ctrl_c_leaves_what_is_finished(tmp_path, monkeypatch, write_city):
    city, out = write_city(houses(1)), tmp_path / "out"
    interrupted_at(monkeypatch, PART_SIZE + 20, 2 * PART_SIZE)
    with pytest.raises(KeyboardInterrupt):
        run_batch(city, out, workers=1, formats=("parquet", "geojson"))
    assert report_of(out)["status"] == "interrupted"
    assert report_of(out)["counts"]["buildings"] == PART_SIZE
    assert len(summary(out)) == PART_SIZE
    assert len(json.loads((out / "city.geojson").read_text())["features"]) == PART_SIZE
    results = sorted(p.name for p in out.rglob("*") if p.is_file() and p.parent.name != ".parts")
    assert results == ["city.geojson", "errors.jsonl", "part-00000.parquet", "run.json", "summary.parquet"]


def test_ctrl_c_while_a_part_is_written_waits_for_it():
    written = []

    def write():
        with hold_interrupts():
            os.kill(os.getpid(), signal.SIGINT)
            written.append("whole")

    with pytest.raises(KeyboardInterrupt):
        write()
    assert written == ["whole"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.slow
def test_a_real_ctrl_c(write_city, tmp_path):
    city, out = write_city(houses(6 * PART_SIZE)), tmp_path / "out"
    command = [sys.executable, "-m", "buem", "run", str(city), "--out", str(out), "--workers", "2"]
    process = psutil.Popen(command, stderr=subprocess.PIPE, start_new_session=True)
    end = time.monotonic() + 60
    while not list((out / "hourly").glob("part-*")):
        assert process.poll() is None
        assert time.monotonic() < end
        try:
            process.wait(0.02)
        except psutil.TimeoutExpired:
            continue
    os.killpg(process.pid, signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert b"error: interrupted; what was finished is written" in stderr
    assert report_of(out)["status"] == "interrupted"
    rows = summary(out)
    assert len(rows) == report_of(out)["counts"]["buildings"]
    listed = {f"part-{row['index'] // PART_SIZE:05d}.parquet" for row in rows}
    assert {p.name for p in (out / "hourly").iterdir()} == listed
    assert sum(pq.ParquetFile(p).metadata.num_rows for p in (out / "hourly").iterdir()) == len(rows)

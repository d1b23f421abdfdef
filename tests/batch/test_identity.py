"""What makes two runs the same: input, options that show, versions; and what does not."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pytest

import buem
from buem.batch.identity import file_digest, identify, weather_digest
from buem.batch.part import Chosen
from buem.batch.plan import RunOptions
from buem.city import CityOptions
from buem.io.dialects import ReadOptions
from buem.io.stations import read_station

WEATHER = read_station("de_potsdam_try2015")


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "town.geojson"
    path.write_bytes(b"{}")
    return path


@pytest.mark.parametrize("held", [b"", b"abc", bytes(range(256)) * 5000], ids=["empty", "abc", "some blocks"])
def test_a_digest_is_sha256(tmp_path, held):
    (tmp_path / "x").write_bytes(held)
    assert file_digest(tmp_path / "x") == hashlib.sha256(held).hexdigest()


def test_the_digest_of_abc_by_the_standard(tmp_path):
    # FIPS 180-4, example of SHA-256.
    (tmp_path / "x").write_bytes(b"abc")
    assert file_digest(tmp_path / "x") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize("changes", [
    {"workers": 3}, {"memory": "8GB"}, {"progress": True}, {"overwrite": True}, {"resume": False},
    {"cluster": "dask://127.0.0.1:1"}], ids=str)
def test_what_does_not_show_in_the_files_is_no_difference(source, changes):
    assert identify(source, RunOptions(**changes), None) == identify(source, RunOptions(), None)


@pytest.mark.parametrize("changes", [
    {"hourly": "none"}, {"model": "iso52016"}, {"films": "fixed"}, {"kernel": "numpy"}, {"sky": "isotropic"},
    {"cooling": False}, {"wall_area": "gross"}, {"on_error": "stop"}, {"any_distance": True}, {"formats": ("csv",)},
    {"memory_per_building": "6MB"}, {"steps_per_hour": 4}, {"city": CityOptions(country="FR")},
    {"city": CityOptions(seed=1)}, {"weather": "de_potsdam_try2015"}], ids=str)
def test_what_shows_is_a_difference(source, changes):
    assert identify(source, RunOptions(**changes), None) != identify(source, RunOptions(), None)


def test_another_table_of_archetypes_under_the_same_name_is_a_difference(source, tmp_path):
    table = tmp_path / "own.csv"
    table.write_text("a")
    options = RunOptions(city=CityOptions(archetypes=table))
    before = identify(source, options, None)
    assert identify(source, options, None) == before
    table.write_text("b")
    (found,) = identify(source, options, None).differences(before)
    assert found.startswith("options archetypes: ")


def test_other_bytes_are_another_input(source):
    before = identify(source, RunOptions(), None)
    source.write_bytes(b"[]")
    after = identify(source, RunOptions(), None)
    assert before.input["bytes"] == after.input["bytes"] == "2"
    assert before.input["sha256"] != after.input["sha256"]
    assert (before.options, before.versions) == (after.options, after.versions)


def test_a_file_that_moved_is_the_same_input(source, tmp_path):
    before = identify(source, RunOptions(), None)
    assert identify(source.rename(tmp_path / "other.geojson"), RunOptions(), None) == before


def test_versions_are_those_of_what_computes(source):
    versions = identify(source, RunOptions(), None).versions
    assert versions["buem"] == buem.__version__
    assert versions["numpy"] == np.__version__
    assert set(versions) == {"buem", "numpy", "numba", "pvlib", "pyarrow"}


def test_some_features_are_another_run(source):
    def chosen(*positions, of="x"):
        return Chosen(positions=frozenset(positions), others=ReadOptions(), of=of)

    every, one, two = (identify(source, RunOptions(), None, c) for c in (None, chosen(1, of="a"), chosen(2, 3, of="a")))
    assert every != one != two
    assert identify(source, RunOptions(), None, chosen(1, of="b")) != one


def test_a_weather_is_its_hours_not_its_name_alone():
    warmer = replace(WEATHER, temp_air=WEATHER.temp_air + 1e-9)
    assert weather_digest(WEATHER) == weather_digest(replace(WEATHER))
    assert weather_digest(warmer) != weather_digest(WEATHER)
    assert weather_digest(replace(WEATHER, name="other")) != weather_digest(WEATHER)
    assert weather_digest(replace(WEATHER, elevation=WEATHER.elevation + 1.0)) != weather_digest(WEATHER)
    assert weather_digest(WEATHER).startswith(f"{WEATHER.name} ")


def test_hours_that_change_places_are_another_weather():
    swapped = replace(WEATHER, ghi=WEATHER.dni, dni=WEATHER.ghi)
    assert weather_digest(swapped) != weather_digest(WEATHER)


def test_nan_is_the_same_as_itself():
    """Stations without long-wave have NaN all year; else no run of theirs would go on."""
    none = replace(WEATHER, longwave_down=np.full(8760, np.nan))
    assert weather_digest(none) == weather_digest(replace(WEATHER, longwave_down=np.full(8760, np.nan)))


def test_the_weather_of_all_stands_in_the_options(source):
    shown = identify(source, RunOptions(weather="de_potsdam_try2015"), WEATHER).options["weather"]
    assert shown == weather_digest(WEATHER)
    assert identify(source, RunOptions(), None).options["weather"] == "auto"

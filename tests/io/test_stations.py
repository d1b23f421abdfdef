"""The bundled stations."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import time

import numpy as np
import pytest
from sample_weather import SHARED

from buem.errors import WeatherError, WeatherWarning
from buem.io import stations as module
from buem.io.stations import (
    data_directory,
    great_circle,
    nearest_station,
    nearest_stations,
    read_station,
    stations,
    weather_at,
)
from buem.weather import RANGES


def test_stations_are_fourteen_and_in_order():
    names = [s.id for s in stations()]
    assert len(names) == 14
    assert names == sorted(names)
    assert {"us_denver_tmy3", "de_potsdam_try2015", "nl_amsterdam_nsrdb2019"} <= set(names)


@pytest.mark.parametrize("station", stations(), ids=lambda s: s.id)
def test_station_has_a_licence_and_its_attribution(station):
    licences = (data_directory() / "LICENCES.md").read_text(encoding="utf-8")
    assert station.licence
    assert station.id in licences
    if station.country == "DEU":
        assert station.licence.startswith("Datenbasis: Deutscher Wetterdienst")
        assert "Datenbasis: Deutscher Wetterdienst" in licences


def test_every_file_is_in_the_index():
    assert {s.file for s in stations()} == {p.name for p in data_directory().glob("*.csv.gz")}


@pytest.mark.parametrize("station", stations(), ids=lambda s: s.id)
def test_read_station(station):
    weather = read_station(station.id)
    assert (weather.name, weather.latitude, weather.longitude) == (station.id, station.latitude, station.longitude)
    assert weather.utc_offset == station.utc_offset
    assert weather.sun_offset == station.sun_offset
    assert weather.year == station.year
    assert all(getattr(weather, name).shape == (8760,) for name in RANGES)
    assert not np.isnan(weather.temp_air).any()
    assert weather.notes == ()


@pytest.mark.parametrize(
    ("station", "mean_temperature", "ghi"),
    [
        # stats of shared/data/weather/index.json
        pytest.param("us_denver_tmy3", 10.88, 1670.2, id="Denver"),
        pytest.param("de_potsdam_try2015", 9.94, 1059.2, id="Potsdam"),
        pytest.param("au_brisbane_nsrdb_tmy2020", 19.69, 1998.8, id="Brisbane"),
        pytest.param("it_piemonte_pvgis_tmy", 13.56, 1435.9, id="Piemonte"),
    ],
)
def test_read_station_has_the_known_sums(station, mean_temperature, ghi):
    weather = read_station(station)
    assert weather.temp_air.mean() == pytest.approx(mean_temperature, abs=0.005)
    assert weather.ghi.sum() / 1000.0 == pytest.approx(ghi, abs=0.05)


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared")
@pytest.mark.parametrize("station", stations(), ids=lambda s: s.id)
def test_bundled_file_is_the_shared_one(station):
    assert (data_directory() / station.file).read_bytes() == (SHARED / "weather" / station.file).read_bytes()


def test_read_station_is_cached():
    assert read_station("us_tampa_tmy3") is read_station("us_tampa_tmy3")


def test_read_station_is_fast():
    read_station.cache_clear()
    times = []
    for name in ("us_tampa_tmy3", "us_tucson_tmy3", "us_chicago_tmy3", "us_denver_tmy3"):
        start = time.process_time()
        read_station(name)
        times.append(time.process_time() - start)
    assert min(times) <= 0.06


def test_read_station_refuses_an_unknown_name():
    with pytest.raises(WeatherError, match=r"^weather: 'atlantis'; expected one of au_brisbane_nsrdb_tmy2020, cy_"):
        read_station("atlantis")


def test_stations_stay_light():
    code = "import sys; from buem.io.stations import weather_at; weather_at(52.4, 4.9); print(' '.join(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pandas", "pvlib", "xarray", "scipy", "matplotlib"} & set(out)


def test_installed_data_come_before_the_checkout(tmp_path, monkeypatch):
    package = tmp_path / "buem"
    for folder in (package / "data" / "weather", tmp_path / "data" / "weather"):
        folder.mkdir(parents=True)
        (folder / "index.json").write_text("[]")
    monkeypatch.setattr(module, "__file__", str(package / "io" / "stations.py"))
    assert data_directory() == package / "data" / "weather"
    (package / "data" / "weather" / "index.json").unlink()
    assert data_directory() == tmp_path / "data" / "weather"


def test_missing_data_are_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "__file__", str(tmp_path / "buem" / "io" / "stations.py"))
    with pytest.raises(WeatherError, match=r"data/weather/index.json: missing; expected the bundled weather"):
        data_directory()


@pytest.mark.parametrize(
    ("latitude", "longitude", "station", "distance"),
    [
        # distances by the spherical law of cosines, radius 6371.0088 km
        pytest.param(52.37, 4.9, "nl_amsterdam_nsrdb2019", 0.0, id="on the spot"),
        pytest.param(52.0, 5.0, "nl_amsterdam_nsrdb2019", 41.7, id="the seed's example"),
        pytest.param(48.0, 11.0, "de_mannheim_try2015", 249.1, id="Bavaria"),
        pytest.param(-27.0, -179.0, "au_brisbane_nsrdb_tmy2020", 2797.6, id="across the date line"),
        pytest.param(90.0, 0.0, "se_stockholm_nsrdb2019", 3410.3, id="pole"),
    ],
)
def test_nearest_station(latitude, longitude, station, distance):
    found, kilometres = nearest_station(latitude, longitude)
    assert found.id == station
    assert kilometres == pytest.approx(distance, abs=0.1)


def test_nearest_stations_agrees_with_each_alone():
    rng = np.random.default_rng(2)
    latitude, longitude = rng.uniform(-90, 90, 300), rng.uniform(-180, 180, 300)
    indices, distances = nearest_stations(latitude, longitude)
    for i in range(300):
        station, distance = nearest_station(float(latitude[i]), float(longitude[i]))
        assert station is stations()[indices[i]]
        assert distance == pytest.approx(distances[i], abs=1e-6)


def test_great_circle_of_a_quarter_and_half_turn():
    assert great_circle(0.0, 0.0, 0.0, 90.0) == pytest.approx(10007.557, abs=0.01)
    assert great_circle(90.0, 0.0, -90.0, 0.0) == pytest.approx(20015.115, abs=0.01)


@pytest.mark.parametrize(
    ("latitude", "longitude", "expected"),
    [
        pytest.param(91.0, 0.0, "latitude: 91.0; expected -90 to 90 °", id="latitude"),
        pytest.param(52.0, 500000.0, "longitude: 500000.0; expected -180 to 180 °", id="metres"),
        pytest.param(float("nan"), 0.0, "latitude: nan; expected -90 to 90 °", id="NaN"),
    ],
)
def test_nearest_station_refuses_places_off_the_globe(latitude, longitude, expected):
    with pytest.raises(WeatherError) as caught:
        nearest_station(latitude, longitude)
    assert str(caught.value) == expected
    with pytest.raises(WeatherError):
        nearest_stations([latitude], [longitude])


def test_weather_at_notes_the_distance():
    weather = weather_at(52.0, 5.0)
    assert weather.name == "nl_amsterdam_nsrdb2019"
    assert weather.notes == ("nearest bundled station, 42 km away",)
    assert read_station("nl_amsterdam_nsrdb2019").notes == ()


def test_weather_at_warns_above_150_km():
    with pytest.warns(WeatherWarning, match=r"the nearest bundled weather, de_mannheim_try2015 is 249 km away"):
        assert weather_at(48.0, 11.0).name == "de_mannheim_try2015"


def test_weather_at_refuses_above_500_km():
    with pytest.raises(WeatherError) as caught:
        weather_at(0.0, 0.0)
    assert str(caught.value).startswith("weather at 0, 0: 'es_malaga_nsrdb2019 is 41")
    assert "expected a bundled station within 500 km" in str(caught.value)


def test_weather_at_any_distance():
    with pytest.warns(WeatherWarning, match="es_malaga_nsrdb2019 is 41"):
        assert weather_at(0.0, 0.0, any_distance=True).name == "es_malaga_nsrdb2019"


def test_index_holds_no_more_than_stations_need():
    records = json.loads((data_directory() / "index.json").read_text(encoding="utf-8"))
    assert all(set(record) == set(module.Station.__slots__) for record in records)


def test_files_are_reproducible_gzip():
    for station in stations():
        data = (data_directory() / station.file).read_bytes()
        assert data[4:8] == b"\x00" * 4, "no time stamp"
        assert gzip.decompress(data).startswith(b"month,day,hour,temp_air_C")

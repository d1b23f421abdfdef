"""`read_weather`: recognising formats, names, the check of the clock."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
import warnings

import numpy as np
import pytest
from sample_weather import FLAT, NATIVE, SHARED, buem_text, clear_sky, epw_text, flat

from buem.errors import BuemError, OptionError, WeatherError, WeatherWarning
from buem.io.stations import data_directory, read_station
from buem.io.weather import READERS, read_weather, weather_format
from buem.io.weather_text import read_text
from buem.weather import RANGES

needs_shared = pytest.mark.skipif(not NATIVE.is_dir(), reason="needs ../shared")

FORMATS = {
    "DWD_TRY2010_12_Mannheim_Jahr.dat.gz": "try",
    "DWD_TRY2015_Potsdam_Jahr.dat.gz": "try",
    "NSRDB_brisbane_tmy-2020_himawari_60min_utc.csv.gz": "nsrdb",
    "NSRDB_westaus_2020_himawari8_60min_local.csv.gz": "nsrdb",
    "OpenMeteo_westaus_2020_60min_local.csv.gz": "openmeteo",
    "PVGIS_tmy_45.000_8.000_2005_2023.csv.gz": "pvgis-csv",
    "PVGIS_tmy_45.000_8.000_2005_2023.epw.gz": "epw",
    "PVGIS_tmy_45.000_8.000_2005_2023.json.gz": "pvgis-json",
    "USA_CO_Denver.Intl.AP.725650_TMY3.epw.gz": "epw",
}


def save(folder, text, name="town.epw"):
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


@needs_shared
@pytest.mark.parametrize("name", sorted(FORMATS))
def test_native_files_are_recognised_and_read(name):
    assert weather_format(read_text(NATIVE / name)) == FORMATS[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", WeatherWarning)
        weather = read_weather(NATIVE / name)
    for column, allowed in RANGES.items():
        values = getattr(weather, column)
        assert values.shape == (8760,)
        assert values.dtype == np.float64
        assert np.isnan(values).all() or (values.min() >= allowed.low and values.max() <= allowed.high)


@needs_shared
def test_every_native_file_is_tried():
    assert {p.name for p in NATIVE.glob("*.gz")} == set(FORMATS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("LOCATION,Town,-", "epw", id="epw"),
        pytest.param("location,Town,-", "epw", id="epw in small letters"),
        pytest.param("\r\nLOCATION,Town,-", "epw", id="blank line first"),
        pytest.param('725650,"DENVER",CO\nDate (MM/DD/YYYY),Time', "tmy3", id="tmy3"),
        pytest.param(" 12839 MIAMI      FL  -5 N 25 48 W  80 16     2", "tmy2", id="tmy2"),
        pytest.param("Latitude (decimal degrees): 45", "pvgis-csv", id="pvgis csv"),
        pytest.param('{"inputs": {}}', "pvgis-json", id="pvgis json"),
        pytest.param("Source,Location ID,City", "nsrdb", id="nsrdb"),
        pytest.param("Koordinatensystem\nRW HW\n***", "try", id="try"),
        pytest.param("latitude,longitude,elevation,utc_offset_seconds", "openmeteo", id="openmeteo"),
        pytest.param("# latitude: 5", "buem", id="ours"),
        pytest.param("month,day,hour,temp_air_C", "buem", id="ours, bare"),
        pytest.param("id,name\n1,2", None, id="another table"),
        pytest.param("", None, id="empty"),
        pytest.param("PK\x03\x04\x00", None, id="archive"),
    ],
)
def test_weather_format(text, expected):
    assert weather_format(text) == expected


def test_gzip_is_unpacked(tmp_path):
    file = tmp_path / "town.epw.gz"
    file.write_bytes(gzip.compress(epw_text(FLAT).encode()))
    np.testing.assert_allclose(read_weather(str(file)).ghi, FLAT["ghi"])


@pytest.mark.parametrize(
    ("given", "place", "expected"),
    [
        pytest.param(None, "Town,-,DEU,test,1", "Town", id="of the site"),
        pytest.param("mine", "Town,-,DEU,test,1", "mine", id="chosen"),
        pytest.param(None, ",-,DEU,test,1", "town.of.mine", id="of the file"),
    ],
)
def test_name(tmp_path, given, place, expected):
    file = save(tmp_path, epw_text(FLAT, place=place), "town.of.mine.epw")
    assert read_weather(file, name=given).name == expected


def test_format_by_choice(tmp_path):
    file = save(tmp_path, epw_text(FLAT))
    assert read_weather(file, format="epw").name == "Town"
    with pytest.raises(WeatherError):
        read_weather(file, format="nsrdb")


def test_unknown_format_is_an_option_error(tmp_path):
    with pytest.raises(OptionError, match=r"^format: 'epv'; expected one of epw, tmy3, tmy2, pvgis-csv"):
        read_weather(tmp_path / "x", format="epv")


@pytest.mark.parametrize(
    ("text", "found"),
    [pytest.param("a,b\n1,2\n", r"'a,b\\n1,2\\n'", id="table"), pytest.param("", "''", id="empty")],
)
def test_what_is_no_weather_is_refused(tmp_path, text, found):
    with pytest.raises(WeatherError, match=rf"town.epw: {found}; expected a weather file in one of the formats epw,"):
        read_weather(save(tmp_path, text))


@pytest.mark.parametrize("chosen", sorted(READERS))
@pytest.mark.parametrize(
    "text", ["", "\n", "x", "1,2\n3,4\n", "\x00\x01"], ids=["empty", "line", "word", "csv", "bytes"]
)
def test_no_reader_stumbles_over_rubbish(tmp_path, chosen, text):
    with pytest.raises(BuemError):
        read_weather(save(tmp_path, text), format=chosen)


def test_errors_name_the_file_and_all_columns(tmp_path):
    file = save(tmp_path, epw_text(flat(temp_air={5: 88.0}, ghi={6: 7777.0}, wind_speed={7: 200.0})))
    with pytest.raises(WeatherError) as caught:
        read_weather(file)
    assert str(caught.value).splitlines() == [
        f"{file}: temp_air: '88 at 01-01 05:00, 1 hours in all'; expected -90 to 60 °C",
        f"{file}: ghi: '7777 at 01-01 06:00, 1 hours in all'; expected 0 to 1500 W/m²",
        f"{file}: wind_speed: '200 at 01-01 07:00, 1 hours in all'; expected 0 to 75 m/s",
    ]


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        pytest.param(30.0, None, id="right"),
        pytest.param(45.0, None, id="15 min late"),
        pytest.param(70.6, "41 min after", id="as PVGIS writes EPW"),
        pytest.param(-25.0, "55 min before", id="as some TMYx files"),
        pytest.param(150.0, "120 min after", id="another time zone"),
    ],
)
def test_clock_is_checked_on_load(tmp_path, minutes, words):
    sky = {name: values.tolist() for name, values in clear_sky(50.0, 10.0, 1.0, minutes).items()}
    file = save(tmp_path, epw_text({**FLAT, **sky}))
    if words is None:
        assert read_weather(file).notes == ()
        return
    with pytest.warns(WeatherWarning) as caught:
        weather = read_weather(file)
    note = str(caught[0].message)
    expected = [
        f"the sun in the data stands {int(words.split()[0]) + k} min {words.split()[-1]} the clock" for k in (-1, 0, 1)
    ]
    assert any(text in note for text in expected)
    assert note.startswith(f"{file}: ")
    assert note.endswith("; the data are used as they are")
    assert caught[0].filename == __file__
    assert weather.notes[-1] in note


def test_bundled_file_by_its_path_is_the_station():
    file = data_directory() / "de_potsdam_try2015.csv.gz"
    by_path, station = read_weather(file), read_station("de_potsdam_try2015")
    np.testing.assert_array_equal(by_path.dni, station.dni)
    assert (by_path.latitude, by_path.utc_offset, by_path.licence) == (52.3938, 1.0, station.licence)


@needs_shared
def test_index_with_units_in_its_keys_is_understood():
    weather = read_weather(SHARED / "weather" / "us_denver_tmy3.csv.gz")
    assert (weather.latitude, weather.elevation, weather.utc_offset, weather.sun_offset) == (39.83, 1650.0, -7.0, 30.0)


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        pytest.param(None, "latitude: missing; expected a line `# latitude: number`", id="no index"),
        pytest.param("[]", "latitude: missing; expected a line `# latitude: number`", id="not in the index"),
        pytest.param("{", "JSONDecodeError", id="broken index"),
        pytest.param(json.dumps([{"file": "x.csv", "latitude": 5}]), "KeyError: 'longitude'", id="half a site"),
        pytest.param("3", "TypeError", id="a number"),
    ],
)
def test_bare_table_needs_a_site(tmp_path, index, expected):
    if index is not None:
        (tmp_path / "index.json").write_text(index)
    text = buem_text(FLAT)
    file = save(tmp_path, text[text.index("month,") :], "x.csv")
    with pytest.raises(WeatherError) as caught:
        read_weather(file)
    assert expected in str(caught.value)


def test_reading_needs_neither_pandas_nor_pvlib(tmp_path):
    file = save(tmp_path, epw_text(FLAT))
    code = f"import sys; from buem.io.weather import read_weather; read_weather({str(file)!r}); print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "buem.io.weather" in out
    assert not {"pandas", "pvlib", "pyarrow"} & set(out)


def test_copied_station_without_index_is_refused(tmp_path):
    shutil.copy(data_directory() / "us_tampa_tmy3.csv.gz", tmp_path)
    with pytest.raises(WeatherError, match=r"utc_offset: missing"):
        read_weather(tmp_path / "us_tampa_tmy3.csv.gz")

"""Load profiles of clients, from files as the request contract describes them."""

import gzip
import json

import pytest

import buem
from buem.errors import InputError
from buem.io.dialects import ReadOptions, read_feature
from buem.io.electricity import read_load_profile

YEAR = [0.1 + 0.001 * (hour % 24) for hour in range(8760)]


def write(path, values, header="demand"):
    lines = [header] if header else []
    text = "\n".join([*lines, *map(str, values)]) + "\n"
    (path.write_bytes(gzip.compress(text.encode())) if path.suffix == ".gz" else path.write_text(text))
    return path


@pytest.mark.parametrize(("unit", "watts"), [("kWh", 100.0), ("kW", 100.0), ("Wh", 0.1)])
@pytest.mark.parametrize("name", ["load.csv", "load.csv.gz"])
def test_values_become_watts(tmp_path, name, unit, watts):
    assert read_load_profile(write(tmp_path / name, YEAR), unit)[0] == pytest.approx(watts, rel=1e-12)


def test_json_array_and_column_without_header_are_alike(tmp_path):
    (tmp_path / "load.json").write_text(json.dumps(YEAR))
    column = write(tmp_path / "load.csv", YEAR, header="")
    assert read_load_profile(tmp_path / "load.json") == read_load_profile(column)


def test_29_february_is_dropped(tmp_path):
    leap = [float(hour) for hour in range(8784)]
    values = read_load_profile(write(tmp_path / "leap.csv", leap), "Wh")
    assert values[1415:1418] == (1415.0, 1440.0, 1441.0)  # 28 February 23:00, then 1 March
    assert values[-1] == 8783.0


@pytest.mark.parametrize(
    ("values", "unit", "words"),
    [
        (YEAR[:100], "kWh", "'100 values'; expected 8760 hourly values, or 8784"),
        ([*YEAR[:-1], -1.0], "kWh", "[8759]: -1.0; expected a number from 0 kWh"),
        ([*YEAR[:-1], float("nan")], "kWh", "[8759]: nan; expected a number from 0 kWh"),
        ([*YEAR[:-1], "much"], "kWh", "expected one column of numbers"),
        (YEAR, "MWh", "unit: 'MWh'; expected one of kWh, Wh, kW"),
    ],
)
def test_refusals(tmp_path, values, unit, words):
    with pytest.raises(InputError) as caught:
        read_load_profile(write(tmp_path / "load.csv", values), unit)
    assert words in str(caught.value)


def feature(profile):
    wall = {"id": "w", "type": "wall", "area": 80.0, "azimuth": 180.0, "tilt": 90.0, "U": 1.0}
    building = {"A_ref": 50.0, "envelope": {"elements": [wall]}}
    buem_block = {"building": building, "inputs": {"electricity_load_profile": profile}}
    return {"type": "Feature", "id": "b", "geometry": {"type": "Point", "coordinates": [5.0, 52.0]},
            "properties": {"buem": buem_block}}


def test_a_profile_that_is_there_is_the_internal_gain(tmp_path):
    path = write(tmp_path / "load.csv", YEAR)
    building = read_feature(feature({"path": str(path), "unit": "kWh"}), 0)
    assert building.usage.internal_gain[:2] == pytest.approx((2.0, 2.02))  # 100 W and 101 W on 50 m²
    assert "inputs.electricity_load_profile: used as internal gains, phi_int is not" in building.notes
    results = buem.simulate(building, buem.weather_at(52.0, 5.0))
    assert results.indicators.gain_internal[0] == pytest.approx(sum(YEAR) * 1000.0, rel=1e-9)


def test_a_profile_that_is_missing_is_ignored_by_name():
    building = read_feature(feature({"path": "/no/such/load.csv"}), 0)
    assert building.usage.internal_gain == 3.0
    assert "inputs.electricity_load_profile: ignored, '/no/such/load.csv' cannot be opened" in building.notes


def test_no_file_is_opened_where_that_is_forbidden(tmp_path):
    path = write(tmp_path / "load.csv", YEAR)
    building = read_feature(feature({"path": str(path)}), 0, ReadOptions(open_profiles=False))
    assert building.usage.internal_gain == 3.0
    assert "inputs.electricity_load_profile: ignored, no file named in a request is opened" in building.notes


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        ({"unit": "kWh"}, "electricity_load_profile.path: missing; expected the path of a file of hourly values"),
        ({"path": 3}, "electricity_load_profile.path: 3; expected"),
        ({"path": "load.csv", "unti": "kWh"}, "electricity_load_profile.unti"),
    ],
)
def test_a_malformed_profile_is_refused(profile, words):
    with pytest.raises(InputError) as caught:
        read_feature(feature(profile), 0)
    assert words in str(caught.value)


def test_a_profile_of_the_wrong_length_is_refused_with_its_place(tmp_path):
    path = write(tmp_path / "load.csv", YEAR[:24])
    with pytest.raises(InputError) as caught:
        read_feature(feature({"path": str(path)}), 0)
    assert "$.features[0].properties.buem.inputs.electricity_load_profile" in str(caught.value)
    assert "'24 values'" in str(caught.value)

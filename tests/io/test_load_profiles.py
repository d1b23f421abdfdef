import re

import pandas as pd
import pytest

from buem.building import Usage
from buem.errors import OutputError
from buem.io.load_profiles import ProfileNames, encode_profiles, place_of, profile_name, write_load_profiles
from buem.io.response import answer
from buem.profiles import Period


def test_files_are_named_for_the_place_and_the_year(tmp_path, make_results):
    results = make_results(1, changes={"latitude": 48.8339111, "longitude": -0.12775800001})
    write_load_profiles(results, tmp_path / "profiles")
    assert sorted(path.name for path in (tmp_path / "profiles").iterdir()) == [
        "cooling_48.833911_-0.127758_2018.csv",
        "electricity_48.833911_-0.127758_2018.csv",
        "heating_48.833911_-0.127758_2018.csv",
    ]


def test_a_file_is_one_column_of_kilowatts(make_results):
    results = make_results(1, period=Period(year=2018, hours=3))
    results.series["heating"][0, :3] = [4500.0, 0.0, 1234.567]
    files = {profile.carrier: profile.data for profile in encode_profiles(answer(results, 0))}
    assert files["heating"] == b"demand\n4.5\n0\n1.234567\n"
    assert files["electricity"] == b"demand\n0.3\n0.3\n0.3\n"


def test_a_year_has_8760_rows_that_add_up(tmp_path, results):
    write_load_profiles(results, tmp_path)
    frame = pd.read_csv(tmp_path / "heating_52.000000_5.002000_2018.csv")
    assert frame.columns.tolist() == ["demand"]
    assert len(frame) == 8760
    assert frame["demand"].sum() == pytest.approx(results.indicators.heating[2] / 1000, rel=1e-6)


def test_numbers_are_written_without_an_exponent(make_results):
    results = make_results(1, period=Period(year=2018, hours=2))
    results.series["heating"][0, :2] = [0.012, 1.0e7]
    data = encode_profiles(answer(results, 0))[0].data
    assert re.fullmatch(rb"demand\n0\.000012\n10000\n", data)


def test_without_cooling_there_is_no_file_of_it(make_results):
    results = make_results(1, changes={"usage": Usage(cooling=False)})
    assert [profile.carrier for profile in encode_profiles(answer(results, 0))] == ["heating", "electricity"]


def test_buildings_at_one_place_get_files_of_their_own(tmp_path, make_results):
    results = make_results(indices=[7, 3, 5], changes={"latitude": 52.0, "longitude": 5.0})
    write_load_profiles(results, tmp_path)
    names = sorted(path.name for path in tmp_path.glob("heating_*"))
    assert names == [f"heating_52.000000_5.000000_2018{end}.csv" for end in ("", "_2", "_3")]
    # The first one of the input, here the second of the results, has the plain name.
    first = pd.read_csv(tmp_path / "heating_52.000000_5.000000_2018.csv")["demand"]
    assert first.sum() == pytest.approx(results.indicators.heating[1] / 1000, rel=1e-6)


def test_names_differ_by_more_than_a_tenth_of_a_metre(make_results):
    names = ProfileNames()
    places = [place_of(b) for b in make_results(2).buildings]
    assert [names.stem(place) for place in (places[0], places[1], places[0])] == [
        "52.000000_5.000000_2018", "52.000000_5.001000_2018", "52.000000_5.000000_2018_2"
    ]


def test_name_of_a_file():
    assert profile_name("heating", "52.000000_5.000000_2018") == "heating_52.000000_5.000000_2018.csv"


def test_results_without_hours_are_refused(tmp_path, results):
    results.series.clear()
    with pytest.raises(OutputError, match="a response needs hourly loads"):
        write_load_profiles(results, tmp_path)

"""Groups of buildings by columns of the summary and by properties of their features."""

from __future__ import annotations

import json

import pytest

from buem.errors import OptionError, OutputError
from buem.io.grouping import MAX_GROUPS, read_groups
from buem.io.place import FolderPlace
from buem.io.tables import write_parquet

FEATURES = [
    {"properties": {"district": "North", "postcode": 3511, "buem": {"building": {"building_type": "SFH"}}}},
    {"properties": {"district": "South", "postcode": 3512, "buem": {"building": {"building_type": "AB"}}}},
    {"properties": {"district": "North", "postcode": None, "owner": {"name": "x"}, "buem": {"building": {}}}},
    {"properties": {"district": ["a"], "flag": True}},
]


@pytest.fixture
def folder(tmp_path, make_results):
    """Four buildings, the second failed, with the input they came from."""
    write_parquet(make_results(indices=[0, 2, 3], failed=[1]), tmp_path / "out")
    write_input(tmp_path, FEATURES)
    return tmp_path / "out"


def write_input(tmp_path, features):
    path = tmp_path / "city.geojson"
    whole = [{"type": "Feature", "id": f"B{k}", "geometry": None, **feature} for k, feature in enumerate(features)]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": whole}))
    about = {"input": {"path": str(path), "bytes": path.stat().st_size}, "options": {"city": {"layer": ""}}}
    (tmp_path / "out" / "run.json").write_text(json.dumps(about))
    return path


def groups(folder, *names, source=None):
    return read_groups(FolderPlace(folder), names, source)


def test_without_a_key_all_are_one_group(folder):
    found = groups(folder)
    assert found.values == ((),)
    assert found.code.tolist() == [0, 0, 0, 0]
    assert found.counts.tolist() == [[3, 1, 0]]
    assert found.floor_area.tolist() == [300.0]


def test_a_column_of_the_summary(folder):
    found = groups(folder, "status")
    assert found.names == ("status",)
    assert found.values == (("error",), ("ok",))
    assert found.code.tolist() == [1, 0, 1, 1]
    assert found.counts.tolist() == [[0, 1, 0], [3, 0, 0]]


def test_type_is_the_size_class(folder):
    assert groups(folder, "type").names == ("type",)
    assert groups(folder, "type").values == ((None,),)


def test_numbers_come_in_their_order_and_nothing_last(folder):
    assert groups(folder, "weather_distance_km").values == ((12.5,), (None,))
    assert groups(folder, "postcode").values == ((3511,), (3512,), (None,))


def test_positions_without_a_row_have_no_group(tmp_path, make_results):
    write_parquet(make_results(indices=[1, 4]), tmp_path)
    assert groups(tmp_path, "id").code.tolist() == [-1, 0, -1, -1, 1]


def test_a_property_of_the_features(folder):
    found = groups(folder, "district")
    assert found.values == (("North",), ("South",), (None,))
    assert found.code.tolist() == [0, 1, 0, 2]
    assert found.counts.tolist() == [[2, 0, 0], [0, 1, 0], [1, 0, 0]]


def test_a_label_of_the_building(folder):
    assert groups(folder, "building_type").values == (("AB",), ("SFH",), (None,))


def test_two_keys(folder):
    found = groups(folder, "district", "status")
    assert found.values == (("North", "ok"), ("South", "error"), (None, "ok"))


def test_what_is_no_value_is_nothing(folder):
    with pytest.raises(OptionError, match="by: 'owner'; expected hour, month, hour_of_day, a property of the features, "
                                          "or one of id, index, status"):
        groups(folder, "owner")
    assert groups(folder, "flag").values == ((True,), (None,))


def test_an_input_elsewhere_can_be_named(folder, tmp_path):
    path = (tmp_path / "city.geojson").rename(tmp_path / "moved.geojson")
    with pytest.raises(OutputError, match=r"city\.geojson: missing; expected the input of the run, where district is"):
        groups(folder, "district")
    assert groups(folder, "district", source=path).values == (("North",), ("South",), (None,))


def test_an_input_that_has_changed_is_refused(folder, tmp_path):
    path = tmp_path / "city.geojson"
    path.write_text(path.read_text() + " ")
    with pytest.raises(OutputError, match=r"B; expected the \d+ B of the input of the run"):
        groups(folder, "district")


@pytest.mark.parametrize(("features", "message"), [
    (FEATURES[:3], "holds fewer features than the run read"), ([*FEATURES, FEATURES[0]], "holds more features"),
])
def test_an_input_of_another_length_is_refused(folder, tmp_path, features, message):
    write_input(tmp_path, features)
    with pytest.raises(OutputError, match=message):
        groups(folder, "district")


def test_results_of_python_have_no_input(tmp_path, results):
    write_parquet(results, tmp_path)
    with pytest.raises(OutputError, match=r"has no run\.json that names its input, where district would be looked for"):
        groups(tmp_path, "district")
    assert groups(tmp_path, "dialect").values == (("envelope",),)


def test_malformed_features_have_no_properties(folder, tmp_path):
    path = write_input(tmp_path, FEATURES)
    text = path.read_text().replace('"properties": {"district": "South"', '"properties": [{"district": "South"')
    path.write_text(text.replace('"building_type": "AB"}}}', '"building_type": "AB"}}}]'))
    assert groups(folder, "district", source=path).values == (("North",), (None,))


def test_too_many_groups_are_refused(tmp_path, make_results):
    write_parquet(make_results(MAX_GROUPS + 1), tmp_path)
    assert len(groups(tmp_path, "floor_area_m2").values) == 1
    with pytest.raises(OptionError, match="by: 'id'; expected a key of at most 1000 values"):
        groups(tmp_path, "id")

"""Properties of the features of a run's input as a table."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest

from buem.cli import main
from buem.errors import OptionError, OutputError
from buem.io.directory import open_results
from buem.io.feature_properties import FeatureProperties, export_properties
from buem.io.tables import write_parquet

FEATURES = [
    {"properties": {"district": "North", "floors": 3, "buem": {"building": {"building_type": "SFH"}}}},
    {"properties": {"district": "South", "floors": 2.5, "listed": True}},
    {"properties": {"district": None, "height": {"value": 12.0, "unit": "m"}}},
]


@pytest.fixture
def folder(tmp_path, make_results):
    write_parquet(make_results(indices=[0, 2], failed=[1]), tmp_path / "out")
    path = tmp_path / "city.geojson"
    whole = [{"type": "Feature", "id": f"B{k}", "geometry": None, **feature} for k, feature in enumerate(FEATURES)]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": whole}))
    about = {"input": {"path": str(path), "bytes": path.stat().st_size}}
    (tmp_path / "out" / "run.json").write_text(json.dumps(about))
    return open_results(tmp_path / "out")


@pytest.mark.parametrize(("name", "values"), [
    pytest.param("district", ["North", "South", None], id="texts"),
    pytest.param("floors", ["3", "2.5", None], id="numbers"),
    pytest.param("listed", [None, "true", None], id="truths"),
    pytest.param("height", [None, None, "12.0"], id="a quantity"),
    pytest.param("building_type", ["SFH", None, None], id="a label of the building"),
])
def test_a_row_a_building_with_its_property_as_text(folder, tmp_path, name, values):
    export_properties(folder, [name], tmp_path / "p.parquet")
    table = pq.read_table(tmp_path / "p.parquet")
    assert table.column_names == ["id", "index", name]
    assert table["id"].to_pylist() == ["B000", "F001", "B002"]
    assert table["index"].to_pylist() == [0, 1, 2]
    assert table[name].to_pylist() == values


def test_several_at_once(folder, tmp_path):
    export_properties(folder, ["floors", "district"], str(tmp_path / "p.parquet"))
    assert pq.read_table(tmp_path / "p.parquet").column_names == ["id", "index", "floors", "district"]


def test_values_keep_their_kind_until_they_are_written(folder):
    given = FeatureProperties(folder.place, ["floors", "listed"], None)
    assert [given.of(0), given.of(1)] == [{"floors": 3, "listed": None}, {"floors": 2.5, "listed": True}]


@pytest.mark.parametrize("names", [[], [""], ["id"], ["district", "district"]])
def test_names_that_do_not_fit_are_refused(folder, tmp_path, names):
    with pytest.raises(OptionError, match="expected names of properties parted by commas, each once"):
        export_properties(folder, names, tmp_path / "p.parquet")


def test_a_name_that_no_feature_has_leaves_no_file(folder, tmp_path):
    with pytest.raises(OptionError, match="properties: 'quarter'; expected a property of any feature"):
        export_properties(folder, ["quarter", "district"], tmp_path / "p.parquet")
    assert not (tmp_path / "p.parquet").exists()


def test_a_run_that_has_not_ended_is_refused(folder, tmp_path):
    (folder.path / "summary.parquet").unlink()
    with pytest.raises(OutputError, match="missing; the run has not come to its end"):
        export_properties(folder, ["district"], tmp_path / "p.parquet")


def test_the_command_line_writes_it_into_the_folder(folder, capsys):
    assert main(["export", str(folder.path), "--properties", "district, floors"]) == 0
    assert capsys.readouterr().out.strip() == str(folder.path / "properties.parquet")
    assert pq.read_table(folder.path / "properties.parquet")["district"].to_pylist() == ["North", "South", None]
    assert main(["export", str(folder.path), "--properties", "district", "--long"]) == 2
    assert "one of --long, --netcdf, --building ID, --properties NAME,NAME" in capsys.readouterr().err


@pytest.mark.parametrize("held", ['{"options": []}', '{"input": 5}', '{"input": {"path": 5}}',
                                  '{"options": {"city": {"layer": 7}}}'])
def test_a_record_of_another_form_is_named(tmp_path, make_results, held):
    write_parquet(make_results(1), tmp_path)
    (tmp_path / "run.json").write_text(held)
    (tmp_path / "town.geojson").write_text('{"type": "FeatureCollection", "features": [{}]}')
    with pytest.raises(OutputError, match=r"run\.json: cannot be used \(Expected .*\); expected the record of a run"):
        FeatureProperties(open_results(tmp_path).place, ["a"], None if "input" in held else tmp_path / "town.geojson")

"""Which reader a file gets, and the ids of outlines that have none."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from buem.city import CityOptions, FieldNames
from buem.errors import ContainerError, OptionError
from buem.io.features import holds_outlines, is_cityjson, open_features, with_id
from buem.io.json_stream import BLOCK

RING = [[2.3, 48.8], [2.301, 48.8], [2.301, 48.801], [2.3, 48.8]]


def outline(name=None, kind="Polygon", **properties):
    coordinates = [RING] if kind == "Polygon" else [[RING]] if kind == "MultiPolygon" else RING[0]
    feature = {"type": "Feature", "geometry": {"type": kind, "coordinates": coordinates}, "properties": properties}
    return feature if name is None else {**feature, "id": name}


def collection(*features):
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


def ids(features, id_field=""):
    options = CityOptions(names=FieldNames(id=id_field))
    return [json.loads(f.raw).get("id") for f in open_features(collection(*features), options)]


@pytest.mark.parametrize(("properties", "expected"), [
    ({"osm_id": "way/5"}, "way/5"), ({"osm_id": 12}, "12"), ({"osm_id": 12.0}, "12"), ({"OSM-ID": "x"}, "x"),
    ({"fid": 3, "osm_id": "x"}, "x"), ({"fid": 3}, "3"), ({"osm_id": 12.5}, "#0"), ({"osm_id": ""}, "#0"),
    ({"osm_id": None, "uuid": "u"}, "u"), ({"osm_id": True}, "#0"), ({"osm_id": ["a"]}, "#0"), ({}, "#0"),
    ({"label": "town hall"}, "#0"), ({"gml_id": "é"}, "é")], ids=str)
def test_an_outline_without_an_id_has_one_from_its_properties(properties, expected):
    assert ids([outline(**properties)]) == [expected]
    assert ids([outline(kind="MultiPolygon", **properties)]) == [expected]


def test_an_id_of_its_own_stays():
    assert ids([outline("a", osm_id="b"), outline(0, osm_id="b")]) == ["a", 0]


def test_places_stand_for_ids_from_0():
    assert ids([outline(), outline("x"), outline()]) == ["#0", "x", "#2"]


@pytest.mark.parametrize(("feature", "expected"), [
    (outline("a", code="c1"), "c1"), (outline("a"), "a"), (outline(code=7), "7"), (outline(code=7.0), "7"),
    (outline(), "#0"), (outline("a", code=None), "a"), (outline(osm_id="o"), "o"), (outline(code="", osm_id="o"), "o"),
    (outline("a", code=7.5), "a"), (outline("a", code=True), "a"), (outline("a", code=["c"]), "a"),
    (outline("a", kind="Point", code="c1"), "c1"), (outline(kind="Point", code="c1"), "c1"),
    (outline("a", kind="Point"), "a"), (outline(kind="Point", osm_id="o"), None)])
def test_the_id_that_the_user_names(feature, expected):
    """A feature without it has the id that it would have had; one with an envelope has no other than its own."""
    assert ids([feature, outline(code="other")], "code") == [expected, "other"]


def test_an_id_that_is_the_named_one_already_is_left_where_it_stands():
    features = collection(outline("a", code="a"), outline("b", code="c"))
    found = list(open_features(features, CityOptions(names=FieldNames(id="code"))))
    assert [feature.start is None for feature in found] == [False, True]


def test_a_name_that_no_feature_has_is_refused():
    with pytest.raises(OptionError, match="id_field: 'code'; expected the name of a property of a feature that holds "
                                          r"an id, a text that is not empty or a whole number \(is 'kode' meant\?\)"):
        ids([outline("a", kode="c")], "code")


@pytest.mark.parametrize("feature", [outline("a", code="c"), {**outline(code=5), "id": None}, outline("a")], ids=str)
def test_a_parsed_feature_has_the_id_of_one_in_a_file(feature):
    (raw,) = [json.loads(f.raw) for f in open_features(collection(feature), CityOptions())]
    assert with_id(feature, 0, "") == raw


@pytest.mark.parametrize("feature", [
    {"type": "Feature", "geometry": None, "properties": {"osm_id": "a"}}, outline(kind="Point", osm_id="a"),
    {"type": "Feature"}, {}, [], 5, None, "Polygon"], ids=str)
def test_what_is_no_outline_is_passed_on_as_it_stands(feature):
    (found,) = open_features(collection(feature), CityOptions())
    assert json.loads(found.raw) == feature


def test_properties_that_are_none():
    feature = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [RING]}, "properties": None}
    assert ids([feature, {**feature, "properties": []}, {**feature, "properties": "x"}]) == ["#0", "#1", "#2"]


@pytest.mark.parametrize("name", ["town.gpkg", "town.fgb", "town.shp", "town.GML", "town.parquet", "town.pq",
                                  "town.geoparquet"])
def test_a_file_by_its_ending_that_is_not_there(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ContainerError, match=rf"{name}'?.*; expected a file that is there"):
        list(open_features(Path(name), CityOptions()))
    (tmp_path / name).mkdir()
    with pytest.raises(ContainerError, match=rf"{name}'?.*; expected a file that is there"):
        list(open_features(name, CityOptions()))


@pytest.mark.parametrize("name", ["town.geojson", "town.json", "no-ending"])
def test_geojson_that_is_not_there(tmp_path, name):
    with pytest.raises(ContainerError, match=name):
        list(open_features(tmp_path / name, CityOptions()))
    (tmp_path / name).mkdir()
    with pytest.raises(ContainerError, match=name):
        list(open_features(tmp_path / name, CityOptions()))


def test_a_layer_of_a_file_without_layers():
    with pytest.raises(OptionError, match="layer: 'roofs'; expected a GeoPackage or another file that has layers"):
        list(open_features(collection(), CityOptions(layer="roofs")))


@pytest.mark.parametrize(("text", "expected"), [
    (b'{"type":"CityJSON"}', True), (b'{"version":"2.0", "type" : "CityJSON"}', True),
    (b'{"type":"CityJSONFeature"}', True), (b'{"type":"FeatureCollection"}', False), (b"", False),
    (b" " * 5000 + b'{"type":"CityJSON"}', False), (b"\x1f\x8bno gzip", False)])
def test_cityjson_by_its_head(tmp_path, text, expected):
    (tmp_path / "town.json").write_bytes(text)
    assert is_cityjson(tmp_path / "town.json") is expected
    (tmp_path / "town.json.gz").write_bytes(gzip.compress(text))
    assert is_cityjson(tmp_path / "town.json.gz") is expected


def test_no_file_is_no_cityjson(tmp_path):
    assert is_cityjson(tmp_path) is False
    assert is_cityjson(tmp_path / "missing.json") is False


def test_a_word_on_the_edge_of_a_block_is_found(tmp_path):
    """Blocks are megabytes: the word `Polygon` may be cut in two by any of their ends."""
    for cut in range(8):
        path = tmp_path / f"{cut}.geojson"
        path.write_bytes(b" " * (BLOCK - cut) + b"Polygon" + b" " * 10)
        assert holds_outlines(path), cut
    path.write_bytes(b" " * (BLOCK + 100))
    assert not holds_outlines(path)

"""Features of uploads: GeoJSON in any container, CSV with columns, gzip, and what is none of these."""

from __future__ import annotations

import csv
import gzip
import io
import json

import msgspec
import pytest
from bench import NOW
from conftest import envelope
from hypothesis import given
from hypothesis import strategies as st

from buem.errors import InputError
from buem.service.errors import ApiError
from buem.service.operations.importing import _feature, source_features, upload_path
from buem.service.store import transaction
from buem.service.tables import uploads


def uploaded(bench, data: bytes, name: str = "city", state: str = "complete") -> str:
    (bench.folder / "uploads").mkdir(exist_ok=True)
    (bench.folder / "uploads" / "upl_1").write_bytes(data)
    with transaction(bench.store) as connection:
        connection.execute(uploads.insert().values(
            id="upl_1", name=name, received=len(data), state=state, path="uploads/upl_1", created_at=NOW,
            updated_at=NOW))
    return "upl_1"


def features(bench, data: bytes, form: str | None = None, name: str = "city") -> list:
    operation = {"upload_id": uploaded(bench, data, name), "format": form}
    return [json.loads(raw) for raw in source_features(bench.store, bench.options, operation)]


TWO = [envelope(0), envelope(1)]
COLLECTION = json.dumps({"type": "FeatureCollection", "features": TWO}).encode()
LINES = "\n".join(json.dumps(one) for one in TWO).encode()


@pytest.mark.parametrize("data", [COLLECTION, LINES, gzip.compress(COLLECTION), gzip.compress(LINES),
                                  b"\xef\xbb\xbf" + COLLECTION, b"\x1e" + LINES.replace(b"\n", b"\n\x1e")],
                         ids=["collection", "lines", "gzip", "gzipped lines", "byte order mark", "record separators"])
@pytest.mark.parametrize("form", [None, "auto", "geojson"])
def test_geojson_in_any_container(bench, data, form):
    assert features(bench, data, form) == TWO


CSV = ("id,latitude,longitude,height_m,use,buem.building.A_ref,note,flag\r\n"
       'a,52.0,5.0,9,residential,120.5,"1,5 ""x""\n2",true\r\n'
       "ü/2,52.1,5.1,,office,,,\r\n")


@pytest.mark.parametrize(("name", "form", "data"), [
    ("city.csv", "auto", CSV.encode()), ("city.CSV.gz", "auto", gzip.compress(CSV.encode(), mtime=0)),
    ("city", "csv", CSV.encode()), ("city.csv", None, b"\xef\xbb\xbf" + CSV.encode())])
def test_columns(bench, name, form, data):
    assert features(bench, data, form, name) == [
        {"type": "Feature", "id": "a", "geometry": {"type": "Point", "coordinates": [5.0, 52.0]}, "properties": {
            "height_m": 9, "use": "residential", "buem": {"building": {"A_ref": 120.5}}, "note": '1,5 "x"\n2',
            "flag": True}},
        {"type": "Feature", "id": "ü/2", "geometry": {"type": "Point", "coordinates": [5.1, 52.1]},
         "properties": {"use": "office"}}]


def test_columns_of_geometry_and_feature(bench):
    polygon = {"type": "Polygon", "coordinates": [[[5, 52], [5.1, 52], [5.1, 52.1], [5, 52]]]}
    sink = io.StringIO()
    writer = csv.writer(sink)
    writer.writerow(["id", "geometry", "feature"])
    writer.writerow(["p", json.dumps(polygon), ""])
    writer.writerow(["f", "", json.dumps(envelope(7))])
    writer.writerow(["t", "", "no json"])
    found = features(bench, sink.getvalue().encode(), "csv")
    assert found[0] == {"type": "Feature", "id": "p", "geometry": polygon, "properties": {}}
    assert found[1] == {**envelope(7), "id": "f"}
    assert found[2] == "no json"


def test_a_feature_with_a_year_of_weather(bench):
    """An export of buildings as CSV is read again, however long a feature is."""
    feature = envelope(0)
    feature["properties"]["buem"]["weather"] = {"T": [round(-3.25 + 0.001 * hour, 3) for hour in range(40_000)]}
    text = json.dumps(feature)
    assert len(text) > 131_072
    sink = io.StringIO()
    writer = csv.writer(sink)
    writer.writerows([["id", "feature"], ["B00000", text]])
    assert features(bench, sink.getvalue().encode(), "csv") == [feature]


@pytest.mark.parametrize(("data", "form", "expected"), [
    (b"name,latitude\na,1\n", "csv", "a column id"),
    (b"", "csv", "a column id"),
    (b"id,x\n\xff\xfe,1\n", "csv", "a CSV file in UTF-8"),
    (b'id,x\na,"1\n', "csv", "a CSV file in UTF-8"),
    (gzip.compress(b"id,x\na,1\n", mtime=0)[:-6], "csv", "a CSV file in UTF-8"),
    (b"\x1f\x8bno gzip", "csv", "a CSV file in UTF-8"),
    (b"id,x\na,1\n", "auto", "GeoJSON"),
    (b"[1, 2]", None, "FeatureCollection"),
])
def test_what_is_no_such_file(bench, data, form, expected):
    with pytest.raises(InputError, match=expected):
        features(bench, data, form)


@pytest.mark.parametrize(("header", "expected"), [
    ("id,a,a.b", ["$: 'a, a.b'; expected a column for a property or columns for its members, not both"]),
    ("id,a.b.c,x,a", ["$: 'a, a.b.c'; expected a column for a property or columns for its members, not both"]),
    ("id,buem.building.A_ref,buem", ["$: 'buem, buem.building.A_ref'; expected a column for a property or columns for "
                                     "its members, not both"]),
    ("id,a,b,a,a", ["$: 'a'; expected each column once"]), ("id,id", ["$: 'id'; expected each column once"]),
    ("id,latitude,latitude", ["$: 'latitude'; expected each column once"]),
    ("id,a,a,a.b,a.b.c", ["$: 'a'; expected each column once", "$: 'a, a.b'; expected a column",
                          "$: 'a, a.b.c'; expected a column", "$: 'a.b, a.b.c'; expected a column"]),
    (f"id,{'a.' * 61}a", ["expected names of at most 60 dots"])])
def test_columns_of_which_one_would_replace_another(bench, header, expected):
    with pytest.raises(InputError) as refused:
        features(bench, f"{header}\nx,1,2,3,4\n".encode(), "csv")
    problems = [str(one) for one in refused.value.problems]
    assert len(problems) == len(expected)
    assert all(text in problem for text, problem in zip(expected, problems))


@pytest.mark.parametrize("header", ["id,a.b,a.c,ab,b", "id,geometry,geometry.x,y,z", "id,a,A,a_,b", "id,a.,b.c,c,d"])
def test_columns_that_go_together(bench, header):
    (found,) = features(bench, f"{header}\nx,1,2,3,4\n".encode(), "csv")
    leaves = json.dumps(found["properties"]) + json.dumps(found["geometry"])
    assert all(value in leaves for value in "1234"[1 if "geometry" in header else 0:])


@pytest.mark.parametrize(("lines", "line", "value"), [
    (["id,a", "x,1", "y,2,3"], 3, "'3'"), (["id,a,", "x,1,", "y,2,3"], 3, "'3'"), (["id,a", "x,1,,,z"], 2, "'z'"),
    (["id,feature,status", 'x,{},', 'y,"{""type"": ""Feature""}",old'], 3, "'feature, status'")])
def test_a_value_that_would_get_lost(bench, lines, line, value):
    with pytest.raises(InputError) as refused:
        features(bench, "\n".join(lines).encode(), "csv")
    assert str(refused.value).startswith(f"$ (line {line}): {value}; expected ")


def test_columns_and_values_that_are_empty_are_none(bench):
    """As programs of tables write them: columns without a name at the end, short lines."""
    (first, second) = features(bench, b"id,a,b,,\nx,1,2,,\ny,1\n", "csv")
    assert (first["properties"], second["properties"]) == ({"a": 1, "b": 2}, {"a": 1})


@pytest.mark.parametrize("depth", [100, 299, 500, 900, 950, 980, 995, 1100, 5000])
@pytest.mark.parametrize("column", ["feature", "geometry", "a.b." + "c." * 50 + "d"])
def test_a_row_that_is_nested_too_deep_does_not_take_the_others_with_it(bench, depth, column):
    text = "[" * depth + "]" * depth
    first, second = features(bench, f"id,{column}\nx,{text}\ny,\n".encode(), "csv")
    assert (text if depth > 300 else text[:100]) in json.dumps(first)
    assert second["id"] == "y"


def test_uploads_that_are_not_there_or_not_whole(bench):
    with pytest.raises(ApiError, match="Resource not found: upl_9") as refused:
        upload_path(bench.store, bench.options, "upl_9")
    assert refused.value.kind.status == 404
    uploaded(bench, b"x", state="open")
    with pytest.raises(ApiError, match="is not complete") as refused:
        list(source_features(bench.store, bench.options, {"upload_id": "upl_1"}))
    assert refused.value.kind.status == 409


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=20), max_size=6))
def test_any_row_becomes_a_feature(row):
    """Whatever a table holds, what comes of it is JSON that can be read again, and never an exception."""
    found = _feature({"id": "x", **row, "feature": ""})
    again = msgspec.json.decode(msgspec.json.encode(found))
    assert again["type"] == "Feature"
    assert again["id"] == row.get("id", "x")

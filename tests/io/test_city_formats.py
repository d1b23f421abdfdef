"""GeoPackage, FlatGeobuf, GeoParquet and CityJSON: the same buildings as from GeoJSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from small_footprints import row, write_city

from buem.city import CityOptions
from buem.errors import ContainerError, MissingExtraError, OptionError
from buem.io.dialects import ReadOptions, read_source
from buem.io.extras import needed
from buem.io.features import holds_outlines, is_cityjson, open_features
from buem.io.solids import Face, body_of

FR = CityOptions(country="FR")
OUTLINES = row(3)
SHAPES = shapely.from_geojson([json.dumps(f["geometry"]) for f in OUTLINES])


def footprints(path, city=FR):
    return [read_source(raw, index, ReadOptions(city=city)) for index, raw, _ in open_features(path, city)]


def projected(shapes, crs):
    pyproj = pytest.importorskip("pyproj", reason="the extra city is not installed")
    turn = pyproj.Transformer.from_crs(4326, crs, always_xy=True)
    return shapely.transform(shapes, lambda p: np.stack(turn.transform(p[:, 0], p[:, 1]), axis=1))


def write_vector(path, crs="EPSG:4326", layer="buildings", **more):
    pyogrio = pytest.importorskip("pyogrio", reason="the extra city is not installed")
    shapes = SHAPES if crs == "EPSG:4326" else projected(SHAPES, crs)
    fields = {"osm_id": ["a", "b", "c"], "height": [6.0, 6.0, np.nan], "year": [1950, 1960, 1970]}
    pyogrio.raw.write(path, shapely.to_wkb(shapes), [np.array(v) for v in fields.values()], list(fields), crs=crs,
                      geometry_type="Polygon", layer=layer, **more)
    return path


@pytest.mark.parametrize(("name", "crs"), [("town.gpkg", "EPSG:4326"), ("town.gpkg", "EPSG:2154"),
                                           ("town.fgb", "EPSG:4326"), ("town.fgb", "EPSG:2154")])
def test_vector_files(tmp_path, name, crs):
    found = footprints(write_vector(tmp_path / name, crs))
    assert sorted(f.id for f in found) == ["a", "b", "c"]
    by_id = {f.id: f for f in found}
    assert (by_id["a"].height, by_id["b"].year, by_id["c"].height) == (6.0, 1960, None)
    assert by_id["a"].longitude == pytest.approx(SHAPES[0].centroid.x, abs=2e-7)
    assert by_id["a"].latitude == pytest.approx(SHAPES[0].centroid.y, abs=2e-7)


def test_of_several_layers_one_is_named(tmp_path):
    path = write_vector(tmp_path / "town.gpkg")
    write_vector(path, layer="sheds", append=True)
    with pytest.raises(OptionError, match="layer: '2 layers with outlines'; expected one of them by --layer, layer=: "):
        footprints(path)
    assert len(footprints(path, CityOptions(country="FR", layer="sheds"))) == 3
    with pytest.raises(OptionError, match="layer: 'roads'; expected one of buildings, sheds"):
        footprints(path, CityOptions(layer="roads"))


@pytest.mark.parametrize("crs", [None, "EPSG:2154"])
def test_geoparquet(tmp_path, crs):
    column = {"encoding": "WKB"}
    if crs:
        column["crs"] = crs
    geo = {"version": "1.0.0", "primary_column": "geom", "columns": {"geom": column}}
    shapes = SHAPES if crs is None else projected(SHAPES, crs)
    table = pa.table({"id": ["a", "b", "c"], "height_m": [6.0, 7.0, None], "geom": shapely.to_wkb(shapes).tolist()})
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), tmp_path / "town.parquet")
    found = footprints(tmp_path / "town.parquet")
    assert [(f.id, f.height) for f in found] == [("a", 6.0), ("b", 7.0), ("c", None)]
    assert found[2].longitude == pytest.approx(SHAPES[2].centroid.x, abs=2e-7)


def test_parquet_without_geometry_is_refused(tmp_path):
    pq.write_table(pa.table({"id": ["a"]}), tmp_path / "plain.parquet")
    with pytest.raises(ContainerError, match=r"\$\.geo: missing; expected the metadata of GeoParquet in plain.parquet"):
        footprints(tmp_path / "plain.parquet")


@pytest.mark.parametrize("name", ["town.gpkg", "town.fgb", "town.parquet"])
def test_a_file_that_is_none_is_refused(tmp_path, name):
    (tmp_path / name).write_bytes(b"no such thing")
    with pytest.raises(ContainerError):
        footprints(tmp_path / name)
    with pytest.raises(ContainerError, match="a file that is there"):
        footprints(tmp_path / f"missing-{name}")


def test_a_missing_extra_says_how_to_install_it():
    with pytest.raises(MissingExtraError, match=r"^\.gpkg needs no_such_module, which is not installed; "
                                                r"pip install 'buem-engine\[city\]'$"):
        needed("no_such_module", ".gpkg")


#: A house of 10 m x 6 m in EPSG:2154: eaves at 5 m, ridge at 8 m along x.
X, Y, Z = 650000.0, 6860000.0, 100.0
CORNERS = [(0, 0, 0), (10, 0, 0), (10, 6, 0), (0, 6, 0), (0, 0, 5), (10, 0, 5), (10, 6, 5), (0, 6, 5), (0, 3, 8),
           (10, 3, 8)]
FACES = {"GroundSurface": [[0, 3, 2, 1]], "RoofSurface": [[4, 5, 9, 8], [6, 7, 8, 9]],
         "WallSurface": [[0, 1, 5, 4], [2, 3, 7, 6], [1, 2, 6, 9, 5], [3, 0, 4, 8, 7]]}


def cityjson(semantics=True):
    kinds = list(FACES)
    surfaces = [(kind, face) for kind in kinds for face in FACES[kind]]
    solid = {"type": "Solid", "lod": "2.2", "boundaries": [[[face] for _, face in surfaces]]}
    if semantics:
        solid["semantics"] = {"surfaces": [{"type": kind} for kind in kinds],
                              "values": [[kinds.index(kind) for kind, _ in surfaces]]}
    attributes = {"yearOfConstruction": 1930, "function": "31001_1000"}
    return {"type": "CityJSON", "version": "2.0", "transform": {"scale": [0.001] * 3, "translate": [X, Y, Z]},
            "metadata": {"referenceSystem": "https://www.opengis.net/def/crs/EPSG/0/2154"},
            "CityObjects": {"h": {"type": "Building", "attributes": attributes, "children": ["h-0"]},
                            "h-0": {"type": "BuildingPart", "parents": ["h"], "geometry": [solid]}},
            "vertices": [[1000 * v for v in corner] for corner in CORNERS]}


@pytest.mark.parametrize("semantics", [True, False])
@pytest.mark.parametrize("indent", [None, 2])
def test_cityjson(tmp_path, semantics, indent):
    pytest.importorskip("pyproj", reason="the extra city is not installed")
    path = tmp_path / "town.city.json"
    path.write_text(json.dumps(cityjson(semantics), indent=indent))
    assert is_cityjson(path)
    assert holds_outlines(path)
    (found,) = footprints(path)
    assert (found.id, found.year, found.use) == ("h", 1930, "residential")
    assert (found.height, found.roof_height) == pytest.approx((5.0, 3.0))
    assert found.roof_type == "gabled"
    assert (found.roof_pitch, found.ridge_azimuth) == pytest.approx((45.0, 90.0))
    assert found.base == 100.0
    assert len(found.polygons[0][0]) == 5


def test_a_sequence_of_cityjson_features(tmp_path):
    pytest.importorskip("pyproj", reason="the extra city is not installed")
    whole = cityjson()
    head = {**whole, "CityObjects": {}, "vertices": []}
    lines = [json.dumps(head)]
    for name in ("a", "b"):
        objects = {name: {**whole["CityObjects"]["h"], "children": []}}
        objects[name]["geometry"] = whole["CityObjects"]["h-0"]["geometry"]
        lines.append(json.dumps({"type": "CityJSONFeature", "id": name, "CityObjects": objects,
                                 "vertices": whole["vertices"]}))
    (tmp_path / "town.city.jsonl").write_text("\n".join(lines))
    assert [(f.id, f.height) for f in footprints(tmp_path / "town.city.jsonl")] == [("a", 5.0), ("b", 5.0)]


def test_cityjson_without_a_reference_system_is_refused(tmp_path):
    path = tmp_path / "town.city.json"
    path.write_text(json.dumps({**cityjson(), "metadata": {}}))
    with pytest.raises(ContainerError, match=r"\$\.metadata\.referenceSystem: missing; expected the coordinate"):
        footprints(path)


@pytest.mark.parametrize(("faces", "roof"), [
    pytest.param([[(0, 0, 5), (9, 0, 5), (9, 9, 5), (0, 9, 5)]], "flat", id="flat"),
    pytest.param([[(0, 0, 5), (9, 0, 5), (9, 9, 9), (0, 9, 9)]], "shed", id="one plane"),
    pytest.param([[(0, 0, 5), (9, 0, 5), (4.5, 4.5, 9)], [(9, 0, 5), (9, 9, 5), (4.5, 4.5, 9)],
                  [(9, 9, 5), (0, 9, 5), (4.5, 4.5, 9)], [(0, 9, 5), (0, 0, 5), (4.5, 4.5, 9)]], "hipped",
                 id="four planes"),
])
def test_forms_of_roofs(faces, roof):
    ground = Face((np.array([(0, 0, 0), (0, 9, 0), (9, 9, 0), (9, 0, 0)], dtype=float),), "GroundSurface")
    body = body_of([ground, *(Face((np.array(face, dtype=float),), "RoofSurface") for face in faces)])
    assert (body.base, body.eaves, body.roof_type) == (0.0, 5.0, roof)


def test_a_solid_without_faces_has_no_body():
    assert body_of([]) is None


@pytest.mark.parametrize(("features", "holds"), [(OUTLINES, True), ([{"type": "Feature", "geometry": None}], False)])
def test_whether_a_file_holds_outlines(tmp_path, features, holds):
    assert holds_outlines(write_city(tmp_path / "town.geojson", features)) is holds

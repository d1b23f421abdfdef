"""Files that GDAL reads: layers, empty ones, ones that are cut off."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pytest
import shapely

from buem.errors import ContainerError, OptionError
from buem.io.vector import stream_vector

pyogrio = pytest.importorskip("pyogrio", reason="the extra city is not installed")

SQUARE = shapely.box(2.3, 48.8, 2.301, 48.801)


def write(path, shapes=(SQUARE,), kind="Polygon", crs="EPSG:4326", **more):
    blobs = np.array([None if s is None else shapely.to_wkb(s) for s in shapes], dtype=object)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that there is no system
        pyogrio.raw.write(path, blobs, [np.arange(len(shapes))], ["n"], crs=crs, geometry_type=kind, **more)
    return path


def read(path, layer=""):
    return [json.loads(raw) for raw in stream_vector(path, layer)]


@pytest.mark.parametrize("ending", [".gpkg", ".fgb", ".shp"])
def test_the_same_from_every_format(tmp_path, ending):
    (found,) = read(write(tmp_path / f"town{ending}"))
    assert found["properties"]["n"] == 0
    assert shapely.from_geojson(json.dumps(found["geometry"])).normalize() == SQUARE.normalize()


@pytest.mark.parametrize("crs", ["EPSG:2154", "EPSG:25831", "EPSG:3857"])
def test_other_systems_come_to_the_same_place(tmp_path, crs):
    pyproj = pytest.importorskip("pyproj", reason="the extra city is not installed")
    there = pyproj.Transformer.from_crs(4326, crs, always_xy=True)
    shape = shapely.transform(SQUARE, lambda p: np.stack(there.transform(p[:, 0], p[:, 1]), axis=1))
    (found,) = read(write(tmp_path / "town.gpkg", [shape], crs=crs))
    assert shapely.from_geojson(json.dumps(found["geometry"])).bounds == pytest.approx(SQUARE.bounds, abs=2e-7)


def test_no_system_is_taken_for_longitude_and_latitude(tmp_path):
    (found,) = read(write(tmp_path / "town.gpkg", crs=None))
    assert shapely.from_geojson(json.dumps(found["geometry"])).bounds == pytest.approx(SQUARE.bounds)


@pytest.mark.parametrize(("shapes", "kind", "none"), [
    ([], "Polygon", []), ([None, SQUARE], "Polygon", [True, False]),
    ([shapely.force_3d(SQUARE, 3.0)], "Polygon Z", [False]),
    ([SQUARE, shapely.Point(1, 2)], "Unknown", [False, False]),
    ([shapely.MultiPolygon([SQUARE])], "MultiPolygon", [False])],
    ids=["no rows", "a row without outline", "with heights", "mixed", "of parts"])
def test_layers_of_outlines(tmp_path, shapes, kind, none):
    assert [f["geometry"] is None for f in read(write(tmp_path / "town.gpkg", shapes, kind))] == none


def test_a_layer_of_points_is_not_taken_by_itself(tmp_path):
    path = write(tmp_path / "trees.gpkg", [shapely.Point(1, 2)], "Point")
    with pytest.raises(OptionError, match="'0 layers with outlines'; expected one of them by --layer, layer=: trees"):
        read(path)
    assert read(path, "trees")[0]["geometry"]["type"] == "Point"


@pytest.mark.parametrize("part", [0.0, 0.001, 0.03, 0.3, 0.8, 0.999])
@pytest.mark.parametrize("ending", [".fgb", ".gpkg"])
def test_a_file_that_is_cut_off_is_refused_never_shortened(tmp_path, ending, part):
    """GDAL ends the reading of a FlatGeobuf that is cut off in its index without a word."""
    whole = write(tmp_path / f"whole{ending}", [SQUARE] * 500).read_bytes()
    path = tmp_path / f"town{ending}"
    path.write_bytes(whole[:int(part * len(whole))])
    found = outcome(path)
    assert found == 500 or str(found).endswith(f"; expected a {ending} file that GDAL reads")


def outcome(path):
    """How many features, or why none."""
    try:
        return len(read(path))
    except ContainerError as error:
        return error


@pytest.mark.parametrize(("name", "held"), [
    ("a.shp", b""), ("a.gml", b"<gml>"), ("a.gpkg", b"SQLite format 3\0"), ("a.fgb", b"fgb\3fgb\0"),
    ("b.gml", b'<?xml version="1.0"?><r xmlns:gml="http://www.opengis.net/gml"></r>')])
def test_files_of_another_kind(tmp_path, name, held):
    (tmp_path / name).write_bytes(held)
    with pytest.raises(ContainerError, match=rf"{name}: .*; expected a \.{name[2:]} file that GDAL reads$"):
        read(tmp_path / name)


def test_a_shapefile_without_its_other_files(tmp_path):
    path = write(tmp_path / "town.shp")
    (tmp_path / "town.shx").unlink()
    with pytest.raises(ContainerError, match="shx"):
        read(path)

"""Outlines in small integers: unpacked again they are what was given."""

from __future__ import annotations

import json

import numpy as np
import pytest

from buem.service.map_outlines import STEP, draw, shape

SQUARE = [[5.0, 52.0], [5.001, 52.0], [5.001, 52.001], [5.0, 52.001], [5.0, 52.0]]
HOLE = [[5.0004, 52.0004], [5.0004, 52.0006], [5.0006, 52.0006], [5.0004, 52.0004]]


def feature(kind: str, coordinates: object) -> bytes:
    return json.dumps({"type": "Feature", "id": "a", "properties": {"x": "y"},
                       "geometry": {"type": kind, "coordinates": coordinates}}).encode()


def places(drawn, steps):
    """Longitude and latitude of the positions of a ring."""
    return (np.array(drawn.origin) + np.array(steps).reshape(-1, 2).cumsum(axis=0) * STEP).tolist()


def test_polygon_comes_back():
    drawn = draw([feature("Polygon", [SQUARE, HOLE])])
    (polygon,) = drawn.outlines[0]
    assert [len(ring) for ring in polygon] == [8, 6]
    np.testing.assert_allclose(places(drawn, polygon[0]), SQUARE[:-1], atol=STEP)
    np.testing.assert_allclose(places(drawn, polygon[1]), HOLE[:-1], atol=STEP)


def test_buildings_keep_their_places():
    far = [[x + 0.02, y - 0.01] for x, y in SQUARE]
    drawn = draw([feature("Point", [5.0, 52.0]), None, feature("MultiPolygon", [[SQUARE], [far]])])
    point, nothing, parts = drawn.outlines
    np.testing.assert_allclose(places(drawn, point), [[5.0, 52.0]], atol=STEP)
    assert nothing is None
    assert len(parts) == 2
    np.testing.assert_allclose(places(drawn, parts[1][0]), far[:-1], atol=STEP)


def test_steps_are_short():
    rows = [feature("Polygon", [[[x + 0.003 * k, y] for x, y in SQUARE]]) for k in range(200)]
    text = json.dumps(draw(rows).outlines, separators=(",", ":"))
    assert len(text) < 0.6 * sum(len(json.dumps(json.loads(row)["geometry"]["coordinates"])) for row in rows)


def test_a_city_on_the_180th_meridian_is_one():
    east = [[179.9999, 0.0], [180.0, 0.0], [180.0, 0.001], [179.9999, 0.0]]
    west = [[-179.9999, 0.0], [-179.9998, 0.0], [-179.9998, 0.001], [-179.9999, 0.0]]
    drawn = draw([feature("Polygon", [east]), feature("Polygon", [east]), feature("Polygon", [west])])
    longitudes = [place[0] for outline in drawn.outlines for place in places(drawn, outline[0][0])]
    assert max(longitudes) - min(longitudes) == pytest.approx(0.0003, abs=1e-6)


@pytest.mark.parametrize("raw", [
    pytest.param(b"{", id="cut off"),
    pytest.param(b'{"type":"Feature"}', id="no geometry"),
    pytest.param(b'{"type":"Feature","geometry":null}', id="null"),
    pytest.param(feature("LineString", SQUARE), id="a line"),
    pytest.param(feature("Polygon", "here"), id="text for positions"),
    pytest.param(feature("Polygon", []), id="no ring"),
    pytest.param(feature("Polygon", [[[5.0, 52.0], [5.1, 52.0]]]), id="two positions"),
    pytest.param(feature("Polygon", [[[5.0], [5.1], [5.2], [5.0]]]), id="half positions"),
    pytest.param(feature("Polygon", [[[500.0, 52.0], [5.1, 52.0], [5.1, 52.1]]]), id="off the Earth"),
    pytest.param(feature("Point", [5.0, 91.0]), id="past the pole"),
    pytest.param(b'{"geometry":{"type":"Point","coordinates":[1e999,0]}}', id="infinite"),
    pytest.param(b'{"geometry":{"type":"Polygon","coordinates":' + b"[" * 5000 + b"]" * 5000 + b"}}", id="deep"),
    pytest.param(b'\xff\xfe{"geometry":1}', id="not UTF-8"),
])
def test_what_cannot_be_drawn_is_left_out(raw):
    assert shape(raw) is None
    assert draw([raw]).outlines == [None]


def test_an_elevation_is_passed_over():
    drawn = draw([feature("Point", [5.0, 52.0, 12.0])])
    assert drawn.outlines == [[0, 0]]
    assert drawn.origin == (5.0, 52.0)


def test_a_part_that_cannot_be_drawn_does_not_take_the_others_along():
    off = [[500.0, 52.0], [5.1, 52.0], [5.1, 52.1]]
    drawn = draw([feature("MultiPolygon", [[off], [SQUARE], [SQUARE[:2]]])])
    assert len(drawn.outlines[0]) == 1
    np.testing.assert_allclose(places(drawn, drawn.outlines[0][0][0]), SQUARE[:-1], atol=STEP)


def test_nothing():
    assert draw([]).outlines == []

"""Shapes: walls, areas, volumes, closed on every building of every file."""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metres import VICHY, box, footprint, turned

from buem.errors import BuildingError, OptionError
from buem.footprint import Footprint, ShapeRules
from buem.geometry import shape_of

BUILDINGS = Path(__file__).resolve().parents[1] / "../shared/data/buildings"
#: Each file, and how many of its outlines are smaller than 1 m².
CITIES = [("vichy_fr_eubucco_v0_1", 16), ("delft_nl_bag", 7), ("goerlitz_de_lod2", 0), ("helsinki_fi_osm", 1),
          ("saltriver_za_osm", 0)]
L_SHAPE = [(0, 0), (20, 0), (20, 10), (10, 10), (10, 20), (0, 20)]


def shape(*rings, **fields):
    return shape_of([footprint(*rings, **{"height": 6.0, **fields})])[0]


@pytest.mark.parametrize(
    ("rings", "walls"),
    [
        pytest.param([box(0, 0, 10, 5)], [(180, 10), (90, 5), (0, 10), (270, 5)], id="a box"),
        pytest.param([turned(box(0, 0, 10, 5), 30)], [(210, 10), (120, 5), (30, 10), (300, 5)], id="turned by 30°"),
        pytest.param([L_SHAPE], [(180, 20), (90, 10), (0, 10), (90, 10), (0, 10), (270, 20)], id="an L"),
        pytest.param([box(0, 0, 20, 20), [(5, 5), (5, 15), (15, 15), (15, 5)]],
                     [(180, 20), (90, 20), (0, 20), (270, 20), (90, 10), (180, 10), (270, 10), (0, 10)],
                     id="the walls of a courtyard face in"),
        pytest.param([[(0, 0), (10, 0), (5, 5)]], [(180, 10), (45, 50**0.5), (315, 50**0.5)], id="a triangle"),
    ],
)
def test_walls(rings, walls):
    found = shape(*rings)
    assert [(w.azimuth, w.length) for w in found.walls] == [
        (pytest.approx(a, abs=0.02), pytest.approx(length, abs=1e-3)) for a, length in walls]
    assert [w.area_free for w in found.walls] == pytest.approx([6 * length for _, length in walls], rel=1e-3)
    assert found.perimeter == pytest.approx(sum(length for _, length in walls), rel=1e-4)
    assert found.party_wall_area == 0.0


def test_sizes():
    found = shape(box(0, 0, 20, 20), [(5, 5), (5, 15), (15, 15), (15, 5)], levels=2)
    assert found.footprint_area == pytest.approx(300, rel=1e-5)
    assert found.floor_area_gross == pytest.approx(600, rel=1e-5)
    assert found.volume == pytest.approx(1800, rel=1e-5)
    assert (found.height, found.storeys, found.courtyards, found.attached) == (6.0, 2.0, 1, 0)
    assert found.filled == ("roof_type",)
    assert found.notes == ("roof flat: assumed",)


def test_what_was_filled_in_is_named():
    found = shape(box(0, 0, 10, 10), height=None)
    assert found.filled == ("height", "levels", "roof_type")
    assert shape(box(0, 0, 10, 10)).filled == ("roof_type", "levels")


def test_refused_ones_stay_in_their_places():
    shapes = shape_of([footprint(box(0, 0, 10, 10)), footprint(box(0, 0, 0.5, 0.5), height=5000.0),
                       footprint(box(0, 0, 10, 10))])
    assert [isinstance(s, BuildingError) for s in shapes] == [False, True, False]
    assert [p.code for p in shapes[1].problems] == ["EMPTY_POLYGON", "OUT_OF_RANGE"]


def test_no_footprints():
    assert shape_of([]) == []


def test_one_set_of_neighbours_for_each():
    with pytest.raises(OptionError, match="around: 0; expected neighbours of 1 footprints"):
        shape_of([footprint(box(0, 0, 10, 10))], [])


def outline(seed, count=9):
    """A star of any angles and radii: never crosses itself."""
    return [((5 + 10 * r) * math.cos(2 * math.pi * k / count), (5 + 10 * r) * math.sin(2 * math.pi * k / count))
            for k, r in enumerate(seed)]


stars = st.lists(st.floats(0, 1), min_size=9, max_size=9).map(outline)
roofs = st.sampled_from(["flat", "gabled", "hipped", "pyramid", "shed"])


@settings(deadline=None)
@given(points=stars, roof=roofs, turns=st.integers(1, 6))
def test_turning_a_building_turns_its_azimuths_only(points, roof, turns):
    angle = turns * 360 / 7
    one = shape(points, roof_type=roof, roof_pitch=30.0, ridge_azimuth=20.0)
    two = shape(turned(points, angle), roof_type=roof, roof_pitch=30.0, ridge_azimuth=20.0 + angle)
    assert len(one.walls) == len(two.walls)
    for a, b in zip(one.walls, two.walls):
        assert (b.azimuth - a.azimuth - angle + 180) % 360 - 180 == pytest.approx(0, abs=0.01)
        assert b.length == pytest.approx(a.length, abs=1e-3)
        assert b.area_free == pytest.approx(a.area_free, rel=1e-3)
    for name in ("footprint_area", "volume", "perimeter", "floor_area_gross", "roof_area", "wall_area"):
        assert getattr(two, name) == pytest.approx(getattr(one, name), rel=1e-4), name


@settings(deadline=None)
@given(points=stars, roof=roofs, lat=st.floats(1, 80))
def test_mirroring_the_hemispheres_mirrors_azimuths_only(points, roof, lat):
    """Over the equator: north and south change places."""
    one = shape(points, place=(3.0, lat), roof_type=roof, ridge_azimuth=20.0)
    two = shape([(x, -y) for x, y in points][::-1], place=(3.0, -lat), roof_type=roof, ridge_azimuth=160.0)
    for name in ("footprint_area", "volume", "perimeter", "floor_area_gross", "roof_area", "wall_area", "notes"):
        assert getattr(two, name) == pytest.approx(getattr(one, name), rel=1e-4), name
    facing = sorted((round(180 - w.azimuth) % 360, w.length) for w in two.walls)
    assert [length for _, length in facing] == pytest.approx(
        [length for _, length in sorted((round(w.azimuth) % 360, w.length) for w in one.walls)], abs=1e-2)


@settings(deadline=None)
@given(lat=st.floats(-85, 85), lon=st.floats(-180, 180), points=stars)
def test_the_place_does_not_matter(lat, lon, points):
    one, two = shape(points), shape(points, place=(lon, lat))
    assert two.footprint_area == pytest.approx(one.footprint_area, rel=1e-4)
    assert [w.length for w in two.walls] == pytest.approx([w.length for w in one.walls], rel=1e-4, abs=1e-4)


@settings(deadline=None)
@given(st.lists(st.tuples(stars, roofs), min_size=2, max_size=5))
def test_together_as_each_alone(rows):
    """Bit for bit."""
    buildings = [footprint(points, roof_type=roof, height=5.0) for points, roof in rows]
    assert shape_of(buildings) == [shape_of([b])[0] for b in buildings]


def read(name):
    path = BUILDINGS / f"{name}.geojson.gz"
    if not path.exists():
        pytest.skip(f"needs ../shared/data/buildings/{path.name}")
    with gzip.open(path) as file:
        features = json.load(file)["features"]
    return [_footprint(f) for f in features]


def _footprint(feature):
    geometry, known = feature["geometry"], feature["properties"]
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return Footprint(id=feature["id"], polygons=tuple(tuple(tuple(map(tuple, r)) for r in p) for p in polygons),
                     height=known.get("eaves_height_m") or known.get("height_m"),
                     levels=known.get("levels") or known.get("storeys"), latitude=VICHY[1])


@pytest.fixture(scope="module", params=[name for name, _ in CITIES])
def city(request):
    return read(request.param)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "count"), CITIES)
def test_refused_are_crumbs(name, count):
    refused = [p.code for s in shape_of(read(name)) if isinstance(s, BuildingError) for p in s.problems]
    assert refused == ["EMPTY_POLYGON"] * count


@pytest.mark.slow
@pytest.mark.parametrize("roof", ["flat", "gabled", "hipped", "pyramid", "shed"])
def test_every_building_of_every_file_is_closed(city, roof):
    shapes = shape_of(city, None, ShapeRules(roof_type=roof))
    for s in shapes:
        if isinstance(s, BuildingError):
            continue
        east, north, up = _sum_of_vectors(s)
        size = s.wall_area
        assert math.hypot(east, north) <= 1e-6 * size, s.id
        assert up == pytest.approx(s.footprint_area, rel=1e-6), s.id
        around = [(w.length * math.sin(math.radians(w.azimuth)), w.length * math.cos(math.radians(w.azimuth)))
                  for w in s.walls]
        assert math.hypot(*map(sum, zip(*around))) <= 1e-6 * s.perimeter, s.id
        if roof == "flat":
            assert s.volume == pytest.approx(s.footprint_area * s.height, rel=1e-6), s.id
            assert s.wall_area == pytest.approx(s.perimeter * s.height, rel=1e-6), s.id


def _sum_of_vectors(s):
    parts = [(w.azimuth, 90.0, w.area_free + w.area_party) for w in s.walls] + list(s.roofs)
    rows = [(a * math.sin(math.radians(t)) * math.sin(math.radians(z)),
             a * math.sin(math.radians(t)) * math.cos(math.radians(z)), a * math.cos(math.radians(t)))
            for z, t, a in parts]
    return (sum(v) for v in zip(*rows))


@pytest.mark.slow
def test_areas_of_real_outlines_are_those_of_their_polygons(city):
    """Cleaning moves no outline by more than its tolerance: against the area of the raw rings on a sphere's cell."""
    for building, s in zip(city, shape_of(city)):
        changed = ("repaired", "joined", "left out")
        if isinstance(s, BuildingError) or any(word in n for n in s.notes for word in changed):
            continue
        raw = sum((1 if k == 0 else -1) * abs(_raw_area(r)) for p in building.polygons for k, r in enumerate(p))
        assert s.footprint_area == pytest.approx(raw, rel=2e-3, abs=0.02 * s.perimeter), s.id


def _raw_area(ring):
    lat0, lon0 = math.radians(ring[0][1]), ring[0][0]
    e2, a = 0.00669437999014, 6378137.0
    w = 1 - e2 * math.sin(lat0) ** 2
    east, north = a / math.sqrt(w) * math.cos(lat0), a * (1 - e2) / w**1.5
    points = [(math.radians(x - lon0) * east, (math.radians(y) - lat0) * north) for x, y in ring]
    return sum(p[0] * q[1] - q[0] * p[1] for p, q in zip(points, [*points[1:], points[0]])) / 2

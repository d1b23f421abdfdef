"""CityJSON: the outline and the solid of each building, and what becomes of files that break its rules."""

from __future__ import annotations

import copy
import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buem.errors import ContainerError
from buem.io.cityjson import stream_cityjson

pytest.importorskip("pyproj", reason="the extra city is not installed")

#: A block of 10 m x 6 m x 5 m in Lambert-93, at its origin: 3° E, 46.5° N.
CORNERS = [[x, y, z] for z in (0, 5) for x, y in ((0, 0), (10, 0), (10, 6), (0, 6))]
GROUND, ROOF = [[0, 3, 2, 1]], [[4, 5, 6, 7]]
WALLS = [[[0, 1, 5, 4]], [[1, 2, 6, 5]], [[2, 3, 7, 6]], [[3, 0, 4, 7]]]
SOLID = {"type": "Solid", "lod": "1.2", "boundaries": [[GROUND, ROOF, *WALLS]]}
SYSTEM = "https://www.opengis.net/def/crs/EPSG/0/2154"
CITY = {"type": "CityJSON", "version": "2.0", "metadata": {"referenceSystem": SYSTEM},
        "transform": {"scale": [1, 1, 1], "translate": [700000, 6600000, 30]}, "vertices": CORNERS,
        "CityObjects": {"a": {"type": "Building", "attributes": {"year": 1930}, "geometry": [SOLID]}}}


def write(tmp_path, city, name="town.city.json"):
    path = tmp_path / name
    path.write_bytes(city if isinstance(city, bytes) else json.dumps(city).encode())
    return path


def read(tmp_path, city, name="town.city.json"):
    return [json.loads(raw) for raw in stream_cityjson(write(tmp_path, city, name))]


def changed(**objects):
    return {**copy.deepcopy(CITY), "CityObjects": {**copy.deepcopy(CITY["CityObjects"]), **objects}}


def test_a_block_by_hand(tmp_path):
    (found,) = read(tmp_path, CITY)
    assert found["id"] == "a"
    properties = found["properties"]
    assert (properties["height_m"], properties["eaves_height_m"], properties["base"]) == (5.0, 5.0, 30.0)
    assert (properties["roof_type"], properties["year"]) == ("flat", 1930)
    ring = found["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1]
    assert len(ring) == 5
    assert min(p[0] for p in ring) == pytest.approx(3.0, abs=1e-6)
    # 6 m of latitude and 10 m of longitude.
    assert max(p[1] for p in ring) - 46.5 == pytest.approx(6.0 / 111_150.0, rel=0.01)


@pytest.mark.parametrize("kind", ["MultiSurface", "CompositeSurface", "Solid", "MultiSolid", "CompositeSolid"])
def test_every_depth_of_surfaces(tmp_path, kind):
    faces = [GROUND, ROOF, *WALLS]
    boundaries = {"Solid": [faces], "MultiSolid": [[faces]], "CompositeSolid": [[faces]]}.get(kind, faces)
    (found,) = read(tmp_path, changed(a={"type": "Building", "geometry": [{**SOLID, "type": kind,
                                                                          "boundaries": boundaries}]}))
    assert found["properties"]["height_m"] == 5.0


def test_the_highest_level_of_detail(tmp_path):
    low = {**SOLID, "lod": "0", "boundaries": [[GROUND]]}
    for geometry in ([low, SOLID], [SOLID, low]):
        (found,) = read(tmp_path, changed(a={"type": "Building", "geometry": geometry}))
        assert found["properties"]["height_m"] == 5.0


def test_a_building_with_parts_is_one(tmp_path):
    part = {"type": "BuildingPart", "parents": ["a"], "geometry": [SOLID], "attributes": {"year": 1800, "roof": "old"}}
    (found,) = read(tmp_path, changed(a={"type": "Building", "children": ["b"], "attributes": {"year": 1930}}, b=part))
    assert found["properties"]["height_m"] == 5.0
    # What the building says goes before what its part says.
    assert (found["properties"]["year"], found["properties"]["roof"]) == (1930, "old")


def test_parts_that_name_each_other_end(tmp_path):
    loop = {"type": "Building", "children": ["b", "b", "missing"], "geometry": [SOLID]}
    part = {"type": "BuildingPart", "parents": ["a"], "children": ["a"], "geometry": [SOLID]}
    (found,) = read(tmp_path, changed(a=loop, b=part))
    assert found["id"] == "a"


def test_other_things_of_a_city_are_no_buildings(tmp_path):
    assert len(read(tmp_path, changed(tree={"type": "SolitaryVegetationObject", "geometry": [SOLID]},
                                      bridge={"type": "Bridge"}))) == 1


def test_an_orphan_of_a_part_is_a_building(tmp_path):
    assert [f["id"] for f in read(tmp_path, changed(b={"type": "BuildingPart", "geometry": [SOLID]}))] == ["a", "b"]


@pytest.mark.parametrize("thing", [
    pytest.param({"type": "Building"}, id="no geometry"),
    pytest.param({"type": "Building", "geometry": None}, id="none"),
    pytest.param({"type": "Building", "geometry": []}, id="an empty list"),
    pytest.param({"type": "Building", "geometry": "house"}, id="a word"),
    pytest.param({"type": "Building", "geometry": ["house"]}, id="a list of words"),
    pytest.param({"type": "Building", "geometry": [{}]}, id="an object of nothing"),
    pytest.param({"type": "Building", "geometry": [{**SOLID, "type": "Cloud"}]}, id="another type"),
    pytest.param({"type": "Building", "geometry": [{**SOLID, "boundaries": [[[[0, 1, 99]]]]}]}, id="no such vertex"),
    pytest.param({"type": "Building", "geometry": [{**SOLID, "boundaries": [[[[0, 1, -1]]]]}]}, id="below the first"),
    pytest.param({"type": "Building", "geometry": [{**SOLID, "boundaries": [[[[0, "b", 2]]]]}]}, id="a word in a ring"),
    pytest.param({"type": "Building", "geometry": [{**SOLID, "boundaries": [[[5]]]}]}, id="no ring"),
    pytest.param({"type": "Building", "geometry": [{**SOLID, "boundaries": 5}]}, id="no list"),
    pytest.param({"type": "Building", "geometry": [{**SOLID, "boundaries": [[[[0, 1]]]]}]}, id="two corners"),
    pytest.param({"type": "Building", "geometry": [SOLID], "children": 5}, id="children of a number"),
    pytest.param({"type": "Building", "geometry": [SOLID], "attributes": [1]}, id="attributes in a list"),
])
def test_a_malformed_building_has_no_outline_and_its_neighbours_stay(tmp_path, thing):
    found = {f["id"]: f for f in read(tmp_path, changed(bad=thing))}
    assert found["bad"]["geometry"] is None
    assert found["a"]["geometry"]["type"] == "Polygon"


@pytest.mark.parametrize("thing", [None, 5, "house", [], {}, {"type": 5}])
def test_what_is_no_object_of_a_city_is_passed_over(tmp_path, thing):
    assert [f["id"] for f in read(tmp_path, changed(bad=thing))] == ["a"]


@pytest.mark.parametrize("semantics", [
    None, {}, {"values": [[0, 1]]}, {"surfaces": [{"type": "RoofSurface"}], "values": [[7, None, -1]]},
    {"surfaces": None, "values": 3}])
def test_semantics_that_say_nothing_are_none(tmp_path, semantics):
    (found,) = read(tmp_path, changed(a={"type": "Building", "geometry": [{**SOLID, "semantics": semantics}]}))
    assert found["properties"]["height_m"] == 5.0


@pytest.mark.parametrize(("city", "wanted"), [
    ({**CITY, "vertices": [[0, 0]]}, r"Expected `array` of length 3"),
    ({**CITY, "vertices": "none"}, r"Expected `array \| null`, got `str` - at `\$\.vertices`"),
    ({**CITY, "CityObjects": []}, r"Expected `object \| null`, got `array` - at `\$\.CityObjects`"),
    ({**CITY, "transform": {"scale": [1, 1]}}, r"at `\$\.transform\.scale`"),
    (json.dumps(CITY).encode()[:-9], "Input data was truncated"),
    (b"", "Input data was truncated"),
    (b"[1, 2]", "Expected `object`, got `array`"),
    (b'{"type": "CityJSON", "CityObjects": {"\xff": {}}}', "utf-8"),
    (b'{"a":' * 5000, "recursion"),
], ids=["corners of a plane", "vertices of text", "objects in a list", "a scale of two", "cut off", "empty", "a list",
        "no UTF-8", "nested without end"])
def test_a_file_that_is_none_says_where(tmp_path, city, wanted):
    with pytest.raises(ContainerError, match=wanted) as error:
        read(tmp_path, city)
    assert str(error.value).startswith(f"{tmp_path}/town.city.json: ")
    assert str(error.value).endswith("; expected CityJSON")


@pytest.mark.parametrize(("system", "wanted"), [
    (None, r"\$\.metadata\.referenceSystem: missing"),
    (7415, r"\$\.metadata\.referenceSystem: 7415; expected the coord"),
    ("urn:ogc:def:crs:EPSG::9999999", r"\$\.crs: 'EPSG:9999999'; expected")])
def test_a_system_that_will_not_do(tmp_path, system, wanted):
    with pytest.raises(ContainerError, match=wanted):
        read(tmp_path, {**CITY, "metadata": {"referenceSystem": system}})


@pytest.mark.parametrize("system", [SYSTEM, "urn:ogc:def:crs:EPSG::2154", "EPSG:2154"])
def test_names_of_a_system(tmp_path, system):
    (found,) = read(tmp_path, {**CITY, "metadata": {"referenceSystem": system}})
    assert found["geometry"]["coordinates"][0][0][0] == pytest.approx(3.0, abs=1e-3)


def sequence(count):
    head = {**CITY, "CityObjects": {}, "vertices": []}
    lines = [{"type": "CityJSONFeature", "id": str(k), "CityObjects": {str(k): CITY["CityObjects"]["a"]},
              "vertices": CORNERS} for k in range(count)]
    return [json.dumps(line).encode() for line in (head, *lines)]


@pytest.mark.parametrize("join", [b"\n", b"\r\n", b"\n\n"], ids=["lines", "lines of Windows", "blank lines"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_sequence(tmp_path, join, packed):
    text = join.join(sequence(3))
    name = "town.city.jsonl" + (".gz" if packed else "")
    found = read(tmp_path, gzip.compress(text) if packed else text, name)
    assert [f["id"] for f in found] == ["0", "1", "2"]
    # Each line has vertices of its own under the one transform of the head.
    assert {f["properties"]["base"] for f in found} == {30.0}


def test_a_sequence_that_breaks_gives_what_came_before(tmp_path):
    lines = sequence(2)
    path = write(tmp_path, b"\n".join([*lines, b'{"type": ']), "town.city.jsonl")
    stream, ids = stream_cityjson(path), []
    with pytest.raises(ContainerError, match=r"; expected CityJSON$"):
        ids.extend(json.loads(raw)["id"] for raw in stream)
    assert ids == ["0", "1"]


def test_a_city_of_one_long_line_is_read_in_blocks(tmp_path):
    """Several megabytes without a line end, over which no time is lost."""
    many = {**CITY, "CityObjects": {str(k): CITY["CityObjects"]["a"] for k in range(4)}, "padding": "x" * 5_000_000}
    assert [f["id"] for f in read(tmp_path, many)] == ["0", "1", "2", "3"]


leaf = st.none() | st.booleans() | st.integers(-5, 12) | st.text(max_size=3)
anything = st.recursive(leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
    st.sampled_from(["type", "lod", "boundaries", "semantics", "surfaces", "values", "geometry", "children"]), inner,
    max_size=3), max_leaves=8)


@settings(max_examples=25, deadline=None)
@given(thing=anything, kind=st.sampled_from(["Building", "BuildingPart"]))
def test_nothing_in_an_object_stops_the_others(tmp_path_factory, thing, kind):
    base = tmp_path_factory.mktemp("city")
    for bad in (thing, {"type": kind, "geometry": [{**SOLID, "boundaries": thing}]}, {"type": kind, "geometry": thing}):
        assert "a" in [f["id"] for f in read(base, changed(bad=bad))]

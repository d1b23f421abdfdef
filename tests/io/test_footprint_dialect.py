"""The footprint dialect: what is read, what is refused, what is reported."""

import gzip
import json
import math
from pathlib import Path

import pytest

from buem.building import Building
from buem.city import CityOptions, FieldNames
from buem.errors import BuildingError
from buem.footprint import Footprint
from buem.io.dialects import ReadOptions, read_source
from buem.io.features import open_features

SHARED = Path(__file__).resolve().parents[2] / "../shared/data/buildings"
#: 10 m x 11.1 m at 46° north, anticlockwise.
RING = [[3.4, 46.0], [3.40013, 46.0], [3.40013, 46.0001], [3.4, 46.0001], [3.4, 46.0]]
FR = CityOptions(country="FR")


def feature(properties=None, ring=RING, **more):
    return {"type": "Feature", "id": "a", "geometry": {"type": "Polygon", "coordinates": [ring]},
            "properties": properties or {}, **more}


def read(properties=None, city=FR, **more):
    found = read_source(feature(properties, **more), 0, ReadOptions(city=city))
    assert isinstance(found, Footprint)
    return found


def refused(properties=None, city=FR, **more):
    with pytest.raises(BuildingError) as error:
        read(properties, city, **more)
    return [str(p).removeprefix("$.features[0].") for p in error.value.problems]


@pytest.mark.parametrize("name", ["type", "building_type", "building:type", "size_class"])
@pytest.mark.parametrize(("word", "size_class", "use"), [
    ("MFH", "MFH", ""), ("sfh", "SFH", ""), ("office", "", "office"), ("Apartments", "", "residential"),
    ("terrace", "TH", "residential"),
    ("zigzag", "", "")])
def test_a_size_class_or_a_use_under_the_name_of_a_type(name, word, size_class, use):
    found = read({name: word})
    assert (found.type, found.use) == (size_class, use)
    assert any(f"no effect: {name}" in note for note in found.notes) is (word == "zigzag")
    # A use of its own goes before.
    assert read({name: word, "use": "school"}).use == "school"


@pytest.mark.parametrize(("properties", "field", "value"), [
    pytest.param({"height_m": 7.5}, "height", 7.5, id="our own name"),
    pytest.param({"building:height": "12.5 m"}, "height", 12.5, id="OpenStreetMap, a text"),
    pytest.param({"measuredHeight": 9}, "height", 9.0, id="CityGML"),
    pytest.param({"HEIGHT": 9.0}, "height", 9.0, id="capitals do not count"),
    pytest.param({"height": 9.0, "height_m": 8.0}, "height", 8.0, id="the surest name first"),
    pytest.param({"height_m": None, "height": 9.0}, "height", 9.0, id="null says nothing"),
    pytest.param({"height_m": 0}, "height", None, id="no height is 0"),
    pytest.param({"height": {"value": 30.0, "unit": "ft"}}, "height", 9.144, id="value and unit"),
    pytest.param({"height_m": 9.0, "eaves_height_m": 6.0}, "height", 6.0, id="eaves"),
    pytest.param({"height_m": 9.0, "eaves_height_m": 6.0}, "roof_height", 3.0, id="roof above the eaves"),
    pytest.param({"height_m": 9.0, "eaves_height_m": -181.0}, "height", 9.0, id="eaves below the ground"),
    pytest.param({"height": 9.0, "roof:height": 3.0}, "height", 6.0, id="OpenStreetMap counts the roof"),
    pytest.param({"levels": "3;4"}, "levels", 3.5, id="the mean of several"),
    pytest.param({"storeys": 0}, "levels", None, id="no storeys"),
    pytest.param({"year": "1905"}, "year", 1905, id="a year as text"),
    pytest.param({"start_date": "1890s"}, "year", 1895, id="a decade"),
    pytest.param({"oorspronkelijkbouwjaar": 1005}, "year", None, id="the Dutch register's unknown"),
    pytest.param({"building": "house"}, "use", "residential", id="OpenStreetMap's use"),
    pytest.param({"building": "yes", "amenity": "school"}, "use", "school", id="a use beside a building"),
    pytest.param({"use": "non-residential", "use_source": "Annexe"}, "use", "shed", id="the base's word goes first"),
    pytest.param({"function_alkis": "31001_2463"}, "use", "garage", id="ALKIS"),
    pytest.param({"use": None}, "use", "", id="no use"),
    pytest.param({"country": "Germany"}, "country", "DE", id="a country by its name"),
    pytest.param({"country": "deu"}, "country", "DE", id="three letters"),
    pytest.param({}, "country", "FR", id="the country of the run"),
    pytest.param({"type": "mfh"}, "type", "MFH", id="size class"),
    pytest.param({"building": "terrace"}, "type", "TH", id="size class out of the use"),
    pytest.param({"roof:shape": "gabled"}, "roof_type", "gabled", id="roof"),
    pytest.param({"roof_type_code": 3200}, "roof_type", "hipped", id="roof by its code"),
    pytest.param({"roof:shape": "gabled", "roof:direction": "S"}, "ridge_azimuth", 90.0, id="ridge across"),
    pytest.param({"roof:shape": "skillion", "roof:direction": 225}, "ridge_azimuth", 225.0, id="a shed roof"),
    pytest.param({"roof_type": "gabled", "roof:angle": 40}, "roof_pitch", 40.0, id="pitch"),
    pytest.param({"variant": "Usual"}, "variant", "usual", id="refurbishment"),
    pytest.param({"buem": {"building": {"height_m": 5.0}}, "height_m": 9.0}, "height", 5.0, id="our block goes first"),
])
def test_a_property_is_read(properties, field, value):
    found = getattr(read(properties), field)
    assert found == (pytest.approx(value) if isinstance(value, float) else value)


@pytest.mark.parametrize(("properties", "text"), [
    pytest.param({"height_m": "tall"}, "properties.height_m: 'tall'; expected a number, 0 to 1000 m", id="no number"),
    pytest.param({"height_m": -3}, "properties.height_m: -3; expected 0 to 1000 m", id="below the ground"),
    pytest.param({"height_m": True}, "properties.height_m: True; expected a number, 0 to 1000 m", id="a flag"),
    pytest.param({"levels": 1e6}, "properties.levels: 1000000.0; expected 0 to 300 storeys", id="too many storeys"),
    pytest.param({"year": "old"}, "properties.year: 'old'; expected a year from 1000 to 2100", id="no year"),
    pytest.param({"year": 2999}, "properties.year: 2999; expected a year from 1000 to 2100", id="a far year"),
    pytest.param({"country": "XX"}, "properties.country: 'XX'; expected two letters of ISO 3166, such as FR",
                 id="a code of no country"),
    pytest.param({"country": "Atlantis"}, "properties.country: 'Atlantis'; expected two letters of ISO 3166, such as "
                 "FR", id="no country"),
    pytest.param({"variant": "usuall"}, "properties.variant: 'usuall'; expected one of existing, usual, advanced (is "
                 "'usual' meant?)", id="misspelt"),
    pytest.param({"buem": {"building": {"enveloppe": {}}}}, "properties.buem.building.enveloppe: an object; expected "
                 "no such field of a footprint (is 'envelope' meant?)", id="a misspelt envelope is no footprint"),
])
def test_a_wrong_property_is_refused(properties, text):
    assert refused(properties) == [text]


def test_without_a_country_the_wish_is_named():
    (text,) = refused({}, CityOptions())
    assert text.startswith("properties.country: missing; expected the country of the building")
    assert "--country" in text


@pytest.mark.parametrize(("geometry", "text"), [
    ([], "coordinates: a list of 0; expected rings of a polygon that is not empty"),
    ([RING[:2]], "coordinates[0]: 3 positions; expected a closed ring of at least 4 positions"),
    ([[[3.4, 46.0], [3.5, "46"], [3.5, 46.1], [3.4, 46.0]]], "coordinates[0][1]: a list of 2; expected [longitude, "
     "latitude] as numbers in degrees"),
    ([[[652000.0, 6860000.0]] * 4], "coordinates[0][0]: [652000, 6860000]; expected longitude -180 to 180 and latitude "
     "-90 to 90 in degrees (WGS 84); these look like metres of a projected grid"),
])
def test_an_outline_that_is_none_is_refused(geometry, text):
    with pytest.raises(BuildingError) as error:
        read_source({**feature(), "geometry": {"type": "Polygon", "coordinates": geometry}}, 0, ReadOptions(city=FR))
    assert str(error.value) == f"$.features[0].geometry.{text}"


def test_what_has_no_effect_is_named():
    found = read({"name": "Town hall", "addr:street": "Main Street", "nothing": None, "height": 9.0, "height_m": 8.0})
    assert found.notes == ("no effect: name, addr:street, height",)


def test_an_open_ring_is_closed_with_a_note():
    found = read(ring=RING[:4])
    assert found.polygons[0][0][-1] == found.polygons[0][0][0]
    assert "geometry: an open ring is closed" in found.notes


def test_names_of_the_user_go_first():
    names = FieldNames(height="H1", year="built", use="what", levels="n")
    city = CityOptions(country="FR", names=names)
    found = read({"H1": 5, "height_m": 9, "built": 1950, "what": "school", "n": 2}, city)
    assert (found.height, found.year, found.use, found.levels) == (5.0, 1950, "school", 2.0)
    assert found.notes == ("no effect: height_m",)


@pytest.mark.parametrize(("properties", "notes"), [
    ({"code": "b"}, ()), ({"code": 5}, ()), ({}, ("no id in the property code: 'a' taken",)),
    ({"code": ""}, ("no id in the property code: 'a' taken",)),
    ({"code": 5.5}, ("no id in the property code: 'a' taken",))], ids=str)
def test_an_id_that_is_not_where_the_user_says_is_noted(properties, notes):
    assert read(properties, CityOptions(country="FR", names=FieldNames(id="code"))).notes == notes


def test_the_place_is_the_centre_on_both_sides_of_the_date_line():
    ring = [[179.9999, -17.0], [-179.9999, -17.0], [-179.9999, -16.9999], [179.9999, -16.9999], [179.9999, -17.0]]
    found = read(ring=ring)
    assert found.latitude == pytest.approx(-16.99995)
    assert abs(abs(found.longitude) - 180.0) < 1e-9


def test_a_tilt_from_the_vertical_is_told_by_the_area_of_the_roof():
    area = 10.05 * 11.12 / math.cos(math.radians(30.0))
    found = read({"roof_type": "gabled", "roof_tilt_deg": 60.0, "roof_area_m2": area})
    assert found.roof_pitch == pytest.approx(30.0)
    assert any("counted from the vertical" in note for note in found.notes)


def test_an_envelope_on_an_outline_stays_an_envelope():
    wall = {"type": "wall", "id": "w", "area": 50, "azimuth": 0, "tilt": 90, "U": 1.0}
    building = {"A_ref": 100, "envelope": {"elements": [wall]}}
    found = read_source(feature({"buem": {"building": building}}), 0, ReadOptions(city=FR))
    assert isinstance(found, Building)
    assert found.dialect == "envelope"


@pytest.mark.parametrize(("name", "count", "heights"), [
    ("delft_nl_bag", 1526, 0), ("goerlitz_de_lod2", 588, 588), ("helsinki_fi_osm", 479, 17),
    ("saltriver_za_osm", 1377, 1377), ("vichy_fr_eubucco_v0_1", 11141, 9513),
])
def test_every_feature_of_a_real_city_is_read(name, count, heights):
    path = SHARED / f"{name}.geojson.gz"
    if not path.exists():
        pytest.skip(f"needs ../shared/data/buildings/{path.name}")
    found = [read_source(raw, index, ReadOptions(city=FR)) for index, raw, _ in open_features(path, FR)]
    assert len(found) == count
    assert sum(f.height is not None for f in found) == heights


@pytest.mark.parametrize(("properties", "names", "id_"), [
    ({"osm_id": 17}, FieldNames(), "17"), ({"gml_id": "x"}, FieldNames(), "x"), ({}, FieldNames(), "#0"),
    ({"fid": 1, "code": "c"}, FieldNames(id="code"), "c"),
])
def test_an_outline_without_an_id_gets_one(tmp_path, properties, names, id_):
    path = tmp_path / "town.geojson.gz"
    nameless = {key: value for key, value in feature(properties).items() if key != "id"}
    path.write_bytes(gzip.compress(json.dumps({"type": "FeatureCollection", "features": [nameless]}).encode()))
    city = CityOptions(country="FR", names=names)
    ((index, raw, _),) = open_features(path, city)
    assert read_source(raw, index, ReadOptions(city=city)).id == id_

"""From a footprint and its shape to a building: areas, openings, rules, notes."""

import math
from dataclasses import replace

import numpy as np
import pytest

from buem.archetypes import archetypes
from buem.building import Building
from buem.building_check import check_building
from buem.city import CityOptions, FieldNames, parse_variant
from buem.derive import derive, derive_alone, derive_city, unheated
from buem.envelope_of_shape import facades, merge_walls, roof_surfaces, wall_elements
from buem.errors import BuildingError, OptionError
from buem.footprint import Footprint, RoofPart, Shape, WallPart

FR = CityOptions(country="FR")
ROW = archetypes().row("DE.N.SFH.04.Gen.ReEx.001.001")


def footprint(**changes):
    known = {"id": "a", "polygons": ((((3.4, 46.0), (3.40013, 46.0), (3.40013, 46.0001), (3.4, 46.0001)),),),
             "height": 6.0, "year": 1950, "use": "residential", "country": "FR", "latitude": 46.0, "longitude": 3.4}
    return Footprint(**{**known, **changes})


def shape(walls=None, **changes):
    """A box of 10 m x 10 m, 6 m high."""
    walls = walls or tuple(WallPart(azimuth, 60.0, 0.0, 10.0) for azimuth in (0.0, 90.0, 180.0, 270.0))
    known = {"id": "a", "footprint_area": 100.0, "height": 6.0, "storeys": 2.0, "volume": 600.0, "perimeter": 40.0,
             "walls": walls, "roofs": (RoofPart(0.0, 0.0, 100.0),), "floor_area_gross": 200.0}
    return Shape(**{**known, **changes})


def area(elements, kind):
    return sum(e.area for e in elements if e.kind == kind)


def test_the_envelope_closes():
    building = derive(footprint(), shape(), FR)
    walls = area(building.surfaces, "wall") + area(building.surfaces, "door") + sum(w.area for w in building.windows)
    assert walls == pytest.approx(240.0)
    assert area(building.surfaces, "roof") == area(building.surfaces, "floor") == 100.0
    assert building.floor_area == pytest.approx(0.85 * 200.0)
    assert check_building(building) == []


def test_a_party_wall_is_adiabatic_and_keeps_its_area():
    walls = (WallPart(0.0, 60.0, 0.0, 10.0), WallPart(90.0, 0.0, 60.0, 10.0, 10.0), WallPart(180.0, 60.0, 0.0, 10.0),
             WallPart(270.0, 20.0, 40.0, 10.0, 10.0))
    building = derive(footprint(), shape(walls, attached=2), FR)
    (party,) = [s for s in building.surfaces if s.boundary == "adiabatic"]
    assert (party.area, party.b_transmission) == (100.0, 0.0)
    free = sum(s.area for s in building.surfaces if s.kind in ("wall", "door") and s.boundary == "outdoor")
    assert free + sum(w.area for w in building.windows) == pytest.approx(140.0)
    assert (building.origin.wall_area, building.origin.party_wall_area) == (140.0, 100.0)
    assert building.origin.type == "TH"


@pytest.mark.parametrize(("changes", "of_shape", "reason"), [
    pytest.param({"use": "garage"}, {}, "its use, garage, car port, multi-storey car park, needs no heating", id="use"),
    pytest.param({}, {"height": 1.9}, "1.9 m to the eaves, less than 2 m", id="low"),
    pytest.param({}, {"footprint_area": 9.0}, "9 m² of ground, less than 10 m²", id="tiny"),
    pytest.param({"use": ""}, {"footprint_area": 20.0}, "an outbuilding: use not known, 20 m² of ground, less than "
                 "25 m²", id="small, use not known"),
    pytest.param({"use": ""}, {"footprint_area": 40.0, "height": 3.0}, "an outbuilding: use not known, 40 m² of ground,"
                 " less than 50 m², and 3.0 m to the eaves", id="small and low, use not known"),
    pytest.param({"use": ""}, {"footprint_area": 40.0, "height": 6.0}, "", id="small and high, use not known"),
    pytest.param({"use": ""}, {"footprint_area": 50.0, "height": 3.0}, "", id="low and not small"),
    pytest.param({"use": "", "type": "SFH"}, {"footprint_area": 20.0}, "", id="small house"),
    pytest.param({}, {"footprint_area": 20.0}, "", id="small dwelling"),
])
def test_what_is_not_heated(changes, of_shape, reason):
    assert unheated(footprint(**changes), shape(**of_shape)) == reason
    assert derive(footprint(**changes), shape(**of_shape), FR).not_heated == reason


@pytest.mark.parametrize(("changes", "of_shape", "options", "row"), [
    pytest.param({}, {}, {}, "FR.N.SFH", id="a house"),
    pytest.param({}, {"attached": 1}, {}, "FR.N.TH", id="a house in a row"),
    pytest.param({}, {"floor_area_gross": 900.0, "storeys": 4.0}, {}, "FR.N.MFH", id="flats"),
    pytest.param({}, {"floor_area_gross": 9000.0, "storeys": 8.0}, {}, "FR.N.AB", id="a block"),
    pytest.param({"type": "AB"}, {}, {}, "FR.N.AB", id="as the source says"),
    pytest.param({"country": "DE"}, {}, {}, "DE.N.SFH", id="another country"),
    pytest.param({"use": "office"}, {"floor_area_gross": 9000.0, "storeys": 8.0}, {}, "FR.N.AB", id="no dwelling"),
])
def test_the_archetype(changes, of_shape, options, row):
    building = derive(footprint(**changes), shape(**of_shape), replace(FR, **options))
    assert building.origin.archetype.startswith(row)
    assert any(building.origin.archetype in note for note in building.notes)
    assert building.origin.type == ("" if changes.get("use") == "office" else row[-3:].strip("."))


def test_every_filled_value_is_named_with_its_row():
    building = derive(footprint(year=None, use=""), shape(filled=("height",)), FR)
    assert building.origin.filled == ("height", "year", "use", "type", "variant")
    text = "; ".join(building.notes)
    for word in ("no year of construction: 1970 taken", "taken as dwellings", "U wall", "infiltration", "capacity"):
        assert word in text


@pytest.mark.parametrize("latitude", [46.0, -33.9])
def test_windows_are_the_archetype_s_share_however_the_building_is_turned(latitude):
    reference = None
    for k in range(7):
        turned = shape(tuple(WallPart(a + k * 360.0 / 7.0, 60.0, 0.0, 10.0) for a in (0.0, 90.0, 180.0, 270.0)))
        found = facades(turned, ROW, latitude)
        reference = reference or sum(f.windows for f in found)
        assert sum(f.windows for f in found) == pytest.approx(reference)
        assert sum(f.area for f in found) == pytest.approx(240.0)
    assert reference == pytest.approx(240.0 * ROW.window_ratio)


def test_the_southern_hemisphere_mirrors_north_and_south():
    north = {round(f.azimuth): f.windows for f in facades(shape(), ROW, 46.0)}
    south = {round(f.azimuth): f.windows for f in facades(shape(), ROW, -46.0)}
    assert south == pytest.approx({0: north[180], 90: north[90], 180: north[0], 270: north[270]})


def test_a_wall_is_never_all_window():
    greedy = replace(ROW, window=replace(ROW.window, area=1e4))
    surfaces, windows = wall_elements(facades(shape(), greedy, 46.0), greedy)
    assert all(s.area > 0.0 for s in surfaces)
    assert sum(w.area for w in windows) <= 0.9 * 240.0 + 1e-9


@pytest.mark.parametrize(("azimuths", "groups"), [
    pytest.param((0.0, 90.0, 180.0, 270.0), 4, id="a box"),
    pytest.param((359.0, 1.0), 1, id="across north"),
    pytest.param((0.0, 7.0), 1, id="nearly alike"),
    pytest.param((0.0, 8.0), 2, id="not alike"),
    pytest.param(tuple(np.arange(0.0, 360.0, 2.0)), 45, id="a round tower"),
])
def test_walls_that_face_one_way_are_one_facade(azimuths, groups):
    walls = [WallPart(a, 10.0, 0.0, 1.0) for a in azimuths]
    merged = merge_walls(walls)
    assert len(merged) == groups
    assert sum(size for _, size in merged) == pytest.approx(10.0 * len(walls))
    assert all(0.0 <= azimuth < 360.0 for azimuth, _ in merged)


def test_merging_turns_with_the_walls():
    walls = [WallPart(a, s, 0.0, 1.0) for a, s in ((3.0, 9.0), (8.0, 2.0), (100.0, 5.0), (190.0, 7.0))]
    turned = [w._replace(azimuth=(w.azimuth + 51.0) % 360.0) for w in walls]
    expected = [((azimuth + 51.0) % 360.0, size) for azimuth, size in merge_walls(walls)]
    assert merge_walls(turned) == [pytest.approx(pair) for pair in expected]


def test_a_cold_attic_has_its_ceiling_where_the_roof_is_pitched():
    pitched = shape(roofs=(RoofPart(0.0, 40.0, 65.0), RoofPart(180.0, 40.0, 65.0)))
    (ceiling,) = roof_surfaces(pitched, replace(ROW, roof_type="UC"))
    assert (ceiling.area, ceiling.boundary, ceiling.tilt) == (100.0, "unheated", 0.0)
    assert [r.area for r in roof_surfaces(pitched, replace(ROW, roof_type="TR"))] == [65.0, 65.0]
    assert [r.area for r in roof_surfaces(shape(), replace(ROW, roof_type="UC"))] == [100.0]


def test_the_horizon_takes_its_share_of_the_shading_factor():
    free, among = derive(footprint(), shape(), FR), derive(footprint(), shape(horizon=(20.0,) * 36), FR)
    assert among.shading_vertical == pytest.approx(min(1.0, free.shading_vertical / 0.87))
    assert among.horizon == (20.0,) * 36


def test_a_hall_has_the_height_of_a_hall():
    hall = derive(footprint(use="industry"), shape(storeys=1.0, floor_area_gross=100.0, volume=800.0), FR)
    assert hall.room_height == pytest.approx(7.6)
    assert derive(footprint(), shape(volume=800.0), FR).room_height < 3.0


def test_shares_of_refurbishment_are_drawn_by_id():
    options = replace(FR, variant=(0.5, 0.3, 0.2))
    drawn = [derive(footprint(id=f"b{k}"), shape(), options).origin.variant for k in range(60)]
    assert set(drawn) == {"existing", "usual", "advanced"}
    assert drawn == [derive(footprint(id=f"b{k}"), shape(), options).origin.variant for k in range(60)]
    assert derive(footprint(variant="advanced"), shape(), options).origin.variant == "advanced"


def test_an_outline_without_a_shape_is_an_error_of_its_own():
    flat = footprint(polygons=((((3.4, 46.0), (3.401, 46.0), (3.4, 46.0), (3.4, 46.0)),),))
    with pytest.raises(BuildingError, match=r"^\$\.features\[3\]\.geometry: "):
        derive_alone(flat, "$.features[3]", FR)
    found = derive_city([footprint(), flat], ["$.features[0]", "$.features[1]"], FR)
    assert isinstance(found[0], Building)
    assert isinstance(found[1], BuildingError)


@pytest.mark.parametrize(("changes", "text"), [
    ({"country": "Atlantis"}, "country: 'Atlantis'; expected two letters of ISO 3166, such as FR"),
    ({"type": "villa"}, "type: 'villa'; expected one of SFH, TH, MFH, AB"),
    ({"variant": "new"}, "variant: 'new'; expected one of existing, usual, advanced"),
    ({"variant": (0.5, 0.5, 0.5)}, "expected three shares of existing, usual and advanced that make 1"),
    ({"usage": "odd"}, "usage: 'odd'; expected one of standard, typical"),
    ({"radius": math.nan}, "radius: nan; expected 0 to 1000 m"),
    ({"names": "height"}, "names: 'height'; expected FieldNames of id, height, levels, year, use, type"),
])
def test_options_are_checked(changes, text):
    with pytest.raises(OptionError) as error:
        CityOptions(**changes)
    assert text in str(error.value)


def test_variants_as_text():
    assert parse_variant("usual") == "usual"
    assert parse_variant("60/30/10") == pytest.approx((0.6, 0.3, 0.1))
    with pytest.raises(OptionError, match="percents of existing/usual/advanced"):
        parse_variant("60/40")
    assert FieldNames().height == ""


def test_a_sliver_is_no_facade():
    walls = [WallPart(0.0, 50.0, 0.0, 10.0), WallPart(90.0, 0.01, 60.0, 10.0), WallPart(180.0, 40.0, 0.0, 10.0)]
    assert merge_walls(walls) == [(0.0, pytest.approx(50.01)), (180.0, 40.0)]

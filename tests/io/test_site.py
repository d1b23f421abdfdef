"""Where a building stands."""

from __future__ import annotations

from typing import Any

import pytest

from buem.io.fields import Findings
from buem.io.site import read_location

SQUARE = [[4.0, 52.0], [4.002, 52.0], [4.002, 52.002], [4.0, 52.002], [4.0, 52.0]]
HOLE = [[4.0005, 52.0005], [4.001, 52.0005], [4.001, 52.001], [4.0005, 52.0005]]
EAST = [[x + 0.01, y] for x, y in SQUARE]
PATH = "$.features[0].geometry.coordinates"


def locate(geometry: Any, attributes: dict[str, Any] | None = None) -> tuple[tuple[float, float] | None, Findings]:
    found = Findings()
    return read_location({"geometry": geometry}, attributes, "$.features[0]", found), found


def point(*coordinates: Any) -> dict[str, Any]:
    return {"type": "Point", "coordinates": list(coordinates)}


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def test_a_point_is_longitude_then_latitude() -> None:
    assert locate(point(4.36, 52.01))[0] == (52.01, 4.36)
    assert locate(point(-180, -90))[0] == (-90.0, -180.0)


def test_an_elevation_is_reported_as_without_effect() -> None:
    place, found = locate(point(4.36, 52.01, 12.5))
    assert place == (52.01, 4.36)
    assert found.all_notes() == ("no effect: geometry elevation",)


def test_centroids() -> None:
    assert locate(polygon(SQUARE))[0] == pytest.approx((52.001, 4.001))
    place, found = locate({"type": "MultiPolygon", "coordinates": [[SQUARE], [EAST]]})
    assert place == pytest.approx((52.001, 4.006))
    assert not found.problems
    assert locate(polygon(SQUARE, HOLE))[0] is not None


#: What it probes: geometry, problem.
REFUSED: dict[str, tuple[Any, str]] = {
    "one number": (point(4), f"{PATH}: a list of 1; expected [longitude, latitude] as numbers in degrees"),
    "four numbers": (
        point(4, 52, 0, 0),
        f"{PATH}: a list of 4; expected [longitude, latitude] as numbers in degrees",
    ),
    "null": (point(None, 52), f"{PATH}: a list of 2; expected [longitude, latitude] as numbers in degrees"),
    "no coordinates": (
        {"type": "Point"},
        f"{PATH}: missing; expected [longitude, latitude] as numbers in degrees",
    ),
    "turned round": (
        point(52.0, 104.0),
        f"{PATH}: [52, 104]; expected longitude -180 to 180 and latitude -90 to 90 in degrees (WGS 84)",
    ),
    "no number at all": (
        point(float("nan"), 52.0),
        f"{PATH}: [nan, 52]; expected longitude -180 to 180 and latitude -90 to 90 in degrees (WGS 84)",
    ),
    "beyond a float": (
        point(10**400, 52),
        f"{PATH}: [a number too large, 52]; expected longitude -180 to 180 and latitude -90 to 90 "
        "in degrees (WGS 84); these look like metres of a projected grid",
    ),
    "a text": ("here", "$.features[0].geometry: 'here'; expected a GeoJSON geometry"),
    "a ring of three": (polygon(SQUARE[:3]), f"{PATH}[0]: a list of 3; expected a closed ring of at least 4 positions"),
    "a ring that is none": (polygon(5), f"{PATH}[0]: 5; expected a closed ring of at least 4 positions"),
    "a bad position in a ring": (
        polygon([*SQUARE[:2], ["x", 52.0], *SQUARE[3:]]),
        f"{PATH}[0][2]: a list of 2; expected [longitude, latitude] as numbers in degrees",
    ),
    "no area": (
        polygon([[4, 52], [4.1, 52], [4.2, 52], [4, 52]]),
        f"{PATH}: Too few points in geometry component[4 52]; expected a polygon that does not cross itself",
    ),
    "an empty part": (
        {"type": "MultiPolygon", "coordinates": [[SQUARE], []]},
        f"{PATH}[1]: missing; expected a closed ring of at least 4 positions",
    ),
    "metres in a polygon": (
        polygon([[84000.0, 447000.0]] * 4),
        f"{PATH}[0][0]: [84000, 447000]; expected longitude -180 to 180 and latitude -90 to 90 in degrees (WGS 84); "
        "these look like metres of a projected grid",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    geometry, text = REFUSED[case]
    place, found = locate(geometry)
    assert place is None
    if case == "no area":
        # The reason is GEOS' own and differs between its releases.
        assert found.problems[0].path == PATH
    else:
        assert [str(p) for p in found.problems] == [text]


def test_attributes_stand_in_for_a_missing_geometry() -> None:
    place, found = locate(None, {"latitude": 52.0, "longitude": 5.0})
    assert place == (52.0, 5.0)
    assert not found.problems
    assert not found.notes


def test_attributes_win_over_a_geometry_elsewhere_with_a_note() -> None:
    place, found = locate(point(4.36, 52.01), {"latitude": 52.5, "longitude": 5.0})
    assert place == (52.5, 5.0)
    assert list(found.notes) == [
        "attributes place the building at 52.5, 5, its geometry at 52.01, 4.36: the attributes are used"
    ]


def test_places_near_each_other_are_one() -> None:
    assert not locate(point(4.36, 52.01), {"latitude": 52.0101, "longitude": 4.3601})[1].notes


def test_half_a_place_among_the_attributes() -> None:
    _, found = locate(point(4.36, 52.01), {"latitude": 52.0})
    path = "$.features[0].properties.buem.building_attributes"
    assert [str(p) for p in found.problems] == [f"{path}.longitude: missing; expected longitude beside latitude"]
    _, found = locate(None, {"latitude": 91, "longitude": 4})
    assert [str(p) for p in found.problems] == [f"{path}.latitude: 91; expected -90 to 90 °"]


def test_no_place_at_all() -> None:
    _, found = locate(None, {"A_ref": 1})
    expected = "$.features[0].geometry: missing; expected a Point with longitude and latitude"
    assert [str(p) for p in found.problems] == [expected]

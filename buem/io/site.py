"""Where a building stands: the geometry of its feature, and the coordinates of its attributes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from buem.io import units
from buem.io.fields import Findings, Record, Words, is_number, number

#: Further apart than this, two places of one building are worth a note. [°]
_APART: Final = 0.01
_AREAS: Final = ("Polygon", "MultiPolygon")


def read_location(feature: Record, attributes: Record | None, path: str, found: Findings) -> tuple[float, float] | None:
    """Latitude and longitude of a building.

    Parameters
    ----------
    feature : dict
        The GeoJSON feature.
    attributes : dict or None
        The attributes of dialects that carry `latitude` and `longitude`; these win over the geometry.
    path : str
        Path of the feature.
    found : Findings
        Takes problems and notes.

    Returns
    -------
    tuple of float or None
        Degrees north and east; None when they were refused. [°]
    """
    geometry = feature.get("geometry")
    place = _geometry_place(geometry, f"{path}.geometry", found) if geometry is not None else None
    own = _attribute_place(attributes, f"{path}.properties.buem.building_attributes", found) if attributes else None
    if own is None:
        if geometry is None and not (attributes and attributes.keys() & {"latitude", "longitude"}):
            found.add(f"{path}.geometry", None, "a Point with longitude and latitude", "MISSING_VALUE")
        return place
    if place is not None and max(abs(own[0] - place[0]), abs(own[1] - place[1])) > _APART:
        found.note(
            f"attributes place the building at {own[0]:g}, {own[1]:g}, its geometry at {place[0]:g}, {place[1]:g}: "
            "the attributes are used"
        )
    return own


def _attribute_place(attributes: Record, path: str, found: Findings) -> tuple[float, float] | None:
    latitude = number(attributes, "latitude", units.LATITUDE, path, found)
    longitude = number(attributes, "longitude", units.LONGITUDE, path, found)
    given = [key for key in ("latitude", "longitude") if attributes.get(key) is not None]
    if len(given) == 1:
        other = "longitude" if given == ["latitude"] else "latitude"
        found.add(f"{path}.{other}", None, f"{other} beside {given[0]}", "MISSING_VALUE")
    return None if latitude is None or longitude is None else (latitude, longitude)


def _geometry_place(geometry: Any, path: str, found: Findings) -> tuple[float, float] | None:
    if geometry.__class__ is not dict:
        found.add(path, geometry, "a GeoJSON geometry", "WRONG_TYPE")
        return None
    kind = geometry.get("type")
    coordinates = geometry.get("coordinates")
    path = f"{path}.coordinates"
    if kind == "Point":
        if not check_position(coordinates, path, found) or coordinates is None:
            return None
        if len(coordinates) == 3:
            found.ignored["geometry elevation"] = None
        return float(coordinates[1]), float(coordinates[0])
    if kind in _AREAS:
        return _centroid(kind, coordinates, path, found)
    found.add(path.replace(".coordinates", ".type"), kind, "Point, Polygon or MultiPolygon", "UNKNOWN_GEOMETRY")
    return None


def check_position(coordinates: Any, path: str, found: Findings) -> bool:
    """Whether a position is on the globe; a problem says why not.

    Parameters
    ----------
    coordinates : object
        As they stand in a geometry.
    path : str
        Their path.
    found : Findings
        Takes the problem.

    Returns
    -------
    bool
    """
    if coordinates.__class__ is not list or not 2 <= len(coordinates) <= 3 or not all(map(is_number, coordinates)):
        found.add(path, coordinates, "[longitude, latitude] as numbers in degrees", "BAD_COORDINATES")
        return False
    x, y = coordinates[0], coordinates[1]
    if -180 <= x <= 180 and -90 <= y <= 90:
        return True
    metres = abs(x) > 360 or abs(y) > 360
    hint = "; these look like metres of a projected grid" if metres else ""
    text = Words(f"[{_short(x)}, {_short(y)}]")
    expected = f"longitude -180 to 180 and latitude -90 to 90 in degrees (WGS 84){hint}"
    found.add(path, text, expected, "COORDINATES_OUT_OF_RANGE")
    return False


def _short(value: float) -> str:
    return "a number too large" if abs(value) >= 1e300 else f"{value:.12g}"


def _rings(kind: str, coordinates: Any, path: str) -> Iterator[tuple[Any, str]]:
    """Each ring of a polygon or of several, with its path."""
    polygons = [(coordinates, path)]
    if kind == "MultiPolygon":
        polygons = [(p, f"{path}[{i}]") for i, p in enumerate(coordinates if isinstance(coordinates, list) else [])]
    for polygon, place in polygons:
        if not isinstance(polygon, list) or not polygon:
            yield None, place
            continue
        for i, ring in enumerate(polygon):
            yield ring, f"{place}[{i}]"


def check_area(kind: str, coordinates: Any, path: str, found: Findings) -> bool:
    """Whether a polygon's rings are lists of at least four positions on the globe.

    Parameters
    ----------
    kind : str
        Polygon or MultiPolygon.
    coordinates : object
        Its coordinates.
    path : str
        Their path.
    found : Findings
        Takes the problems.

    Returns
    -------
    bool
    """
    before = len(found.problems)
    if not isinstance(coordinates, list) or not coordinates:
        found.add(path, coordinates, "rings of a polygon that is not empty", "EMPTY_POLYGON")
        return False
    for ring, place in _rings(kind, coordinates, path):
        if not isinstance(ring, list) or len(ring) < 4:
            found.add(place, ring, "a closed ring of at least 4 positions", "EMPTY_POLYGON")
        else:
            _check_ring(ring, place, found)
    return len(found.problems) == before


def _check_ring(ring: list[Any], path: str, found: Findings) -> None:
    for i, position in enumerate(ring):
        if not check_position(position, f"{path}[{i}]", found):
            return
    if ring[0] != ring[-1]:
        found.add(path, Words("an open ring"), "a ring whose last position is its first", "OPEN_RING")


def _centroid(kind: str, coordinates: Any, path: str, found: Findings) -> tuple[float, float] | None:
    if not check_area(kind, coordinates, path, found):
        return None
    import shapely
    from shapely.geometry import shape

    polygon = shape({"type": kind, "coordinates": coordinates})
    if not polygon.is_valid:
        reason = Words(shapely.is_valid_reason(polygon))
        found.add(path, reason, "a polygon that does not cross itself", "INVALID_POLYGON")
        return None
    if polygon.is_empty or polygon.area == 0.0:
        found.add(path, Words("no area"), "a polygon with an area", "EMPTY_POLYGON")
        return None
    return float(polygon.centroid.y), float(polygon.centroid.x)

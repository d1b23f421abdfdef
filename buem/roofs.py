"""Roofs over any outline: every roof is the lowest of a few planes over the bounding rectangle of a part.

The planes rise from the eaves along the sides of the rectangle, which lies along the ridge where that is known, else
along the smallest rectangle's longer side. A wall goes up to the roof above it, so that body and roof always close.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from buem.footprint import Footprint, ShapeRules
from buem.outline import IntArray, Rings, following, polygons_of, ragged, ring_areas, sums
from buem.profiles import FloatArray

#: A pitch outside is taken as unknown. [°]
PITCH_RANGE: Final = (3.0, 75.0)
#: An assumed pitch is lowered until the roof is no higher. [m]
HIGHEST_ASSUMED: Final = 6.0
#: A roof of unknown type is gabled from this height, or from `PITCH_RANGE`, else flat. [m]
_LOW_ROOF: Final = 0.5

_GABLED, _HIPPED, _SHED, _PYRAMID = range(4)
_TYPES: Final = {"gabled": _GABLED, "hipped": _HIPPED, "shed": _SHED, "pyramid": _PYRAMID}


class Pitched(NamedTuple):
    """What is known about a roof that is not flat."""

    kind: int
    #: From eaves to ridge; NaN where the pitch decides. [m]
    height: float
    #: [°]
    pitch: float
    #: Whether the pitch is assumed.
    assumed: bool
    #: Along the ridge, or where a shed roof falls to; NaN for the longer side. [°]
    azimuth: float
    #: Whether the equator lies to the south.
    north: bool


class Roofs(NamedTuple):
    """The roofs of buildings, and what they add to the bodies."""

    #: Eaves to ridge, of the largest part: shape (buildings,). [m]
    height: FloatArray
    #: Volume under the planes: shape (buildings,). [m³]
    volume: FloatArray
    #: Mean height of each wall above the eaves: shape (points,). [m]
    gable: FloatArray
    #: Building of each plane, never falling: shape (planes,).
    owner: IntArray
    #: Shape (planes,). [°], [°], [m²]
    azimuth: FloatArray
    tilt: FloatArray
    area: FloatArray


class _Frames(NamedTuple):
    """The bounding rectangle of each part with a pitched roof: shape (parts,)."""

    part: IntArray
    kind: IntArray
    #: Centre. [m]
    x: FloatArray
    y: FloatArray
    #: Direction of the ridge. [-]
    east: FloatArray
    north: FloatArray
    #: Half the length along the ridge, and across. [m]
    along: FloatArray
    across: FloatArray
    #: Tangent of the pitch. [-]
    slope: FloatArray


def roof_of(footprint: Footprint, rules: ShapeRules) -> tuple[Pitched | None, tuple[str, ...], tuple[str, ...]]:
    """What the roof of a building is taken to be.

    Parameters
    ----------
    footprint : Footprint
        With what its source says: type, pitch [°], ridge [°], height [m].
    rules : ShapeRules
        For what it does not say.

    Returns
    -------
    tuple
        None for a flat roof; names of the fields that were filled in; notes.
    """
    notes: list[str] = []
    pitch = math.nan if footprint.roof_pitch is None else footprint.roof_pitch
    rise = math.nan if footprint.roof_height is None or not footprint.roof_height > 0 else footprint.roof_height
    if not math.isnan(pitch) and not PITCH_RANGE[0] <= pitch <= PITCH_RANGE[1]:
        if footprint.roof_type not in ("", "flat"):
            notes.append(f"roof pitch {pitch:g}° is outside {PITCH_RANGE[0]:g} to {PITCH_RANGE[1]:g}° and not used")
        pitch = math.nan
    kind = footprint.roof_type
    filled: tuple[str, ...] = () if kind else ("roof_type",)
    if not kind:
        kind = "gabled" if rise > _LOW_ROOF or not math.isnan(pitch) else rules.roof_type
        notes.append(f"roof {kind}: assumed")
    if kind == "flat":
        return None, filled, tuple(notes)
    assumed = math.isnan(rise) and math.isnan(pitch)
    if assumed:
        filled += ("roof_pitch",)
    if footprint.ridge_azimuth is None:
        filled += ("ridge_azimuth",)
    south = footprint.latitude < 0
    ridge = math.nan if footprint.ridge_azimuth is None else footprint.ridge_azimuth
    return (Pitched(_TYPES[kind], rise, rules.roof_pitch if assumed else pitch, assumed, ridge, not south), filled,
            tuple(notes))


def raise_roofs(rings: Rings, count: int, roofs: Sequence[Pitched | None]) -> Roofs:
    """Roof planes of buildings, and what they add to walls and volume.

    Parameters
    ----------
    rings : Rings
        Cleaned outlines. [m]
    count : int
        Number of buildings.
    roofs : sequence of Pitched or None
        One for each building.

    Returns
    -------
    Roofs
        Lengths and areas in m and m², angles in °. The planes' horizontal areas sum to that of the outline.
    """
    base = sums(rings.owner, ring_areas(rings), count)
    flat = np.array([roof is None for roof in roofs], dtype=bool) & (base > 0)
    height, volume, gable = np.zeros(count), np.zeros(count), np.zeros(rings.x.size)
    owner = np.flatnonzero(flat)
    planes: list[tuple[Any, ...]] = [(owner, np.zeros(owner.size), np.zeros(owner.size), base[owner])]
    pitched = np.array([roof is not None for roof in roofs], dtype=bool)[rings.owner]
    if pitched.any():
        chosen = _chosen(rings, pitched)
        frames = _frames(chosen, roofs)
        parts, part_owner = polygons_of(chosen)
        gable[np.repeat(pitched, rings.sizes)] = _gables(chosen, frames)
        who, azimuth, tilt, area, under = _faces(frames, parts)
        volume = sums(part_owner[who], under, count)
        np.maximum.at(height, part_owner, _rise(frames))
        planes.append((part_owner[who], azimuth, tilt, area))
    columns = [np.concatenate(column) for column in zip(*planes)]
    order = np.argsort(columns[0], kind="stable")
    return Roofs(height, volume, gable, *(column[order] for column in columns))


def _chosen(rings: Rings, keep: Any) -> Rings:
    points = np.repeat(keep, rings.sizes)
    start = np.concatenate([[0], np.cumsum(rings.sizes[keep])])
    return Rings(rings.x[points], rings.y[points], start, rings.owner[keep], rings.hole[keep])


def _frames(rings: Rings, roofs: Sequence[Pitched | None]) -> _Frames:
    outer = np.flatnonzero(~rings.hole)
    owner = rings.owner[outer]
    known = [roof for roof in (roofs[i] for i in owner) if roof is not None]
    kind = np.array([roof.kind for roof in known])
    azimuth = np.array([roof.azimuth for roof in known]) + np.where(kind == _SHED, 90.0, 0.0)
    east, north = np.sin(np.radians(azimuth)), np.cos(np.radians(azimuth))
    free = np.isnan(azimuth)
    if free.any():
        toward = np.array([roof.north for roof in known])[free]
        east[free], north[free] = _long_axis(rings, outer[free], kind[free], toward)
    x, y, along, across = _extent(rings, outer, east, north)
    slope = _slopes(known, owner, kind, along, across)
    return _Frames(np.arange(outer.size), kind, x, y, east, north, along, across, slope)


def _long_axis(rings: Rings, outer: IntArray, kind: IntArray, north: Any) -> tuple[FloatArray, FloatArray]:
    """Unit vector along the longer side of the smallest rectangle; a shed roof falls towards the equator from it."""
    import shapely

    points = ragged(rings.start[outer], rings.sizes[outer])
    hulls = shapely.linearrings(np.stack([rings.x[points], rings.y[points]], axis=1),
                                indices=np.repeat(np.arange(outer.size), rings.sizes[outer]))
    corners = shapely.get_coordinates(shapely.oriented_envelope(hulls)).reshape(-1, 5, 2)
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 1]
    longer = np.hypot(*first.T) >= np.hypot(*second.T)
    side = np.where(longer[:, None], first, second)
    side /= np.hypot(*side.T)[:, None]
    # The planes fall to the left of the ridge, (-north, east), first; its second component points north or south.
    away = (kind == _SHED) & ((side[:, 0] > 0) == north)
    side[away] *= -1.0
    return side[:, 0].copy(), side[:, 1].copy()


def _extent(rings: Rings, outer: IntArray, east: FloatArray, north: FloatArray) -> tuple[FloatArray, ...]:
    """Centre and half lengths of the rectangles around outer rings, along and across a direction."""
    owner = np.repeat(np.cumsum(~rings.hole) - 1, rings.sizes)
    s = rings.x * east[owner] + rings.y * north[owner]
    d = rings.y * east[owner] - rings.x * north[owner]
    first = rings.start[:-1][outer]
    s0, s1 = np.minimum.reduceat(s, first), np.maximum.reduceat(s, first)
    d0, d1 = np.minimum.reduceat(d, first), np.maximum.reduceat(d, first)
    s_mid, d_mid = (s0 + s1) / 2, (d0 + d1) / 2
    return s_mid * east - d_mid * north, s_mid * north + d_mid * east, (s1 - s0) / 2, (d1 - d0) / 2


def _run(kind: IntArray, along: FloatArray, across: FloatArray) -> FloatArray:
    """Horizontal length of the slope from eaves to ridge."""
    run: FloatArray = np.where(kind == _GABLED, across, np.where(kind == _SHED, 2 * across, np.minimum(along, across)))
    return run


def _slopes(known: Sequence[Pitched], owner: IntArray, kind: IntArray, along: FloatArray,
            across: FloatArray) -> FloatArray:
    """Tangent of the pitch; the height of a roof is that of the building's largest part."""
    run = _run(kind, along, across)
    slope = np.tan(np.radians(np.array([roof.pitch for roof in known])))
    assumed = np.array([roof.assumed for roof in known])
    slope = np.where(assumed, np.minimum(slope, HIGHEST_ASSUMED / run), slope)
    longest = np.zeros(int(owner.max()) + 1)
    np.maximum.at(longest, owner, run)
    height = np.array([roof.height for roof in known])
    return np.where(np.isnan(height), slope, height / longest[owner])


def _rise(frames: _Frames) -> FloatArray:
    return frames.slope * _run(frames.kind, frames.along, frames.across)


def _planes(frames: _Frames) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Four planes a part, z = c + g_s s + g_d d along and across the ridge; unused ones lie infinitely high."""
    a, b, t = frames.along, frames.across, frames.slope
    zero, high, rise = np.zeros_like(t), np.full_like(t, np.inf), _rise(frames)
    hip, peak, shed = frames.kind == _HIPPED, frames.kind == _PYRAMID, frames.kind == _SHED
    side = np.where(peak, rise / b, t)
    end = np.where(peak, rise / a, t)
    c_side = np.where(peak, rise, t * b)
    c_end = np.where(peak, rise, np.where(hip, t * a, high))
    c = np.stack([c_side, np.where(shed, high, c_side), c_end, c_end], axis=1)
    ends = np.where(hip | peak, end, zero)
    g_s = np.stack([zero, zero, -ends, ends], axis=1)
    g_d = np.stack([-side, np.where(shed, zero, side), zero, zero], axis=1)
    return c, g_s, g_d


def _gables(rings: Rings, frames: _Frames) -> FloatArray:
    """Mean height of the roof above each wall: the lowest plane, integrated piece by piece, shape (points,)."""
    part = np.repeat(np.cumsum(~rings.hole) - 1, rings.sizes)
    c, g_s, g_d = (plane[part] for plane in _planes(frames))
    x, y = rings.x - frames.x[part], rings.y - frames.y[part]
    s = x * frames.east[part] + y * frames.north[part]
    d = y * frames.east[part] - x * frames.north[part]
    after = following(rings.start)
    here = c + g_s * s[:, None] + g_d * d[:, None]
    there = c + g_s * s[after][:, None] + g_d * d[after][:, None]
    one, two = np.triu_indices(4, 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = here[:, one] - here[:, two]
        cut = gap / (gap - (there[:, one] - there[:, two]))
    cut = np.where((cut > 0) & (cut < 1), cut, 0.0)
    ends = np.concatenate([np.zeros((cut.shape[0], 1)), cut, np.ones((cut.shape[0], 1))], axis=1)
    ends.sort(axis=1)
    high = np.isinf(c)[:, None, :]
    low_here, low_there = np.where(np.isinf(here), 0.0, here), np.where(np.isinf(there), 0.0, there)
    at = low_here[:, None, :] + (low_there - low_here)[:, None, :] * ends[:, :, None]
    lowest = np.maximum(np.where(high, np.inf, at).min(axis=2), 0.0)
    mean: FloatArray = (np.diff(ends, axis=1) * (lowest[:, 1:] + lowest[:, :-1])).sum(axis=1) / 2
    return mean


def _faces(frames: _Frames, parts: Any) -> tuple[IntArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Part, azimuth, tilt, area and the volume below of each plane."""
    import shapely

    c, g_s, g_d = _planes(frames)
    corners = _regions(frames)
    x, y, east, north = (v[:, None, None] for v in (frames.x, frames.y, frames.east, frames.north))
    world = np.stack([x + corners[..., 0] * east - corners[..., 1] * north,
                      y + corners[..., 0] * north + corners[..., 1] * east], axis=-1)
    part, plane = np.nonzero(np.isfinite(c))
    pieces = shapely.intersection(parts[part], shapely.polygons(world[part, plane]))
    area = shapely.area(pieces)
    some = area > 0
    part, plane, area = part[some], plane[some], area[some]
    middle = shapely.get_coordinates(shapely.centroid(pieces[some]))
    dx, dy = middle[:, 0] - frames.x[part], middle[:, 1] - frames.y[part]
    east1, north1 = frames.east[part], frames.north[part]
    c1, g1, g2 = c[part, plane], g_s[part, plane], g_d[part, plane]
    height = c1 + g1 * (dx * east1 + dy * north1) + g2 * (dy * east1 - dx * north1)
    # Down the slope, against the gradient.
    azimuth = np.degrees(np.arctan2(-(g1 * east1 - g2 * north1), -(g1 * north1 + g2 * east1))) % 360.0
    steep = np.hypot(g1, g2)
    return part, azimuth, np.degrees(np.arctan(steep)), area * np.sqrt(1 + steep**2), area * height


def _regions(frames: _Frames) -> FloatArray:
    """Corners of the region where each plane is the lowest, along and across the ridge: (parts, 4, 4, 2)."""
    a, b, kind = frames.along, frames.across, frames.kind
    # Wider than the rectangle, along the hips, so that no outline reaches beyond.
    peak = kind == _PYRAMID
    far_a, far_b = np.where(peak, 1.1 * a, a + 1.0), np.where(peak, 1.1 * b, b + 1.0)
    ridge_s, ridge_d = np.where(peak, 0.0, np.maximum(a - b, 0.0)), np.where(peak, 0.0, np.maximum(b - a, 0.0))
    open_end = (kind == _GABLED) | (kind == _SHED)
    ridge_s, ridge_d = np.where(open_end, far_a, ridge_s), np.where(open_end, 0.0, ridge_d)
    ridge_d = np.where(kind == _SHED, -far_b, ridge_d)

    def quad(*corners: tuple[FloatArray, FloatArray]) -> FloatArray:
        return np.stack([np.stack(corner, axis=-1) for corner in corners], axis=1)

    return np.stack([
        quad((far_a, far_b), (-far_a, far_b), (-ridge_s, ridge_d), (ridge_s, ridge_d)),
        quad((-far_a, -far_b), (far_a, -far_b), (ridge_s, -ridge_d), (-ridge_s, -ridge_d)),
        quad((far_a, -far_b), (far_a, far_b), (ridge_s, ridge_d), (ridge_s, -ridge_d)),
        quad((-far_a, far_b), (-far_a, -far_b), (-ridge_s, -ridge_d), (-ridge_s, ridge_d)),
    ], axis=1)

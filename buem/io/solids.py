"""What the faces of a building's solid tell: its outline, its heights and its roof."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

#: A face is a roof or a ground when its normal is nearer to the vertical than this. [-]
LEVEL: Final = 0.15
#: A roof flatter than this is flat. [°]
FLAT: Final = 5.0
#: Planes of a roof whose azimuths differ by less are one. [°]
ALIKE: Final = 30.0


class Face(NamedTuple):
    """A plane face: its outer ring, then its holes, each of shape (points, 3) without the closing one. [m]"""

    rings: tuple[Points, ...]
    #: Semantics of CityGML: WallSurface, RoofSurface, GroundSurface, or "" where the model has none.
    kind: str = ""

    def normal(self) -> Points:
        """Normal of the outer ring by Newell's method, as long as the face is large. [m²]"""
        ring = self.rings[0]
        # Sums of products lose their digits far from the origin.
        near = ring - ring[0]
        half: Points = np.cross(near, np.roll(near, -1, axis=0)).sum(axis=0) / 2.0
        return half


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A building as its solid shows it."""

    #: Polygons of rings of (x, y), closed. [m]
    outline: tuple[tuple[tuple[tuple[float, float], ...], ...], ...]
    #: Of the ground, the eaves and the highest point. [m]
    base: float
    eaves: float
    top: float
    roof_type: str
    #: [°]
    pitch: float | None = None
    ridge_azimuth: float | None = None

    def properties(self) -> dict[str, Any]:
        """What the footprint dialect reads of it. [m], [°]"""
        found: dict[str, Any] = {
            "height_m": round(self.top - self.base, 3), "eaves_height_m": round(self.eaves - self.base, 3),
            "base": round(self.base, 3), "roof_type": self.roof_type,
        }
        if self.pitch is not None:
            found["roof_pitch"] = round(self.pitch, 2)
        if self.ridge_azimuth is not None:
            found["ridge_azimuth"] = round(self.ridge_azimuth, 2)
        return {key: value for key, value in found.items() if value != ""}


def body_of(faces: Sequence[Face]) -> Body | None:
    """The body of a building.

    Parameters
    ----------
    faces : sequence of Face
        Of its solid; without semantics they are told apart by where they face. [m]

    Returns
    -------
    Body or None
        None without any face that can be its ground.
    """
    whole = [face for face in faces if face.rings and len(face.rings[0]) >= 3]
    grounds = [face for face in whole if _is(face, "GroundSurface", -1.0)]
    roofs = [face for face in whole if _is(face, "RoofSurface", 1.0)]
    outline = _union(grounds or roofs)
    if not outline:
        return None
    everything = np.concatenate([face.rings[0] for face in whole])
    base = float(min(face.rings[0][:, 2].min() for face in grounds) if grounds else everything[:, 2].min())
    top = float(everything[:, 2].max())
    if not roofs:
        return Body(outline=outline, base=base, eaves=top, top=top, roof_type="")
    areas = np.array([abs(face.normal()[2]) for face in roofs])
    lows = np.array([face.rings[0][:, 2].min() for face in roofs])
    eaves = float((areas * lows).sum() / areas.sum()) if areas.sum() > 0.0 else top
    return Body(outline=outline, base=base, eaves=eaves, top=top, **_roof(roofs))


def _is(face: Face, kind: str, up: float) -> bool:
    if face.kind:
        return face.kind == kind
    normal = face.normal()
    length = float(np.linalg.norm(normal))
    return length > 0.0 and up * float(normal[2]) / length > LEVEL


def _union(faces: Sequence[Face]) -> tuple[tuple[tuple[tuple[float, float], ...], ...], ...]:
    import shapely

    polygons = [shapely.make_valid(shapely.Polygon(f.rings[0][:, :2], [ring[:, :2] for ring in f.rings[1:]]))
                for f in faces]
    # Parts are written to the millimetre: edges that should meet do so on that grid.
    joined = shapely.union_all(shapely.set_precision(np.array(polygons, dtype=object), 0.001))
    parts = [part for part in shapely.get_parts(joined) if part.geom_type == "Polygon" and part.area > 0.0]
    return tuple(
        tuple(tuple((float(x), float(y)) for x, y in ring.coords) for ring in (part.exterior, *part.interiors))
        for part in parts
    )


def _roof(roofs: Sequence[Face]) -> dict[str, Any]:
    """Form, pitch and ridge of the planes of a roof."""
    planes = []
    for face in roofs:
        x, y, z = face.normal().tolist()
        area = math.hypot(x, y, z)
        # Some models turn their faces inside out.
        sign = math.copysign(1.0, z)
        tilt = math.degrees(math.atan2(math.hypot(x, y), abs(z)))
        planes.append((area, tilt, math.degrees(math.atan2(sign * x, sign * y)) % 360.0))
    total = sum(area for area, _, _ in planes)
    steep = [plane for plane in planes if plane[1] >= FLAT]
    sloped = sum(area for area, _, _ in steep)
    if sloped < 0.5 * total:
        return {"roof_type": "flat"}
    pitch = sum(area * tilt for area, tilt, _ in steep) / sloped
    ways = _ways(steep)
    main = ways[0]
    if len(ways) == 1:
        return {"roof_type": "shed", "pitch": pitch, "ridge_azimuth": main}
    opposite = len(ways) == 2 and abs((ways[1] - main) % 360.0 - 180.0) < ALIKE
    return {"roof_type": "gabled" if opposite else "hipped", "pitch": pitch, "ridge_azimuth": (main + 90.0) % 180.0}


def _ways(planes: Sequence[tuple[float, float, float]]) -> list[float]:
    """The azimuths in which a notable part of a roof faces, the largest first. [°]"""
    groups: list[list[float]] = []
    for area, _, azimuth in sorted(planes, reverse=True):
        near = next((g for g in groups if abs((azimuth - g[0] + 180.0) % 360.0 - 180.0) < ALIKE), None)
        if near is None:
            groups.append([azimuth, area])
        else:
            near[1] += area
    total = sum(area for _, area in groups)
    return [azimuth for azimuth, area in sorted(groups, key=lambda g: -g[1]) if area > 0.1 * total]

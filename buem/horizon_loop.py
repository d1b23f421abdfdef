"""The rays of a horizon, eye by eye and wall by wall: the compiled form of `horizon.highest`.

All that is compiled stands in this file, constants too: numba's cache knows a function by its file.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from buem.compiled import compile_year, jit
from buem.outline import IntArray
from buem.party_walls import Edges, Links
from buem.profiles import FloatArray

_DEGREES: Final = 180.0 / math.pi
#: A wall that an eye lies in is not seen. [m]
_NEAREST: Final = 1e-6

#: Ends of a wall: x, y, x2, y2. [m]
_Four = tuple[float, float, float, float]


@jit
def _meet(slope: FloatArray, eye: int, wall: _Four, way_along: tuple[float, float], limits: tuple[float, float],
          ways: FloatArray) -> None:
    """Raise the rays of an eye that meet a wall, whose ends are given around the eye; limits are rise and radius."""
    rays = slope.shape[1]
    dx, dy = way_along
    rise, radius = limits
    length = math.sqrt(dx * dx + dy * dy)
    ahead = (wall[1] * dx - wall[0] * dy) / length
    if ahead <= _NEAREST or ahead > radius:
        return
    step = 360.0 / rays
    left = math.atan2(wall[0], wall[1]) * _DEGREES
    right = math.atan2(wall[2], wall[3]) * _DEGREES
    if right < left:
        right += 360.0
    ways_x, ways_y, rise = dx / length, dy / length, rise / ahead
    for ray in range(math.ceil(left / step - 0.5), math.floor(right / step - 0.5) + 1):
        way = ray if ray >= 0 else ray + rays
        way = way if way < rays else way - rays
        towards = ways[1, way] * ways_x - ways[0, way] * ways_y
        if towards * radius >= ahead and rise * towards > slope[eye, way]:
            slope[eye, way] = rise * towards


@jit
def _look(slope: FloatArray, some: tuple[int, int], eyes: FloatArray, wall: _Four, limits: tuple[float, float],
          ways: FloatArray) -> None:
    """Raise the rays of some eyes that meet a wall in front of them and higher; limits are its top and the radius."""
    x, y, x2, y2 = wall
    dx, dy = x2 - x, y2 - y
    top, radius = limits
    for eye in range(some[0], some[1]):
        a, b, a2, b2 = x - eyes[eye, 0], y - eyes[eye, 1], x2 - eyes[eye, 0], y2 - eyes[eye, 1]
        east, north = eyes[eye, 3], eyes[eye, 4]
        in_front = a * east + b * north > 0 or a2 * east + b2 * north > 0 or (east == 0 and north == 0)
        rise = top - eyes[eye, 2]
        if in_front and b * dx > a * dy and rise > 0:
            _meet(slope, eye, (a, b, a2, b2), (dx, dy), (rise, radius), ways)


@jit
def _out_of_sight(wall: _Four, reach: float, low: float, high: float) -> bool:
    """Whether a wall turns its back to a circle, or is not between two distances from it."""
    x, y, x2, y2 = wall
    dx, dy = x2 - x, y2 - y
    length = math.sqrt(dx * dx + dy * dy)
    gap = math.sqrt((x + x2) ** 2 + (y + y2) ** 2) / 2 - length / 2 - reach
    return y * dx - x * dy <= -reach * length or gap <= low or gap > high


def _sweep(eyes: FloatArray, start: IntArray, sight: tuple[Edges, Links, FloatArray],
           limits: tuple[float, float, float], ways: FloatArray) -> FloatArray:
    # Arrays by themselves: a record handed on would count its references at every call.
    edges, links, top = sight
    radius, low, high = limits
    ex, ey, ex2, ey2, wall_start = edges.x, edges.y, edges.x2, edges.y2, edges.start
    slope = np.zeros((eyes.shape[0], ways.shape[1]))
    before, lowest, reach = -1, 0.0, 0.0
    for link in range(links.own.size):
        own, other = links.own[link], links.other[link]
        first, last = start[own], start[own + 1]
        if own != before:
            before, lowest, reach = own, np.inf, 0.0
            for eye in range(first, last):
                lowest = min(lowest, eyes[eye, 2])
            for wall in range(wall_start[own], wall_start[own + 1]):
                reach = max(reach, math.sqrt(ex[wall] ** 2 + ey[wall] ** 2))
        if top[link] <= lowest:
            continue
        to_x, to_y, cos, sin = links.east[link], links.north[link], links.cos[link], links.sin[link]
        for wall in range(wall_start[other], wall_start[other + 1]):
            x, y = to_x + cos * ex[wall] - sin * ey[wall], to_y + sin * ex[wall] + cos * ey[wall]
            x2, y2 = to_x + cos * ex2[wall] - sin * ey2[wall], to_y + sin * ex2[wall] + cos * ey2[wall]
            if not _out_of_sight((x, y, x2, y2), reach, low, high):
                _look(slope, (first, last), eyes, (x, y, x2, y2), (top[link], radius), ways)
    return slope


#: Tangent of the highest elevation on each ray, shape (eyes, rays): of eyes by building as rows of x, y, z and the way
#: they look, shape (eyes, 5) [m]; first eye of each building, and the end; walls, pairs and tops; the radius, and the
#: distances between which walls count [m]; east and north of each ray, shape (2, rays).
sweep = compile_year(_sweep)

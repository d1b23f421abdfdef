"""Heat flow to the ground after ISO 13370: slab on ground, heated and unheated basement, crawl space.

Between an element in contact with the ground and the outdoor air lies soil. In steady state ISO 13370 gives U from
inside to the yearly mean of the outdoor air; over the year the flow swings with the air's first harmonic, damped and
late. The hourly models take both as a path behind the element: 0.5 m of soil with its capacity, a layer without mass,
and a virtual temperature behind it that is a mean with one cosine and one sine of the year.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np

from buem.building import GROUND_FLOORS, Building, Ground, Surface
from buem.constants import HOURS
from buem.profiles import FloatArray, Schedule
from buem.stock import IntArray

#: Surface films of ISO 13370: inside of a floor with heat downwards, inside of a wall, and outside. [m²K/W]
FILM_FLOOR: Final = 0.17
FILM_WALL: Final = 0.13
FILM_OUTSIDE: Final = 0.04
#: Soil behind an element that the hourly models resolve, ISO 13370:2017, Annex D. [m]
SOIL: Final = 0.5
#: Least resistance of the layer between soil and virtual temperature. [m²K/W]
LEAST: Final = 0.01
#: Of the contact where the temperature behind the element is given: that of the soil right at it. [m²K/W]
CONTACT: Final = 1e-3
#: Openings of a crawl space per perimeter [m²/m], wind there [m/s] and its shelter [-], as the UK's SAP (RdSAP,
#: appendix S5) sets them.
OPENINGS: Final = 0.003
WIND: Final = 5.0
SHELTER: Final = 0.05
#: Heat capacity of air per volume and hour, ISO 13370. [Wh/(m³K)]
AIR: Final = 0.33
#: Lag of the flow behind the outdoor air, ISO 13370, Annex H: a month, none for a crawl space. [h]
LAG: Final = HOURS / 12.0
_YEAR_SECONDS: Final = 3.15e7
_SLAB, _BASEMENT, _CELLAR, _CRAWL = range(4)


class Contacts(NamedTuple):
    """Elements in contact with the ground, each array of shape (elements,), and what ISO 13370 needs of each."""

    #: Index of the surface among all those given.
    element: IntArray
    #: Code of the floor, an index of `building.GROUND_FLOORS`.
    floor: IntArray
    wall: FloatArray  # 1 for a wall of a basement, 0 for a floor [-]
    resistance: FloatArray  # of the element between its faces, R_f [m²K/W]
    area: FloatArray  # of all floors on the ground together, A [m²]
    perimeter: FloatArray  # P [m]
    wall_thickness: FloatArray  # w [m]
    conductivity: FloatArray  # of the soil, λ [W/(mK)]
    heat_capacity: FloatArray  # of the soil, ρc [J/(m³K)]
    depth: FloatArray  # z [m]
    height: FloatArray  # h [m]
    wall_u_value: FloatArray  # [W/(m²K)]
    air_change: FloatArray  # [1/h]
    floor_resistance: FloatArray  # of the basement's floor, for its walls [m²K/W]
    #: Temperature behind the element where it is given.
    temperature: tuple[Schedule | None, ...]


class Paths(NamedTuple):
    """From an element's own outer face to the virtual temperature behind it, each of shape (elements,)."""

    #: From the inside air to the virtual temperature, the element included. [W/(m²K)]
    u_value: FloatArray
    #: Soil behind the element; 0 for none. [m]
    soil: FloatArray
    conductivity: FloatArray  # of the soil [W/(mK)]
    heat_capacity: FloatArray  # of the soil [J/(m³K)]
    #: Of the layer without mass behind the soil. [m²K/W]
    resistance: FloatArray
    #: Amplitude of the virtual temperature over that of the outdoor air [-], and how far it lags behind. [h]
    share: FloatArray
    lag: FloatArray


class GroundElements(NamedTuple):
    """All that an hourly model needs of the elements in contact with the ground, each of shape (elements,)."""

    contacts: Contacts
    paths: Paths
    #: Virtual temperature θ(t) = mean + cosine · cos(2πt/8760) + sine · sin(2πt/8760), with t in hours. [°C], [K]
    mean: FloatArray
    cosine: FloatArray
    sine: FloatArray


def contacts(stands: Iterable[tuple[Ground, Sequence[Surface]]]) -> Contacts:
    """Elements in contact with the ground, as arrays.

    Parameters
    ----------
    stands : iterable of (Ground, sequence of Surface)
        Each building with all its surfaces, in the order in which they are to be counted. [m²], [W/(m²K)]

    Returns
    -------
    Contacts
        Shape (elements,).
    """
    rows: list[tuple[float, ...]] = []
    given: list[Schedule | None] = []
    first = 0
    for ground, surfaces in stands:
        found = [(i, s) for i, s in enumerate(surfaces) if s.boundary == "ground"]
        size = _sizes(ground, [s for _, s in found])
        floors = [_own_resistance(s) for _, s in found if _lies(s)]
        rows += [(first + i, GROUND_FLOORS.index(ground.floor), 0.0 if _lies(s) else 1.0, _own_resistance(s), *size[:2],
                  ground.wall_thickness, ground.conductivity, ground.heat_capacity, size[2], ground.height,
                  ground.wall_u_value, ground.air_change, min(floors, default=0.0)) for i, s in found]
        given += [ground.temperature] * len(found)
        first += len(surfaces)
    table = np.array(rows, dtype=np.float64).reshape(-1, len(Contacts._fields) - 1)
    columns: list[FloatArray] = [np.ascontiguousarray(column) for column in table.T]
    return Contacts._make([columns[0].astype(np.int64), columns[1].astype(np.int64), *columns[2:], tuple(given)])


def _lies(surface: Surface) -> bool:
    return surface.kind == "floor" or not 45.0 <= surface.tilt <= 135.0


def _own_resistance(surface: Surface) -> float:
    if surface.layers:
        return sum(layer.thickness / layer.conductivity if layer.resistance is None else layer.resistance
                   for layer in surface.layers)
    inside = FILM_FLOOR if _lies(surface) else FILM_WALL
    return max(1.0 / max(surface.u_value, 1e-6) - inside - FILM_OUTSIDE, 0.0)


def _sizes(ground: Ground, surfaces: Sequence[Surface]) -> tuple[float, float, float]:
    """Area, exposed perimeter and depth of a building's contact."""
    area = sum(s.area for s in surfaces if _lies(s))
    walls = sum(s.area for s in surfaces if not _lies(s))
    perimeter = ground.perimeter
    if perimeter is None:
        # Walls without a floor: as deep as they are told to be, or 2 m.
        perimeter = 4.0 * area**0.5 if area > 0.0 else walls / (ground.depth or 2.0)
    depth = ground.depth if ground.depth > 0.0 or walls == 0.0 else walls / max(perimeter, 1e-9)
    return area or (perimeter / 4.0) ** 2, perimeter, depth


def slab(dimension: FloatArray, thickness: FloatArray, conductivity: FloatArray) -> FloatArray:
    """Thermal transmittance of a floor on the ground.

    U = 2λ/(πB' + d) · ln(πB'/d + 1) for d < B', λ/(0.457 B' + d) for more insulated ones.

    Parameters
    ----------
    dimension : ndarray, shape (elements,)
        Characteristic dimension of the floor, B' = A/(P/2). [m]
    thickness : ndarray, shape (elements,)
        Total equivalent thickness, d; with half of its depth added for the floor of a basement. [m]
    conductivity : ndarray, shape (elements,)
        Of the soil, λ. [W/(mK)]

    Returns
    -------
    ndarray, shape (elements,)
        From inside to the outdoor air. [W/(m²K)]

    References
    ----------
    .. [1] ISO 13370:2017, 7.1 and 7.3.2 (2007: 9.1 and 9.3.2); tables C1 and C5 of Approved
       Document L1 (UK, 2006) follow it.
    """
    reach = np.pi * dimension
    bare = 2.0 * conductivity / (reach + thickness) * np.log(reach / thickness + 1.0)
    return np.where(thickness < dimension, bare, conductivity / (0.457 * dimension + thickness))


def basement_wall(depth: FloatArray, floor: FloatArray, wall: FloatArray, conductivity: FloatArray) -> FloatArray:
    """Thermal transmittance of the walls of a basement below the ground.

    U = 2λ/(πz) · (1 + 0.5 d_f/(d_f + z)) · ln(z/d_w + 1), with d_f no more than d_w.

    Parameters
    ----------
    depth : ndarray, shape (elements,)
        Of the basement's floor below the ground, z. [m]
    floor, wall : ndarray, shape (elements,)
        Total equivalent thickness of floor and wall, d_f and d_w. [m]
    conductivity : ndarray, shape (elements,)
        Of the soil, λ. [W/(mK)]

    Returns
    -------
    ndarray, shape (elements,)
        From inside to the outdoor air. [W/(m²K)]

    References
    ----------
    .. [1] ISO 13370:2017, 7.3.3 (2007: 9.3.3).
    """
    z, floor = np.maximum(depth, 1e-6), np.minimum(floor, wall)
    u: FloatArray = 2.0 * conductivity / (np.pi * z) * (1.0 + 0.5 * floor / (floor + z)) * np.log(z / wall + 1.0)
    return u


def penetration(conductivity: FloatArray, heat_capacity: FloatArray) -> FloatArray:
    """Depth to which the year's wave goes, δ = √(3.15e7 λ/(π ρc)).

    Parameters
    ----------
    conductivity, heat_capacity : ndarray, shape (elements,)
        Of the soil. [W/(mK)], [J/(m³K)]

    Returns
    -------
    ndarray, shape (elements,)
        About 3.2 m for sand and gravel. [m]

    References
    ----------
    .. [1] ISO 13370:2017, Annex H (2007: Annex B), table of δ: 2.2 m clay, 3.2 m sand, 4.2 m rock.
    """
    return np.sqrt(_YEAR_SECONDS * conductivity / (np.pi * heat_capacity))


def paths(c: Contacts) -> Paths:
    """What lies between each element and its virtual temperature.

    The layer behind the soil is what is missing to the U of ISO 13370, R = 1/U - R_si - R_f - 0.5 m/λ. Over a crawl
    space or an unheated basement, and where the temperature behind the element is given, there is no soil.

    Parameters
    ----------
    c : Contacts
        Elements. [m], [m²K/W], [W/(mK)]

    Returns
    -------
    Paths
        Shape (elements,). [W/(m²K)], [m]

    References
    ----------
    .. [1] ISO 13370:2017, clause 7, Annex D (hourly methods: 0.5 m of soil and a virtual layer) and Annex H.
    """
    u, share = _u_and_share(c)
    known = np.array([t is not None for t in c.temperature], dtype=bool)
    film = np.where(c.wall > 0.0, FILM_WALL, FILM_FLOOR)
    rest = np.where(known, CONTACT, np.maximum(1.0 / u - film - c.resistance, LEAST))
    raised = ((c.floor == _CELLAR) | (c.floor == _CRAWL)) & (c.wall == 0.0)
    # No more soil than the path has resistance for.
    soil = np.where(known | raised, 0.0, np.minimum(SOIL, c.conductivity * (rest - LEAST)))
    resistance = rest - soil / c.conductivity
    return Paths(u_value=1.0 / (film + c.resistance + rest), soil=soil, conductivity=c.conductivity,
                 heat_capacity=c.heat_capacity, resistance=resistance, share=np.where(known, 0.0, share),
                 lag=np.where(c.floor == _CRAWL, 0.0, LAG))


def _u_and_share(c: Contacts) -> tuple[FloatArray, FloatArray]:
    """U of each element, and the year's wave H_pe/(A U) that it passes from the outdoor air."""
    dimension = c.area / (0.5 * c.perimeter)
    own = c.wall_thickness + c.conductivity * (FILM_FLOOR + c.resistance + FILM_OUTSIDE)
    wall = c.conductivity * (FILM_WALL + c.resistance + FILM_OUTSIDE)
    floor = c.wall_thickness + c.conductivity * (FILM_FLOOR + c.floor_resistance + FILM_OUTSIDE)
    delta = penetration(c.conductivity, c.heat_capacity)
    edge = 0.37 * c.perimeter * c.conductivity
    reach = np.exp(-c.depth / delta)
    depth = np.where(c.floor == _SLAB, 0.0, c.depth)
    on_ground = slab(dimension, own + 0.5 * depth, c.conductivity)
    wave = edge * np.where(c.floor == _SLAB, 1.0, reach) * np.log(delta / own + 1.0) / (c.area * on_ground)
    beside = basement_wall(c.depth, floor, wall, c.conductivity)
    below = np.maximum(c.depth, 1e-6) * c.perimeter
    wave_wall = edge * 2.0 * (1.0 - reach) * np.log(delta / wall + 1.0) / (below * beside)
    raised, wave_raised = _raised(c, dimension, delta)
    aloft = (c.floor == _CELLAR) | (c.floor == _CRAWL)
    chosen = [c.wall > 0.0, aloft]
    return (np.select(chosen, [beside, raised], on_ground), np.select(chosen, [wave_wall, wave_raised], wave))


def _raised(c: Contacts, dimension: FloatArray, delta: FloatArray) -> tuple[FloatArray, FloatArray]:
    """U and wave of a floor over a crawl space or an unheated basement."""
    # Heat goes down into a space that is still: R_si on both faces.
    u_floor = 1.0 / (2.0 * FILM_FLOOR + c.resistance)
    bare = c.wall_thickness + c.conductivity * (FILM_FLOOR + FILM_OUTSIDE)
    cellar = c.floor == _CELLAR
    soil = slab(dimension, bare + 0.5 * c.depth, c.conductivity) * c.area
    thickness = c.conductivity / np.maximum(c.wall_u_value, 1e-6)
    below = np.where(cellar, c.depth * c.perimeter * basement_wall(c.depth, bare, thickness, c.conductivity), 0.0)
    volume = c.area * (c.height + c.depth)
    airing = np.where(cellar, AIR * c.air_change * volume,
                      1450.0 * OPENINGS * WIND * SHELTER / dimension * c.area)
    outside = c.height * c.perimeter * c.wall_u_value + airing
    u = 1.0 / (1.0 / u_floor + c.area / (soil + below + outside))
    spread = np.where(cellar, c.area + c.depth * c.perimeter, c.area) * c.conductivity / delta
    edge = 0.37 * c.perimeter * c.conductivity * np.log(delta / bare + 1.0)
    edge = edge * np.where(cellar, 2.0 - np.exp(-c.depth / delta), 1.0)
    periodic = c.area * u_floor * (edge + outside) / (spread + outside + c.area * u_floor)
    return u, periodic / (c.area * u)


def first_harmonic(temp_air: FloatArray) -> tuple[float, float, float]:
    """Mean of the year of the outdoor air, and its first cosine and sine.

    Parameters
    ----------
    temp_air : ndarray, shape (8760,)
        Outdoor air. [°C]

    Returns
    -------
    tuple of float
        Mean, and the coefficients of cos(2πt/8760) and sin(2πt/8760) with t at mid-hour. [°C], [K]

    References
    ----------
    .. [1] ISO 13370:2017, Annex C takes half the difference of the warmest and the coldest month; the first harmonic
       is the same for a sine and asks for no month.
    """
    angle = 2.0 * np.pi * (np.arange(temp_air.size) + 0.5) / temp_air.size
    mean = float(temp_air.mean())
    return mean, float(2.0 * (temp_air * np.cos(angle)).mean()), float(2.0 * (temp_air * np.sin(angle)).mean())


def ground_elements(stands: Iterable[tuple[Ground, Sequence[Surface]]], temp_air: FloatArray) -> GroundElements:
    """The ground of some buildings under a weather.

    The virtual temperature is that behind which the path has the flow of ISO 13370 with the room at its yearly mean:
    the mean of the outdoor air, and its first harmonic times H_pe/(A U), late by the standard's lag. The swing of the
    room itself is left to the hourly model.

    Parameters
    ----------
    stands : iterable of (Ground, sequence of Surface)
        As for `contacts`.
    temp_air : ndarray, shape (8760,)
        Outdoor air. [°C]

    Returns
    -------
    GroundElements
        Shape (elements,). [°C], [K]

    References
    ----------
    .. [1] ISO 13370:2017, Annex D and Annex H; ISO 52016-1:2017, 6.5.8.2.
    """
    found = contacts(stands)
    path = paths(found)
    mean, cosine, sine = first_harmonic(temp_air)
    turn = 2.0 * np.pi * path.lag / HOURS
    return GroundElements(
        found, path, mean=np.full(path.share.size, mean),
        cosine=path.share * (cosine * np.cos(turn) - sine * np.sin(turn)),
        sine=path.share * (cosine * np.sin(turn) + sine * np.cos(turn)),
    )


def of_buildings(buildings: Sequence[Building]) -> list[tuple[Ground, Sequence[Surface]]]:
    """Buildings as `contacts` takes them: its `element` then counts the elements of `stock.stack`.

    Parameters
    ----------
    buildings : sequence of Building
        N buildings.

    Returns
    -------
    list of (Ground, sequence of Surface)
        One a building.
    """
    return [(b.ground, b.surfaces) for b in buildings]


def virtual_temperature(g: GroundElements) -> FloatArray:
    """Temperature behind the elements, hour by hour, where none is given.

    Parameters
    ----------
    g : GroundElements
        N elements. [°C], [K]

    Returns
    -------
    ndarray, shape (8760, elements)
        At mid-hour. [°C]

    References
    ----------
    .. [1] As `ground_elements`.
    """
    angle = (2.0 * np.pi * (np.arange(HOURS) + 0.5) / HOURS)[:, None]
    theta: FloatArray = g.mean + g.cosine * np.cos(angle) + g.sine * np.sin(angle)
    return theta

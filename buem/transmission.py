"""Elements of the 5R1C: the U-value and the outer film that act, what stands behind, and the conductances they sum to.

A building without layers is taken as ISO 13790 has it: U-values as they are given, R_se 0.04 m²K/W, 9.1 and
3.45 W/(m²K) inside. Where elements have layers, the films are those of the site and of the inner faces: the network of
ISO 13790 is the exact star of inner faces that all have a convection h_c and a long-wave exchange h_r with each other,

    h_ms = h_c + h_r,    h_is = h_c (h_c + h_r) / h_r,

and the standard's values are those of h_c = 2.5 and h_r = 6.6 W/(m²K).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from buem.constants import H_IS, H_MS, HEAT_CAPACITY_AIR, R_SE, RATED_INSIDE, RATED_OUTSIDE, SECONDS_PER_HOUR
from buem.films import WIND_EXPONENT, WIND_HEIGHT, Outside, outer_convection
from buem.glazing import between_faces
from buem.inner_films import Panes, Paths, Room, constant_films, inner_films, moving_films
from buem.profiles import FloatArray
from buem.shading import COLUMNS as SHADE
from buem.shading import open_sky
from buem.skyline import visible_of
from buem.standing import Standing
from buem.stock import (
    ADIABATIC,
    DOOR,
    FLOOR,
    GROUND,
    OUTDOOR,
    ROOF,
    WALL,
    WINDOW,
    ZONE,
    Elements,
    IntArray,
    Spaces,
    Stock,
)

#: Rated film inside by kind of element, windows left out. [m²K/W]
_RATED = np.array([RATED_INSIDE[kind] for kind in ("wall", "roof", "floor", "wall", "door")])
#: Least resistance between the faces of an element. [m²K/W]
_LEAST = 0.003


class Fabric(NamedTuple):
    """What acts at each element, arrays of shape (elements,), and inside each building, of shape (buildings,)."""

    u_value: FloatArray  # between the surface node and what stands behind [W/(m²K)]
    r_se: FloatArray  # film outside, a part of 1/U [m²K/W]
    b: FloatArray  # share of the difference to outdoors that acts on it [-]
    open: FloatArray  # 1 where it sees sun and sky, 0 elsewhere [-]
    h_ms: FloatArray  # mass to surface node, per mass area [W/(m²K)]
    h_is: FloatArray  # surface to air node, per inner area [W/(m²K)]
    #: Whether films follow from layers.
    layered: NDArray[np.bool_]
    #: b of the zone beside each building, 1 where there is none. [-]
    zone: FloatArray
    #: Of the zones' own elements, shape (elements of zones,). [W/K]
    zone_loss: FloatArray
    #: How windows and doors conduct, and how the films of layered buildings follow the hour.
    panes: Panes
    room: Room


class Conductances(NamedTuple):
    """Conductances of the 5R1C network, each of shape (buildings,) [W/K], and what they are made of."""

    #: Opaque elements and bridges, H_tr,op; windows and doors, H_tr,w.
    h_tr_op: FloatArray
    h_tr_w: FloatArray
    #: Outdoors to mass, mass to surface, surface to air.
    h_tr_em: FloatArray
    h_tr_ms: FloatArray
    h_tr_is: FloatArray
    #: U A b by kind, shape (buildings, 5). [W/K]
    by_kind: FloatArray
    #: Of it, to the ground, shape (buildings, 5). [W/K]
    ground_by_kind: FloatArray
    #: F_r R_se U A b ε by kind, over which the sky draws its power, shape (buildings, 5). [m²]
    sky_by_kind: FloatArray


def sum_by_owner(values: FloatArray, owner: IntArray, buildings: int) -> FloatArray:
    """Sum of the elements' values for each building, in the order of the elements.

    Parameters
    ----------
    values : ndarray, shape (elements,)
        In any unit. [-]
    owner : ndarray, shape (elements,)
        Index of the building.
    buildings : int
        Number of buildings.

    Returns
    -------
    ndarray, shape (buildings,)
        In the unit of `values`. [-]
    """
    return np.bincount(owner, weights=values, minlength=buildings).astype(np.float64)


def mass_conductance(h_tr_op: FloatArray, h_tr_ms: FloatArray) -> FloatArray:
    """Conductance between outdoors and the mass node.

    H_tr,em = 1 / (1/H_tr,op - 1/H_tr,ms), written without the reciprocals so that H_tr,op may be 0.

    Parameters
    ----------
    h_tr_op : ndarray, shape (buildings,)
        Opaque elements and bridges. [W/K]
    h_tr_ms : ndarray, shape (buildings,)
        Mass to surface node, above `h_tr_op`. [W/K]

    Returns
    -------
    ndarray, shape (buildings,)
        H_tr,em. [W/K]

    References
    ----------
    .. [1] ISO 13790:2008, 12.2.2, eq. 63.
    """
    return h_tr_op * h_tr_ms / (h_tr_ms - h_tr_op)


def fabric(stock: Stock, site: Outside, density: float, below: Standing) -> Fabric:
    """What acts at the elements of each building.

    Parameters
    ----------
    stock : Stock
        N buildings.
    site : Outside
        Films of the site.
    density : float
        Of the outdoor air. [kg/m³]
    below : Standing
        The ground.

    Returns
    -------
    Fabric
        U, films and b of each element.

    References
    ----------
    .. [1] ISO 13790:2008, 8.3.1 and Annex E for b; 7.2.2.2 and 12.2.2 for 3.45 and 9.1 W/(m²K).
    """
    e, faces, n = stock.elements, stock.faces, stock.floor_area.size
    layered = sum_by_owner((faces.resistance == faces.resistance).astype(np.float64), e.owner, n) > 0.0
    u, r_se = e.u_value, np.full(e.area.size, R_SE)
    h_ms, h_is = np.full(n, H_MS), np.full(n, H_IS)
    between, films = _between(stock), None
    if layered.any():
        film = _outer_films(stock, site)
        films = inner_films(stock, _share(stock) / (between + film), -outer_up(e), density)
        acts = 1.0 / (1.0 / (films.convection + films.radiation) + between + film)
        # A U-value of 0 is one that nothing passes.
        acts = np.where((e.u_value == 0.0) & (faces.resistance != faces.resistance), 0.0, acts)
        u, r_se = (np.where(layered[e.owner], own, plain) for own, plain in ((acts, u), (film, r_se)))
        h_ms = np.where(layered, films.h_c + films.h_r, h_ms)
        h_is = np.where(layered, films.star * films.h_c * (films.h_c + films.h_r) / films.h_r, h_is)
    u = np.where(faces.boundary == GROUND, below.elements, u)
    zone_loss = zone_losses(stock.spaces, below.beside)
    zone = _zone_factor(stock, u * e.area, zone_loss, density)
    b = np.where(faces.boundary == GROUND, 1.0, np.where(faces.boundary == ZONE, zone[e.owner], _share(stock)))
    seen = np.where((faces.boundary == OUTDOOR) & (e.kind != FLOOR), 1.0, 0.0)
    panes, room = moving_films(stock, films, Paths(layered, between, u, b)) if films else constant_films(n)
    return Fabric(u, r_se, b, seen, h_ms, h_is, layered, zone, zone_loss, panes, room)


def _share(stock: Stock) -> FloatArray:
    """Share of the difference to outdoors that acts on each element, that of a zone beside as it is given. [-]"""
    return np.where(stock.faces.boundary == ADIABATIC, 0.0, stock.elements.b_transmission)


def outer_up(e: Elements) -> FloatArray:
    """Cosine of the tilt of the outer faces; floors look down whatever their tilt says.

    Parameters
    ----------
    e : Elements
        Tilts of shape (elements,). [°]

    Returns
    -------
    ndarray, shape (elements,)
        1 looks up. [-]
    """
    up = np.cos(np.radians(e.tilt))
    return np.where(e.kind == FLOOR, -np.abs(up), np.where(np.abs(up) < 1e-9, 0.0, up))


def _between(stock: Stock) -> FloatArray:
    """Resistance between the faces of each element, by its layers or by its rated U less the films of the rating."""
    e, faces = stock.elements, stock.faces
    opaque = np.maximum(1.0 / np.maximum(e.u_value, 1e-6) - _RATED[e.kind] - RATED_OUTSIDE, _LEAST)
    rated = np.where(e.kind == WINDOW, between_faces(e.u_value), opaque)
    return np.where(faces.resistance == faces.resistance, faces.resistance, rated)


def _outer_films(stock: Stock, site: Outside) -> FloatArray:
    """Resistance of the outer film of each element. [m²K/W]"""
    e, faces = stock.elements, stock.faces
    convection = outer_convection(outer_up(e), faces.roughness, _wind_profile(e, stock), site)
    convection = np.where(np.isnan(faces.convection), convection, faces.convection)
    # Behind an element that does not see outdoors the air is as still as inside.
    film = np.maximum(convection + e.emissivity * site.radiation, 1e-6)
    return np.where(faces.boundary == OUTDOOR, 1.0 / film, _RATED[e.kind])


def _wind_profile(e: Elements, stock: Stock) -> FloatArray:
    """Wind at the middle of an element over that of the weather; none under a floor."""
    n = stock.floor_area.size
    ground = sum_by_owner(np.where(e.kind == FLOOR, e.area, 0.0), e.owner, n)
    height = stock.volume / np.where(ground > 0.0, ground, stock.floor_area)
    middle = np.where(e.kind == ROOF, 1.0, 0.5) * height[e.owner]
    return np.where(e.kind == FLOOR, 0.0, (middle / WIND_HEIGHT) ** WIND_EXPONENT)


def _zone_factor(stock: Stock, through: FloatArray, own: FloatArray, density: float) -> FloatArray:
    """b of the zone beside each building: H_ue / (H_iu + H_ue)."""
    e, spaces, n = stock.elements, stock.spaces, stock.floor_area.size
    factor = np.ones(n)
    if spaces.owner.size == 0:
        return factor
    to_zone = sum_by_owner(np.where(stock.faces.boundary == ZONE, through, 0.0), e.owner, n)[spaces.owner]
    air = density * HEAT_CAPACITY_AIR * spaces.infiltration * spaces.volume / SECONDS_PER_HOUR
    out = air + sum_by_owner(own, spaces.elements.owner, spaces.owner.size)
    both = to_zone + out
    factor[spaces.owner] = np.divide(out, both, out=np.ones_like(both), where=both > 0.0)
    return factor


def zone_losses(spaces: Spaces, to_ground: FloatArray) -> FloatArray:
    """Conductance of each element of an unheated zone to outdoors.

    Parameters
    ----------
    spaces : Spaces
        The zones.
    to_ground : ndarray, shape (elements,)
        U of the elements on the ground. [W/(m²K)]

    Returns
    -------
    ndarray, shape (elements,)
        U A b, with U of the layers and the rated films where there are layers; 0 for adiabatic ones. [W/K]

    References
    ----------
    .. [1] ISO 13789:2017, 8.2, H_ue; ISO 6946:2017, table 7.
    """
    e, faces = spaces.elements, spaces.faces
    known = faces.resistance == faces.resistance
    u = np.where(known, 1.0 / (np.where(known, faces.resistance, 1.0) + _RATED[e.kind] + RATED_OUTSIDE), e.u_value)
    loss = np.where(faces.boundary == GROUND, np.nan_to_num(to_ground), u * e.b_transmission) * e.area
    return np.where(faces.boundary == ADIABATIC, 0.0, loss)


def conductances(stock: Stock, acts: Fabric, site: Outside) -> Conductances:
    """Conductances of the 5R1C network of each building.

    b multiplies losses to air and sky alike. Floors do not see the sky.

    Parameters
    ----------
    stock : Stock
        N buildings.
    acts : Fabric
        Their elements.
    site : Outside
        For the view of the sky.

    Returns
    -------
    Conductances
        Arrays of shape (buildings,) and (buildings, 5). [W/K], [m²]

    References
    ----------
    .. [1] ISO 13790:2008, 8.3.1, 12.2.2 and Annex C; 11.3.4 and 11.4.6 for the sky: F_r R_se U A h_r Δθ_er.
    """
    e, n = stock.elements, stock.floor_area.size
    loss = acts.u_value * e.area * acts.b
    # What hides the sky from the light hides it from the long-wave.
    visible = visible_of(stock, e.owner, e.tilt, e.azimuth) * open_sky(e.shade[:, :len(SHADE)])
    to_sky = sky_view(e) ** site.exponent * visible * acts.r_se * loss * e.emissivity * acts.open
    ground = np.where(stock.faces.boundary == GROUND, loss, 0.0)
    by_kind, below, sky = (
        np.stack([sum_by_owner(np.where(e.kind == k, part, 0.0), e.owner, n) for k in range(5)], axis=1)
        for part in (loss, ground, to_sky))
    h_tr_op = by_kind[:, WALL] + by_kind[:, ROOF] + by_kind[:, FLOOR] + stock.thermal_bridge
    h_tr_ms = acts.h_ms * mass_area(stock, acts)
    return Conductances(
        h_tr_op=h_tr_op,
        h_tr_w=by_kind[:, WINDOW] + by_kind[:, DOOR],
        h_tr_em=mass_conductance(h_tr_op, h_tr_ms),
        h_tr_ms=h_tr_ms,
        h_tr_is=acts.h_is * stock.internal_surface_area,
        by_kind=by_kind,
        ground_by_kind=below,
        sky_by_kind=sky,
    )


def mass_area(stock: Stock, acts: Fabric) -> FloatArray:
    """Effective mass area A_m of each building; with layers (Σ κ A)² / Σ κ² A where it is not given.

    Parameters
    ----------
    stock : Stock
        N buildings.
    acts : Fabric
        Which of them have layers.

    Returns
    -------
    ndarray, shape (buildings,)
        [m²]

    References
    ----------
    .. [1] ISO 13790:2008, 12.2.2, eq. 66.
    """
    if not acts.layered.any():
        return stock.mass_area
    first, second = _capacity_sums(stock)
    own = np.divide(first**2, second, out=np.ones_like(first), where=second > 0.0)
    return np.where(acts.layered & ~stock.mass_area_given, own, stock.mass_area)


def heat_capacity(stock: Stock, acts: Fabric, density: float) -> FloatArray:
    """Heat capacity C_m of each building; with layers that of the inner faces, the furniture and the air.

    Parameters
    ----------
    stock : Stock
        N buildings.
    acts : Fabric
        Which of them have layers.
    density : float
        Of the air. [kg/m³]

    Returns
    -------
    ndarray, shape (buildings,)
        [J/K]

    References
    ----------
    .. [1] ISO 13790:2008, 12.3.1.1, eq. 65: C_m = Σ κ_j A_j.
    """
    if not acts.layered.any():
        return stock.heat_capacity
    air = density * HEAT_CAPACITY_AIR * stock.volume
    return np.where(acts.layered, _capacity_sums(stock)[0] + stock.furniture_capacity + air, stock.heat_capacity)


def capacities(stock: Stock) -> FloatArray:
    """Areal heat capacity of the inner face of each element with layers, 0 for all others.

    Parameters
    ----------
    stock : Stock
        N buildings.

    Returns
    -------
    ndarray, shape (elements,)
        κ. [J/(m²K)]

    References
    ----------
    .. [1] ISO 13786:2017, by `thermal_mass.areal_capacity`.
    """
    e = stock.elements
    # What windows and doors hold is on the way of the surface node, not of the mass node.
    return np.where((e.kind == DOOR) | (e.kind == WINDOW), 0.0, np.nan_to_num(stock.faces.capacity))


def _capacity_sums(stock: Stock) -> tuple[FloatArray, FloatArray]:
    e, n, kappa = stock.elements, stock.floor_area.size, capacities(stock)
    return sum_by_owner(kappa * e.area, e.owner, n), sum_by_owner(kappa**2 * e.area, e.owner, n)


def sky_view(elements: Elements) -> FloatArray:
    """Share of the hemisphere in front of each element that is sky.

    Parameters
    ----------
    elements : Elements
        Tilts of shape (elements,). [°]

    Returns
    -------
    ndarray, shape (elements,)
        (1 + cos β)/2, and 0 for floors. [-]

    References
    ----------
    .. [1] ISO 13790:2008, 11.4.6: 1 for a horizontal roof, 0.5 for a vertical wall.
    """
    view = (1.0 + np.cos(np.radians(elements.tilt))) / 2.0
    return np.where(elements.kind == FLOOR, 0.0, view)

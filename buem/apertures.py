"""Apertures of the elements for the sun: what of it glass lets pass and keeps inside, what opaque elements take."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from buem.constants import R_SE
from buem.gains import hemispherical
from buem.glazing import Glazing, panes_of, rated_inward
from buem.profiles import FloatArray
from buem.skyline import HORIZONTAL_BELOW
from buem.stock import DOOR, FLOOR, OUTDOOR, ROOF, WINDOW, ZONE, Elements, IntArray, Stock
from buem.transmission import Fabric, capacities, mass_area, sum_by_owner

#: Solar absorptance of the inner surfaces that are no part of the envelope. [-]
INNER_ABSORPTANCE = 0.6


class Apertures(NamedTuple):
    """Elements that the sun may reach, those of zones beside the buildings included, shape (elements,)."""

    owner: IntArray
    tilt: FloatArray  # [°]
    azimuth: FloatArray  # [°]
    shade: FloatArray  # as in `stock.Elements`
    #: Of windows and doors: for the beam as a polynomial in the cosine of incidence, shape (elements, 5), for diffuse
    #: light, and the part of that which reaches the room as heat of the pane or the door. [m²]
    beam: FloatArray
    diffuse: FloatArray
    direct: FloatArray
    opaque: FloatArray  # of all other elements [m²]


class Kept(NamedTuple):
    """Share of the sun that has passed the glass and does not leave by it again, of shape (rooms,)."""

    beam: FloatArray  # [-]
    diffuse: FloatArray  # [-]


def apertures(stock: Stock, acts: Fabric) -> Apertures:
    """Apertures of each building.

    An opaque element takes α R_se U A b F_sh; a window lets pass (1 - F_F) A F_sh b times its transmittance, of which
    a share is kept, and gives off to the room what flows inward of the heat its panes absorb. Floors get no sun. Of
    what falls on the elements of an unheated zone beside it, a building gets the share 1 - b of the zone.

    Parameters
    ----------
    stock : Stock
        N buildings.
    acts : Fabric
        Their elements.

    Returns
    -------
    Apertures
        [m²]

    References
    ----------
    .. [1] ISO 13790:2008, 11.3.3, 11.3.4, eqs. 43 to 46, and Annex E for the zone; 11.3.4.2 for doors, whose heat
       reaches the surface node.
    """
    e = stock.elements
    own = _of_elements(e, stock, np.arange(stock.floor_area.size), acts)
    if stock.spaces.owner.size == 0:
        return own
    beside = _of_spaces(stock, acts)
    return Apertures(*(np.concatenate([a, b]) for a, b in zip(own, beside)))


def _of_elements(e: Elements, stock: Stock, building: IntArray, acts: Fabric) -> Apertures:
    area = e.area * acts.b * acts.open * shading(e, stock, building)
    taken = e.absorptance * acts.r_se * acts.u_value * area
    door = np.where(e.kind == DOOR, taken, 0.0)
    glass = np.flatnonzero(e.kind == WINDOW)
    panes = panes_of(e, glass)
    kept = kept_shares(_rooms(stock, panes, glass))
    pane = area[glass] * (1.0 - e.frame_fraction[glass])
    owner = e.owner[glass]
    absorbed = _inward(e, panes, glass, acts)[:, None] * panes.absorbed
    beam, diffuse, direct = np.zeros((e.area.size, 5)), door.copy(), door.copy()
    beam[:, 0] = door
    beam[glass] = pane[:, None] * (kept.beam[owner][:, None] * panes.beam + absorbed)
    direct[glass] = pane * hemispherical(absorbed)
    diffuse[glass] = pane * kept.diffuse[owner] * panes.diffuse + direct[glass]
    return Apertures(building[e.owner], e.tilt, e.azimuth, e.shade, beam, diffuse, direct, taken - door)


def shading(e: Elements, stock: Stock, building: IntArray) -> FloatArray:
    """Shading reduction of each element.

    Parameters
    ----------
    e : Elements
        Of the buildings, or of the zones beside them.
    stock : Stock
        The buildings.
    building : ndarray of int
        The building of each owner.

    Returns
    -------
    ndarray, shape (elements,)
        F_sh,hor for tilts below 45°, F_sh,vert for the rest. [-]

    References
    ----------
    .. [1] ISO 13790:2008, 11.3.2.
    """
    which = building[e.owner]
    return np.where(e.tilt < HORIZONTAL_BELOW, stock.shading_horizontal[which], stock.shading_vertical[which])


def _inward(e: Elements, panes: Glazing, glass: IntArray, acts: Fabric) -> FloatArray:
    """Heat of the panes that flows inward, over the sun at normal incidence, under the films that act."""
    u, r_se = acts.u_value[glass], acts.r_se[glass]
    acting = u * (panes.outer * r_se + panes.inner * (r_se + panes.resistance))
    return np.where(acts.layered[e.owner[glass]], acting, rated_inward(e, glass))


class Rooms(NamedTuple):
    """Inner faces that share out the sun, areas times what they do with it, each of shape (rooms,). [m²]"""

    taken: FloatArray  # absorbed by opaque faces
    panes: FloatArray  # absorbed by inner panes
    lost: FloatArray  # leaving by the glass
    floor: FloatArray  # absorptance of the floor [-]


def kept_shares(rooms: Rooms) -> Kept:
    """Share of the sun behind the glass that stays.

    Diffuse light is shared by area and absorptance, what falls on glass from inside leaves but for what the inner pane
    takes; the beam falls on the floor first, and the reflected rest is shared as diffuse light.

    Parameters
    ----------
    rooms : Rooms
        Inner faces.

    Returns
    -------
    Kept
        Shape (rooms,). [-]

    References
    ----------
    .. [1] As the node model's, after Walton 1983, NBSSIR 83-2655, and the EnergyPlus Engineering Reference, "Interior
       Solar Distribution".
    """
    stays = rooms.taken + rooms.panes
    both = stays + rooms.lost
    diffuse = np.divide(stays, both, out=np.ones_like(both), where=both > 0.0)
    return Kept(rooms.floor + (1.0 - rooms.floor) * diffuse, diffuse)


def sun_on_mass(stock: Stock, acts: Fabric, beam: float) -> FloatArray:
    """Share of the kept light that falls on the mass of each building.

    An element is mass by its capacity: its κ over that at which the mass area holds all of it, κ / (Σ κ A / A_m). Of
    gains that are spread evenly A_m/A_t falls on it then, as ISO 13790 has it; but the beam falls on the floor first,
    and the rest is shared by absorptance.

    Parameters
    ----------
    stock : Stock
        N buildings.
    acts : Fabric
        Which of them have layers.
    beam : float
        Share of the beam in the light. [-]

    Returns
    -------
    ndarray, shape (buildings,)
        A_m/A_t without layers. [-]

    References
    ----------
    .. [1] ISO 13790:2008, Annex C, eq. C.2 and 12.2.2, for A_m; `kept_shares` for where the light falls.
    """
    even = mass_area(stock, acts) / stock.internal_surface_area
    if not acts.layered.any():
        return even
    e, n = stock.elements, stock.floor_area.size
    glass = np.flatnonzero(e.kind == WINDOW)
    rooms = _rooms(stock, panes_of(e, glass), glass)
    kept = kept_shares(rooms)
    kappa = capacities(stock)

    def total(values: FloatArray) -> FloatArray:
        return sum_by_owner(values * e.area, e.owner, n)

    def over(values: FloatArray, by: FloatArray) -> FloatArray:
        return np.divide(values, by, out=np.zeros(n), where=by > 0.0)

    held = over(total(kappa), mass_area(stock, acts))[e.owner]
    mass = np.divide(kappa, held, out=np.zeros(e.area.size), where=held > 0.0) * stock.faces.absorptance_inside
    floor = np.where(e.kind == FLOOR, 1.0, 0.0)
    later = over(total(mass), rooms.taken + rooms.panes)
    first = over(total(mass * floor), np.maximum(stock.floor_area, total(floor)))
    of_beam = over(first + (1.0 - rooms.floor) * kept.diffuse * later, kept.beam)
    # A heavy floor takes more than all of it: then what is left is not less than nothing.
    own = np.minimum(beam * of_beam + (1.0 - beam) * later, 1.0)
    return np.where(acts.layered, own, even)


def _rooms(stock: Stock, panes: Glazing, glass: IntArray) -> Rooms:
    e, n = stock.elements, stock.floor_area.size

    def total(values: FloatArray) -> FloatArray:
        return sum_by_owner(values, e.owner, n)

    absorptance = stock.faces.absorptance_inside
    inner = np.maximum(stock.internal_surface_area - total(e.area), 0.0)
    floor = np.where(e.kind == FLOOR, e.area, 0.0)
    lacking = np.maximum(stock.floor_area - total(floor), 0.0)
    on_floor = total(floor * absorptance) + lacking * INNER_ABSORPTANCE
    in_panes, lost = _at_glass(e, panes, glass)
    return Rooms(taken=total(e.area * absorptance) + inner * INNER_ABSORPTANCE, panes=total(in_panes), lost=total(lost),
                 floor=on_floor / np.maximum(stock.floor_area, total(floor)))


def _at_glass(e: Elements, panes: Glazing, glass: IntArray) -> tuple[FloatArray, FloatArray]:
    """Areas of windows times what their inner pane takes, and what leaves, of diffuse light from inside. [m²]"""
    clear = e.area[glass] * (1.0 - e.frame_fraction[glass])
    taken, lost = np.zeros(e.area.size), np.zeros(e.area.size)
    taken[glass] = clear * panes.inner * panes.absorbed_diffuse
    lost[glass] = clear * (panes.diffuse + panes.outer * panes.absorbed_diffuse)
    return taken, lost


def _of_spaces(stock: Stock, acts: Fabric) -> Apertures:
    spaces = stock.spaces
    e, faces, building = spaces.elements, spaces.faces, spaces.owner
    glass = np.flatnonzero(e.kind == WINDOW)
    panes = panes_of(e, glass)
    kept = kept_shares(_rooms_of_spaces(stock, panes, glass))
    lit = np.where((faces.boundary == OUTDOOR) & (e.kind != FLOOR), shading(e, stock, building), 0.0)
    lit = lit * (1.0 - acts.zone[building[e.owner]])
    opaque = e.absorptance * R_SE * acts.zone_loss * lit
    pane = e.area[glass] * (1.0 - e.frame_fraction[glass]) * e.b_transmission[glass] * lit[glass]
    owner = e.owner[glass]
    absorbed = rated_inward(e, glass)[:, None] * panes.absorbed
    beam, diffuse = np.zeros((e.area.size, 5)), opaque.copy()
    beam[:, 0] = opaque
    beam[glass] = pane[:, None] * (kept.beam[owner][:, None] * panes.beam + absorbed)
    diffuse[glass] = pane * (kept.diffuse[owner] * panes.diffuse + hemispherical(absorbed))
    none = np.zeros(e.area.size)
    return Apertures(building[e.owner], e.tilt, e.azimuth, e.shade, beam, diffuse, none, none)


def _rooms_of_spaces(stock: Stock, panes: Glazing, glass: IntArray) -> Rooms:
    # The outer faces of the elements shared with the building are inner faces of the zone.
    spaces, n = stock.spaces, stock.spaces.owner.size
    e, shared = spaces.elements, np.flatnonzero(stock.faces.boundary == ZONE)
    place = np.zeros(stock.floor_area.size, dtype=np.int64)
    place[spaces.owner] = np.arange(n)
    owner, own = place[stock.elements.owner[shared]], stock.elements
    area, glazed = own.area[shared], own.kind[shared] == WINDOW

    def total(values: FloatArray, common: FloatArray) -> FloatArray:
        return sum_by_owner(values, e.owner, n) + sum_by_owner(common, owner, n)

    absorptance, none = spaces.faces.absorptance_inside, np.zeros(shared.size)
    in_panes, lost = _at_glass(e, panes, glass)
    under = np.where(own.kind[shared] == ROOF, area, 0.0)
    floor = np.where(e.kind == FLOOR, e.area, 0.0)
    whole = total(floor, under)
    on_floor = total(floor * absorptance, under * own.absorptance[shared])
    return Rooms(
        taken=total(e.area * absorptance, area * own.absorptance[shared]),
        panes=total(in_panes, none), lost=total(lost, np.where(glazed, area * own.g_value[shared], 0.0)),
        floor=np.divide(on_floor, whole, out=np.full(n, INNER_ABSORPTANCE), where=whole > 0.0))

"""Buildings to the tables of the node model: one row an element, its response, films, sun and view of the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from buem.building import ROUGHNESS, Building, Layer, Surface
from buem.constants import RATED_INSIDE, RATED_OUTSIDE
from buem.films import (
    LEEWARD,
    STEEP,
    WIND_EXPONENT,
    WIND_HEIGHT,
    WINDWARD,
    natural_factors,
    star_factors,
    window_factor,
)
from buem.glazing import Glazing, gap_shares, panes_of
from buem.ground import GroundElements, ground_elements, of_buildings
from buem.iso52016_columns import COLUMNS, MODE_COLUMNS
from buem.layers import LEAST_CELLS, RESPONSE, Chain, at_inner_face, chain_of_layers, five_nodes, joined, response
from buem.profiles import FloatArray
from buem.shading import COLUMNS as SHADE
from buem.shading import open_sky
from buem.skyline import HORIZONTAL_BELOW, skylines, visible_of
from buem.stock import FLOOR, ROOF, WINDOW, Elements, IntArray, Stock
from buem.transmission import sky_view, sum_by_owner
from buem.weather import STEFAN_BOLTZMANN
from buem.window_parts import NO_OPTICS, NO_SHADE, SHADES, window_parts

#: Least resistance between the faces of an element of which U alone is known. [m²K/W]
LEAST_RESISTANCE: Final = 0.02
#: Fixed convection inside by direction of the heat flow, ISO 52016-1:2017, table 25: up, horizontal, down. [W/(m²K)]
FIXED_UP, FIXED_LEVEL, FIXED_DOWN = 5.0, 2.5, 0.7
#: Fixed convection outside, the same table. [W/(m²K)]
FIXED_OUT: Final = 20.0
#: Kind of the inner surfaces that are no part of the envelope.
INNER: Final = -1
#: What stands behind an element; beyond an unheated space without temperature of its own are the outdoors.
OUTDOOR, GROUND, ADIABATIC, ZONE = range(4)
_BEHIND: Final = {"outdoor": OUTDOOR, "unheated": OUTDOOR, "ground": GROUND, "adiabatic": ADIABATIC}


class NodeElements(NamedTuple):
    """All elements of all buildings, those of a building together, opaque ones first."""

    #: First element of each building, shape (buildings + 1,).
    offset: IntArray
    owner: IntArray
    #: `stock.WALL` and so on; -1 for an inner element.
    kind: IntArray
    #: What stands behind: `OUTDOOR`, `GROUND`, `ADIABATIC` or `ZONE`.
    behind: IntArray
    #: Shape (elements, columns), see `COLUMNS`.
    table: FloatArray
    #: Shape (elements, most modes, 6), see `MODE_COLUMNS`; zero beyond the modes of an element.
    modes: FloatArray
    #: Sine of the elevation of what stands around, from walls and from roofs, shape (buildings, 2, most sectors) [-],
    #: and how many sectors there are, shape (buildings, 2).
    skyline: FloatArray
    sectors: IntArray

    def part(self, mask: NDArray[np.bool_]) -> NodeElements:
        """Some of the elements of the same buildings.

        Parameters
        ----------
        mask : ndarray of bool, shape (elements,)
            Which.

        Returns
        -------
        NodeElements
        """
        owner = self.owner[mask]
        offset = np.searchsorted(owner, np.arange(self.offset.size))
        return NodeElements(offset, owner, self.kind[mask], self.behind[mask], self.table[mask], self.modes[mask],
                            self.skyline, self.sectors)

    def of(self, which: IntArray) -> NodeElements:
        """The elements of some buildings, which are counted anew.

        Parameters
        ----------
        which : ndarray of int
            Positions of the buildings, rising.

        Returns
        -------
        NodeElements
        """
        mask = np.isin(self.owner, which)
        owner = np.searchsorted(which, self.owner[mask])
        offset = np.searchsorted(owner, np.arange(which.size + 1))
        return NodeElements(offset, owner, self.kind[mask], self.behind[mask], self.table[mask], self.modes[mask],
                            self.skyline[which], self.sectors[which])


class Place(NamedTuple):
    """What the tables need of a site and of a run."""

    density: float  # of the air [kg/m³]
    seconds: float  # length of a step [s]
    temp_air: FloatArray  # outdoors, shape (8760,) [°C]


def node_elements(buildings: Sequence[Building], stock: Stock, site: Place) -> NodeElements:
    """Elements of the buildings as the node model sees them.

    Parameters
    ----------
    buildings : sequence of Building
        Sound ones.
    stock : Stock
        The same buildings.
    site : Place
        Air and step. [kg/m³], [s]

    Returns
    -------
    NodeElements
        Columns in W, m², K, s.
    """
    e = with_inner(stock)
    behind = _behind(buildings, e)
    # The weather acts on what stands outdoors alone, sun included.
    e = e._replace(b_transmission=np.where(behind == OUTDOOR, e.b_transmission, 0.0))
    glass = np.flatnonzero(e.kind == WINDOW)
    panes = panes_of(e, glass)
    surfaces = [s for b in buildings for s in b.surfaces]
    heights = np.ones(e.owner.size)
    heights[glass] = stock.faces.height[glass]
    columns = dict.fromkeys(COLUMNS, np.zeros(e.owner.size))
    columns |= _geometry(e) | _films(e, stock, surfaces, window_factor(heights, site.density))
    columns |= _sun(e, stock, panes, glass) | _inside(e, stock, surfaces, panes, glass)
    below = ground_elements(of_buildings(buildings), site.temp_air)
    through, modes = _responses(buildings, e, stock, panes, (site.seconds, _soils(below)))
    columns |= through | _ground(e, below)
    table = np.stack([columns[name] for name in COLUMNS], axis=1)
    order = np.argsort(e.owner, kind="stable")
    offset = np.searchsorted(e.owner[order], np.arange(len(buildings) + 1))
    return NodeElements(offset, e.owner[order], e.kind[order], behind[order], np.ascontiguousarray(table[order]),
                        np.ascontiguousarray(modes[order]), *skylines(stock))


def with_inner(stock: Stock) -> Elements:
    """Elements of the buildings, and for each building one for the inner surfaces that are no part of its envelope.

    Parameters
    ----------
    stock : Stock
        N buildings.

    Returns
    -------
    Elements
        Those of the stock, then the inner ones of kind `INNER`; they are adiabatic behind. [m²]
    """
    e = stock.elements
    n = stock.floor_area.size
    inner = stock.internal_surface_area - np.bincount(e.owner, weights=e.area, minlength=n)
    own = np.flatnonzero(inner > 0.01 * stock.internal_surface_area)
    none = np.zeros(own.size)
    rows = Elements(owner=own, kind=np.full(own.size, INNER), area=inner[own], u_value=none, azimuth=none,
                    tilt=none + 90.0, b_transmission=none, emissivity=none + 0.9, absorptance=none, g_value=none,
                    frame_fraction=none, f_w=none, angular=np.full((own.size, 5), np.nan),
                    optics=np.tile(NO_OPTICS, (own.size, 1)),
                    shade=np.tile(NO_SHADE, (own.size, 1)))
    return Elements(*(np.concatenate([a, b]) for a, b in zip(e, rows)))


def _behind(buildings: Sequence[Building], e: Elements) -> IntArray:
    named = [*(s.boundary for b in buildings for s in b.surfaces),
             *(part.window.boundary for b in buildings for part in window_parts(b.windows))]
    return np.array([_BEHIND.get(name, ZONE) for name in named] + [ADIABATIC] * (e.owner.size - len(named)),
                    dtype=np.int64)


def _ground(e: Elements, below: GroundElements) -> dict[str, FloatArray]:
    """Behind an element on the ground, beyond the soil: a conductance, and what the virtual temperature brings."""
    where = below.contacts.element
    film = 1.0 / below.paths.resistance
    known = np.array([t is not None for t in below.contacts.temperature], dtype=bool)
    waves = {"ground_mean": below.mean, "ground_cos": below.cosine, "ground_sin": below.sine}
    found = {name: np.zeros(e.area.size) for name in ("h_ground", *waves)}
    found["h_ground"][where] = film
    for name, values in waves.items():
        found[name][where] = np.where(known, 0.0, film * values)
    weight = e.b_transmission.copy()
    weight[where] = 1.0
    return found | {"b": weight}


def _soils(below: GroundElements) -> dict[int, Layer]:
    """The soil behind elements on the ground, by element."""
    paths = below.paths
    return {int(i): Layer(thickness=float(z), conductivity=float(k), density=1000.0, specific_heat=float(c) / 1000.0)
            for i, z, k, c in zip(below.contacts.element, paths.soil, paths.conductivity, paths.heat_capacity) if z > 0}


def _geometry(e: Elements) -> dict[str, FloatArray]:
    beta, gamma = np.radians(e.tilt), np.radians(e.azimuth)
    return {
        "area": e.area, "b": e.b_transmission,
        "east": np.sin(beta) * np.sin(gamma), "north": np.sin(beta) * np.cos(gamma), "up": np.cos(beta),
        **dict(zip(SHADES, e.shade.T)), "roof": (e.tilt < HORIZONTAL_BELOW).astype(np.float64),
    }


def outer_up(kind: IntArray, tilt: FloatArray) -> FloatArray:
    """Cosine of the tilt of the outer faces; floors look down whatever their tilt says.

    Parameters
    ----------
    kind : ndarray of int, shape (elements,)
        `stock.WALL` and so on.
    tilt : ndarray, shape (elements,)
        [°]

    Returns
    -------
    ndarray, shape (elements,)
        1 looks up. [-]
    """
    up = np.cos(np.radians(tilt))
    return np.where(kind == FLOOR, -np.abs(up), np.where(np.abs(up) < 1e-9, 0.0, up))


def _films(e: Elements, stock: Stock, surfaces: Sequence[Surface], laminar: FloatArray) -> dict[str, FloatArray]:
    up = outer_up(e.kind, e.tilt)
    # What hides the sky from the light hides it from the long-wave, too.
    view = sky_view(e) * visible_of(stock, e.owner, e.tilt, e.azimuth) * open_sky(e.shade[:, :len(SHADE)])
    # What of the long-wave from above comes from the sky; the rest is air, at the temperature of the air.
    of_sky = view * np.sqrt(0.5 * (1.0 + np.clip(up, -1.0, 1.0)))
    black = STEFAN_BOLTZMANN * e.emissivity
    smooth = np.ones(e.owner.size)
    rough = smooth.copy()
    rough[:len(surfaces)] = [ROUGHNESS[s.roughness] for s in surfaces]
    speed = _wind_profile(e, stock)
    seen = (e.b_transmission > 0.0).astype(np.float64)
    out_warm, out_cold = natural_factors(up)
    in_warm, in_cold = natural_factors(-up)
    steep = (e.kind == WINDOW) & (np.abs(up) <= STEEP)
    quarter = np.where(steep, laminar, 0.0)
    told_in, told_out = np.full(e.area.size, np.nan), np.full(e.area.size, np.nan)
    told_in[:stock.elements.area.size] = stock.faces.convection_inside
    told_out[:stock.elements.area.size] = stock.faces.convection
    inside, outside = (np.isnan(told).astype(np.float64) for told in (told_in, told_out))
    in_warm, in_cold = np.where(steep, 0.0, in_warm) * inside, np.where(steep, 0.0, in_cold) * inside
    fixed_in = np.where(up > 0.5, FIXED_UP, np.where(up < -0.5, FIXED_DOWN, FIXED_LEVEL))
    forced = outside * seen
    return {
        "to_sky": black * of_sky * seen, "to_rest": black * (1.0 - of_sky) * seen,
        "fixed_out": np.where(outside, FIXED_OUT, told_out) * seen,
        "out_warm": out_warm * forced, "out_cold": out_cold * forced, "in_warm": in_warm, "in_cold": in_cold,
        "in_quarter": quarter * inside, "rough": rough,
        "windward": (WINDWARD[0] * speed ** WINDWARD[1]) ** 2 * forced,
        "leeward": (LEEWARD[0] * speed ** LEEWARD[1]) ** 2 * forced,
        "fixed_in": np.where(inside, fixed_in, told_in),
        "given_in": np.nan_to_num(told_in), "given_out": np.nan_to_num(told_out) * seen,
    }


def _wind_profile(e: Elements, stock: Stock) -> FloatArray:
    """Wind at the middle of an element over that of the weather; none under a floor."""
    n = stock.floor_area.size
    ground = np.bincount(e.owner, weights=np.where(e.kind == FLOOR, e.area, 0.0), minlength=n)
    height = stock.volume / np.where(ground > 0.0, ground, stock.floor_area)
    middle = np.where(e.kind == ROOF, 1.0, 0.5) * height[e.owner]
    return np.where(e.kind == FLOOR, 0.0, (middle / WIND_HEIGHT) ** WIND_EXPONENT)


def _sun(e: Elements, stock: Stock, panes: Glazing, glass: IntArray) -> dict[str, FloatArray]:
    shading = np.where(e.tilt < HORIZONTAL_BELOW, stock.shading_horizontal[e.owner], stock.shading_vertical[e.owner])
    # An element that stands against another room gets the sun's share b.
    lit = np.where(e.kind == FLOOR, 0.0, shading * e.b_transmission)
    pane = lit[glass] * (1.0 - e.frame_fraction[glass])
    up, visible = np.cos(np.radians(e.tilt)), visible_of(stock, e.owner, e.tilt, e.azimuth)
    columns = {"alpha_outer": e.absorptance * lit, "alpha_inner": np.zeros(lit.size),
               "absorbed_diffuse": np.ones(lit.size), "tau_diffuse": np.zeros(lit.size),
               "isotropic": open_sky(e.shade[:, :len(SHADE)]) * visible * (1.0 + up) / 2.0,
               "horizon": visible * np.sin(np.radians(e.tilt)),
               "ground": (1.0 - up) / 2.0 + (1.0 - visible) * (1.0 + up) / 2.0,
               **{f"absorbed_{k}": np.full(lit.size, float(k == 0)) for k in range(5)},
               **{f"tau_{k}": np.zeros(lit.size) for k in range(5)}}
    columns["alpha_outer"][glass] = panes.outer * pane
    columns["alpha_inner"][glass] = panes.inner * pane
    columns["absorbed_diffuse"][glass] = panes.absorbed_diffuse
    columns["tau_diffuse"][glass] = panes.diffuse * pane
    for k in range(5):
        columns[f"absorbed_{k}"][glass] = panes.absorbed[:, k]
        columns[f"tau_{k}"][glass] = panes.beam[:, k] * pane
    return columns


def _inside(e: Elements, stock: Stock, surfaces: Sequence[Surface], panes: Glazing, glass: IntArray
            ) -> dict[str, FloatArray]:
    n = stock.floor_area.size
    emissivity, absorptance = np.full(e.area.size, 0.9), np.full(e.area.size, 0.6)
    emissivity[:stock.elements.area.size] = stock.faces.emissivity_inside
    absorptance[:len(surfaces)] = [s.absorptance_inside for s in surfaces]
    absorptance[glass] = 0.0
    # Of the light that falls on a window from inside, some leaves and some is absorbed in the inner pane.
    lost, kept = np.zeros(e.area.size), np.zeros(e.area.size)
    clear = 1.0 - e.frame_fraction[glass]
    lost[glass] = (panes.diffuse + panes.outer * panes.absorbed_diffuse) * clear
    kept[glass] = panes.inner * panes.absorbed_diffuse * clear
    taken = absorptance + kept

    def total(values: FloatArray) -> FloatArray:
        return sum_by_owner(values, e.owner, n)

    whole = np.maximum(total(e.area * (taken + lost)), 1e-9)[e.owner]
    share = taken / whole
    floor = np.where(e.kind == FLOOR, e.area, 0.0)
    lacking = np.maximum(stock.floor_area - total(floor), 0.0)[e.owner] * (e.kind == INNER)
    target = floor + lacking
    anywhere = total(target) == 0.0
    target = np.where(anywhere[e.owner], np.where(e.kind == WINDOW, 0.0, e.area), target)
    target = target / np.maximum(total(target), 1e-9)[e.owner]
    reflected = total(target * (1.0 - absorptance))[e.owner]
    return {"share_diffuse": share, "share_beam": target * absorptance / e.area + reflected * share,
            "pass_diffuse": lost / whole, "pass_beam": reflected * lost / whole,
            "star": star_factors(e.area, e.owner, emissivity, e.kind == INNER) * STEFAN_BOLTZMANN}


def _responses(buildings: Sequence[Building], e: Elements, stock: Stock, panes: Glazing,
               step: tuple[float, dict[int, Layer]]) -> tuple[dict[str, FloatArray], FloatArray]:
    seconds, soils = step
    surfaces = [s for b in buildings for s in b.surfaces]
    glass = np.flatnonzero(e.kind == WINDOW)
    resistance = np.full(e.area.size, 1.0)
    resistance[glass] = panes.resistance
    resistance[:len(surfaces)] = _resistances(e, surfaces)
    capacity = _capacities(e, stock, surfaces)
    shares = np.zeros((2, e.area.size))
    shares[:, glass] = np.where(e.frame_fraction[glass] < 1.0, gap_shares(panes.resistance), 0.0)
    chains = _chains(buildings, resistance, capacity, soils)
    known = {key: response(_chain(key), seconds) for key in dict.fromkeys(chains.values())}
    most = max([1, *(r.decay.size for r in known.values())])
    modes = np.zeros((e.area.size, most, len(MODE_COLUMNS)))
    through = np.stack(list(at_inner_face(resistance, capacity, seconds).values()), axis=1)
    for i, key in chains.items():
        r = known[key]
        through[i] = (*r[:3], *r.last, *r.before)
        modes[i, :r.decay.size] = np.stack(r[5:], axis=1)
    columns = dict(zip(RESPONSE, through.T))
    return columns | {"gap_radiation": shares[0], "gap_gas": shares[1]}, modes


#: What tells a chain from another: its layers, or resistance, capacity and place of the capacity; the soil behind it.
_Key = tuple[tuple[Layer, ...] | tuple[float, float, str], Layer | None]


def _chains(buildings: Sequence[Building], resistance: FloatArray, capacity: FloatArray, soils: dict[int, Layer]
            ) -> dict[int, _Key]:
    # All that is not of class "inside", which needs no chain.
    keys: dict[int, _Key] = {}
    owned = [(b, s) for b in buildings for s in b.surfaces]
    for i, (b, s) in enumerate(owned):
        if s.layers:
            keys[i] = s.layers, soils.get(i)
        elif b.mass_position != "inside" or i in soils:
            keys[i] = (float(resistance[i]), float(capacity[i]), b.mass_position), soils.get(i)
    return keys


def _chain(key: _Key) -> Chain:
    parts, soil = key
    first = parts[0]
    if isinstance(first, Layer):
        chain = chain_of_layers([layer for layer in parts if isinstance(layer, Layer)])
    else:
        chain = five_nodes(first, float(parts[1]), str(parts[2]))  # type: ignore[arg-type]
    if soil is None:
        return chain
    # The ground is slow: few cells will do.
    return joined(chain_of_layers([soil], soil.thickness / LEAST_CELLS), chain)


def _capacities(e: Elements, stock: Stock, surfaces: Sequence[Surface]) -> FloatArray:
    """Heat capacity of the elements without layers: the building's, evenly over their inner faces. [J/(m²K)]"""
    n = stock.floor_area.size
    layered = np.zeros(e.area.size, dtype=bool)
    layered[:len(surfaces)] = [bool(s.layers) for s in surfaces]
    bare = (e.kind != WINDOW) & ~layered
    area = sum_by_owner(np.where(bare, e.area, 0.0), e.owner, n)
    known = sum_by_owner(layered.astype(np.float64), e.owner, n) > 0.0
    return np.where(bare & ~known[e.owner], (stock.heat_capacity / np.maximum(area, 1e-9))[e.owner], 0.0)


def _resistances(e: Elements, surfaces: Sequence[Surface]) -> FloatArray:
    rated = np.array([RATED_INSIDE[s.kind] for s in surfaces]) + RATED_OUTSIDE
    u = e.u_value[:len(surfaces)]
    return np.maximum(np.where(u > 0.0, 1.0 / np.maximum(u, 1e-4) - rated, 1e4), LEAST_RESISTANCE)

"""Buildings and the spaces without heating beside them to the tables of the node model.

A space beside is built as a building of its own: its elements, and those it shares with the building, turned round.
A shared element then stands in one table, `between`, with the films of the space at its outer face.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from buem.building import Building, Kind, Surface, Usage, Ventilation, Window, Zone
from buem.constants import HOURS
from buem.films import natural_factors
from buem.iso52016_columns import COLUMNS
from buem.iso52016_records import NodeSpaces
from buem.node_climate import node_zones
from buem.nodes import ZONE as BESIDE
from buem.nodes import NodeElements, Place, node_elements, outer_up
from buem.profiles import FloatArray, Schedule
from buem.stock import IntArray, Stock, stack

#: Height of a space without a floor, for the wind on its elements. [m]
HEIGHT: Final = 2.5
_TURNED: Final[dict[str, Kind]] = {"roof": "floor", "floor": "roof"}
#: Columns of a space's face that become those of the outer face of a shared element.
_FACE: Final = {"to_sky": "star", "fixed_out": "fixed_in", "given_out": "given_in", "share_beam_outer": "share_beam",
                "share_diffuse_outer": "share_diffuse", "pass_beam": "pass_beam", "pass_diffuse": "pass_diffuse"}


def node_spaces(buildings: Sequence[Building], stock: Stock, site: Place) -> tuple[NodeSpaces, FloatArray]:
    """Tables of buildings and of the spaces beside them.

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
    tuple of NodeSpaces and ndarray, shape (8760, schedules)
        Columns in W, m², K, s; the schedules of both.
    """
    elements = node_elements(buildings, stock, site)
    zones, columns = node_zones(stock, site.density), _columns(stock, 0)
    index = np.array([i for i, b in enumerate(buildings) if b.zones], dtype=np.int64)
    shared = elements.behind == BESIDE
    if index.size == 0:
        none = elements.part(shared)
        alone = NodeSpaces(elements, zones, columns, index, none, none, zones.of(index), columns[:, index])
        return alone, _schedules(stock)
    rooms = [as_building(buildings[i], buildings[i].zones[0]) for i in index]
    beside = stack(rooms, cooling=False)
    faces = node_elements(rooms, beside, site)
    turned = faces.behind == BESIDE
    between = _between(_of_spaces(elements.part(shared), index), faces.part(turned))
    return NodeSpaces(elements.part(~shared), zones, columns, index, faces.part(~turned), between,
                      node_zones(beside, site.density), _columns(beside, stock.schedules.values.shape[1])
                      ), _schedules(stock, beside)


def _schedules(*stocks: Stock) -> FloatArray:
    # The last one is 0 always: the temperature of a ground that is not given.
    return np.concatenate([*(s.schedules.values for s in stocks), np.zeros((HOURS, 1))], axis=1)


def _columns(stock: Stock, first: int) -> IntArray:
    s = stock.schedules
    columns = np.stack([s.heating, s.cooling, s.gain, s.air, s.free, s.ground])
    return np.where(columns < 0, -1, first + columns)


def as_building(building: Building, zone: Zone) -> Building:
    """A space beside a building as a building, without heating and cooling.

    Parameters
    ----------
    building : Building
        With the elements they share.
    zone : Zone
        The space.

    Returns
    -------
    Building
        Its own elements, then the shared ones seen from it.
    """
    walls = tuple(_turned_surface(s) for s in building.surfaces if s.boundary == zone.id)
    panes = tuple(_turned_window(w) for w in building.windows if w.boundary == zone.id)
    surfaces = (*zone.surfaces, *walls)
    area = sum(s.area for s in surfaces if s.kind == "floor") or zone.volume / HEIGHT
    usage = Usage(heating_setpoint=0.0, cooling_setpoint=0.0, heating_power=0.0, cooling=False,
                  internal_gain=_per(zone.internal_gain, area), convective_share=0.5)
    return replace(
        building, floor_area=area, room_height=zone.volume / area, surfaces=surfaces, windows=(*zone.windows, *panes),
        ventilation=Ventilation(infiltration=zone.infiltration, use=0.0), usage=usage, heat_capacity=0.0,
        mass_position="inside", internal_surface_area=0.0, furniture_capacity=zone.heat_capacity / area,
        thermal_bridge=0.0, zones=())


def _per(schedule: Schedule, area: float) -> Schedule:
    return tuple(value / area for value in schedule) if isinstance(schedule, tuple) else schedule / area


def _turned_surface(s: Surface) -> Surface:
    return replace(s, kind=_TURNED.get(s.kind, s.kind), azimuth=(s.azimuth + 180.0) % 360.0, tilt=180.0 - s.tilt,
                   absorptance=s.absorptance_inside, absorptance_inside=s.absorptance,
                   emissivity=s.emissivity_inside, emissivity_inside=s.emissivity, layers=s.layers[::-1],
                   convection=s.convection_inside, convection_inside=s.convection)


def _turned_window(w: Window) -> Window:
    return replace(w, azimuth=(w.azimuth + 180.0) % 360.0, tilt=180.0 - w.tilt, overhang=None, fins=None, shade=None,
                   emissivity=w.emissivity_inside, emissivity_inside=w.emissivity,
                   convection=w.convection_inside, convection_inside=w.convection)


def _of_spaces(shared: NodeElements, index: IntArray) -> NodeElements:
    """Elements of buildings by the position of their space."""
    owner = np.searchsorted(index, shared.owner)
    return shared._replace(owner=owner, offset=np.searchsorted(owner, np.arange(index.size + 1)))


def _between(shared: NodeElements, faces: NodeElements) -> NodeElements:
    # Both lie in the order of the building's elements, surfaces before windows.
    table = shared.table.copy()
    for outer, inner in _FACE.items():
        table[:, COLUMNS.index(outer)] = faces.table[:, COLUMNS.index(inner)]
    up = outer_up(shared.kind, np.degrees(np.arccos(np.clip(table[:, COLUMNS.index("up")], -1.0, 1.0))))
    table[:, COLUMNS.index("out_warm")], table[:, COLUMNS.index("out_cold")] = natural_factors(up)
    # What is prescribed at the outer face is the inner face's of the space.
    given = table[:, COLUMNS.index("given_out")] > 0.0
    table[given, COLUMNS.index("out_warm")], table[given, COLUMNS.index("out_cold")] = 0.0, 0.0
    table[:, COLUMNS.index("b")] = 1.0
    return shared._replace(table=table)

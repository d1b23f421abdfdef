"""The node model's two forms of the same buildings: a block of the compiled one in plain Python, and NumPy arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from buem.building import Building, Fins, Ground, Layer, Overhang, Shade, Surface, Usage, Ventilation, Window, Zone
from buem.iso52016_block import load, most, places
from buem.iso52016_columns import Hour
from buem.iso52016_records import NodeSpaces, Rank, side_by_side
from buem.iso52016_rows import RANK, L, Spaces
from buem.node_spaces import node_spaces
from buem.nodes import Place
from buem.stock import stack

BRICK = Layer(thickness=0.2, conductivity=0.51, density=1400.0, specific_heat=1000.0)
WOOL = Layer(thickness=0.1, conductivity=0.035, density=30.0, specific_heat=1400.0)
#: Steps of a quarter of an hour in air of 1.2 kg/m³.
PLACE = Place(1.2, 900.0, np.full(8760, 10.0))
#: The sun in the south-south-east, 30° above the horizon; west wind.
NOON = Hour(east=0.3, north=-np.sqrt(0.75 - 0.09), up=0.5, direct=500.0, circumsolar=60.0, isotropic=90.0, horizon=10.0,
            ground=40.0, temp_start=-3.0, temp_end=1.0, sky=-15.0, windward=9.0, leeward=4.0, wind_east=-1.0,
            wind_north=0.0, density=1.25, temp=-1.0, dark=0.0, change=1.0, season_cos=0.6, season_sin=0.8)
NIGHT = NOON._replace(up=-0.5, direct=0.0, circumsolar=0.0, isotropic=0.0, horizon=0.0, ground=0.0, dark=1.0)


def plain(name: str = "plain", **changes: object) -> Building:
    """A room of one wall, one floor on the ground and one window, of U-values alone."""
    fields = {"floor_area": 20.0, "internal_surface_area": 70.0, "thermal_bridge": 2.0,
              "surfaces": (Surface(kind="wall", area=25.0, u_value=0.8, azimuth=180.0),
                           Surface(kind="floor", area=20.0, u_value=0.4, tilt=180.0, boundary="ground")),
              "windows": (Window(area=4.0, u_value=1.3, g_value=0.6, azimuth=180.0),),
              "ground": Ground(perimeter=18.0),
              "usage": Usage(heating_setpoint=20.0, cooling_setpoint=26.0)}
    return Building(id=name, latitude=50.0, longitude=8.0, **{**fields, **changes})  # type: ignore[arg-type]


def rich(name: str = "rich", **changes: object) -> Building:
    """A room with everything: layers, shades, a skyline, b below 1, convection that is prescribed."""
    window = Window(area=5.0, u_value=2.0, g_value=0.7, azimuth=170.0, height=1.4,
                    overhang=Overhang(depth=0.8, gap=0.2),
                    fins=Fins(depth=0.5, sides="right"))
    blind = Window(area=3.0, u_value=1.1, g_value=0.5, azimuth=200.0, shade=Shade(factor=0.2, irradiance=100.0))
    fields = {"surfaces": (Surface(kind="wall", area=30.0, u_value=0.3, azimuth=180.0, layers=(WOOL, BRICK)),
                           Surface(kind="wall", area=12.0, u_value=0.9, azimuth=270.0, b_transmission=0.5),
                           Surface(kind="roof", area=40.0, u_value=0.2, tilt=20.0, azimuth=10.0, layers=(WOOL,)),
                           Surface(kind="wall", area=9.0, u_value=0.5, azimuth=90.0, convection=12.0,
                                   convection_inside=3.0)),
              "windows": (window, blind), "floor_area": 40.0, "internal_surface_area": 160.0,
              "horizon": (0.0,) * 18 + (10.0,) * 18, "mass_position": "distributed",
              "ventilation": Ventilation(infiltration=0.3, use=0.5, heat_recovery=0.6)}
    return plain(name, **{**fields, **changes})


def beside(name: str = "beside", **changes: object) -> Building:
    """A room with a sunspace: a shared wall and a shared window."""
    space = Zone(id="sunspace", volume=40.0, infiltration=0.5, windows=(Window(area=12.0, u_value=2.7, g_value=0.75,
                                                                             azimuth=180.0),),
                 surfaces=(Surface(kind="floor", area=16.0, u_value=0.3, tilt=180.0, layers=(BRICK,)),))
    fields = {"surfaces": (Surface(kind="wall", area=20.0, u_value=2.0, azimuth=180.0, layers=(BRICK,),
                                   boundary="sunspace"),
                           Surface(kind="wall", area=30.0, u_value=0.4, azimuth=0.0, layers=(WOOL, BRICK))),
              "windows": (Window(area=4.0, u_value=2.7, g_value=0.7, azimuth=180.0, boundary="sunspace"),),
              "zones": (space,)}
    return plain(name, **{**fields, **changes})


class Block(NamedTuple):
    """Buildings as both forms have them."""

    m: np.ndarray
    ranks: np.ndarray
    spaces: Spaces
    #: Of the compiled form: sines and sectors of what stands around.
    around: np.ndarray
    parts: np.ndarray
    #: What the tables were made of, and the elements side by side.
    nodes: NodeSpaces
    schedules: np.ndarray
    rank: Rank

    def row(self, place: int) -> np.ndarray:
        """A row of the workspace, one value a building."""
        return self.m[place:place + L][:self.rank.column.area.shape[1]]

    def element(self, n: int) -> int:
        """Where the n-th elements of all buildings stand."""
        return self.spaces.own.first + n * self.spaces.own.stride


def tables(*buildings: Building, place: Place = PLACE) -> tuple[NodeSpaces, np.ndarray]:
    """Tables and schedules of some buildings."""
    return node_spaces(list(buildings), stack(list(buildings)), place)


def block(*buildings: Building, place: Place = PLACE) -> Block:
    """Buildings side by side, all of them with a space beside or all without."""
    nodes, schedules = tables(*buildings, place=place)
    parts = (nodes.own, nodes.beside, nodes.between)
    coupled = bool(nodes.building.size)
    held = tuple((e.offset, e.table, e.modes, e.skyline, e.sectors) for e in parts)
    used = held if coupled else held[:1]
    there, size = places(coupled, max(most(t[0]) for t in used), max(t[2].shape[1] for t in used))
    # What has not been written is found by what it makes of a result.
    m, ranks = np.full(size, np.nan), np.full((3 * there.beside.rank, RANK), -1, dtype=np.int64)
    sectors = max(t[3].shape[2] for t in used)
    around, count = np.zeros((2, 2 * sectors, L)), np.zeros((2, 2, L), dtype=np.int64)
    lanes = np.minimum(np.arange(L), len(buildings) - 1)
    which = np.stack([lanes, lanes])[:1 + coupled]
    rows = (np.stack(nodes.zones), np.stack(nodes.beside_zones))
    spaces = load(m, ranks, there, held, rows, (around, count), which)
    return Block(m, ranks, spaces, around, count, nodes, schedules, side_by_side(nodes.own))

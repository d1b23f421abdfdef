"""A footprint, its shape, its archetype and its usage as one `Building`: every number that a source did not give.

The rules, with their reasons, stand in docs/city.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final, cast

from buem.archetype import Archetype, Variant
from buem.archetypes import Shares, archetypes, envelope_type, infer_type
from buem.building import Building, Ground, Origin, Surface, Ventilation
from buem.city import CityOptions
from buem.envelope_of_shape import FACING_DOWN, facades, roof_surfaces, wall_elements
from buem.errors import BuildingError, Problem
from buem.footprint import Footprint, Shape, ShapeRules
from buem.tabula import transfer_of
from buem.usage import Mode, UsageProfile, UsageRequest, usage_of
from buem.uses import USES

if TYPE_CHECKING:
    from buem.neighbours import Neighbours

#: Conditioned floor area by inner dimensions per floor area by outer ones (TABULA's reference area). [-]
REFERENCE_SHARE: Final = 0.85
#: A ceiling with what lies on it, between the storey height and the room height. [m]
CEILING: Final = 0.4
#: Least room height of a building that is no dwelling. [m]
ROOM_HEIGHT: Final = 2.5
#: Share of the sun that a horizon of 20° leaves to a wall, mean of four sides at 45° north. [-]
HORIZON_SHARE: Final = 0.87

#: Footprints that are given a shape together.
BLOCK: Final = 256
#: Lower than this, nobody stands upright in it. [m]
LOW: Final = 2.0
#: Of unknown use and smaller than this, or of one storey and smaller than that, it is an outbuilding. [m²]
SMALL: Final = 25.0
SMALL_LOW: Final = 50.0
#: Eaves up to which a building has one storey. [m]
ONE_STOREY: Final = 3.5
#: Smaller than this, not even a known use makes it a building that is heated. [m²]
TINY: Final = 10.0


def derive(footprint: Footprint, shape: Shape, options: CityOptions) -> Building:
    """The building on a footprint.

    Parameters
    ----------
    footprint : Footprint
        What the source says.
    shape : Shape
        Of the footprint among its neighbours. [m²], [m³], [°]
    options : CityOptions
        What holds where the source does not say.

    Returns
    -------
    Building
        With its origin, and notes on every value that was filled in; `not_heated` where a rule says so.
    """
    idle = unheated(footprint, shape)
    floor_area = REFERENCE_SHARE * shape.floor_area_gross
    if idle:
        return Building(
            id=footprint.id, latitude=footprint.latitude, longitude=footprint.longitude, floor_area=floor_area,
            dialect="footprint", not_heated=idle, notes=(*footprint.notes, *shape.notes),
            origin=_origin(footprint, shape, None, _filled(footprint, shape)),
        )
    kind, archetype, notes = choose_archetype(footprint, shape, floor_area, options)
    envelope = _envelope(footprint, shape, archetype, floor_area)
    profile = _usage(footprint, envelope, archetype, options)
    return replace(
        envelope, usage=profile.usage, ventilation=profile.ventilation,
        origin=_origin(footprint, shape, (kind, archetype), _filled(footprint, shape)),
        notes=(*footprint.notes, *shape.notes, *notes, *_values(archetype), *profile.notes),
    )


def unheated(footprint: Footprint, shape: Shape) -> str:
    """Why a building is not heated: a use without heating, too low to stand in, or small, low and of unknown use.

    Parameters
    ----------
    footprint : Footprint
        With its use.
    shape : Shape
        With its area [m²] and its height [m].

    Returns
    -------
    str
        Empty for a building that is heated.
    """
    use, area = footprint.use, shape.footprint_area
    if use and not USES[use].heated:
        return f"its use, {USES[use].title}, needs no heating"
    if shape.height < LOW:
        return f"{shape.height:.1f} m to the eaves, less than {LOW:g} m"
    if area < TINY:
        return f"{area:.0f} m² of ground, less than {TINY:g} m²"
    if not use and not footprint.type and area < SMALL:
        return f"an outbuilding: use not known, {area:.0f} m² of ground, less than {SMALL:g} m²"
    if not use and not footprint.type and area < SMALL_LOW and shape.height <= ONE_STOREY:
        return (f"an outbuilding: use not known, {area:.0f} m² of ground, less than {SMALL_LOW:g} m², "
                f"and {shape.height:.1f} m to the eaves")
    return ""


def choose_archetype(footprint: Footprint, shape: Shape, floor_area: float, options: CityOptions
                     ) -> tuple[str, Archetype, tuple[str, ...]]:
    """The row of the archetype table that stands for a building.

    Parameters
    ----------
    footprint : Footprint
        With country, year and use.
    shape : Shape
        With its size and its neighbours. [m²]
    floor_area : float
        Conditioned. [m²]
    options : CityOptions
        Table, region and refurbishment.

    Returns
    -------
    kind : str
        Size class; "" for a building that is no dwelling.
    archetype : Archetype
    notes : tuple of str
        The row, and why it was taken.
    """
    dwelling = not footprint.use or USES[footprint.use].residential
    kind, why = footprint.type, ""
    if not kind:
        kind, why = infer_type(shape.footprint_area, storeys=shape.storeys, floor_area=floor_area,
                               neighbours=shape.attached) if dwelling else \
            envelope_type(shape.footprint_area, shape.storeys, floor_area)
    found, notes = archetypes(options.archetypes).find(
        footprint.country, region=footprint.region or options.region, type=kind, year=footprint.year,
        year_code=footprint.year_code, variant=_variant(footprint, options), seed_key=f"{footprint.id}/{options.seed}")
    return kind if dwelling else "", found, (*((why,) if why else ()), *notes)


def _variant(footprint: Footprint, options: CityOptions) -> Variant | Shares:
    chosen = footprint.variant or options.variant
    if isinstance(chosen, tuple):
        existing, usual, advanced = chosen
        return Shares(existing=existing, usual=usual, advanced=advanced)
    return cast("Variant", chosen)


def _usage(footprint: Footprint, envelope: Building, archetype: Archetype, options: CityOptions) -> UsageProfile:
    """Use of a building, whose dwellings are heated in part and at times, the more so the more its envelope loses."""
    return usage_of(footprint.use, UsageRequest(
        building_id=footprint.id, seed=options.seed, country=footprint.country, latitude=footprint.latitude,
        longitude=footprint.longitude, floor_area=envelope.floor_area, archetype=archetype, heat=transfer_of(envelope),
        mode=cast("Mode", options.usage), holidays=options.holidays))


def _envelope(footprint: Footprint, shape: Shape, archetype: Archetype, floor_area: float) -> Building:
    """The building with the air changes of its archetype, not yet in use."""
    sides = facades(shape, archetype, footprint.latitude)
    surfaces, windows = wall_elements(sides, archetype)
    roofs = roof_surfaces(shape, archetype)
    floor = _floor(shape, archetype)
    surfaces = [*surfaces, *_party(shape, archetype), *roofs, floor]
    bridged = sum(s.area for s in surfaces if s.boundary != "adiabatic") + sum(w.area for w in windows)
    return Building(
        id=footprint.id, latitude=footprint.latitude, longitude=footprint.longitude, floor_area=floor_area,
        room_height=_room_height(footprint, shape, archetype), surfaces=tuple(surfaces), windows=tuple(windows),
        ventilation=Ventilation(infiltration=archetype.infiltration, use=archetype.use_ventilation),
        heat_capacity=archetype.heat_capacity,
        thermal_bridge=archetype.bridge_surcharge * bridged,
        ground=Ground(perimeter=shape.perimeter or None),
        shading_horizontal=archetype.shading_horizontal, shading_vertical=_shading(shape, archetype),
        horizon=shape.horizon, horizon_roof=shape.horizon_roof, dialect="footprint",
    )


def _shading(shape: Shape, archetype: Archetype) -> float:
    """What is left of TABULA's shading of walls once the buildings around are counted by themselves. [-]"""
    return min(1.0, archetype.shading_vertical / HORIZON_SHARE) if shape.horizon else archetype.shading_vertical


def _room_height(footprint: Footprint, shape: Shape, archetype: Archetype) -> float:
    """That of the archetype for dwellings, else the storey height less a ceiling. [m]"""
    if not footprint.use or USES[footprint.use].residential:
        return archetype.room_height
    return max(ROOM_HEIGHT, shape.volume / shape.floor_area_gross - CEILING)


def _party(shape: Shape, archetype: Archetype) -> list[Surface]:
    area = shape.party_wall_area
    if area <= 0.0:
        return []
    return [Surface(id="party wall", kind="wall", area=area, u_value=archetype.wall.u_value, boundary="adiabatic",
                    b_transmission=0.0)]


def _floor(shape: Shape, archetype: Archetype) -> Surface:
    """On the ground, or over a cellar that is not heated, by the archetype's own factor."""
    floor = archetype.floor
    return Surface(id="floor", kind="floor", area=shape.footprint_area, u_value=floor.u_value, tilt=FACING_DOWN,
                   b_transmission=floor.b_transmission, boundary="unheated", absorptance=0.0)


def _origin(footprint: Footprint, shape: Shape, chosen: tuple[str, Archetype] | None, filled: tuple[str, ...]
            ) -> Origin:
    return Origin(
        country=footprint.country, type=chosen[0] if chosen else footprint.type, use=footprint.use,
        year=footprint.year, archetype=chosen[1].id if chosen else "", variant=chosen[1].variant if chosen else "",
        height=shape.height, storeys=shape.storeys, footprint_area=shape.footprint_area,
        wall_area=shape.wall_area, party_wall_area=shape.party_wall_area, filled=filled,
    )


def _filled(footprint: Footprint, shape: Shape) -> tuple[str, ...]:
    """Names of what the source did not give."""
    missing = [name for name, absent in (
        ("year", footprint.year is None and not footprint.year_code), ("use", not footprint.use),
        ("type", not footprint.type), ("variant", not footprint.variant)) if absent]
    return (*shape.filled, *missing)


@lru_cache(maxsize=4096)
def _values(archetype: Archetype) -> tuple[str, ...]:
    """The values that a building has from its archetype."""
    a = archetype
    return (
        f"U wall {a.wall.u_value:.2f}, roof {a.roof.u_value:.2f}, floor {a.floor.u_value:.2f} x b "
        f"{a.floor.b_transmission:g}, window {a.window.u_value:.2f}, door {a.door.u_value:.2f} W/(m²K), g "
        f"{a.g_value:g}, thermal bridges {a.bridge_surcharge:g} W/(m²K), infiltration {a.infiltration:g} 1/h, capacity "
        f"{a.heat_capacity / 3600.0:.0f} Wh/(m²K): archetype {a.id}",
    )


def derive_all(footprints: Sequence[Footprint], paths: Sequence[str], around: Sequence[Neighbours] | None,
               options: CityOptions) -> list[Building | BuildingError]:
    """The buildings on footprints among their neighbours.

    Parameters
    ----------
    footprints : sequence of Footprint
        N footprints.
    paths : sequence of str
        Of each in its file, for the paths of problems.
    around : sequence of Neighbours or None
        What stands around each; None for nothing.
    options : CityOptions
        What holds where the source does not say.

    Returns
    -------
    list of Building or BuildingError
        One a footprint, in their order; an error where the outline has no shape.
    """
    from buem.geometry import shape_of

    shapes = shape_of(footprints, around, ShapeRules(radius=options.radius))
    return [derive(footprint, shape, options) if isinstance(shape, Shape) else _moved(shape, path)
            for footprint, shape, path in zip(footprints, shapes, paths)]


def derive_city(footprints: Sequence[Footprint], paths: Sequence[str], options: CityOptions
                ) -> list[Building | BuildingError]:
    """The buildings on footprints that stand among each other.

    Parameters
    ----------
    footprints, paths, options
        As for `derive_all`; all of a city.

    Returns
    -------
    list of Building or BuildingError
        One a footprint, in their order.
    """
    from buem.neighbours import Outlines

    outlines = Outlines.from_footprints(footprints)
    made: list[Building | BuildingError] = []
    for first in range(0, len(footprints), BLOCK):
        some = slice(first, first + BLOCK)
        around = outlines.around(range(first, min(first + BLOCK, len(footprints))), options.radius)
        made += derive_all(footprints[some], paths[some], around, options)
    return made


def derive_alone(footprint: Footprint, path: str, options: CityOptions) -> Building:
    """The building on a footprint of whose neighbours nothing is known.

    Parameters
    ----------
    footprint : Footprint
        What the source says.
    path : str
        Of it in its file.
    options : CityOptions
        What holds where the source does not say.

    Returns
    -------
    Building

    Raises
    ------
    BuildingError
        When the outline has no shape.
    """
    (found,) = derive_all([footprint], [path], None, options)
    if isinstance(found, BuildingError):
        raise found
    return found


def _moved(error: BuildingError, path: str) -> BuildingError:
    """The error of a shape, with its paths from the root of the file."""
    return BuildingError([Problem(path=p.path if p.path.startswith("$") else f"{path}.{p.path}", value=p.value,
                                  expected=p.expected, code=p.code) for p in error.problems])

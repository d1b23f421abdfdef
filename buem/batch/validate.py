"""Every problem of a file of buildings, without simulating any."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from buem.archetypes import check_table
from buem.building import Building
from buem.building_check import check_building
from buem.city import CityOptions
from buem.errors import BuildingError, Problem
from buem.footprint import Footprint
from buem.io.dialects import ReadOptions, WallArea
from buem.io.features import open_features
from buem.io.geojson import RawFeature, derived, read_new_source
from buem.network import check_network

#: Features that are looked at together.
BLOCK: Final = 256


@dataclass(slots=True)
class Findings:
    """What a file holds and what is wrong with it."""

    features: int = 0
    #: Features with at least one problem.
    bad: int = 0
    #: Sound features of each dialect.
    dialects: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)


def validate_file(source: str | Path, *, wall_area: WallArea = "net", city: CityOptions | None = None) -> Findings:
    """Read every feature of a file.

    Parameters
    ----------
    source : str or Path
        GeoJSON as `run_batch` takes it.
    wall_area : {"net", "gross"}
        Whether the areas of walls are net of their openings.
    city : CityOptions, optional
        How footprints are read and filled in.

    Returns
    -------
    Findings
        With all problems of all features, in the order of the file.

    Raises
    ------
    ContainerError
        When the file, or the table of archetypes, cannot be read.
    """
    options = ReadOptions(wall_area=wall_area, city=city or CityOptions())
    check_table(options.city.archetypes)
    found = Findings()
    seen: dict[str, int] = {}
    features = open_features(source, options.city)
    while block := list(islice(features, BLOCK)):
        first = found.features
        found.features += len(block)
        # Neighbours change no problem: each footprint is looked at by itself.
        sources = [_source(feature, options, seen) for feature in block]
        for index, building in enumerate(derived(sources, options, neighbours=False, first=first), first):
            problems = list(_problems(building, index, found))
            found.problems += problems
            found.bad += bool(problems)
    return found


def _source(feature: RawFeature, options: ReadOptions, seen: dict[str, int]) -> Building | Footprint | BuildingError:
    try:
        return read_new_source(feature.raw, feature.index, options, seen)
    except BuildingError as error:
        return error


def _problems(building: Building | BuildingError, index: int, found: Findings) -> Iterator[Problem]:
    if isinstance(building, BuildingError):
        yield from building.problems
        return
    if building.not_heated:
        found.dialects[building.dialect] += 1
        return
    problems = check_building(building) or check_network(building)
    if not problems:
        found.dialects[building.dialect] += 1
    for problem in problems:
        yield Problem(path=f"$.features[{index}] ({building.id}).{problem.path}", value=problem.value,
                      expected=problem.expected, code=problem.code)

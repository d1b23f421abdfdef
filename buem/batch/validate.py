"""Every problem of a file of buildings, without simulating any."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from buem.building_check import check_building
from buem.errors import BuildingError, Problem
from buem.io.dialects import ReadOptions, WallArea
from buem.io.geojson import read_new_feature, scan_features
from buem.network import check_network


@dataclass(slots=True)
class Findings:
    """What a file holds and what is wrong with it."""

    features: int = 0
    #: Features with at least one problem.
    bad: int = 0
    #: Sound features of each dialect.
    dialects: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)


def validate_file(source: str | Path, *, wall_area: WallArea = "net") -> Findings:
    """Read every feature of a file.

    Parameters
    ----------
    source : str or Path
        GeoJSON as `run_batch` takes it.
    wall_area : {"net", "gross"}
        Whether the areas of walls are net of their openings.

    Returns
    -------
    Findings
        With all problems of all features, in the order of the file.

    Raises
    ------
    ContainerError
        When the file as a whole cannot be read.
    """
    options = ReadOptions(wall_area=wall_area)
    found = Findings()
    seen: dict[str, int] = {}
    for index, raw in scan_features(source):
        found.features += 1
        problems = list(_problems(raw, index, options, seen, found))
        found.problems += problems
        found.bad += bool(problems)
    return found


def _problems(raw: bytes, index: int, options: ReadOptions, seen: dict[str, int], found: Findings
              ) -> Iterator[Problem]:
    try:
        building = read_new_feature(raw, index, options, seen)
    except BuildingError as error:
        yield from error.problems
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

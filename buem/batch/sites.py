"""Which weather each building of a chunk gets."""

from __future__ import annotations

import pickle
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from buem.batch.part import PartTask, Setup
from buem.batch.plan import RunOptions
from buem.building import Building
from buem.errors import InputError, Problem
from buem.io.dialects import read_source
from buem.io.durable import durable
from buem.io.stations import MAX_DISTANCE, WARN_DISTANCE, nearest_stations, read_station, stations
from buem.network import check_network
from buem.profiles import Schedule
from buem.results import Failure
from buem.simulate import Site, prepare


class Item(NamedTuple):
    """A feature that was read."""

    #: Its place in the file, from 0.
    position: int
    raw: bytes
    building: Building
    #: Planned memory, its schedules apart. [B]
    planned: int
    schedules: frozenset[tuple[Schedule, int]] = frozenset()


class Group(NamedTuple):
    """Buildings of one site."""

    site: Site
    #: What is to be said of the weather of each; empty for nothing at all.
    notes: tuple[tuple[str, ...], ...]
    members: list[Item]


def group_by_site(items: Sequence[Item], setup: Setup) -> tuple[list[Group], list[Failure]]:
    """Sound buildings by their weather, and those that cannot be simulated.

    A building's own weather wins, then the weather of the run, then the nearest bundled station.

    Parameters
    ----------
    items : sequence of Item
        Features that were read.
    setup : Setup
        Options and weather of the run.

    Returns
    -------
    groups : list of Group
        In the order of their first members.
    failures : list of Failure
        Buildings without a solution, and those too far from any station.
    """
    failures, sound = [], []
    for item in items:
        problems = check_network(item.building) if setup.options.model == "iso13790" else []
        if problems:
            failures.append(fail(item, problems))
        else:
            sound.append(item)
    own = [item for item in sound if item.building.weather is not None]
    rest = [item for item in sound if item.building.weather is None]
    groups = [Group(prepare(item.building.weather, setup.options.sky), (), [item])
              for item in own if item.building.weather is not None]
    if setup.site is not None:
        return [*groups, Group(setup.site, (), rest)] if rest else groups, failures
    nearest, too_far = _nearest(rest, setup)
    return [*groups, *nearest], [*failures, *too_far]


def fail(item: Item, problems: Iterable[Problem]) -> Failure:
    """The failure of a feature that was read.

    Parameters
    ----------
    item : Item
        The feature.
    problems : iterable of Problem
        Their paths start at the building.

    Returns
    -------
    Failure
        Its paths start at the root of the file.
    """
    root = f"$.features[{item.position}]"
    named = tuple(replace(p, path=p.path if p.path.startswith("$") else f"{root}: {p.path}") for p in problems)
    return Failure(id=item.building.id, index=item.position, problems=named, dialect=item.building.dialect)


def _nearest(items: Sequence[Item], setup: Setup) -> tuple[list[Group], list[Failure]]:
    if not items:
        return [], []
    places = nearest_stations([i.building.latitude for i in items], [i.building.longitude for i in items])
    chosen: dict[str, list[tuple[Item, float]]] = defaultdict(list)
    failures = []
    for item, at, distance in zip(items, places[0].tolist(), places[1].tolist()):
        station = stations()[at].id
        if distance > MAX_DISTANCE and not setup.options.any_distance:
            failures.append(fail(item, [_too_far(station, distance)]))
        else:
            chosen[station].append((item, distance))
    groups = [
        Group(_site_of(name, setup),
              tuple(_note(name, distance) for _, distance in members), [item for item, _ in members])
        for name, members in chosen.items()
    ]
    return groups, failures


def _too_far(station: str, distance: float) -> Problem:
    expected = f"a bundled station within {MAX_DISTANCE:.0f} km, or --weather FILE, or --weather-any-distance"
    return Problem(path="weather", value=f"{station} is {distance:.0f} km away", expected=expected, code="TOO_FAR")


def _note(station: str, distance: float) -> tuple[str, ...]:
    far = f", more than {WARN_DISTANCE:.0f} km: look whether its climate fits" if distance > WARN_DISTANCE else ""
    return (f"weather: nearest bundled station {station}, {distance:.0f} km away{far}",)


def _site_of(name: str, setup: Setup) -> Site:
    """A station that the parent has prepared, or else one that is prepared here."""
    given = setup.stations.get(name)
    if given is not None:
        return given
    path = _shared_path(name, setup)
    return _read_site(path) if path.is_file() else station_site(name, setup.options.sky)


def _shared_path(name: str, setup: Setup) -> Path:
    return setup.scratch / f"station-{name}-{setup.options.sky}"


@lru_cache(maxsize=32)
def _read_site(path: Path) -> Site:
    site: Site = pickle.loads(path.read_bytes())
    return site


def share_stations(tasks: Iterable[PartTask], setup: Setup) -> Iterator[PartTask]:
    """Parts as they come, the stations near the first and the last feature of each left for the workers.

    Preparing a station takes pvlib, which is slow to load and large; the parent has loaded it already.

    Parameters
    ----------
    tasks : iterable of PartTask
        Of a run whose buildings take the weather of the nearest station.
    setup : Setup
        With the stations that all workers have, and the folder for others.

    Yields
    ------
    PartTask
        Unchanged.
    """
    known = set(setup.stations)
    for task in tasks:
        ends = [raw for raw in (task.raws[0], task.raws[-1]) if len(raw) <= MOST_SAMPLED] if len(task.raws) else []
        for name, site in stations_of(replace(task, raws=tuple(ends)), setup.options).items():
            if name not in known:
                known.add(name)
                with durable(_shared_path(name, setup)) as temporary:
                    temporary.write_bytes(pickle.dumps(site))
        yield task


#: A longer text is not read for the station near it. [B]
MOST_SAMPLED: Final = 100_000


@lru_cache(maxsize=32)
def station_site(name: str, sky: str) -> Site:
    """A bundled station, prepared once a process.

    Parameters
    ----------
    name : str
        Of `stations()`.
    sky : str
        Model of the sky.

    Returns
    -------
    Site
    """
    return prepare(read_station(name), sky)


def stations_of(task: PartTask, options: RunOptions) -> dict[str, Site]:
    """The stations near the buildings of a part, prepared here so that workers need not load pvlib.

    A building elsewhere costs its worker that load; features that cannot be read are passed over.

    Parameters
    ----------
    task : PartTask
        The first part of the run.
    options : RunOptions
        Model of the sky, and how features are read.

    Returns
    -------
    dict
        Name of the station -> its site.
    """
    read = [_place(raw, options) for raw in task.raws]
    places = [place for place in read if place is not None]
    if not places:
        return {}
    nearest, distances = nearest_stations([p[0] for p in places], [p[1] for p in places])
    near = {int(at) for at, distance in zip(nearest, distances) if distance <= MAX_DISTANCE or options.any_distance}
    names = sorted(stations()[at].id for at in near)
    return {name: station_site(name, options.sky) for name in names}


def _place(raw: bytes, options: RunOptions) -> tuple[float, float] | None:
    try:
        source = read_source(raw, 0, options.reading)
    except InputError:
        return None
    if isinstance(source, Building) and source.weather is not None:
        return None
    return source.latitude, source.longitude

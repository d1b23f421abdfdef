"""City files as buildings."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Literal

from buem.building import Building
from buem.city import CityOptions
from buem.errors import BuemWarning, BuildingError, OptionError, problem
from buem.footprint import Footprint
from buem.io.dialects import ReadOptions, WallArea, read_source
from buem.io.features import open_features, with_id
from buem.io.fields import id_text, show
from buem.io.json_stream import WANTED_TYPE, Source, container_error
from buem.io.named_fields import NamedFields
from buem.io.scan import RawFeature as RawFeature
from buem.io.scan import feature_id as feature_id
from buem.io.scan import scan_features as scan_features


def read_geojson(
    source: Source | Mapping[str, Any] | Sequence[Mapping[str, Any]],
    *,
    wall_area: WallArea = "net",
    on_error: Literal["raise", "skip"] = "raise",
    open_profiles: bool = True,
    country: str = "",
    city: CityOptions | None = None,
) -> list[Building]:
    """All buildings of a file; footprints become buildings among their neighbours.

    Parameters
    ----------
    source : str, Path, bytes, binary file, dict or list of dict
        As for `features.open_features`; or a parsed FeatureCollection, Feature or list of Features.
    wall_area : {"net", "gross"}
        Whether the areas of walls are net of their openings.
    on_error : {"raise", "skip"}
        What to do about features that cannot be simulated: raise one error with the problems of all of them,
        or leave them out with a warning.
    open_profiles : bool
        Whether load profiles that a feature names may be opened.
    country : str
        Of footprints that name none, two letters of ISO 3166.
    city : CityOptions, optional
        How footprints are read and filled in; `country` goes before its own.

    Returns
    -------
    list of Building
        In the order of the file.

    Raises
    ------
    ContainerError
        When the file as a whole cannot be read.
    BuildingError
        With every problem of the file, for `on_error="raise"`.
    """
    if on_error not in ("raise", "skip"):
        raise OptionError([problem("on_error", on_error, "one of raise, skip")])
    city = city or CityOptions()
    city = replace(city, country=country) if country else city
    options = ReadOptions(wall_area=wall_area, open_profiles=open_profiles, city=city)
    seen: dict[str, int] = {}
    sources = [_source_or_error(raw, index, options, seen) for index, raw in _raw_features(source, city)]
    found = derived(sources, options, neighbours=True)
    buildings = [item for item in found if isinstance(item, Building)]
    problems = [p for item in found if isinstance(item, BuildingError) for p in item.problems]
    refused = len(found) - len(buildings)
    if problems and on_error == "raise":
        raise BuildingError(problems)
    if problems:
        text = f"{refused} of {refused + len(buildings)} features were left out, the first: {problems[0]}"
        warnings.warn(text, BuemWarning, stacklevel=2)
    return buildings


def _source_or_error(raw: bytes | dict[str, Any], index: int, options: ReadOptions, seen: dict[str, int]
                     ) -> Building | Footprint | BuildingError:
    try:
        return read_new_source(raw, index, options, seen)
    except BuildingError as error:
        return error


def derived(sources: Sequence[Building | Footprint | BuildingError], options: ReadOptions, *, neighbours: bool,
            first: int = 0) -> list[Building | BuildingError]:
    """What was read, each footprint as the building on it.

    Parameters
    ----------
    sources : sequence of Building, Footprint or BuildingError
        What came of each feature, in the order of the file.
    options : ReadOptions
        How footprints are filled in.
    neighbours : bool
        Whether they stand among each other; otherwise each stands alone.
    first : int
        Place of the first feature in the file, for the paths of problems.

    Returns
    -------
    list of Building or BuildingError
        In the same order.
    """
    outlines = [(k, source) for k, source in enumerate(sources) if isinstance(source, Footprint)]
    if not outlines:
        return [source for source in sources if not isinstance(source, Footprint)]
    from buem.derive import derive_all, derive_city

    footprints = [source for _, source in outlines]
    paths = [f"$.features[{first + k}]" for k, _ in outlines]
    made = iter(derive_city(footprints, paths, options.city) if neighbours else
                derive_all(footprints, paths, None, options.city))
    return [next(made) if isinstance(source, Footprint) else source for source in sources]


def read_new_source(raw: bytes | dict[str, Any], index: int, options: ReadOptions, seen: dict[str, int]
                    ) -> Building | Footprint:
    """The building or footprint of a feature whose id no earlier feature has, be that one sound or not.

    Parameters
    ----------
    raw : bytes or dict
        The feature as JSON, or parsed.
    index : int
        Place of the feature in the file.
    options : ReadOptions
        How it is read.
    seen : dict
        Id -> place of the feature that had it first; extended here.

    Returns
    -------
    Building or Footprint

    Raises
    ------
    BuildingError
        With every problem of the feature, its second-hand id among them.
    """
    source, problems = None, []
    try:
        source = read_source(raw, index, options)
    except BuildingError as error:
        problems = [*error.problems]
    name = source.id if source else _id_of(raw)
    first = index if name is None else seen.setdefault(name, index)
    if first != index:
        expected = f"an id of its own (features[{first}] has it)"
        problems.insert(0, problem(f"$.features[{index}].id", name, expected, "DUPLICATE_ID"))
    if source is None or problems:
        raise BuildingError(problems)
    return source


def _id_of(raw: object) -> str | None:
    if isinstance(raw, (bytes, bytearray, memoryview)):
        return feature_id(bytes(raw))
    return id_text(raw.get("id")) if isinstance(raw, Mapping) else None


def _raw_features(source: Any, city: CityOptions) -> Iterator[tuple[int, bytes | dict[str, Any]]]:
    if isinstance(source, Mapping):
        features = source.get("features") if source.get("type") == "FeatureCollection" else [source]
        if source.get("type") not in _TYPES:
            shown = "" if source.get("type") is None else show(source["type"])
            raise container_error(f"$.type: {shown}", WANTED_TYPE, "WRONG_TYPE")
    elif isinstance(source, Sequence) and not isinstance(source, (str, bytes)):
        features = source
    else:
        yield from ((feature.index, feature.raw) for feature in open_features(source, city))
        return
    if not isinstance(features, Sequence) or isinstance(features, (str, bytes)):
        raise container_error("$.features: not a list", "a list of Features", "WRONG_TYPE")
    if not features:
        raise container_error("$.features: an empty list", "at least one Feature", "EMPTY_CONTAINER")
    yield from enumerate(_named(features, city))


def _named(features: Sequence[Any], city: CityOptions) -> list[Any]:
    """Parsed features under the ids that those of a file have."""
    wanted = NamedFields(city.names)
    for feature in features if wanted.missing else ():
        wanted.look(feature)
    wanted.refuse_missing()
    return [with_id(feature, index, city.names.id) for index, feature in enumerate(features)]


_TYPES: Final = ("FeatureCollection", "Feature")

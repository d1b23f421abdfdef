"""Files of buildings."""

from __future__ import annotations

import gzip
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from request_samples import (
    SHARED_PLACE,
    as_json,
    child_feature,
    collection,
    components_feature,
    envelope_buem,
    feature,
    full_envelope,
    seed_collection,
    wall,
)

import buem
from buem.building_check import check_building
from buem.city import CityOptions, FieldNames
from buem.errors import BuemWarning, BuildingError, ContainerError, OptionError
from buem.io.dialects import ReadOptions
from buem.io.geojson import RawFeature, feature_id, read_geojson, read_new_source, scan_features

SHARED = Path(__file__).resolve().parents[2] / SHARED_PLACE / "data" / "buem_requests"
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason=f"needs {SHARED_PLACE}/data/buem_requests")
CITY = collection(full_envelope(), components_feature(), child_feature())


def ids(source: Any) -> list[str]:
    return [b.id for b in read_geojson(source)]


def test_every_way_to_hand_over_a_file(tmp_path: Path) -> None:
    raw = json.dumps(CITY).encode()
    path = tmp_path / "city.geojson.gz"
    path.write_bytes(gzip.compress(raw))
    sources: list[Any] = [CITY, CITY["features"], raw, io.BytesIO(raw), path, str(path)]
    for source in sources:
        assert ids(source) == ["full", "second", "first"]
    assert ids(full_envelope()) == ["full"]
    assert buem.read_geojson(path)[0].id == "full"


def test_a_named_id_however_the_file_is_handed_over(tmp_path: Path) -> None:
    city = collection(full_envelope(), components_feature())
    city["features"][0]["properties"]["code"] = "c1"
    path = tmp_path / "city.geojson"
    path.write_bytes(json.dumps(city).encode())
    sources: list[Any] = [city, city["features"], path, path.read_bytes(), io.BytesIO(path.read_bytes())]
    named, misspelt = (CityOptions(names=FieldNames(id=name)) for name in ("code", "cod"))
    for source in sources:
        first, second = read_geojson(source, city=named)
        assert (first.id, second.id) == ("c1", "second")
        assert "no id in the property code: 'second' taken" in second.notes
        assert not any("property code" in note for note in first.notes)
    for source in [*sources[:4], io.BytesIO(path.read_bytes())]:
        with pytest.raises(OptionError, match=r"id_field: 'cod'; expected .* \(is 'code' meant\?\)"):
            read_geojson(source, city=misspelt)
    assert city["features"][0]["id"] == "full"


def test_a_feature_with_two_ids_is_refused() -> None:
    """Whether an id is new is asked of the first, and JSON takes the last: two buildings would come out with one id."""
    raw = json.dumps(full_envelope()).encode()
    assert raw.startswith(b'{"type": "Feature", "id": "full"')
    twice = raw.replace(b'"id": "full"', b'"id": "full", "id": "z"', 1)
    with pytest.raises(BuildingError, match=r"^\$\.features\[4\]\.id: 'z'; expected one id, it also has 'full'$"):
        read_new_source(twice, 4, ReadOptions(), {})
    same = raw.replace(b'"id": "full"', b'"id": "full", "id": "full"', 1)
    assert read_new_source(same, 4, ReadOptions(), {}).id == "full"


def test_dialects_may_be_mixed_in_a_file() -> None:
    assert [b.dialect for b in read_geojson(CITY)] == ["envelope", "components", "child_components"]


def test_newline_delimited() -> None:
    raw = b"\n".join(json.dumps(f).encode() for f in CITY["features"])
    assert ids(raw) == ["full", "second", "first"]


def test_a_scan_counts_from_zero() -> None:
    scanned = list(scan_features(json.dumps(CITY).encode()))
    assert [s.index for s in scanned] == [0, 1, 2]
    assert isinstance(scanned[0], RawFeature)
    assert json.loads(scanned[2].raw) == CITY["features"][2]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ({"type": "Topology"}, '$.type: \'Topology\'; expected "FeatureCollection" or "Feature"'),
        ({}, '$.type: missing; expected "FeatureCollection" or "Feature"'),
        ({"type": "FeatureCollection"}, "$.features: not a list; expected a list of Features"),
        ({"type": "FeatureCollection", "features": []}, "$.features: an empty list; expected at least one Feature"),
        ([], "$.features: an empty list; expected at least one Feature"),
    ],
)
def test_parsed_containers_that_are_none(source: Any, text: str) -> None:
    with pytest.raises(ContainerError) as caught:
        read_geojson(source)
    assert str(caught.value) == text


def test_on_error_raise_gives_all_problems_in_one_error() -> None:
    city = collection(feature(envelope_buem(wall(U=-1)), "a"), full_envelope(), feature({}, "c"))
    with pytest.raises(BuildingError) as caught:
        read_geojson(city)
    assert [p.path.split(".")[1] for p in caught.value.problems] == ["features[0]", "features[2]"]


def test_on_error_skip_leaves_out_with_a_warning() -> None:
    city = collection(feature(envelope_buem(wall(U=-1)), "a"), full_envelope(), full_envelope())
    with pytest.warns(BuemWarning, match=r"^2 of 3 features were left out, the first: \$\.features\[0\].*U: -1;"):
        buildings = read_geojson(city, on_error="skip")
    assert [b.id for b in buildings] == ["full"]


def test_on_error_is_a_choice() -> None:
    with pytest.raises(OptionError, match="on_error: 'ignore'; expected one of raise, skip"):
        read_geojson(CITY, on_error="ignore")  # type: ignore[arg-type]


def test_wall_area_is_passed_on() -> None:
    net, gross = (read_geojson(full_envelope(), wall_area=area)[0] for area in ("net", "gross"))  # type: ignore[arg-type]
    assert net.surfaces[2].area - gross.surfaces[2].area == 8.0


def test_the_last_element_of_a_broken_file_is_a_container_error() -> None:
    raw = json.dumps(CITY).encode()[:-30]
    with pytest.raises(ContainerError, match=r"cut off at byte \d+ inside features\[2\]"):
        read_geojson(raw)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b'{"type": "Feature", "id": "a b", "properties": {}}', "a b"),
        (b'{"type":"Feature","id":"a"}', "a"),
        (b'{"id": "b", "type": "Feature"}', "b"),
        (b'{"properties": {"id": "x"}, "id": "c"}', "c"),
        (b'{"type": "Feature", "id": "quote \\" inside"}', 'quote " inside'),
        ('{"type": "Feature", "id": "Straße"}'.encode(), "Straße"),
        (b'{"type": "Feature", "id": 12}', "12"),
        (b'{"type": "Feature", "id": null}', None),
        (b'{"type": "Feature", "id": ""}', None),
        (b'{"type": "Feature"}', None),
        (b'{"type": "Feature", "id": }', None),
        (b'{"id": "\xff"}', None),
        (b"[" * 5000, None),
        (b"[]", None),
        (b'{"id": 1e999}', None),
    ],
)
def test_an_id_without_parsing_the_rest(raw: bytes, name: str | None) -> None:
    assert feature_id(raw) == name


def test_ids_of_the_samples_are_those_of_their_buildings() -> None:
    for sample in CITY["features"] + seed_collection()["features"]:
        assert feature_id(as_json(sample)) == sample["id"]


@pytest.mark.parametrize("dump", [as_json, lambda sample: sample], ids=["json", "parsed"])
def test_the_id_of_a_refused_feature_is_taken_too(dump: Any) -> None:
    seen: dict[str, int] = {}
    bad, good = ({**full_envelope(), "id": "a"} for _ in range(2))
    bad["geometry"] = None
    with pytest.raises(BuildingError, match=r"geometry: missing"):
        read_new_source(dump(bad), 0, ReadOptions(), seen)
    with pytest.raises(BuildingError, match=r"\$\.features\[2\]\.id: 'a'; expected an id of its own \(features\[0\]"):
        read_new_source(dump(good), 2, ReadOptions(), seen)
    with pytest.raises(BuildingError) as caught:
        read_new_source(dump(bad), 3, ReadOptions(), seen)
    assert [p.path for p in caught.value.problems] == ["$.features[3].id", "$.features[3].geometry"]
    assert seen == {"a": 0}


def test_the_seed_file(tmp_path: Path) -> None:
    path = tmp_path / "seed.json"
    path.write_text(json.dumps(seed_collection(), indent=2))
    buildings = read_geojson(path)
    assert [b.id for b in buildings] == ["Building_01", "Building_02", "Building_03"]
    assert all(b.dialect == "components" for b in buildings)


@needs_shared
@pytest.mark.parametrize("name", [
    "v2_example_request", "v3_example_request", "v5_example_request", "v3_building_01_small_residential",
    "v3_building_03_large_commercial", "v3_building_06_terraced_house", "v3_building_09_retail_shop",
    "v3_building_12_historic_townhouse",
])  # fmt: skip
def test_the_samples_of_buem_are_read(name: str) -> None:
    (building,) = read_geojson(SHARED / f"{name}.json")
    assert check_building(building) == []
    assert len(building.surfaces) in (6, 7)
    assert len(building.windows) in (3, 4)
    assert building.period.hours == 8760


@needs_shared
def test_the_sample_of_v1_has_no_u_and_is_refused_element_by_element() -> None:
    with pytest.raises(BuildingError) as caught:
        read_geojson(SHARED / "v1_example_request.json")
    parts = ((0, 0, "wall '1234'"), (0, 1, "roof '5678'"), (1, 0, "wall '91011'"), (1, 1, "roof '121314'"))
    assert [str(p) for p in caught.value.problems] == [
        f"$.features[{i}].properties.buem.child_components[{j}].U: missing; expected 0 to 10 W/(m²K) for {what}"
        for i, j, what in parts
    ]


def test_the_example_of_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "inputs.md"
    (code,) = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    exec(code, {})
    assert "default: thermal.c_m 165 kJ/(m2K)" in capsys.readouterr().out

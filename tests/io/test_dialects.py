"""One feature as a building: what is common to all dialects."""

from __future__ import annotations

import json
import sys
import types
from typing import Any

import pytest
from request_samples import (
    child_feature,
    components_feature,
    envelope_buem,
    feature,
    full_envelope,
    quantity,
    seed_collection,
    wall,
    window,
)

from buem.building_check import check_building
from buem.errors import BuildingError, OptionError, WeatherError, problem
from buem.io.dialects import ReadOptions, id_text, read_feature
from buem.profiles import Period


def floor(area: float = 60.0) -> dict[str, Any]:
    return wall("f1", type="floor", tilt=0, area=area)


def with_building(*elements: dict[str, Any], **changes: Any) -> dict[str, Any]:
    buem = envelope_buem(*elements)
    buem["building"].update(changes)
    return feature(buem)


@pytest.mark.parametrize("sample", [full_envelope(), components_feature(), child_feature(), feature(envelope_buem())])
def test_bytes_and_parsed_json_give_the_same_building(sample: dict[str, Any]) -> None:
    building = read_feature(sample, 3)
    assert read_feature(json.dumps(sample).encode(), 3) == building
    assert check_building(building) == []


def test_dialects_are_told_apart() -> None:
    samples = [full_envelope(), components_feature(), child_feature()]
    assert [read_feature(s, 0).dialect for s in samples] == ["envelope", "components", "child_components"]


def test_another_dialect_beside_the_envelope_is_reported() -> None:
    sample = full_envelope()
    sample["properties"]["buem"].update(components_feature()["properties"]["buem"], child_components=[])
    building = read_feature(sample, 0)
    assert building.dialect == "envelope"
    for name in ("building_attributes", "child_components", "use_milp"):
        assert name in building.notes[-1]


def test_a_response_can_be_read_again() -> None:
    sample = full_envelope()
    sample["properties"]["buem"].update(thermal_load_profile={"summary": {}}, model_metadata={"x": 1})
    assert "model_metadata, thermal_load_profile" in read_feature(sample, 0).notes[-1]


def test_an_envelope_in_a_polygon_stands_at_its_centroid() -> None:
    ring = [[4.0, 52.0], [4.002, 52.0], [4.002, 52.002], [4.0, 52.002], [4.0, 52.0]]
    sample = {**full_envelope(), "geometry": {"type": "Polygon", "coordinates": [ring]}}
    building = read_feature(sample, 0)
    assert (building.latitude, building.longitude) == pytest.approx((52.001, 4.001))


@pytest.mark.parametrize(
    ("given", "expected"),
    [("a", "a"), ("Straße 5", "Straße 5"), (17, "17"), (0, "0"), ("", None), (None, None), (True, None),
     (1.5, None), (10**30, None), ("\ud800", None), ([], None), ("Hof\u00a07", "Hof\u00a07"), ("a\u200db", "a\u200db")],
)  # fmt: skip
def test_ids(given: Any, expected: str | None) -> None:
    assert id_text(given) == expected


def test_the_floor_area_of_the_floors_stands_in_for_a_missing_one() -> None:
    building = read_feature(with_building(wall(), floor(), A_ref=None, n_storeys=3), 0)
    assert building.floor_area == 180.0
    assert "building.A_ref not given: 180 m2, floor area x 3 storeys" in building.notes
    assert read_feature(with_building(wall(), floor(), A_ref=quantity(0, "m2")), 0).floor_area == 60.0


def test_storeys_have_no_effect_beside_a_floor_area() -> None:
    building = read_feature(with_building(wall(), n_storeys={"value": 2}), 0)
    assert building.floor_area == 120.0
    assert "building.n_storeys" in building.notes[-1]


def test_room_height_in_feet() -> None:
    assert read_feature(with_building(wall(), h_room=quantity(10, "ft")), 0).room_height == pytest.approx(3.048)


def test_foreign_fields_outside_buem_pass_but_a_likely_misspelling_is_noted() -> None:
    sample = feature(envelope_buem(wall()), osm_id=5, tags={"building": "yes"}, start_tme="2018-01-01")
    sample["bbox"] = [1, 2, 3, 4]
    notes = read_feature(sample, 0).notes
    assert "properties.start_tme: no effect (is 'start_time' meant?)" in notes
    assert not any("osm" in note or "tags" in note or "bbox" in note for note in notes)


def test_labels_and_foreign_fields_of_the_building_are_reported() -> None:
    building = read_feature(with_building(wall(), name="x", country="NL", colour="red"), 0)
    assert building.notes[-1] == "no effect: building.country, building.name, buem.building.colour"


def test_a_client_profile_is_not_opened() -> None:
    notes = read_feature(full_envelope(), 0, ReadOptions(open_profiles=False)).notes
    assert "inputs.electricity_load_profile: ignored, no file named in a request is opened" in notes


def test_the_period_comes_from_the_times() -> None:
    sample = feature(envelope_buem(wall()), start_time="2020-01-01T00:00:00", end_time="2020-01-31T23:00:00")
    assert read_feature(sample, 0).period == Period(year=2020, first_hour=0, hours=744)


def test_all_problems_stand_together_with_those_of_a_bad_number() -> None:
    raw = json.dumps(feature(envelope_buem(wall(U="HERE", tilt=-4)), tags={"x": "HERE"})).replace('"HERE"', "NaN")
    with pytest.raises(BuildingError) as caught:
        read_feature(raw.encode(), 7)
    texts = [str(p) for p in caught.value.problems]
    element = "$.features[7].properties.buem.building.envelope.elements[0]"
    assert "$.features[7].properties.tags.x: NaN; expected a finite number, not too large for a float" in texts
    assert f"{element}.tilt: -4; expected 0 to 180 °" in texts


#: What it probes: the feature, the start of the error.
MALFORMED: dict[str, tuple[bytes, str]] = {
    "a word": (b'{"id": nobody}', "$.features[2]: JSON is malformed: invalid character"),
    "not UTF-8": (b'{"id": "\xff"}', "$.features[2]: byte 0 is not UTF-8; expected text in UTF-8"),
    "cut off": (b'{"id": "a"', "$.features[2]: Input data was truncated; expected a feature as JSON"),
    "a number": (b"17", "$.features[2]: 17; expected a GeoJSON Feature"),
    "null": (b"null", "$.features[2]: missing; expected a GeoJSON Feature"),
    "a list": (b"[1]", "$.features[2]: a list of 1; expected a GeoJSON Feature"),
    "deep": (b"[" * 9000, "$.features[2]: nested deeper; expected nesting of at most 64"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_feature(case: str) -> None:
    raw, text = MALFORMED[case]
    with pytest.raises(BuildingError) as caught:
        read_feature(raw, 2)
    assert str(caught.value).startswith(text)


def test_options_are_checked() -> None:
    with pytest.raises(OptionError, match="wall_area: 'inner'; expected one of net, gross"):
        ReadOptions(wall_area="inner")  # type: ignore[arg-type]


def test_the_seed_runs_word_for_word() -> None:
    buildings = [read_feature(f, i) for i, f in enumerate(seed_collection()["features"])]
    assert [b.id for b in buildings] == ["Building_01", "Building_02", "Building_03"]
    assert [b.surfaces[0].u_value for b in buildings] == [1.0, 1.5, 2.0]
    for building in buildings:
        assert (building.floor_area, building.latitude, building.longitude) == (100.0, 52.0, 5.0)
        assert (building.ventilation.infiltration, building.ventilation.use) == (0.0, 0.5)
        assert len(building.surfaces) == 1
        assert building.windows == ()


#: Stands for a weather of a request.
OWN = types.SimpleNamespace(notes=("29 February dropped (24 rows)",))


@pytest.fixture
def weather_block(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Stands in for the reader of weather blocks; keeps what it was asked."""
    asked: list[Any] = []

    def weather_from_block(block: Any, **where: Any) -> tuple[object, Period]:
        asked.append((block, where))
        if block.get("index") == "bad":
            raise WeatherError([problem(f"{where['path']}.index", "bad", "stamps")])
        return OWN, Period(year=2017, hours=24)

    module = types.ModuleType("buem.io.weather_block")
    module.weather_from_block = weather_from_block  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "buem.io.weather_block", module)
    return asked


PATH = "$.features[0].properties.buem.weather"


def test_weather_of_its_own_gives_weather_and_period(weather_block: list[Any]) -> None:
    block = {"index": [], "variables": {}}
    building = read_feature(feature({**envelope_buem(wall()), "weather": block}), 0)
    assert building.weather is OWN
    assert "weather: 29 February dropped (24 rows)" in building.notes
    assert building.period == Period(year=2017, hours=24)
    assert weather_block == [(block, {"latitude": 52.01, "longitude": 4.36, "path": PATH})]


def test_times_win_over_the_period_of_the_weather(weather_block: list[Any]) -> None:
    buem = {**envelope_buem(wall()), "weather": {"index": []}}
    sample = feature(buem, start_time="2018-01-01", end_time="2018-12-31")
    assert read_feature(sample, 0).period == Period(year=2018)


def test_problems_of_the_weather_join_the_others(weather_block: list[Any]) -> None:
    buem = {**envelope_buem(wall(U=-1)), "weather": {"index": "bad"}}
    with pytest.raises(BuildingError) as caught:
        read_feature(feature(buem), 0)
    assert str(caught.value.problems[-1]) == f"{PATH}.index: 'bad'; expected stamps"
    assert len(caught.value.problems) == 2


def test_a_choice_of_provider_is_reported_as_without_effect() -> None:
    buem = {**envelope_buem(wall(), window()), "weather": {"provider": "era5-land", "year": 2018}}
    building = read_feature(feature(buem), 0)
    assert building.weather is None
    assert "weather.provider, weather.year" in building.notes[-1]


def test_weather_that_is_no_object() -> None:
    with pytest.raises(BuildingError, match=r"weather: 'x\.csv'; expected an object with index and variables"):
        read_feature(feature({**envelope_buem(wall()), "weather": "x.csv"}), 0)

"""Every refusal of the input contract, with its exact text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from request_samples import as_json, child_feature, collection, envelope_buem, feature, quantity, wall, window

from buem.errors import BuildingError, ContainerError, InputError
from buem.io.dialects import ReadOptions, read_feature
from buem.io.geojson import read_geojson

ELEMENT = "$.features[0].properties.buem.building.envelope.elements[0]"
SECOND = "$.features[0].properties.buem.building.envelope.elements[1]"
THERMAL = "$.features[0].properties.buem.building.thermal"
BUILDING = "$.features[0].properties.buem.building"
SQUARE = [[[4.0, 52.0], [4.001, 52.0], [4.001, 52.001], [4.0, 52.001], [4.0, 52.0]]]
BOW = [[[4.0, 52.0], [4.001, 52.001], [4.001, 52.0], [4.0, 52.001], [4.0, 52.0]]]


NET = ReadOptions()


def problems_of(sample: Any, options: ReadOptions = NET) -> list[str]:
    """The problems of one feature as the user sees them."""
    with pytest.raises(BuildingError) as caught:
        read_feature(sample, 0, options)
    return [str(p) for p in caught.value.problems]


def with_element(**changes: Any) -> dict[str, Any]:
    return feature(envelope_buem(wall(**changes)))


def with_thermal(**thermal: Any) -> dict[str, Any]:
    return feature(envelope_buem(wall(), **thermal))


def with_building(**changes: Any) -> dict[str, Any]:
    buem = envelope_buem(wall())
    buem["building"].update(changes)
    return feature(buem)


def at_place(geometry: Any) -> dict[str, Any]:
    return {**feature(envelope_buem(wall())), "geometry": geometry}


def in_period(start: Any, end: Any, **more: Any) -> dict[str, Any]:
    return feature(envelope_buem(wall()), start_time=start, end_time=end, **more)


CLASSES = "very_light, light, medium, heavy, very_heavy"
KINDS = "wall, roof, floor, window, door, ventilation"
DEGREES = "longitude -180 to 180 and latitude -90 to 90 in degrees (WGS 84)"
CASES: dict[str, tuple[dict[str, Any], str]] = {
    "U below its range": (
        with_element(U=quantity(-0.2, "W/(m2K)")),
        f"{ELEMENT}.U.value: -0.2; expected 0 to 10 W/(m²K)",
    ),
    "U above its range, plain": (with_element(U=11), f"{ELEMENT}.U: 11; expected 0 to 10 W/(m²K)"),
    "U in another unit": (
        with_element(U=quantity(3, "BTU/(h.ft2.F)")),
        f"{ELEMENT}.U.value: 3; expected 0 to 10 W/(m²K) (given in BTU/(h.ft2.F))",
    ),
    "U missing": (with_element(U=None), f"{ELEMENT}.U: missing; expected 0 to 10 W/(m²K) for wall 'w1'"),
    "text for a number": (with_element(U="0.8"), f"{ELEMENT}.U: '0.8'; expected a number, 0 to 10 W/(m²K)"),
    "text in a quantity": (
        with_element(area=quantity("40", "m2")),
        f"{ELEMENT}.area.value: '40'; expected a number, above 0 to 1e+07 m²",
    ),
    "true for a number": (with_element(U=True), f"{ELEMENT}.U: True; expected a number, 0 to 10 W/(m²K)"),
    "a quantity without value": (
        with_element(U={"unit": "W/(m2K)"}),
        f"{ELEMENT}.U.value: missing; expected a number, 0 to 10 W/(m²K)",
    ),
    "negative area": (with_element(area=-1.0), f"{ELEMENT}.area: -1.0; expected above 0 to 1e+07 m²"),
    "zero area": (with_element(area=0), f"{ELEMENT}.area: 0; expected above 0 to 1e+07 m²"),
    "area missing": (with_element(area=None), f"{ELEMENT}.area: missing; expected above 0 to 1e+07 m²"),
    "tilt below 0": (with_element(tilt=-5), f"{ELEMENT}.tilt: -5; expected 0 to 180 °"),
    "tilt above 180": (with_element(tilt=181), f"{ELEMENT}.tilt: 181; expected 0 to 180 °"),
    "tilt missing": (with_element(tilt=None), f"{ELEMENT}.tilt: missing; expected 0 to 180 °"),
    "azimuth beyond a turn": (with_element(azimuth=400), f"{ELEMENT}.azimuth: 400; expected -360 to 360 °"),
    "azimuth missing": (with_element(azimuth=None), f"{ELEMENT}.azimuth: missing; expected -360 to 360 °"),
    "b above 1": (with_element(b_transmission=1.5), f"{ELEMENT}.b_transmission: 1.5; expected 0 to 1"),
    "unknown unit": (
        with_element(area=quantity(40, "acre")),
        f"{ELEMENT}.area.unit: 'acre'; expected m2 or ft2",
    ),
    "unit of another quantity": (
        with_element(U=quantity(0.8, "m2")),
        f"{ELEMENT}.U.unit: 'm2'; expected W/(m2K) or BTU/(h.ft2.F)",
    ),
    "a unit that is no text": (
        with_element(U=quantity(0.8, 5)),  # type: ignore[arg-type]
        f"{ELEMENT}.U.unit: 5; expected the name of a unit",
    ),
    "misspelt unit key": (
        with_element(area={"value": 40, "units": "ft2"}),
        f"{ELEMENT}.area.units: 'ft2'; expected no such field (is 'unit' meant?)",
    ),
    "unknown element type": (with_element(type="chimney"), f"{ELEMENT}.type: 'chimney'; expected one of {KINDS}"),
    "element type missing": (with_element(type=None), f"{ELEMENT}.type: missing; expected one of {KINDS}"),
    "an element that is no object": (
        feature(envelope_buem(wall(), 5)),  # type: ignore[arg-type]
        f"{SECOND}: 5; expected an element as an object",
    ),
    "the second of two elements with one id": (
        feature(envelope_buem(wall(), wall())),
        f"{SECOND}.id: 'w1'; expected an id that no other element has",
    ),
    "misspelt field of an element": (
        with_element(absorptence=0.3),
        f"{ELEMENT}.absorptence: 0.3; expected no such field (is 'absorptance' meant?)",
    ),
    "no layers": (
        with_element(layers=[]),
        f"{ELEMENT}.layers: 0 layers; expected a list of 1 to 50 layers, from outside to inside",
    ),
    "inside absorptance": (
        with_element(absorptance={"outside": 0.3, "inside": 1.4}),
        f"{ELEMENT}.absorptance.inside: 1.4; expected 0 to 1",
    ),
    "unknown boundary": (
        with_element(boundary="cellar"),
        f"{ELEMENT}.boundary: 'cellar'; expected one of outdoor, ground, adiabatic, unheated, "
        "or the id of one of building.zones",
    ),
    "window without plane or parent": (
        feature(envelope_buem(wall(), window(azimuth=None, parent_id=None))),
        f"{SECOND}.azimuth: missing; expected -360 to 360 °",
    ),
    "window in a wall that is not there": (
        feature(envelope_buem(wall(), window(azimuth=None, parent_id="w9"))),
        f"{SECOND}.parent_id: 'w9'; expected the id of a wall, roof or floor of this building",
    ),
    "ventilation without air change": (
        feature(envelope_buem(wall(), {"id": "v", "type": "ventilation"})),
        f"{SECOND}.air_changes: missing; expected 0 to 100 1/h",
    ),
    "no envelope": (
        feature({"building": {"A_ref": 100}}),
        f"{BUILDING}.envelope: missing; expected an object with elements",
    ),
    "no elements": (
        feature({"building": {"A_ref": 100, "envelope": {"elements": []}}}),
        f"{BUILDING}.envelope.elements: a list of 0; expected a list of at least one element",
    ),
    "unknown thermal class": (
        with_thermal(thermal_class="feathery"),
        f"{THERMAL}.thermal_class: 'feathery'; expected one of {CLASSES}",
    ),
    "crossed set-points": (
        with_thermal(comfortT_lb=quantity(26, "degC"), comfortT_ub=24),
        f"{THERMAL}.comfortT_lb.value: 26.0; expected at most the cooling set-point",
    ),
    "crossed schedules": (
        with_thermal(T_set_heating=[20] * 23 + [25], T_set_cooling=24),
        f"{THERMAL}.T_set_heating: 'schedule'; expected at most the cooling set-point (hour 23 of the year)",
    ),
    "schedule of a wrong length": (
        with_thermal(T_set_heating=[20] * 25),
        f"{THERMAL}.T_set_heating: 25 values; expected 24 values or 8760 values",
    ),
    "a value of a schedule": (
        with_thermal(T_set_heating=[20] * 23 + [500]),
        f"{THERMAL}.T_set_heating[23]: 500; expected -50 to 100 °C",
    ),
    "a text in a schedule": (
        with_thermal(phi_int={"weekday": ["a"] * 24, "weekend": 3}),
        f"{THERMAL}.phi_int.weekday[0]: 'a'; expected a number, 0 to 1000 W/m²",
    ),
    "half a week": (
        with_thermal(phi_int={"weekday": 3}),
        f"{THERMAL}.phi_int.weekend: missing; expected 24 values",
    ),
    "unknown control": (
        with_thermal(temperature_control="floor"),
        f"{THERMAL}.temperature_control: 'floor'; expected one of air, operative",
    ),
    "misspelt own field": (
        with_thermal(heat_recovry=0.8),
        f"{THERMAL}.heat_recovry: 0.8; expected no such field (is 'heat_recovery' meant?)",
    ),
    "negative power": (with_thermal(heating_max_kW=-1), f"{THERMAL}.heating_max_kW: -1; expected a number from 0 kW"),
    "night ventilation without hours": (
        with_thermal(night_ventilation={"air_changes": 2, "from": 22}),
        f"{THERMAL}.night_ventilation.to: missing; expected 0 to 24 h",
    ),
    "no floor area": (
        with_building(A_ref=0),
        f"{BUILDING}.A_ref: 0; expected a floor area, or a floor to take it from",
    ),
    "half a storey": (
        with_building(n_storeys=1.5),
        f"{BUILDING}.n_storeys: 1.5; expected a whole number from 1 to 500",
    ),
    "misplaced block": (
        feature({**envelope_buem(wall()), "thermal": {"c_m": 100}}),
        "$.features[0].properties.buem.thermal: an object; expected no such field here: it belongs in building.thermal",
    ),
    "misspelt block": (
        feature({**envelope_buem(wall()), "solvers": {}}),
        "$.features[0].properties.buem.solvers: an object; expected no such field (is 'solver' meant?)",
    ),
    "cooling as a text": (
        feature({**envelope_buem(wall()), "solver": {"compute_cooling": "yes"}}),
        "$.features[0].properties.buem.solver.compute_cooling: 'yes'; expected true or false",
    ),
    "nothing that loses heat": (
        feature(envelope_buem(wall(U=0), n_air_infiltration=0, n_air_use=0)),
        f"{BUILDING}: nothing that loses heat; expected an element with U > 0, a thermal bridge or an air change",
    ),
    "id missing": (
        feature(envelope_buem(wall()), None),  # type: ignore[arg-type]
        "$.features[0].id: missing; expected an id, a text that is not empty",
    ),
    "id empty": (feature(envelope_buem(wall()), ""), "$.features[0].id: ''; expected an id, a text that is not empty"),
    "no feature": ({"type": "Point"}, '$.features[0].type: \'Point\'; expected "Feature"'),
    "no geometry": (
        at_place(None),
        "$.features[0].geometry: missing; expected a Point with longitude and latitude",
    ),
    "coordinates off the globe": (
        at_place({"type": "Point", "coordinates": [200, 52]}),
        f"$.features[0].geometry.coordinates: [200, 52]; expected {DEGREES}",
    ),
    "coordinates in metres": (
        at_place({"type": "Point", "coordinates": [84_000.5, 447_000]}),
        "$.features[0].geometry.coordinates: [84000.5, 447000]; expected "
        f"{DEGREES}; these look like metres of a projected grid",
    ),
    "coordinates as texts": (
        at_place({"type": "Point", "coordinates": ["4", "52"]}),
        "$.features[0].geometry.coordinates: a list of 2; expected [longitude, latitude] as numbers in degrees",
    ),
    "a line": (
        at_place({"type": "LineString", "coordinates": []}),
        "$.features[0].geometry.type: 'LineString'; expected Point, Polygon or MultiPolygon",
    ),
    "polygon that crosses itself": (
        at_place({"type": "Polygon", "coordinates": BOW}),
        "$.features[0].geometry.coordinates: Self-intersection[4.0005 52.0005]; "
        "expected a polygon that does not cross itself",
    ),
    "empty polygon": (
        at_place({"type": "Polygon", "coordinates": []}),
        "$.features[0].geometry.coordinates: a list of 0; expected rings of a polygon that is not empty",
    ),
    "open ring": (
        at_place({"type": "Polygon", "coordinates": [SQUARE[0][:4]]}),
        "$.features[0].geometry.coordinates[0]: an open ring; expected a ring whose last position is its first",
    ),
    "footprint": (
        {**feature({}), "geometry": {"type": "Polygon", "coordinates": SQUARE}},
        "$.features[0].properties.country: missing; expected the country of the building, two letters of ISO 3166, "
        'here or for all: --country FR, country="FR"',
    ),
    "no dialect": (
        feature({"other": 1}),
        "$.features[0].properties.buem: missing; expected "
        "building.envelope, building_attributes.components or child_components",
    ),
    "end before start": (
        in_period("2018-02-01T00:00:00Z", "2018-01-01T00:00:00Z"),
        "$.features[0].properties.end_time: 2018-02-01T00:00:00Z to 2018-01-01T00:00:00Z; "
        "expected at least a full hour",
    ),
    "more than a year": (
        in_period("2018-01-01T00:00:00Z", "2019-01-02T00:00:00Z"),
        "$.features[0].properties.end_time: 2018-01-01T00:00:00Z to 2019-01-02T00:00:00Z; expected at most a year",
    ),
    "no time": (
        in_period("yesterday", "2018-12-31T23:00:00Z"),
        "$.features[0].properties.start_time: 'yesterday'; expected a date and time such as 2018-01-01T00:00:00",
    ),
    "only an end": (
        in_period(None, "2018-12-31T23:00:00Z"),
        "$.features[0].properties.start_time: missing; expected a date and time such as 2018-01-01T00:00:00",
    ),
    "quarter hours": (
        in_period("2018-01-01", "2018-12-31", resolution="15", resolution_unit="minutes"),
        "$.features[0].properties.resolution: '15' 'minutes'; expected 60 minutes, the step of all results",
    ),
    "v1 without U": (
        child_feature(None),
        "$.features[0].properties.buem.child_components[0].U: missing; expected 0 to 10 W/(m²K) for wall 'c0'",
    ),
    "integer too large for a float": (
        with_element(U=10**400),
        f"{ELEMENT}.U: an integer too large for a float; expected 0 to 10 W/(m²K)",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_refusal_names_path_value_and_what_was_wanted(case: str) -> None:
    sample, text = CASES[case]
    assert text in problems_of(sample)
    assert text in problems_of(as_json(sample))


NUMBERS = {
    "NaN": ("NaN", "NaN"),
    "Infinity": ("Infinity", "Infinity"),
    "-Infinity": ("-Infinity", "-Infinity"),
    "an exponent": ("1e999", "Infinity"),
    "5,000 digits": ("1" * 5000, "Infinity"),
}


@pytest.mark.parametrize("case", NUMBERS)
def test_a_number_that_no_float_holds_is_named_by_its_path(case: str) -> None:
    written, shown = NUMBERS[case]
    raw = json.dumps(with_element(U="HERE")).replace('"HERE"', written).encode()
    assert problems_of(raw)[0] == f"{ELEMENT}.U: {shown}; expected a finite number, not too large for a float"


def test_nan_from_python_is_refused_like_any_number_out_of_range() -> None:
    assert problems_of(with_element(U=float("nan"))) == [f"{ELEMENT}.U: nan; expected 0 to 10 W/(m²K)"]


def test_openings_larger_than_their_wall_with_gross_areas() -> None:
    sample = feature(envelope_buem(wall(area=10), window(area=6), window("g2", area=7)))
    expected = "at least 13 m², the area of its openings (--wall-area gross)"
    assert problems_of(sample, ReadOptions(wall_area="gross")) == [f"{ELEMENT}.area: 10.0; expected {expected}"]


def test_an_opening_must_say_where_it_stands_with_gross_areas() -> None:
    sample = feature(envelope_buem(wall(), window(parent_id=None)))
    expected = "the id of the element it stands in (--wall-area gross)"
    assert problems_of(sample, ReadOptions(wall_area="gross")) == [f"{SECOND}.parent_id: missing; expected {expected}"]


@pytest.mark.parametrize("depth", [65, 500, 20_000])
def test_nesting_deeper_than_64_kills_its_feature_only(depth: int) -> None:
    good = json.dumps(feature(envelope_buem(wall()), "good"))
    deep = json.dumps(feature(envelope_buem(wall()), "deep", tags="HERE")).replace(
        '"HERE"', "[" * depth + "]" * depth
    )
    text = f'{{"type": "FeatureCollection", "features": [{deep}, {good}]}}'
    with pytest.raises(BuildingError) as caught:
        read_geojson(text.encode())
    (found,) = caught.value.problems
    assert found.code == "NESTING_TOO_DEEP"
    assert found.path.startswith("$.features[0]")
    assert "expected nesting of at most 64" in str(found)


def test_all_problems_of_a_file_come_at_once() -> None:
    bad = feature(envelope_buem(wall(U=-1, tilt=200), window(area=0), thermal_class="x"), "a")
    with pytest.raises(InputError) as caught:
        read_geojson(collection(bad, feature(envelope_buem(wall()), "b"), with_element(area="x")))
    paths = [p.path.removeprefix("$.features") for p in caught.value.problems]
    here = "properties.buem.building"
    assert paths == [
        f"[0].{here}.envelope.elements[0].U",
        f"[0].{here}.envelope.elements[0].tilt",
        f"[0].{here}.envelope.elements[1].area",
        f"[0].{here}.thermal.thermal_class",
        f"[2].{here}.envelope.elements[0].area",
    ]


def test_the_second_feature_of_an_id_is_refused() -> None:
    with pytest.raises(BuildingError) as caught:
        read_geojson(collection(*(feature(envelope_buem(wall()), name) for name in ("a", "b", "a"))))
    assert str(caught.value) == "$.features[2].id: 'a'; expected an id of its own (features[0] has it)"
    assert caught.value.problems[0].code == "DUPLICATE_ID"


def test_problems_beyond_a_hundred_are_counted() -> None:
    found = problems_of(feature(envelope_buem(*(wall(f"w{i}", U=-1) for i in range(130)))))
    assert len(found) == 101
    assert found[-1] == "$.features[0]: 30 more problems; expected none"


def test_codes_of_container_and_building_errors_are_told_apart() -> None:
    with pytest.raises(ContainerError):
        read_geojson(b"{")
    with pytest.raises(BuildingError):
        read_geojson(with_element(U=-1))

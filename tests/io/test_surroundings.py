"""The ground, the spaces and the horizon of a request, and the thermal fields of the node model."""

from __future__ import annotations

from typing import Any

import pytest
from request_samples import envelope_buem, feature, quantity, wall, window

from buem.building import Building, FreeVentilation, Ground, Surface
from buem.building_check import check_building
from buem.errors import BuildingError
from buem.io.dialects import read_feature

ATTIC = {"id": "attic", "volume": 60, "elements": [wall("a1", type="roof", tilt=30, U=3.0)]}


def request(elements: tuple[dict[str, Any], ...] = (), thermal: dict[str, Any] | None = None, **building: Any
            ) -> dict[str, Any]:
    buem = envelope_buem(*elements, **(thermal or {}))
    buem["building"] |= building
    return feature(buem)


def read(elements: tuple[dict[str, Any], ...] = (), thermal: dict[str, Any] | None = None, **building: Any) -> Building:
    made = read_feature(request(elements, thermal, **building), 0)
    assert check_building(made) == []
    return made


def problems(thermal: dict[str, Any] | None = None, **building: Any) -> list[str]:
    with pytest.raises(BuildingError) as caught:
        read_feature(request((), thermal, **building), 0)
    return [str(p).removeprefix("$.features[0].properties.buem.building.") for p in caught.value.problems]


def test_a_building_without_any_stands_free() -> None:
    made = read()
    assert (made.ground, made.zones, made.horizon, made.horizon_roof) == (Ground(), (), (), ())


def test_the_ground_field_by_field() -> None:
    block = {
        "floor": "basement", "perimeter": 40, "wall_thickness": quantity(36.5, "cm"), "conductivity": 1.5,
        "heat_capacity": quantity(3, "MJ/(m3K)"), "depth": 2.5, "height": 0.4, "wall_U": 1.2, "air_changes": 0.4,
        "temperature": quantity(10, "degC"),
    }
    assert read(ground=block).ground == Ground(
        floor="basement", perimeter=40.0, wall_thickness=0.365, conductivity=1.5, heat_capacity=3e6, depth=2.5,
        height=0.4, wall_u_value=1.2, air_change=0.4, temperature=10.0)


def test_a_ground_temperature_may_be_a_schedule() -> None:
    assert read(ground={"temperature": [10.0] * 24}).ground.temperature == (10.0,) * 24


def test_a_zone_and_the_ceiling_to_it() -> None:
    ceiling = wall("c1", type="roof", tilt=0, boundary="attic")
    made = read((wall(), ceiling), zones=[{**ATTIC, "n_air_infiltration": 1, "gain": quantity(0.1, "kW"),
                                           "heat_capacity": 500}])
    (zone,) = made.zones
    assert (zone.id, zone.volume, zone.infiltration) == ("attic", 60.0, 1.0)
    assert (zone.internal_gain, zone.heat_capacity) == (100.0, 500e3)
    assert zone.surfaces == (Surface(id="a1", kind="roof", area=40.0, u_value=3.0, azimuth=180.0, tilt=30.0),)
    assert (made.surfaces[1].boundary, made.surfaces[1].b_transmission) == ("attic", 1.0)


def test_a_window_between_the_two() -> None:
    made = read((wall(), window(boundary="attic")), zones=[ATTIC])
    assert made.windows[0].boundary == "attic"


def test_the_elements_of_a_zone_may_be_called_like_those_of_the_building() -> None:
    zone = {**ATTIC, "elements": [wall("w1", U=3.0), window("g1", parent_id="w1")]}
    made = read((wall("w1"),), zones=[zone])
    assert [e.id for e in (*made.zones[0].surfaces, *made.zones[0].windows)] == ["w1", "g1"]


def test_horizons() -> None:
    made = read(horizon=[0] * 35 + [12.5], horizon_roof=[1, 2, 3, 4])
    assert made.horizon == (0.0,) * 35 + (12.5,)
    assert made.horizon_roof == (1.0, 2.0, 3.0, 4.0)


@pytest.mark.parametrize(("block", "text"), [
    ({"ground": 10}, "ground: 10"),
    ({"ground": {"floor": "moat"}}, "ground.floor: 'moat'; expected one of slab, basement, unheated_basement"),
    ({"ground": {"perimeter": 0}}, "ground.perimeter: 0; expected above 0 to 1e+07 m"),
    ({"ground": {"temprature": 10}}, "ground.temprature"),
    ({"zones": {}}, "zones: an object; expected a list of one space without heating"),
    ({"zones": [5]}, "zones[0]: 5; expected an object with id, volume and elements"),
    ({"zones": [ATTIC, {**ATTIC, "id": "cellar"}]}, "zones: 2 zones; expected one space without heating at most"),
    ({"zones": [{**ATTIC, "id": None}]}, "zones[0].id: missing; expected a text of its own"),
    ({"zones": [{**ATTIC, "id": "ground"}]}, "zones[0].id: 'ground'; expected a text of its own"),
    ({"zones": [{**ATTIC, "volume": None}]}, "zones[0].volume: missing; expected above 0 to 1e+09 m³"),
    ({"zones": [{**ATTIC, "volume": -5}]}, "zones[0].volume: -5; expected above 0 to 1e+09 m³"),
    ({"zones": [{**ATTIC, "elements": []}]}, "zones[0].elements: a list of 0; expected a list of at least one element"),
    ({"zones": [{**ATTIC, "elements": [wall(U=-1)]}]}, "zones[0].elements[0].U: -1; expected 0 to 10 W/(m²K)"),
    ({"zones": [{**ATTIC, "volumes": 5}]}, "zones[0].volumes"),
    ({"zones": [{**ATTIC, "elements": [wall(boundary="cellar")]}]}, "zones[0].elements[0].boundary: 'cellar'"),
    ({"horizon": [1, 2, 3]}, "horizon: 3 values; expected a list of 4 to 360 elevations in degrees"),
    ({"horizon": "flat"}, "horizon: 'flat'; expected a list"),
    ({"horizon_roof": [0, 0, 0, 91]}, "horizon_roof[3]: 91; expected 0 to 90 °"),
    ({"horizon": [0, 0, 0, None]}, "horizon[3]: missing; expected 0 to 90 °"),
])
def test_what_is_wrong(block: dict[str, Any], text: str) -> None:
    found = problems(**block)
    assert any(line.startswith(text) for line in found), found


def test_thermal_fields_of_air_and_inside() -> None:
    made = read(thermal={
        "n_air_use": [0.2] * 8 + [0.8] * 16, "heat_recovery": 0.8, "bypass_T": 24,
        "free_ventilation": {"air_changes": 4, "T_min": 25, "difference": 2},
        "furniture_capacity": 10, "mass_position": "distributed",
    })
    assert made.ventilation.use == (0.2,) * 8 + (0.8,) * 16
    assert made.ventilation.bypass_temp == 24.0
    assert made.ventilation.free == FreeVentilation(air_change=4.0, temp_min=25.0, difference=2.0)
    assert (made.furniture_capacity, made.mass_position) == (10e3, "distributed")


def test_thermal_fields_of_use() -> None:
    made = read(thermal={"heating_available": [0] * 6 + [1] * 18, "cooling_available": 0, "hot_water": 2,
                         "electricity": {"weekday": 3, "weekend": [4] * 24}})
    assert made.usage.heating_available == (0.0,) * 6 + (1.0,) * 18
    assert made.usage.cooling_available == 0.0
    assert made.usage.hot_water == 2.0
    assert made.usage.electricity == (3.0,) * 24 + (4.0,) * 24


def test_a_bypass_without_recovery_has_no_effect() -> None:
    assert "thermal.bypass_T: no effect without heat_recovery" in read(thermal={"bypass_T": 24}).notes


@pytest.mark.parametrize(("thermal", "text"), [
    ({"free_ventilation": {}}, "thermal.free_ventilation.air_changes: missing; expected 0 to 100 1/h"),
    ({"free_ventilation": {"air_changes": 1, "from": 6}}, "thermal.free_ventilation.from"),
    ({"bypass_T": "warm"}, "thermal.bypass_T: 'warm'"),
    ({"n_air_use": [0.5] * 7}, "thermal.n_air_use: 7 values; expected 24 values or 8760 values"),
    ({"heating_available": 0.5}, "thermal.heating_available: values between 0 and 1; expected 1 for hours"),
    ({"cooling_available": [2] * 24}, "thermal.cooling_available[0]: 2; expected 1 for hours in which"),
    ({"furniture_capacity": -1}, "thermal.furniture_capacity: -1; expected 0 to 10000 kJ/(m²K)"),
    ({"mass_position": "cellar"}, "thermal.mass_position: 'cellar'; expected one of inside, outside, both"),
    ({"hot_water": -1}, "thermal.hot_water: -1; expected 0 to 1000 W/m²"),
])
def test_what_is_wrong_with_thermal_fields(thermal: dict[str, Any], text: str) -> None:
    found = problems(thermal)
    assert any(line.startswith(text) for line in found), found

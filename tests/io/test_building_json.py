import json
import math
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from buem.building import (
    Building,
    Fins,
    FreeVentilation,
    Glass,
    Ground,
    Layer,
    NightVentilation,
    Overhang,
    Shade,
    Surface,
    Usage,
    Ventilation,
    Window,
    Zone,
)
from buem.io.building_json import building_block
from buem.io.dialects import ReadOptions, read_feature

SCHEMA = Path(__file__).resolve().parents[2] / "../shared/data/buem_requests/v5_request_schema.json"

PLAIN = Building(
    id="B",
    latitude=52.0,
    longitude=5.0,
    floor_area=120.0,
    surfaces=(
        Surface(id="Wall_1", area=30.0, u_value=1.6, azimuth=270.0),
        Surface(kind="roof", area=60.0, u_value=1.2, tilt=30.0, b_transmission=0.9),
        Surface(kind="floor", area=60.0, u_value=1.5, tilt=180.0),
    ),
    windows=(Window(area=6.0, u_value=2.8, g_value=0.6, azimuth=180.0, f_w=0.9),),
    heat_capacity=110e3,
)

DAY = tuple(16.0 if hour < 6 else 21.0 for hour in range(24))
OWN = replace(
    PLAIN,
    usage=Usage(
        heating_setpoint=DAY,
        cooling_setpoint=(*(26.0,) * 24, *(28.0,) * 24),
        heating_power=8000.0,
        cooling_power=math.inf,
        temperature_control="operative",
        internal_gain=DAY,
        convective_share=0.4,
    ),
    ventilation=Ventilation(
        heat_recovery=0.8, night=NightVentilation(air_change=2.0, start=22.0, end=6.0, temp_min=23.0)
    ),
    thermal_bridge=5.0,
)

LAYERS = (Layer(resistance=0.18), Layer(thickness=0.2, conductivity=0.8, density=1600.0, specific_heat=1000.0))
NODES = replace(
    PLAIN,
    surfaces=(
        Surface(id="w", area=30.0, u_value=1.6, azimuth=270.0, layers=LAYERS, roughness="smooth",
                emissivity_inside=0.1, convection=20.0, convection_inside=2.5),
        Surface(id="c", kind="roof", area=60.0, u_value=1.2, tilt=0.0, boundary="attic", absorptance_inside=0.3),
        Surface(id="f", kind="floor", area=60.0, u_value=0.5, tilt=180.0, boundary="ground"),
        Surface(id="p", area=20.0, u_value=1.0, boundary="adiabatic", b_transmission=0.0),
        Surface(id="s", area=5.0, u_value=1.0, boundary="unheated", b_transmission=0.7),
    ),
    windows=(
        Window(id="g", area=6.0, u_value=2.8, g_value=0.6, azimuth=180.0, height=1.5, frame_fraction=0.3, u_frame=2.0,
               overhang=Overhang(depth=1.0), fins=Fins(depth=0.5, below=0.2, sides="right"), emissivity=0.84,
               shade=Shade(factor=0.3, irradiance=200.0, temp_min=22.0), g_angular=((0.0, 1.0), (90.0, 0.0)),
               glass=Glass(transmittance=0.4, absorptances=(0.2, 0.05), absorptance_angular=((0.0, 1.0), (90.0, 0.5))),
               convection_inside=4.5),
    ),
    ventilation=Ventilation(use=DAY, heat_recovery=0.7, bypass_temp=24.0,
                            free=FreeVentilation(air_change=4.0, difference=1.0)),
    usage=Usage(heating_available=(0.0,) * 12 + (1.0,) * 12, cooling_available=0.0, hot_water=2.0, electricity=DAY),
    ground=Ground(floor="unheated_basement", perimeter=32.0, depth=2.0, temperature=DAY),
    zones=(Zone(id="attic", volume=60.0, surfaces=(Surface(id="r", kind="roof", area=70.0, u_value=3.0, tilt=30.0),),
                windows=(Window(id="sky", area=1.0, u_value=2.0, g_value=0.6, tilt=30.0),), infiltration=1.0,
                internal_gain=DAY, heat_capacity=1e5),),
    horizon=(10.0,) * 36,
    horizon_roof=(1.0, 2.0, 3.0, 4.0),
    furniture_capacity=10e3,
    mass_position="distributed",
)


def test_quantities_carry_their_units():
    block = building_block(PLAIN)
    assert block["A_ref"] == {"value": 120.0, "unit": "m2"}
    assert block["h_room"] == {"value": 2.5, "unit": "m"}
    assert block["thermal"]["c_m"] == {"value": 110.0, "unit": "kJ/(m2K)"}
    assert block["thermal"]["comfortT_lb"] == {"value": 21.0, "unit": "degC"}
    assert block["thermal"]["phi_int"] == {"value": 3.0, "unit": "W/m2"}
    assert block["thermal"]["F_w"] == {"value": 0.9, "unit": "-"}


def test_elements_keep_their_order_and_get_an_id():
    elements = building_block(PLAIN)["envelope"]["elements"]
    assert [(e["id"], e["type"]) for e in elements] == [
        ("Wall_1", "wall"), ("roof_2", "roof"), ("floor_3", "floor"), ("window_1", "window")
    ]
    assert elements[0]["azimuth"] == {"value": 270.0, "unit": "deg"}
    assert elements[1]["b_transmission"] == {"value": 0.9, "unit": "-"}
    assert elements[2]["tilt"] == {"value": 0.0, "unit": "deg"}
    assert elements[3]["g_gl"] == {"value": 0.6, "unit": "-"}


@pytest.mark.parametrize(
    ("capacity", "ratio", "expected"),
    [
        pytest.param(165e3, 2.5, {"thermal_class": "medium"}, id="a class"),
        pytest.param(260e3, 3.0, {"thermal_class": "heavy"}, id="another class"),
        pytest.param(165e3, None, {"c_m": {"value": 165.0, "unit": "kJ/(m2K)"}}, id="a capacity"),
        pytest.param(165e3, 2.7, {"c_m": {"value": 165.0, "unit": "kJ/(m2K)"}}, id="a mass area of no class"),
    ],
)
def test_mass_is_a_class_where_it_is_one(capacity, ratio, expected):
    thermal = building_block(replace(PLAIN, heat_capacity=capacity, mass_area_ratio=ratio))["thermal"]
    assert {key: thermal[key] for key in ("thermal_class", "c_m") if key in thermal} == expected


def test_an_azimuth_is_written_from_0_to_360():
    building = replace(PLAIN, surfaces=(replace(PLAIN.surfaces[0], azimuth=-90.0),))
    assert building_block(building)["envelope"]["elements"][0]["azimuth"] == {"value": 270.0, "unit": "deg"}


@pytest.mark.parametrize("building", [
    pytest.param(PLAIN, id="plain"), pytest.param(OWN, id="our own fields"), pytest.param(NODES, id="node model"),
])
def test_a_converted_building_is_read_back_as_it_was(building):
    block = {"building": building_block(building), "solver": {"compute_cooling": True}}
    times = {"start_time": "2018-01-01T00:00:00Z", "end_time": "2018-12-31T23:00:00Z"}
    point = {"type": "Point", "coordinates": [building.longitude, building.latitude]}
    feature = {"type": "Feature", "id": "B", "geometry": point, "properties": {**times, "buem": block}}
    read = read_feature(json.dumps(feature).encode(), 0, ReadOptions())
    # Ids of the elements are made up where there were none; everything else is the same number.
    unnamed = {"dialect": "", "notes": (), "period": building.period}
    named = replace(building, surfaces=with_ids(building.surfaces, read.surfaces),
                    windows=with_ids(building.windows, read.windows))
    assert replace(read, **unnamed) == named


def with_ids(elements, others):
    return tuple(replace(element, id=other.id) for element, other in zip(elements, others))


def test_it_is_a_building_of_the_v5_request_schema():
    if not SCHEMA.exists():
        pytest.skip("needs ../shared")
    schema = json.loads(SCHEMA.read_text())
    checked = {"$ref": "#/$defs/building", "$defs": schema["$defs"]}
    jsonschema.validate(building_block(PLAIN), checked, cls=jsonschema.Draft202012Validator)


def test_labels_of_the_request_are_carried_over_where_they_fit():
    labels = {"country": "DE", "n_storeys": 2, "building_type": 7, "heated_area_m2": 100.0}
    block = building_block(PLAIN, labels)
    assert block["country"] == "DE"
    assert block["n_storeys"] == 2
    assert "building_type" not in block
    assert "heated_area_m2" not in block


def test_only_what_differs_from_the_contract_stands_in_our_own_fields():
    thermal = building_block(PLAIN)["thermal"]
    own = {"temperature_control", "heating_max_kW", "cooling_max_kW", "heat_recovery", "night_ventilation",
           "phi_int_convective", "thermal_bridge", "T_set_heating", "T_set_cooling"}
    assert own.isdisjoint(thermal)


def test_our_own_fields():
    thermal = building_block(OWN)["thermal"]
    assert thermal["T_set_heating"] == list(DAY)
    assert thermal["T_set_cooling"] == {"weekday": [26.0] * 24, "weekend": [28.0] * 24}
    assert "comfortT_lb" not in thermal
    assert thermal["heating_max_kW"] == 8.0
    assert "cooling_max_kW" not in thermal
    assert thermal["temperature_control"] == "operative"
    assert thermal["phi_int"] == list(DAY)
    assert thermal["phi_int_convective"] == 0.4
    assert thermal["heat_recovery"] == 0.8
    assert thermal["night_ventilation"] == {"air_changes": 2.0, "from": 22.0, "to": 6.0, "T_min": 23.0}
    assert thermal["thermal_bridge"] == {"value": 5.0, "unit": "W/K"}


def test_windows_that_differ_have_no_common_factor():
    windows = (Window(area=1.0, u_value=1.0, g_value=0.5, f_w=0.9), Window(area=1.0, u_value=1.0, g_value=0.5))
    block = building_block(Building(id="B", latitude=0.0, longitude=0.0, floor_area=1.0, windows=windows))
    assert "F_w" not in block["thermal"]

import json
import math
from pathlib import Path

import jsonschema
import pytest

from buem.building import Building, NightVentilation, Surface, Usage, Ventilation, Window
from buem.io.building_json import building_block

SCHEMA = Path(__file__).resolve().parents[2] / "../shared/data/buem_requests/v5_request_schema.json"

PLAIN = Building(
    id="B",
    latitude=52.0,
    longitude=5.0,
    floor_area=120.0,
    surfaces=(
        Surface(id="Wall_1", area=30.0, u_value=1.6, azimuth=-90.0),
        Surface(kind="roof", area=60.0, u_value=1.2, tilt=30.0, b_transmission=0.9),
        Surface(kind="floor", area=60.0, u_value=1.5, tilt=180.0),
    ),
    windows=(Window(area=6.0, u_value=2.8, g_value=0.6, azimuth=180.0, f_w=0.9),),
    heat_capacity=110e3,
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
    day = tuple(16.0 if hour < 6 else 21.0 for hour in range(24))
    usage = Usage(
        heating_setpoint=day,
        cooling_setpoint=(*(26.0,) * 24, *(28.0,) * 24),
        heating_power=8000.0,
        cooling_power=math.inf,
        temperature_control="operative",
        internal_gain=day,
        convective_share=0.4,
    )
    air = Ventilation(heat_recovery=0.8, night=NightVentilation(air_change=2.0, start=22.0, end=6.0, temp_min=23.0))
    building = Building(id="B", latitude=0.0, longitude=0.0, floor_area=1.0, usage=usage, ventilation=air,
                        thermal_bridge=5.0)
    thermal = building_block(building)["thermal"]
    assert thermal["T_set_heating"] == list(day)
    assert thermal["T_set_cooling"] == {"weekday": [26.0] * 24, "weekend": [28.0] * 24}
    assert "comfortT_lb" not in thermal
    assert thermal["heating_max_kW"] == 8.0
    assert "cooling_max_kW" not in thermal
    assert thermal["temperature_control"] == "operative"
    assert thermal["phi_int"] == list(day)
    assert thermal["phi_int_convective"] == 0.4
    assert thermal["heat_recovery"] == 0.8
    assert thermal["night_ventilation"] == {"air_changes": 2.0, "from": 22.0, "to": 6.0, "T_min": 23.0}
    assert thermal["thermal_bridge"] == {"value": 5.0, "unit": "W/K"}


def test_windows_that_differ_have_no_common_factor():
    windows = (Window(area=1.0, u_value=1.0, g_value=0.5, f_w=0.9), Window(area=1.0, u_value=1.0, g_value=0.5))
    block = building_block(Building(id="B", latitude=0.0, longitude=0.0, floor_area=1.0, windows=windows))
    assert "F_w" not in block["thermal"]

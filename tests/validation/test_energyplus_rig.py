"""The twin of a building in EnergyPlus: geometry, objects and weather by hand; a run where EnergyPlus is found."""

import csv
import json
import math
from dataclasses import replace

import numpy as np
import pytest
from cases import CASES
from cases import building as of_case

import buem
from benchmarks.energyplus import box, epw, model, run
from benchmarks.energyplus.standard140 import GLASS, RAMP, twin_of
from buem.io.stations import read_station

BY_NAME = {case.name: case for case in CASES}
NEEDS_ENERGYPLUS = pytest.mark.skipif(run.executable() is None, reason=f"no EnergyPlus: {run.VARIABLE} names none")


def area(points):
    """Of a plane polygon: half the length of the sum of its cross products."""
    p = np.array(points)
    return 0.5 * np.linalg.norm(sum(np.cross(a, b) for a, b in zip(p, np.roll(p, -1, axis=0))))


def normal(points):
    p = np.array(points)
    n = np.cross(p[1] - p[0], p[2] - p[1])
    return n / np.linalg.norm(n)


@pytest.fixture(scope="module")
def base():
    return model.model(of_case(BY_NAME["600"]), twin_of(BY_NAME["600"]))[0]


def test_box_of_case_600():
    found = box.box_of(of_case(BY_NAME["600"]))
    assert (found.width, found.depth, found.height, found.turn) == pytest.approx((8.0, 6.0, 2.7, 180.0))


@pytest.mark.parametrize("turn", [pytest.param(180.0, id="square to north"), pytest.param(213.0, id="turned"),
                                  pytest.param(0.0, id="upside down")])
def test_facades_close_and_look_outward(turn):
    made = box.Box(width=8.0, depth=6.0, height=2.7, turn=turn).facades()
    assert [f.azimuth for f in made] == pytest.approx([(turn - 90.0 * k) % 360.0 for k in range(4)])
    for facade, following in zip(made, (*made[1:], made[0])):
        end = facade.point(facade.length, 0.0)
        assert end[:2] == pytest.approx(following.corner, abs=1e-9)
        angle = math.radians(facade.azimuth)
        rectangle = facade.rectangle(0.0, facade.length, 0.0, facade.height)
        assert normal(rectangle) == pytest.approx([math.sin(angle), math.cos(angle), 0.0], abs=1e-9)
        assert area(rectangle) == pytest.approx(facade.length * 2.7)


@pytest.mark.parametrize(("up", "z"), [(True, 1.0), (False, -1.0)])
def test_plates_look_up_and_down(up, z):
    plate = box.Box(width=8.0, depth=6.0, height=2.7, turn=200.0).plate(2.7, up=up)
    assert normal(plate) == pytest.approx([0.0, 0.0, z], abs=1e-9)
    assert area(plate) == pytest.approx(48.0)


def test_openings_of_case_610():
    building = of_case(BY_NAME["610"])
    south = next(f for f in box.box_of(building).facades() if f.azimuth == 180.0)
    first, second = box.openings(south, [], building.windows, 0.2)
    # Standard 140: 0.5 m from the ends, 1 m between, from 0.2 to 2.2 m.
    assert (first.left, first.right, first.low, first.high) == pytest.approx((0.5, 3.5, 0.2, 2.2))
    assert (second.left, second.right) == pytest.approx((4.5, 7.5))
    # The overhang runs along the whole wall, 1 m deep, at the height of the roof.
    for opening in (first, second):
        (overhang,) = opening.shades
        assert area(overhang) == pytest.approx(8.0)
        assert [z for _, _, z in overhang] == pytest.approx([2.7] * 4)
        assert min(y for _, y, _ in overhang) == pytest.approx(-1.0)


def test_shades_of_case_630():
    building = of_case(BY_NAME["630"])
    for facade in box.box_of(building).facades():
        windows = box.on(facade, building.windows)
        for opening in box.openings(facade, [], windows, 0.2):
            overhang, left, right = opening.shades
            assert area(overhang) == pytest.approx(3.0)
            for fin in (left, right):
                # From the ground to the roof, 1 m deep.
                assert area(fin) == pytest.approx(2.7)
                assert (min(z for *_, z in fin), max(z for *_, z in fin)) == pytest.approx((0.0, 2.7))


@pytest.mark.parametrize(
    ("change", "text"),
    [
        pytest.param({"floor_area": 48.0, "surfaces": ()}, "sides; expected 4", id="no walls"),
        pytest.param({"room_height": 2.0}, "a box has", id="walls too large"),
    ],
)
def test_what_is_no_box(change, text):
    building = replace(of_case(BY_NAME["600"]), windows=(), **change)
    with pytest.raises(box.TwinError, match=text):
        box.box_of(building)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        pytest.param({"thermal_bridge": 5.0}, "thermal bridges", id="bridges"),
        pytest.param({"furniture_capacity": 1e4}, "furniture", id="furniture"),
        pytest.param({"usage": buem.Usage(temperature_control="operative")}, "operative control", id="operative"),
        pytest.param({"ventilation": buem.Ventilation(free=buem.FreeVentilation(air_change=3.0))}, "free ventilation",
                     id="free ventilation"),
        pytest.param({"surfaces": (buem.Surface(area=1.0, u_value=1.0),)}, "without layers", id="no layers"),
    ],
)
def test_what_the_twin_refuses(change, text):
    building = replace(of_case(BY_NAME["600"]), **change)
    with pytest.raises(box.TwinError, match=text):
        model.model(building, model.Twin())


def test_objects_of_case_600(base):
    assert set(base["BuildingSurface:Detailed"]) == {"Z roof", "Z floor", *(f"Z wall {a}" for a in (0, 90, 180, 270))}
    floor = base["BuildingSurface:Detailed"]["Z floor"]
    assert (floor["outside_boundary_condition"], floor["sun_exposure"], floor["wind_exposure"]) == (
        "Outdoors", "NoSun", "NoWind")
    assert len(base["FenestrationSurface:Detailed"]) == 2
    assert base["OtherEquipment"]["gain"]["fraction_radiant"] == pytest.approx(0.6)
    assert base["Zone"]["Z"]["volume"] == pytest.approx(129.6)
    assert json.loads(json.dumps(base)) == base


def test_faces_have_their_own_absorptances():
    building = of_case(BY_NAME["270"])
    objects, _ = model.model(building, model.Twin())
    materials = objects["Material"]
    assert (materials["Z wall 0 0"]["solar_absorptance"], materials["Z wall 0 2"]["solar_absorptance"]) == (0.1, 0.9)
    assert materials["Z wall 0 0"]["roughness"] == "Rough"


def test_an_adiabatic_element_is_doubled():
    building = of_case(BY_NAME["900"])
    surfaces = tuple(replace(s, boundary="adiabatic") if s.kind == "floor" else s for s in building.surfaces)
    objects, _ = model.model(replace(building, surfaces=surfaces), model.Twin())
    assert objects["BuildingSurface:Detailed"]["Z floor"]["outside_boundary_condition"] == "Adiabatic"
    # Slab, insulation, insulation, slab.
    assert len(objects["Construction"]["Z floor C"]) == 4


def test_second_zone_of_case_960():
    objects, _ = model.model(of_case(BY_NAME["960"]), twin_of(BY_NAME["960"]))
    planes = objects["BuildingSurface:Detailed"]
    here, there = planes["Z wall 180"], planes["sunspace common"]
    assert here["outside_boundary_condition_object"] == "sunspace common"
    assert there["outside_boundary_condition_object"] == "Z wall 180"
    corners = [[tuple(v.values()) for v in plane["vertices"]] for plane in (here, there)]
    assert normal(corners[0]) == pytest.approx(-normal(corners[1]), abs=1e-9)
    floor = [tuple(v.values()) for v in planes["sunspace floor"]["vertices"]]
    assert area(floor) == pytest.approx(16.0)
    assert sorted(y for _, y, _ in floor) == pytest.approx([-2.0, -2.0, 0.0, 0.0], abs=1e-9)
    assert sum(p["zone_name"] == "sunspace" for p in planes.values()) == 6


def test_schedules_are_in_the_order_of_their_columns(base):
    building = of_case(BY_NAME["650"])
    objects, columns = model.model(building, model.Twin())
    names = list(objects["Schedule:File"])
    assert [objects["Schedule:File"][n]["column_number"] for n in names] == [1, 2, 3, 4, 5]
    air = columns[:24, names.index("Air")]
    # Infiltration of half an air change, and 1700 m³/h from 18 to 7.
    assert air[12] == pytest.approx(0.5)
    assert air[18] == air[6] == pytest.approx(0.5 + 1700.0 / 129.6)
    assert air[7] == pytest.approx(0.5)
    assert columns[12, names.index("Gain")] == pytest.approx(200.0)


def test_recovered_air_counts_as_none():
    ventilation = buem.Ventilation(infiltration=0.1, use=0.5, heat_recovery=0.8)
    assert model.air_changes(ventilation, 2019)[0] == pytest.approx(0.2)


def test_ramp_of_the_thermostat():
    day = RAMP[:144]
    assert RAMP.size == 365 * 144
    assert (day[41], day[42], day[47], day[48], day[137], day[138]) == pytest.approx(
        (10.0, 10 + 10 / 6, 20.0, 20.0, 20.0, 10.0))


@pytest.mark.parametrize(("offset", "expected"), [(60.0, 1.0), (30.0, 1.5), (0.0, 2.0)])
def test_weather_at_the_end_of_its_hour(offset, expected):
    values = np.arange(8760.0)
    assert epw.at_hour_end(values, offset)[1] == pytest.approx(expected)


@pytest.mark.parametrize(("temp", "humidity", "expected"), [(20.0, 50.0, 9.26), (0.0, 100.0, 0.0), (30.0, 80.0, 26.2)])
def test_dew_point(temp, humidity, expected):
    # WMO-No. 8, annex 4.B; 9.26 °C and 26.2 °C stand in common tables.
    assert epw.dew_point(np.array(temp), np.array(humidity)) == pytest.approx(expected, abs=0.05)


def test_weather_file(tmp_path):
    weather = read_station("us_denver_tmy3")
    epw.write_epw(weather, tmp_path / "in.epw")
    lines = (tmp_path / "in.epw").read_text().splitlines()
    assert lines[0].endswith("39.83,-104.65,-7.0,1650.0")
    assert len(lines) == 8 + 8760
    row = lines[8].split(",")
    # The first row of USA_CO_Denver.Intl.AP.725650_TMY3.epw: -18 °C, 85 %, 83700 Pa, 181 W/m² of infrared.
    assert (float(row[6]), float(row[8]), float(row[9]), float(row[12])) == (-18.0, 85.0, 83700.0, 181.0)
    assert (row[1:5], len(row)) == (["1", "1", "1", "60"], 35)


def test_a_weather_without_infrared_is_refused(tmp_path):
    with pytest.raises(ValueError, match="longwave_down"):
        epw.write_epw(read_station("se_stockholm_nsrdb2019"), tmp_path / "in.epw")


def test_glass_of_the_cases():
    objects, _ = model.model(of_case(BY_NAME["660"]), model.Twin(glass=GLASS["low_e"]))
    assert objects["Construction"]["glass"] == {"outside_layer": "pane 0", "layer_2": "gap", "layer_3": "pane 1"}
    assert objects["WindowMaterial:Gas"]["gap"]["gas_type"] == "Argon"
    plain, _ = model.model(of_case(BY_NAME["600"]), model.Twin())
    assert plain["WindowMaterial:SimpleGlazingSystem"]["U2.74 g0.76"] == {
        "u_factor": 2.74, "solar_heat_gain_coefficient": 0.76}


def test_without_energyplus_the_text_says_what_to_do(monkeypatch):
    monkeypatch.setattr(run, "executable", lambda: None)
    with pytest.raises(run.EnergyPlusError, match="BUEM_ENERGYPLUS"):
        run.energyplus(of_case(BY_NAME["600"]), read_station("us_denver_tmy3"))


def test_the_executable_comes_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv(run.VARIABLE, str(tmp_path / "energyplus"))
    assert run.executable() == tmp_path / "energyplus"


def test_columns_of_a_year(tmp_path):
    path = tmp_path / "eplusout.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Date/Time", "Z:Zone Mean Air Temperature [C](Hourly)"])
        writer.writerows([" 01/01  01:00:00", 20.0 + h] for h in range(8760))
    assert run._columns(path)["Z:Zone Mean Air Temperature"][2] == 22.0
    path.write_text("\n".join(path.read_text().splitlines()[:100]) + "\n")
    with pytest.raises(run.EnergyPlusError, match="99 rows"):
        run._columns(path)


@NEEDS_ENERGYPLUS
@pytest.mark.slow
def test_case_600_in_energyplus():
    case = BY_NAME["600"]
    found = run.energyplus(of_case(case), read_station("us_denver_tmy3"), twin_of(case))
    # The station has no rain, which wets the walls of the weather file: 0.2 % less heating.
    assert found.heating.sum() / 1e6 == pytest.approx(4.325, rel=0.005)
    assert found.cooling.sum() / 1e6 == pytest.approx(6.040, rel=0.005)
    assert found.windows == {"GLASS": (2.74, 0.76)}
    assert found.cpu > 0.0

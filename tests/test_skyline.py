"""Fins, movable shades and horizons in whole years: both models, both forms, against what geometry must give."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from buem.building import Building, Fins, Overhang, Shade, Surface, Usage, Window
from buem.compiled import COMPILED
from buem.io.stations import read_station
from buem.shading import visible_sky
from buem.simulate import Options, prepare, simulate
from buem.skyline import skylines, visible_of
from buem.stock import stack

MODELS = ["iso13790", "iso52016"]
AROUND = tuple(30.0 + 25.0 * np.cos(np.radians(10.0 * k)) for k in range(36))
FAST = {"films": "fixed", "hourly": "all"}


@cache
def site():
    return prepare(read_station("us_denver_tmy3"))


def house(name="house", windows=(), **fields):
    surfaces = tuple(Surface(kind=kind, area=area, u_value=0.4, azimuth=azimuth, tilt=tilt)
                     for kind, area, azimuth, tilt in (("wall", 20.0, 0.0, 90.0), ("wall", 14.0, 90.0, 90.0),
                                                       ("wall", 10.0, 180.0, 90.0), ("wall", 14.0, 270.0, 90.0),
                                                       ("roof", 48.0, 0.0, 0.0), ("floor", 48.0, 0.0, 180.0)))
    usage = Usage(heating_setpoint=20.0, cooling_setpoint=27.0)
    return Building(id=name, latitude=39.7, longitude=-105.0, floor_area=48.0, surfaces=surfaces, windows=windows,
                    usage=usage, shading_horizontal=1.0, shading_vertical=1.0, **fields)


def pane(azimuth=180.0, **fields):
    return Window(area=6.0, u_value=2.7, g_value=0.7, azimuth=azimuth, height=2.0, **fields)


BUILDINGS = {
    "free": house(windows=(pane(), pane(90.0))),
    "fins": house(windows=(pane(fins=Fins(depth=0.8, gap=0.1, above=0.2)), pane(90.0))),
    "left fin and overhang": house(windows=(
        pane(overhang=Overhang(depth=0.7, left=0.1, right=0.3), fins=Fins(depth=0.5, sides="left")), pane(90.0))),
    "shade": house(windows=(pane(shade=Shade(factor=0.2, irradiance=200.0)), pane(90.0))),
    "shade by temperature": house(windows=(
        pane(shade=Shade(factor=0.2, irradiance=100.0, temp_min=24.0)),
        pane(90.0, shade=Shade(factor=0.5, irradiance=50.0, temp_min=22.0), overhang=Overhang(depth=0.5)))),
    "horizon": house(windows=(pane(), pane(90.0)), horizon=AROUND, horizon_roof=(10.0, 20.0, 5.0, 0.0)),
    "all": house(windows=(pane(fins=Fins(depth=0.8), shade=Shade(factor=0.3, temp_min=23.0)), pane(90.0)),
                 horizon=AROUND[:12]),
}


@cache
def results(model, kernel="auto"):
    return simulate([replace(b, id=name) for name, b in BUILDINGS.items()], site(),
                    Options(model=model, kernel=kernel, **FAST))


def of(model, name, quantity):
    return getattr(results(model).indicators, quantity)[list(BUILDINGS).index(name)]


@pytest.mark.skipif(not COMPILED, reason="needs numba")
@pytest.mark.parametrize("model", MODELS)
def test_both_forms_agree(model):
    compiled, plain = results(model), results(model, "numpy")
    for name in ("heating", "cooling", "gain_solar"):
        np.testing.assert_allclose(getattr(compiled.indicators, name), getattr(plain.indicators, name), rtol=1e-9,
                                   err_msg=name)
    np.testing.assert_allclose(compiled.series["temp_zone"], plain.series["temp_zone"], atol=1e-4)


@pytest.mark.parametrize("model", MODELS)
def test_each_alone_is_each_together(model):
    for i, name in enumerate(BUILDINGS):
        alone = simulate(replace(BUILDINGS[name], id=name), site(), Options(model=model, **FAST))
        assert alone.indicators.heating[0] == results(model).indicators.heating[i], name
        assert alone.indicators.cooling[0] == results(model).indicators.cooling[i], name
        np.testing.assert_array_equal(alone.series["cooling"][0], results(model).series["cooling"][i])


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", [n for n in BUILDINGS if n != "free"])
def test_shade_takes_sun_and_cooling_and_costs_heat(model, name):
    assert of(model, name, "gain_solar") < of(model, "free", "gain_solar")
    assert of(model, name, "cooling") < of(model, "free", "cooling")
    assert of(model, name, "heating") > of(model, "free", "heating") * (0.99 if "temperature" in name else 1.0)


@pytest.mark.parametrize("model", MODELS)
def test_a_shade_that_waits_for_warmth_keeps_the_heating(model):
    always = house(windows=tuple(replace(w, shade=replace(w.shade, temp_min=None))
                                 for w in BUILDINGS["shade by temperature"].windows))
    found = simulate(always, site(), Options(model=model, **FAST)).indicators
    assert of(model, "shade by temperature", "heating") < found.heating[0]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("changes", "same"),
    [
        pytest.param({"horizon": (0.0,) * 36, "horizon_roof": (0.0,) * 4}, {}, id="a horizon of nothing"),
        pytest.param({"horizon": (30.0,) * 4}, {"horizon": (30.0,) * 4, "horizon_roof": (0.0,) * 8},
                     id="flat for roofs"),
        pytest.param({"windows": (pane(shade=Shade(factor=1.0)),)}, {"windows": (pane(),)}, id="a shade of nothing"),
        pytest.param({"windows": (pane(shade=Shade(factor=0.1, irradiance=5000.0)),)}, {"windows": (pane(),)},
                     id="never bright enough"),
        pytest.param({"windows": (pane(shade=Shade(factor=0.1, temp_min=90.0)),)}, {"windows": (pane(),)},
                     id="never warm enough"),
    ],
)
def test_what_changes_nothing(model, changes, same):
    first, second = (simulate(replace(house(), **fields), site(), Options(model=model, **FAST)).indicators
                     for fields in (changes, same))
    np.testing.assert_allclose([first.heating, first.cooling], [second.heating, second.cooling], rtol=1e-9)


def test_a_full_horizon_leaves_what_obstacles_reflect():
    walled = simulate(house(windows=(pane(),), horizon=(90.0,) * 36), site(), Options(**FAST)).indicators
    free = simulate(house(windows=(pane(),)), site(), Options(**FAST)).indicators
    assert 0.0 < walled.gain_solar[0] < 0.5 * free.gain_solar[0]


def test_visible_sky_of_a_stock_is_that_of_each_plane():
    stock = stack([house("a", horizon=AROUND, horizon_roof=(20.0,) * 8), house("b"), house("c", horizon=(40.0, 10.0))])
    tilt, azimuth = np.array([90.0, 0.0, 90.0, 90.0, 44.9]), np.array([180.0, 0.0, 90.0, 270.0, 10.0])
    found = visible_of(stock, np.array([0, 0, 1, 2, 2]), tilt, azimuth)
    expected = [visible_sky(tilt[:1], azimuth[:1], np.array([AROUND]))[0],
                visible_sky(tilt[1:2], azimuth[1:2], np.full((1, 8), 20.0))[0], 1.0,
                visible_sky(tilt[3:4], azimuth[3:4], np.array([[40.0, 10.0]]))[0], 1.0]
    np.testing.assert_array_equal(found, expected)


def test_skylines_are_sines():
    sines, sectors = skylines(stack([house("a", horizon=(30.0, 90.0)), house("b", horizon_roof=(10.0,) * 4)]))
    np.testing.assert_array_equal(sectors, [[2, 0], [0, 4]])
    np.testing.assert_allclose(sines[0, 0], [0.5, 1.0, 0.0, 0.0])
    np.testing.assert_allclose(sines[1, 1], np.sin(np.radians(10.0)))

"""The plane of a building against closed formulas of the ellipsoid."""

from __future__ import annotations

import math

import metres
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buem.projection import ECCENTRICITY_SQUARED, SEMI_MAJOR, to_metres, turn

#: Where a plane may go wrong, and why.
PLACES = [
    pytest.param(0.0, 0.0, id="the equator"),
    pytest.param(24.95, 60.18, id="60 north"),
    pytest.param(18.47, -33.93, id="the south"),
    pytest.param(179.9999, -16.5, id="the 180th meridian"),
    pytest.param(-179.9999, 71.0, id="the 180th meridian from the other side"),
    pytest.param(15.6, 78.2, id="Svalbard"),
    pytest.param(100.0, 85.0, id="85 north"),
    pytest.param(-100.0, -85.0, id="85 south"),
]


def metric(lon, lat, points):
    x, y = np.array([metres.degrees(*p, (lon, lat)) for p in points]).T
    return to_metres(x, y, np.full_like(x, lon), np.full_like(x, lat))


@pytest.mark.parametrize(("lon", "lat"), PLACES)
@pytest.mark.parametrize("size", [1.0, 100.0, 2000.0])
def test_back_and_forth(lon, lat, size):
    points = [(0.0, 0.0), (size, 0.0), (0.0, size), (-size, -size)]
    assert np.allclose(np.transpose(metric(lon, lat, points)), points, rtol=0, atol=1e-7)


@pytest.mark.parametrize(("lon", "lat"), PLACES)
@pytest.mark.parametrize("size", [20.0, 500.0])
def test_length_along_the_parallel(lon, lat, size):
    """An arc of the parallel is N cos φ Δλ; the geodesic between its ends is shorter by less than 1e-6 here."""
    n = SEMI_MAJOR / math.sqrt(1 - ECCENTRICITY_SQUARED * math.sin(math.radians(lat)) ** 2)
    step = math.degrees(size / (n * math.cos(math.radians(lat))))
    x, y = to_metres(np.array([lon + step]), np.array([lat]), np.array([lon]), np.array([lat]))
    assert math.hypot(x[0], y[0]) == pytest.approx(size, rel=1e-6)


@pytest.mark.parametrize(("lon", "lat"), PLACES)
@pytest.mark.parametrize("size", [20.0, 500.0])
def test_length_along_the_meridian(lon, lat, size):
    """An arc of the meridian is the integral of M = a (1 - e²) / (1 - e² sin² φ)^1.5."""
    step = size / 111e3
    phi = np.radians(np.linspace(lat, lat + step, 101))
    m = SEMI_MAJOR * (1 - ECCENTRICITY_SQUARED) / (1 - ECCENTRICITY_SQUARED * np.sin(phi) ** 2) ** 1.5
    _, y = to_metres(np.array([lon]), np.array([lat + step]), np.array([lon]), np.array([lat]))
    assert y[0] == pytest.approx(float(((m[1:] + m[:-1]) / 2 * np.diff(phi)).sum()), rel=1e-7)


def zone_area(south, north, width):
    """Area between two parallels and two meridians of the ellipsoid, after Snyder (1987), eq. 3-12."""
    e = math.sqrt(ECCENTRICITY_SQUARED)

    def q(lat):
        s = math.sin(math.radians(lat))
        return (1 - e**2) * (s / (1 - e**2 * s**2) - math.log((1 - e * s) / (1 + e * s)) / (2 * e))

    return SEMI_MAJOR**2 * math.radians(width) * (q(north) - q(south)) / 2


@pytest.mark.parametrize(("lon", "lat"), PLACES)
@pytest.mark.parametrize("size", [100.0, 2000.0])
def test_area_of_a_cell(lon, lat, size):
    high = size / 111e3
    wide = high / math.cos(math.radians(lat))
    # Parallels are curved: many points, so that the polygon follows them.
    t = np.linspace(0, 1, 400)
    x = lon + wide * np.concatenate([t, np.ones(400), t[::-1], np.zeros(400)])
    y = lat + high * np.concatenate([np.zeros(400), t, np.ones(400), t[::-1]])
    east, north = to_metres(x, y, np.full(1600, lon + wide / 2), np.full(1600, lat + high / 2))
    area = (east * np.roll(north, -1) - np.roll(east, -1) * north).sum() / 2
    assert area == pytest.approx(zone_area(lat, lat + high, wide), rel=1e-6)


@settings(deadline=None)
@given(lon=st.floats(-180, 180), lat=st.floats(-85, 85), x=st.floats(-300, 300), y=st.floats(-300, 300))
def test_a_neighbours_plane_is_turned_onto_ones_own(lon, lat, x, y):
    """A point 30 m from another building's centre, there and here."""
    other = metres.degrees(x, y, (lon, lat))
    point = metres.degrees(20.0, -22.0, other)
    pick = [np.array([v]) for v in (*point, lon, lat)]
    here = np.ravel(to_metres(*pick))
    centre = np.ravel(to_metres(*(np.array([v]) for v in (*other, lon, lat))))
    cos, sin = (float(v[0]) for v in turn(np.array([lon]), np.array([lat]), np.array([other[0]])))
    moved = centre + np.array([cos * 20.0 + sin * 22.0, sin * 20.0 - cos * 22.0])
    assert np.allclose(here, moved, rtol=0, atol=2e-3)


def test_nan_stays_nan():
    x, y = to_metres(np.array([np.nan, 5.0]), np.array([52.0, np.nan]), np.array([5.0, 5.0]), np.array([52.0, 52.0]))
    assert np.isnan(x).all()
    assert np.isnan(y).all()

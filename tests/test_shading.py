import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from buem.shading import FREE, open_sky, sector_of, shaded_share, visible_sky

NO_FINS = (0.0, 0.0, 0.0, 0.0)
NONE = (0.0, 0.0, 0.0, 0.0)

# Sun straight before the window, at 45°: the shadow of 1 m falls 1 m down, 0.5 m of it on a window 2 m high.
FRONT = (np.sqrt(0.5), 0.0, np.sqrt(0.5))


@pytest.mark.parametrize(
    ("sun", "shade", "expected"),
    [
        pytest.param(FRONT, (1.0, 0.5, np.inf, np.inf, 2.0, 3.0), 0.25, id="0.5 of 2 m"),
        pytest.param(FRONT, (1.0, 0.5, 0.0, 0.0, 2.0, 3.0), 0.25, id="as wide as the window, sun in front"),
        pytest.param(FRONT, (1.0, 1.0, np.inf, np.inf, 2.0, 3.0), 0.0, id="shadow ends at the head"),
        pytest.param(FRONT, (0.2, 1.0, np.inf, np.inf, 2.0, 3.0), 0.0, id="shadow above the head"),
        pytest.param(FRONT, (9.0, 0.0, np.inf, np.inf, 2.0, 3.0), 1.0, id="all"),
        pytest.param((1.0, 0.0, 0.0), (1.0, 0.0, np.inf, np.inf, 2.0, 3.0), 0.0, id="sun on the horizon"),
        pytest.param((0.9, 0.0, -0.1), (1.0, 0.0, np.inf, np.inf, 2.0, 3.0), 0.0, id="sun below the horizon"),
        # Sun 45° to the right at a profile angle of 45°: the shadow is a parallelogram sheared by 1 m per m; over
        # y = 0..1 it misses a triangle of 0.5 m² of the window's 6 m².
        pytest.param((1.0, 1.0, 1.0), (1.0, 0.0, 0.0, 0.0, 2.0, 3.0), (3.0 - 0.5) / 6.0, id="light from the right"),
        pytest.param((1.0, -1.0, 1.0), (1.0, 0.0, 0.0, 0.0, 2.0, 3.0), (3.0 - 0.5) / 6.0, id="light from the left"),
        pytest.param((1.0, 1.0, 1.0), (1.0, 0.0, 0.0, 1.0, 2.0, 3.0), 0.5, id="it reaches far enough to the right"),
        pytest.param((1.0, 1.0, 1.0), (1.0, 0.0, 1.0, 0.0, 2.0, 3.0), 2.5 / 6.0, id="the other side is no help"),
        pytest.param((1.0, 9.0, 1.0), (1.0, 0.5, 0.0, 0.0, 2.0, 3.0), 0.0, id="shadow beside the window"),
    ],
)
def test_shade_of_an_overhang_by_hand(sun, shade, expected):
    assert shaded_share(sun, shade[:4], NO_FINS, shade[4:]) == pytest.approx(expected, abs=1e-9)


length = st.floats(0.0, 4.0)


@settings(max_examples=200, deadline=None)
@given(azimuth=st.floats(-89.0, 89.0), elevation=st.floats(1.0, 89.0), depth=st.floats(0.01, 4.0), gap=length,
       left=length, right=length, height=st.floats(0.1, 4.0), width=st.floats(0.1, 6.0))
def test_shade_is_the_cut_of_two_polygons(azimuth, elevation, depth, gap, left, right, height, width):
    a, e = np.radians(azimuth), np.radians(elevation)
    mu, along, up = np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)
    x, y = -along * depth / mu, -up * depth / mu
    shadow = shapely.Polygon([(-left, 0.0), (width + right, 0.0), (width + right + x, y), (-left + x, y)])
    glass = shapely.box(0.0, -gap - height, width, -gap)
    expected = glass.intersection(shadow).area / glass.area
    found = shaded_share((mu, along, up), (depth, gap, left, right), NO_FINS, (height, width))
    assert found == pytest.approx(expected, abs=1e-9)


# Sun 45° to the right, on the horizon: a fin of 1 m throws its shade 1 m along the wall.
LOW = (np.sqrt(0.5), np.sqrt(0.5), 0.0)


@pytest.mark.parametrize(
    ("sun", "overhang", "fins", "expected"),
    [
        pytest.param(LOW, NONE, (0.0, 1.0, 0.0, np.inf), 1.0 / 3.0, id="1 of 3 m"),
        pytest.param(LOW, NONE, (1.0, 0.0, 0.0, np.inf), 0.0, id="the fin stands on the other side"),
        pytest.param((LOW[0], -LOW[1], 0.0), NONE, (1.0, 0.0, 0.0, np.inf), 1.0 / 3.0, id="light from the left"),
        pytest.param(LOW, NONE, (0.0, 1.0, 0.4, np.inf), 0.2, id="a gap of 0.4 m takes that much"),
        pytest.param(LOW, NONE, (0.0, 9.0, 0.0, np.inf), 1.0, id="all"),
        # Sun (1, 1, 1): the shade of the fin's upper edge falls 1 m per m, over u = 0..1: a triangle of 0.5 m² is free.
        pytest.param((1.0, 1.0, 1.0), NONE, (0.0, 1.0, 0.0, 0.0), (2.0 - 0.5) / 6.0, id="no higher than the head"),
        pytest.param((1.0, 1.0, 1.0), NONE, (0.0, 1.0, 0.0, 1.0), 2.0 / 6.0, id="it reaches far enough above"),
        # The overhang alone shades y < 1: 3 m², the fin u < 1: 2 m², both u, y < 1: 1 m².
        pytest.param((1.0, 1.0, 1.0), (1.0, 0.0, 9.0, 9.0), (0.0, 1.0, 0.0, 9.0), (3.0 + 2.0 - 1.0) / 6.0,
                     id="no square counts twice"),
        # An egg crate closed at the corner: the fin begins where the overhang's shade ends.
        pytest.param((1.0, 1.0, 1.0), (1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0), (2.5 + 1.5) / 6.0, id="egg crate"),
    ],
)
def test_shade_of_fins_by_hand(sun, overhang, fins, expected):
    assert shaded_share(sun, overhang, fins, (2.0, 3.0)) == pytest.approx(expected, abs=1e-6)


# Whole millimetres and hundredths of a degree: shapely divides by 0 on a shadow thinner than its numbers.
length = st.integers(0, 4000).map(lambda mm: mm / 1000.0)
reach = st.one_of(length, st.just(np.inf))
angle = st.integers(100, 8900).map(lambda degrees: degrees / 100.0)


@settings(max_examples=300, deadline=None)
@given(azimuth=angle, mirror=st.sampled_from([-1.0, 1.0]), elevation=angle,
       overhang=st.tuples(length, length, reach, reach), fins=st.tuples(length, length, length, reach),
       height=st.floats(0.1, 4.0), width=st.floats(0.1, 6.0))
def test_shade_is_the_union_of_two_shadows(azimuth, mirror, elevation, overhang, fins, height, width):
    a, e = np.radians(azimuth) * mirror, np.radians(elevation)
    mu, along, up = np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)
    depth, gap, left, right = (min(v, 1e4) for v in overhang)
    x, y = -along * depth / mu, -up * depth / mu
    shadows = [shapely.Polygon([(-left, 0.0), (width + right, 0.0), (width + right + x, y), (-left + x, y)])]
    for side, fin in ((-1, fins[0]), (1, fins[1])):
        at = -fins[2] if side < 0 else width + fins[2]
        top, bottom = -gap + min(fins[3], 1e4), -gap - height - 1e4
        x, y = -along * fin / mu, -up * fin / mu
        if side * along > 0.0:
            shadows.append(shapely.Polygon([(at, top), (at + x, top + y), (at + x, bottom + y), (at, bottom)]))
    glass = shapely.box(0.0, -gap - height, width, -gap)
    expected = shapely.union_all([s.intersection(glass) for s in shadows if s.is_valid]).area / glass.area
    assert shaded_share((mu, along, up), overhang, fins, (height, width)) == pytest.approx(expected, abs=1e-7)


def test_nan_in_the_sun_is_nan_in_the_shade():
    assert np.isnan(shaded_share((np.nan, 0.1, 0.1), (1.0, 0.0, 1.0, 1.0), NO_FINS, (1.0, 1.0)))


def rows(*shades):
    return np.array([s + FREE[len(s):] for s in shades], dtype=float)


def sky_by_rays(shade, count=20):
    """Mean of what a shade leaves of the sky, on a grid of directions and of points of the window: no closed form."""
    depth, gap, left, right, fin_left, fin_right, fin_gap, fin_above, height, width = shade
    middle = (np.arange(count) + 0.5) / count
    x, y = np.tile(middle * width, count), np.repeat(middle * height, count)
    a = (np.arange(180) + 0.5) / 180 * np.pi - np.pi / 2
    e = ((np.arange(90) + 0.5) / 180 * np.pi)[:, None]
    mu, along, up = (v.ravel()[:, None] for v in (np.cos(a) * np.cos(e), np.sin(a) * np.cos(e), np.sin(e) + 0.0 * a))
    t = (y + gap) / up
    dark = (mu * t <= depth) & (x + along * t >= -left) & (x + along * t <= width + right)
    for at, fin, side in ((-fin_gap, fin_left, -1), (width + fin_gap, fin_right, 1)):
        t = np.where(side * along > 0.0, (at - x) / np.where(along == 0.0, 1e-9, along), np.inf)
        dark |= (mu * t <= fin) & (y - up * t >= -fin_above) & (fin > 0.0)
    weight = mu * np.cos(np.broadcast_to(e, (90, 180)).ravel())[:, None]
    return (weight * ~dark).mean(axis=1).sum() / weight.sum()


@pytest.mark.parametrize(
    "shade",
    [
        pytest.param((1.0, 0.5, 0.0, 0.0, 0.001, 0.0, 0.0, 0.0, 2.0, 3.0), id="as wide as the window, hardly a fin"),
        pytest.param((0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, np.inf, 2.0, 1.0), id="two long fins"),
        pytest.param((0.8, 0.2, 0.5, 0.0, 0.0, 0.6, 0.1, 0.3, 1.5, 1.2), id="overhang and a fin"),
    ],
)
def test_sky_is_that_of_rays(shade):
    assert open_sky(rows(shade))[0] == pytest.approx(sky_by_rays(shade), abs=0.003)


def test_sky_over_a_long_overhang_is_the_crossed_strings():
    # g = 0.5, H = 2, d = 1: (√7.25 - √1.25)/2
    exact = (np.sqrt(7.25) - np.sqrt(1.25)) / 2.0
    assert open_sky(rows((1.0, 0.5, np.inf, np.inf, 0.0, 0.0, 0.0, 0.0, 2.0, 3.0)))[0] == pytest.approx(exact)
    nearly = open_sky(rows((1.0, 0.5, 1e4, 1e4, 1e-6, 0.0, 0.0, 0.0, 2.0, 3.0)))[0]
    assert nearly == pytest.approx(exact, abs=3e-4)


def test_sky_without_a_shade_is_whole():
    np.testing.assert_array_equal(open_sky(np.array([FREE, FREE])), 1.0)


@pytest.mark.parametrize(
    ("azimuth", "sectors", "expected"),
    [(0.0, 36, 0), (9.9, 36, 0), (10.1, 36, 1), (359.9, 36, 35), (180.0, 4, 2), (269.9, 4, 2), (-0.1, 12, 11)],
)
def test_sector_of_the_sun(azimuth, sectors, expected):
    a = np.radians(azimuth)
    assert sector_of(np.sin(a), np.cos(a), sectors) == expected


def sky_by_sum(tilt, azimuth, horizon, n=1440):
    """Visible share of the sky of a plane, summed over the sky."""
    a = (np.arange(n) + 0.5) / n * 2.0 * np.pi
    e = ((np.arange(n // 4) + 0.5) / (n // 4) * np.pi / 2.0)[:, None]
    beta, gamma = np.radians(tilt), np.radians(azimuth)
    weight = np.maximum(np.sin(beta) * np.cos(a - gamma) * np.cos(e) + np.cos(beta) * np.sin(e), 0.0) * np.cos(e)
    limit = np.radians(np.asarray(horizon))[(a / (2.0 * np.pi) * len(horizon)).astype(int)]
    return (weight * (e > limit)).sum() / weight.sum()


@settings(max_examples=40, deadline=None)
@given(tilt=st.sampled_from([0.0, 20.0, 45.0, 60.0, 90.0, 110.0]), azimuth=st.floats(0.0, 360.0),
       horizon=st.lists(st.floats(0.0, 80.0), min_size=1, max_size=72))
def test_visible_sky_is_the_sum_over_the_sky(tilt, azimuth, horizon):
    found = visible_sky(np.array([tilt]), np.array([azimuth]), np.array([horizon]))[0]
    assert found == pytest.approx(sky_by_sum(tilt, azimuth, horizon), abs=0.006)


@pytest.mark.parametrize(
    ("tilt", "elevation", "expected"),
    [
        # A horizontal plane loses sin² e; a wall, by ∫ cos² e de, 1 - (2e + sin 2e)/π.
        pytest.param(0.0, 30.0, 0.75, id="roof, 30°"),
        pytest.param(90.0, 30.0, 1.0 - (np.pi / 3 + np.sin(np.pi / 3)) / np.pi, id="wall, 30°"),
        pytest.param(90.0, 0.0, 1.0, id="free"),
        pytest.param(0.0, 90.0, 0.0, id="nothing left"),
    ],
)
def test_visible_sky_by_hand(tilt, elevation, expected):
    found = visible_sky(np.array([tilt]), np.array([77.0]), np.full((1, 36), elevation))[0]
    assert found == pytest.approx(expected, abs=1e-4)


def test_no_sectors_are_a_free_horizon():
    np.testing.assert_array_equal(visible_sky(np.zeros(3), np.zeros(3), np.zeros((3, 0))), 1.0)

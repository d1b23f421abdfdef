import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from buem.shading import shaded_share

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
    assert shaded_share(*sun, *shade) == pytest.approx(expected, abs=1e-12)


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
    assert shaded_share(mu, along, up, depth, gap, left, right, height, width) == pytest.approx(expected, abs=1e-9)

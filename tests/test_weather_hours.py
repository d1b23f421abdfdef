"""Weather over the hour."""

from __future__ import annotations

import numpy as np
import pytest

from buem.weather_hours import at_hour_ends, over_hour


@pytest.mark.parametrize(
    ("offset", "start", "end"),
    [
        pytest.param(60.0, [0.0, 0.0, 4.0, 2.0], [0.0, 4.0, 2.0, 2.0], id="end of the hour, as EPW"),
        pytest.param(0.0, [0.0, 4.0, 2.0, 2.0], [4.0, 2.0, 2.0, 2.0], id="start of the hour, as PVGIS"),
        pytest.param(30.0, [-1.0, 3.5, 2.5, 2.0], [1.0, 4.5, 1.5, 2.0], id="mean of the hour, which is kept"),
    ],
)
def test_values_at_the_ends_of_the_hours(offset, start, end):
    found = at_hour_ends(np.array([0.0, 4.0, 2.0, 2.0]), offset)
    assert found[0].tolist() == pytest.approx(start)
    assert found[1].tolist() == pytest.approx(end)


def test_mean_over_the_hour():
    values = np.array([1.0, 3.0, 7.0])
    assert over_hour(values, 60.0).tolist() == [1.0, 2.0, 5.0]
    assert over_hour(values, 30.0).tolist() == [1.0, 3.0, 7.0]

"""People, appliances and lights."""

from __future__ import annotations

import numpy as np
import pytest

from buem.internal_loads import loads_of, scaled
from buem.occupancy import YearShapes
from buem.uses import Use

HALF = np.where(np.arange(8760) % 24 < 12, 1.0, 0.0)
USE = Use(name="lab", title="laboratory", area_per_person=10.0, heat_per_person=80.0, appliances=8.76, lighting=4.38)


def shapes(occupancy=HALF, appliances=HALF, lighting=HALF) -> YearShapes:
    return YearShapes(occupancy, appliances, lighting)


def test_scaled_to_a_year():
    # 8.76 kWh over half of the hours of a year are 2 W in these.
    np.testing.assert_allclose(scaled(HALF, 8.76), 2.0 * HALF)
    assert scaled(HALF, 8.76).sum() == pytest.approx(8760.0)


def test_scaled_nothing_stays_nothing():
    np.testing.assert_array_equal(scaled(np.zeros(8760), 8.76), np.zeros(8760))
    np.testing.assert_array_equal(scaled(HALF, 0.0), np.zeros(8760))


def test_loads_by_hand():
    load = loads_of(USE, shapes())
    # By day: 2 W/m² appliances, 1 W/m² lights, 80 W on 10 m².
    np.testing.assert_allclose(load.electric, 3.0 * HALF)
    np.testing.assert_allclose(load.gain, 11.0 * HALF)


def test_part_of_the_people():
    load = loads_of(USE, shapes(occupancy=0.25 * HALF))
    np.testing.assert_allclose(load.gain - load.electric, 2.0 * HALF)


def test_appliances_without_a_shape_run_with_the_people():
    load = loads_of(USE, shapes(occupancy=0.5 * (1.0 - HALF), appliances=np.zeros(8760)))
    assert load.electric.sum() == pytest.approx((8.76 + 4.38) * 1000.0)
    assert load.electric[13] == pytest.approx(2.0), "at night, with the people"


def test_nan_stays():
    broken = HALF.copy()
    broken[5] = np.nan
    assert np.isnan(loads_of(USE, shapes(occupancy=broken)).gain[5])
    assert not np.isnan(loads_of(USE, shapes(occupancy=broken)).electric).any()

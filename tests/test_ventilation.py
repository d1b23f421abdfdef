import numpy as np
import pytest

from buem.io.stations import read_station
from buem.ventilation import ventilation_conductance
from buem.weather import air_density


def test_air_change_of_denver():
    # EnergyPlus 25.2: 0.5 air changes of 129.6 m³ are 0.01831 kg/s at the local density, 18.4 W/K (BESTEST case 600).
    density = air_density(read_station("us_denver_tmy3"))
    assert density == pytest.approx(1.017, rel=0.006)
    found = ventilation_conductance(np.array([0.5]), np.array([129.6]), density)
    assert found[0] == pytest.approx(18.4, abs=0.12)


def test_air_change_at_the_sea():
    # 1.2 kg/m³ · 1006 J/(kg K) · 64.8 m³/h / 3600 s/h
    assert ventilation_conductance(np.array([0.5]), np.array([129.6]), 1.2)[0] == pytest.approx(21.73, abs=0.01)


@pytest.mark.parametrize(("recovery", "left"), [(0.0, 1.0), (0.8, 0.2), (1.0, 0.0)])
def test_recovered_heat_is_not_lost(recovery, left):
    change, volume = np.array([0.4, 0.0]), np.array([250.0, 250.0])
    whole = ventilation_conductance(change, volume, 1.2)
    found = ventilation_conductance(change, volume, 1.2, np.full(2, recovery))
    np.testing.assert_allclose(found, left * whole, atol=1e-12)
    assert found[1] == 0.0


def test_nan_stays_with_its_building():
    found = ventilation_conductance(np.array([0.5, np.nan]), np.array([100.0, 100.0]), 1.2)
    assert np.isnan(found).tolist() == [False, True]

"""Usage of buildings: totals, variants, texts."""

from __future__ import annotations

import numpy as np
import pytest

from buem.errors import OptionError
from buem.usage import StandardConditions, UsageRequest, usage_of
from buem.uses import USES

HEATED = [name for name, use in USES.items() if use.heated]


def request(**changes) -> UsageRequest:
    return UsageRequest(**({"building_id": "B1", "country": "DE", "floor_area": 140.0} | changes))


@pytest.mark.parametrize("mode", ["standard", "typical"])
@pytest.mark.parametrize(
    "archetype",
    [
        pytest.param(None, id="no archetype: TABULA's standard"),
        pytest.param(StandardConditions(type="AB", dwellings=12.0, floor_area=900.0, hot_water=15e3), id="block"),
        pytest.param(StandardConditions(setpoint=18.6, internal_gain=5.0), id="own numbers"),
    ],
)
def test_dwellings_keep_the_totals_of_the_archetype(mode, archetype):
    usage = usage_of("residential", request(mode=mode, archetype=archetype)).usage
    given = archetype or StandardConditions()
    assert np.mean(usage.internal_gain) == pytest.approx(given.internal_gain, rel=1e-12)
    assert np.sum(usage.hot_water) == pytest.approx(given.hot_water, rel=1e-12)


@pytest.mark.parametrize("name", HEATED)
def test_every_heated_use(name):
    profile = usage_of(name, request())
    assert np.shape(profile.usage.electricity) == (8760,)
    assert name in profile.notes[0]


@pytest.mark.parametrize(
    ("use", "changes", "text"),
    [
        pytest.param("garage", {}, "use: 'garage'; expected one of residential, dormitory", id="not heated"),
        pytest.param("moon base", {}, "use: 'moon base'; expected one of residential", id="unknown"),
        pytest.param("office", {"mode": "wild"}, "mode: 'wild'; expected one of standard, typical", id="mode"),
        pytest.param("office", {"floor_area": 0.0}, "floor_area: 0.0; expected a number above 0 m²", id="area"),
    ],
)
def test_refused(use, changes, text):
    with pytest.raises(OptionError, match=text):
        usage_of(use, request(**changes))

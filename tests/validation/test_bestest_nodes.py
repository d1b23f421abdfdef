"""Standard 140 with the node model: one rule set, held to the bars of the issue against EnergyPlus 25.2."""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def validation():
    import sys

    sys.path.insert(0, str(ROOT))
    try:
        yield importlib.import_module("benchmarks.validation")
    finally:
        sys.path.remove(str(ROOT))


@pytest.fixture(scope="module")
def found(validation):
    return list(validation.rows(model="iso52016"))


@pytest.mark.parametrize(
    ("metric", "bar"),
    [
        ("annual_heating", 2.0), ("annual_sensible_cooling", 2.5), ("peak_heating_hourly", 2.5),
        ("peak_sensible_cooling_hourly", 2.5), ("T_max_hourly", 0.7), ("T_min_hourly", 0.3), ("T_mean", 0.3),
    ],
)
def test_mean_absolute_deviation(validation, found, metric, bar):
    assert validation.mean_absolute(found, metric) <= bar


def test_every_load_is_inside_the_six_programs_or_within_two_per_cent(validation, found):
    outside = [(r.case, r.metric, r.ours) for r in found if r.min is not None and r.unit != "degC"
               and not validation.inside(r)]
    assert outside == []


def test_no_free_float_is_two_kelvin_off(found):
    assert max(abs(r.deviation) for r in found if r.unit == "degC" and r.energyplus is not None) <= 2.0


DELTAS = [("200", "195"), ("220", "200"), ("230", "220"), ("240", "220"), ("250", "220"), ("270", "220"),
          ("280", "270"), ("320", "270"), ("400", "395"), ("410", "400"), ("420", "410"), ("430", "420"),
          ("440", "600"), ("610", "600"), ("620", "600"), ("640", "600"), ("900", "600"), ("910", "900"),
          ("940", "900")]


@pytest.mark.parametrize(("case", "base"), DELTAS)
@pytest.mark.parametrize("metric", ["annual_heating", "annual_sensible_cooling"])
def test_each_mechanism_has_its_sign_and_size(found, case, base, metric):
    value = {(r.case, r.metric): r for r in found}
    ours = value[case, metric].ours - value[base, metric].ours
    theirs = value[case, metric].energyplus - value[base, metric].energyplus
    assert ours == pytest.approx(theirs, rel=0.10, abs=0.05)
    assert np.sign(round(ours, 2)) == np.sign(round(theirs, 2)) or abs(theirs) < 0.05

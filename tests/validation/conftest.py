"""The cases of Standard 140, simulated once for all tests of this folder."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))


@cache
def measured(model):
    """A model over all cases."""
    from benchmarks.validation import measure

    return measure(model)


@pytest.fixture(scope="session")
def of_model():
    """Values, hours and bars of a model by its name."""
    return measured


@pytest.fixture(scope="session")
def value_of():
    """One value by model, case and metric."""

    @cache
    def table(model):
        return {(row.case, row.metric): row for row in measured(model).rows}

    return lambda model, case, metric: table(model)[case, metric]

"""Files and setups for the tests of batch runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from buem.batch.part import Setup
from buem.batch.plan import RunOptions


@pytest.fixture
def write_city(tmp_path: Path) -> Callable[..., Path]:
    """Writes features as a FeatureCollection and says where."""

    def write(features: list[dict[str, Any]], name: str = "city.geojson") -> Path:
        path = tmp_path / name
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
        return path

    return write


@pytest.fixture
def make_setup(tmp_path: Path) -> Callable[..., Setup]:
    """A setup of the given options, with its folders."""

    def make(**changes: Any) -> Setup:
        setup = Setup(options=RunOptions().with_changes(**changes), out=tmp_path / "out")
        setup.scratch.mkdir(parents=True, exist_ok=True)
        return setup

    return make

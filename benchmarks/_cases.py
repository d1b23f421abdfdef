"""The cases of Standard 140 as the tests build them."""

from __future__ import annotations

import sys
from pathlib import Path

#: Cases and references.
HERE = Path(__file__).resolve().parents[1] / "tests" / "validation"
sys.path.insert(0, str(HERE))

from cases import CASES, SETBACK, Case, building, plain_building  # noqa: E402

__all__ = ["CASES", "HERE", "SETBACK", "Case", "building", "plain_building"]

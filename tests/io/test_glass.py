"""Optical data of glass in a request."""

from __future__ import annotations

from typing import Any

import pytest
from request_samples import envelope_buem, feature, quantity, wall, window

from buem.building import Building, Glass
from buem.errors import BuildingError
from buem.io.dialects import read_feature


def read(*elements: dict[str, Any]) -> Building:
    return read_feature(feature(envelope_buem(*elements)), 0)


def problems(*elements: dict[str, Any]) -> list[str]:
    with pytest.raises(BuildingError) as caught:
        read(*elements)
    return [str(problem) for problem in caught.value.problems]


def test_optical_data_of_a_glass() -> None:
    element = window(glass={"transmittance": quantity(39, "%"), "absorptances": [0.2, 0.05],
                            "transmittance_angular": [[0, 1], [60, 0.8], [90, 0]],
                            "absorptance_angular": [[0, 1], [60, 1.2], [90, 0]]})
    (made,) = read(wall(), element).windows
    assert made.glass == Glass(
        transmittance=0.39, absorptances=(0.2, 0.05), transmittance_angular=((0.0, 1.0), (60.0, 0.8), (90.0, 0.0)),
        absorptance_angular=((0.0, 1.0), (60.0, 1.2), (90.0, 0.0)))


def test_a_single_pane_needs_no_table() -> None:
    (made,) = read(wall(), window(glass={"transmittance": 0.834, "absorptances": [0.091]})).windows
    assert made.glass == Glass(transmittance=0.834, absorptances=(0.091,))


def test_without_data_there_is_no_glass() -> None:
    assert read(wall(), window(glass=None)).windows[0].glass is None


@pytest.mark.parametrize(("changes", "text"), [
    ({"glass": {"absorptances": [0.1]}}, "elements[1].glass.transmittance: missing; expected 0 to 1"),
    ({"glass": {"transmittance": 0.4}}, "elements[1].glass.absorptances: missing; expected 1 to 6 numbers"),
    ({"glass": {"transmittance": 0.4, "absorptances": [0.1, 2]}},
     "elements[1].glass.absorptances[1]: 2; expected 1 to 6 numbers"),
    ({"glass": {"transmittance": 0.4, "absorptances": [0.1] * 7}}, "elements[1].glass.absorptances: 7 values"),
    ({"glass": {"transmittance": 0.8, "absorptances": [0.3]}}, "elements[1].glass: 0.8 passing, 0.3 absorbed"),
    ({"glass": {"transmittance": 0.4, "absorptances": [0.1], "colour": 1}}, "elements[1].glass.colour"),
    ({"glass": {"transmittance": 0.4, "absorptances": [0.1], "absorptance_angular": [[0, 1], [90, 3]]}},
     "elements[1].glass.absorptance_angular[1]: [90, 3]; expected 2 to 100 pairs of degrees and share of absorptances"),
    ({"glass": 0.4}, "elements[1].glass: 0.4"),
])
def test_what_is_wrong_with_a_glass(changes: dict[str, Any], text: str) -> None:
    found = problems(wall(), window(**changes))
    assert any(text in line for line in found), found

"""Size class from geometry: the limits, and what they make of TABULA's own rows."""

from __future__ import annotations

import math

import pytest

from buem.archetypes import archetypes
from buem.size_class import envelope_type, infer_type


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        pytest.param({"footprint_area": 100, "storeys": 2}, "SFH", id="detached house"),
        pytest.param({"footprint_area": 60, "storeys": 2, "neighbours": 1}, "TH", id="semi-detached"),
        pytest.param({"footprint_area": 60, "storeys": 3, "neighbours": 2}, "TH", id="terraced"),
        pytest.param({"footprint_area": 160, "storeys": 2}, "SFH", id="320 m² is still a house"),
        pytest.param({"footprint_area": 161, "storeys": 2}, "MFH", id="more is not"),
        pytest.param({"footprint_area": 60, "storeys": 4, "neighbours": 2}, "MFH", id="four storeys are flats"),
        pytest.param({"footprint_area": 349.9, "storeys": 4}, "MFH", id="below 1400 m²"),
        pytest.param({"footprint_area": 350, "storeys": 4}, "AB", id="from 1400 m² on"),
        pytest.param({"footprint_area": 100, "storeys": 6}, "AB", id="six storeys"),
        pytest.param({"footprint_area": 100, "height": 6.2}, "SFH", id="storeys from the height"),
        pytest.param({"footprint_area": 100, "height": 18}, "AB", id="many of them"),
        pytest.param({"footprint_area": 100, "height": 0.5}, "SFH", id="at least one storey"),
        pytest.param({"footprint_area": 300}, "SFH", id="nothing but the footprint"),
        pytest.param({"footprint_area": 400, "storeys": 2, "floor_area": 250}, "SFH", id="floor area goes before"),
        pytest.param({"footprint_area": 100, "storeys": math.nan, "height": math.nan}, "SFH", id="unknown as NaN"),
    ],
)
def test_type(given, kind):
    found, note = infer_type(**given)
    assert found == kind
    assert note.startswith(f"type {kind} from ")


@pytest.mark.parametrize(
    ("neighbours", "text"),
    [
        pytest.param(0, "type SFH from 200 m² on 2 storeys with no neighbour attached", id="none"),
        pytest.param(1, "type TH from 200 m² on 2 storeys with 1 neighbour attached", id="one"),
        pytest.param(3, "type TH from 200 m² on 2 storeys with 3 neighbours attached", id="three"),
    ],
)
def test_note(neighbours, text):
    assert infer_type(100, storeys=2, neighbours=neighbours)[1] == text


def test_on_tabula():
    """The shares that the docstring states, over the existing-state rows whose storeys are known."""
    rows = [a for a in archetypes().all() if a.variant_number == 1 and a.storeys > 0]
    found = [(a.type, infer_type(a.roof.area, storeys=a.storeys, floor_area=a.floor_area, neighbours=a.neighbours)[0])
             for a in rows]
    houses, flats = ("SFH", "TH"), ("MFH", "AB")

    def share(of: tuple[str, ...], right: tuple[str, ...]) -> float:
        mine = [guess for kind, guess in found if kind in of]
        return sum(guess in right for guess in mine) / len(mine)

    assert len(rows) == 645
    assert (share(houses, houses) + share(flats, flats)) / 2 == pytest.approx(0.96, abs=0.005)
    among_houses = [(kind, guess) for kind, guess in found if kind in houses and guess in houses]
    assert sum(kind == guess for kind, guess in among_houses) / len(among_houses) == pytest.approx(0.89, abs=0.01)
    among_flats = [(kind, guess) for kind, guess in found if kind in flats and guess in flats]
    blocks = [guess == "AB" for kind, guess in among_flats if kind == "AB"]
    small = [guess == "MFH" for kind, guess in among_flats if kind == "MFH"]
    assert (sum(blocks) / len(blocks) + sum(small) / len(small)) / 2 == pytest.approx(0.74, abs=0.02)


@pytest.mark.parametrize(
    ("storeys", "floor_area", "kind"),
    [
        pytest.param(1, 120, "SFH", id="a village shop"),
        pytest.param(3, 900, "MFH", id="a school wing"),
        pytest.param(4, 5000, "AB", id="offices"),
        pytest.param(9, 900, "AB", id="a small tower"),
    ],
)
def test_envelope_of_no_dwelling(storeys, floor_area, kind):
    found, note = envelope_type(floor_area / storeys, storeys, floor_area)
    assert found == kind
    assert note.startswith(f"no dwelling: envelope of the type {kind} from {floor_area} m² on {storeys} storeys")

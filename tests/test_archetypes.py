"""Which row stands for which building; the rows themselves against the file."""

from __future__ import annotations

import csv
import math
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buem.archetype import TYPES, VARIANTS
from buem.archetypes import DEFAULT_YEAR, Shares, archetypes, data_directory
from buem.errors import OptionError

TABLE = archetypes()


@pytest.fixture(scope="module")
def cells() -> dict[str, dict[str, str]]:
    with (data_directory() / "tabula_archetypes.csv").open(encoding="utf-8", newline="") as file:
        return {row["archetype_id"]: row for row in csv.DictReader(file)}


def test_the_bundled_table():
    assert len(TABLE) == 2096
    assert TABLE.source == "TABULA"
    assert TABLE.countries == ("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "ES", "FR", "GB", "GR", "HU", "IE", "IT", "NL",
                               "NO", "PL", "RS", "SE", "SI")
    assert Counter(a.variant_number == 1 for a in TABLE.all())[True] == 663


def test_it_is_read_once():
    assert archetypes() is TABLE
    assert TABLE.find("DE", year=1955)[0] is TABLE.find("DE", year=1955)[0]


@pytest.mark.parametrize(
    ("wanted", "row"),
    [
        pytest.param({"country": "DE", "year": 1955}, "DE.N.SFH.04.Gen.ReEx.001.001", id="inside a period"),
        pytest.param({"country": "DE", "year": 1949}, "DE.N.SFH.04.Gen.ReEx.001.001", id="first year of a period"),
        pytest.param({"country": "DE", "year": 1957}, "DE.N.SFH.04.Gen.ReEx.001.001", id="last year of a period"),
        pytest.param({"country": "DE", "year": 1958}, "DE.N.SFH.05.Gen.ReEx.001.001", id="the year after"),
        pytest.param({"country": "DE", "year": 1200}, "DE.N.SFH.01.Gen.ReEx.001.001", id="open at the beginning"),
        pytest.param({"country": "DE", "year": 2026}, "DE.N.SFH.12.Gen.ReEx.001.001", id="open at the end"),
        pytest.param({"country": "de", "year": 1955}, "DE.N.SFH.04.Gen.ReEx.001.001", id="country in small letters"),
        pytest.param({"country": "UK", "type": "TH", "year": 1930}, "GB.ENG.TH.02.Gen.ReEx.001.001", id="UK is GB"),
        pytest.param({"country": "EL", "year": 1990}, "GR.ZoneB.SFH.02.Gen.ReEx.001.001", id="EL is GR, Athens' zone"),
        pytest.param({"country": "GR", "region": "ZoneD", "year": 1990}, "GR.ZoneD.SFH.02.Gen.ReEx.001.001",
                     id="a region"),
        pytest.param({"country": "DE", "region": "East", "type": "AB", "year": 1975}, "DE.East.AB.06.Gen.ReEx.001.001",
                     id="a special region"),
        pytest.param({"country": "FR", "year_code": "4"}, "FR.N.SFH.04.Gen.ReEx.001.001", id="code without its zero"),
        pytest.param({"country": "FR", "year": 1600, "year_code": "04"}, "FR.N.SFH.04.Gen.ReEx.001.001",
                     id="code before year"),
        pytest.param({"country": "DE", "year": 1955, "variant": "usual"}, "DE.N.SFH.04.Gen.ReEx.001.002", id="usual"),
        pytest.param({"country": "DE", "year": 1955, "variant": "advanced"}, "DE.N.SFH.04.Gen.ReEx.001.003",
                     id="advanced"),
        pytest.param({"country": "DK", "year": 1955}, "DK.N.SFH.04.Gen.ReEx.001.001", id="real before synthetic"),
        pytest.param({"country": "IT", "year": 1950}, "IT.MidClim.SFH.04.Gen.ReEx.001.001", id="period before a range"),
        pytest.param({"country": "BE", "type": "MFH", "year": 1950}, "BE.N.MFH.02.Gen.ReEx.001.001",
                     id="general before special"),
        pytest.param({"country": "DE", "year": 2020}, "DE.N.SFH.12.Gen.ReEx.001.001",
                     id="first of several sorts of new buildings"),
    ],
)
def test_found_as_asked(wanted, row):
    found, notes = TABLE.find(**wanted)
    assert found.id == row
    assert len(notes) == 1, "nothing but the row itself to say"
    assert notes[0].startswith(f"archetype {row} of TABULA: ")


@pytest.mark.parametrize(
    ("wanted", "row", "said"),
    [
        pytest.param({"country": "DE"}, "DE.N.SFH.06.Gen.ReEx.001.001", "no year of construction: 1970 taken",
                     id="no year"),
        pytest.param({"country": "SE", "year": 2015}, "SE.N.SFH.05.Gen.ReEx.001.001",
                     "no period of SE SFH holds 2015: the nearest, 1996 to 2005, 10 years off", id="after the last"),
        pytest.param({"country": "FI", "year": 1990}, "SE.N.SFH.04.Gen.ReEx.001.001",
                     "no archetypes for FI: those of SE taken, the neighbour with a like climate and timber building",
                     id="a neighbour"),
        pytest.param({"country": "JP", "year": 1990}, "DE.N.SFH.08.Gen.ReEx.001.001",
                     "no archetypes for JP: those of DE taken, the largest table of a mid-European climate, for want "
                     "of a nearer one", id="no neighbour"),
        pytest.param({"country": "", "year": 1990}, "DE.N.SFH.08.Gen.ReEx.001.001",
                     "no country given: archetypes of DE taken, the largest table of a mid-European climate",
                     id="no country"),
        pytest.param({"country": "DE", "type": "AB", "year": 1990}, "DE.N.MFH.08.Gen.ReEx.001.001",
                     "no AB of 1990 in DE: MFH taken", id="another type"),
        pytest.param({"country": "SE", "type": "TH", "year": 1990}, "SE.N.SFH.04.Gen.ReEx.001.001",
                     "no TH of 1990 in SE: SFH taken", id="a type the country has not"),
        pytest.param({"country": "HU", "type": "AB", "year_code": "01"}, "HU.N.MFH.01.Gen.ReEx.001.001",
                     "no AB of period 01 in HU: MFH taken", id="another type by code"),
        pytest.param({"country": "DE", "region": "West", "year": 1955}, "DE.N.SFH.04.Gen.ReEx.001.001",
                     "no region West of DE (East, N): N taken", id="unknown region"),
        pytest.param({"country": "DE", "region": "East", "year": 1955}, "DE.N.SFH.04.Gen.ReEx.001.001",
                     "region East has no such building: that of the whole country taken", id="region without the type"),
        pytest.param({"country": "AT", "region": "MT", "type": "MFH", "year": 2015}, "AT.N.MFH.08.Gen.ReEx.001.001",
                     "region MT has no such building: that of the whole country taken", id="region without the period"),
        pytest.param({"country": "NL", "year": 1960, "year_code": "XX"}, "NL.N.SFH.01.Gen.ReEx.001.001",
                     "unknown period code XX of NL (01, 02, 03, 04, 05, 06): not used", id="unknown code"),
        pytest.param({"country": "NL", "type": "TH", "year": 1960, "variant": "usual"}, "NL.N.TH.01.Gen.ReEx.001.002",
                     "", id="nothing to say"),
        pytest.param({"country": "GB", "type": "AB", "year": 1930},
                     "GB.ENG.AB.02-03.ApartmentBuildings.SyAv.002.001",
                     "special form ApartmentBuildings: there is no general one", id="special form"),
        pytest.param({"country": "AT", "region": "MT", "year": 2005}, "AT.MT.SFH.07.Gen.ReEx.001.002",
                     "no existing state of this archetype: usual taken", id="next higher state"),
    ],
)
def test_found_otherwise(wanted, row, said):
    found, notes = TABLE.find(**wanted)
    assert found.id == row
    assert [said] == list(notes[1:]) or (not said and len(notes) == 1)


def test_lower_state_first():
    """A row without a usual state is taken as it stands, not better than it may be."""
    lacking = [a for a in TABLE.all() if a.id.endswith(".001")
               and a.id[:-1] + "2" not in {b.id for b in TABLE.all()} and a.variant_number == 1]
    row = next(a for a in lacking if a.country == "IE" and a.subtype == "Gen")
    found, notes = TABLE.find("IE", type=row.type, year_code=row.period_code, variant="usual")
    assert (found.id, notes[1:]) == (row.id, ("no usual state of this archetype: existing taken",))


def test_several_notes_in_the_order_of_the_search():
    _, notes = TABLE.find("FI", region="Lapland", type="AB", variant="usual")
    assert notes == (
        "archetype SE.N.MFH.02.Gen.ReEx.001.002 of TABULA: MFH, 1961 to 1975, usual state",
        "no archetypes for FI: those of SE taken, the neighbour with a like climate and timber building",
        "no region Lapland of SE (N): N taken",
        f"no year of construction: {DEFAULT_YEAR} taken",
        "no AB of 1970 in SE: MFH taken")


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        pytest.param({"type": "Villa"}, "type: 'Villa'; expected one of SFH, TH, MFH, AB", id="type"),
        pytest.param({"variant": "new"}, "variant: 'new'; expected one of existing, usual, advanced", id="variant"),
    ],
)
def test_find_refuses(asked, text):
    with pytest.raises(OptionError) as caught:
        TABLE.find("DE", **asked)
    assert str(caught.value) == text


@settings(deadline=None)
@given(country=st.sampled_from([*TABLE.countries, "FI", "ZA", "", "xx"]), kind=st.sampled_from(TYPES),
       year=st.none() | st.integers(0, 2100), variant=st.sampled_from(VARIANTS), code=st.sampled_from(["", "01", "7"]))
def test_there_is_always_one(country, kind, year, variant, code):
    found, notes = TABLE.find(country, type=kind, year=year, variant=variant, year_code=code)
    assert found.id in notes[0]
    assert found.wall.area > 0
    inside = year is not None and found.year_from <= year <= found.year_to
    assert inside or len(notes) > 1 or code, "a year outside the period is always said"


def test_row_by_id():
    assert TABLE.row("FR.N.AB.10.Gen.ReEx.001.003").year_from == 2013
    with pytest.raises(OptionError, match=r"archetype: 'FR.N'; expected a row of TABULA"):
        TABLE.row("FR.N")


def test_every_row_against_the_file(cells):
    for a in TABLE.all():
        row = cells[a.id]
        country, region, types, period, *_ = a.id.split(".")
        assert (country, region, period) == (a.country, a.region, a.period_code)
        assert a.type in types.split("-"), "some rows stand for two types"
        assert a.floor_area == float(row["A_ref_m2"])
        for name in ("roof", "wall", "floor", "window", "door"):
            element = getattr(a, name)
            assert element.area == float(row[f"A_{name}_m2"])
            assert element.u_value == float(row[f"U_{name}_W_m2K"] or "nan") or math.isnan(element.u_value)
            assert element.b_transmission == float(row[f"b_{name}"] or 1)
        assert a.g_value == float(row["g_window"])
        assert a.bridge_surcharge == float(row["dU_thermal_bridge_W_m2K"])
        assert a.heat_capacity == pytest.approx(float(row["c_m_Wh_m2K"]) * 3600)
        assert a.hot_water == pytest.approx(float(row["q_dhw_kWh_m2a"]) * 1000)
        assert a.reference.heating == pytest.approx(float(row["q_heat_nd_kWh_m2a"]) * 1000)
        assert a.season.sun.south == pytest.approx(float(row["I_sol_south_kWh_m2"]) * 1000)
        assert a.variant == {"1": "existing", "2": "usual"}.get(row["variant"][-1], "advanced")


def test_one_row_in_full():
    """DE.N.SFH.04.Gen.ReEx.001.001, copied by hand from the file."""
    a = TABLE.row("DE.N.SFH.04.Gen.ReEx.001.001")
    assert (a.year_from, a.year_to, a.neighbours, a.cellar) == (1949, 1957, 0, "N")
    assert (a.infiltration, a.use_ventilation, a.room_height, a.setpoint, a.internal_gain) == (0.2, 0.4, 2.5, 20.0, 3.0)
    assert (a.heat_capacity, a.hot_water, a.reduction_1, a.reduction_4) == (162000.0, 10000.0, 0.9, 0.8)
    assert (a.season.climate, a.season.temp_air, a.season.days) == ("DE.N", 4.6, 216.0)
    assert (a.season.sun.horizontal, a.season.sun.north) == (368000.0, 123000.0)


class TestShares:
    def test_the_seed_reproduces(self):
        shares = Shares(existing=0.5, usual=0.3, advanced=0.2)
        states = [shares.choose(f"house {i} 7") for i in range(2000)]
        assert states == [shares.choose(f"house {i} 7") for i in range(2000)]
        assert states != [shares.choose(f"house {i} 8") for i in range(2000)]
        counts = Counter(states)
        # Three standard deviations of a binomial of 2000 draws are at most 67.
        for name, share in (("existing", 0.5), ("usual", 0.3), ("advanced", 0.2)):
            assert counts[name] == pytest.approx(2000 * share, abs=67)

    @pytest.mark.parametrize("only", VARIANTS)
    def test_all_of_one(self, only):
        shares = Shares(**{"existing": 0.0, only: 1.0})
        assert {shares.choose(str(i)) for i in range(200)} == {only}

    def test_find_takes_them(self):
        shares = Shares(existing=0.4, usual=0.4, advanced=0.2)
        for key in ("a", "b", "c", "d", "e", "f"):
            found, notes = TABLE.find("DE", year=1955, variant=shares, seed_key=key)
            assert found.variant == shares.choose(key)
            assert f"{found.variant} state" in notes[0]

    @pytest.mark.parametrize(
        ("values", "text"),
        [
            pytest.param({"existing": 0.5}, "shares: 0.5; expected shares of existing, usual and advanced that make 1 "
                         "together", id="too little"),
            pytest.param({"existing": 1.5, "usual": -0.5}, "shares.existing: 1.5; expected 0 to 1\n"
                         "shares.usual: -0.5; expected 0 to 1", id="out of range"),
            pytest.param({"existing": math.nan}, "shares.existing: nan; expected 0 to 1", id="NaN"),
        ],
    )
    def test_refused(self, values, text):
        with pytest.raises(OptionError) as caught:
            Shares(**values)
        assert str(caught.value) == text

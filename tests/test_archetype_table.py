"""Tables of one's own: read like the bundled one, and refused with row, column, value and what was wanted."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest

from buem.archetype_table import MAX_PROBLEMS, NUMBERS, TEXTS, archetype_of, read_rows
from buem.archetypes import archetypes, check_table, data_directory
from buem.errors import ContainerError, InputError

BUNDLED = data_directory() / "tabula_archetypes.csv"
ROW = "DE.N.SFH.04.Gen.ReEx.001.001"


@pytest.fixture(scope="module")
def house() -> dict[str, str]:
    with BUNDLED.open(encoding="utf-8", newline="") as file:
        return next(row for row in csv.DictReader(file) if row["archetype_id"] == ROW)


def write(path: Path, *rows: dict[str, str], columns: tuple[str, ...] = (*TEXTS, *NUMBERS)) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, columns, extrasaction="ignore")
        table.writeheader()
        table.writerows(rows)
    return path


def test_the_bundled_one_is_sound():
    assert len(read_rows(BUNDLED)) == 2096


def test_of_ones_own(tmp_path, house):
    """Columns in another order, others beside them, a mark at the beginning of the file, an empty line."""
    own = dict(house, archetype_id="mine", country="fi", U_wall_W_m2K="0.9", year_from="1980", year_to="1999")
    path = write(tmp_path / "own.csv", own, columns=("comment", *reversed((*TEXTS, *NUMBERS))))
    path.write_text("\ufeff" + path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    table = archetypes(path)
    assert (len(table), table.countries, table.source) == (1, ("FI",), "own.csv")
    found, notes = table.find("FI", year=1985)
    assert found.wall.u_value == 0.9
    assert notes == ("archetype mine of own.csv: SFH, 1980 to 1999, existing state",)
    other, notes = table.find("SE", type="AB", year=1985, variant="usual")
    assert other is found
    assert notes[1:] == (
        "no archetypes for SE: those of FI taken, the first country of own.csv", "no AB of 1985 in FI: SFH taken",
        "no usual state of this archetype: existing taken")


@pytest.mark.parametrize(("written", "code"), [("UK", "GB"), ("el", "GR"), (" fr ", "FR")])
def test_a_country_by_its_other_code_is_found(tmp_path, house, written, code):
    table = archetypes(write(tmp_path / "own.csv", dict(house, archetype_id="mine", country=written)))
    assert table.countries == (code,)
    assert not any("no archetypes for" in note for note in table.find(written.strip(), year=1960)[1])


def test_a_column_that_is_there_twice(tmp_path, house):
    path = write(tmp_path / "own.csv", house, columns=(*TEXTS, *NUMBERS, "U_wall_W_m2K"))
    with pytest.raises(ContainerError, match=r"own\.csv, row 1: 'U_wall_W_m2K'; expected each column once"):
        archetypes(path)


def test_cells_keep_their_commas(tmp_path, house):
    path = write(tmp_path / "own.csv", dict(house, variant_name='new windows, "better" roof'))
    assert archetype_of(read_rows(path)[0]).variant_name == 'new windows, "better" roof'


@pytest.mark.parametrize(
    ("column", "value", "wanted"),
    [
        pytest.param("U_wall_W_m2K", "-0.2", "a number, 0 to 10 W/(m²K)", id="below its range"),
        pytest.param("U_wall_W_m2K", "1,4", "a number, 0 to 10 W/(m²K)", id="decimal comma"),
        pytest.param("A_ref_m2", "0", "a number, 1 to 1e+06 m²", id="no floor"),
        pytest.param("g_window", "nan", "a number, 0 to 1", id="NaN"),
        pytest.param("theta_i_C", "inf", "a number, 0 to 40 °C", id="infinite"),
        pytest.param("type", "Villa", "one of SFH, TH, MFH, AB", id="type"),
        pytest.param("neighbours", "2", "one of B_Alone, B_N1, B_N2", id="neighbours"),
        pytest.param("country", "Germany", "two letters of ISO 3166", id="country"),
        pytest.param("country", "XX", "two letters of ISO 3166", id="a code of no country"),
        pytest.param("year_to", "1900", "at least year_from, 1949", id="period upside down"),
        pytest.param("A_wall_m2", "0", "a number above 0 m²", id="no walls"),
        pytest.param("variant", "x", "a number, 1 to 99", id="variant"),
    ],
)
def test_a_wrong_cell(tmp_path, house, column, value, wanted):
    path = write(tmp_path / "own.csv", house, dict(house, archetype_id="second", **{column: value}))
    with pytest.raises(InputError) as caught:
        archetypes(path)
    assert str(caught.value) == f"own.csv, row 3, column {column}: '{value}'; expected {wanted}"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        pytest.param({"U_roof_W_m2K": ""}, "own.csv, row 2, column U_roof_W_m2K: ''; expected a number, "
                     "0 to 10 W/(m²K)", id="empty"),
        pytest.param({"U_window_W_m2K": ""}, "own.csv, row 2, column U_window_W_m2K: missing; expected a number, "
                     "0 to 10 W/(m²K), since there is an area", id="windows without U"),
        pytest.param({"archetype_id": ""}, "own.csv, row 2, column archetype_id: ''; expected a name of its own",
                     id="no name"),
    ],
)
def test_a_missing_cell(tmp_path, house, changes, text):
    with pytest.raises(InputError) as caught:
        read_rows(write(tmp_path / "own.csv", dict(house, **changes)))
    assert str(caught.value) == text


def test_a_name_twice(tmp_path, house):
    with pytest.raises(InputError) as caught:
        read_rows(write(tmp_path / "own.csv", house, house))
    assert str(caught.value) == (
        f"own.csv, row 3, column archetype_id: '{ROW}'; expected a name of its own (row 2 has it)")


def test_all_problems_at_once_up_to_a_limit(tmp_path, house):
    wrong = [dict(house, archetype_id=str(i), U_wall_W_m2K="-1", type="?") for i in range(80)]
    with pytest.raises(InputError) as caught:
        read_rows(write(tmp_path / "own.csv", *wrong))
    assert len(caught.value.problems) == MAX_PROBLEMS
    assert [p.path.split()[-1] for p in caught.value.problems[:2]] == ["U_wall_W_m2K", "type"]


def test_empty_where_it_may_be(tmp_path, house):
    bare = dict(house, A_door_m2="0", U_door_W_m2K="", b_door="", n_storey="", n_apartment="")
    row = archetype_of(read_rows(write(tmp_path / "own.csv", bare))[0])
    assert math.isnan(row.door.u_value)
    assert row.door.conductance == 0.0
    assert math.isnan(row.storeys)
    assert math.isnan(row.dwellings)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", f"own.csv, row 1: ''; expected the columns {TEXTS[0]}, {TEXTS[1]}", id="nothing"),
        pytest.param("a,b\n1,2\n", f"own.csv, row 1: 'a, b'; expected the columns {TEXTS[0]}", id="another table"),
        pytest.param(",".join((*TEXTS, *NUMBERS)) + "\n", "own.csv: 'no rows'; expected at least one archetype",
                     id="no rows"),
    ],
)
def test_no_such_table(tmp_path, text, said):
    path = tmp_path / "own.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContainerError) as caught:
        archetypes(path)
    assert str(caught.value).startswith(said)


def test_one_column_missing(tmp_path, house):
    columns = tuple(c for c in (*TEXTS, *NUMBERS) if c != "g_window")
    with pytest.raises(ContainerError, match=r"expected the columns g_window$"):
        archetypes(write(tmp_path / "own.csv", house, columns=columns))


def test_no_such_file(tmp_path):
    with pytest.raises(ContainerError, match=r"missing\.csv.*expected a CSV file of archetypes"):
        archetypes(tmp_path / "missing.csv")


def test_no_text(tmp_path):
    (tmp_path / "own.csv").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(ContainerError, match="expected a CSV file of archetypes"):
        archetypes(tmp_path / "own.csv")


def test_a_table_is_looked_at_before_it_is_needed(tmp_path, house):
    check_table(None)
    check_table(write(tmp_path / "own.csv", house))
    with pytest.raises(InputError, match=r"own\.csv, row 2, column country: 'XX'"):
        check_table(write(tmp_path / "own.csv", dict(house, country="XX")))
    with pytest.raises(ContainerError, match="expected a CSV file of archetypes"):
        check_table(tmp_path / "none.csv")

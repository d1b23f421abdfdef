"""The report of a city: sums and shares by hand, and what it says of cities that hold little."""

from __future__ import annotations

import csv
import io

import pytest
from made_city import HOUSE, made_city

from buem.city_report import AGES, HEADER, ages, city_report, write_report
from buem.errors import OutputError

SHED = {"status": "not_heated", "use": "garage", "notes": ["not heated: its use, garage, needs no heating"],
        "dialect": "footprint", "footprint_m2": 20.0}
WRONG = {"status": "error", "error": "$.id: missing"}


def tables(*rows):
    return {t.title: {line[0]: dict(zip(t.header[1:], line[1:])) for line in t.rows}
            for t in city_report(made_city(*rows)).tables}


def test_two_houses_by_hand():
    large = {**HOUSE, "floor_area_m2": 300.0, "heating_kwh": 18_000.0, "heating_kwh_m2": 60.0, "heating_peak_kw": 10.0,
             "cooling_kwh": 1500.0, "wall_m2": 350.0, "party_wall_m2": 50.0, "footprint_m2": 120.0}
    found = tables(HOUSE, large, SHED, WRONG)
    overview = {name: row["value"] for name, row in found["overview"].items()}
    assert overview["buildings"] == "4"
    assert (overview["status ok"], overview["status not_heated"], overview["status error"]) == ("2", "1", "1")
    assert overview["conditioned floor area [m²]"] == "400"
    assert overview["heating [MWh]"] == "28"
    # 28,000 kWh over 400 m², not the mean of 100 and 60.
    assert overview["heating [kWh/m²]"] == "70"
    assert overview["cooling [kWh/m²]"] == "5"
    assert overview["floor area per ground [-]"] == "2"
    assert overview["heating per ground [kWh/m²]"] == "140"
    assert overview["sum of the heating peaks [MW]"] == "0.016"
    # 100 m² of party walls among 600 m².
    assert overview["party walls of all walls [%]"] == "16.7"
    group = found["by size class"]["SFH"]
    assert (group["buildings"], group["simulated"], group["median [kWh/m²]"]) == ("2", "2", "80")


@pytest.mark.parametrize("name", ["by size class", "by year", "by use"])
def test_groups_add_up_to_all(name):
    rows = [HOUSE, {**HOUSE, "year": 2015, "use": "office", "size_class": None}, {**HOUSE, "year": None, "use": None,
                                                                                 "size_class": None}, SHED, WRONG]
    found = tables(*rows)[name]
    assert sum(int(row["buildings"]) for row in found.values()) == 5
    assert sum(int(row["simulated"]) for row in found.values()) == 3
    assert sum(float(row["heating [MWh]"]) for row in found.values()) == pytest.approx(30.0)
    assert tuple(next(iter(found.values()))) == HEADER


def test_size_classes_in_words():
    unsized = {**HOUSE, "size_class": None}
    found = tables(HOUSE, {**unsized, "use": "office"}, {**unsized, "use": None}, SHED)
    assert list(found["by size class"]) == ["SFH", "no dwelling", "not heated", "not known"]


@pytest.mark.parametrize(("year", "expected"), [
    (None, "not known"), (0, "before 1900"), (1899, "before 1900"), (1900, "1900 to 1919"), (1919, "1900 to 1919"),
    (1920, "1920 to 1945"), (1945, "1920 to 1945"), (1946, "1946 to 1960"), (2010, "2001 to 2010"),
    (2011, "from 2011"), (2100, "from 2011")])
def test_the_ends_of_age_classes(year, expected):
    assert ages(made_city({**HOUSE, "year": year})) == [expected]


def test_ages_stand_in_the_order_of_time():
    years = [2015, None, 1850, 1950, 1905]
    assert list(tables(*({**HOUSE, "year": year} for year in years))["by year"]) == [
        "before 1900", "1900 to 1919", "1946 to 1960", "from 2011", "not known"]
    assert list(AGES) == sorted(AGES)


def test_what_was_filled_in():
    rows = [{**HOUSE, "filled": "year, roof_type"}, {**HOUSE, "filled": "roof_type"}, {**HOUSE, "filled": None},
            {**HOUSE, "filled": ""}, {**HOUSE, "dialect": "envelope", "filled": "year"}]
    found = tables(*rows)["filled in, since the source does not say"]
    assert found == {"roof_type": {"buildings": "2", "of footprints [%]": "50"},
                     "year": {"buildings": "1", "of footprints [%]": "25"}}


@pytest.mark.parametrize(("note", "reason"), [
    ("not heated: its use, garage, needs no heating", "its use, garage, needs no heating"),
    ("not heated: an outbuilding: use not known, 20 m² of ground, less than 25 m²",
     "an outbuilding: small, of unknown use"),
    ("not heated: 1.9 m to the eaves, less than 2 m", "too low to stand in"),
    ("not heated: 9 m² of ground, less than 10 m²", "too small a ground")])
def test_reasons_without_their_numbers(note, reason):
    other = {**SHED, "notes": [note.replace("9", "8")]}
    assert tables({**SHED, "notes": [note]}, other)["not heated"] == {reason: {"buildings": "2"}}


@pytest.mark.parametrize("rows", [[], [WRONG], [SHED], [{"status": "ok"}]],
                         ids=["none", "wrong", "not heated", "blank"])
def test_a_city_of_nothing_divides_by_nothing(rows):
    report = city_report(made_city(*rows))
    overview = {line[0]: line[1] for line in report.tables[0].rows}
    assert overview["heating [kWh/m²]"] == "-"
    assert overview["party walls of all walls [%]"] == "-"
    assert overview["buildings"] == str(len(rows))
    assert "nan" not in report.text() + report.markdown() + report.csv()


def test_large_numbers_are_readable_and_stay_numbers_in_the_csv():
    report = city_report(made_city({**HOUSE, "floor_area_m2": 1_234_567.0, "heating_kwh": 9.87654e9}))
    assert "1,234,567" in report.text()
    rows = list(csv.DictReader(io.StringIO(report.csv())))
    found = {(r["table"], r["row"], r["column"]): r["value"] for r in rows}
    assert float(found["overview", "conditioned floor area [m²]", "value"]) == 1_234_567.0
    assert float(found["overview", "heating [MWh]", "value"]) == 9_876_540.0


@pytest.mark.parametrize("use", ["a|b", "a,b", 'say "a"', "line\nbreak", "é"])
def test_words_of_any_kind_stay_in_their_cell(use):
    report = city_report(made_city({**HOUSE, "use": use}))
    rows = [r for r in csv.reader(io.StringIO(report.csv())) if r[0] == "by use"]
    assert {r[1] for r in rows} == {use}
    table = report.markdown().split("## By use")[1].split("##")[0]
    lines = [line for line in table.splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in lines} == {len(HEADER) + 2}


def test_columns_are_aligned():
    text = city_report(made_city(HOUSE, {**HOUSE, "use": "a use of a long name"})).text()
    block = text.split("by use\n")[1].split("\n\n")[0].splitlines()
    assert len({len(line) for line in block}) == 1


def test_a_folder_that_holds_no_run(tmp_path):
    with pytest.raises(OutputError, match=r"summary\.parquet: missing; expected the folder of a finished run"):
        write_report(tmp_path)
    assert list(tmp_path.iterdir()) == []



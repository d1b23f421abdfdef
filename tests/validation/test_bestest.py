"""Both models against EnergyPlus 25.2 and the six programs on the cases of Standard 140; one rule set for all."""

import sys

import pytest
from cases import CASES

from benchmarks import _bars
from benchmarks._references import DELTAS, LOADS, TEMPERATURES, inside

CONDITIONED = [case.name for case in CASES if case.conditioned]
FLOATING = [case.name for case in CASES if not case.conditioned]
#: Largest deviation of annual heating and cooling of any case of the 5R1C, and of the sunspace. [MWh]
ROOM = (0.2, 0.3)
SUNSPACE = (0.85, 0.3)
#: Difference of the in-depth series that a 5R1C misses: heating that changes by 0.04 MWh, of 4.4, where windows turn
#: from south to east and west.
MISSED_DELTAS = {"300-270"}
#: Of a single pane the node model knows U and g alone, of coated glass not how its gap conducts on mild days. In the
#: sunspace of case 960 all beam falls on the floor, none on the common wall. [MWh]
GUESSED = {"660": (0.1, 0.06), "670": (0.09, 0.09), "960": (0.12, 0.06)}


def report(rows, metric):
    lines = [f"{r.case:>6} {r.energyplus:7.3f} {r.ours:7.3f} {r.deviation:+7.1f}" for r in rows if r.metric == metric]
    return "\n".join([f"{metric}: EnergyPlus, buem, deviation", *lines])


def test_all_cases_are_there():
    assert (len(CONDITIONED), len(FLOATING)) == (46, 6)
    assert len({case.name for case in CASES}) == 52


@pytest.mark.parametrize("model", _bars.MODELS)
@pytest.mark.parametrize("metric", _bars.MEAN_BARS)
def test_mean_deviation_over_the_600_and_900_series(of_model, model, metric):
    rows = of_model(model).rows
    sys.stdout.write(f"{report(_bars.series(rows), metric)}\n")  # seen with pytest -s
    held = _bars.MEAN_BARS[metric][_bars.MODELS.index(model)]
    assert _bars.mean_absolute(rows, metric) <= held, report(_bars.series(rows), metric)


@pytest.mark.parametrize(("model", "held"), [("iso13790", 87.0), ("iso52016", 100.0)])
def test_loads_inside_the_six_programs_or_within_two_per_cent(of_model, model, held):
    compared = [r for r in of_model(model).rows if r.min is not None and r.metric in LOADS]
    out = [f"{r.case} {r.metric} {r.ours:.3f}" for r in compared if not inside(r)]
    assert len(compared) > 100
    assert 100.0 * (1.0 - len(out) / len(compared)) >= held, out


@pytest.mark.parametrize("case", CONDITIONED)
def test_annual_loads_of_the_5r1c_case_by_case(value_of, case):
    for metric, room in zip(LOADS, SUNSPACE if case == "960" else ROOM):
        row = value_of("iso13790", case, metric)
        assert abs(row.ours - row.energyplus) <= room, f"{case} {metric}: {row.ours - row.energyplus:+.3f} MWh"


@pytest.mark.parametrize("case", CONDITIONED)
def test_annual_loads_of_the_node_model_case_by_case(value_of, case):
    for metric, room in zip(LOADS, GUESSED.get(case, (0.06, 0.06))):
        row = value_of("iso52016", case, metric)
        assert row.ours == pytest.approx(row.energyplus, rel=0.04, abs=room), f"{case} {metric}"


@pytest.mark.parametrize(("model", "room"), [
    # One mass node: what heavy rooms swing too far showed on one side alone while their mean was 1 K too warm.
    pytest.param("iso13790", {"T_max_hourly": 2.0, "T_min_hourly": 1.6, "T_mean": 0.4}, id="5R1C"),
    # EnergyPlus finds 62.6 °C as the maximum of 650FF at the 6 steps an hour of our series, and 63.6 °C at 30; ours is
    # 63.9 °C at 2 steps and 64.0 °C at 16.
    pytest.param("iso52016", {"T_max_hourly": 1.5, "T_min_hourly": 0.6, "T_mean": 0.4}, id="node model"),
])
@pytest.mark.parametrize("case", FLOATING)
def test_temperatures_of_floating_cases(value_of, model, room, case):
    for metric in TEMPERATURES:
        row = value_of(model, case, metric)
        assert row.ours == pytest.approx(row.energyplus, abs=room[metric]), metric


@pytest.mark.parametrize("case", FLOATING)
def test_hours_in_bins_of_floating_cases(value_of, of_model, case):
    bins = [r for r in of_model("iso52016").rows if r.case == case and r.metric.startswith("T_bin")]
    assert sum(r.ours for r in bins) == 8760
    moved = sum(abs(r.ours - r.energyplus) for r in bins) / 2
    assert moved <= 0.03 * 8760, {r.metric: (r.ours, r.energyplus) for r in bins}


@pytest.mark.parametrize(("case", "base"), DELTAS)
@pytest.mark.parametrize("metric", LOADS[:2])
def test_each_mechanism_has_its_sign_and_size_in_the_node_model(value_of, case, base, metric):
    row = value_of("iso52016", f"{case}-{base}", f"delta_{metric}")
    assert row.ours == pytest.approx(row.energyplus, rel=0.10, abs=0.1 if case in GUESSED or case == "310" else 0.07)
    assert row.ours * row.energyplus > 0.0 or abs(row.energyplus) <= 0.05


@pytest.mark.parametrize(("model", "missed"), [
    pytest.param("iso13790", MISSED_DELTAS, id="5R1C"),
    pytest.param("iso52016", {"290-270", "310-300"}, id="node model"),
])
def test_in_depth_series(of_model, model, missed):
    rows = _bars.in_depth(of_model(model).rows)
    share = _bars.DELTA_BARS[_bars.MODELS.index(model)]
    wrong = [f"{r.case} {r.metric}: {r.ours:+.3f}, EnergyPlus {r.energyplus:+.3f}" for r in rows
             if r.case not in missed and not _bars.delta_right(r, share)]
    assert len(rows) > 30
    assert wrong == []


@pytest.mark.parametrize(
    ("case", "base", "metric"),
    [
        pytest.param("610", "600", "annual_sensible_cooling", id="overhang"),
        pytest.param("620", "600", "annual_sensible_cooling", id="windows to east and west"),
        pytest.param("640", "600", "annual_heating", id="setback"),
        pytest.param("670", "600", "annual_heating", id="single glass"),
        pytest.param("900", "600", "annual_heating", id="mass"),
        pytest.param("230", "220", "annual_heating", id="air change"),
        pytest.param("240", "220", "annual_heating", id="gains"),
    ],
)
def test_each_mechanism_moves_the_load_of_the_5r1c_as_in_energyplus(value_of, case, base, metric):
    row = value_of("iso13790", f"{case}-{base}", f"delta_{metric}")
    assert row.ours == pytest.approx(row.energyplus, rel=0.12)


@pytest.mark.parametrize("day", _bars.DAYS)
def test_hourly_load_of_600(of_model, day):
    from benchmarks._references import energyplus_hours

    found = of_model("iso52016")
    row = next(i for i, case in enumerate(found.cases) if case.name == "600")
    load = _bars.hourly_load(found.results, row)
    assert _bars.day_rmse(load, energyplus_hours("600"), _bars.DAYS[day]) <= _bars.HOURLY_BAR


@pytest.mark.parametrize(("case", "held"), [("600", 6.0), ("900", 9.0), ("620", 6.0), ("195", 4.0), ("685", 6.0)])
def test_hourly_loads_of_a_year(of_model, case, held):
    from benchmarks._references import energyplus_hours

    found = of_model("iso52016")
    row = next(i for i, c in enumerate(found.cases) if c.name == case)
    assert _bars.cv_rmse(_bars.hourly_load(found.results, row), energyplus_hours(case)) <= held


@pytest.mark.parametrize("case", ["600", "900"])
@pytest.mark.parametrize("load", ["heating", "sensible_cooling"])
def test_months_are_inside_the_six_programs_or_near_energyplus(of_model, case, load):
    rows = [r for r in of_model("iso52016").rows if r.case == case and r.metric.startswith(f"monthly_{load}_")]
    assert len(rows) == 12
    # Small months may lie 5 kWh off.
    out = [r for r in rows if not inside(r) and abs(r.ours - r.energyplus) > 5.0]
    assert out == []

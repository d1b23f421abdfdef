"""The 5R1C against EnergyPlus 25.2 on the cases of ASHRAE Standard 140; one rule set, no factor fitted to a case."""

import csv
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from cases import CASES, building

import buem
from buem.io.stations import read_station

DATA = Path(__file__).parent / "data"
CONDITIONED = [case.name for case in CASES if not case.name.endswith("FF")]
FLOATING = [case.name for case in CASES if case.name.endswith("FF")]
#: Values below are too small for a deviation in per cent. [MWh]
SMALLEST = 0.1
#: Largest deviation of annual heating and cooling that is held. [MWh]
ROOM = (0.35, 0.4)
#: More where a case turns on what a 5R1C has no word for.
SPECIAL = {
    "195": (0.4, 0.1),  # long-wave emissivity inside
    "200": (0.95, 0.1),  # the same
    "250": (0.55, 1.15),  # sun on dark walls: the wind makes the outside film, R_se is a constant
    "430": (0.5, 0.3),  # the same
    "280": (0.2, 2.6),  # light rooms that send the sun out again
    "440": (0.1, 2.2),  # the same
}


@cache
def reference():
    with (DATA / "energyplus_25_2.csv").open() as file:
        return {(row["case"], row["metric"]): float(row["value"]) for row in csv.DictReader(file)}


@cache
def results():
    return buem.simulate([building(case) for case in CASES], read_station("us_denver_tmy3"), hourly="all")


def found(case, metric):
    """An indicator in the unit of the reference. [MWh], [kW], [°C]"""
    row, indicators = results().row(case), results().indicators
    air = results().series["temp_zone"][row]
    return {
        "annual_heating": lambda: indicators.heating[row] / 1e6,
        "annual_sensible_cooling": lambda: indicators.cooling[row] / 1e6,
        "peak_heating_hourly": lambda: indicators.heating_peak[row] / 1e3,
        "peak_sensible_cooling_hourly": lambda: indicators.cooling_peak[row] / 1e3,
        "T_max_hourly": lambda: float(air.max()), "T_min_hourly": lambda: float(air.min()),
        "T_mean": lambda: float(air.mean()),
    }[metric]()


def deviations(cases, metric):
    """Relative deviations of the cases whose reference is no trifle."""
    return {case: found(case, metric) / reference()[case, metric] - 1 for case in cases
            if reference()[case, metric] > SMALLEST}


def report(metric):
    lines = [f"{case:>6} {reference()[case, metric]:7.3f} {found(case, metric):7.3f} {off:+7.1%}"
             for case, off in deviations(CONDITIONED, metric).items()]
    return "\n".join([f"{metric}: EnergyPlus, buem, deviation", *lines])


def test_all_cases_are_there():
    assert (len(CONDITIONED), len(FLOATING)) == (24, 4)
    assert len(results().buildings) == 28


# The bars of the project: 10 % and 8 %. Held here are the values reached, so that a change for the worse is seen.
@pytest.mark.parametrize(
    ("metric", "bar"),
    [("annual_heating", 0.05), ("annual_sensible_cooling", 0.07), ("peak_heating_hourly", 0.04),
     ("peak_sensible_cooling_hourly", 0.04)],
)
def test_mean_deviation_over_the_600_and_900_series(metric, bar):
    series = [case for case in CONDITIONED if case[0] in "69"]
    off = np.abs(list(deviations(series, metric).values()))
    sys.stdout.write(f"{report(metric)}\n")  # seen with pytest -s
    assert off.mean() <= bar, report(metric)


@pytest.mark.parametrize("case", CONDITIONED)
def test_loads_of_each_case_are_near_energyplus(case):
    for metric, room in zip(("annual_heating", "annual_sensible_cooling"), SPECIAL.get(case, ROOM)):
        off = found(case, metric) - reference()[case, metric]
        assert abs(off) <= room, f"{case} {metric}: {off:+.3f} MWh\n{report(metric)}"


@pytest.mark.parametrize(("metric", "room"), [("T_mean", 0.6), ("T_max_hourly", 5.0), ("T_min_hourly", 0.7)])
@pytest.mark.parametrize("case", FLOATING)
def test_temperatures_of_floating_cases(case, metric, room):
    assert found(case, metric) == pytest.approx(reference()[case, metric], abs=room)


def test_mass_and_shade_act_the_right_way():
    assert found("900", "annual_heating") < found("600", "annual_heating")
    assert found("900", "annual_sensible_cooling") < found("600", "annual_sensible_cooling")
    assert found("610", "annual_sensible_cooling") < found("600", "annual_sensible_cooling")
    assert found("650", "annual_heating") == 0.0


@pytest.mark.parametrize(
    ("case", "other", "metric"),
    [
        pytest.param("610", "600", "annual_sensible_cooling", id="overhang"),
        pytest.param("620", "600", "annual_sensible_cooling", id="windows to east and west"),
        pytest.param("640", "600", "annual_heating", id="setback"),
        pytest.param("900", "600", "annual_heating", id="mass"),
        pytest.param("230", "220", "annual_heating", id="air change"),
        pytest.param("240", "220", "annual_heating", id="gains"),
    ],
)
def test_each_mechanism_moves_the_load_as_in_energyplus(case, other, metric):
    expected = reference()[case, metric] - reference()[other, metric]
    assert found(case, metric) - found(other, metric) == pytest.approx(expected, rel=0.12)

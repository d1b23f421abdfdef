import copy
import pickle
import warnings

import pytest

from buem import errors
from buem.errors import (
    BuemError,
    BuemWarning,
    BuildingError,
    ContainerError,
    InputError,
    MemoryBudgetError,
    OccupiedError,
    OptionError,
    OutputError,
    Problem,
    WeatherError,
    WeatherWarning,
    problem,
    shorten,
)

U = "$.features[3].properties.buem.building.envelope.elements[2].U.value"


@pytest.mark.parametrize(
    ("error", "parent"),
    [
        (InputError, BuemError), (InputError, ValueError), (ContainerError, InputError), (BuildingError, InputError),
        (WeatherError, InputError), (OptionError, InputError), (MemoryBudgetError, BuemError), (OutputError, BuemError),
        (OccupiedError, OutputError), (BuemWarning, UserWarning), (WeatherWarning, BuemWarning),
    ],
)
def test_tree_is_the_one_that_is_drawn(error, parent):
    assert issubclass(error, parent)
    assert error.__name__ in errors.__doc__


def test_every_class_of_the_module_is_in_the_drawing():
    classes = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, (BuemError, BuemWarning))]
    assert len(classes) == 13
    assert all(c.__name__ in errors.__doc__ and c.__doc__ for c in classes)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-0.2, f"{U}: -0.2; expected 0 to 10 W/(m²K)"),
        ("warm", f"{U}: 'warm'; expected 0 to 10 W/(m²K)"),
        (None, f"{U}: missing; expected 0 to 10 W/(m²K)"),
        ([], f"{U}: []; expected 0 to 10 W/(m²K)"),
        (float("nan"), f"{U}: nan; expected 0 to 10 W/(m²K)"),
    ],
)
def test_problem_names_path_value_and_what_was_wanted(value, text):
    found = problem(U, value, "0 to 10 W/(m²K)")
    assert str(found) == text
    assert found.code == "INVALID_VALUE"


def test_error_lists_all_problems_one_a_line():
    first, second = problem("a", 1, "2"), problem("b", None, "a number", "MISSING")
    error = BuildingError(iter([first, second]))
    assert error.problems == (first, second)
    assert str(error) == "a: 1; expected 2\nb: missing; expected a number"


@pytest.mark.parametrize("kind", [InputError, ContainerError, BuildingError, WeatherError, OptionError])
@pytest.mark.parametrize("again", [lambda e: pickle.loads(pickle.dumps(e)), copy.copy])
def test_errors_travel_between_processes(kind, again):
    error = kind([problem("a", 1, "2", "CODE")])
    back = again(error)
    assert type(back) is kind
    assert back.problems == error.problems
    assert str(back) == str(error)


@pytest.mark.parametrize("kind", [MemoryBudgetError, OutputError, OccupiedError])
def test_plain_errors_travel_too(kind):
    assert str(pickle.loads(pickle.dumps(kind("no room")))) == "no room"


def test_weather_warning_can_be_made_an_error():
    with warnings.catch_warnings():
        warnings.simplefilter("error", BuemWarning)
        with pytest.raises(WeatherWarning, match=r"^clock 30 min off$"):
            warnings.warn("clock 30 min off", WeatherWarning, stacklevel=1)


@pytest.mark.parametrize(
    ("value", "limit", "text"),
    [("short", 80, "'short'"), ("x" * 200, 20, "'" + "x" * 16 + "..."), (b"y" * 200, 20, "b'" + "y" * 15 + "..."),
     ([1] * 100, 12, "[1, 1, 1,..."), (0.1, 80, "0.1")],
)
def test_long_values_are_shortened(value, limit, text):
    assert shorten(value, limit) == text
    assert len(shorten(value, limit)) <= limit


def test_a_huge_text_is_not_written_out_first():
    assert len(shorten("z" * 10**7)) == 80


def test_problems_are_frozen_and_equal_by_value():
    assert problem("a", 1, "2") == Problem(path="a", value="1", expected="2")
    with pytest.raises(AttributeError):
        problem("a", 1, "2").path = "b"

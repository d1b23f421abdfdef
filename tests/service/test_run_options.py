"""What a request may say about how its buildings are simulated."""

from __future__ import annotations

import pytest

from buem.errors import OptionError
from buem.service.run_options import request_options


def test_texts_and_values(options):
    found = request_options({"model": "iso52016", "steps_per_hour": "2", "cooling": "on", "country": "nl",
                             "weather": "nl_amsterdam_nsrdb2019", "radius": 50}, options)
    assert (found.model, found.steps_per_hour, found.cooling, found.city.country, found.city.radius) == (
        "iso52016", 2, True, "NL", 50.0)
    assert found.station == "nl_amsterdam_nsrdb2019"
    assert found.hourly == "load"


def test_no_file_of_a_stranger_is_opened(options):
    reading = request_options({}, options).reading
    assert reading.open_profiles is False
    assert reading.cooling_default is False


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"weather": "/etc/passwd"}, "expected auto, or one of"),
        ({"archetypes": "x.csv"}, "expected one of the options model"),
        ({"cooling": 3}, "expected one of on, off"),
        ({"steps_per_hour": "2.5"}, "expected a whole number"),
        ({"steps_per_hour": True}, "expected a whole number"),
        ({"steps_per_hour": 100}, "from 1 to 60"),
        ({"radius": "wide"}, "expected a number"),
        ({"radius": float("inf")}, "expected"),
        ({"model": ["iso13790"]}, "expected a text"),
        ({"model": "iso"}, "one of iso13790, iso52016"),
    ],
)
def test_values_that_are_refused(options, given, text):
    with pytest.raises(OptionError, match=text):
        request_options(given, options)

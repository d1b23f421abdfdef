"""Hours of the day in which a job may run."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from buem.service.windows import is_open, read_window, read_zone

NIGHT = {"start": "22:00", "end": "06:00", "timezone": "Europe/Berlin"}
OFFICE = {"start": "09:00", "end": "17:00", "timezone": "Asia/Tokyo"}


@pytest.mark.parametrize(
    ("window", "utc", "expected"),
    [
        pytest.param(None, "2025-06-01T12:00", True, id="none is always open"),
        pytest.param(NIGHT, "2025-01-10T20:59", False, id="winter, a minute before"),
        pytest.param(NIGHT, "2025-01-10T21:00", True, id="winter, 22:00 in Berlin"),
        pytest.param(NIGHT, "2025-07-10T20:00", True, id="summer, 22:00 in Berlin"),
        pytest.param(NIGHT, "2025-07-10T03:59", True, id="after midnight"),
        pytest.param(NIGHT, "2025-07-10T04:00", False, id="the end does not count"),
        pytest.param(OFFICE, "2025-07-10T00:00", True, id="9:00 in Tokyo"),
        pytest.param(OFFICE, "2025-07-10T08:00", False, id="17:00 in Tokyo"),
        # 26 October 2025: 3:00 becomes 2:00 again at 1:00 UTC.
        pytest.param({**NIGHT, "start": "02:30", "end": "02:45"}, "2025-10-26T00:35", True, id="first 2:35"),
        pytest.param({**NIGHT, "start": "02:30", "end": "02:45"}, "2025-10-26T01:35", True, id="second 2:35"),
    ],
)
def test_is_open(window, utc, expected):
    assert is_open(window, datetime.fromisoformat(utc).replace(tzinfo=UTC)) is expected


@pytest.mark.parametrize(
    ("given", "paths"),
    [
        pytest.param("night", ["w"], id="no object"),
        pytest.param({"start": "22:00"}, ["w.end"], id="no end"),
        pytest.param({"start": "24:00", "end": "6:00"}, ["w.start", "w.end"], id="no times"),
        pytest.param({"start": "06:00", "end": "06:00"}, ["w.end"], id="empty"),
        pytest.param({"start": "22:00", "end": "06:00", "timezone": "../etc/passwd"}, ["w.timezone"], id="a path"),
        pytest.param({"start": "22:00", "end": "06:00", "zone": "UTC"}, ["w.zone"], id="misspelt"),
    ],
)
def test_windows_that_are_refused(given, paths):
    problems = []
    assert read_window(given, "w", problems) is None
    assert [one.path for one in problems] == paths


def test_a_window_that_is_taken():
    problems = []
    assert read_window({"start": "22:00", "end": "06:00"}, "w", problems) == {**NIGHT, "timezone": "UTC"}
    assert problems == []


@pytest.mark.parametrize("name", ["", "x" * 100, None, 3, "Europe/Atlantis", "/etc/localtime"])
def test_zones_that_are_none(name):
    assert read_zone(name) is None

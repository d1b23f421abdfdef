"""Unpacking, decoding, and cells as numbers."""

from __future__ import annotations

import gzip
import math

import numpy as np
import pytest

from buem.errors import WeatherError
from buem.io import weather_text
from buem.io.weather_text import Columns, number, read_columns, read_text


def read(lines: list[str], separator: str | None = ",") -> dict[str, np.ndarray]:
    return read_columns(lines, Columns(positions={"a": 0, "c": 2}, path="f", first_line=5, separator=separator))


@pytest.mark.parametrize(
    ("data", "text"),
    [
        pytest.param("Tübingen".encode(), "Tübingen", id="UTF-8"),
        pytest.param("Tübingen".encode("latin-1"), "Tübingen", id="Latin-1"),
        pytest.param(b"\xef\xbb\xbfTown", "Town", id="byte order mark"),
        pytest.param(gzip.compress(b"Town"), "Town", id="gzip"),
        pytest.param(b"", "", id="empty"),
    ],
)
def test_read_text(tmp_path, data, text):
    file = tmp_path / "f.csv"
    file.write_bytes(data)
    assert read_text(file) == text


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(gzip.compress(b"Town" * 100)[:-9], "expected a readable weather file", id="cut off"),
        pytest.param(b"\x1f\x8b" + b"x" * 30, "expected a readable weather file", id="broken gzip"),
    ],
)
def test_read_text_refuses_what_it_cannot_unpack(tmp_path, data, expected):
    file = tmp_path / "f.csv.gz"
    file.write_bytes(data)
    with pytest.raises(WeatherError, match=expected):
        read_text(file)


def test_read_text_names_a_missing_file(tmp_path):
    with pytest.raises(WeatherError, match=r"nowhere.epw: .*No such file.*; expected a readable weather file"):
        read_text(tmp_path / "nowhere.epw")


def test_read_text_refuses_a_folder(tmp_path):
    with pytest.raises(WeatherError, match=r"expected a readable weather file"):
        read_text(tmp_path)


@pytest.mark.parametrize("pack", [gzip.compress, bytes])
def test_read_text_refuses_a_file_without_end(tmp_path, monkeypatch, pack):
    monkeypatch.setattr(weather_text, "LARGEST_FILE", 1_000_000)
    file = tmp_path / "bomb.gz"
    file.write_bytes(pack(b"0" * 2_000_000))
    with pytest.raises(WeatherError, match=r"bytes or more'; expected at most 1 MB"):
        read_text(file)


def test_read_columns():
    columns = read(["1,x,2.5", "", "-3e2,y,", "nan,z,4"])
    np.testing.assert_array_equal(columns["a"], [1.0, -300.0, math.nan])
    np.testing.assert_array_equal(columns["c"], [2.5, math.nan, 4.0])


@pytest.mark.parametrize("cell", ["", " ", "NA", "NaN", "null", "None", "-", '""'])
def test_words_for_nothing_are_nan(cell):
    assert math.isnan(read([f"1,x,{cell}"])["c"][0])


def test_read_columns_by_blanks():
    assert read(["  1   7    3  "], separator=None)["c"].tolist() == [3.0]


def test_read_columns_of_no_rows():
    assert read([])["a"].shape == (0,)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(["1,x,2", "1,x,warm"], "f: line 6, c: 'warm'; expected a number", id="word"),
        pytest.param(["1,x,2", "1,x"], "f: line 6, c: missing; expected 3 columns or more", id="short row"),
        pytest.param(["1,x,2", "", "1.2.3,x,2"], "f: line 7, a: '1.2.3'; expected a number", id="two points"),
    ],
)
def test_the_first_bad_cell_is_named(lines, expected):
    with pytest.raises(WeatherError) as caught:
        read(lines)
    assert str(caught.value) == expected


def test_number():
    assert number(" 8.5 ", "f: latitude") == 8.5
    with pytest.raises(WeatherError, match=r"^f: latitude: 'north'; expected a number$"):
        number("north", "f: latitude")
    with pytest.raises(WeatherError, match=r"^f: latitude: missing; expected a number$"):
        number("", "f: latitude")

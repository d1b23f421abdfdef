"""docs/outputs.md: every column stands in it with its type, and its Python runs."""

import re
from pathlib import Path

import pyarrow as pa
import pytest

from buem.io.durable import RESULT_FILES
from buem.io.tables import SUMMARY_SCHEMA, hourly_schema, write_parquet
from buem.results import SERIES_COLUMNS

PAGE = (Path(__file__).resolve().parents[2] / "docs/outputs.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
TYPES = {
    pa.string(): "string",
    pa.int64(): "int64",
    pa.int32(): "int32",
    pa.float64(): "double",
    pa.list_(pa.string()): "list of string",
    pa.list_(pa.float32(), 8760): "list of 8760 float",
}


def table_of(heading):
    """Column and type of each row of the table under a heading, in order."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| `(\w+)` \| ([^|]+?) \|", section, re.MULTILINE)


@pytest.mark.parametrize(
    ("heading", "schema"),
    [("summary.parquet", SUMMARY_SCHEMA), ("hourly/part-*.parquet", hourly_schema(tuple(SERIES_COLUMNS)))],
)
def test_columns_and_types_are_those_of_the_files(heading, schema):
    assert table_of(heading) == [(field.name, TYPES[field.type]) for field in schema]


@pytest.mark.parametrize("pattern", RESULT_FILES)
def test_every_file_is_described(pattern):
    assert f"| `{pattern}` |" in PAGE


@pytest.mark.parametrize("code", BLOCKS, ids=lambda code: code.split()[1])
def test_the_python_runs(tmp_path, monkeypatch, make_results, code):
    results = make_results(3, failed=[3])
    write_parquet(results, tmp_path / "results")
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "docs/outputs.md", "exec"), {})


def test_there_is_python_to_run():
    assert len(BLOCKS) == 3

"""The files of the parent."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from small_city import house, houses, task_of

from buem.batch.sinks import Sinks
from buem.batch.worker import run_part
from buem.errors import OutputError


def part(setup, features, number):
    result = run_part(task_of(features, number=number, first=number * 512), setup)
    return result, pa.ipc.open_stream(result.summary).read_all()


def test_parts_follow_each_other_in_every_file(make_setup):
    setup = make_setup(hourly="none", formats=("parquet", "csv", "geojson", "profiles"))
    with Sinks(setup) as sinks:
        sinks.append(*part(setup, [house("a"), house("bad", u_value=-1.0)], 0))
        sinks.append(*part(setup, [house("b")], 1))
        sinks.close()
    out = setup.out
    assert pq.read_table(out / "summary.parquet")["id"].to_pylist() == ["a", "bad", "b"]
    assert [json.loads(line)["id"] for line in (out / "errors.jsonl").read_text().splitlines()] == ["bad"]
    assert [f["id"] for f in json.loads((out / "city.geojson").read_text())["features"]] == ["a", "bad", "b"]
    assert (out / "summary.csv").read_text().splitlines()[3].startswith("\"b\",512,")
    assert sorted(p.name for p in (out / "profiles").glob("heating*")) == [
        "heating_52.400000_13.050000_2018.csv", "heating_52.400000_13.050000_2018_2.csv"]


def test_only_what_is_asked_for(make_setup):
    setup = make_setup(hourly="none")
    with Sinks(setup) as sinks:
        sinks.append(*part(setup, houses(2), 0))
        sinks.close()
    assert sorted(p.name for p in setup.out.iterdir() if p.is_file()) == ["errors.jsonl", "summary.parquet"]
    assert (setup.out / "errors.jsonl").read_bytes() == b""


def test_a_block_that_raises_leaves_no_file(make_setup):
    setup = make_setup(hourly="none", formats=("geojson",))

    def breaks():
        with Sinks(setup) as sinks:
            sinks.append(*part(setup, houses(1), 0))
            raise LookupError

    with pytest.raises(LookupError):
        breaks()
    assert [p for p in setup.out.iterdir() if p.is_file()] == []


def test_parts_out_of_order_are_refused(make_setup):
    setup = make_setup(hourly="none")

    def swapped():
        with Sinks(setup) as sinks:
            sinks.append(*part(setup, houses(1), 1))
            sinks.append(*part(setup, houses(1), 0))

    with pytest.raises(OutputError, match="rows out of order: index 0 after 512"):
        swapped()

"""The memory of a run, shared out; and a run seen from outside that stays within it."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import psutil
import pytest
from small_city import houses

from buem.batch.plan import BYTES_AROUND, RunOptions
from buem.batch.run import run_batch
from buem.batch.share import BYTES_ALONE, BYTES_PARENT, BYTES_WORKER, PER_BYTE, SLACK, Load, share_out, wall_of
from buem.cli import main
from buem.errors import OptionError

MB = 1_000_000


def fit(memory, workers=4, load=None, **changes):
    return share_out(RunOptions(memory=memory, workers=workers, **changes), load or Load())


def test_without_a_limit_all_workers_take_their_share():
    assert fit(None) == (4, 200 * MB)
    assert fit(None, memory_per_building="1MB") == (4, 40 * MB)


@pytest.mark.parametrize(("memory", "expected"), [
    # What directs takes 280 MB, a worker 240 MB and its chunk; alone it is 400 MB and the chunk.
    pytest.param("8GB", (4, 200 * MB), id="room for all"),
    pytest.param("2GB", (4, 190 * MB), id="smaller chunks"),
    pytest.param("1300MB", (4, 15 * MB), id="hardly room for all"),
    pytest.param("1GB", (2, 120 * MB), id="fewer workers"),
    pytest.param("700MB", (1, 200 * MB), id="one process"),
    pytest.param("405MB", (1, 5 * MB), id="a building at a time"),
])
def test_workers_and_chunks_fit(memory, expected):
    assert fit(memory) == expected


def test_a_long_file_and_outlines_take_room():
    assert fit("1GB", load=Load(size=1000 * MB)) == (2, (1000 * MB - 100 * MB - BYTES_PARENT) // 2 - 240 * MB)
    assert fit("1GB", load=Load(outlines=True)).workers == 1
    assert wall_of(5 * MB, False) == 5 * MB + SLACK
    assert wall_of(5 * MB, True) == 5 * MB + SLACK + BYTES_AROUND
    assert PER_BYTE * 1e9 == 100 * MB


@pytest.mark.parametrize(("options", "needed"), [
    ({"memory": "404MB"}, BYTES_ALONE + SLACK + 5 * MB),
    ({"memory": "500MB", "memory_per_building": "200MB"}, BYTES_ALONE + SLACK + 200 * MB),
])
def test_what_does_not_fit_is_refused(options, needed):
    with pytest.raises(OptionError, match=f"memory: .*; expected at least {needed} B: one process, and a building of"):
        share_out(RunOptions(**options), Load())


def test_a_refused_run_touches_nothing(write_city, tmp_path, capsys):
    city = write_city(houses(2))
    assert main(["run", str(city), "--out", str(tmp_path / "out"), "--memory", "300MB"]) == 2
    assert "error: memory: 300000000; expected at least" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    for text, words in (("lots", "an amount of memory such as 5MB"), ("-1GB", "an amount of memory")):
        with pytest.raises(OptionError, match=f"memory: '{text}'; expected {words}"):
            RunOptions(memory=text)
    with pytest.raises(OptionError, match="memory: '1GB'; expected none with a cluster"):
        RunOptions(memory="1GB", cluster="dask://127.0.0.1:8786")


def test_no_limit_shows_in_the_files_but_in_the_record(write_city, tmp_path):
    city = write_city(houses(5))
    run_batch(city, tmp_path / "free", workers=1)
    run_batch(city, tmp_path / "tight", workers=1, memory="410MB", memory_per_building="2MB")
    names = ("summary.parquet", "hourly/part-00000.parquet")
    for name in names:
        assert (tmp_path / "free" / name).read_bytes() == (tmp_path / "tight" / name).read_bytes()
    memory = [json.loads((tmp_path / name / "run.json").read_text())["memory"] for name in ("free", "tight")]
    assert [(found["limit"], found["share_per_worker"]) for found in memory] == [
        (None, 200 * MB), (410 * MB, 10 * MB - int(PER_BYTE * city.stat().st_size))]
    assert 0 < memory[1]["planned_chunk_max"] <= 10 * MB


def held(process: psutil.Process) -> int:
    """Anonymous and shared memory; what a fork shares with its parent counts once. [B]"""
    try:
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()
    except (OSError, psutil.NoSuchProcess):
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(("Pss_Anon:", "Pss_Shmem:")))


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells the memory of a process in full")
@pytest.mark.parametrize(("limit", "workers"), [("600MB", 2), ("1GB", 2)])
def test_seen_from_outside_a_run_stays_within_its_memory(write_city, tmp_path, limit, workers):
    city = write_city(houses(1600))
    command = [sys.executable, "-m", "buem", "run", str(city), "--out", str(tmp_path / "out"), "--hourly", "all",
               "--workers", str(workers), "--memory", limit]
    process, peak, end = psutil.Popen(command), 0, time.monotonic() + 120.0
    while process.poll() is None:
        assert time.monotonic() < end
        try:
            family = [process, *process.children(recursive=True)]
        except psutil.NoSuchProcess:
            break
        peak = max(peak, sum(held(one) for one in family))
        time.sleep(0.01)
    assert process.wait() == 0
    record = json.loads((tmp_path / "out" / "run.json").read_text())
    assert 200 * MB < peak < record["memory"]["limit"]
    assert record["times"]["workers"] == (2 if limit == "1GB" else 1)
    assert peak > BYTES_WORKER

"""The recipes of docs/scaling.md with a real SLURM, which is this machine."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from dask_cluster import dask_cluster, wait_for
from slurm_here import missing, slurm_here
from small_city import contents, house, houses, raw

from buem.batch.run import run_batch
from buem.io.tables import PART_SIZE

pytest.importorskip("distributed", reason="the dask extra is not installed")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(missing()), reason=f"not installed: {missing()}")]

PAGE = Path(__file__).parents[2] / "docs" / "scaling.md"
#: Where `dask`, `buem` and the Python of the suite are.
COMMANDS = Path(sys.executable).parent


def recipe(language: str, word: str, changes: dict[str, str]) -> str:
    """A block of the page with what a site changes in it."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    text, = (block for block in blocks if word in block)
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.fixture(scope="module")
def slurm(tmp_path_factory):
    with slurm_here(tmp_path_factory.mktemp("slurm")) as found:
        yield found


@pytest.fixture(scope="module")
def city(tmp_path_factory) -> Path:
    """Two parts and a bit; one building fails."""
    features = houses(2 * PART_SIZE + 70)
    features[600] = house("bad", u_value=99.0)
    path = tmp_path_factory.mktemp("city") / "city.ndjson"
    path.write_bytes(b"".join(raw(feature) + b"\n" for feature in features))
    return path


@pytest.fixture(scope="module")
def expected(city, tmp_path_factory) -> dict[str, str]:
    """The files of a run on this machine."""
    out = tmp_path_factory.mktemp("local") / "out"
    run_batch(city, out, workers=1)
    return contents(out)


def field(slurm, job: str, name: str) -> str:
    """What SLURM says of a job."""
    return re.search(rf"\b{name}=(\S+)", slurm.run("scontrol", "show", "job", job)).group(1)


def dask_processes(slurm) -> list[list[str]]:
    """Commands of Dask that jobs have started."""
    found = []
    for process in slurm.processes():
        try:
            found.append(process.cmdline())
        except psutil.Error:
            continue
    return [words for words in found if str(COMMANDS / "dask") in words]


def test_the_batch_script(slurm, city, expected, tmp_path):
    script = tmp_path / "job.sh"
    script.write_text(recipe("bash", "#SBATCH", {
        "--ntasks 64": "--ntasks 2", "source /shared/venv/bin/activate": f"PATH={COMMANDS}:$PATH",
        "/shared/scheduler": str(tmp_path / "scheduler"), "/shared/country.geojson": str(city),
        "/shared/results": str(tmp_path / "out"), "--port 0": "--host 127.0.0.1 --port 0 --no-dashboard",
        "--nthreads 1": "--nthreads 1 --host 127.0.0.1 --no-dashboard"}))
    job = slurm.submit(str(script))
    wait_for(lambda: job not in slurm.jobs())
    log = (slurm.folder / f"{job}.log").read_text()
    # The exit code of the run, for the building that failed.
    assert field(slurm, job, "ExitCode") == "3:0", log
    assert (field(slurm, job, "NumCPUs"), field(slurm, job, "TRES").split(",")[1]) == ("2", "mem=2G")
    assert len(set(re.findall(r"Registered to: +tcp://127.0.0.1:\d+", log))) == 1
    assert log.count("Starting Worker plugin buem") == 2
    assert log.count("858.31 MiB") == 2
    assert contents(tmp_path / "out") == expected
    # Nothing holds them together here but the script.
    wait_for(lambda: not dask_processes(slurm), 20)


def started(command: list[str], out: Path, environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """A run whose first part is under way."""
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, env=environment, cwd=log.parent)
    try:
        wait_for(lambda: list((out / "hourly").glob("*part-*")) or process.poll() is not None)
    except TimeoutError:
        process.kill()
        raise
    return process


def ended(process: subprocess.Popen[bytes]) -> int:
    try:
        return process.wait(60)
    finally:
        process.kill()


def test_the_next_of_an_array_takes_the_place_of_a_cancelled_job(slurm, city, expected, tmp_path):
    out = tmp_path / "out"
    environment = {**slurm.environment, "PATH": f"{COMMANDS}:{slurm.environment['PATH']}"}
    with dask_cluster(tmp_path / "cluster") as cluster:
        command = recipe("bash", "--array", {
            "1-640%64": "1-9%1", "/shared/scheduler.json": str(cluster.file), "sbatch": "sbatch --parsable",
            "--nthreads 1": "--nthreads 1 --host 127.0.0.1 --no-dashboard"})
        job = slurm.run("bash", "-c", command, environment=environment)
        process = started([sys.executable, "-m", "buem", "run", str(city), "--out", str(out), "--cluster",
                           cluster.option], out, environment, tmp_path / "run.log")
        slurm.run("scancel", f"{job}_1")
        code = ended(process)
        slurm.run("scancel", job)
    assert code == 3, (tmp_path / "run.log").read_text()
    assert cluster.log("scheduler").count("Register worker addr") == 2
    assert contents(out) == expected
    wait_for(lambda: not slurm.jobs())


def test_dask_jobqueue_replaces_a_cancelled_job(slurm, city, expected, tmp_path):
    out = tmp_path / "out"
    script = tmp_path / "recipe.py"
    script.write_text(recipe("python", "SLURMCluster", {
        "processes=1,": 'processes=1, interface="lo",', "maximum_jobs=512": "maximum_jobs=1",
        "/shared/logs": str(tmp_path / "logs"), "/shared/country.geojson": str(city), "/shared/results": str(out)}))
    environment = {**slurm.environment, "DASK_DISTRIBUTED__DEPLOY__LOST_WORKER_TIMEOUT": "1s"}
    process = started([sys.executable, str(script)], out, environment, tmp_path / "run.log")
    first, = slurm.jobs()
    slurm.run("scancel", first)
    assert ended(process) == 0, (tmp_path / "run.log").read_text()
    assert (field(slurm, first, "Account"), field(slurm, first, "NumCPUs")) == ("project", "1")
    assert field(slurm, first, "TRES").split(",")[1] == "mem=1G"
    assert len(list((tmp_path / "logs").glob("*.err"))) == 2
    assert contents(out) == expected
    # The end of the block ends the jobs.
    wait_for(lambda: not slurm.jobs())

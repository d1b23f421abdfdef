"""A service under load: validations and reads of a status at fixed rates, while a large job runs.

A server with two workers runs a job of its own first, undisturbed; then the same again while 300 requests a second
have ten buildings validated and 500 a second read the status of the job, each sent when it is due whether or not those
before have been answered. Server, workers and the client of this benchmark share the machine. Bars on two cores: no
error, 99 of 100 validations within 250 ms and status reads within 50 ms, memory of the server flat within 5 %, the job
at 40 % of its speed or more.

    python -m benchmarks.service_load [--smallest] [--seconds S] [--buildings N] [--validations R] [--reads R]
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from pathlib import Path
from threading import Thread

import httpx
import psutil

from benchmarks._million import feature
from benchmarks._rows import say
from benchmarks._service import Served, request, served
from benchmarks._streams import Stream, send

VALIDATED = 10
JOBS = "/api/v1/batch/jobs"


def collection(count: int, seed: int = 1) -> bytes:
    """A FeatureCollection of synthetic buildings."""
    dice = random.Random(seed)
    return json.dumps({"type": "FeatureCollection", "features": [feature(k, dice) for k in range(count)]}).encode()


def post_job(client: httpx.Client, count: int) -> str:
    """Have buildings calculated in the background, summary only; the id of the job."""
    answer = client.post("/api/geojson", params={"hourly": "none"}, content=collection(count),
                         headers={"Prefer": "respond-async"})
    answer.raise_for_status()
    return str(answer.json()["data"]["job_id"])


def progress(client: httpx.Client, job: str) -> tuple[int, str]:
    """Operations of a job that have ended, and its state."""
    data = client.get(f"{JOBS}/{job}").json()["data"]
    return data["progress"]["completed"] + data["progress"]["failed"], data["status"]


def speed(client: httpx.Client, job: str, seconds: float) -> float:
    """Operations a second over a while, from the first that ends, or until the job ends."""
    while (first := progress(client, job))[0] == 0 and first[1] in ("queued", "running"):
        time.sleep(0.05)
    began = time.monotonic()
    done, state = first
    while state in ("queued", "running") and time.monotonic() - began < seconds:
        time.sleep(0.1)
        done, state = progress(client, job)
    return (done - first[0]) / (time.monotonic() - began)


class Memory:
    """Resident memory of the server process, looked at twice a second."""

    def __init__(self, process: int) -> None:
        self._process = psutil.Process(process)
        self.seen: list[int] = []
        self._ended = False
        self._thread = Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._ended:
            self.seen.append(self._process.memory_info().rss)
            time.sleep(0.5)

    def stop(self) -> float:
        """How much it grew over the second half. [%]"""
        self._ended = True
        self._thread.join()
        half = self.seen[len(self.seen) // 2:]
        return 100.0 * (max(half) / half[0] - 1.0)


def loaded(server: Served, client: httpx.Client, options: argparse.Namespace) -> None:
    """Print what the load did."""
    job = post_job(client, options.buildings)
    alone = speed(client, job, options.seconds)
    client.post(f"{JOBS}/{job}/cancel")
    job = post_job(client, options.buildings)
    while progress(client, job)[0] == 0:
        time.sleep(0.05)
    streams = [Stream("validations", request("POST", "/api/validate", collection(VALIDATED, 2)), options.validations),
               Stream("status reads", request("GET", f"{JOBS}/{job}"), options.reads)]
    memory, used, own = Memory(server.process), psutil.Process(server.process).cpu_times(), time.process_time()
    before, began = progress(client, job)[0], time.monotonic()
    send(streams, server.port, options.seconds)
    took = time.monotonic() - began
    after, state = progress(client, job)
    beside, growth = (after - before) / took, memory.stop()
    spent = psutil.Process(server.process).cpu_times()
    mine = (time.process_time() - own) / took
    cores = (spent.user + spent.system - used.user - used.system) / took
    client.post(f"{JOBS}/{job}/cancel")
    for stream, bar in zip(streams, (250, 50)):
        late = 1e3 * stream.percentile(0.99)
        print(f"{stream.name:14} {len(stream.latencies):7,d} answered in {took:5.1f} s, {stream.errors} errors; "
              f"median {1e3 * stream.percentile(0.5):6.1f} ms, 99 of 100 within {late:7.1f} ms (bar {bar})")
        say("service_load", stream.name, "99 of 100 within", late, "ms", at_most=bar)
        say("service_load", stream.name, "errors", stream.errors, "", at_most=0)
    share = 100 * beside / alone
    print(f"job            {alone:7,.0f} buildings a second alone, {beside:,.0f} beside the load: {share:.0f} % "
          f"(bar 40){'' if state == 'running' else '; it ended first'}")
    print(f"server         {cores:.2f} cores (the client {mine:.2f}), {memory.seen[-1] / 1e6:.0f} MB, {growth:+.1f} % "
          "over the second half (bar 5)")
    say("service_load", "job", "share of its speed", share, "%", at_least=40)
    say("service_load", "server", "growth of its memory", growth, "%", at_most=5)


def main() -> None:
    """Start a server and print what a load does to it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smallest", action="store_true")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--buildings", type=int, default=100_000)
    parser.add_argument("--validations", type=float, default=300.0)
    parser.add_argument("--reads", type=float, default=500.0)
    options = parser.parse_args()
    if options.smallest:
        options.seconds, options.buildings, options.validations, options.reads = 1.0, 200, 20.0, 20.0
    with tempfile.TemporaryDirectory(prefix="buem-load-") as folder, \
            served(Path(folder) / "service", "--workers", "2", "--body-limit", "1GB") as server, \
            httpx.Client(base_url=server.url, timeout=300, trust_env=False) as client:
        loaded(server, client, options)


if __name__ == "__main__":
    main()

"""Workers and the process they come from are replaced; none outlives the server."""

from __future__ import annotations

import contextlib
import signal

import psutil
import pytest
from conftest import envelope, finished, wait_for


def below(server) -> tuple[psutil.Process, list[psutil.Process]] | None:
    """The process that the workers come from, and the workers."""
    for child in psutil.Process(server.process.pid).children():
        # A process may end between two questions about it.
        with contextlib.suppress(psutil.NoSuchProcess):
            workers = [one for one in child.children() if one.status() != psutil.STATUS_ZOMBIE]
            if "spawn_main" in " ".join(child.cmdline()) and len(workers) == 2:
                return child, workers
    return None


@pytest.mark.slow
def test_what_dies_is_replaced(serve):
    server = serve("--workers", "2")
    stable, workers = wait_for(lambda: below(server), "two workers", 90)
    # Answers go before jobs.
    assert all(one.nice() > psutil.Process(server.process.pid).nice() for one in workers)
    workers[0].send_signal(signal.SIGKILL)
    _, others = wait_for(lambda: (found := below(server)) and workers[0] not in found[1] and found, "a new worker", 60)
    assert workers[1] in others
    stable.send_signal(signal.SIGKILL)
    again, last = wait_for(lambda: (found := below(server)) and found[0] != stable and found, "new workers", 90)
    _, alive = psutil.wait_procs([*workers, *others], 30)
    assert alive == []
    made = server.client.post("/api/v1/buildings/batch", json={"items": [envelope(0)]})
    assert made.json()["errors"] == []
    job = server.client.post("/api/v1/batch/jobs", json={"batch": {"operations": [{"type": "calculate"}]}})
    assert finished(server.client, job.json()["data"]["job_id"])["status"] == "completed"
    server.stop(signal.SIGKILL)
    _, alive = psutil.wait_procs([again, *last], 30)
    assert alive == []

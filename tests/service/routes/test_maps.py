"""What the page asks beside the batch API, over HTTP from real servers and workers."""

from __future__ import annotations

import gzip
import json

import pytest
from conftest import collection, envelope, start_server, wait_for

from benchmarks._town import made_up_job, town


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """A server with a job of three houses, one of them broken."""
    server = start_server(tmp_path_factory.mktemp("service"), "--workers", "1")
    body = collection([envelope(0), envelope(1), envelope(2, u_value=-1.0)])
    view = server.client.post("/api/geojson?description=three", content=body,
                              headers={"Prefer": "respond-async, wait=60"}).json()["data"]
    yield server, view["job_id"]
    server.stop()


def test_over_http(simulated):
    server, job_id = simulated
    answer = server.client.get(f"/api/v1/batch/jobs/{job_id}/map")
    assert answer.headers["content-type"] == "application/json"
    data = answer.json()["data"]
    assert (data["id"], data["status"]) == (["B00000", "B00001", "B00002"], [0, 0, 2])
    assert data["columns"]["heating_kwh_m2"][2] is None
    assert data["columns"]["heating_kwh_m2"][0] > 10
    assert server.client.get(f"/api/v1/batch/jobs/{job_id}").json()["data"]["description"] == "three"


def test_hours_over_http(simulated):
    server, job_id = simulated
    found = server.client.get(f"/api/v1/batch/jobs/{job_id}/buildings/1").json()["data"]
    summary, hours = found["summary"], found["hours"]
    assert (found["index"], found["id"], found["status"], found["error"]) == (1, "B00001", "ok", None)
    assert hours["hours"] == len(hours["series"]["heating_W"]) == 8760
    assert hours["step_s"] == 3600
    assert sum(hours["series"]["heating_W"]) / 1000 == pytest.approx(summary["heating_kwh"], rel=1e-3)
    assert max(hours["series"]["heating_W"]) / 1000 == pytest.approx(summary["heating_peak_kw"], abs=1e-3)
    assert any("weather" in note for note in found["notes"])
    failed = server.client.get(f"/api/v1/batch/jobs/{job_id}/buildings/2").json()["data"]
    assert "U.value: -1" in failed["error"] or "U: -1" in failed["error"]


@pytest.mark.parametrize("index", ["-1", "2147483648", "x", "1.5"])
def test_an_index_that_is_none(simulated, index):
    server, job_id = simulated
    answer = server.client.get(f"/api/v1/batch/jobs/{job_id}/buildings/{index}")
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "VALIDATION_ERROR"


def test_results_that_are_not_kept_any_more(simulated):
    server, job_id = simulated
    for path in (server.folder / "jobs" / job_id).glob("*hourly.parquet"):
        kept = path.read_bytes()
        path.unlink()
        answer = server.client.get(f"/api/v1/batch/jobs/{job_id}/buildings/1")
        path.write_bytes(kept)
        assert answer.status_code == 410
        assert answer.json()["error"]["message"] == f"The results of job {job_id} are not kept any more."


def test_a_long_map_is_packed(sqlite_store, options, serve):
    job_id = made_up_job(sqlite_store, options, town(1000))
    sqlite_store.dispose()
    client = serve("--workers", "0", folder=options.folder).client
    with client.stream("GET", f"/api/v1/batch/jobs/{job_id}/map", headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        packed = b"".join(answer.iter_raw())
    plain = client.get(f"/api/v1/batch/jobs/{job_id}/map", headers={"Accept-Encoding": "identity"})
    assert gzip.decompress(packed) == plain.content
    assert len(packed) < 0.5 * len(plain.content)


def events(lines):
    """Names and figures of a stream."""
    name = ""
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def test_progress_is_streamed_to_the_end(serve):
    server = serve("--workers", "1")
    body = collection([envelope(k) for k in range(400)])
    view = server.client.post("/api/geojson", content=body, headers={"Prefer": "respond-async"}).json()["data"]
    with server.client.stream("GET", f"/api/v1/batch/jobs/{view['job_id']}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        said = list(events(answer.iter_lines()))
    assert [name for name, _ in said] == ["progress"] * (len(said) - 1) + ["end"]
    done = [figures["progress"]["completed"] for _, figures in said]
    assert done == sorted(done)
    assert len(set(done)) >= 2
    last = said[-1][1]
    status = server.client.get(f"/api/v1/batch/jobs/{view['job_id']}").json()["data"]
    assert last == {name: value for name, value in status.items() if name not in ("errors", "estimated_completion")}
    assert last["progress"]["completed"] == 400


def test_events_of_no_job(serve):
    answer = serve("--workers", "0").client.get("/api/v1/batch/jobs/job_1/events")
    assert answer.status_code == 404


def test_a_server_with_open_streams_ends(serve):
    server = serve("--workers", "0")
    body = collection([envelope(0)])
    view = server.client.post("/api/geojson", content=body, headers={"Prefer": "respond-async"}).json()["data"]
    with server.client.stream("GET", f"/api/v1/batch/jobs/{view['job_id']}/events") as answer:
        stream = events(answer.iter_lines())
        assert next(stream)[1]["status"] == "queued"
        server.process.terminate()
        wait_for(lambda: server.process.poll() is not None, "the server to end", 15.0)
        assert list(stream) == []

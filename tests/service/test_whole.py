"""All of it together, at a real server with its loops and workers: a schedule fires, its job runs, its letters come.

And the shipped templates, run for real on the buildings of seed (a).
"""

from __future__ import annotations

import email
import email.policy
import json
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from conftest import Server, wait_for
from rig import Receiver, receiving
from standardwebhooks import Webhook

HOOKS, SCHEDULES, TEMPLATES = (f"/api/v1/batch/{name}" for name in ("webhooks", "schedules", "templates"))


class Mailbox:
    """Keeps what comes."""

    def __init__(self) -> None:
        self.letters: list[Any] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.letters.append(email.message_from_bytes(envelope.original_content or b"", policy=email.policy.default))
        return "250 taken"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    yield box, port
    server.stop()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def variants() -> list[dict[str, Any]]:
    """The buildings of the seed's first document, with a status."""
    found = []
    for number, u_value in enumerate([1.0, 1.5, 2.0]):
        walls = {"U": u_value, "elements": [{"id": "Wall_1", "area": 80.0, "azimuth": 180.0, "tilt": 90.0}]}
        attributes = {"latitude": 52.0, "longitude": 5.0, "A_ref": 100.0, "components": {
            "Walls": walls, "Ventilation": {"elements": [{"id": "Vent_1", "air_changes": 0.5}]}}}
        found.append({"type": "Feature", "id": f"Building_{number + 1:02d}",
                      "geometry": {"type": "Point", "coordinates": [5.0, 52.0]},
                      "properties": {"status": "active", "buem": {"building_attributes": attributes}}})
    return found


def ended(client: httpx.Client, job_id: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        data = client.get(f"/api/v1/batch/jobs/{job_id}").json()["data"]
        return data if data["status"] in ("completed", "failed") else None

    found: dict[str, Any] = wait_for(look, f"the end of {job_id}", 120.0)
    return found


def run(client: httpx.Client, template: str, **parameters: Any) -> dict[str, Any]:
    answer = client.post(f"{TEMPLATES}/{template}/run", json={"parameters": parameters})
    assert answer.status_code == 202, answer.text
    return ended(client, answer.json()["data"]["job_id"])


def test_shipped_templates_and_a_schedule(serve: Callable[..., Server], receiver, mailbox):
    box, port = mailbox
    server = serve("--workers", "1", "--allow-egress", receiver.allowed, "--smtp", f"smtp://127.0.0.1:{port}",
                   "--smtp-sender", "buem@example.com")
    client = server.client
    made = client.post("/api/v1/buildings/batch", json={"items": variants()}).json()
    assert made["errors"] == []

    assert run(client, "validate_city")["progress"]["completed"] == 3
    first = run(client, "annual_heating_demand", model="iso13790")
    assert (first["status"], first["progress"]["completed"]) == ("completed", 3)
    assert run(client, "retrofit_u_values", status="active", wall_u=0.2)["progress"]["completed"] == 3
    kept = client.get("/api/v1/buildings/Building_03").json()["data"]
    walls = kept["properties"]["buem"]["building_attributes"]["components"]["Walls"]
    assert (walls["U"], walls["elements"][0]["area"]) == (0.2, 80.0)

    secret = client.post(HOOKS, json={"webhook": {"url": receiver.url}}).json()["data"]["secret"]
    at = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
    schedule = client.post(SCHEDULES, json={"schedule": {
        "name": "Once", "batch": {"template_id": "validate_city"}, "timing": {"frequency": "once", "at": at},
        "notification": {"on_completion": {"email": ["manager@example.com"], "severity": "low"}}}}).json()["data"]
    assert "warnings" not in schedule
    path = f"{SCHEDULES}/{schedule['id']}"
    fire = wait_for(lambda: client.get(f"{path}/fires").json()["data"]["fires"], "the fire")[0]
    assert ended(client, fire["job_id"])["progress"]["completed"] == 3
    assert client.get(path).json()["data"]["status"] == "ended"

    def events() -> list[str]:
        return [json.loads(body)["event"]["type"] for _, body in receiver.received]

    wait_for(lambda: {"schedule_fired", "job_started", "job_completed"} <= set(events()), "the webhooks")
    for headers, body in receiver.received:
        assert Webhook(secret).verify(body, headers)["type"] == "batch_event"
    done = next(json.loads(body)["event"] for _, body in receiver.received if b"job_completed" in body)
    assert done["job_id"] == fire["job_id"]
    assert (done["details"]["total_operations"], done["details"]["succeeded"], done["details"]["failed"]) == (3, 3, 0)
    letter = wait_for(lambda: box.letters, "the letter")[0]
    assert letter["To"] == "manager@example.com"
    assert letter["Subject"] == f"[buem] [low] job_completed {fire['job_id']}"
    assert "Traceback" not in (server.folder / "server.log").read_text()


def test_a_schedule_is_not_lost_with_its_server(serve: Callable[..., Server], tmp_path):
    """Killed before the fire, started after it: one fire, one job."""
    folder = tmp_path / "kept"
    server = serve("--workers", "0", folder=folder)
    at = datetime.now(UTC) + timedelta(seconds=1.5)
    timing = {"frequency": "once", "at": at.isoformat()}
    name = server.client.post(SCHEDULES, json={"schedule": {
        "name": "Once", "batch": {"template_id": "validate_city"}, "timing": timing}}).json()["data"]["id"]
    server.process.kill()
    server.process.wait(30)
    wait_for(lambda: datetime.now(UTC) > at, "the time of the fire")
    again = serve("--workers", "0", folder=folder)
    fires = wait_for(lambda: again.client.get(f"{SCHEDULES}/{name}/fires").json()["data"]["fires"], "the fire")
    assert len(fires) == 1
    jobs = again.client.get("/api/v1/batch/jobs").json()["data"]["jobs"]
    assert [job["job_id"] for job in jobs] == [fires[0]["job_id"]]

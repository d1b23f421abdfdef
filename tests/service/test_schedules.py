"""Each fire exactly once: zones, changes of the clock, stops, two servers; on SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, func, select

from buem.service import schedules as rules
from buem.service.errors import ApiError
from buem.service.options import ServiceOptions
from buem.service.store import migrate, open_store, reading, transaction
from buem.service.tables import deliveries, fires, jobs, schedules, templates, units, webhooks
from buem.service.template_rows import insert_template
from buem.service.templates import read_template

MINUTE = timedelta(minutes=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def body(**changes: Any) -> dict[str, Any]:
    """A schedule as the seed has it, on our template."""
    return {
        "name": "Daily heating demand",
        "description": "Simulate the city every night",
        "batch": {"template_id": "annual_heating_demand", "parameters": {"model": "iso13790"}},
        "timing": {"frequency": "daily", "time": "00:00", "timezone": "Asia/Tokyo"},
        "notification": {
            "on_completion": {"email": ["manager@example.com"], "webhook": "https://example.com/webhook"},
            "on_failure": {"email": ["admin@example.com"], "severity": "high"},
        },
        **changes,
    }


def add(store: Engine, options: ServiceOptions, now: datetime, **changes: Any) -> str:
    wanted = rules.read_schedule(body(**changes), store, options)
    with transaction(store) as connection:
        return rules.insert_schedule(connection, wanted, None, now)


def row(store: Engine, name: str) -> Any:
    with reading(store) as connection:
        return rules.find_schedule(connection, name)


def fired(store: Engine) -> list[datetime]:
    """Times of all fires; each has a job of its own, and the ledger has no other."""
    with reading(store) as connection:
        found = connection.execute(select(fires).order_by(fires.c.fire_time)).all()
        ids = set(connection.execute(select(jobs.c.id)).scalars())
    assert {one.job_id for one in found} == ids
    assert len(ids) == len(found)
    return [one.fire_time for one in found]


def run(store: Engine, options: ServiceOptions, begin: datetime, end: datetime, every: timedelta) -> None:
    """A server that looks at its schedules at intervals."""
    now = begin
    while now <= end:
        rules.step(store, options, now)
        now += every


# Each at 02:30 on the wall, by the IANA database; in New York's and Berlin's spring 02:30 is skipped, in Berlin's
# autumn it comes twice. The end of the gap, and the first of the two, are what is expected.
CHANGES = [
    pytest.param("Europe/Berlin", "2025-03-29", ["29T01:30", "30T01:00", "31T00:30"], id="Berlin in spring"),
    pytest.param("Europe/Berlin", "2025-10-25", ["25T00:30", "26T00:30", "27T01:30"], id="Berlin in autumn"),
    pytest.param("America/New_York", "2025-03-08", ["08T07:30", "09T07:00", "10T06:30"], id="New York in spring"),
    pytest.param("America/New_York", "2025-11-01", ["01T06:30", "02T07:30", "03T07:30"], id="New York in autumn"),
    pytest.param("Australia/Lord_Howe", "2025-10-04", ["04T15:30", "05T15:30"], id="Lord Howe in spring"),
    pytest.param("Australia/Lord_Howe", "2025-04-05", ["05T16:00", "06T16:00"], id="Lord Howe in autumn"),
    pytest.param("America/St_Johns", "2025-03-08", ["08T06:00", "09T05:30", "10T05:00"], id="St. John's in spring"),
    pytest.param("America/St_Johns", "2025-11-01", ["01T05:00", "02T06:00", "03T06:00"], id="St. John's in autumn"),
    pytest.param("Asia/Tokyo", "2025-03-29", ["29T17:30", "30T17:30"], id="Tokyo in spring"),
    pytest.param("Asia/Tokyo", "2025-10-25", ["25T17:30", "26T17:30"], id="Tokyo in autumn"),
]


def over_the_change(store: Engine, options: ServiceOptions, zone: str, day: str, expected: list[str], kind: str
                    ) -> None:
    begin, end = utc(f"{day}T00:00"), utc(f"{day[:8]}{expected[-1]}") + 120 * MINUTE
    given = {"frequency": "daily", "time": "02:30"} if kind == "daily" else {"frequency": "cron", "cron": "30 2 * * *"}
    add(store, options, begin, timing={**given, "timezone": zone})
    run(store, options, begin, end, 15 * MINUTE)
    assert [at.strftime("%dT%H:%M") for at in fired(store)] == expected


def down_over_the_change(store: Engine, options: ServiceOptions, zone: str, day: str, expected: list[str]) -> None:
    """Down from before the fire of the change until after it: it fires once, when the server is back."""
    begin, missed = utc(f"{day}T00:00"), utc(f"{day[:8]}{expected[1]}")
    add(store, options, begin, timing={"frequency": "daily", "time": "02:30", "timezone": zone})
    run(store, options, begin, missed - 40 * MINUTE, 20 * MINUTE)
    run(store, options, missed + 40 * MINUTE, missed + 240 * MINUTE, 20 * MINUTE)
    assert [at.strftime("%dT%H:%M") for at in fired(store)] == expected[:2]


@pytest.mark.parametrize("kind", ["daily", "cron"])
@pytest.mark.parametrize(("zone", "day", "expected"), CHANGES)
def test_each_fire_once_over_a_change(sqlite_store, options, zone, day, expected, kind):
    over_the_change(sqlite_store, options, zone, day, expected, kind)


@pytest.mark.parametrize(("zone", "day", "expected"), CHANGES)
def test_a_stop_over_the_fire_time(sqlite_store, options, zone, day, expected):
    down_over_the_change(sqlite_store, options, zone, day, expected)


def test_every_change_on_postgresql(postgres, options):
    """All of the cases above, one after the other in one database."""
    store = open_store(postgres.new_database())
    migrate(store)
    for case in CHANGES:
        for check in (lambda *given: over_the_change(*given, "daily"), down_over_the_change):
            check(store, options, *case.values)
            with transaction(store) as connection:
                for table in (fires, schedules, units, jobs):
                    connection.execute(delete(table))
    store.dispose()


def test_a_long_stop_is_made_up_for_once(store, options):
    name = add(store, options, utc("2025-01-01T00:00"), timing={"frequency": "hourly"})
    assert rules.step(store, options, utc("2025-01-04T10:20")) == 1
    assert rules.step(store, options, utc("2025-01-04T10:21")) == 0
    assert fired(store) == [utc("2025-01-01T01:00")]
    assert row(store, name).next_fire == utc("2025-01-04T11:00")
    assert row(store, name).last_fire == utc("2025-01-01T01:00")


def test_two_servers_at_once(database_url, store, options):
    """Both find the same schedules due at the same moment, again and again; each fire has one job."""
    begin = utc("2025-01-01T00:00")
    for number in range(5):
        add(store, options, begin, timing={"frequency": "cron", "cron": f"*/{number + 1} * * * *"},
            batch={"type": f"batch {number}", "operations": [{"type": "validate"}]})
    moments = [begin + at * MINUTE for at in range(1, 13)]
    together = threading.Barrier(3)
    counts: Counter[str] = Counter()
    failures: list[BaseException] = []

    def server(name: str) -> None:
        own = open_store(database_url)
        try:
            for moment in moments:
                together.wait(30)
                counts[name] += rules.step(own, options, moment)
        except BaseException as error:
            failures.append(error)
            together.abort()
        finally:
            own.dispose()

    threads = [threading.Thread(target=server, args=(f"server {n}",)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    due = sum(12 // (number + 1) for number in range(5))
    assert sum(counts.values()) == due == len(fired(store))


def test_once_ends(store, options):
    name = add(store, options, utc("2025-01-01T00:00"), timing={"frequency": "once", "at": "2025-01-01T06:00:00Z"})
    run(store, options, utc("2025-01-01T05:00"), utc("2025-01-01T08:00"), 30 * MINUTE)
    assert fired(store) == [utc("2025-01-01T06:00")]
    assert (row(store, name).state, row(store, name).next_fire) == ("ended", None)


def test_job_of_a_fire(sqlite_store, options):
    name = add(sqlite_store, options, utc("2025-01-18T00:00"))
    rules.step(sqlite_store, options, utc("2025-01-18T15:00"))
    with reading(sqlite_store) as connection:
        job = connection.execute(select(jobs)).one()
    assert (job.schedule_id, job.template_id, job.state) == (name, "annual_heating_demand", "queued")
    assert job.notification == body()["notification"]
    assert job.batch["operations"][0]["options"] == {"model": "iso13790"}


def test_schedule_fired_is_told(sqlite_store, options):
    now = utc("2025-01-18T15:00")
    name = add(sqlite_store, options, utc("2025-01-18T00:00"))
    with transaction(sqlite_store) as connection:
        connection.execute(webhooks.insert().values(id="w", url="https://example.com/", events=["schedule_fired"],
                                                    secret="whsec_", state="active", created_at=now))
    rules.step(sqlite_store, options, now)
    with reading(sqlite_store) as connection:
        told = connection.execute(select(deliveries)).one()
        job_id = connection.execute(select(jobs.c.id)).scalar_one()
    assert told.payload["event"] == {"type": "schedule_fired", "job_id": job_id,
                                     "details": {"schedule_id": name, "fire_time": "2025-01-18T15:00:00Z"}}


def test_a_template_that_has_gone_is_told_and_the_schedule_goes_on(sqlite_store, options):
    with transaction(sqlite_store) as connection:
        wanted = read_template({"name": "mine", "operations": [{"type": "validate"}]})
        template = insert_template(connection, wanted, None, utc("2025-01-01T00:00"))
    name = add(sqlite_store, options, utc("2025-01-18T00:00"), batch={"template_id": template})
    with transaction(sqlite_store) as connection:
        connection.execute(delete(templates))
    assert rules.step(sqlite_store, options, utc("2025-01-18T15:00")) == 1
    with reading(sqlite_store) as connection:
        fire = connection.execute(select(fires)).one()
        told = connection.execute(select(deliveries)).one()
    assert (fire.job_id, fire.error) == (None, f"Template not found: {template}")
    assert (told.kind, told.target, told.severity) == ("email", "admin@example.com", "high")
    assert row(sqlite_store, name).next_fire == utc("2025-01-19T15:00")


@pytest.mark.parametrize(
    ("changes", "time"),
    [
        pytest.param({}, "2025-01-18T15:00:00Z", id="the same"),
        pytest.param({"name": "Other", "notification": None}, "2025-01-18T15:00:00Z", id="under another name"),
        pytest.param({"timing": {"frequency": "daily", "time": "15:00"}}, "2025-01-18T15:00:00Z", id="in another zone"),
        pytest.param({"timing": {"frequency": "monthly", "day": 2, "time": "15:00"}}, "2025-02-02T15:00:00Z",
                     id="some day"),
        pytest.param({"batch": {"parameters": {"model": "iso13790"}, "template_id": "annual_heating_demand"}},
                     "2025-01-18T15:00:00Z", id="names in another order"),
    ],
)
def test_conflict(sqlite_store, options, changes, time):
    now = utc("2025-01-18T00:00")
    first = add(sqlite_store, options, now)
    with pytest.raises(ApiError) as refused:
        add(sqlite_store, options, now, **changes)
    assert refused.value.kind.status == 409
    assert refused.value.body() == {"error": {
        "code": "SCHEDULE_CONFLICT", "message": "Schedule conflict detected",
        "details": [{"time": time, "conflict_with": first}],
    }}


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"batch": {"template_id": "annual_heating_demand"}}, id="other parameters"),
        pytest.param({"timing": {"frequency": "daily", "time": "15:01"}}, id="another minute"),
        pytest.param({"batch": {"template_id": "validate_city"}}, id="another template"),
    ],
)
def test_no_conflict(sqlite_store, options, changes):
    now = utc("2025-01-18T00:00")
    add(sqlite_store, options, now)
    add(sqlite_store, options, now, **changes)


def test_fifty_at_once_make_one(database_url, store, options):
    """The comparison and the row are one: of many that come together, one is kept."""
    now = utc("2025-01-18T00:00")
    wanted = rules.read_schedule(body(), store, options)
    outcomes: Counter[str] = Counter()

    def client() -> None:
        try:
            with transaction(store) as connection:
                rules.insert_schedule(connection, wanted, None, now)
            outcomes["kept"] += 1
        except ApiError as error:
            outcomes[error.kind.code] += 1

    threads = [threading.Thread(target=client) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert outcomes == {"kept": 1, "SCHEDULE_CONFLICT": 19}
    with reading(store) as connection:
        assert connection.execute(select(func.count()).select_from(schedules)).scalar_one() == 1


def test_pause_and_resume(sqlite_store, options):
    name = add(sqlite_store, options, utc("2025-01-18T00:00"))
    with transaction(sqlite_store) as connection:
        rules.pause(connection, rules.find_schedule(connection, name, lock=True), utc("2025-01-18T01:00"))
    assert rules.step(sqlite_store, options, utc("2025-01-20T00:00")) == 0
    with transaction(sqlite_store) as connection:
        rules.resume(connection, rules.find_schedule(connection, name, lock=True), utc("2025-01-20T00:00"))
    assert rules.step(sqlite_store, options, utc("2025-01-20T00:00")) == 0
    assert row(sqlite_store, name).next_fire == utc("2025-01-20T15:00")
    with transaction(sqlite_store) as connection, pytest.raises(ApiError, match="The schedule is active") as refused:
        rules.resume(connection, rules.find_schedule(connection, name), utc("2025-01-20T00:00"))
    assert refused.value.kind.code == "INVALID_STATE"


def test_resume_into_a_conflict(sqlite_store, options):
    now = utc("2025-01-18T00:00")
    first = add(sqlite_store, options, now)
    with transaction(sqlite_store) as connection:
        rules.pause(connection, rules.find_schedule(connection, first), now)
    second = add(sqlite_store, options, now)
    with pytest.raises(ApiError) as refused, transaction(sqlite_store) as connection:
        rules.resume(connection, rules.find_schedule(connection, first), now)
    assert refused.value.details == ({"time": "2025-01-18T15:00:00Z", "conflict_with": second},)


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        pytest.param({"batch": {"template_id": "template12345"}}, 404, "schedule.batch.template_id", id="no template"),
        pytest.param({"batch": {"template_id": 7}}, 404, "schedule.batch.template_id", id="a number"),
        pytest.param({"batch": None}, 400, "schedule.batch", id="no batch"),
        pytest.param({"batch": {"template_id": "validate_city", "parameters": {"x": 1}}}, 400,
                     "schedule.batch.parameters.x", id="unknown parameter"),
        pytest.param({"batch": {"template_id": "validate_city", "type": "x"}}, 400, "schedule.batch.type", id="both"),
        pytest.param({"batch": {"operations": [{"type": "process"}]}}, 400, "operations", id="whole batch, wrong"),
        pytest.param({"name": ""}, 400, "schedule.name", id="no name"),
        pytest.param({"name": "x" * 2001}, 400, "schedule.name", id="long name"),
        pytest.param({"colour": "red"}, 400, "schedule.colour", id="unknown field"),
        pytest.param({"timing": {"frequency": "daily", "timezone": "Mars"}}, 400, "schedule.timing.timezone",
                     id="zone"),
        pytest.param({"notification": {"on_completion": {"email": ["a@b\r\nBcc: c@d"]}}}, 400,
                     "schedule.notification.on_completion.email[0]", id="header in an address"),
        pytest.param({"notification": {"on_completion": {"webhook": "http://127.0.0.1/"}}}, 400,
                     "schedule.notification.on_completion.webhook", id="webhook to this machine"),
    ],
)
def test_read_schedule_refuses(sqlite_store, options, changes, status, field):
    with pytest.raises(ApiError) as refused:
        rules.read_schedule(body(**changes), sqlite_store, options)
    assert refused.value.kind.status == status
    assert [one.field for one in refused.value.details] == [field]


def test_a_schedule_that_would_never_fire(sqlite_store, options):
    with pytest.raises(ApiError, match="The schedule would never fire"):
        add(sqlite_store, options, utc("2025-01-02T00:00"), timing={"frequency": "once", "at": "2025-01-01T00:00:00Z"})


def test_whole_batch(sqlite_store, options):
    batch = {"type": "night", "operations": [{"type": "validate", "resource": "buildings", "filter": {}}]}
    add(sqlite_store, options, utc("2025-01-18T00:00"), batch=batch)
    rules.step(sqlite_store, options, utc("2025-01-18T15:00"))
    with reading(sqlite_store) as connection:
        assert connection.execute(select(jobs.c.type)).scalar_one() == "night"

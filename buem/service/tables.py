"""All tables of the store, the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class UtcTime(TypeDecorator[datetime]):
    """An instant: microseconds since 1970 in the store, a datetime in UTC outside it."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """The number that is stored."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """The instant that was stored."""
        return None if value is None else _EPOCH + value * _MICROSECOND


class Json(TypeDecorator[Any]):
    """A JSON value: text in the store, lists and dicts outside it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> str | None:
        """The text that is stored."""
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Any | None:
        """The value that was stored."""
        return None if value is None else msgspec.json.decode(value)


metadata = MetaData()

#: Buildings by id: the feature as it was given, and what filters look at.
buildings = Table(
    "buildings", metadata,
    Column("id", Text, primary_key=True),
    Column("feature", LargeBinary, nullable=False),
    #: Named properties with plain values, nested names joined by dots.
    Column("fields", Json, nullable=False),
    Column("longitude", Float, nullable=False),
    Column("latitude", Float, nullable=False),
    #: Whether it is an outline, whose neighbours count.
    Column("outline", Boolean, nullable=False),
    #: Counts the changes of this building.
    Column("version", Integer, nullable=False, default=1),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Index("buildings_place", "longitude", "latitude"),
)

#: Names of properties that any building ever had: what a filter may ask for.
building_fields = Table("building_fields", metadata, Column("name", Text, primary_key=True))

#: Weather years by name, each as our own CSV, gzipped, and what filters look at.
weather = Table(
    "weather", metadata,
    Column("id", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("fields", Json, nullable=False),
    Column("longitude", Float, nullable=False),
    Column("latitude", Float, nullable=False),
    #: Counts the changes of this weather.
    Column("version", Integer, nullable=False, default=1),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
)

jobs = Table(
    "jobs", metadata,
    Column("id", Text, primary_key=True),
    #: A free label.
    Column("type", Text, nullable=False),
    Column("description", Text, nullable=False, default=""),
    #: queued, running, paused, completed, failed, cancelled.
    Column("state", Text, nullable=False),
    #: The `batch` of the request.
    Column("batch", Json, nullable=False),
    #: Units in flight at once.
    Column("max_concurrent", Integer, nullable=False),
    #: A `retry.RetryRule` as JSON.
    Column("retry", Json, nullable=False),
    #: strict or lenient; skip or stop.
    Column("mode", Text, nullable=False),
    Column("on_error", Text, nullable=False),
    #: Longest time of one unit and of the whole job. [s]
    Column("operation_s", Float),
    Column("job_s", Float),
    Column("not_before", UtcTime),
    #: {start, end, timezone}: units are claimed only inside it.
    Column("window", Json),
    Column("notification", Json),
    Column("template_id", Text),
    Column("schedule_id", Text),
    #: Id of the key that made it.
    Column("owner", Text),
    #: The operation of `batch.operations` whose units run, and how many of them have been cut into units.
    Column("stage", Integer, nullable=False, default=0),
    Column("planned", Integer, nullable=False, default=0),
    Column("units", Integer, nullable=False, default=0),
    Column("total", Integer, nullable=False, default=0),
    Column("succeeded", Integer, nullable=False, default=0),
    Column("failed", Integer, nullable=False, default=0),
    #: Sum of the times of finished operations. [s]
    Column("busy", Float, nullable=False, default=0.0),
    #: Highest resident memory of a worker on this job. [B]
    Column("peak_memory", BigInteger, nullable=False, default=0),
    #: Counts the times it was set going again by hand.
    Column("round", Integer, nullable=False, default=0),
    #: {code, message, operation_index}: why the job as a whole failed.
    Column("error", Json),
    Column("created_at", UtcTime, nullable=False),
    Column("started_at", UtcTime),
    Column("completed_at", UtcTime),
    #: When a unit of it was last claimed: jobs take turns.
    Column("claimed_at", UtcTime),
    Index("jobs_state", "state", "claimed_at"),
    Index("jobs_created", "created_at", "id"),
)

#: The work of a job, in pieces that one worker runs at once.
units = Table(
    "units", metadata,
    Column("job_id", Text, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    #: Position in `batch.operations`.
    Column("stage", Integer, nullable=False),
    #: Type of the operation, or "plan" for the cutting of its stage.
    Column("type", Text, nullable=False),
    #: waiting, running, done, cancelled.
    Column("state", Text, nullable=False),
    #: Index in the job of its first operation, and how many it has.
    Column("first", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    #: What it works on: {ids} and {start, lengths} for features of the job's input file.
    Column("items", Json, nullable=False),
    #: Indices still to do; None for all.
    Column("pending", Json),
    #: Counts the claims: what an older claim brings is refused.
    Column("attempt", Integer, nullable=False, default=0),
    #: Counts the tries that ended by themselves.
    Column("tries", Integer, nullable=False, default=0),
    #: Counts the workers that died of it.
    Column("deaths", Integer, nullable=False, default=0),
    Column("owner", Text),
    Column("lease_until", UtcTime),
    Column("not_before", UtcTime),
    Column("started_at", UtcTime),
    Column("ended_at", UtcTime),
    Index("units_state", "job_id", "state", "number"),
    Index("units_lease", "state", "lease_until"),
)

#: What became of each operation.
unit_items = Table(
    "unit_items", metadata,
    Column("job_id", Text, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    #: Index of the operation in the job.
    Column("operation", Integer, primary_key=True),
    Column("unit", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("resource_id", Text, nullable=False),
    #: succeeded, failed.
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    #: Of an error: its type in `errors.KINDS`, code and sentence.
    Column("code", Text),
    Column("message", Text),
    #: What the operation says of its result.
    Column("outcome", Json),
    Column("ended_at", UtcTime, nullable=False),
    Index("unit_items_state", "job_id", "state", "operation"),
)

#: Files of results, durable before their row is written.
results = Table(
    "results", metadata,
    Column("job_id", Text, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("unit", Integer, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    #: summary, hourly, answers, export, report, ...
    Column("kind", Text, primary_key=True),
    Column("first", Integer, nullable=False),
    #: From the folder of the service.
    Column("path", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

uploads = Table(
    "uploads", metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    #: Announced and received. [B]
    Column("size", BigInteger),
    Column("received", BigInteger, nullable=False, default=0),
    #: Announced at first, proved once complete.
    Column("sha256", Text),
    #: open, complete.
    Column("state", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("owner", Text),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
)

templates = Table(
    "templates", metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("description", Text, nullable=False, default=""),
    Column("parameters", Json, nullable=False),
    Column("operations", Json, nullable=False),
    Column("options", Json),
    #: Shipped ones are not changed.
    Column("shipped", Boolean, nullable=False, default=False),
    Column("owner", Text),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
)

schedules = Table(
    "schedules", metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False, default=""),
    Column("batch", Json, nullable=False),
    #: Tells apart what is run: a hash of template and parameters, or of the batch.
    Column("fingerprint", Text, nullable=False),
    Column("timing", Json, nullable=False),
    Column("notification", Json),
    #: active, paused, ended.
    Column("state", Text, nullable=False),
    Column("owner", Text),
    Column("next_fire", UtcTime),
    Column("last_fire", UtcTime),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Index("schedules_due", "state", "next_fire"),
)

#: Each fire once: the row and its job are written together.
fires = Table(
    "fires", metadata,
    Column("schedule_id", Text, ForeignKey("schedules.id", ondelete="CASCADE"), primary_key=True),
    Column("fire_time", UtcTime, primary_key=True),
    Column("job_id", Text),
    Column("error", Text),
    Column("fired_at", UtcTime, nullable=False),
)

webhooks = Table(
    "webhooks", metadata,
    Column("id", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("events", Json, nullable=False),
    Column("secret", Text, nullable=False),
    Column("description", Text, nullable=False, default=""),
    #: active, disabled.
    Column("state", Text, nullable=False),
    Column("owner", Text),
    Column("created_at", UtcTime, nullable=False),
    Column("disabled_at", UtcTime),
)

#: The outbox: written with the change it tells of, sent afterwards.
deliveries = Table(
    "deliveries", metadata,
    Column("id", Text, primary_key=True),
    #: webhook or email.
    Column("kind", Text, nullable=False),
    Column("webhook_id", Text, ForeignKey("webhooks.id", ondelete="CASCADE")),
    #: URL or address.
    Column("target", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("job_id", Text),
    Column("severity", Text),
    Column("payload", Json, nullable=False),
    #: pending, sent, dead, not_sent.
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_try", UtcTime),
    #: Until then another process is sending it.
    Column("lease_until", UtcTime),
    Column("owner", Text),
    Column("last_status", Integer),
    Column("last_error", Text),
    Column("created_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Index("deliveries_due", "state", "next_try"),
)

idempotency = Table(
    "idempotency", metadata,
    Column("owner", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    #: Hash of method, path and body.
    Column("fingerprint", Text, nullable=False),
    #: running, done.
    Column("state", Text, nullable=False),
    Column("status", Integer),
    Column("headers", Json),
    Column("body", LargeBinary),
    Column("created_at", UtcTime, nullable=False),
    #: A running one is taken over after this.
    Column("lease_until", UtcTime),
    Index("idempotency_age", "created_at"),
)

rate_counters = Table(
    "rate_counters", metadata,
    Column("key", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
)

keys = Table(
    "keys", metadata,
    Column("id", Text, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("scopes", Json, nullable=False),
    Column("description", Text, nullable=False, default=""),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime),
    Column("revoked_at", UtcTime),
)

audit = Table(
    "audit", metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False),
    #: Id of the key, or "local".
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("resource", Text, nullable=False),
    Column("resource_id", Text),
    Column("request_id", Text, nullable=False),
    Column("address", Text),
    Column("status", Integer),
    Column("details", Json),
    Index("audit_at", "at"),
)

#: Processes that run units, for the supervisor and for /metrics.
workers = Table(
    "workers", metadata,
    Column("owner", Text, primary_key=True),
    Column("server", Text, nullable=False),
    Column("process", Integer, nullable=False),
    #: Resident now, and planned. [B]
    Column("memory", BigInteger, nullable=False, default=0),
    Column("budget", BigInteger, nullable=False, default=0),
    Column("beat_at", UtcTime, nullable=False),
    UniqueConstraint("server", "process"),
)

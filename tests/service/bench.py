"""A service without processes: jobs are asked for and worked off in the test itself, on a real store and real files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Row, select

from buem.service.batch_request import read_batch
from buem.service.filters import known_fields
from buem.service.operations.context import Context
from buem.service.options import ServiceOptions
from buem.service.planning import create_job
from buem.service.store import reading
from buem.service.tables import jobs, unit_items, units
from buem.service.worker import work_once

NOW = datetime(2025, 1, 19, 0, 52, 3, tzinfo=UTC)
#: A worker on no machine, which nobody takes for dead.
OWNER = "elsewhere/1-1/2-2"


@dataclass(frozen=True)
class Bench:
    """A store, its folder, and a worker."""

    store: Engine
    options: ServiceOptions

    @property
    def context(self) -> Context:
        return Context(store=self.store, service=self.options)

    @property
    def folder(self) -> Path:
        return self.options.folder

    def ask(self, *operations: dict[str, Any], raws: list[bytes] | None = None, **options: Any) -> str:
        """A job of these operations, which nobody has begun."""
        with reading(self.store) as connection:
            known = known_fields(connection)
        batch = read_batch({"batch": {"operations": list(operations), "options": options}}, self.options, known)
        return create_job(self.store, self.options, batch, NOW, raws=raws)

    def work(self, most: int = 1000) -> int:
        """Work off what can be claimed; the number of units."""
        for done in range(most):
            if not work_once(self.context, OWNER):
                return done
        return most

    def done(self, *operations: dict[str, Any], raws: list[bytes] | None = None, **options: Any) -> str:
        """A job of these operations, worked off."""
        job_id = self.ask(*operations, raws=raws, **options)
        self.work()
        return job_id

    def job(self, job_id: str) -> Row[Any]:
        with reading(self.store) as connection:
            return connection.execute(select(jobs).where(jobs.c.id == job_id)).one()

    def units(self, job_id: str) -> list[Row[Any]]:
        with reading(self.store) as connection:
            return list(connection.execute(select(units).where(units.c.job_id == job_id).order_by(units.c.number)))

    def items(self, job_id: str) -> list[Row[Any]]:
        with reading(self.store) as connection:
            return list(connection.execute(select(unit_items).where(unit_items.c.job_id == job_id).order_by(
                unit_items.c.operation)))

"""What is kept for a while goes after it: jobs with their results, answers, deliveries, counts, the audit."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, delete, select

from buem.service import idempotency
from buem.service.audit import write_change
from buem.service.inputs import job_folder
from buem.service.ledger import ENDED, forget
from buem.service.options import ServiceOptions
from buem.service.request_rules import Named
from buem.service.store import reading, transaction
from buem.service.tables import audit, deliveries, fires, jobs, rate_counters

#: Jobs that go in one turn.
_MOST: Final = 100
#: How long the audit is kept at least.
AUDIT_KEPT: Final = timedelta(days=365)


def step(store: Engine, options: ServiceOptions, now: datetime) -> int:
    """Let go what has been kept long enough.

    Parameters
    ----------
    store : Engine
        The store.
    options : ServiceOptions
        With the time that jobs are kept.
    now : datetime
        The time.

    Returns
    -------
    int
        Jobs that have gone.
    """
    with reading(store) as connection:
        old = connection.execute(select(jobs.c.id).where(
            jobs.c.state.in_(ENDED), jobs.c.completed_at <= now - options.keep_jobs).order_by(
            jobs.c.completed_at).limit(_MOST)).scalars().all()
    for name in old:
        with transaction(store) as connection:
            forget(connection, name)
            write_change(connection, Named(action="expire", resource="jobs", resource_id=name), now, actor="expiry",
                         request_id="")
        # The ledger knows it no more; what a kill leaves here is an orphan, which cleanup finds.
        shutil.rmtree(job_folder(options.folder, name), ignore_errors=True)
    with transaction(store) as connection:
        _forget_rows(connection, options, now)
    _forget_files(options, now)
    return len(old)


def _forget_rows(connection: Connection, options: ServiceOptions, now: datetime) -> None:
    idempotency.forget(connection, now)
    connection.execute(delete(rate_counters).where(rate_counters.c.expires_at <= now))
    connection.execute(delete(deliveries).where(
        deliveries.c.state != "pending", deliveries.c.ended_at <= now - options.keep_jobs))
    connection.execute(delete(fires).where(fires.c.fired_at <= now - options.keep_jobs))
    connection.execute(delete(audit).where(audit.c.at <= now - max(options.keep_jobs, AUDIT_KEPT)))


def _forget_files(options: ServiceOptions, now: datetime) -> None:
    """Files of hours that answers of `/api/process` named."""
    folder = options.folder / "files"
    for path in folder.iterdir() if folder.is_dir() else ():
        try:
            if datetime.fromtimestamp(path.stat().st_mtime, UTC) <= now - options.keep_jobs:
                path.unlink()
        except OSError:  # another server was faster, or a client is reading it
            continue

"""Figures for Prometheus, read from the store when they are asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Connection, func, select

from buem.service.tables import deliveries, jobs, units, workers

#: Media type of the text form.
MEDIA: Final = "text/plain; version=0.0.4; charset=utf-8"
_STATES: Final = ("queued", "running", "paused", "completed", "failed", "cancelled")


def exposition(connection: Connection) -> str:
    """All figures in the text form of Prometheus.

    Parameters
    ----------
    connection : Connection
        To the store.

    Returns
    -------
    str
    """
    by_state: dict[str, int] = {row[0]: row[1] for row in connection.execute(
        select(jobs.c.state, func.count()).group_by(jobs.c.state))}
    waiting = dict.fromkeys(("waiting", "running"), 0) | {row[0]: row[1] for row in connection.execute(
        select(units.c.state, func.count()).where(units.c.state.in_(("waiting", "running"))).group_by(units.c.state))}
    sent = {row[0]: row[1] for row in connection.execute(
        select(deliveries.c.state, func.count()).group_by(deliveries.c.state))}
    lines: list[str] = []
    _add(lines, "buem_jobs", "gauge", "Jobs by their state.",
         (((("state", state),), by_state.get(state, 0)) for state in _STATES))
    _add(lines, "buem_queue_depth", "gauge", "Units that wait for a worker.", [((), waiting["waiting"])])
    _add(lines, "buem_units_running", "gauge", "Units that a worker runs.", [((), waiting["running"])])
    _add(lines, "buem_deliveries", "gauge", "Webhooks and mails by their state.",
         (((("state", state),), sent.get(state, 0)) for state in ("pending", "sent", "dead", "not_sent")))
    rows = connection.execute(select(workers).order_by(workers.c.owner)).all()
    _add(lines, "buem_worker_memory_bytes", "gauge", "Resident memory of a worker.",
         (((("worker", str(row.process)),), row.memory) for row in rows))
    _add(lines, "buem_worker_memory_budget_bytes", "gauge", "Memory that the chunk of a worker may take.",
         (((("worker", str(row.process)),), row.budget) for row in rows))
    return "\n".join(lines) + "\n"


def _add(lines: list[str], name: str, kind: str, text: str,
         values: Iterable[tuple[tuple[tuple[str, str], ...], Any]]) -> None:
    lines += [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]
    for labels, value in values:
        shown = ",".join(f'{key}="{label}"' for key, label in labels)
        lines.append(f"{name}{{{shown}}} {value}" if shown else f"{name} {value}")

"""The commands that open the engine over HTTP."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from buem.service.options import ServiceOptions

Host = Annotated[str, typer.Option(help="Address to listen on; others than this machine's own need keys.")]
Port = Annotated[int, typer.Option(help="Port to listen on; 0 for any free one.")]
Folder = Annotated[Path, typer.Option("--folder", metavar="DIR", help="Where database, uploads and results lie.")]
Database = Annotated[str, typer.Option(metavar="URL", help="postgresql+psycopg://USER@HOST/NAME; SQLite in the folder "
                                                           "when absent.")]
Workers = Annotated[int | None, typer.Option(help="Processes that run jobs; one per core when absent.")]
Memory = Annotated[str, typer.Option(metavar="SIZE", help="A building that needs more is refused.")]
SyncTimeout = Annotated[float, typer.Option(metavar="S", help="Longest wait of a request for its answer.")]
KeepJobs = Annotated[float, typer.Option(metavar="DAYS", help="Finished jobs and their results go after this time.")]
MaxJobItems = Annotated[int, typer.Option(metavar="N", help="Most operations of a job.")]
BodyLimit = Annotated[str, typer.Option(metavar="SIZE", help="Longest body of a request.")]
Keys = Annotated[str | None, typer.Option(metavar="on|off", help="Whether requests need a key; on everywhere but on "
                                                                 "this machine's own address when absent.")]
Lease = Annotated[float, typer.Option(metavar="S", help="How long a worker's claim holds without a sign of life.")]
AllowEgress = Annotated[list[str] | None, typer.Option("--allow-egress", metavar="HOST:PORT", help=(
    "May be called by webhooks and imports whatever its address; may be given again."))]
Limit = Annotated[list[str] | None, typer.Option("--limit", metavar="NAME=N", help=(
    "Requests an hour of a client: job_creation, status, templates, items, other; may be given again."))]
Smtp = Annotated[str, typer.Option(metavar="URL", envvar="BUEM_SMTP", help=(
    "smtp://, smtp+starttls:// or smtps://[USER:PASSWORD@]HOST[:PORT] of the mail server; no mail when absent."))]
Sender = Annotated[str, typer.Option("--smtp-sender", metavar="ADDRESS", help="Address that mail comes from.")]


def serve(
    host: Host = "127.0.0.1",
    port: Port = 5000,
    folder: Folder = Path("buem-service"),
    database: Database = "",
    workers: Workers = None,
    memory_per_building: Memory = "5MB",
    sync_timeout: SyncTimeout = 120.0,
    keep_jobs: KeepJobs = 30.0,
    max_job_items: MaxJobItems = 1_000_000,
    body_limit: BodyLimit = "64MB",
    keys: Keys = None,
    lease: Lease = 30.0,
    allow_egress: AllowEgress = None,
    limit: Limit = None,
    smtp: Smtp = "",
    smtp_sender: Sender = "buem@localhost",
) -> int:
    """Answer requests over HTTP until Ctrl-C."""
    from datetime import timedelta

    from buem.batch.plan import RunOptions, parse_bytes
    from buem.errors import OptionError, problem
    from buem.service.options import ServiceOptions, read_limits, read_smtp
    from buem.service.server import run_server

    if keys not in (None, "on", "off"):
        raise OptionError([problem("keys", keys, "one of on, off")])
    options = ServiceOptions(
        host=host, port=port, folder=folder, database=database, memory_per_building=memory_per_building,
        workers=RunOptions(workers=workers).worker_count if workers != 0 else 0, sync_timeout=sync_timeout,
        keep_jobs=timedelta(days=keep_jobs), max_job_items=max_job_items,
        body_limit=parse_bytes(body_limit, "body_limit"),
        keys=None if keys is None else keys == "on", lease=lease,
        egress_allow=tuple(allow_egress or ()), limits=read_limits(limit or ()), smtp=read_smtp(smtp, smtp_sender),
    )
    run_server(options, _say_where)
    return 0


def _say_where(options: ServiceOptions, port: int) -> None:
    shown = replace(options, port=port)
    print(f"buem serves on http://{shown.host}:{shown.port}/ from {shown.folder}", flush=True)

"""A worker process: claims units, runs them, brings what they gave."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final, NoReturn

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from buem.batch import measure
from buem.errors import BuemError, InputError
from buem.service import ledger
from buem.service.answers import utc_now
from buem.service.ledger import Claim, Item, Outcome, Refused
from buem.service.operations.context import Context
from buem.service.options import ServiceOptions
from buem.service.owners import owner_name
from buem.service.store import open_store

logger = logging.getLogger(__name__)

#: Between two looks for work, at first and after a while without any. [s]
_SHORT: Final = 0.02
_LONG: Final = 0.25
#: Between two signs of life. [s]
_BEAT: Final = 5.0
#: How often the clock of a unit is looked at. [s]
_TICK: Final = 0.05
#: How the process ends when its unit ran out of time, so that the next begins afresh.
TIMED_OUT: Final = 75
#: How it ends when it has no memory left.
SPENT: Final = 76


def work_forever(options: ServiceOptions, server: int) -> NoReturn:
    """Claim and run unit after unit. To be called in a process that is warm.

    Parameters
    ----------
    options : ServiceOptions
        How the service runs.
    server : int
        Process number of the server.
    """
    context = Context(store=open_store(options.database_url, options.database_timeout), service=options)
    owner, wait, beat = owner_name(os.getpid(), server), _SHORT, 0.0
    while True:
        if time.monotonic() - beat > _BEAT:
            beat = time.monotonic()
            _tell(context, owner)
        if work_once(context, owner):
            wait = _SHORT
        else:
            time.sleep(wait)
            wait = min(_LONG, wait * 1.5)


def _tell(context: Context, owner: str) -> None:
    """Say that this worker lives, and what it holds."""
    try:
        ledger.beat(context.store, owner, os.getpid(), measure.resident_memory(),
                    context.service.run_options.worker_share, utc_now())
    except SQLAlchemyError as error:
        logger.warning("the store cannot be written: %s", error)


def work_once(context: Context, owner: str) -> bool:
    """Claim a unit and run it.

    Parameters
    ----------
    context : Context
        Where it runs.
    owner : str
        Who this is.

    Returns
    -------
    bool
        False when there was nothing to do.
    """
    try:
        claim = ledger.claim(context.store, owner, utc_now(), context.service.lease)
    except SQLAlchemyError as error:
        logger.warning("the ledger cannot be read: %s", error)
        return False
    if claim is None:
        return False
    with _alive(context, claim):
        outcome = run_unit(context, claim)
    _bring(context, claim, outcome)
    return True


def run_unit(context: Context, claim: Claim) -> Outcome:
    """Run a unit; whatever goes wrong becomes the error of its operations.

    Parameters
    ----------
    context : Context
        Where it runs.
    claim : Claim
        Of the unit.

    Returns
    -------
    Outcome
    """
    from buem.service.operations.registry import runner_of

    try:
        return runner_of(claim)(context, claim)
    except InputError as error:
        return failed(claim, "validation", "VALIDATION_ERROR", str(error).replace("\n", "; "))
    except BuemError as error:
        return failed(claim, "resource", "RESOURCE_ERROR", str(error))
    except MemoryError:
        # What earlier units left in it may have been too much. The unit is claimed again, and cut in halves when new
        # processes end over it, too.
        logger.warning("unit %d of job %s needs more memory than the worker has left", claim.number, claim.job_id)
        os._exit(SPENT)
    except Exception as error:  # the boundary of a job: what one unit breaks must not end the worker
        logger.exception("unit %d of job %s failed", claim.number, claim.job_id)
        return failed(claim, "system", "SYSTEM_ERROR", f"{type(error).__name__}: the operation could not be done")


def failed(claim: Claim, kind: str, code: str, message: str) -> Outcome:
    """The outcome of a unit of which nothing came.

    Parameters
    ----------
    claim : Claim
        Of the unit.
    kind : str
        Of `errors.KINDS`.
    code, message : str
        Of each of its operations.

    Returns
    -------
    Outcome
    """
    if claim.type == "plan":
        return Outcome(broken={"code": code, "message": message})
    names = claim.items.get("ids", [])
    return Outcome(items=[Item(index=index, resource_id=names[index - claim.first].replace("\0", "\ufffd"),
                               error=kind, code=code, message=message.replace("\0", "\ufffd"))
                          for index in claim.pending])


def _bring(context: Context, claim: Claim, outcome: Outcome) -> None:
    """Write the outcome; while the store is away, again and again until the lease is over."""
    while True:
        now = utc_now()
        try:
            ledger.finish(context.store, claim, outcome, now)
            if outcome.after is not None:
                outcome.after()
            return
        except Refused as error:
            logger.warning("%s", error)
            _drop(context, outcome)
            return
        except DBAPIError as error:
            # After a lost connection nobody knows whether it was written; the ledger itself will refuse a second time.
            logger.warning("unit %d of job %s cannot be written yet: %s", claim.number, claim.job_id, error.orig)
            if utc_now() - now > timedelta(minutes=10):
                return
            time.sleep(_LONG)


def _drop(context: Context, outcome: Outcome) -> None:
    for file in outcome.files:
        (context.service.folder / file.path).unlink(missing_ok=True)


@contextmanager
def _alive(context: Context, claim: Claim) -> Iterator[None]:
    """Hold the claim while the block runs, and end the process when its time is over or it is held no more."""
    ended = threading.Event()
    watch = threading.Thread(target=_watch, args=(context, claim, ended), name="pulse", daemon=True)
    watch.start()
    try:
        yield
    finally:
        ended.set()
        watch.join()


def _watch(context: Context, claim: Claim, ended: threading.Event) -> None:
    began = time.monotonic()
    beat = began
    lease = context.service.lease
    limit = began + claim.operation_s if claim.operation_s is not None else None
    tick = min(_TICK, lease / 10) if limit is not None else lease / 10
    while not ended.wait(tick):
        now = time.monotonic()
        if limit is not None and now >= limit:
            _time_out(context, claim, utc_now())
        if now - beat >= lease / 3:
            beat = now
            _extend(context.store, claim, lease)


def _extend(store: Engine, claim: Claim, lease: float) -> None:
    try:
        held = ledger.extend(store, claim, utc_now(), lease)
    except SQLAlchemyError as error:
        logger.warning("the lease of unit %d cannot be held: %s", claim.number, error)
        return
    if not held:
        # Cancelled, or taken over: what this one computes is of no use, and it may compute for long.
        os._exit(TIMED_OUT)


def _time_out(context: Context, claim: Claim, now: datetime) -> None:
    text = f"not done after {claim.operation_s:g} s"
    try:
        ledger.finish(context.store, claim, failed(claim, "timeout", "TIMEOUT_ERROR", text), now)
    except (Refused, SQLAlchemyError) as error:
        logger.warning("%s", error)
    os._exit(TIMED_OUT)

"""What stands around the outlines of a job: all buildings that are kept, or all that it brings along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select

from buem.batch.outlines import lay_out
from buem.io.durable import durable
from buem.io.scan import RawFeature
from buem.service.collection import get_features
from buem.service.inputs import input_path, job_folder, read_cut, read_features
from buem.service.ledger import Claim
from buem.service.operations.context import Brought, Context
from buem.service.run_options import RequestOptions
from buem.service.store import reading
from buem.service.tables import buildings, units


def outlines_of(context: Context, claim: Claim, options: RequestOptions, found: Sequence[Brought]) -> Path | None:
    """The folder of the outlines of an operation, laid out by whichever unit needs it first.

    Parameters
    ----------
    context : Context
        Where it runs.
    claim : Claim
        Of a unit.
    options : RequestOptions
        How features are read.
    found : sequence of Brought
        The buildings of the unit.

    Returns
    -------
    Path or None
        None where the unit has no outline.
    """
    if not any(one.raw is not None and b"olygon" in one.raw for one in found):
        return None
    folder = job_folder(context.service.folder, claim.job_id) / f"outlines-{claim.stage}"
    if not (folder / "done").exists():
        part = folder.with_name(f"{folder.name}-{claim.number}-{claim.attempt}")
        part.mkdir(parents=True, exist_ok=True)
        if not lay_out(_all(context, claim), lambda _: options.reading, part / "outlines", part / "outlines.parquet"):
            return None
        with durable(part / "done") as temporary:
            temporary.write_bytes(b"")
        try:
            part.rename(folder)
        except OSError:
            # Another unit was faster; both wrote the same.
            return part / "outlines"
    return folder / "outlines"


def _all(context: Context, claim: Claim) -> Iterator[RawFeature]:
    """All features of the operation under the indices of their operations, then those that stand around them."""
    with reading(context.store) as connection:
        cut: Sequence[Row[Any, Any]] = connection.execute(select(units.c.first, units.c["items"]).where(
            units.c.job_id == claim.job_id, units.c.stage == claim.stage, units.c.type == claim.type).order_by(
            units.c.first)).all()
    raws = chain(repeat(b"{}", cut[0].first), _own(context, claim, cut), _others(context, claim, cut))
    yield from (RawFeature(index, raw) for index, raw in enumerate(raws))


def _own(context: Context, claim: Claim, cut: Sequence[Row[Any, Any]]) -> Iterator[bytes]:
    if "lengths" in claim.items:
        path = input_path(context.service.folder, claim.job_id, claim.stage)
        yield from (raw for _, items in read_cut(path) for raw in read_features(path, items))
        return
    # A unit that was cut in halves stands twice in the ledger.
    for items in {row.first: row.items for row in cut}.values():
        with reading(context.store) as connection:
            kept = get_features(connection, items["ids"])
        yield from (kept.get(name, b"{}") for name in items["ids"])


def _others(context: Context, claim: Claim, cut: Sequence[Row[Any, Any]]) -> Iterator[bytes]:
    """Outlines that are kept and not asked for: they shade all the same."""
    if "lengths" in claim.items:
        return
    own = {name for row in cut for name in row.items["ids"]}
    with reading(context.store) as connection:
        names = [name for name in connection.execute(select(buildings.c.id).where(
            buildings.c.outline.is_(True)).order_by(buildings.c.id)).scalars() if name not in own]
        for start in range(0, len(names), 500):
            kept = get_features(connection, names[start : start + 500])
            yield from (kept[name] for name in sorted(kept))

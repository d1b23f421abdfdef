"""analyze: the results of a job summed up, or compared with those of another."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

import pyarrow as pa
from sqlalchemy import select

from buem.service.errors import ApiError
from buem.service.ledger import Claim, Outcome
from buem.service.operations.context import Context
from buem.service.operations.results_read import lost_item, only_item, summary_of
from buem.service.store import reading
from buem.service.tables import buildings

#: Quantities that are added up.
SUMS: Final = ("floor_area_m2", "heating_kwh", "cooling_kwh", "gain_solar_kwh", "gain_internal_kwh")
#: Groups that an analysis names; the others are added up beside them.
MOST_GROUPS: Final = 200
_LISTED: Final = 20


def run(context: Context, claim: Claim) -> Outcome:
    """Look at the results.

    Parameters
    ----------
    context : Context
        Where it runs.
    claim : Claim
        Of the unit.

    Returns
    -------
    Outcome
        Its item holds the analysis.
    """
    operation = claim.operation
    try:
        rows = _rows(summary_of(context, operation["job_id"]))
        if (operation.get("analysis") or "aggregate") == "compare":
            others = _rows(summary_of(context, operation["compare_with"]))
            found = compare(rows, others)
        else:
            found = aggregate(rows, _groups(context, rows, operation.get("group_by")))
    except ApiError as error:
        return Outcome(items=[lost_item(claim, error)])
    return Outcome(items=[only_item(claim, found)])


def _rows(table: pa.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.drop_columns(["notes"]).to_pylist()
    return rows


def _groups(context: Context, rows: list[dict[str, Any]], name: str | None) -> list[str]:
    """The group of each row: a column of the summary, or a property of the building."""
    if name is None:
        return ["all"] * len(rows)
    if any(row.get(name) is not None for row in rows):
        return [str(row[name]) for row in rows]
    with reading(context.store) as connection:
        fields = {row.id: row.fields for row in connection.execute(select(buildings.c.id, buildings.c.fields))}
    if not any(name in found for found in fields.values()):
        raise ApiError("invalid_batch", f"group_by: {name[:80]!r}; expected a column of the summary, or a property "
                                        "that a building has")
    return [str(fields.get(row["id"], {}).get(name)) for row in rows]


def aggregate(rows: list[dict[str, Any]], groups: list[str]) -> dict[str, Any]:
    """Sums, intensity and highest load of each group.

    Parameters
    ----------
    rows : list of dict
        Of the summary.
    groups : list of str
        Of each row.

    Returns
    -------
    dict
        `total`, and `groups` by name; where there are too many, `others` is the sum of those that are not named, and
        counts them as `groups`.
    """
    members: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row, group in zip(rows, groups):
        members[group].append(row)
    names = sorted(members)
    kept = {name: _summed(members[name]) for name in names[:MOST_GROUPS]}
    found = {"analysis": "aggregate", "total": _summed(rows), "groups": kept}
    rest = names[MOST_GROUPS:]
    # Beside the groups: among them it would take the place of one that has that name.
    return {**found, "others": {"groups": len(rest), **_summed([row for name in rest for row in members[name]])}} \
        if rest else found


def _summed(rows: list[dict[str, Any]]) -> dict[str, Any]:
    sums = {name: round(sum(row[name] or 0.0 for row in rows), 3) for name in SUMS}
    area = sums["floor_area_m2"]
    peak = max((row["heating_peak_kw"] or 0.0 for row in rows), default=0.0)
    return {"buildings": len(rows), **sums, "heating_peak_kw": round(peak, 3),
            "heating_kwh_m2": round(sums["heating_kwh"] / area, 3) if area else None,
            "cooling_kwh_m2": round(sums["cooling_kwh"] / area, 3) if area else None}


def compare(rows: list[dict[str, Any]], others: list[dict[str, Any]]) -> dict[str, Any]:
    """What changes from the results of one job to those of another, building by building.

    Parameters
    ----------
    rows, others : list of dict
        Of the two summaries.

    Returns
    -------
    dict
        Totals of the buildings that both have, the change, and the largest ones.
    """
    before, after = ({row["id"]: row for row in table} for table in (rows, others))
    shared = sorted(set(before) & set(after))
    changes = sorted(((after[name]["heating_kwh"] or 0.0) - (before[name]["heating_kwh"] or 0.0), name)
                     for name in shared)
    ranked = sorted(changes, key=lambda pair: -abs(pair[0]))[:_LISTED]
    first, second = _summed([before[name] for name in shared]), _summed([after[name] for name in shared])
    heat = first["heating_kwh"]
    change = second["heating_kwh"] - heat
    return {
        "analysis": "compare", "buildings": len(shared), "only_in_first": len(before) - len(shared),
        "only_in_second": len(after) - len(shared), "first": first, "second": second,
        "heating_change_kwh": round(change, 3),
        "heating_change_percent": round(100 * change / heat, 2) if heat else None,
        "largest": [{"id": name, "heating_change_kwh": round(value, 3)} for value, name in ranked],
    }

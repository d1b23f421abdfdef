"""validate: every problem of each building; nothing is simulated."""

from __future__ import annotations

from collections.abc import Sequence

from buem.building import Building
from buem.building_check import check_building
from buem.errors import BuildingError
from buem.footprint import Footprint
from buem.io.dialects import read_source
from buem.io.geojson import derived
from buem.network import check_network
from buem.service.ledger import Claim, Item, Outcome
from buem.service.operations.context import Brought, Context, brought, guesses, invalid, missing, plain
from buem.service.run_options import RequestOptions, request_options


def run(context: Context, claim: Claim) -> Outcome:
    """Look at the buildings of a unit.

    Parameters
    ----------
    context : Context
        Where it runs.
    claim : Claim
        Of the unit.

    Returns
    -------
    Outcome
        An item for each building: its dialect and its notes, or what is wrong with it.
    """
    options = request_options(claim.operation.get("options") or {}, context.service, kept=None)
    given = brought(context, claim)
    sources = [_read(one, options) for one in given]
    made = derived(sources, options.reading, neighbours=False)
    strict = claim.mode == "strict"
    return Outcome(items=[_item(one, source, building, options, strict=strict)
                          for one, source, building in zip(given, sources, made)])


def _read(one: Brought, options: RequestOptions) -> Building | Footprint | BuildingError:
    try:
        return read_source(one.raw or b"", one.index, options.reading)
    except BuildingError as error:
        return error


def _item(one: Brought, source: Building | Footprint | BuildingError, building: Building | BuildingError,
          options: RequestOptions, *, strict: bool) -> Item:
    if one.raw is None:
        return missing(one)
    if isinstance(building, BuildingError):
        return invalid(one, str(building).replace("\n", "; "))
    notes: Sequence[str] = building.notes
    if not building.not_heated:
        network = check_network(building) if options.model == "iso13790" else []
        problems = check_building(building) or network
        if problems:
            return invalid(one, "; ".join(f"$.features[{one.index}].{found}" for found in problems))
    guessed = guesses(source) if strict and not isinstance(source, BuildingError) else []
    if guessed:
        return invalid(one, f"strict validation: {'; '.join(guessed)}")
    return Item(index=one.index, resource_id=plain(one.id),
                outcome={"status": "valid", "dialect": building.dialect, "notes": list(notes)})

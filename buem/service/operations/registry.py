"""What runs a unit, by the type of its operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from buem.errors import InputError
from buem.service.errors import ApiError
from buem.service.ledger import Claim, Outcome
from buem.service.operations import analyze, backup, calculate, changing, export, generate, upkeep, validate, weather
from buem.service.operations.context import Context
from buem.service.planning import cut_stage

Runner = Callable[[Context, Claim], Outcome]


def plan(context: Context, claim: Claim) -> Outcome:
    """Cut the operation of a stage into units.

    Parameters
    ----------
    context : Context
        Where it runs.
    claim : Claim
        Of a unit of the type "plan".

    Returns
    -------
    Outcome
        With the cut, or with what is wrong with the input.
    """
    try:
        return Outcome(cut=cut_stage(context.store, context.service, claim.job_id, claim.stage, claim.operation))
    except ApiError as error:
        return Outcome(broken={"code": error.kind.code, "message": error.message})
    except InputError as error:
        return Outcome(broken={"code": "VALIDATION_ERROR", "message": str(error)})


#: What runs a unit of weather; units of all else are run by the type alone.
_OF_WEATHER: Final[Mapping[str, Runner]] = {
    "create": weather.run_create,
    "import": weather.run_create,
    "update": weather.run_update,
    "delete": weather.run_delete,
    "validate": weather.run_validate,
    "export": weather.run_export,
}


def runner_of(claim: Claim) -> Runner:
    """What runs a unit.

    Parameters
    ----------
    claim : Claim
        Of the unit.

    Returns
    -------
    callable
    """
    own = _OF_WEATHER if claim.operation.get("resource") == "weather" else {}
    return own.get(claim.type) or RUNNERS[claim.type]


RUNNERS: Final[Mapping[str, Runner]] = {
    "plan": plan,
    "calculate": calculate.run,
    "validate": validate.run,
    "create": changing.run_create,
    "import": changing.run_create,
    "update": changing.run_update,
    "delete": changing.run_delete,
    "export": export.run,
    "analyze": analyze.run,
    "generate": generate.run,
    "backup": backup.run_backup,
    "restore": backup.run_restore,
    "cleanup": upkeep.run_cleanup,
    "optimize": upkeep.run_optimize,
}

"""What a request may say about how its buildings are simulated."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from buem.batch.plan import RunOptions
from buem.errors import OptionError, problem
from buem.io.dialects import ReadOptions
from buem.service.options import ServiceOptions

#: Names a request may use; what is not here is no choice of a client.
NAMES: Final = ("model", "films", "steps_per_hour", "sky", "cooling", "wall_area", "weather", "any_distance", "hourly",
                "country", "region", "usage", "variant", "seed", "radius")
_SWITCHES: Final = {"on": True, "off": False, "true": True, "false": False, True: True, False: False}
_WHOLE: Final = ("steps_per_hour", "seed")


@dataclass(frozen=True, kw_only=True)
class RequestOptions(RunOptions):
    """The options of a run for features of strangers: no file they name is opened."""

    #: Whether cooling is computed where a feature does not say; off is the contract's default.
    cooling_default: bool = False
    #: A bundled station for all features; "" for the nearest of each.
    station: str = ""
    #: A weather that is kept, for all features.
    kept: str = ""

    @property
    def reading(self) -> ReadOptions:
        """How features are read."""
        return replace(super().reading, cooling_default=self.cooling_default, open_profiles=False)


def request_options(given: Mapping[str, Any], service: ServiceOptions, hourly: str = "load",
                    kept: Collection[str] | None = ()) -> RequestOptions:
    """The options of a run from those of a request.

    Parameters
    ----------
    given : mapping
        Values by name, as text or as JSON has them.
    service : ServiceOptions
        With the memory of a building.
    hourly : str
        Series where `given` names none.
    kept : collection of str, optional
        Names of weather that is kept; None lets any name pass, to be looked for when it is needed.

    Returns
    -------
    RequestOptions

    Raises
    ------
    OptionError
        For a name that is none of `NAMES`, or a value that it does not take.
    """
    wrong = [problem(name, value, f"one of the options {', '.join(NAMES)}", "UNKNOWN_OPTION")
             for name, value in given.items() if name not in NAMES]
    if wrong:
        raise OptionError(wrong)
    values: dict[str, Any] = {name: _value(name, value) for name, value in given.items()}
    station = values.pop("weather", "auto")
    values["station"], values["kept"] = _weather(station, kept)
    values.setdefault("hourly", hourly)
    base = RequestOptions(memory_per_building=service.memory_per_building, workers=1)
    made = base.with_changes(**values)
    if not isinstance(made, RequestOptions):
        raise OptionError([problem("options", given, "options of a request")])
    return made


def _value(name: str, value: Any) -> Any:
    if name in ("cooling", "any_distance"):
        found = _SWITCHES.get(value.lower() if isinstance(value, str) else value) if isinstance(
            value, (str, bool)) else None
        if found is None:
            raise OptionError([problem(name, value, "one of on, off")])
        return found
    if name in _WHOLE:
        return _number(name, value, int)
    if name == "radius":
        return _number(name, value, float)
    if not isinstance(value, str):
        raise OptionError([problem(name, value, "a text")])
    return value


def _number(name: str, value: Any, kind: type) -> Any:
    try:
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            raise ValueError
        found = kind(value)
        if not isinstance(value, str) and found != value:
            raise ValueError
    except (ValueError, OverflowError):
        raise OptionError([problem(name, value, "a number" if kind is float else "a whole number")]) from None
    return found


def _weather(name: str, kept: Collection[str] | None) -> tuple[str, str]:
    """The bundled station, or the weather that is kept, of a name; both empty for the nearest of each building."""
    from buem.io.stations import stations

    known = [station.id for station in stations()]
    if name == "auto":
        return "", ""
    if name in known:
        return name, ""
    if kept is None or name in kept:
        return "", name
    raise OptionError([problem("weather", name, f"auto, or one of {', '.join([*known, *sorted(kept)])}")])

"""When a failed operation is tried again."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from buem.errors import Problem, problem
from buem.service.whole import whole

STRATEGIES: Final = ("immediate", "linear", "exponential", "custom")
#: Longest wait between two tries, where a request names none. [s]
DEFAULT_CAP: Final = 300.0
_LONGEST: Final = 86_400.0
_NAMES: Final = ("attempts", "backoff", "delay", "delays", "cap", "jitter")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRule:
    """How often, and after what waits."""

    #: Tries in all.
    attempts: int = 1
    #: Of `STRATEGIES`.
    backoff: str = "exponential"
    #: Wait of linear, and first wait of exponential. [s]
    delay: float = 1.0
    #: Waits of custom, the last of them again and again. [s]
    delays: tuple[float, ...] = ()
    #: Longest wait. [s]
    cap: float = DEFAULT_CAP
    #: Largest share of a wait that is taken off by chance.
    jitter: float = 0.0

    def wait(self, tries: int, seed: str) -> float:
        """The wait after a try that failed.

        Parameters
        ----------
        tries : int
            Tries so far, from 1.
        seed : str
            The same seed gives the same jitter.

        Returns
        -------
        float
            [s]
        """
        if self.backoff == "immediate":
            plain = 0.0
        elif self.backoff == "linear":
            plain = self.delay
        elif self.backoff == "custom":
            plain = self.delays[min(tries, len(self.delays)) - 1]
        else:
            # The cap comes first: 2.0**1024 is no float.
            plain = self.delay * 2.0 ** min(tries - 1, 64)
        plain = min(plain, self.cap)
        return plain * (1.0 - self.jitter * random.Random(f"{seed}/{tries}").random())

    def to_json(self) -> dict[str, Any]:
        """The rule as it is stored."""
        return asdict(self)


def rule_from_json(stored: Mapping[str, Any]) -> RetryRule:
    """The rule of `RetryRule.to_json`."""
    return RetryRule(**{**stored, "delays": tuple(stored["delays"])})


def read_retry(given: object, path: str, problems: list[Problem]) -> RetryRule:
    """The rule that a request asks for; what is wrong with it goes to the problems.

    Parameters
    ----------
    given : object
        `{attempts, backoff, delay, delays, cap, jitter}`, each as it likes; `backoff` may be a list of seconds.
    path : str
        Where it stands.
    problems : list of Problem
        Extended.

    Returns
    -------
    RetryRule
    """
    if given is None:
        return RetryRule()
    if not isinstance(given, dict):
        problems.append(problem(path, given, f"an object with any of {', '.join(_NAMES)}", "INVALID_RETRY"))
        return RetryRule()
    found = [problem(f"{path}.{name}", given[name], f"one of {', '.join(_NAMES)}", "UNKNOWN_FIELD")
             for name in given if name not in _NAMES]
    values = dict(given)
    if isinstance(values.get("backoff"), list):
        if "delays" in values:
            found.append(problem(f"{path}.delays", values["delays"], "no delays beside a list as backoff",
                                 "INVALID_RETRY"))
        values |= {"backoff": "custom", "delays": values["backoff"]}
    attempts, backoff = whole(values.get("attempts", 1)), values.get("backoff", "exponential")
    if attempts is None or not 1 <= attempts <= 100:
        found.append(problem(f"{path}.attempts", values["attempts"], "a whole number from 1 to 100", "INVALID_RETRY"))
    if backoff not in STRATEGIES:
        found.append(problem(f"{path}.backoff", backoff, f"one of {', '.join(STRATEGIES)}, or a list of seconds",
                             "INVALID_RETRY"))
    delays = values.get("delays", [])
    if not (isinstance(delays, list) and all(map(_is_wait, delays)) and (delays or backoff != "custom")):
        found.append(problem(f"{path}.delays", delays, "a list of seconds, each 0 to 86400", "INVALID_RETRY"))
    for name, high in (("delay", _LONGEST), ("cap", _LONGEST), ("jitter", 1.0)):
        if name in values and not (_is_wait(values[name]) and values[name] <= high):
            found.append(problem(f"{path}.{name}", values[name], f"a number from 0 to {high:g}", "INVALID_RETRY"))
    problems += found
    if found or attempts is None:
        return RetryRule()
    numbers = {name: float(values[name]) for name in ("delay", "cap", "jitter") if name in values}
    return RetryRule(attempts=attempts, backoff=backoff, delays=tuple(map(float, delays)), **numbers)


def _is_wait(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0.0 <= value <= _LONGEST

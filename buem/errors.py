"""The errors of buem.

::

    BuemError
    ├── InputError                 what the caller gave is wrong; carries its problems
    │   ├── ContainerError         the file as a whole cannot be read
    │   ├── BuildingError          one building cannot be simulated as it is described
    │   ├── WeatherError           a weather file or record is unusable
    │   └── OptionError            an option or an argument has no such value
    ├── MemoryBudgetError          a building needs more memory than its budget
    ├── MissingExtraError          a package that is not installed is needed
    ├── ClusterError               the machines of a cluster cannot be used
    └── OutputError                results cannot be written or read back
        └── OccupiedError          the folder holds results already

    BuemWarning
    └── WeatherWarning             the weather is usable, but look at it

Every `InputError` holds `Problem` records: where, what was found, what was wanted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with an input."""

    #: Where: a JSON path from the file's root (`$.features[3]...`) or an attribute path.
    path: str
    #: What was found there, shortened for print; empty when nothing was there.
    value: str
    #: What was wanted, with the unit in words.
    expected: str
    #: Machine-readable kind of the problem.
    code: str = "INVALID_VALUE"

    def __str__(self) -> str:
        found = self.value if self.value else "missing"
        return f"{self.path}: {found}; expected {self.expected}"


class BuemError(Exception):
    """Base of all errors raised on purpose by buem."""


class InputError(BuemError, ValueError):
    """Wrong input, with every problem that was found.

    Parameters
    ----------
    problems : iterable of Problem
        At least one.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(p) for p in self.problems))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


class ContainerError(InputError):
    """The file as a whole cannot be read."""


class BuildingError(InputError):
    """One building cannot be simulated as it is described."""


class WeatherError(InputError):
    """A weather file or record is unusable."""


class OptionError(InputError):
    """An option or an argument has no such value."""


class MemoryBudgetError(BuemError):
    """A building needs more memory than its budget allows."""


class MissingExtraError(BuemError):
    """A format or a picture needs a package that is not installed."""


class ClusterError(BuemError):
    """The machines of a cluster cannot be used, or are lost."""


class OutputError(BuemError):
    """Results cannot be written, or read back."""


class OccupiedError(OutputError):
    """The folder for new results holds results already."""


class BuemWarning(UserWarning):
    """Base of all warnings of buem."""


class WeatherWarning(BuemWarning):
    """The weather is usable, but deserves a look."""


def shorten(value: object, limit: int = 80) -> str:
    """Text of a value, cut to a length that fits an error line.

    Parameters
    ----------
    value : object
        Anything.
    limit : int
        Longest text. [characters]

    Returns
    -------
    str
        `repr` of the value, with an ellipsis where it was cut.
    """
    if isinstance(value, (str, bytes)) and len(value) > limit:
        value = value[:limit]
    # An array is written over several lines; a problem stands on one.
    text = repr(value).replace("\n", "")
    return text if len(text) <= limit else text[: limit - 3] + "..."


def problem(path: str, value: object, expected: str, code: str = "INVALID_VALUE") -> Problem:
    """A `Problem` from the value itself.

    Parameters
    ----------
    path : str
        Where it stands.
    value : object
        What was found there; None for a missing value.
    expected : str
        What was wanted.
    code : str
        Kind of the problem.

    Returns
    -------
    Problem
    """
    found = "" if value is None else shorten(value)
    return Problem(path=path, value=found, expected=expected, code=code)

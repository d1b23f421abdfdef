"""Which ids have been before, in eight bytes an id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

#: Runs of so many hashes or more stay as they are: what a merge takes meanwhile does not grow with the file.
_LONG: Final = 1 << 19


class SeenIds:
    """Hashes of all ids so far, in sorted runs; those that are not long are each longer than the next.

    A set of Python's takes 100 MB for a million, these take 8 MB. Two ids share a hash once in 1e7 such files.
    """

    def __init__(self) -> None:
        self._runs: list[NDArray[np.int64]] = []

    def add(self, hashes: Sequence[int]) -> list[int]:
        """Note the next ids.

        Parameters
        ----------
        hashes : sequence of int
            Python's hashes of some ids, in their order.

        Returns
        -------
        list of int
            Places of those that have been before, among these or earlier ones.
        """
        marks = np.array(hashes, dtype=np.int64)
        one_each, first = np.unique(marks, return_index=True)
        known = np.zeros(one_each.size, dtype=bool)
        for run in self._runs:
            place = np.searchsorted(run, one_each)
            known |= run[np.minimum(place, run.size - 1)] == one_each
        again = np.ones(marks.size, dtype=bool)
        again[first[~known]] = False
        self._keep(one_each[~known])
        return [int(place) for place in np.flatnonzero(again)]

    def _keep(self, run: NDArray[np.int64]) -> None:
        # Each hash is merged as often as the runs double, some ten times.
        while self._runs and run.size and self._runs[-1].size <= min(run.size, _LONG - 1):
            run = np.concatenate([self._runs.pop(), run])
            run.sort(kind="stable")
        if run.size:
            self._runs.append(run)

    def __len__(self) -> int:
        """Number of different ids."""
        return sum(run.size for run in self._runs)

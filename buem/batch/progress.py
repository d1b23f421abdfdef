"""A progress bar on standard error: buildings done, rate, failures, time left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

#: Takes the bytes of the input, the buildings and the failures done so far.
Advance: TypeAlias = Callable[[int, int, int], None]


@contextmanager
def progress_bar(total: int | None) -> Iterator[Advance]:
    """A bar for as long as the block runs.

    Parameters
    ----------
    total : int or None
        Size of the input, None where it is not known, as of a compressed file. [B]

    Yields
    ------
    callable
        To be told what is done.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        BarColumn(),
        TextColumn("{task.fields[done]:,} buildings"),
        TextColumn("{task.fields[rate]:,.0f}/s"),
        TextColumn("{task.fields[failed]:,} failed"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total, done=0, rate=0.0, failed=0)

        def advance(size: int, done: int, failed: int) -> None:
            elapsed = bar.tasks[0].elapsed or 0.0
            rate = done / elapsed if elapsed > 0 else 0.0
            bar.update(task, completed=size, done=done, failed=failed, rate=rate)

        yield advance


@contextmanager
def no_progress() -> Iterator[Advance]:
    """The same without a bar.

    Yields
    ------
    callable
        Takes the numbers and shows nothing.
    """
    yield lambda size, done, failed: None

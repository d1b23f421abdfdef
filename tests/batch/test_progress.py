"""The progress bar."""

from __future__ import annotations

import pytest

from buem.batch.progress import no_progress, progress_bar


@pytest.mark.parametrize("total", [1000, None])
def test_the_bar_takes_numbers_and_stays_off_standard_output(total, capsys):
    with progress_bar(total) as advance:
        advance(500, 20, 1)
        advance(1000, 40, 2)
    assert capsys.readouterr().out == ""


def test_no_bar_shows_nothing(capsys):
    with no_progress() as advance:
        advance(500, 20, 1)
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "")


def test_an_error_within_comes_through():
    def run():
        with progress_bar(10) as advance:
            advance(1, 1, 0)
            raise LookupError("within")

    with pytest.raises(LookupError, match="within"):
        run()

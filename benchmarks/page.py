"""The page of the service: time until a town is drawn in Chromium, and the picture of it in the README.

`python -m benchmarks.page [--smallest] [--repeats N]` starts `buem serve` over a finished job of 11,000 outlines of our
own making (its figures are made up, for nothing is simulated here), opens the page a few times in a new browser without
a window, and prints the time from the start of the page to the whole map. `python -m benchmarks.page --screenshot FILE`
runs Helsinki through the service instead and takes the picture.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

from benchmarks._browser import browser, missing
from benchmarks._rows import say
from benchmarks._town import TOWN, made_up_job, town
from buem.service.options import ServiceOptions
from buem.service.store import migrate, open_store

if TYPE_CHECKING:
    from playwright.sync_api import Page

HELSINKI = Path(__file__).parents[1] / "data" / "examples" / "helsinki.geojson.gz"
#: Longest time from the start of the page to the whole map. [s]
BAR = 2.0
#: Longest wait for anything. [ms]
_WAIT = 120_000


def main() -> int:
    """Measure, or take the picture."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page", description=__doc__.splitlines()[0])
    parser.add_argument("--smallest", action="store_true")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--screenshot", type=Path, metavar="FILE")
    given = parser.parse_args()
    lacking = missing()
    if lacking:
        print(f"not drawn: {lacking}")
    with tempfile.TemporaryDirectory(prefix="buem-page-") as folder:
        if given.screenshot:
            picture(Path(folder), given.screenshot)
        else:
            repeats = 0 if lacking else 1 if given.smallest else given.repeats
            measure(Path(folder), 500 if given.smallest else TOWN, repeats)
    return 0


def measure(folder: Path, count: int, repeats: int) -> None:
    """Print how long the map of a town takes."""
    job_id = prepare(folder, count)
    times, answers = [], []
    with serving(folder) as url:
        for _ in range(repeats):
            with browser() as opened:
                page = opened.new_page(viewport={"width": 1440, "height": 900})
                drawn(page, f"{url}#/jobs/{job_id}")
                times.append(mark(page, "map-drawn") / 1000)
        for _ in range(3):
            started = time.perf_counter()
            with urlopen(f"{url}api/v1/batch/jobs/{job_id}/map") as answer:
                size = len(answer.read())
            answers.append(time.perf_counter() - started)
    print(f"{count:,} buildings: {size / 1e6:.2f} MB of data in {min(answers):.2f} s")
    say("page", "map of a town", "data", min(answers), "s", size=count)
    if times:
        print(f"drawn in {statistics.median(times):.2f} s in the median of {repeats} "
              f"({min(times):.2f} to {max(times):.2f})")
        say("page", "map of a town", "start of the page to the whole map", statistics.median(times), "s", size=count,
            at_most=BAR if count == TOWN else None)


def prepare(folder: Path, count: int) -> str:
    """A store with a finished job over a town; the id of the job."""
    options = ServiceOptions(folder=folder)
    store = open_store(options.database_url)
    migrate(store)
    job_id = made_up_job(store, options, town(count))
    store.dispose()
    return job_id


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """`buem serve` on a free port; its address."""
    command = [sys.executable, "-m", "buem", "serve", "--port", "0", "--folder", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[3]
        finally:
            process.terminate()
            process.wait(60)


def drawn(page: Page, address: str) -> None:
    """Open the page and wait until its map is whole."""
    page.goto(address)
    page.wait_for_selector("html[data-drawn]", state="attached", timeout=_WAIT)


def mark(page: Page, name: str) -> float:
    """When the page last set a mark. [ms since its start]"""
    found: float = page.evaluate("name => performance.getEntriesByName(name).at(-1).startTime", name)
    return found


def picture(folder: Path, path: Path) -> None:
    """Run Helsinki and take the picture of one of its buildings."""
    with serving(folder) as url, browser() as opened:
        job_id = post(f"{url}api/geojson?description=Helsinki&country=FI", HELSINKI.read_bytes())["job_id"]
        page = opened.new_page(viewport={"width": 1440, "height": 900}, device_scale_factor=1)
        page.goto(f"{url}#/jobs/{job_id}")
        page.wait_for_selector(".state.completed", timeout=_WAIT)
        page.wait_for_selector("html[data-drawn]", state="attached", timeout=_WAIT)
        page.click("#rows tr:nth-child(13) button")
        page.wait_for_selector("#curve:not([hidden])", timeout=_WAIT)
        page.mouse.move(0, 0)
        page.wait_for_timeout(1500)
        page.screenshot(path=path)
    print(path)


def post(url: str, body: bytes) -> dict[str, Any]:
    """What a file becomes: the view of its job."""
    headers = {"Prefer": "respond-async", "Content-Encoding": "gzip", "Content-Type": "application/geo+json"}
    with urlopen(Request(url, data=body, headers=headers)) as answer:
        found: dict[str, Any] = json.load(answer)["data"]
    return found


if __name__ == "__main__":
    sys.exit(main())

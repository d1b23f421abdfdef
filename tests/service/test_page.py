"""The page in a real browser, against a real server: by mouse, by keyboard, and what it may not do."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from conftest import Server, start_server

from benchmarks import _browser
from benchmarks._town import TOWN, made_up_job, town
from buem.service.options import ServiceOptions
from buem.service.routes.pages import STATIC
from buem.service.store import migrate, open_store

pytestmark = pytest.mark.slow

AXE = STATIC.parent / "page" / "node_modules" / "axe-core" / "axe.min.js"
#: Longest wait for anything, on a machine that has much else to do. [ms]
WAIT = 60_000
NARROW = {"width": 390, "height": 844}
#: What Chromium says by itself: that its software renderer is slow, and what a test has brought about on purpose.
OF_CHROMIUM = ("GPU stall", "ERR_INTERNET_DISCONNECTED", "status of 404", "status of 401")
#: One building, so large that it stands in the middle of the map.
HALL = {"type": "Feature", "id": "hall", "properties": {"levels": 3, "year": 1975, "use": "office"}, "geometry": {
    "type": "Polygon", "coordinates": [[[3.0, 46.0], [3.001, 46.0], [3.001, 46.0007], [3.0, 46.0007], [3.0, 46.0]]]}}


def small_city() -> dict[str, Any]:
    """Thirty outlines of which two cannot be simulated, and a house of which only a point is known."""
    features = town(30)
    features[4]["properties"]["height_m"] = -3.0
    features[9]["geometry"]["coordinates"] = [[[3.4, 46.1], [3.4, 46.1], [3.4, 46.1], [3.4, 46.1]]]
    wall = {"id": "w", "type": "wall", "area": 120.0, "azimuth": 180, "tilt": 90, "U": 1.1}
    point = {"type": "Point", "coordinates": [3.4262, 46.1285]}
    features.append({"type": "Feature", "id": "a point", "geometry": point, "properties": {
        "buem": {"building": {"A_ref": 100.0, "envelope": {"elements": [wall]}}}}})
    return {"type": "FeatureCollection", "features": features}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One browser for the module."""
    lacking = _browser.missing()
    if lacking:
        pytest.skip(lacking)
    with _browser.browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that is handed in."""
    path = tmp_path_factory.mktemp("city") / "small town.geojson"
    path.write_text(json.dumps(small_city()))
    return path


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, city: Path) -> Iterator[tuple[Server, dict[str, str]]]:
    """A server with a large town and a hall whose figures are made up, and a small city that was simulated."""
    folder = tmp_path_factory.mktemp("service")
    options = ServiceOptions(folder=folder)
    store = open_store(options.database_url)
    migrate(store)
    jobs = {"town": made_up_job(store, options, town(TOWN)), "hall": made_up_job(store, options, [HALL])}
    store.dispose()
    server = start_server(folder)
    given = server.client.post("/api/geojson?description=city&country=FR", content=city.read_bytes(),
                               headers={"Prefer": "respond-async, wait=100"}).json()["data"]
    yield server, {**jobs, "city": given["job_id"]}
    server.stop()


@pytest.fixture
def visit(chromium: Any, served: tuple[Server, dict[str, str]]) -> Iterator[Callable[..., Any]]:
    """Opens pages; at the end none of them may have broken a rule, failed, or asked anybody else."""
    server, jobs = served
    contexts, wrong = [], []

    def open_page(place: str = "", *, drawn: bool = True, url: str = "", **options: Any) -> Any:
        context = chromium.new_context(**{"viewport": {"width": 1360, "height": 860}, "reduced_motion": "reduce",
                                          "accept_downloads": True, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(WAIT)
        base = url or server.url
        page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith((base, "blob:")) else wrong.append(asked.url))
        page.goto(f"{base}/{place.format(**jobs)}")
        if drawn:
            page.wait_for_selector("html[data-drawn]", state="attached")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [said for said in wrong if not any(known in said for known in OF_CHROMIUM)] == []


def text(page: Any, selector: str) -> str:
    return str(page.locator(selector).inner_text())


def colours(page: Any, selector: str) -> dict[tuple[int, int, int], int]:
    """How often each colour stands in a part of the page."""
    from PIL import Image

    with Image.open(io.BytesIO(page.locator(selector).screenshot())) as picture:
        found = picture.convert("RGB").getcolors(maxcolors=2**24) or []
    return {colour: count for count, colour in found}


def violations(page: Any) -> list[str]:
    """What axe finds on the page as it is."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed (npm ci in buem/service/page)")
    page.evaluate(AXE.read_text())
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{one['id']}: {one['help']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


def test_a_town_is_drawn(visit):
    page = visit("#/jobs/{town}")
    assert text(page, "#found") == "11,000 buildings"
    counts = [int(cell.replace(",", "")) for cell in page.locator("#legend td").all_inner_texts()]
    assert sum(counts) == TOWN
    assert counts[-1] == TOWN // 500
    assert len(counts) == 8
    # Buildings cover a good part of the view, in many colours: seven classes, each with its sides.
    seen = colours(page, "#map")
    ground = max(seen, key=lambda colour: seen[colour])
    assert 0.03 < 1 - seen[ground] / sum(seen.values()) < 0.9
    assert sum(count > 100 for count in seen.values()) >= 14


def test_a_click_on_the_map_shows_the_building(visit):
    page = visit("#/jobs/{hall}")
    page.locator("#view").click()
    page.wait_for_url(re.compile(r"/0$"))
    page.locator("#building-title", has_text="hall").wait_for()
    assert page.locator("#rows tr.chosen button").inner_text() == "hall"
    page.click("#building-close")
    assert not page.locator("#building").is_visible()


def test_pointing_at_a_building_tells_its_figure(visit):
    page = visit("#/jobs/{hall}")
    box = page.locator("#view").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2 - 20, box["y"] + box["height"] / 2)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector("#tip:not([hidden])")
    assert re.fullmatch(r"hall\s*111 kWh/m²", text(page, "#tip"))


def test_hours_and_notes_of_a_building(visit):
    page = visit("#/jobs/{city}")
    page.click("#rows tr:nth-child(2) button")
    page.wait_for_selector("#curve:not([hidden])")
    assert re.search(r"^8,760 hours .*: heating .*(kWh|MWh), highest .* kW on ", text(page, "#curve-text"))
    assert page.locator("#months tbody tr").count() == 12
    assert any("archetype" in note for note in page.locator("#notes li").all_inner_texts())
    assert "kWh/m²" in text(page, "#facts")
    seen = colours(page, "#plot canvas")
    assert any(red > 150 and blue < 60 for red, _, blue in seen), "the curve of heating is drawn"


def test_the_curve_goes_into_a_week_and_on(visit):
    page = visit("#/jobs/{city}/1")
    page.wait_for_selector("#curve:not([hidden])")
    year = page.locator("#plot").screenshot()
    page.get_by_role("button", name="Week").click()
    assert page.get_by_role("button", name="Week").get_attribute("aria-pressed") == "true"
    week = page.locator("#plot").screenshot()
    page.get_by_role("button", name="Later").click()
    later = page.locator("#plot").screenshot()
    assert len({year, week, later}) == 3
    page.get_by_role("button", name="Year").click()
    assert page.locator("#plot").screenshot() == year


def test_a_stretch_is_drawn_with_the_mouse(visit):
    page = visit("#/jobs/{city}/1")
    page.wait_for_selector("#curve:not([hidden])")
    box = page.locator("#plot .u-over").bounding_box()
    page.locator("#plot").scroll_into_view_if_needed()
    box = page.locator("#plot .u-over").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 40, steps=4)
    page.mouse.up()
    assert page.locator("#spans [aria-pressed=true]").count() == 0


def test_what_failed_and_why(visit):
    page = visit("#/jobs/{city}")
    page.wait_for_selector("#failed li", state="attached")
    page.get_by_role("tab", name="Failed (2)").click()
    first, second = page.locator("#failed li").all_inner_texts()
    assert "v00004" in first
    assert "height" in first
    assert "v00009" in second
    page.locator("#failed button").first.click()
    page.wait_for_selector("#building-state.bad")
    assert "height" in text(page, "#building-state")


def test_a_file_is_run_to_its_result(visit, city):
    page = visit()
    page.set_input_files("#file", city)
    assert "small town.geojson" in text(page, "#file-name")
    page.fill("#country", "fr")
    page.click("#run-button")
    page.wait_for_function("title => document.querySelector('#job-title').textContent === title",
                           arg="small town.geojson")
    page.wait_for_selector("#downloads:not([hidden])")
    page.wait_for_selector("#table:not([hidden])")
    assert text(page, "#found") == "31 buildings"
    assert text(page, "#jobs a[aria-current] .state") == "completed"
    assert text(page, "#figures dd >> nth=0") == "29"
    assert not page.locator("#progress").is_visible()


@pytest.mark.parametrize(("title", "check"), [
    ("CSV", lambda data: data.startswith((b'"id"', b"id,"))),
    ("Parquet", lambda data: pq.read_table(io.BytesIO(data)).num_rows == 31),
    ("GeoJSON", lambda data: len(json.loads(data)["features"]) >= 29),
])
def test_downloads(visit, title, check):
    page = visit("#/jobs/{city}")
    with page.expect_download() as waiting:
        page.get_by_role("link", name=f"Download {title}").click()
    assert waiting.value.suggested_filename.endswith(f".{title.lower()}")
    assert check(Path(waiting.value.path()).read_bytes())


def test_the_table_is_searched_and_sorted(visit):
    page = visit("#/jobs/{town}")
    page.fill("#search", "v0012")
    assert text(page, "#found") == "10 of 11,000 buildings"
    page.fill("#search", "nowhere")
    assert text(page, "#found") == "None of 11,000 buildings matches “nowhere”."
    assert not page.locator("#table").is_visible()
    page.fill("#search", "")
    page.get_by_role("button", name="Heating kWh/m²").click()
    assert page.locator("th[aria-sort=descending]").inner_text().startswith("Heating kWh/m²")
    demands = [float(cell) for cell in page.locator("#rows td:nth-child(2)").all_inner_texts()]
    assert demands == sorted(demands, reverse=True)
    assert text(page, "#page-of") == "1 of 275"
    page.get_by_role("button", name="After").click()
    assert float(page.locator("#rows td:nth-child(2)").first.inner_text()) <= demands[-1]


def test_the_table_has_the_figures_that_the_map_is_coloured_by(visit):
    page = visit("#/jobs/{hall}")
    page.select_option("#measure", "cooling_peak_kw")
    assert page.locator("#heads th").all_inner_texts() == ["Building", "Cooling kWh/m²", "Cooling kW"]
    assert page.locator("#rows td").all_inner_texts()[1] == "4.00"


def test_the_keyboard_is_enough(visit):
    page = visit("#/jobs/{city}")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "list"
    for _ in range(2):
        page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.id") == "search"
    page.keyboard.type("v00002")
    for _ in range(4):
        page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.textContent") == "v00002"
    page.keyboard.press("Enter")
    page.wait_for_selector("#curve:not([hidden])")
    assert page.evaluate("() => document.activeElement.id") == "building-title"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.textContent") == "v00002"
    page.locator("#tab-all").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#panel-failed").is_visible()
    page.locator("#map canvas").focus()
    before = page.locator("#map").screenshot()
    page.keyboard.press("+")
    page.wait_for_timeout(600)
    assert page.locator("#map").screenshot() != before


def test_measures_schemes_and_views_change_the_map(visit):
    page = visit("#/jobs/{hall}")
    pictures = [page.locator("#map").screenshot()]
    for step in (lambda: page.select_option("#measure", "heating_peak_kw"), lambda: page.click("#scheme"),
                 lambda: page.click("#flat"), lambda: page.click("#zoom-out")):
        step()
        page.wait_for_timeout(700)
        pictures.append(page.locator("#map").screenshot())
    assert text(page, "#legend h3") == "Heating peak, kW"
    assert page.evaluate("() => document.documentElement.dataset.scheme") == "dark"
    assert page.locator("#flat").get_attribute("aria-pressed") == "false"
    assert len(set(pictures[1:])) == 4


def test_an_answer_that_does_not_come_is_said(visit):
    page = visit("#/jobs/{hall}")
    page.context.set_offline(True)
    page.locator("#jobs a:not([aria-current])").first.click()
    page.wait_for_selector("#map-state b")
    assert "The service does not answer. Is it still running?" in text(page, "#map-state")


def test_a_job_that_is_not_there_is_said(visit):
    page = visit("#/jobs/job_0000000000000000", drawn=False)
    page.wait_for_selector("#map-state b")
    assert "Resource not found" in text(page, "#map-state")


@contextmanager
def own_server(folder: Path, *words: str) -> Iterator[Server]:
    """A server of one test."""
    server = start_server(folder, *words)
    try:
        yield server
    finally:
        server.stop()


# The page closes before its server goes, also where a test is skipped half-way: it would say that it cannot be reached.
def test_without_jobs(visit, tmp_path):
    with own_server(tmp_path, "--workers", "0") as server, closing(visit(url=server.url, drawn=False)) as page:
        page.wait_for_function("() => document.querySelector('#jobs-state').textContent.startsWith('No jobs yet')")
        assert "Run a GeoJSON file of a city" in text(page, "#map-state")
        assert page.locator("#run-button").is_disabled()
        assert violations(page) == []


def test_a_service_with_keys_asks_for_one(visit, tmp_path):
    command = [sys.executable, "-m", "buem", "keys", "create", "--folder", str(tmp_path)]
    key = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1]
    with own_server(tmp_path, "--workers", "0", "--keys", "on") as server, \
            closing(visit("#/jobs/job_0000000000000000", url=server.url, drawn=False)) as page:
        page.wait_for_selector("#key-dialog[open]")
        assert violations(page) == []
        page.fill("#key", "wrong")
        page.keyboard.press("Enter")
        page.wait_for_selector("#key-why.bad")
        page.fill("#key", key)
        page.keyboard.press("Enter")
        page.wait_for_function("() => document.querySelector('#jobs-state').textContent.startsWith('No jobs yet')")
        page.reload()
        page.wait_for_function("() => document.querySelector('#jobs-state').textContent.startsWith('No jobs yet')")
        assert not page.locator("#key-dialog").is_visible()


@pytest.mark.parametrize("options", [
    pytest.param({}, id="light"), pytest.param({"color_scheme": "dark"}, id="dark"),
    pytest.param({"viewport": NARROW}, id="narrow"),
    pytest.param({"viewport": {"width": 1000, "height": 800}}, id="middle"),
])
def test_axe_finds_nothing(visit, options):
    page = visit("#/jobs/{city}/1", **options)
    page.wait_for_selector("#curve:not([hidden])")
    assert violations(page) == []
    page.get_by_role("tab", name="Failed (2)").click()
    assert violations(page) == []


@pytest.mark.parametrize("width", [320, 390, 800, 1000, 1440])
def test_nothing_sticks_out(visit, width):
    page = visit("#/jobs/{city}/1", viewport={"width": width, "height": 800})
    page.wait_for_selector("#curve:not([hidden])")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    boxes = [page.locator(name).bounding_box() for name in ("#job", "#stage", "#building", ".list")]
    for above, below in pairwise(boxes):
        beside = below["x"] >= above["x"] + above["width"] - 1
        assert beside or below["y"] >= above["y"] + above["height"] - 1, "parts of the page lie on one another"

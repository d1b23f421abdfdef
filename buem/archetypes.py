"""Archetypes: which row of TABULA stands for a building of a country, type and year, and how near it is."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

from buem.archetype import TYPES, VARIANTS, Archetype, Variant
from buem.archetype_table import Row, archetype_of, read_rows
from buem.countries import GENERIC, canonical_country, stand_in
from buem.errors import ContainerError, OptionError, problem
from buem.reference_building import building_of_row as building_of_row
from buem.size_class import envelope_type as envelope_type
from buem.size_class import infer_type as infer_type

#: Year of a building whose year is not known: about half of Europe's dwellings are older (BPIE 2011).
DEFAULT_YEAR: Final = 1970
#: Region of a country that has several and none of the whole: the one with its capital.
_REGIONS: Final = {"GR": "ZoneB"}
#: Type -> all types, from the most to the least alike.
_ALIKE: Final = {
    "SFH": ("SFH", "TH", "MFH", "AB"), "TH": ("TH", "SFH", "MFH", "AB"),
    "MFH": ("MFH", "AB", "TH", "SFH"), "AB": ("AB", "MFH", "TH", "SFH"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """How much of a stock is in which state of refurbishment; together 1."""

    existing: float
    usual: float = 0.0
    advanced: float = 0.0

    def __post_init__(self) -> None:
        values = (self.existing, self.usual, self.advanced)
        wrong = [problem(f"shares.{name}", value, "0 to 1") for name, value in zip(VARIANTS, values)
                 if not 0.0 <= value <= 1.0]
        if not wrong and abs(sum(values) - 1.0) > 1e-6:
            wrong.append(problem("shares", sum(values), "shares of existing, usual and advanced that make 1 together"))
        if wrong:
            raise OptionError(wrong)

    def choose(self, key: str) -> Variant:
        """The state that falls to a building.

        Parameters
        ----------
        key : str
            The building's id and a seed; the same key always gives the same state.

        Returns
        -------
        str
            One of `VARIANTS`.
        """
        digest = hashlib.blake2b(key.encode(), digest_size=8, person=b"variant").digest()
        draw = int.from_bytes(digest, "big") / 2.0**64
        if draw < self.existing:
            return "existing"
        return "usual" if draw < self.existing + self.usual else "advanced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is known of a building for which an archetype is sought."""

    country: str
    region: str = ""
    type: str = "SFH"
    year: int | None = None
    year_code: str = ""
    variant: Variant = "existing"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Archetypes:
    """A table of archetypes that is looked up by country, type and year."""

    rows: tuple[Row, ...]
    #: Name of the table, for the notes.
    source: str
    _by_country: dict[str, tuple[Row, ...]] = field(repr=False)

    @property
    def countries(self) -> tuple[str, ...]:
        """Countries of the table, in alphabetical order."""
        return tuple(sorted(self._by_country))

    def __len__(self) -> int:
        return len(self.rows)

    def all(self) -> tuple[Archetype, ...]:
        """Every row as a record, in the table's order."""
        return tuple(_record(row) for row in self.rows)

    def row(self, archetype_id: str) -> Archetype:
        """The archetype of an id.

        Parameters
        ----------
        archetype_id : str
            Such as `DE.N.SFH.04.Gen.ReEx.001.001`.

        Returns
        -------
        Archetype

        Raises
        ------
        OptionError
            When there is no such row.
        """
        for row in self.rows:
            if row.id == archetype_id:
                return _record(row)
        raise OptionError([problem("archetype", archetype_id, f"a row of {self.source}", "UNKNOWN_ARCHETYPE")])

    def find(self, country: str, *, region: str = "", type: str = "SFH", year: int | None = None,  # noqa: A002
             year_code: str = "", variant: Variant | Shares = "existing", seed_key: str = ""
             ) -> tuple[Archetype, tuple[str, ...]]:
        """The archetype nearest to what is known of a building.

        The same type whose period holds the year, in the region asked for, then in the whole country; then the most
        alike type whose period does; then the period nearest in time. Of several rows the general form of a real
        building goes before special forms and synthetic averages. A country without archetypes takes those of
        another, see `countries.STAND_INS`.

        Parameters
        ----------
        country : str
            ISO 3166, two letters.
        region : str
            Of the table, such as "East" in DE; "" for the whole country.
        type : str
            One of `archetype.TYPES`.
        year : int or None
            Of construction; None for 1970.
        year_code : str
            Code of the construction period, such as "04"; goes before the year.
        variant : str or Shares
            State of refurbishment, or the shares of each, from which `seed_key` chooses.
        seed_key : str
            For `Shares`: the building's id and a seed.

        Returns
        -------
        archetype : Archetype
        notes : tuple of str
            The row first, then one sentence for everything that was not as asked.

        Raises
        ------
        OptionError
            For an unknown type or variant.
        """
        chosen = variant.choose(seed_key) if isinstance(variant, Shares) else variant
        valid = (("type", type, TYPES), ("variant", chosen, VARIANTS))
        wrong = [problem(name, value, f"one of {', '.join(choices)}") for name, value, choices in valid
                 if value not in choices]
        if wrong:
            raise OptionError(wrong)
        return _find(self, Wanted(country=country, region=region, type=type, year=year, year_code=year_code,
                                  variant=chosen))


def archetypes(table: Path | str | None = None) -> Archetypes:
    """A table of archetypes, read once.

    Parameters
    ----------
    table : path-like or None
        A CSV file with the columns of the bundled one; None for TABULA as it is bundled.

    Returns
    -------
    Archetypes

    Raises
    ------
    ContainerError, InputError
        For a file that is no such table; every wrong cell with its row and column.
    """
    if table is None:
        return _bundled()
    path = Path(table)
    return _table(read_rows(path), path.name)


def check_table(table: Path | str | None) -> None:
    """Refuse a table that cannot be used, before anything is made with it.

    Parameters
    ----------
    table : path-like or None
        As for `archetypes`; the bundled one is sound.

    Raises
    ------
    ContainerError, InputError
        As for `archetypes`.
    """
    if table is not None:
        archetypes(table)


@lru_cache(maxsize=1)
def _bundled() -> Archetypes:
    return _table(read_rows(data_directory() / "tabula_archetypes.csv", checked=False), "TABULA")


def data_directory() -> Path:
    """Folder of the bundled table: inside the installed package, or beside it in a checkout.

    Returns
    -------
    Path
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "data" / "archetypes", package.parent / "data" / "archetypes"):
        if (folder / "tabula_archetypes.csv").is_file():
            return folder
    raise ContainerError([problem("data/archetypes/tabula_archetypes.csv", None,
                                  "the bundled archetypes beside the package", "MISSING")])


def _table(rows: Sequence[Row], source: str) -> Archetypes:
    by_country: dict[str, list[Row]] = {}
    for row in rows:
        by_country.setdefault(row.country, []).append(row)
    return Archetypes(rows=tuple(rows), source=source, _by_country={c: tuple(r) for c, r in by_country.items()})


@lru_cache(maxsize=4096)
def _record(row: Row) -> Archetype:
    return archetype_of(row)


@lru_cache(maxsize=65536)
def _find(table: Archetypes, wanted: Wanted) -> tuple[Archetype, tuple[str, ...]]:
    notes: list[str] = []
    regional = _of_region(_of_country(table, wanted, notes), wanted, notes)
    row = _of_variant(_of_period(regional, wanted, notes), wanted, notes)
    first = f"archetype {row.id} of {table.source}: {row.type}, {_period(row)}, {row.variant} state"
    return _record(row), (first, *notes)


def _of_country(table: Archetypes, wanted: Wanted, notes: list[str]) -> tuple[Row, ...]:
    """Rows of the country, or of the one that stands in for it."""
    code = canonical_country(wanted.country)
    if code in table._by_country:
        return table._by_country[code]
    other, why = stand_in(code) if code else (GENERIC, "the largest table of a mid-European climate")
    if other not in table._by_country:
        other, why = table.countries[0], f"the first country of {table.source}"
    notes.append(f"no archetypes for {code}: those of {other} taken, {why}" if code else
                 f"no country given: archetypes of {other} taken, {why}")
    return table._by_country[other]


def _of_region(rows: tuple[Row, ...], wanted: Wanted, notes: list[str]) -> list[Row]:
    """Rows of the region asked for, then those of the whole country, in this order."""
    country = rows[0].country
    regions = dict.fromkeys(row.region for row in rows)
    whole = "N" if "N" in regions else _REGIONS.get(country, next(iter(regions)))
    wanted_region = wanted.region or whole
    if wanted_region not in regions:
        notes.append(f"no region {wanted.region} of {country} ({', '.join(regions)}): {whole} taken")
        wanted_region = whole
    return [row for region in dict.fromkeys((wanted_region, whole)) for row in rows if row.region == region]


def _of_period(rows: list[Row], wanted: Wanted, notes: list[str]) -> list[Row]:
    """Rows of one region, type and period; the first in the order of `Archetypes.find`."""
    coded = _coded(rows, wanted, notes)
    year = wanted.year
    if coded is None and year is None:
        year = DEFAULT_YEAR
        notes.append(f"no year of construction: {DEFAULT_YEAR} taken")

    def rank(row: Row) -> tuple[object, ...]:
        away = _away(row, year) if coded is None else 0
        alike = _ALIKE[wanted.type].index(row.type)
        # With the year in the period the form decides, with none that has it the type does.
        return (away > 0, alike if away == 0 else 0, rows[0].region != row.region, alike, away,
                row.subtype != "Gen", row.dataset != "ReEx", "-" in row.period_code)

    candidates = coded if coded is not None else rows
    best = min(candidates, key=rank)
    _note_region(rows, best, wanted, notes)
    if best.type != wanted.type:
        notes.append(f"no {wanted.type} of {_when(wanted, year)} in {best.country}: {best.type} taken")
    if coded is None and (away := _away(best, year)):
        notes.append(f"no period of {best.country} {best.type} holds {year}: the nearest, {_period(best)}, "
                     f"{away} years off")
    if best.subtype != "Gen":
        notes.append(f"special form {best.subtype}: there is no general one")
    same = ("region", "type", "period_code", "subtype", "dataset")
    return [row for row in candidates if all(getattr(row, name) == getattr(best, name) for name in same)]


def _coded(rows: list[Row], wanted: Wanted, notes: list[str]) -> list[Row] | None:
    """Rows of the period code, or None where there is none to go by."""
    if not wanted.year_code:
        return None
    code = wanted.year_code.strip().zfill(2)
    coded = [row for row in rows if row.period_code == code]
    if coded:
        return coded
    known = ", ".join(sorted({row.period_code for row in rows}))
    notes.append(f"unknown period code {wanted.year_code} of {rows[0].country} ({known}): not used")
    return None


def _note_region(rows: list[Row], best: Row, wanted: Wanted, notes: list[str]) -> None:
    if wanted.region and best.region != rows[0].region:
        notes.append(f"region {rows[0].region} has no such building: that of the whole country taken")


def _of_variant(rows: list[Row], wanted: Wanted, notes: list[str]) -> Row:
    """The state asked for, else the next lower one that is there, else the next higher."""
    at = VARIANTS.index(wanted.variant)
    order = [*reversed(VARIANTS[: at + 1]), *VARIANTS[at + 1:]]
    row = min(rows, key=lambda r: (order.index(r.variant), r.variant_number))
    if row.variant != wanted.variant:
        notes.append(f"no {wanted.variant} state of this archetype: {row.variant} taken")
    return row


def _away(row: Row, year: int | None) -> int:
    """Years between a year and a row's period; 0 inside."""
    if year is None:
        return 0
    return max(row.year_from - year, year - row.year_to, 0)


def _when(wanted: Wanted, year: int | None) -> str:
    return f"period {wanted.year_code}" if year is None else str(year)


def _period(row: Row) -> str:
    """A period in words."""
    if row.year_from == 0:
        return f"until {row.year_to}"
    return f"from {row.year_from}" if row.year_to == 9999 else f"{row.year_from} to {row.year_to}"

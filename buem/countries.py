"""Whose archetypes a country without its own takes."""

from __future__ import annotations

from typing import Final

#: Other codes of countries in the table.
ALIASES: Final = {"UK": "GB", "EL": "GR"}
#: The country whose archetypes stand in where no nearer one is known: the largest table, in mid-European climate.
GENERIC: Final = "DE"
#: Country -> the neighbour whose archetypes it takes, and why.
STAND_INS: Final[dict[str, tuple[str, str]]] = {
    **dict.fromkeys(("FI", "AX"), ("SE", "the neighbour with a like climate and timber building")),
    **dict.fromkeys(("IS", "FO", "GL", "SJ"), ("NO", "the Nordic country nearest in climate")),
    **dict.fromkeys(("EE", "LV", "LT", "BY", "UA", "RU"),
                    ("PL", "the neighbour with a like climate and panel building")),
    **dict.fromkeys(("SK",), ("CZ", "one state, and one building code, until 1992")),
    **dict.fromkeys(("RO", "MD"), ("BG", "the neighbour with a like climate and panel building")),
    **dict.fromkeys(("HR",), ("SI", "the neighbour with the same building code until 1991")),
    **dict.fromkeys(("BA", "ME", "MK", "XK", "AL"), ("RS", "the neighbour with a like building practice")),
    **dict.fromkeys(("CH", "LI"), ("AT", "the neighbour with a like climate and building practice")),
    **dict.fromkeys(("LU",), ("BE", "the neighbour with a like climate and building practice")),
    **dict.fromkeys(("MC",), ("FR", "the country around it")),
    **dict.fromkeys(("SM", "VA"), ("IT", "the country around it")),
    **dict.fromkeys(("JE", "GG", "IM", "GI"), ("GB", "the same building practice")),
    **dict.fromkeys(("PT", "AD"), ("ES", "the neighbour with a like climate and building practice")),
    **dict.fromkeys(("MT", "TR", "IL", "LB", "SY", "JO", "EG", "LY", "TN", "DZ", "MA"),
                    ("CY", "a Mediterranean country of masonry or concrete without much insulation")),
    **dict.fromkeys(("ZA", "AU", "CL", "UY", "AR"),
                    ("ES", "mild winters and masonry with little insulation, as on Spain's Mediterranean coast")),
    **dict.fromkeys(("NZ",), ("IE", "a like winter and light houses with little insulation")),
    **dict.fromkeys(("US", "CA"), ("NO", "cold winters and timber frames")),
}


def canonical_country(code: str) -> str:
    """Code of a country as the table writes it.

    Parameters
    ----------
    code : str
        Two letters, in either case.

    Returns
    -------
    str
        ISO 3166, two letters, upper case; UK is GB and EL is GR.
    """
    upper = code.strip().upper()
    return ALIASES.get(upper, upper)


def stand_in(code: str) -> tuple[str, str]:
    """Country whose archetypes another one takes.

    Parameters
    ----------
    code : str
        From `canonical_country`; one that has no archetypes.

    Returns
    -------
    country : str
        ISO 3166, two letters.
    reason : str
        In words.
    """
    return STAND_INS.get(code, (GENERIC, "the largest table of a mid-European climate, for want of a nearer one"))

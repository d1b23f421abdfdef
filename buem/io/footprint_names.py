"""What maps, cadastres and building stocks call the properties of a footprint."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

#: Names of each quantity, the surest first; capitals, `_`, `-`, `:` and blanks do not count.
NAMES: Final[dict[str, tuple[str, ...]]] = {
    "height": ("height_m", "height", "building:height", "measuredHeight", "measured_height_m", "building_height",
               "relative_height", "rel_height", "relHeight", "height_mean", "mean_height", "h_mean", "height_median",
               "hoogte", "hauteur", "hoehe", "altura", "est_height"),
    "eaves_height": ("eaves_height_m", "eaves_height", "height_eaves", "traufhoehe", "gutter_height"),
    "levels": ("levels", "storeys", "building:levels", "storeysAboveGround", "storeys_above_ground", "n_storeys",
               "num_floors", "number_of_floors", "numberOfFloors", "num_storeys", "floors", "nb_etages",
               "nombre_d_etages", "bouwlagen", "geschosse", "anzahl_geschosse", "aog", "stories"),
    "year": ("year", "year_of_construction", "yearOfConstruction", "construction_year", "year_built", "yearbuilt",
             "built_year", "start_date", "building:start_date", "construction_date", "year_completed", "baujahr",
             "bouwjaar", "oorspronkelijkbouwjaar", "annee_construction", "date_of_construction"),
    "year_code": ("year_code", "construction_period", "period_of_construction", "age_class"),
    "country": ("country", "country_code", "addr:country", "iso_country"),
    "region": ("region", "climate_region"),
    "type": ("type", "size_class", "building_type", "tabula_type"),
    "variant": ("variant", "refurbishment", "refurbishment_state", "renovation"),
    "roof_type": ("roof_type", "roof:shape", "roofType", "roof_type_code", "roof_form", "dachform"),
    "roof_pitch": ("roof_pitch", "roof:angle", "roof_angle", "roof_pitch_deg", "roof_slope"),
    "roof_tilt": ("roof_tilt_deg", "roof_tilt", "roof_inclination"),
    "roof_area": ("roof_area_m2", "roof_area"),
    "roof_height": ("roof_height", "roof:height", "roof_height_m"),
    "ridge_azimuth": ("ridge_azimuth", "ridge_azimuth_deg", "roof_azimuth_deg", "roof_azimuth"),
    "roof_direction": ("roof:direction", "roof_direction"),
    "base": ("base", "ground_elevation", "ground_height", "base_elevation", "terrain_height", "z_min"),
    "use": ("function_alkis", "function", "gebaeudefunktion", "use_source", "usage_source", "type_source", "use_type",
            "use", "usage", "building:use", "building_use", "usage_1", "gebruiksdoel", "building", "amenity", "shop",
            "office", "tourism", "leisure", "healthcare", "craft", "man_made", "class"),
}
#: Where a property of such a name holds words of a source with a vocabulary of its own.
SOURCES: Final[dict[str, str]] = {
    "function_alkis": "alkis", "gebaeudefunktion": "alkis", "function": "alkis", "use_source": "eubucco",
    "usage_source": "eubucco", "type_source": "eubucco", "building": "osm", "building:use": "osm", "amenity": "osm",
    "shop": "osm", "office": "osm", "tourism": "osm", "leisure": "osm", "healthcare": "osm", "craft": "osm",
    "man_made": "osm",
}
#: Names of ids among the properties, for files whose features have none; mere numbers of rows come last.
ID_NAMES: Final = ("id", "osm_id", "@id", "gml_id", "uuid", "identificatie", "building_id", "cleabs", "objectid", "fid",
                   "ogc_fid")


class Meaning(NamedTuple):
    """What the name of a property means."""

    quantity: str
    #: Place among the names of the quantity; the lowest counts.
    rank: int
    #: Vocabulary of its words, "" for any.
    source: str = ""


def folded(name: str) -> str:
    """A name without what does not count.

    Parameters
    ----------
    name : str
        Of a property.

    Returns
    -------
    str
    """
    return name.lower().translate(_SEPARATORS)


_SEPARATORS: Final = {ord(mark): None for mark in "_-: ."}
_BY_NAME: Final = {
    folded(name): Meaning(quantity, rank, SOURCES.get(name, ""))
    for quantity, names in NAMES.items() for rank, name in reversed(tuple(enumerate(names)))
}


@lru_cache(maxsize=4096)
def meaning(name: str) -> Meaning | None:
    """What the name of a property means.

    Parameters
    ----------
    name : str
        As it stands in a file.

    Returns
    -------
    Meaning or None
        None for a name that means nothing to us.
    """
    return _BY_NAME.get(folded(name))

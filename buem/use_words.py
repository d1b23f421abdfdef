"""Words of other sources for the uses of buildings, and the canonical use of each."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from buem.errors import OptionError, problem
from buem.uses import USES

#: Canonical use -> values of OSM's `building=*`, `amenity=*`, `shop=*`, `office=*`, `tourism=*`, `leisure=*`.
_OSM: Final = {
    "residential": "apartments bungalow cabin detached farmhouse ger house houseboat residential semidetached_house "
                   "semi static_caravan stilt_house terrace terraced townhouse tree_house trullo villa block "
                   "annexe_house presbytery",
    "dormitory": "dormitory barracks monastery convent hostel_home prison",
    "office": "office commercial bank government administrative company",
    "public": "public civic fire_station police townhall courthouse train_station transportation post_office service "
              "guardhouse tower_office embassy ambulance_station terminal bus_station community_centre customs "
              "toilets gatehouse utility",
    "retail": "retail shop mall department_store kiosk store car_repair pharmacy fuel marketplace pavilion hairdresser",
    "supermarket": "supermarket convenience bakery butcher",
    "restaurant": "restaurant cafe bar pub fast_food food_court biergarten canteen",
    "hotel": "hotel hostel motel guest_house chalet",
    "hospital": "hospital clinic nursing_home doctors dentist veterinary social_facility retirement_home",
    "school": "school",
    "kindergarten": "kindergarten childcare",
    "university": "university college research_institute laboratory",
    "library": "library archive",
    "assembly": "hall theatre cinema clubhouse arts_centre events_venue conference_centre nightclub casino music_venue "
                "exhibition_centre grandstand stadium",
    "museum": "museum gallery castle palace",
    "church": "church chapel cathedral mosque synagogue temple religious shrine kingdom_hall place_of_worship basilica",
    "sport": "sports_hall sports_centre riding_hall gym fitness_centre ice_rink sport",
    "swimming": "swimming_pool swimming_hall public_bath",
    "industry": "industrial manufacture workshop factory works brewery bakehouse",
    "warehouse": "warehouse storage depot data_center logistics hangar",
    "garage": "garage garages carport parking",
    "shed": "shed hut beach_hut boathouse annex outbuilding entrance underpass_entrance construction_trailer",
    "greenhouse": "greenhouse glasshouse conservatory",
    "farm_auxiliary": "barn cowshed livestock slurry_tank stable sty farm_building",
    "roof": "roof canopy shelter",
    "ruin": "ruins construction collapsed abandoned",
    "technical": "bridge bunker container digester gasometer military pagoda ship silo storage_tank substation tank "
                 "technical tent transformer_tower tower water_tower windmill power lighthouse obelisk",
}
#: Canonical use -> types of EUBUCCO and the words of the bases it was made of (IGN BD TOPO's `usage_1`).
_EUBUCCO: Final = {
    "residential": "residential résidentiel",
    "office": "commercial non-residential commercial_et_services",
    "industry": "industrial industriel",
    "shed": "annexe",
    "farm_auxiliary": "agricultural agricole",
    "sport": "sportif",
    "church": "religieux",
    "public": "public",
}
#: Canonical use -> `gebruiksdoel` of the Dutch BAG.
_BAG: Final = {
    "residential": "woonfunctie",
    "assembly": "bijeenkomstfunctie",
    "dormitory": "celfunctie",
    "hospital": "gezondheidszorgfunctie",
    "industry": "industriefunctie",
    "office": "kantoorfunctie",
    "hotel": "logiesfunctie",
    "school": "onderwijsfunctie",
    "sport": "sportfunctie",
    "retail": "winkelfunctie",
    "shed": "overige_gebruiksfunctie",
}
#: Canonical use -> codes of `gebaeudefunktion` of ALKIS (GeoInfoDok 6 and 7), which GeoSN writes as `31001_1000`.
_ALKIS: Final = {
    "residential": "1000 1010 1020 1023 1025 1100 1110 1120 1121 1122 1123 1130 1131 1210 1220 1221 1222 1223 1310 "
                   "1311 1312 2310 2320 3100",
    "dormitory": "1021 1022 1024 3048 3064 3066 3073 3075",
    "office": "2010 2020 2030 2040 3010 3011 3017 3018 3019",
    "public": "3000 3012 3013 3014 3015 3016 3060 3070 3071 3072 3080 3081 3082 3090 3091 3092 3094 3095 3097 3098 "
              "3290 2400 2410 2411 2420 2424 2430 2440",
    "retail": "2000 2050 2051 2052 2053 2054 2055 2056 2130",
    "restaurant": "2080 2081 2082 2083",
    "hotel": "2070 2071 2072 2073 2074",
    "hospital": "3050 3051 3052 3053 3240 3242",
    "school": "3020 3021 3022",
    "kindergarten": "3065",
    "university": "2160 3023 3024",
    "library": "3037",
    "assembly": "2060 2090 2091 2092 2093 2094 2095 3030 3032 3033 3035 3036 3044 3061 3062 3063 3200 3280",
    "museum": "3031 3034 3038 3260 3261 3262 3263",
    "church": "3040 3041 3042 3043 3045 3046 3047",
    "sport": "3210 3211 3212 3230",
    "swimming": "3220 3221 3222 3241",
    "industry": "2100 2110 2111 2112 2113 2114 2120 2121 2131 2150 2170 2171 2172 2180 2200 2210 2422 2441",
    "warehouse": "2140 2141 2142 2143",
    "garage": "2460 2461 2462 2463 2464 2465",
    "shed": "1313 2412 2444 2723 2735 3281",
    "greenhouse": "2740 2741 2742 3265 3270",
    "farm_auxiliary": "2700 2720 2721 2724 2726 2727 2728 2729 2732 3264",
    "technical": "2211 2212 2213 2220 2421 2423 2431 2442 2443 2450 2500 2501 2510 2511 2512 2513 2520 2521 2522 2523 "
                 "2527 2528 2529 2540 2560 2570 2571 2580 2590 2591 2600 2610 2611 2612 2620 2621 2622 2623 3074",
}
#: Canonical use -> names of the same functions, as files spell them out.
_ALKIS_NAMES: Final = {
    "residential": "wohngebäude wohnhaus gemischt_genutztes_gebäude_mit_wohnen wohn-_und_geschäftsgebäude "
                   "wohn-_und_bürogebäude wohn-_und_verwaltungsgebäude wohn-_und_betriebsgebäude ferienhaus "
                   "wochenendhaus bauernhaus",
    "office": "bürogebäude verwaltungsgebäude kreditinstitut versicherung "
              "gebäude_für_handel_und_dienstleistungen",
    "public": "gebäude_für_öffentliche_zwecke rathaus post gericht polizei feuerwehr bahnhofsgebäude",
    "retail": "gebäude_für_wirtschaft_oder_gewerbe geschäftsgebäude kaufhaus einkaufszentrum laden kiosk tankstelle",
    "restaurant": "gaststätte kantine",
    "hotel": "hotel jugendherberge",
    "hospital": "krankenhaus ärztehaus",
    "school": "schule allgemein_bildende_schule berufsbildende_schule",
    "kindergarten": "kinderkrippe kindergarten kindertagesstätte",
    "university": "hochschulgebäude forschungsinstitut gebäude_für_forschungszwecke",
    "library": "bibliothek",
    "assembly": "festsaal kino theater gemeindehaus gebäude_für_kulturelle_zwecke",
    "museum": "museum schloss",
    "church": "kirche kapelle synagoge moschee gotteshaus",
    "sport": "sporthalle turnhalle",
    "swimming": "hallenbad",
    "industry": "gebäude_für_gewerbe_und_industrie fabrik betriebsgebäude werkstatt produktionsgebäude",
    "warehouse": "lagerhalle speichergebäude",
    "garage": "garage parkhaus tiefgarage",
    "shed": "schuppen gartenhaus",
    "greenhouse": "gewächshaus treibhaus",
    "farm_auxiliary": "scheune stall wirtschaftsgebäude gebäude_für_land-_und_forstwirtschaft",
    "technical": "umformer pumpstation umspannwerk",
}


def _flat(table: dict[str, str]) -> dict[str, str]:
    return {word: use for use, words in table.items() for word in words.split()}


#: Source -> word -> canonical use, in the order in which sources are asked when none is named. Words are in lower
#: case with underscores; the use "" is that of a word that says nothing.
WORDS: Final = MappingProxyType({
    "osm": {**_flat(_OSM), "yes": "", "no": "", "farm": "residential"},
    "eubucco": {**_flat(_EUBUCCO), "indifférencié": "", "unknown": "", "none": ""},
    "bag": _flat(_BAG),
    "alkis": {**_flat(_ALKIS), **_flat(_ALKIS_NAMES), "9998": "", "nach_quellenlage_nicht_zu_spezifizieren": ""},
})


def canonical_use(word: str, source: str = "") -> str:
    """The canonical use of a source's word.

    Parameters
    ----------
    word : str
        As the source writes it: an OSM value (the first of several, `retail;apartments`), a EUBUCCO or IGN type, a
        `gebruiksdoel`, an ALKIS code (`1000`, `31001_1000`) or name, or a canonical use.
    source : str
        One of `WORDS`; empty to ask for a canonical use and then all of them in their order.

    Returns
    -------
    str
        A key of `uses.USES`; "" for a word that says nothing, such as `yes`, and for one that nobody knows.

    Raises
    ------
    OptionError
        For a source that does not exist.
    """
    if source and source not in WORDS:
        raise OptionError([problem("source", source, f"one of {', '.join(WORDS)}")])
    text = "_".join(word.split(";")[0].split(",")[0].casefold().split())
    if not text or text in USES:
        return text
    if source in ("", "alkis") and "_" in text and text.replace("_", "").isdigit():
        # The object type goes first: 31001 is a building, anything else a structure such as a chimney or a bridge.
        kind, text = text.split("_", 1)
        if kind != "31001":
            return "technical"
    for table in [WORDS[source]] if source else WORDS.values():
        if text in table:
            return table[text]
    return ""

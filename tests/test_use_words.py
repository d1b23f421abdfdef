"""Words of other sources."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from buem.errors import OptionError
from buem.use_words import WORDS, canonical_use
from buem.uses import USES

SHARED = Path(__file__).resolve().parents[1] / "../shared/data/buildings"


@pytest.mark.parametrize(
    ("word", "source", "use"),
    [
        pytest.param("apartments", "osm", "residential", id="OSM"),
        pytest.param("house", "", "residential", id="OSM, no source named"),
        pytest.param("retail;apartments", "osm", "retail", id="the first of several"),
        pytest.param("place_of_worship", "osm", "church", id="an amenity"),
        pytest.param("supermarket", "osm", "supermarket", id="a shop"),
        pytest.param("farm", "osm", "residential", id="OSM's farm is a farmhouse"),
        pytest.param("farm_auxiliary", "osm", "farm_auxiliary", id="and this a barn"),
        pytest.param("yes", "osm", "", id="says nothing"),
        pytest.param("hovercraft_hall", "osm", "", id="nobody knows"),
        pytest.param("", "", "", id="empty"),
        pytest.param("  Apartments ", "osm", "residential", id="spaces and capitals"),
        pytest.param("Résidentiel", "eubucco", "residential", id="IGN"),
        pytest.param("Commercial et services", "eubucco", "office", id="IGN, several words"),
        pytest.param("Indifférencié", "eubucco", "", id="IGN: says nothing"),
        pytest.param("Annexe", "eubucco", "shed", id="IGN: an annexe"),
        pytest.param("woonfunctie", "bag", "residential", id="BAG"),
        pytest.param("kantoorfunctie,woonfunctie", "bag", "office", id="BAG: the first of several"),
        pytest.param("overige gebruiksfunctie", "bag", "shed", id="BAG, two words"),
        pytest.param("1000", "alkis", "residential", id="ALKIS code"),
        pytest.param("31001_2463", "alkis", "garage", id="ALKIS code with its object type"),
        pytest.param("31001_3021", "", "school", id="the same, no source named"),
        pytest.param("31001_9998", "alkis", "", id="ALKIS: not specified"),
        pytest.param("53001_1800", "alkis", "technical", id="ALKIS: a bridge"),
        pytest.param("Wohn- und Geschäftsgebäude", "alkis", "residential", id="ALKIS name"),
        pytest.param("office", "alkis", "office", id="a canonical use passes whatever the source"),
    ],
)
def test_canonical_use(word, source, use):
    assert canonical_use(word, source) == use


def test_unknown_source():
    with pytest.raises(OptionError, match="source: 'atlas'; expected one of osm, eubucco, bag, alkis"):
        canonical_use("house", "atlas")


@pytest.mark.parametrize("source", WORDS)
def test_words_lead_to_uses(source):
    assert {use for use in WORDS[source].values() if use} <= set(USES)
    assert all(word == "_".join(word.casefold().split()) for word in WORDS[source])


@pytest.mark.parametrize("name", USES)
def test_a_use_is_its_own_word(name):
    assert canonical_use(name) == name


@pytest.mark.parametrize(
    ("file", "field", "source", "unknown"),
    [
        pytest.param("helsinki_fi_osm", "use", "osm", {"yes", "atrium"}, id="Helsinki, OSM"),
        pytest.param("saltriver_za_osm", "use", "osm", {"yes"}, id="Salt River, OSM"),
        pytest.param("vichy_fr_eubucco_v0_1", "use_source", "eubucco", {"Indifférencié"}, id="Vichy, IGN"),
        pytest.param("goerlitz_de_lod2", "function_alkis", "alkis", {"31001_9998"}, id="Görlitz, ALKIS"),
    ],
)
def test_words_of_real_files(file, field, source, unknown):
    path = SHARED / f"{file}.geojson.gz"
    if not path.exists():
        pytest.skip("needs ../shared/data/buildings")
    features = json.loads(gzip.decompress(path.read_bytes()))["features"]
    found = {feature["properties"][field] for feature in features} - {None}
    assert {word for word in found if not canonical_use(word, source)} == unknown

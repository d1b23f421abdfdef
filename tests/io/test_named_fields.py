"""Names of properties that no feature has, in files of any length and container."""

from __future__ import annotations

import gzip
import io
import json

import pytest

from buem.batch.run import LOOK_AHEAD
from buem.city import CityOptions, FieldNames
from buem.errors import OptionError
from buem.io.features import open_features
from buem.io.named_fields import PATIENCE, NamedFields, with_named_fields
from buem.io.scan import RawFeature

RING = [[2.3, 48.8], [2.301, 48.8], [2.301, 48.801], [2.3, 48.8]]


def outline(k, **properties):
    return {"type": "Feature", "id": f"b{k}", "geometry": {"type": "Polygon", "coordinates": [RING]},
            "properties": properties}


def raws(*features):
    return [RawFeature(k, json.dumps(feature).encode()) for k, feature in enumerate(features)]


def missing(features, **names):
    wanted = NamedFields(FieldNames(**names))
    for feature in features:
        wanted.look(feature)
    return wanted.missing


@pytest.mark.parametrize(("properties", "there"), [
    ({"h": 9}, True), ({"h": None}, True), ({"buem": {"building": {"h": 9}}}, True), ({"H": 9}, False),
    ({"buem": {"h": 9}}, False), ({"buem": 5, "x": "h"}, False), ({}, False), (None, False), ([], False), ("h", False)])
def test_where_a_property_stands(properties, there):
    feature = {**outline(0), "properties": properties}
    assert missing([feature], height="h") == ({} if there else {"height": "h"})


@pytest.mark.parametrize(("value", "there"), [
    ("a", True), (5, True), (5.0, True), ("", False), (None, False), (5.5, False), (True, False), (["a"], False)])
def test_a_property_with_an_id(value, there):
    """Of an id it has to be one that can be used: a column without any is as good as none."""
    assert (missing([outline(0, code=value)], id="code") == {}) is there


def test_each_name_may_be_of_another_feature():
    features = [outline(0, a=1), outline(1, b=2), outline(2)]
    assert missing(features, height="a", year="b", use="c") == {"use": "c"}
    assert missing(features) == {}


@pytest.mark.parametrize("feature", [None, 5, [], "x", {}, {"properties": None}], ids=str)
def test_what_is_no_feature_has_none(feature):
    assert missing([feature], year="y") == {"year": "y"}


def test_names_that_stand_with_an_escape():
    wanted = NamedFields(FieldNames(height="höhe", year="a/b"))
    wanted.look_at_text(b'{"properties": {"nothing": 1}}')
    wanted.look_at_text(rb'{"properties": {"h\u00f6he": 1, "a\/b": 2}}')
    assert wanted.missing == {}


@pytest.mark.parametrize("raw", [b'{"properties": {"h": 1}', b'{"h": "\xff"}', b"[" * 5000, b'{"h": 1e999}', b""])
def test_text_that_is_not_sound_is_left_to_its_reader(raw):
    wanted = NamedFields(FieldNames(height="h"))
    wanted.look_at_text(raw)
    assert wanted.missing == {"height": "h"}


def test_a_name_that_no_text_can_hold_is_refused_like_any_other():
    """A byte of a command line that is not UTF-8 comes as half a pair of surrogates."""
    with pytest.raises(OptionError, match=r"height_field: '\\udcff'; expected the name of a property of a feature"):
        list(with_named_fields(iter(raws(outline(0, h=1))), FieldNames(height="\udcff"), None))


def test_all_names_at_once_each_with_what_is_meant():
    wanted = NamedFields(FieldNames(id="osmid", height="hight", year="quite another"))
    wanted.look(outline(0, osm_id=None, height=9.0))
    with pytest.raises(OptionError) as refused:
        wanted.refuse_missing()
    assert [str(one) for one in refused.value.problems] == [
        "id_field: 'osmid'; expected the name of a property of a feature that holds an id, a text that is not empty or "
        "a whole number (is 'osm_id' meant?)",
        "height_field: 'hight'; expected the name of a property of a feature (is 'height' meant?)",
        "year_field: 'quite another'; expected the name of a property of a feature"]
    assert {one.code for one in refused.value.problems} == {"UNKNOWN_FIELD"}


def test_a_run_has_not_touched_its_folder_when_a_name_is_refused():
    assert PATIENCE <= LOOK_AHEAD


class Reading:
    """A file that counts how far it is read each time."""

    def __init__(self, features):
        self.features = raws(*features)
        self.counts: list[int] = []

    def __call__(self):
        turn = len(self.counts)
        self.counts.append(0)
        for feature in self.features:
            self.counts[turn] += 1
            yield feature


@pytest.mark.parametrize(("place", "counts"), [(0, [100]), (PATIENCE - 1, [100]), (PATIENCE, [100, PATIENCE + 1]),
                                               (90, [100, 91])])
def test_a_file_is_read_twice_only_up_to_a_late_name(place, counts):
    reading = Reading([outline(k, **({"h": 5} if k == place else {})) for k in range(100)])
    found = list(with_named_fields(reading(), FieldNames(height="h"), reading))
    assert found == reading.features
    assert reading.counts == counts


def test_a_misspelt_name_is_refused_before_a_long_file_is_done():
    reading = Reading([outline(k, height=5) for k in range(100)])
    features = with_named_fields(reading(), FieldNames(height="hight"), reading)
    taken = [next(features) for _ in range(PATIENCE - 1)]
    with pytest.raises(OptionError, match="is 'height' meant"):
        next(features)
    assert (len(taken), reading.counts) == (PATIENCE - 1, [PATIENCE, 100])


@pytest.mark.parametrize("count", [1, PATIENCE - 1, PATIENCE, PATIENCE + 1, 40])
@pytest.mark.parametrize("form", ["bytes", "path", "gzip", "lines", "stream"])
def test_every_container(tmp_path, count, form):
    features = [outline(k, height=5) for k in range(count)]
    text = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    if form == "lines":
        text = b"\n".join(json.dumps(feature).encode() for feature in features)
    path = tmp_path / "town.geojson"
    path.write_bytes(gzip.compress(text) if form == "gzip" else text)
    source = {"bytes": text, "stream": io.BytesIO(text)}.get(form, path)
    with pytest.raises(OptionError, match="height_field: 'hight'"):
        list(open_features(source, CityOptions(names=FieldNames(height="hight"))))
    if form == "stream":
        source.seek(0)
    assert len(list(open_features(source, CityOptions(names=FieldNames(height="height"))))) == count

"""The options that several commands have: the same in each, and the same as in Python."""

from __future__ import annotations

import inspect
from dataclasses import fields

import pytest

from buem import cli, cli_retry
from buem.batch.plan import RunOptions
from buem.city import CityOptions, FieldNames
from buem.cli_options import city_options, switch
from buem.errors import OptionError

DEFAULTS = {name: parameter.default for name, parameter in inspect.signature(cli.run).parameters.items()}


@pytest.mark.parametrize(("text", "expected"), [("on", True), ("off", False), (None, None)])
def test_a_switch(text, expected):
    assert switch(text) is expected


@pytest.mark.parametrize("text", ["", "On", "yes", "1", "true", "off "])
def test_a_switch_that_is_neither(text):
    with pytest.raises(OptionError, match=f"cooling: '{text}'; expected one of on, off"):
        switch(text)


def test_what_is_not_given_is_the_default_of_python():
    """The two doors agree: `buem run` without options is `run_batch` without options."""
    assert city_options(DEFAULTS) == CityOptions()


@pytest.mark.parametrize(("name", "value", "field", "expected"), [
    ("country", "FR", "country", "FR"), ("type", "MFH", "type", "MFH"), ("variant", "usual", "variant", "usual"),
    ("variant", "60/30/10", "variant", (0.6, 0.3, 0.1)), ("usage", "typical", "usage", "typical"),
    ("seed", 7, "seed", 7), ("holidays", True, "holidays", True), ("radius", 50.0, "radius", 50.0),
    ("layer", "roofs", "layer", "roofs"), ("height_field", "Z", "names", FieldNames(height="Z")),
    ("id_field", "gid", "names", FieldNames(id="gid")), ("use_field", "f", "names", FieldNames(use="f")),
    ("year_field", "y", "names", FieldNames(year="y")), ("levels_field", "n", "names", FieldNames(levels="n")),
    ("type_field", "t", "names", FieldNames(type="t"))])
def test_an_option_is_its_field_and_no_other(name, value, field, expected):
    options = city_options({**DEFAULTS, name: value})
    assert getattr(options, field) == expected
    changed = [f.name for f in fields(CityOptions) if getattr(options, f.name) != getattr(CityOptions(), f.name)]
    assert changed == [field]


def test_every_option_of_a_city_can_be_typed():
    typed = {"names" if name.endswith("_field") else name for name in DEFAULTS}
    assert {f.name for f in fields(CityOptions)} <= typed
    assert {f"{f.name}_field" for f in fields(FieldNames)} <= set(DEFAULTS)


@pytest.mark.parametrize("other", [cli.validate, cli_retry.retry], ids=["validate", "retry"])
def test_an_option_is_called_the_same_in_every_command(other):
    """A retry cannot have other ids or another layer than its run."""
    run, theirs = (inspect.signature(f).parameters for f in (cli.run, other))
    shared = {"country", "region", "type", "variant", "usage", "seed", "holidays", "archetypes", "radius"}
    shared |= {f"{f.name}_field" for f in fields(FieldNames)} - {"id_field"}
    assert shared <= set(theirs)
    for name in set(run) & set(theirs):
        assert run[name].annotation == theirs[name].annotation, name


@pytest.mark.parametrize("name", ["weather", "workers", "cluster", "memory", "hourly", "wall_area", "model", "films",
                                  "steps_per_hour", "kernel", "sky", "on_error", "overwrite", "resume", "cooling"])
def test_defaults_of_a_run_are_those_of_python(name):
    assert DEFAULTS[name] == getattr(RunOptions(), name)


def test_a_retry_helps_with_each_option_as_a_run_does(capsys):
    """Each option is written out once: the two help texts cannot part."""
    shown = []
    for command in ("run", "retry"):
        assert cli.main([command, "--help"]) == 0
        shown.append(" ".join(capsys.readouterr().out.split()))
    for text in ("Most memory of all processes together, such as 8GB.", "The model of the sky.",
                 "Films of the node model.", "Whether walls come without or with their openings.",
                 "Take the nearest station however far it is."):
        assert all(text in help_text for help_text in shown), text

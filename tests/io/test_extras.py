"""Packages of extras: there, or named with the command that installs them."""

from __future__ import annotations

import re
import sys
import tomllib

import pytest

from buem.errors import BuemError, MissingExtraError
from buem.io.extras import needed


def test_what_is_installed_is_given():
    assert needed("json", "anything") is sys.modules["json"]
    assert needed("xml.dom", "anything").__name__ == "xml.dom"


@pytest.mark.parametrize(("module", "extra", "text"), [
    ("no_such_module", "city", "a map needs no_such_module, which is not installed; pip install 'buem-engine[city]'"),
    ("no_such_module.inner", "plot", "a map needs no_such_module, which is not installed; "
                                     "pip install 'buem-engine[plot]'")])
def test_what_is_not_is_named_with_the_command(module, extra, text):
    with pytest.raises(MissingExtraError) as error:
        needed(module, "a map", extra)
    assert str(error.value) == text
    assert isinstance(error.value, BuemError)


def test_a_package_that_is_blocked_counts_as_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "colorsys", None)
    with pytest.raises(MissingExtraError, match="needs colorsys"):
        needed("colorsys", "a colour")


def test_a_package_that_is_broken_is_no_missing_one(tmp_path, monkeypatch):
    """A fault inside it must not be told as: pip install it."""
    (tmp_path / "broken_package.py").write_text("1 / 0\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ZeroDivisionError):
        needed("broken_package", "a map")


def test_every_extra_that_is_named_is_one_of_ours(pytestconfig):
    root = pytestconfig.rootpath
    extras = tomllib.loads((root / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    named = {name for path in (root / "buem").rglob("*.py")
             for name in re.findall(r"buem-engine\[(\w+)\]", path.read_text(encoding="utf-8"))}
    assert named <= set(extras)
    assert "city" in extras

"""Width of the vectors: asked for before numba is loaded, never over what the user has set."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from buem.compiled import COMPILED

NAMES = ("NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES")
ASK = """
import json, os, sys
{before}
from buem.vectors import prefer_wide_vectors
prefer_wide_vectors()
print(json.dumps([[os.environ.get(name) for name in {names}], "numba" in sys.modules]))
"""

pytestmark = pytest.mark.skipif(not COMPILED, reason="numba is not installed")


def ask(before="", **environment):
    """What is set afterwards, and whether numba was loaded for it."""
    env = {k: v for k, v in os.environ.items() if k not in NAMES} | environment
    done = subprocess.run([sys.executable, "-c", ASK.format(before=before, names=NAMES)], env=env, text=True,
                          capture_output=True, check=True)
    return json.loads(done.stdout)


def host():
    from llvmlite import binding

    return binding.get_host_cpu_name(), binding.get_host_cpu_features()


def test_a_machine_with_wide_vectors_gets_them_and_another_is_left_alone():
    name, features = host()
    found, loaded = ask()
    assert loaded is False
    if features.get("avx512vbmi2"):
        assert found[0] == name
        assert found[1].endswith(",-prefer-256-bit")
        assert "+avx512vbmi2" in found[1]
    else:
        assert found == [None, None]


@pytest.mark.parametrize("name", NAMES)
def test_what_the_user_has_set_stays(name):
    found, _ = ask(**{name: "generic" if name == NAMES[0] else "+sse2"})
    assert found == (["generic", None] if name == NAMES[0] else [None, "+sse2"])


def test_it_is_too_late_once_numba_is_there():
    # A module of that name will do: numba itself takes a second to load.
    found, loaded = ask("sys.modules['numba'] = sys")
    assert (found, loaded) == ([None, None], True)


def test_without_llvmlite_the_reason_is_an_import_error():
    """`buem.compiled` takes that for: no numba, the NumPy forms."""
    code = ("import sys; sys.modules['llvmlite'] = None\nfrom buem.vectors import prefer_wide_vectors\n"
            "try:\n prefer_wide_vectors()\nexcept ImportError:\n print('none')")
    env = {k: v for k, v in os.environ.items() if k not in NAMES}
    done = subprocess.run([sys.executable, "-c", code], env=env, text=True, capture_output=True, check=True)
    assert done.stdout.strip() == "none"

import os
import types

import numpy as np
import pytest

from buem import compiled


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        pytest.param(True, 1.0, id="yes"),
        pytest.param(False, 2.0, id="no"),
        pytest.param(np.array([True, False]), [1.0, 2.0], id="one by one"),
        pytest.param(np.nan > 0.0, 2.0, id="NaN is no"),
    ],
)
def test_where(condition, expected):
    np.testing.assert_array_equal(compiled.where(condition, 1.0, 2.0), expected)


def test_a_function_stays_one_for_numbers_and_arrays():
    @compiled.jit
    def clipped(x):
        return compiled.where(x < 0.0, 0.0, x)

    assert clipped(-1.0) == 0.0
    np.testing.assert_array_equal(clipped(np.array([-1.0, 3.0, np.nan])), [0.0, 3.0, np.nan])


@pytest.mark.skipif(not compiled.COMPILED, reason="needs numba")
def test_the_compiled_form_is_the_same_and_keeps_nan():
    import numba

    @compiled.jit
    def clipped(x):
        return compiled.where(x < 0.0, 0.0, x)

    @numba.njit
    def run(x):
        return clipped(x)

    assert [run(-1.0), run(3.0)] == [0.0, 3.0]
    assert np.isnan(run(np.nan))


def test_stamp_changes_with_a_file(tmp_path):
    module = types.ModuleType("changing")
    module.__file__ = str(tmp_path / "changing.py")
    (tmp_path / "changing.py").write_text("a = 1\n")
    os.utime(module.__file__, ns=(10**18, 10**18))
    before = compiled.stamp(module, compiled)
    os.utime(module.__file__, ns=(10**18 + 1, 10**18 + 1))
    after = compiled.stamp(module, compiled)
    assert (after[0] - before[0], after[1] - before[1]) == (1, 0)

"""The type of vectors in numba: what it takes, and what it refuses."""

import numpy as np
import pytest

from buem.compiled import COMPILED
from buem.lanes import WIDTH, get, put

pytestmark = pytest.mark.skipif(not COMPILED, reason="needs numba")


def test_a_number_goes_to_all_lanes_on_either_side():
    import numba

    @numba.njit
    def run(m):
        put(m, 0, 2.0 - get(m, 0))
        put(m, 0, get(m, 0) / 4)

    m = np.arange(float(WIDTH))
    run(m)
    assert m.tolist() == [(2.0 - k) / 4.0 for k in range(WIDTH)]


def test_division_by_zero_is_infinite_and_zero_by_zero_no_number():
    import numba

    @numba.njit(error_model="numpy")
    def run(m):
        put(m, 0, get(m, 0) / get(m, WIDTH))

    m = np.zeros(2 * WIDTH)
    m[0] = 1.0
    run(m)
    assert m[0] == np.inf
    assert np.isnan(m[1:WIDTH]).all()


def test_vectors_pass_through_functions_and_tuples():
    import numba

    @numba.njit
    def pair(m):
        return get(m, 0), get(m, WIDTH)

    @numba.njit
    def run(m):
        a, b = pair(m)
        put(m, 0, a * b)

    m = np.arange(2.0 * WIDTH)
    run(m)
    assert m[:WIDTH].tolist() == [k * (k + WIDTH) for k in range(WIDTH)]


def test_a_vector_is_not_silently_a_number():
    import numba

    @numba.njit
    def run(m):
        m[0] = get(m, 0)

    with pytest.raises(numba.core.errors.TypingError):
        run(np.zeros(WIDTH))

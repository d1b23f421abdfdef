"""Vectors of buildings side by side: the same as short arrays and as registers of compiled code."""

import numpy as np
import pytest

from buem.compiled import COMPILED, inlined, where
from buem.lanes import (
    WIDTH,
    borrowed,
    get,
    inverse_fourth_guess,
    inverse_third_guess,
    put,
    root,
    spread,
)


@inlined
def walk(m, rows):
    """One of each: memory, arithmetic, comparison, choice, roots."""
    total = spread(0.0)
    for row in range(0, rows * WIDTH, WIDTH):
        a = get(m, row)
        b = where(a > 1.0, 2.0 * a - 1.0, -a / 4.0 + 1.0)
        b = where((abs(a) <= 0.5) | ((a == 2.0) & (b >= 3.0)), spread(9.0), b)
        b = where(b < 0.0, 0.0, b)
        put(m, row, b)
        total = total + root(abs(a) + 1.0)
    put(m, 0, total)


def by_hand(values):
    b = np.where(values > 1.0, 2.0 * values - 1.0, -values / 4.0 + 1.0)
    b = np.where((np.abs(values) <= 0.5) | ((values == 2.0) & (b >= 3.0)), 9.0, b)
    b = np.where(b < 0.0, 0.0, b)
    b[0] = np.sqrt(np.abs(values) + 1.0).sum(axis=0)
    return b


def workspace():
    values = np.random.default_rng(3).uniform(-3.0, 3.0, (5, WIDTH))
    values[2, 3] = 2.0
    return values


@pytest.mark.parametrize("compiled", [pytest.param(True, marks=pytest.mark.skipif(not COMPILED, reason="needs numba")),
                                      False])
def test_a_loop_over_vectors(compiled):
    run = walk
    if compiled:
        import numba

        @numba.njit
        def run(m, rows):
            walk(m, rows)

    values = workspace()
    m = values.ravel().copy()
    run(m, len(values))
    np.testing.assert_allclose(m.reshape(values.shape), by_hand(values), rtol=1e-15)


@pytest.mark.skipif(not COMPILED, reason="needs numba")
def test_nan_stays_in_its_lane():
    import numba

    @numba.njit
    def run(m, rows):
        walk(m, rows)

    values = workspace()
    values[1, 4] = np.nan
    m = values.ravel().copy()
    run(m, len(values))
    assert np.flatnonzero(np.isnan(m)).tolist() == [4, WIDTH + 4]


@pytest.mark.skipif(not COMPILED, reason="needs numba")
def test_a_vector_is_one_value_of_the_compiler():
    import numba

    @numba.njit
    def run(m, rows):
        walk(m, rows)

    run(workspace().ravel().copy(), 5)
    code = run.inspect_llvm(run.signatures[0])
    assert f"<{WIDTH} x double>" in code


@pytest.mark.parametrize(("guess", "power"), [(inverse_third_guess, 3.0), (inverse_fourth_guess, 4.0)])
def test_guesses_of_the_roots_are_within_four_per_cent(guess, power):
    x = np.exp(np.linspace(np.log(1e-6), np.log(1e6), 20001))
    assert np.abs(guess(x) * x ** (1.0 / power) - 1.0).max() < 0.04


@pytest.mark.skipif(not COMPILED, reason="needs numba")
def test_guesses_have_the_same_bits_compiled():
    import numba

    @numba.njit
    def run(m, out):
        put(out, 0, inverse_third_guess(get(m, 0)))
        put(out, WIDTH, inverse_fourth_guess(get(m, 0)))

    x, out = np.geomspace(1e-3, 80.0, WIDTH), np.empty(2 * WIDTH)
    run(x, out)
    assert np.array_equal(out, np.concatenate([inverse_third_guess(x), inverse_fourth_guess(x)]))


@pytest.mark.skipif(not COMPILED, reason="needs numba")
def test_a_borrowed_array_is_the_same_and_leaves_its_owner_alone():
    import sys

    import numba

    @numba.njit
    def run(m, times):
        lent = (borrowed(m), borrowed(m))
        for k in range(times):
            a, b = lent
            a[k] += b[k]
        return m

    m = np.arange(4.0)
    before = sys.getrefcount(m)
    run(m, 4)
    assert m.tolist() == [0.0, 2.0, 4.0, 6.0]
    assert sys.getrefcount(m) == before


def test_plain_forms_copy_and_write():
    m = np.arange(2.0 * WIDTH)
    taken = get(m, WIDTH)
    put(m, 0, taken)
    m[WIDTH:] = -1.0
    assert m[:WIDTH].tolist() == taken.tolist()
    assert borrowed(m) is m
    assert root(spread(9.0)).tolist() == [3.0] * WIDTH

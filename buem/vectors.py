"""Width of the vectors that numba compiles for.

LLVM keeps to 256 bits on Intel cores that have 512, for the sake of code that uses them rarely. The year loop uses
nothing else, and is twice as fast with them; its results are the same bit for bit.
"""

from __future__ import annotations

import os
import sys
from typing import Final

#: Cores with this feature (Ice Lake and later) hardly slow down for 512 bits.
_MODERN: Final = "avx512vbmi2"


def prefer_wide_vectors() -> None:
    """Let numba use the widest vectors there are.

    Sets `NUMBA_CPU_NAME` and `NUMBA_CPU_FEATURES`, unless one of them is set already. It has an effect only before
    numba is imported, and none on machines without 512-bit vectors.
    """
    names = ("NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES")
    if "numba" in sys.modules or any(name in os.environ for name in names):
        return
    from llvmlite import binding

    features = binding.get_host_cpu_features()
    if features.get(_MODERN):
        os.environ[names[0]] = binding.get_host_cpu_name()
        os.environ[names[1]] = f"{features.flatten()},-prefer-256-bit"

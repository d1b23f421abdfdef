"""What a process holds, the wall it may not pass, and its tie to its parent."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path
from typing import Final

_STATUS: Final = Path("/proc/self/status")
_CLEAR: Final = Path("/proc/self/clear_refs")
#: Value that resets the peak of the resident set, see proc(5).
_RESET_PEAK: Final = "5"
#: Option of prctl(2): signal this process when the thread that started it ends.
_PR_SET_PDEATHSIG: Final = 1


def reset_peak() -> bool:
    """Forget the peak of this process.

    Returns
    -------
    bool
        False where the system cannot; `peak_memory` is then that of the whole life of the process.
    """
    try:
        _CLEAR.write_text(_RESET_PEAK)
    except OSError:
        return False
    return True


def peak_memory() -> int:
    """Highest resident memory since `reset_peak`. [B]"""
    return _status("VmHWM") or _lifetime_peak()


def resident_memory() -> int:
    """Resident memory now, or its peak where the system does not tell. [B]"""
    return _status("VmRSS") or _lifetime_peak()


def private_memory() -> int:
    """Anonymous and shared resident memory now: what the machine cannot take back. [B]"""
    return _status("RssAnon") + _status("RssShmem")


def set_wall(allowance: int) -> bool:
    """Let this process take so much more memory than it has now, and no more.

    Parameters
    ----------
    allowance : int
        Beyond the data it holds now. [B]

    Returns
    -------
    bool
        False where there is no such wall (macOS, Windows).
    """
    held = _status("VmData")
    if not held or not sys.platform.startswith("linux"):
        return False
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limit = held + allowance
    resource.setrlimit(resource.RLIMIT_DATA, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
    return True


def die_with_parent(parent: int) -> None:
    """End this process when its parent ends, however that happens.

    Parameters
    ----------
    parent : int
        Process number of the parent. Nothing happens where the system has no such tie.
    """
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    # The parent may have gone before the tie was made.
    if os.getppid() != parent:
        os._exit(1)


def _status(name: str) -> int:
    try:
        lines = _STATUS.read_text().splitlines()
    except OSError:
        return 0
    found = next((line for line in lines if line.startswith(name + ":")), None)
    return 0 if found is None else int(found.split()[1]) * 1024


def _lifetime_peak() -> int:
    try:
        import resource
    except ImportError:  # Windows
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit

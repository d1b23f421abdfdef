"""Films of faces: natural and forced convection, long-wave exchange of a room."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from buem.constants import DELTA_SKY, H_R_BLACK, KELVIN
from buem.profiles import FloatArray
from buem.weather import STEFAN_BOLTZMANN, Weather, sky_temperature
from buem.weather_hours import over_hour

#: Forced convection of smooth glass, a V^b, on the windward and the leeward side. [W/(m²K)], [-]
WINDWARD: Final = (3.26, 0.89)
LEEWARD: Final = (3.55, 0.617)
#: Exponent of the wind profile of open country; the wind is measured 10 m above it. [-], [m]
WIND_EXPONENT: Final = 0.14
WIND_HEIGHT: Final = 10.0
#: Wind where the weather has none. [m/s]
CALM: Final = 3.0
#: Difference between a face and its air by which the 5R1C takes natural convection: inside it carries 11 W/m² to a
#: wall, what a system gives an hour of work per area of inner surface. [K]
TYPICAL_DIFFERENCE: Final = 5.0
#: Least emissivity of an inner face. [-]
LEAST_EMISSIVITY: Final = 0.01
#: Windows whose cosine of tilt is at most this have laminar convection inside. [-]
STEEP: Final = 0.5
#: Temperature inside at which long-wave exchange is taken as linear. [°C]
TEMP_INSIDE: Final = 20.0


def natural_factors(up: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Natural convection of a face over the cube root of its temperature difference to the air.

    h = 9.482 |ΔT|^⅓ / (7.283 - |cos Σ|) where the warm air leaves the face freely (a warm face that looks up, a cold
    one that looks down), 1.810 |ΔT|^⅓ / (1.382 + |cos Σ|) where it lies on it; both are 1.31 |ΔT|^⅓ for a wall.

    Parameters
    ----------
    up : ndarray, shape (faces,)
        Cosine of the face's tilt: 1 looks up, 0 is vertical. [-]

    Returns
    -------
    tuple of ndarray, shape (faces,)
        Of a face warmer than the air, and of one colder. [W/(m²K^(4/3))]

    References
    ----------
    .. [1] Walton 1983, Thermal Analysis Research Program reference manual, NBSSIR 83-2655, p. 81; EnergyPlus
       Engineering Reference, "TARP algorithm".
    """
    free = 9.482 / (7.283 - np.abs(up))
    stable = 1.810 / (1.382 + np.abs(up))
    return np.where(up >= 0.0, free, stable), np.where(up >= 0.0, stable, free)


def window_factor(height: FloatArray, density: float) -> FloatArray:
    """Laminar natural convection along the inner face of a window over the fourth root of the temperature difference.

    Nu = 0.56 Ra^¼ over the height; with air at 15 °C, h = 0.56 λ (g ρ² c_p / (T μ λ H))^¼ ΔT^¼.

    Parameters
    ----------
    height : ndarray, shape (windows,)
        Of the window, H. [m]
    density : float
        Of the air, ρ. [kg/m³]

    Returns
    -------
    ndarray, shape (windows,)
        [W/(m²K^(5/4))]

    References
    ----------
    .. [1] ISO 15099:2003, 8.3.2.2, eqs. 135 to 141: the laminar branch holds for vertical windows below Ra = 1e11.
    """
    conductivity, viscosity, specific_heat, temp = 0.0253, 1.79e-5, 1006.0, 288.0
    rayleigh = 9.81 * density**2 * specific_heat / (temp * viscosity * conductivity)
    factor: FloatArray = 0.56 * conductivity * (rayleigh / height) ** 0.25
    return factor


def star_factors(area: FloatArray, room: NDArray[np.int64], emissivity: FloatArray, inner: NDArray[np.bool_]
                 ) -> FloatArray:
    """Radiative conductances from the inner faces to the mean radiant node of their room, over 4σT³.

    g = 1 / ((1 - ε)/ε + 1/F), where F corrects for what a face cannot see, itself: F = 1 / (1 - A F / Σ A F). The mean
    of what a black face exchanges with the others then is 4σT³ (its views sum to 1). Inner elements stand in many
    planes that see each other, F = 1.

    Parameters
    ----------
    area, emissivity : ndarray, shape (faces,)
        Inner faces. [m²], [-]
    room : ndarray of int, shape (faces,)
        The room of each.
    inner : ndarray of bool, shape (faces,)
        Whether it is an inner element.

    Returns
    -------
    ndarray, shape (faces,)
        [-]

    References
    ----------
    .. [1] Carroll 1980, An MRT method of computing radiant energy exchange in rooms, 2nd Systems Simulation Conference;
       EnergyPlus Engineering Reference, "Carroll MRT".
    """
    factor = np.ones(area.size)
    for _ in range(30):
        whole = np.bincount(room, weights=area * factor)
        # A face that is half of its room or more sees the smaller rest with all of itself.
        share = np.where(inner, 0.0, np.minimum(area * factor / whole[room], 0.5))
        factor = 1.0 / (1.0 - share)
    # Radiant gains reach faces that hardly radiate, too.
    seen = np.maximum(emissivity, LEAST_EMISSIVITY)
    return 1.0 / ((1.0 - seen) / seen + 1.0 / factor)


class Outside(NamedTuple):
    """Films and sky outside of a site, for a model with constant films."""

    #: Mean forced convection of smooth glass 10 m above open country, windward and leeward. [W/(m²K)]
    windward: float
    leeward: float
    #: Long-wave coefficient of a black face at the mean temperature of the air. [W/(m²K)]
    radiation: float
    #: Exponent of the view of the sky above 1 with which its cold is seen. [-]
    exponent: float
    #: Loss of a black face that sees the whole sky, shape (8760,). [W/m²]
    sky: FloatArray


def outside(weather: Weather) -> Outside:
    """Films and sky of a weather.

    Where the weather knows the long-wave radiation of the sky, a face loses F √F 4σT³ (T_air - T_sky), as the lower
    part of what it sees above is air; else F · 5 · 11 W/m² with the standard's difference of 11 K.

    Parameters
    ----------
    weather : Weather
        A year.

    Returns
    -------
    Outside
        [W/(m²K)], [W/m²]

    References
    ----------
    .. [1] ISO 13790:2008, 11.4.6, for the 11 K; Walton 1983, NBSSIR 83-2655, for F √F; Yazdanian and Klems 1994,
       ASHRAE Transactions 100(1), for the wind.
    """
    air = over_hour(weather.temp_air, weather.temp_offset)
    sky = over_hour(sky_temperature(weather), weather.temp_offset)
    speed = np.where(np.isnan(weather.wind_speed), CALM, weather.wind_speed)
    known = ~np.isnan(sky)
    middle = 0.5 * (air + np.where(known, sky, air)) + KELVIN
    loss = np.where(known, 4.0 * STEFAN_BOLTZMANN * middle**3 * (air - sky), H_R_BLACK * DELTA_SKY)
    mean = float(np.nanmean(air)) if not np.isnan(air).all() else 0.0
    return Outside(
        windward=WINDWARD[0] * float(np.mean(speed ** WINDWARD[1])),
        leeward=LEEWARD[0] * float(np.mean(speed ** LEEWARD[1])),
        radiation=4.0 * STEFAN_BOLTZMANN * (mean + KELVIN) ** 3,
        exponent=1.5 if known.any() else 1.0,
        sky=np.where(np.isnan(air), np.nan, loss),
    )


def inner_convection(up: FloatArray) -> FloatArray:
    """Natural convection at inner faces, the mean of warm and cold ones at `TYPICAL_DIFFERENCE`.

    Parameters
    ----------
    up : ndarray, shape (faces,)
        Cosine of the tilt. [-]

    Returns
    -------
    ndarray, shape (faces,)
        2.2 for walls, 1.9 for floors and ceilings. [W/(m²K)]

    References
    ----------
    .. [1] As for `natural_factors`.
    """
    warm, cold = natural_factors(up)
    mean: FloatArray = 0.5 * (warm + cold) * TYPICAL_DIFFERENCE ** (1.0 / 3.0)
    return mean


def outer_convection(up: FloatArray, roughness: FloatArray, profile: FloatArray, site: Outside) -> FloatArray:
    """Mean convection at outer faces, natural and forced.

    h = h_n + R_f (√(h_n² + f²) - h_n), with the mean f of windward and leeward, windward alone on faces that look up.

    Parameters
    ----------
    up : ndarray, shape (faces,)
        Cosine of the tilt. [-]
    roughness : ndarray, shape (faces,)
        Factor over smooth glass, R_f. [-]
    profile : ndarray, shape (faces,)
        Wind at the face over that of the weather; 0 where there is none. [-]
    site : Outside
        Mean forced convection. [W/(m²K)]

    Returns
    -------
    ndarray, shape (faces,)
        [W/(m²K)]

    References
    ----------
    .. [1] EnergyPlus Engineering Reference, "DOE-2 model" of outside convection: MoWiTT with roughness.
    """
    natural = inner_convection(up)
    windward = site.windward * profile ** WINDWARD[1]
    leeward = site.leeward * profile ** LEEWARD[1]
    forced = np.where(up > 0.5, windward, 0.5 * (windward + leeward))
    found: FloatArray = natural + roughness * (np.sqrt(natural**2 + forced**2) - natural)
    return found

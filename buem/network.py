"""Buildings and weather as the year of the 5R1C takes them, and its sums as indicators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from buem import iso13790_records as rc
from buem.apertures import sun_on_mass
from buem.building import Building
from buem.constants import H_MS, HOURS, INTERNAL_SURFACE_RATIO, OPERATIVE_AIR_WEIGHT, SECONDS_PER_HOUR
from buem.envelope import Planes, diffuse_apertures, sunlit_planes
from buem.errors import Problem, problem
from buem.films import Outside
from buem.gains import gain_shares
from buem.iso13790_sun import HIDDEN, MOVABLE, SHADED
from buem.profiles import FloatArray
from buem.results import Indicators
from buem.skyline import skylines
from buem.solar import SolarHours, beam_share
from buem.standing import nothing_below, stands
from buem.stock import DOOR, WINDOW, Stock, mass_area_ratio, stack
from buem.transmission import Conductances, Fabric, conductances, fabric, heat_capacity, mass_area, sum_by_owner
from buem.ventilation import ventilation_conductance
from buem.weather import Weather
from buem.weather_hours import over_hour
from buem.window_parts import SHADES


class Network(NamedTuple):
    """N buildings as the year loop takes them, and the conductances they came from."""

    h: Conductances
    zones: rc.Zones
    sunlit: rc.Sunlit
    climate: rc.Climate


class Sky(NamedTuple):
    """What a site gives to all its buildings."""

    weather: Weather
    solar: SolarHours
    outside: Outside
    #: Mean density of the outdoor air. [kg/m³]
    density: float


def network(buildings: Sequence[Building], stock: Stock, site: Sky) -> Network:
    """Buildings of a site as 5R1C networks.

    Parameters
    ----------
    buildings : sequence of Building
        N buildings.
    stock : Stock
        The same.
    site : Sky
        Weather, sun, films. [W/m²], [W/(m²K)]

    Returns
    -------
    Network

    References
    ----------
    .. [1] ISO 13790:2008, Annex C.
    """
    below = stands(buildings, stock, site.weather)
    acts = fabric(stock, site.outside, site.density, below)
    h = conductances(stock, acts, site.outside)
    planes = sunlit_planes(stock, acts)
    zones = _zones(stock, acts, h, planes, site)
    zones = zones._replace(h_ground=below.conductance, ground_mean=below.mean, ground_cosine=below.cosine,
                           ground_sine=below.sine)
    return Network(h, zones, _sunlit(planes, stock), _climate(site, stock))


def _zones(stock: Stock, acts: Fabric, h: Conductances, planes: Planes, site: Sky) -> rc.Zones:
    n, density = stock.floor_area.size, site.density
    a_m, a_t = mass_area(stock, acts), stock.internal_surface_area
    glass, direct = (sum_by_owner(aperture, planes.owner, n) for aperture in (planes.diffuse, planes.direct))
    sun = sun_on_mass(stock, acts, beam_share(site.solar)), np.divide(direct, glass, out=np.zeros(n), where=glass > 0.0)
    shares = gain_shares(stock.convective_share, a_m / a_t, h.h_tr_w / (acts.h_ms * a_t), sun)
    light = diffuse_apertures(planes)
    outer = h.h_tr_ms / (h.h_tr_ms - h.h_tr_op)
    sky = h.sky_by_kind
    of_glass = sky[:, WINDOW] + sky[:, DOOR]
    change = ventilation_conductance(np.ones(n), stock.volume, density)
    values, s = stock.schedules.values, stock.schedules
    steady_columns = values.max(axis=0) == values.min(axis=0)
    steady = steady_columns[s.air] & (np.isinf(stock.bypass_temp) | (stock.heat_recovery == 0.0))
    use = np.where(steady, values[0, s.air], 0.0)
    free = values.max(axis=0)[s.free] > 0.0
    none, beside = np.zeros(n), np.zeros(n)
    beside[stock.spaces.owner] = 1.0 - acts.zone[stock.spaces.owner]
    return rc.Zones(
        net=rc.Network(h.h_tr_em, h.h_tr_ms, h.h_tr_is, h.h_tr_w,
                       heat_capacity(stock, acts, density) / SECONDS_PER_HOUR,
                       np.where(stock.operative, OPERATIVE_AIR_WEIGHT, 1.0)),
        h_ve=change * (stock.infiltration + use * (1.0 - stock.heat_recovery)),
        h_ve_night=change * stock.night_air_change,
        night_start=stock.night_start, night_end=stock.night_end, night_temp_min=stock.night_temp_min,
        h_use=np.where(steady, 0.0, change), recovery=stock.heat_recovery, bypass_temp=stock.bypass_temp,
        h_free=np.where(free, change, 0.0), free_temp_min=stock.free_temp_min, free_difference=stock.free_difference,
        convective=shares.convective, mass_share=shares.mass, surface_share=shares.surface,
        sun_mass=shares.sun_mass, sun_surface=shares.sun_surface,
        outer=outer, sky_mass=outer * (sky.sum(axis=1) - of_glass), sky_surface=of_glass,
        h_ground=none, ground_mean=none, ground_cosine=none, ground_sine=none, beside=beside,
        floor_area=stock.floor_area, power_heat=stock.heating_power, power_cool=stock.cooling_power,
        first_hour=stock.first_hour.astype(np.float64), hours=stock.hours.astype(np.float64),
        film_steady=acts.room.steady, film_moving=acts.room.moving, radiant=acts.room.radiation, mass_area=a_m,
        inner_area=a_t, star_area=acts.room.star * a_t,
        pane_convection=acts.panes.convection, pane_radiation=acts.panes.radiation, pane_between=acts.panes.between,
        gap_radiation=acts.panes.gap_radiation, gap_gas=acts.panes.gap_gas, pane_rest=acts.panes.rest,
        isotropic=light.isotropic[:, 0], horizon=light.horizon[:, 0], ground=light.ground[:, 0],
        isotropic_opaque=light.isotropic[:, 1], horizon_opaque=light.horizon[:, 1], ground_opaque=light.ground[:, 1],
    )


def _climate(site: Sky, stock: Stock) -> rc.Climate:
    values, s, sun = stock.schedules.values, stock.schedules, site.solar
    light = np.stack([sun.direct, sun.circumsolar, sun.isotropic, sun.horizon, sun.ground])
    lit = np.where((light == 0.0).all(axis=0), 0.0, 1.0)
    # A building without a sunlit plane has no product with the beam, but it has one with the sky.
    isotropic = np.where(np.isnan(light).any(axis=0), np.nan, sun.isotropic)
    # Only a dark horizon beside little sky light can make the sky of a plane that does not face down negative, or a
    # negative isotropic part, which light at sunset in a file with a wrong clock has.
    dark = (sun.horizon < 0.0) & (sun.isotropic / 2.0 + sun.horizon < 1e-9 * sun.isotropic)
    lit = np.where(dark | (sun.isotropic < 0.0), 2.0, lit)
    change = np.ones(values.shape[0])
    change[1:] = (values[1:] != values[:-1]).any(axis=1)
    angle = 2.0 * np.pi * (np.arange(HOURS) + 0.5) / HOURS
    hours = np.stack([sun.east, sun.north, sun.up, sun.direct + sun.circumsolar, sun.circumsolar, isotropic,
                      sun.horizon, sun.ground, outdoor_air(site.weather), lit, change, site.outside.sky,
                      np.cos(angle), np.sin(angle)], axis=1)
    beside = np.zeros(stock.floor_area.size, dtype=np.int64)
    beside[stock.spaces.owner] = stock.spaces.gain
    columns = np.stack([s.heating, s.cooling, s.gain, s.air, s.free, beside, s.ground])
    return rc.Climate(np.ascontiguousarray(hours), np.ascontiguousarray(values), columns.astype(np.int64))


def outdoor_air(weather: Weather) -> FloatArray:
    """Mean outdoor temperature of each hour.

    Parameters
    ----------
    weather : Weather
        A year, whose rows may hold the temperature of one moment of the hour.

    Returns
    -------
    ndarray, shape (8760,)
        [°C]

    References
    ----------
    .. [1] `weather_hours.over_hour`.
    """
    return over_hour(weather.temp_air, weather.temp_offset)


def _sunlit(planes: Planes, stock: Stock) -> rc.Sunlit:
    table = np.column_stack([planes.east, planes.north, planes.up, planes.beam, planes.diffuse, planes.sky_view,
                             planes.horizon_view, planes.ground_view, planes.opaque, planes.shade, planes.roof])
    n = planes.offset.size - 1

    def any_of(which: NDArray[np.bool_]) -> NDArray[np.int64]:
        return (sum_by_owner(which.astype(np.float64), planes.owner, n) > 0.0).astype(np.int64)

    shade = dict(zip(SHADES, planes.shade.T))
    fixed = (shade["depth"] > 0.0) | (shade["fin_left"] > 0.0) | (shade["fin_right"] > 0.0)
    hidden = (stock.horizon.sectors > 0) | (stock.horizon_roof.sectors > 0)
    special = (any_of(planes.up < 0.0) + SHADED * any_of(fixed) + MOVABLE * any_of(np.isfinite(shade["irradiance"]))
               + HIDDEN * hidden)
    return rc.Sunlit(planes.offset, np.ascontiguousarray(table), special, *skylines(stock))


def network_indicators(sums: FloatArray, stock: Stock, net: Network) -> Indicators:
    """Indicators from the sums of a year.

    What opaque elements lose is the flow out of the mass, and the sun they take counts as a gain of the zone as in
    ISO 13790; the losses of a kind are its share of that, and its own loss to the sky.

    Parameters
    ----------
    sums : ndarray, shape (SUMS, buildings)
        [Wh], [K h], [h]
    stock : Stock
        The buildings.
    net : Network
        Their networks.

    Returns
    -------
    Indicators
        [Wh], [W]
    """
    h, zones = net.h, net.zones
    bad = np.isnan(sums[rc.SUM_HEATING])
    sky = h.sky_by_kind * _counted(net.climate.hours[:, 11], zones)[:, None]
    # The flow of the ground lies in the sum of the opaque elements' sun.
    to_outer = sums[rc.SUM_OPAQUE] - (sky.sum(axis=1) - sky[:, WINDOW] - sky[:, DOOR])
    # A watt at the outer faces is more than one at the mass, and the mass loses that much more.
    through_mass = h.h_tr_em * sums[rc.SUM_MASS] - (zones.outer - 1.0) * to_outer
    radiant = (1.0 - zones.convective) * sums[rc.SUM_INTERNAL]
    # The share of the radiative gains that ISO 13790 sends neither to the mass nor to the surfaces leaves by the glass.
    through_glass = sums[rc.SUM_SURFACE] + (1.0 - zones.mass_share - zones.surface_share) * radiant
    of_mass = np.divide(through_mass, h.h_tr_op, out=np.zeros_like(bad, dtype=float), where=h.h_tr_op != 0)
    of_glass = np.divide(through_glass, h.h_tr_w, out=np.zeros_like(bad, dtype=float), where=h.h_tr_w != 0)
    of_ground = np.divide(sums[rc.SUM_GROUND], zones.h_ground, out=np.zeros_like(bad, dtype=float),
                          where=zones.h_ground != 0)
    loss = [h.by_kind[:, k] * (of_glass if k in (WINDOW, DOOR) else of_mass) + sky[:, k]
            - h.ground_by_kind[:, k] * of_ground for k in range(5)]
    return Indicators(
        heating=sums[rc.SUM_HEATING], cooling=sums[rc.SUM_COOLING],
        heating_peak=np.where(bad, np.nan, sums[rc.SUM_PEAK_HEATING]),
        cooling_peak=np.where(bad, np.nan, sums[rc.SUM_PEAK_COOLING]),
        heating_peak_hour=sums[rc.SUM_HOUR_HEATING].astype(np.int64),
        cooling_peak_hour=sums[rc.SUM_HOUR_COOLING].astype(np.int64),
        hours_below_band=sums[rc.SUM_BELOW].astype(np.int64), hours_above_band=sums[rc.SUM_ABOVE].astype(np.int64),
        loss=np.stack([*loss, stock.thermal_bridge * of_mass], axis=1),
        loss_ventilation=sums[rc.SUM_AIR],
        gain_solar=sums[rc.SUM_SOLAR] + (sums[rc.SUM_OPAQUE] - sums[rc.SUM_GROUND]),
        gain_internal=sums[rc.SUM_INTERNAL], storage=sums[rc.SUM_STORAGE],
    )


def _counted(values: FloatArray, zones: rc.Zones) -> FloatArray:
    """Sum of an hourly quantity over the hours that count for each building."""
    twice = np.concatenate([[0.0], np.cumsum(np.concatenate([values, values]))])
    first = zones.first_hour.astype(np.int64)
    whole = values.sum()
    part: FloatArray = twice[first + zones.hours.astype(np.int64)] - twice[first]
    return np.where(zones.hours == values.size, whole, part)


def check_network(building: Building) -> list[Problem]:
    """Problems that only the 5R1C network of a sound building has.

    Parameters
    ----------
    building : Building
        One without problems of its own; see `building_check.check_building`.

    Returns
    -------
    list of Problem
        Empty when the network can be solved; conductances in W/K, areas in m².

    References
    ----------
    .. [1] ISO 13790:2008, 12.2.2, eq. 63: H_tr,em needs H_tr,op < H_tr,ms.
    """
    inner = building.internal_surface_area or INTERNAL_SURFACE_RATIO * building.floor_area
    if any(s.layers for s in building.surfaces):
        h_op, h_ms, mass_area = _of_layers(building)
    else:
        ratio = building.mass_area_ratio or mass_area_ratio(building.heat_capacity)
        mass_area = ratio * building.floor_area
        h_ms = H_MS * mass_area
        # An upper bound for elements on the ground and beside a zone.
        h_op = building.thermal_bridge + sum(s.u_value * s.area * s.b_transmission for s in building.surfaces
                                             if s.kind != "door" and s.boundary != "adiabatic")
    found = []
    if h_op >= h_ms:
        found.append(problem(
            "surfaces", f"{h_op:.0f} W/K through opaque elements",
            f"less than the {h_ms:.0f} W/K between mass and surface, {h_ms / mass_area:.1f} W/(m²K) times a mass area "
            f"of {mass_area:.0f} m²; is the floor area too small?", "NO_SOLUTION"))
    if mass_area > inner:
        found.append(problem("internal_surface_area", f"{inner:.0f} m²",
                             f"at least the mass area, {mass_area:.0f} m²", "NO_SOLUTION"))
    return found


def _of_layers(building: Building) -> tuple[float, float, float]:
    """H_tr,op, H_tr,ms [W/K] and mass area [m²] of a building with layers, without films outside."""
    stock = stack([building])
    still = Outside(windward=0.0, leeward=0.0, radiation=1e6, exponent=1.0, sky=np.zeros(1))
    acts = fabric(stock, still, 1.2, nothing_below(stock))
    h = conductances(stock, acts, still)
    return float(h.h_tr_op[0]), float(h.h_tr_ms[0]), float(mass_area(stock, acts)[0])

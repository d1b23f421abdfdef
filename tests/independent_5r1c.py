"""A second 5R1C, plain and slow, to judge the one of buem.

Written from the balances of the three nodes in ISO 13790:2008, Annex C, figure C.1, not from buem: the nodes are a
linear system, solved with its inverse; the load is found as in C.4.2 by a trial with 10 W/m² and a straight line;
irradiance is pvlib's, plane by plane; shades are areas of polygons; the year is repeated until it is periodic. Of buem
it takes the records of input and the angular polynomial of a glazing.
"""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd
import pvlib
import shapely

from buem.gains import angular_g

HOURS = 8760
#: ISO 13790:2008, table 12: capacity [J/(m²K)] and mass area ratio [-].
CLASSES = ((80e3, 2.5), (110e3, 2.5), (165e3, 2.5), (260e3, 3.0), (370e3, 3.5))


def schedule(values, year):
    """Hourly values, hour by hour from the calendar; 29 February has none."""
    if not isinstance(values, tuple):
        return [float(values)] * HOURS
    if len(values) == HOURS:
        return list(values)
    hours, day = [], dt.date(year, 1, 1)
    while day.year == year:
        if (day.month, day.day) != (2, 29):
            first = 24 if len(values) == 48 and day.weekday() >= 5 else 0
            hours.extend(values[first:first + 24])
        day += dt.timedelta(days=1)
    return hours


class Sun:
    """pvlib's sun and sky for a weather."""

    def __init__(self, weather, sky="perez"):
        start = pd.Timestamp("2019-01-01", tz=dt.timezone(dt.timedelta(hours=weather.utc_offset)))
        times = pd.date_range(start + pd.Timedelta(minutes=weather.sun_offset), periods=HOURS, freq="h")
        position = pvlib.solarposition.get_solarposition(times, weather.latitude, weather.longitude, weather.elevation)
        self.zenith, self.azimuth = position["apparent_zenith"].to_numpy(), position["azimuth"].to_numpy()
        self.extra = pvlib.irradiance.get_extra_radiation(times.tz_convert("UTC").day_of_year.to_numpy())
        self.airmass = pvlib.atmosphere.get_relative_airmass(self.zenith)
        self.weather, self.sky = weather, sky

    def parts(self, tilt, azimuth):
        """cos of incidence (0 behind the plane), beam, circumsolar, isotropic, horizon, ground, on the plane. [W/m²]"""
        w, irr = self.weather, pvlib.irradiance
        cosine = np.maximum(irr.aoi_projection(tilt, azimuth, self.zenith, self.azimuth), 0.0)
        ground = irr.get_ground_diffuse(tilt, w.ghi, albedo=w.albedo)
        zero = np.zeros(HOURS)
        if self.sky == "isotropic":
            return cosine, w.dni * cosine, zero, irr.isotropic(tilt, w.dhi), zero, ground
        if self.sky == "haydavies":
            sky = irr.haydavies(tilt, azimuth, w.dhi, w.dni, self.extra, self.zenith, self.azimuth,
                                return_components=True)
            return cosine, w.dni * cosine, sky["poa_circumsolar"], sky["poa_isotropic"], zero, ground
        sky = irr.perez(tilt, azimuth, w.dhi, w.dni, self.extra, self.zenith, self.azimuth, self.airmass,
                        return_components=True)
        circumsolar, isotropic, horizon = (
            np.nan_to_num(sky[name]) for name in ("poa_circumsolar", "poa_isotropic", "poa_horizon"))
        return cosine, w.dni * cosine, circumsolar, isotropic, horizon, ground


def shaded(window, sun):
    """Share of a window in the shade of its overhang: the polygon of the shadow cut with the window."""
    shade = window.overhang
    height = window.height or math.sqrt(window.area)
    width = window.area / height
    zenith, turn = np.radians(sun.zenith), np.radians(sun.azimuth - window.azimuth)
    out, up = np.sin(zenith) * np.cos(turn), np.cos(zenith)
    # Seen from outside, a sun clockwise of the normal stands to the left.
    right = -np.sin(zenith) * np.sin(turn)
    far = 1e4
    a, b = -min(shade.left, far), width + min(shade.right, far)
    glass = shapely.box(0.0, -shade.gap - height, width, -shade.gap)
    share = np.zeros(HOURS)
    for t in np.flatnonzero((out > 1e-6) & (up > 0.0)):
        shift, drop = -right[t] * shade.depth / out[t], -up[t] * shade.depth / out[t]
        if drop < -shade.gap:
            shadow = shapely.Polygon([(a, 0.0), (b, 0.0), (b + shift, drop), (a + shift, drop)])
            share[t] = glass.intersection(shadow).area / glass.area
    return share


def open_sky(window):
    """Sky that a long overhang leaves, as a mean over the height of the window of the sine of the open angle."""
    shade, height = window.overhang, window.height or math.sqrt(window.area)
    nodes, weights = np.polynomial.legendre.leggauss(60)
    below = shade.gap + height * (nodes + 1) / 2
    return float(weights @ np.sin(np.arctan2(below, shade.depth)) / 2)


def solar_gain(building, sun):
    """Φ_sol before the sky loss, ISO 13790 11.3. [W]"""
    total = np.zeros(HOURS)
    for s in building.surfaces:
        if s.kind == "floor":
            continue
        _, *light = sun.parts(s.tilt, s.azimuth)
        factor = building.shading_horizontal if s.tilt < 45 else building.shading_vertical
        total += s.absorptance * 0.04 * s.u_value * s.area * s.b_transmission * factor * sum(light)
    nodes, weights = np.polynomial.legendre.leggauss(20)
    for w in building.windows:
        cosine, beam, circumsolar, isotropic, horizon, ground = sun.parts(w.tilt, w.azimuth)
        if w.f_w is None:
            curve = angular_g(np.array([w.u_value]), np.array([w.g_value]))[0]
            direct = sum(c * cosine**k for k, c in enumerate(curve))
            mu = (nodes + 1) / 2
            diffuse = float(weights @ (sum(c * mu**k for k, c in enumerate(curve)) * mu))
        else:
            direct = diffuse = w.g_value * w.f_w
        factor = building.shading_horizontal if w.tilt < 45 else building.shading_vertical
        lit, sky = 1.0, 1.0
        if w.overhang is not None:
            lit, sky = 1.0 - shaded(w, sun), open_sky(w)
        gain = (beam + circumsolar) * direct * lit + (isotropic * sky + horizon + ground) * diffuse
        total += gain * w.area * w.b_transmission * (1 - w.frame_fraction) * factor
    return total


def sky_loss(building):
    """F_r Φ_r of all elements but floors: 5 ε of long-wave exchange over 11 K, ISO 13790 11.3.5 and 11.4.6. [W]"""
    return sum(
        (1 + math.cos(math.radians(e.tilt))) / 2 * 0.04 * e.u_value * e.area * e.b_transmission * 5 * e.emissivity * 11
        for e in (*building.surfaces, *building.windows) if getattr(e, "kind", "window") != "floor")


def air_changes(building, density):
    """Ventilation conductance without and with the night air. [W/K]"""
    air = building.ventilation
    per_change = density * 1006.0 * building.floor_area * building.room_height / 3600.0
    base = per_change * (air.infiltration + air.use * (1 - air.heat_recovery))
    return base, base + (per_change * air.night.air_change if air.night else 0.0)


def night_runs(night, hour, theta_air, theta_e):
    """Whether the night air flows, judged by the air of the hour before."""
    if night is None:
        return False
    middle = hour % 24 + 0.5
    inside = (night.start <= middle < night.end if night.start < night.end
              else middle >= night.start or middle < night.end)
    return inside and (night.temp_min is None or (theta_air > night.temp_min and theta_air > theta_e))


class Zone:
    """The 5R1C of one building."""

    def __init__(self, building, density):
        ratio = building.mass_area_ratio
        if ratio is None:
            ratio = min(CLASSES, key=lambda row: abs(row[0] - building.heat_capacity))[1]
        self.building = building
        self.a_m = ratio * building.floor_area
        self.a_t = building.internal_surface_area or 4.5 * building.floor_area
        self.c_m = building.heat_capacity * building.floor_area
        losses = [(s.kind, s.u_value * s.area * s.b_transmission) for s in building.surfaces]
        h_op = sum(h for kind, h in losses if kind != "door") + building.thermal_bridge
        self.h_w = sum(h for kind, h in losses if kind == "door")
        self.h_w += sum(w.u_value * w.area * w.b_transmission for w in building.windows)
        self.h_ms, self.h_is = 9.1 * self.a_m, 3.45 * self.a_t
        self.h_em = 1 / (1 / h_op - 1 / self.h_ms) if h_op else 0.0
        self.h_ve = air_changes(building, density)
        self.inverse = [np.linalg.inv(self.matrix(h)) for h in self.h_ve]
        weight = 0.3 if building.usage.temperature_control == "operative" else 1.0
        self.held = np.array([0.0, 1 - weight, weight])

    def matrix(self, h_ve):
        """Rows: balance of mass, surface, air; columns: θ_m at the end of the hour, θ_s, θ_air."""
        c = self.c_m / 3600.0
        return np.array([
            [c + (self.h_em + self.h_ms) / 2, -self.h_ms, 0.0],
            [-self.h_ms / 2, self.h_ms + self.h_w + self.h_is, -self.h_is],
            [0.0, -self.h_is, self.h_is + h_ve],
        ])

    def hour(self, theta_m, theta_e, internal, solar, low, high, night):
        """θ_m, θ_s, θ_air and load of an hour. [°C], [W]"""
        usage, h_ve = self.building.usage, self.h_ve[night]
        radiative = (1 - usage.convective_share) * internal + solar
        c = self.c_m / 3600.0
        known = np.array([
            (c - (self.h_em + self.h_ms) / 2) * theta_m + self.h_em * theta_e + self.a_m / self.a_t * radiative,
            (1 - self.a_m / self.a_t - self.h_w / (9.1 * self.a_t)) * radiative + self.h_w * theta_e
            + self.h_ms * theta_m / 2,
            usage.convective_share * internal + h_ve * theta_e,
        ])
        free = self.inverse[night] @ known
        zero = self.held @ free
        if low <= zero <= high:
            return free, 0.0
        trial = 10.0 * self.building.floor_area
        ten = self.held @ (self.inverse[night] @ (known + np.array([0.0, 0.0, trial])))
        target = low if zero < low else high
        load = trial * (target - zero) / (ten - zero)
        cooling_power = usage.cooling_power if usage.cooling else 0.0
        load = min(load, usage.heating_power) if load > 0 else max(load, -cooling_power)
        return self.inverse[night] @ (known + np.array([0.0, 0.0, load])), load


def year(building, weather, density, sky="perez", sun=None):
    """Heating, cooling [W], air, surface and mass temperature [°C] of each hour, in a periodic year."""
    sun = sun or Sun(weather, sky)
    zone, usage = Zone(building, density), building.usage
    solar = (solar_gain(building, sun) - sky_loss(building)).tolist()
    low, high, gain = (schedule(s, building.period.year)
                       for s in (usage.heating_setpoint, usage.cooling_setpoint, usage.internal_gain))
    outdoor, night = weather.temp_air.tolist(), building.ventilation.night
    theta_m = theta_air = 20.0
    out = np.zeros((5, HOURS))
    for _ in range(60):
        begin = theta_m
        for t in range(HOURS):
            runs = night_runs(night, t, theta_air, outdoor[t])
            (theta_m, theta_s, theta_air), load = zone.hour(
                theta_m, outdoor[t], gain[t] * building.floor_area, solar[t], low[t], high[t], int(runs))
            out[:, t] = max(load, 0.0), max(-load, 0.0), theta_air, theta_s, theta_m
        if abs(theta_m - begin) < 1e-7:
            break
    return out

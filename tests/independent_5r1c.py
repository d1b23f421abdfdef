"""A second 5R1C, plain and slow, to judge the one of buem.

Written from the balances of the three nodes in ISO 13790:2008, Annex C, figure C.1, not from buem: the nodes are a
linear system, solved with its inverse; the load is found as in C.4.2 by a trial with 10 W/m² and a straight line;
irradiance is pvlib's, plane by plane; shades are areas of polygons; the year is repeated until it is periodic. Of buem
it takes the records of input and the panes of a glazing.

What the sun and the sky do at outer faces is an equivalent outdoor temperature of the path through them; the light
behind the glass is followed from face to face until it is spent. Buildings without layers alone.
"""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd
import pvlib
import shapely

from buem.glazing import glazing

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


def reduction(building, tilt):
    """F_sh of a plane."""
    return building.shading_horizontal if tilt < 45 else building.shading_vertical


def over_hemisphere(curve):
    """Mean of a polynomial in the cosine of incidence over the hemisphere, by quadrature."""
    nodes, weights = np.polynomial.legendre.leggauss(20)
    mu = (nodes + 1) / 2
    return float(weights @ (sum(c * mu**k for k, c in enumerate(curve)) * mu))


class Pane:
    """Glass of a window as the sun sees it."""

    def __init__(self, window):
        f_w = np.nan if window.f_w is None else window.f_w
        panes = glazing(*(np.array([v]) for v in (window.u_value, window.g_value, f_w)))
        self.passes, self.takes = panes.beam[0], panes.absorbed[0]
        # What of g is no light is heat of the panes; F_W reduces both.
        whole = 1.0 if window.f_w is None else window.f_w
        self.inward = window.g_value - (self.passes.sum() / whole if whole else
                                        glazing(np.array([window.u_value]), np.array([window.g_value]),
                                                np.array([np.nan])).beam[0].sum())
        self.outer, self.inner = panes.outer[0], panes.inner[0]
        self.clear = window.area * (1 - window.frame_fraction)


def light_kept(building):
    """Share of beam and of diffuse light behind the glass that stays, bounce by bounce."""
    a_t = building.internal_surface_area or 4.5 * building.floor_area
    faces = [(s.area, s.absorptance_inside) for s in building.surfaces]
    rest = a_t - sum(a for a, _ in faces) - sum(w.area for w in building.windows)
    faces.append((max(rest, 0.0), 0.6))
    panes = [Pane(w) for w in building.windows]
    taken = sum(a * alpha for a, alpha in faces)
    taken += sum(p.clear * p.inner * over_hemisphere(p.takes) for p in panes)
    out = sum(p.clear * (over_hemisphere(p.passes) + p.outer * over_hemisphere(p.takes)) for p in panes)
    whole = sum(a for a, _ in faces) + sum(w.area for w in building.windows)
    light, stays = 1.0, 0.0
    for _ in range(2000):
        stays, light = stays + light * taken / whole, light * (1 - (taken + out) / whole)
    floors = [(s.area, s.absorptance_inside) for s in building.surfaces if s.kind == "floor"]
    floors.append((max(building.floor_area - sum(a for a, _ in floors), 0.0), 0.6))
    first = sum(a * alpha for a, alpha in floors) / sum(a for a, _ in floors)
    return first + (1 - first) * stays, stays


class Sunshine:
    """Heat flows by the sun. [W]"""

    def __init__(self, building, sun):
        #: At the outer faces of opaque elements and of doors; as light, and as heat of panes, behind the glass.
        self.opaque, self.doors, self.light, self.heat = (np.zeros(HOURS) for _ in range(4))
        #: Apertures for diffuse light of what comes in as light and as heat. [m²]
        self.as_light = self.as_heat = 0.0
        for s in building.surfaces:
            if s.kind == "floor":
                continue
            _, *light = sun.parts(s.tilt, s.azimuth)
            aperture = s.absorptance * 0.04 * s.u_value * s.area * s.b_transmission * reduction(building, s.tilt)
            if s.kind == "door":
                self.doors += aperture * sum(light)
                self.as_heat += aperture
            else:
                self.opaque += aperture * sum(light)
        beam, diffuse = light_kept(building)
        for w in building.windows:
            self._add_window(w, reduction(building, w.tilt), sun, (beam, diffuse))

    def _add_window(self, w, factor, sun, kept):
        cosine, beam, circumsolar, isotropic, horizon, ground = sun.parts(w.tilt, w.azimuth)
        pane = Pane(w)
        area = pane.clear * w.b_transmission * factor
        lit, sky = 1.0, 1.0
        if w.overhang is not None:
            lit, sky = 1.0 - shaded(w, sun), open_sky(w)
        directed, other = (beam + circumsolar) * lit, isotropic * sky + horizon + ground
        passes = sum(c * cosine**k for k, c in enumerate(pane.passes))
        takes = sum(c * cosine**k for k, c in enumerate(pane.takes))
        self.light += area * (directed * passes * kept[0] + other * over_hemisphere(pane.passes) * kept[1])
        self.heat += area * pane.inward * (directed * takes + other * over_hemisphere(pane.takes))
        self.as_light += area * over_hemisphere(pane.passes) * kept[1]
        self.as_heat += area * pane.inward * over_hemisphere(pane.takes)


def of_the_hour(values, offset):
    """Mean of each hour of what is known at one of its moments and straight between these."""
    if offset == 30.0:
        return values
    at = np.concatenate([[values[0]], values, [values[-1]]])
    start, end = ((1 - f) * a + f * b for a, b, f in (
        (at[:-2], at[1:-1], 1 - offset / 60), (at[1:-1], at[2:], 1 - offset / 60)))
    return (start + end) / 2


def sky_powers(building, weather):
    """Loss to the sky of opaque elements, and of windows and doors. [W]"""
    air = of_the_hour(weather.temp_air, weather.temp_offset)
    sky = of_the_hour((weather.longwave_down / 5.670374419e-8) ** 0.25 - 273.15, weather.temp_offset)
    known = ~np.isnan(sky)
    power = np.where(known, 4 * 5.670374419e-8 * ((air + sky) / 2 + 273.15) ** 3 * (air - sky), 55.0)
    out = np.zeros(2)
    for e in (*building.surfaces, *building.windows):
        kind = getattr(e, "kind", "window")
        if kind != "floor":
            seen = (1 + math.cos(math.radians(e.tilt))) / 2
            seen *= math.sqrt(seen) if known.any() else 1.0
            if getattr(e, "overhang", None) is not None:
                # An overhang stands before the sky for the long-wave as it does for the light.
                seen *= open_sky(e)
            out[int(kind in ("window", "door"))] += (
                seen * 0.04 * e.u_value * e.area * e.b_transmission * e.emissivity)
    return out[0] * power, out[1] * power


class Air:
    """Ventilation conductance of each hour, judged by the air of the hour before."""

    def __init__(self, building, density):
        air, year = building.ventilation, building.period.year
        self.air = air
        self.per_change = density * 1006.0 * building.floor_area * building.room_height / 3600.0
        self.use = schedule(air.use, year)
        self.free = schedule(air.free.air_change, year) if air.free else None

    def conductance(self, t, theta_air, theta_e):
        """H_ve. [W/K]"""
        air, warm = self.air, theta_air > theta_e
        recovery = air.heat_recovery
        if air.bypass_temp is not None and warm and theta_air > air.bypass_temp:
            recovery = 0.0
        changes = air.infiltration + self.use[t] * (1 - recovery)
        if night_runs(air.night, t, theta_air, theta_e):
            changes += air.night.air_change
        if air.free and theta_air > air.free.temp_min and theta_air - theta_e > air.free.difference:
            changes += self.free[t]
        return self.per_change * changes


def night_runs(night, hour, theta_air, theta_e):
    """Whether the night air flows."""
    if night is None:
        return False
    middle = hour % 24 + 0.5
    inside = (night.start <= middle < night.end if night.start < night.end
              else middle >= night.start or middle < night.end)
    return inside and (night.temp_min is None or (theta_air > night.temp_min and theta_air > theta_e))


class Zone:
    """The 5R1C of one building."""

    def __init__(self, building):
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
        self.h_op, self.h_em = h_op, 1 / (1 / h_op - 1 / self.h_ms) if h_op else 0.0
        self.inverses = {}
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

    def inverse(self, h_ve):
        """Of the matrix, kept for the few conductances that return."""
        if h_ve not in self.inverses:
            self.inverses[h_ve] = np.linalg.inv(self.matrix(h_ve))
        return self.inverses[h_ve]

    def hour(self, theta_m, outside, gains, band, h_ve):
        """θ_m, θ_s, θ_air [°C] and load [W] of an hour; outside the air, and what acts behind walls and glass. [°C]"""
        theta_e, theta_op, theta_w = outside
        (convective, radiative, light, heat), (low, high) = gains, band
        usage, c, mass = self.building.usage, self.c_m / 3600.0, self.a_m / self.a_t
        inverse = self.inverse(h_ve)
        known = np.array([
            (c - (self.h_em + self.h_ms) / 2) * theta_m + self.h_em * theta_op + mass * (radiative + light),
            (1 - mass - self.h_w / (9.1 * self.a_t)) * radiative + (1 - mass) * light + heat + self.h_w * theta_w
            + self.h_ms * theta_m / 2,
            convective + h_ve * theta_e,
        ])
        free = inverse @ known
        zero = self.held @ free
        if low <= zero <= high:
            return free, 0.0
        trial = 10.0 * self.building.floor_area
        ten = self.held @ (inverse @ (known + np.array([0.0, 0.0, trial])))
        target = low if zero < low else high
        load = trial * (target - zero) / (ten - zero)
        cooling_power = usage.cooling_power if usage.cooling else 0.0
        load = min(load, usage.heating_power) if load > 0 else max(load, -cooling_power)
        return inverse @ (known + np.array([0.0, 0.0, load])), load


def limits(usage, year):
    """Heating and cooling set-point of each hour, open where a system may not run. [°C]"""
    low, high, heats, cools = (schedule(s, year) for s in (
        usage.heating_setpoint, usage.cooling_setpoint, usage.heating_available, usage.cooling_available))
    return ([a if on > 0 else -math.inf for a, on in zip(low, heats)],
            [a if on > 0 else math.inf for a, on in zip(high, cools)])


def year(building, weather, density, sky="perez", sun=None):
    """Heating, cooling [W], air, surface and mass temperature [°C] of each hour, in a periodic year."""
    sun = sun or Sun(weather, sky)
    zone, air, usage, shine = Zone(building), Air(building, density), building.usage, Sunshine(building, sun)
    low, high = limits(usage, building.period.year)
    gain = [g * building.floor_area for g in schedule(usage.internal_gain, building.period.year)]
    outdoor = of_the_hour(weather.temp_air, weather.temp_offset)
    cold_op, cold_w = sky_powers(building, weather)
    behind_op = outdoor + ((shine.opaque - cold_op) / zone.h_op if zone.h_op else 0.0)
    behind_w = outdoor - (cold_w / zone.h_w if zone.h_w else 0.0)
    # One share of the year for what comes in as heat: the code has one, too.
    both = shine.as_light + shine.as_heat
    share = shine.as_heat / both if both else 0.0
    all_in = shine.light + shine.heat + shine.doors
    columns = np.stack([outdoor, behind_op, behind_w, (1 - share) * all_in, share * all_in]).T.tolist()
    theta_m = theta_air = 20.0
    out = np.zeros((5, HOURS))
    for _ in range(60):
        begin = theta_m
        for t, (theta_e, theta_op, theta_w, light, heat) in enumerate(columns):
            f = usage.convective_share
            (theta_m, theta_s, theta_air), load = zone.hour(
                theta_m, (theta_e, theta_op, theta_w), (f * gain[t], (1 - f) * gain[t], light, heat), (low[t], high[t]),
                air.conductance(t, theta_air, theta_e))
            out[:, t] = max(load, 0.0), max(-load, 0.0), theta_air, theta_s, theta_m
        if abs(theta_m - begin) < 1e-7:
            break
    return out

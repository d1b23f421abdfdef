"""Columns of the node model's tables: of its elements, of their modes, of the hours."""

from __future__ import annotations

from typing import Any, Final, NamedTuple


class Columns(NamedTuple):
    """An element, or many of them: values or arrays of one shape; a row of `nodes.NodeElements.table`."""

    area: Any  # [m²]
    a_oo: Any  # response of the faces, `layers.Response` [W/(m²K)]
    a_io: Any
    a_ii: Any
    gap_radiation: Any  # what of the resistance of a glass is radiation in its gaps, and gas [-]
    gap_gas: Any
    b: Any  # share of the outdoors behind it [-]
    to_sky: Any  # long-wave outside over the cube of the temperature [W/(m²K⁴)]
    to_rest: Any
    in_warm: Any  # natural convection inside, of a face warmer and colder than the air [W/(m²K^(4/3))]
    in_cold: Any
    in_quarter: Any  # of a steep window inside [W/(m²K^(5/4))]
    out_warm: Any  # natural convection outside [W/(m²K^(4/3))]
    out_cold: Any
    rough: Any  # roughness outside over that of smooth glass [-]
    windward: Any  # forced convection, squared, over the wind's power of 2b
    leeward: Any
    star: Any  # long-wave inside over the cube of the temperature [W/(m²K⁴)]
    fixed_in: Any  # constant convection [W/(m²K)]
    fixed_out: Any
    share_beam: Any  # of the sun in the room that the inner face absorbs, per area [1/m²]
    share_diffuse: Any
    alpha_outer: Any  # absorbed at the outer face of what falls on the element [-]
    alpha_inner: Any
    absorbed_diffuse: Any
    tau_diffuse: Any  # what passes [-]
    east: Any  # where it faces [-]
    north: Any
    up: Any
    isotropic: Any  # view of the isotropic sky, of the horizon and of the ground [-]
    horizon: Any
    ground: Any
    absorbed_0: Any  # polynomial over the cosine of the angle of incidence [-]
    absorbed_1: Any
    absorbed_2: Any
    absorbed_3: Any
    absorbed_4: Any
    tau_0: Any
    tau_1: Any
    tau_2: Any
    tau_3: Any
    tau_4: Any
    depth: Any  # shade, `window_parts.SHADES` [m]
    gap: Any
    left: Any
    right: Any
    fin_left: Any
    fin_right: Any
    fin_gap: Any
    fin_above: Any
    height: Any
    width: Any
    factor: Any  # what a movable shade leaves [-]
    irradiance: Any  # above which it is closed [W/m²]
    temp_min: Any  # [°C]
    roof: Any  # 1 where it looks over the second skyline
    h_ground: Any  # to what lies behind the soil [W/(m²K)]
    ground_mean: Any  # what comes from there: mean of the year and two waves [W/m²]
    ground_cos: Any
    ground_sin: Any
    share_beam_outer: Any  # of the sun in the space beside, at the outer face of a shared element [1/m²]
    share_diffuse_outer: Any
    pass_beam: Any  # of that sun, what goes out by the glass, per area [1/m²]
    pass_diffuse: Any
    given_in: Any  # convection that is prescribed, 0 for none [W/(m²K)]
    given_out: Any
    last_oo: Any  # memory of the last step and of the one before, `layers.Memory` [W/(m²K)], [J/(m²K)]
    last_io: Any
    last_ii: Any
    last_heat_o: Any
    last_heat_i: Any
    before_oo: Any
    before_io: Any
    before_ii: Any
    before_heat_o: Any
    before_heat_i: Any

    def absorbed(self) -> tuple[Any, ...]:
        """Coefficients of what the glass absorbs, the constant first. [-]"""
        return self.absorbed_0, self.absorbed_1, self.absorbed_2, self.absorbed_3, self.absorbed_4

    def tau(self) -> tuple[Any, ...]:
        """Coefficients of what passes the glass, the constant first. [-]"""
        return self.tau_0, self.tau_1, self.tau_2, self.tau_3, self.tau_4


class Hour(NamedTuple):
    """An hour of the weather; a row of `NodeClimate.hours`."""

    east: Any  # direction of the sun [-]
    north: Any
    up: Any
    direct: Any  # [W/m²]
    circumsolar: Any
    isotropic: Any
    horizon: Any
    ground: Any
    temp_start: Any  # outdoors at the ends of the hour [°C]
    temp_end: Any
    sky: Any  # [°C]
    windward: Any  # V^(2b) [(m/s)^(2b)]
    leeward: Any
    wind_east: Any  # where the wind comes from, 0 and 0 for not known [-]
    wind_north: Any
    density: Any  # of the air [kg/m³]
    temp: Any  # outdoors, mean of the hour [°C]
    dark: Any  # 1 without any light
    change: Any  # 1 where a schedule is not that of the hour before
    season_cos: Any  # of the year [-]
    season_sin: Any


#: Columns of `nodes.NodeElements.table`.
COLUMNS: Final = Columns._fields
#: Columns of `nodes.NodeElements.modes`, for each mode.
MODE_COLUMNS: Final = ("decay", "to_o", "to_i", "from_o", "from_i", "content")
#: Columns of the hours.
HOUR_COLUMNS: Final = Hour._fields

"""Templates that are there from the start."""

from __future__ import annotations

from typing import Final

from buem.service.templates import Parameter, Template

_MODEL: Final = Parameter(name="model", type="string", required=False, enum=("iso13790", "iso52016"))
_WEATHER: Final = Parameter(name="weather", type="string", required=False)
_U_VALUES: Final = ("wall_u", "roof_u", "floor_u", "window_u")
_COMPONENTS: Final = {"Walls": "wall_u", "Roof": "roof_u", "Floor": "floor_u", "Windows": "window_u"}

#: By their ids, which are their names.
SHIPPED: Final = {template.id: template for template in (
    Template(
        id="annual_heating_demand", name="annual_heating_demand",
        description="Simulate the year of every building: hourly heating, and cooling where it is asked for",
        parameters=(_MODEL, _WEATHER, Parameter(name="country", type="string", required=False),
                    Parameter(name="cooling", type="boolean", required=False)),
        operations=({"type": "calculate", "resource": "buildings", "filter": {},
                     "options": {"model": "${model}", "weather": "${weather}", "country": "${country}",
                                 "cooling": "${cooling}"}},),
        options={"retry": {"attempts": 3, "backoff": "exponential"}},
    ),
    Template(
        id="retrofit_u_values", name="retrofit_u_values",
        description="Set U-values of components [W/(m²K)] in buildings of one status, in BuEM's own form",
        parameters=(Parameter(name="status", type="string", required=True),
                    *(Parameter(name=name, type="number", required=False) for name in _U_VALUES)),
        operations=({"type": "update", "resource": "buildings", "filter": {"status": "${status}"},
                     "template": {"properties": {"buem": {"building_attributes": {"components": {
                         component: {"U": f"${{{name}}}"} for component, name in _COMPONENTS.items()}}}}}},),
    ),
    Template(
        id="validate_city", name="validate_city",
        description="Look for every problem of every building, simulate nothing",
        parameters=(Parameter(name="country", type="string", required=False),),
        operations=({"type": "validate", "resource": "buildings", "filter": {},
                     "options": {"country": "${country}"}},),
    ),
)}

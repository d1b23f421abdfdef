"""Write the example city, `city.geojson`: an invented town of 300 buildings near Potsdam.

Every street, building and number comes from the tables below and a seeded generator; nothing is
copied from a register or a map. Run `python data/examples/make_city.py` to write the file again.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

SEED = 20190101
BUILDINGS = 300
CENTRE = (12.9700, 52.3400)  # longitude, latitude
STOREY = 2.8  # floor to floor [m]
WHOLE_YEAR = {
    "start_time": "2019-01-01T00:00:00Z",
    "end_time": "2019-12-31T23:00:00Z",
    "resolution": "60",
    "resolution_unit": "minutes",
}

Feature = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Fabric:
    """Thermal quality of a period: U-values [W/(m²K)], g-value [-] and infiltration [1/h]."""

    code: str
    wall: float
    roof: float
    floor: float
    window: float
    g: float
    infiltration: float


#: Round numbers of the kind met in Germany, by the year up to which they were built.
FABRICS = {
    1918: Fabric(code="01", wall=1.7, roof=1.4, floor=1.2, window=2.7, g=0.75, infiltration=0.45),
    1948: Fabric(code="03", wall=1.5, roof=1.3, floor=1.1, window=2.7, g=0.75, infiltration=0.4),
    1968: Fabric(code="05", wall=1.3, roof=1.0, floor=1.2, window=2.7, g=0.75, infiltration=0.35),
    1983: Fabric(code="06", wall=0.95, roof=0.6, floor=0.85, window=2.7, g=0.75, infiltration=0.3),
    2001: Fabric(code="08", wall=0.5, roof=0.35, floor=0.5, window=1.8, g=0.65, infiltration=0.25),
    2015: Fabric(code="10", wall=0.28, roof=0.22, floor=0.32, window=1.3, g=0.6, infiltration=0.2),
    2100: Fabric(code="12", wall=0.17, roof=0.14, floor=0.22, window=0.85, g=0.5, infiltration=0.1),
}


@dataclass(frozen=True, kw_only=True)
class House:
    """A box with a front, as it stands in the town. Lengths in metres, angles in degrees."""

    street: str
    number: int
    x: float
    y: float
    front: float  # azimuth of the front wall
    width: float
    depth: float
    storeys: int
    year: int
    kind: str  # SFH, TH, MFH, AB or a use
    pitched: bool = True
    party_left: bool = False
    party_right: bool = False

    @property
    def id(self) -> str:
        return f"{self.street}-{self.number:03d}"

    @property
    def footprint(self) -> float:
        return self.width * self.depth

    @property
    def floor_area(self) -> float:
        return 0.85 * self.footprint * self.storeys

    @property
    def fabric(self) -> Fabric:
        return next(f for year, f in FABRICS.items() if self.year <= year)


def row(first: House, count: int) -> Iterator[House]:
    """Houses side by side along the first one's front, party walls between them."""
    angle = math.radians(first.front + 90)
    for i in range(count):
        step = i * first.width
        yield replace(
            first, number=first.number + i, x=first.x + step * math.sin(angle), y=first.y + step * math.cos(angle),
            party_left=i > 0, party_right=i < count - 1,
        )


def old_town(rng: random.Random) -> Iterator[House]:
    """Four blocks of town houses around the market."""
    number = 1
    for east, north in ((-1, 1), (1, 1), (-1, -1), (1, -1)):
        for side in (0, 180):
            base = House(
                street="Markt", number=number, x=east * 70.0, y=north * 60.0 + (8 if side == 0 else -8),
                front=side + rng.choice((-4.0, 0.0, 3.0)), width=9.0, depth=12.0, storeys=3, year=1890, kind="MFH",
            )
            start = replace(base, x=base.x - 27 * math.cos(math.radians(base.front)))
            yield from row(start, 6)
            number += 6


def garden_rows(rng: random.Random) -> Iterator[House]:
    """Row houses of the sixties and of the nineties."""
    for i in range(6):
        start = House(
            street="Gartenweg", number=1 + 8 * i, x=-330.0 + 6 * i, y=-150.0 + 34 * i,
            front=rng.choice((170.0, 180.0, 190.0)), width=6.2, depth=10.0, storeys=2,
            year=1964 if i < 4 else 1996, kind="TH",
        )
        yield from row(start, 8)


def slabs(rng: random.Random) -> Iterator[House]:
    """Blocks of flats with flat roofs."""
    for i in range(14):
        yield House(
            street="Nordring", number=1 + i, x=-130.0 + 62 * (i % 5), y=200.0 + 58 * (i // 5),
            front=rng.choice((90.0, 180.0)), width=rng.choice((32.0, 44.0)), depth=11.5,
            storeys=rng.choice((4, 5, 5, 6)), year=1972, kind="AB", pitched=False,
        )


def detached(rng: random.Random, count: int) -> Iterator[House]:
    """Single houses on bent streets, three generations of them."""
    for i in range(count):
        street, place = divmod(i, 19)
        bend = 25 * math.sin(place / 4)
        year = (1934, 1957, 1979, 1979, 1988, 2006, 2011)[street % 7] + rng.randrange(-4, 5)
        yield House(
            street=f"Feldweg{street + 1}", number=1 + place, x=180.0 + 24 * place + rng.uniform(-2, 2),
            y=-170.0 + 48 * street + bend, front=round(180 * (street % 2) + rng.gauss(0, 14), 1) % 360,
            width=rng.uniform(8.5, 12.5), depth=rng.uniform(8.0, 10.5), storeys=rng.choice((1, 2, 2)), year=year,
            kind="SFH",
        )


def new_quarter(rng: random.Random) -> Iterator[House]:
    """Low-energy houses at the lake: terraces and small blocks."""
    for i in range(4):
        start = House(
            street="Seeblick", number=1 + 5 * i, x=-120.0 + 44 * i, y=-230.0 - 8 * i,
            front=rng.choice((180.0, 200.0)), width=6.8, depth=11.0, storeys=3, year=2019, kind="TH",
            pitched=False,
        )
        yield from row(start, 5)
    for i in range(8):
        yield House(
            street="Uferstrasse", number=1 + i, x=-140.0 + 34 * i, y=-300.0, front=180.0, width=20.0, depth=13.0,
            storeys=4, year=2021, kind="MFH", pitched=False,
        )


#: Use, width, depth, storeys, year: what the town has beside homes.
WORKPLACES = (
    ("townhall", 28.0, 16.0, 3, 1905),
    ("school", 62.0, 18.0, 3, 1974),
    ("gym", 36.0, 22.0, 1, 1976),
    ("church_hall", 24.0, 14.0, 1, 1912),
    ("clinic", 40.0, 18.0, 4, 1998),
    ("hotel", 30.0, 15.0, 4, 1994),
    ("supermarket", 46.0, 30.0, 1, 2008),
    ("office", 34.0, 14.0, 5, 1986),
    ("office", 38.0, 15.0, 6, 2020),
    ("office", 24.0, 13.0, 3, 1962),
    ("workshop", 30.0, 20.0, 1, 1981),
    ("workshop", 26.0, 18.0, 1, 2004),
    ("kindergarten", 26.0, 16.0, 1, 2016),
    ("library", 30.0, 20.0, 2, 1989),
)


def workplaces(rng: random.Random) -> Iterator[House]:
    """The buildings people work, learn and shop in, each with a schedule of its own."""
    for i, (use, width, depth, storeys, year) in enumerate(WORKPLACES):
        angle = 2 * math.pi * i / len(WORKPLACES)
        yield House(
            street="Ringstrasse", number=1 + i, x=155 * math.sin(angle), y=135 * math.cos(angle),
            front=round(math.degrees(angle), 1), width=width, depth=depth, storeys=storeys, year=year, kind=use,
            pitched=year < 1950,
        )


def town(rng: random.Random) -> list[House]:
    """All houses; the detached ones fill up to `BUILDINGS` less the broken ones."""
    fixed = [*old_town(rng), *workplaces(rng), *garden_rows(rng), *slabs(rng), *new_quarter(rng)]
    return [*fixed, *detached(rng, BUILDINGS - len(BROKEN) - len(fixed))]


@dataclass(frozen=True, kw_only=True)
class Element:
    """One element of an envelope in SI units."""

    id: str
    type: str
    area: float
    azimuth: float
    tilt: float
    u: float
    b: float = 1.0
    g: float | None = None
    parent: str | None = None


def elements(house: House, fabric: Fabric, floor_tilt: float) -> list[Element]:
    """Walls with their openings, roof and floor of a house; a floor's tilt is written 0 or 180."""
    found: list[Element] = []
    for i, side in enumerate(("front", "right", "back", "left")):
        length = house.width if i % 2 == 0 else house.depth
        azimuth = (house.front + 90 * i) % 360
        party = (side == "left" and house.party_left) or (side == "right" and house.party_right)
        found += facade(house, fabric, f"Wall_{side}", length, azimuth, party)
    found += roof(house, fabric)
    found.append(
        Element(
            id="Floor", type="floor", area=house.footprint, azimuth=0.0, tilt=floor_tilt,
            u=fabric.floor, b=0.5 if house.year < 1960 else 0.6,
        )
    )
    return found


def renovated(house: House, rng: random.Random) -> Fabric:
    """The fabric of the period, with new windows or new walls where somebody has paid for them."""
    fabric = house.fabric
    spread = rng.uniform(0.9, 1.1)
    fabric = replace(fabric, wall=fabric.wall * spread, roof=fabric.roof * spread, floor=fabric.floor * spread)
    if house.year < 1990 and rng.random() < 0.45:
        fabric = replace(fabric, window=1.3, g=0.6, infiltration=0.7 * fabric.infiltration)
    if house.year < 1985 and rng.random() < 0.22:
        fabric = replace(fabric, wall=0.24, roof=0.2)
    return fabric


def facade(house: House, fabric: Fabric, name: str, length: float, azimuth: float, party: bool) -> list[Element]:
    """A wall net of its window and, at the front, of its door."""
    gross = length * STOREY * house.storeys
    if party:
        return [Element(id=name, type="wall", area=gross, azimuth=azimuth, tilt=90.0, u=fabric.wall, b=0.0)]
    share = window_share(house, name)
    window = Element(
        id=name.replace("Wall", "Win"), type="window", area=gross * share, azimuth=azimuth, tilt=90.0,
        u=fabric.window, g=fabric.g, parent=name,
    )
    openings = [window]
    if name == "Wall_front":
        openings.append(
            Element(
                id="Door", type="door", area=2.2 if house.kind in ("SFH", "TH") else 4.4, azimuth=azimuth,
                tilt=90.0, u=1.2 + fabric.window / 2, parent=name,
            )
        )
    net = gross - sum(o.area for o in openings)
    return [Element(id=name, type="wall", area=net, azimuth=azimuth, tilt=90.0, u=fabric.wall), *openings]


def window_share(house: House, name: str) -> float:
    """Share of a facade that is window, by use and age and by the way it faces."""
    base = {
        "SFH": 0.17, "TH": 0.21, "MFH": 0.22, "AB": 0.25, "office": 0.4, "school": 0.35, "supermarket": 0.12,
        "workshop": 0.15, "gym": 0.18, "church_hall": 0.12,
    }.get(house.kind, 0.25)
    modern = 1.15 if house.year > 1995 else 1.0
    return base * modern * {"Wall_front": 1.0, "Wall_back": 1.2}.get(name, 0.45)


def roof(house: House, fabric: Fabric) -> list[Element]:
    """Two sloping planes, or a flat one."""
    if not house.pitched:
        return [Element(id="Roof", type="roof", area=house.footprint, azimuth=0.0, tilt=0.0, u=fabric.roof)]
    slope = 38.0
    half = house.footprint / math.cos(math.radians(slope)) / 2
    return [
        Element(
            id=f"Roof_{side}", type="roof", area=half, azimuth=(house.front + turn) % 360, tilt=slope, u=fabric.roof
        )
        for side, turn in (("front", 0), ("back", 180))
    ]


def day(night: float, from_hour: int, to_hour: int, by_day: float) -> list[float]:
    """24 values: one by day, from hour to hour, another at night."""
    return [by_day if from_hour <= hour < to_hour else night for hour in range(24)]


def thermal(house: House, fabric: Fabric, rng: random.Random) -> dict[str, Any]:
    """The `thermal` block: the contract's fields in `{value, unit}`, our own where the house has any."""
    block: dict[str, Any] = {
        "n_air_infiltration": quantity(fabric.infiltration, "1/h"), "n_air_use": quantity(0.4, "1/h"),
        "comfortT_lb": quantity(rng.choice((20.0, 20.5, 21.0)), "degC"), "comfortT_ub": quantity(26.0, "degC"),
        "phi_int": quantity(3.0, "W/m2"), "F_sh_vert": quantity(rng.choice((0.7, 0.75, 0.8)), "-"),
    }
    if house.year < 1930:
        block["thermal_class"] = "heavy"
    else:
        block["c_m"] = quantity(rng.choice((110.0, 165.0, 165.0, 200.0)), "kJ/(m2K)")
    block.update(home(house, rng) if house.kind in ("SFH", "TH", "MFH", "AB") else WORK[house.kind])
    if "T_set_heating" in block:
        del block["comfortT_lb"]
    return block


def home(house: House, rng: random.Random) -> dict[str, Any]:
    """Own fields of homes: night setback, heat recovery, bridges, a small boiler, operative control."""
    own: dict[str, Any] = {}
    if house.year >= 2016:
        own |= {"heat_recovery": 0.8, "thermal_bridge": quantity(round(0.03 * house.footprint, 2), "W/K")}
    if rng.random() < 0.25:
        own["T_set_heating"] = day(17.0, 6, 22, 20.5)
    if rng.random() < 0.08:
        own["temperature_control"] = "operative"
    if house.kind == "SFH" and rng.random() < 0.05:
        own["heating_max_kW"] = round(0.045 * house.floor_area, 1)
    if house.kind == "AB":
        own["phi_int"] = {"weekday": [3.4] * 7 + [2.2] * 10 + [4.6] * 7, "weekend": [3.4] * 8 + [3.8] * 16}
    return own


OFFICE_DAY = {"weekday": day(16.0, 6, 19, 20.5), "weekend": [16.0] * 24}
OFFICE_GAIN = {"weekday": day(1.0, 8, 18, 11.0), "weekend": [1.0] * 24}

#: Own fields of the workplaces, by use.
WORK: dict[str, dict[str, Any]] = {
    "townhall": {"T_set_heating": OFFICE_DAY, "phi_int": OFFICE_GAIN},
    "school": {
        "T_set_heating": {"weekday": day(15.0, 6, 16, 20.0), "weekend": [15.0] * 24},
        "phi_int": {"weekday": day(0.5, 8, 15, 14.0), "weekend": [0.5] * 24},
        "night_ventilation": {"air_changes": 2.0, "from": 22, "to": 6, "T_min": 23.0},
    },
    "gym": {"comfortT_lb": {"value": 62.6, "unit": "degF"}, "phi_int": {"value": 4.0, "unit": "W/m2"}},
    "church_hall": {"T_set_heating": 15.0, "heating_max_kW": 14.0},
    "clinic": {
        "comfortT_lb": {"value": 22.0, "unit": "degC"}, "temperature_control": "operative", "heat_recovery": 0.6,
        "phi_int": {"value": 7.0, "unit": "W/m2"},
    },
    "hotel": {"phi_int": {"value": 5.0, "unit": "W/m2"}, "cooling_max_kW": 30.0},
    "supermarket": {
        "T_set_heating": day(14.0, 6, 21, 19.0), "phi_int": day(4.0, 7, 21, 16.0), "phi_int_convective": 0.7,
    },
    "office": {
        "T_set_heating": OFFICE_DAY, "phi_int": OFFICE_GAIN, "cooling_max_kW": 60.0,
        "night_ventilation": {"air_changes": 1.5, "from": 21, "to": 6, "T_min": 22.0},
    },
    "workshop": {"T_set_heating": {"weekday": day(12.0, 6, 17, 17.0), "weekend": [12.0] * 24}},
    "kindergarten": {
        "T_set_heating": {"weekday": day(17.0, 6, 17, 21.0), "weekend": [17.0] * 24},
        "heat_recovery": 0.75,
    },
    "library": {"T_set_heating": OFFICE_DAY, "temperature_control": "operative"},
}
COOLED = {"clinic", "hotel", "supermarket", "office", "library"}


def quantity(value: float, unit: str) -> dict[str, Any]:
    """A number with its unit, as the v5 contract writes it."""
    return {"value": round(value, 3), "unit": unit}


def envelope_element(element: Element, with_units: bool, imperial: bool = False) -> dict[str, Any]:
    """An element of the envelope dialect, with units spelt out or as plain SI numbers."""

    def number(value: float, unit: str) -> Any:
        return quantity(value, unit) if with_units else round(value, 3)

    area = quantity(element.area * 10.7639104, "ft2") if imperial else number(round(element.area, 2), "m2")
    out = {
        "id": element.id, "type": element.type, "area": area, "azimuth": number(round(element.azimuth, 1), "deg"),
        "tilt": number(element.tilt, "deg"), "U": number(element.u, "W/(m2K)"),
    }
    if element.b != 1.0:
        out["b_transmission"] = number(element.b, "-")
    if element.g is not None:
        out["g_gl"] = number(element.g, "-")
    if element.parent is not None:
        out["parent_id"] = element.parent
        if not with_units:
            del out["azimuth"], out["tilt"]  # taken from the parent
    return out


def envelope_feature(house: House, rng: random.Random) -> Feature:
    """A house in the envelope dialect (v5)."""
    fabric = renovated(house, rng)
    with_units = rng.random() < 0.6
    imperial = house.kind == "gym"
    building = {
        "name": f"{house.street} {house.number}", "building_type": house.kind,
        "construction_period": house.fabric.code, "country": "DE", "n_storeys": house.storeys,
        "A_ref": quantity(round(house.floor_area, 1), "m2") if with_units else round(house.floor_area, 1),
        "h_room": quantity(2.5, "m"),
        "neighbour_status": ("B_Alone", "B_N1", "B_N2")[house.party_left + house.party_right],
        "envelope": {"elements": [
            envelope_element(e, with_units, imperial) for e in elements(house, fabric, rng.choice((0.0, 180.0)))]},
        "thermal": thermal(house, fabric, rng),
    }
    buem = {"building": building, "solver": {"compute_cooling": house.kind in COOLED or house.year >= 2016}}
    return feature(house, buem, polygon=rng.random() < 0.3)


GROUPS = {"wall": "Walls", "roof": "Roof", "floor": "Floor", "window": "Windows", "door": "Doors"}


def components_feature(house: House, rng: random.Random) -> Feature:
    """A house in the components dialect (v2): groups with one U, an element's own U where it differs."""
    fabric = renovated(house, rng)
    lon, lat = position(house)
    found: dict[str, Any] = {}
    for element in elements(house, fabric, 0.0):
        group = found.setdefault(GROUPS[element.type], {"U": round(element.u, 3), "elements": []})
        item: dict[str, Any] = {
            "id": element.id, "area": round(element.area, 2), "azimuth": round(element.azimuth, 1),
            "tilt": element.tilt,
        }
        if element.b == 0.0:
            item["U"] = 0.0  # a party wall in the words of this dialect
        elif element.b != 1.0:
            group["b_transmission"] = element.b
        if element.g is not None:
            group["g_gl"] = element.g
        if element.parent is not None:
            item["surface"] = element.parent
        group["elements"].append(item)
    found["Ventilation"] = {"elements": [{"id": "Vent", "air_changes": round(0.4 + fabric.infiltration, 2)}]}
    attributes = {
        "latitude": lat, "longitude": lon, "A_ref": round(house.floor_area, 1), "h_room": 2.5, "components": found,
    }
    return feature(house, {"building_attributes": attributes})


def feature(house: House, buem: dict[str, Any], polygon: bool = False) -> Feature:
    """The GeoJSON feature around a `buem` block; a point, or the outline of the house."""
    geometry: dict[str, Any] = {"type": "Point", "coordinates": list(position(house))}
    if polygon:
        ring = [position(house, dx, dy) for dx, dy in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))]
        geometry = {"type": "Polygon", "coordinates": [[list(p) for p in ring]]}
    return {"type": "Feature", "id": house.id, "geometry": geometry, "properties": {**WHOLE_YEAR, "buem": buem}}


def position(house: House, right: float = 0.0, ahead: float = 0.0) -> tuple[float, float]:
    """Longitude and latitude of a house's centre, or of a corner of it (-1 or 1 each)."""
    angle = math.radians(house.front)
    dx, dy = right * house.width / 2, ahead * house.depth / 2
    x = house.x + dx * math.cos(angle) + dy * math.sin(angle)
    y = house.y - dx * math.sin(angle) + dy * math.cos(angle)
    metres = 111_320.0
    return (round(CENTRE[0] + x / (metres * math.cos(math.radians(CENTRE[1]))), 7), round(CENTRE[1] + y / metres, 7))


def _first(found: Feature) -> dict[str, Any]:
    first: dict[str, Any] = found["properties"]["buem"]["building"]["envelope"]["elements"][0]
    return first


def negative_u(found: Feature) -> None:
    """A U-value below zero."""
    _first(found)["U"] = quantity(-0.2, "W/(m2K)")


def missing_area(found: Feature) -> None:
    """A wall without an area."""
    del _first(found)["area"]


def duplicate_id(found: Feature) -> None:
    """The id of another building."""
    found["id"] = "Markt-001"


def crossed_setpoints(found: Feature) -> None:
    """Heating above cooling."""
    block = found["properties"]["buem"]["building"]["thermal"]
    block.pop("T_set_heating", None)
    block |= {"comfortT_lb": quantity(25.0, "degC"), "comfortT_ub": quantity(22.0, "degC")}


def unknown_unit(found: Feature) -> None:
    """An area in a unit nobody knows."""
    _first(found)["area"] = quantity(40.0, "acre-feet")


def unknown_class(found: Feature) -> None:
    """A thermal class that is none."""
    found["properties"]["buem"]["building"]["thermal"]["thermal_class"] = "feathery"


BROKEN = (negative_u, missing_area, duplicate_id, crossed_setpoints, unknown_unit, unknown_class)


def broken(rng: random.Random) -> Iterator[Feature]:
    """Six houses, each with one fault, to show what a refusal looks like."""
    for i, spoil in enumerate(BROKEN):
        house = House(
            street="Irrweg", number=1 + i, x=-300.0 + 22 * i, y=180.0, front=180.0, width=10.0, depth=9.0,
            storeys=2, year=1975, kind="SFH",
        )
        found = envelope_feature(house, rng)
        spoil(found)
        yield found


def city(seed: int = SEED) -> dict[str, Any]:
    """The whole FeatureCollection."""
    rng = random.Random(seed)
    features: list[Feature] = []
    for i, house in enumerate(town(rng)):
        simple = house.kind in ("SFH", "TH", "MFH") and i % 8 == 5
        features.append(components_feature(house, rng) if simple else envelope_feature(house, rng))
    for place, found in zip((40, 90, 140, 190, 240, 290), broken(rng), strict=True):
        features.insert(place, found)
    return {"type": "FeatureCollection", "features": features}


def write(path: Path) -> None:
    """Write the city with one feature a line."""
    lines = [json.dumps(f, separators=(",", ":"), ensure_ascii=False) for f in city()["features"]]
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(__file__).with_name("city.geojson"))

"""Elements of the envelope: walls, roofs, floors, doors, windows and ventilation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple, overload

from buem.building import Surface, Window
from buem.io import units
from buem.io.element_parts import (
    B_UNHEATED,
    read_angles,
    read_boundary,
    read_fins,
    read_layers,
    read_overhang,
    read_roughness,
    read_shade,
    read_sides,
    u_of_layers,
)
from buem.io.fields import Findings, Record, at, foreign, number, text
from buem.io.glass import read_glass


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementKeys:
    """What a dialect calls the fields of an element."""

    id: str = "id"
    area: str = "area"
    azimuth: str = "azimuth"
    tilt: str = "tilt"
    u_value: tuple[str, ...] = ("U",)
    #: Names under which an opening gives the element it stands in.
    parent: tuple[str, ...] = ("parent_id", "surface")
    #: The name of an element's kind, and labels that have no effect.
    labels: tuple[str, ...] = ("type", "name")


class Row(NamedTuple):
    """One element before it is read."""

    path: str
    #: wall, roof, floor, door, window or ventilation as the file says; anything else is refused.
    kind: Any
    record: Any
    #: U, g_gl and b_transmission of its group, used where it has none of its own; only sound ones.
    group: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ElementList(Sequence[Row]):
    """The elements of a list as rows, each made when it is looked at."""

    elements: Sequence[Any]
    #: Of the list.
    path: str

    def __len__(self) -> int:
        return len(self.elements)

    @overload
    def __getitem__(self, place: int) -> Row: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Row]: ...

    def __getitem__(self, place: int | slice) -> Row | Sequence[Row]:
        if isinstance(place, slice):
            return [self[k] for k in range(*place.indices(len(self)))]
        element = self.elements[place]
        kind = element.get("type") if element.__class__ is dict else None
        return Row(f"{self.path}[{place}]", kind, element, _NO_GROUP)


_NO_GROUP: Final[Mapping[str, float]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What holds for all elements of a building: its windows' defaults, and the spaces that may stand behind."""

    frame_fraction: float
    f_w: float | None
    #: Total transmittance of windows that give none; None for the contract's.
    g_value: float | None = None
    #: Ids of the spaces beside the building.
    zones: frozenset[str] = frozenset()


@dataclass(slots=True, kw_only=True)
class Envelope:
    """The elements of one building as they are read."""

    surfaces: list[Surface] = field(default_factory=list)
    windows: list[Window] = field(default_factory=list)
    #: Air change of each ventilation element. [1/h]
    air_changes: list[float] = field(default_factory=list)
    #: Element id -> its place in `surfaces`; what openings look for.
    index: dict[str, int] = field(default_factory=dict)
    #: Id of a wall, roof or floor, refused ones too -> its path.
    paths: dict[str, str] = field(default_factory=dict)
    #: Area of the openings of an element. [m²]
    openings: dict[str, float] = field(default_factory=dict)
    #: Openings that stand in no element: path, and the parent's id if there is one.
    loose: list[tuple[str, str | None]] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    #: Ids of the spaces beside the building.
    zones: frozenset[str] = frozenset()


ELEMENT_KINDS: Final = ("wall", "roof", "floor", "window", "door", "ventilation")
DEFAULT_G: Final = 0.5

_OF_WINDOWS: Final = frozenset((
    "frame_fraction", "height", "overhang", "fins", "shade", "g_angular", "U_frame", "glass",
))  # fmt: skip
_OF_OPAQUE: Final = frozenset(("absorptance", "layers", "roughness"))
_OWN: Final = frozenset(("emissivity", "boundary", "convection")) | _OF_WINDOWS | _OF_OPAQUE
_QUANTITIES: Final = frozenset(("b_transmission", "g_gl", "air_changes"))

#: Fields of another kind of element, which change nothing in this one.
_NO_EFFECT: Final[dict[str, frozenset[str]]] = {
    "wall": frozenset(("g_gl", "air_changes")) | _OF_WINDOWS,
    "roof": frozenset(("g_gl", "air_changes")) | _OF_WINDOWS,
    "floor": frozenset(("g_gl", "air_changes")) | _OF_WINDOWS,
    "door": frozenset(("g_gl", "air_changes")) | _OF_WINDOWS,
    "window": frozenset(("air_changes",)) | _OF_OPAQUE,
    "ventilation": frozenset(("U", "b_transmission", "g_gl")) | _OWN,
}


class _Names(NamedTuple):
    """Sets of field names of one kind of element in one dialect."""

    #: Fields of the contract that are read, or need no word; most elements have no others.
    plain: frozenset[str]
    #: Fields that are reported as having no effect.
    no_effect: frozenset[str]
    known: frozenset[str]


def _names(keys: ElementKeys, kind: str) -> _Names:
    plane = {keys.area, keys.azimuth, keys.tilt, *keys.u_value}
    everything = plane | {keys.id} | _QUANTITIES | _OWN | set(keys.parent) | set(keys.labels)
    no_effect = set(_NO_EFFECT[kind]) | (set(keys.labels) - {"type", "component_type"})
    if kind == "ventilation":
        no_effect |= plane
    if kind not in ("window", "door"):
        no_effect |= set(keys.parent)
    return _Names(frozenset(everything - no_effect - _OWN), frozenset(no_effect), frozenset(everything))


#: Every field that an element of the envelope dialect may have.
ENVELOPE_FIELDS: Final = frozenset().union(*(_names(ElementKeys(), kind).known for kind in ELEMENT_KINDS))


class _Common(NamedTuple):
    """What all elements but ventilation have; None where it was refused."""

    id: str
    area: float | None
    u_value: float | None
    b_transmission: float
    boundary: str


class ElementReader:
    """Reads the elements of a dialect; holds only its tables of names.

    Parameters
    ----------
    keys : ElementKeys
        What the dialect calls the fields.
    """

    def __init__(self, keys: ElementKeys) -> None:
        self.keys = keys
        self.names = {kind: _names(keys, kind) for kind in ELEMENT_KINDS}

    def read(self, rows: Iterable[Row], around: Surroundings, found: Findings) -> Envelope:
        """All elements of one building.

        Parameters
        ----------
        rows : iterable of Row
            The elements in the order of the file.
        around : Surroundings
            What holds for all elements.
        found : Findings
            Takes problems and notes.

        Returns
        -------
        Envelope
            Opaque elements first, then doors; windows apart. Refused elements are left out.
        """
        envelope = Envelope(zones=around.zones)
        late: list[tuple[Row, bool]] = []
        for row in rows:
            _, kind, record, _ = row
            names = self.names.get(kind) if kind.__class__ is str else None
            if names is None or record.__class__ is not dict:
                self._refuse(row, found)
                continue
            # Whether there is more than the contract's own fields to look at.
            more = not record.keys() <= names.plain
            if more:
                _check_names(row, names, found)
            if kind == "window" or kind == "door":
                late.append((row, more))
            elif kind == "ventilation":
                self._ventilation(row, envelope, found)
            else:
                self._opaque(row, more, envelope, found)
        # Openings come last: their planes may be those of any other element.
        for row, more in late:
            if row.kind == "window":
                self._window(row, more, around, envelope, found)
            else:
                self._door(row, more, envelope, found)
        return envelope

    def _refuse(self, row: Row, found: Findings) -> None:
        if isinstance(row.record, dict):
            expected = f"one of {', '.join(ELEMENT_KINDS)}"
            found.add(at(row.path, self.keys.labels[0]), row.kind, expected, "UNKNOWN_ELEMENT_TYPE")
        else:
            found.add(row.path, row.record, "an element as an object", "WRONG_TYPE")

    def _ventilation(self, row: Row, envelope: Envelope, found: Findings) -> None:
        self._id(row, envelope, found)
        rate = number(row.record, "air_changes", units.AIR_CHANGE, row.path, found)
        if rate is not None:
            envelope.air_changes.append(rate)
        else:
            _missing(row, "air_changes", units.AIR_CHANGE, found)

    def _common(self, row: Row, more: bool, envelope: Envelope, found: Findings) -> _Common:
        path, _, record, group = row
        keys = self.keys
        name = record.get(keys.id)
        if name.__class__ is str and name and name not in envelope.ids:
            envelope.ids.add(name)
        else:
            name = self._id(row, envelope, found)
        area = number(record, keys.area, units.AREA, path, found)
        if area is None:
            _missing(row, keys.area, units.AREA, found)
        u_value = number(record, keys.u_value[0], units.U_VALUE, path, found)
        if u_value is None and record.get(keys.u_value[0]) is None:
            u_value = self._other_u_value(row, name, found)
        b_transmission = number(record, "b_transmission", units.B_TRANSMISSION, path, found)
        if b_transmission is None:
            b_transmission = group.get("b_transmission")
            if b_transmission is None:
                b_transmission = 1.0
                found.note("default: b_transmission 1")
        behind = "outdoor"
        if more and record.get("boundary") is not None:
            behind = read_boundary(record, envelope.zones, path, found)
            b_transmission = _behind(row, name, behind, b_transmission, found)
        return _Common(name, area, u_value, b_transmission, behind)

    def _other_u_value(self, row: Row, name: str, found: Findings) -> float | None:
        """U under another name, or that of the group; without either the element is refused."""
        for key in self.keys.u_value[1:]:
            if row.record.get(key) is not None:
                return number(row.record, key, units.U_VALUE, row.path, found)
        key = self.keys.u_value[0]
        if key in row.group:
            return row.group[key]
        if row.record.get("layers") is not None and row.kind != "window":
            # Their problems are collected where the layers are read.
            layers = read_layers(row.record, row.path, Findings())
            u_value = u_of_layers(layers, row.kind)
            found.note(f"{row.kind} {show_id(name)}: U {u_value:.3f} W/(m2K) from its layers and the films of ISO 6946")
            return u_value
        expected = f"{units.U_VALUE.expected} for {row.kind} {show_id(name)}"
        found.add(at(row.path, key), None, expected, "MISSING_U")
        return None

    def _opaque(self, row: Row, more: bool, envelope: Envelope, found: Findings) -> None:
        path, kind, record, _ = row
        keys = self.keys
        common = self._common(row, more, envelope, found)
        name = common.id
        azimuth = number(record, keys.azimuth, units.ANGLE_AZIMUTH, path, found)
        tilt = number(record, keys.tilt, units.ANGLE_TILT, path, found)
        if kind == "floor":
            tilt, azimuth = _facing_down(tilt, name, found), azimuth or 0.0
        elif tilt is None:
            _missing(row, keys.tilt, units.ANGLE_TILT, found)
        elif tilt < 45.0 and kind == "wall":
            found.note(f"wall {name} lies flat (tilt {tilt:g}°); simulated as given")
        if azimuth is None and tilt != 0.0:
            _missing(row, keys.azimuth, units.ANGLE_AZIMUTH, found)
        envelope.paths[name] = path
        if tilt is not None:
            envelope.index[name] = len(envelope.surfaces)
            envelope.surfaces.append(_surface(row, common, (azimuth or 0.0, tilt), more, found))

    def _door(self, row: Row, more: bool, envelope: Envelope, found: Findings) -> None:
        common = self._common(row, more, envelope, found)
        plane = self._plane(row, common.area, envelope, found)
        if plane is not None:
            envelope.surfaces.append(_surface(row, common, plane, more, found))

    def _window(
        self, row: Row, more: bool, around: Surroundings, envelope: Envelope, found: Findings
    ) -> None:
        path, _, record, group = row
        common = self._common(row, more, envelope, found)
        g_value = number(record, "g_gl", units.G_VALUE, path, found)
        if g_value is None:
            g_value = group["g_gl"] if "g_gl" in group else _default_g(around, found)
        plane = self._plane(row, common.area, envelope, found)
        if plane is None:
            return
        window = Window(
            id=common.id,
            area=common.area or 0.0,
            u_value=common.u_value or 0.0,
            g_value=g_value,
            azimuth=plane[0] % 360.0,
            tilt=plane[1],
            b_transmission=common.b_transmission,
            boundary=common.boundary if common.boundary in envelope.zones else "outdoor",
            frame_fraction=around.frame_fraction,
            f_w=around.f_w,
        )
        envelope.windows.append(_with_more(window, record, path, found) if more else window)

    def _id(self, row: Row, envelope: Envelope, found: Findings) -> str:
        name = row.record.get(self.keys.id)
        if name.__class__ is not str or not name:
            if name is None or name == "":
                found.note(f"{row.kind} without id: named by its place")
                name = _place(row, envelope)
            else:
                name = _name(row, self.keys.id, found) or _place(row, envelope)
        if name in envelope.ids:
            found.add(at(row.path, self.keys.id), name, "an id that no other element has", "DUPLICATE_ID")
        envelope.ids.add(name)
        return str(name)

    def _plane(self, row: Row, area: float | None, envelope: Envelope, found: Findings) -> tuple[float, float] | None:
        """Azimuth and tilt of an opening: its own, else its parent's."""
        path, kind, record, _ = row
        azimuth = number(record, self.keys.azimuth, units.ANGLE_AZIMUTH, path, found)
        tilt = number(record, self.keys.tilt, units.ANGLE_TILT, path, found)
        parent = self._parent(row, found)
        if parent is None or parent not in envelope.index:
            envelope.loose.append((path, parent))
        elif area is not None:
            envelope.openings[parent] = envelope.openings.get(parent, 0.0) + area
        if azimuth is not None and tilt is not None:
            if parent is not None and parent not in envelope.ids:
                found.note(f"{kind} {show_id(record.get(self.keys.id))}: parent {show_id(parent)} is no element")
            return azimuth, tilt
        place = None if parent is None else envelope.index.get(parent)
        if place is None:
            self._no_plane(row, parent, envelope, found)
            return None
        host = envelope.surfaces[place]
        azimuth = host.azimuth if record.get(self.keys.azimuth) is None else azimuth
        tilt = host.tilt if record.get(self.keys.tilt) is None else tilt
        return None if azimuth is None or tilt is None else (azimuth, tilt)

    def _no_plane(self, row: Row, parent: str | None, envelope: Envelope, found: Findings) -> None:
        # Of a surface that was refused it is known that it is one, and there is a problem already.
        if parent is not None and parent not in envelope.paths:
            key = next(k for k in self.keys.parent if row.record.get(k) is not None)
            found.add(at(row.path, key), parent, "the id of a wall, roof or floor of this building", "UNKNOWN_PARENT")
        elif parent is None:
            _missing(row, self.keys.azimuth, units.ANGLE_AZIMUTH, found)
            _missing(row, self.keys.tilt, units.ANGLE_TILT, found)

    def _parent(self, row: Row, found: Findings) -> str | None:
        for key in self.keys.parent:
            if row.record.get(key) is not None:
                return _name(row, key, found)
        return None


def _with_more(window: Window, record: Record, path: str, found: Findings) -> Window:
    """A window with the fields that the contract does not have."""
    frame = number(record, "frame_fraction", units.FRAME, path, found)
    emissivity, inside = read_sides(record, "emissivity", units.EMISSIVITY, path, found)
    overhang, fins = read_overhang(record, path, found), read_fins(record, path, found)
    for shade, named in ((overhang, "an overhang"), (fins, "a fin")):
        if shade is not None and abs(window.tilt - 90.0) > 1e-9:
            found.add(f"{path}.tilt", window.tilt, f"90°, where there is {named}", "OUT_OF_RANGE")
    convection = read_sides(record, "convection", units.CONVECTION, path, found)
    angles = read_angles(record, path, found)
    if angles and window.f_w is not None:
        found.note(f"window {show_id(window.id)}: F_w is not used, g_angular is given")
    window = replace(
        window,
        frame_fraction=window.frame_fraction if frame is None else frame,
        emissivity=0.9 if emissivity is None else emissivity,
        emissivity_inside=0.84 if inside is None else inside,
        height=number(record, "height", units.HEIGHT, path, found),
        overhang=overhang,
        fins=fins,
        shade=read_shade(record, path, found),
        g_angular=angles,
        f_w=None if angles else window.f_w,
        u_frame=number(record, "U_frame", units.U_VALUE, path, found),
        glass=read_glass(record, path, found),
        convection=convection[0], convection_inside=convection[1],
    )
    if window.u_frame is not None and window.u_frame * window.frame_fraction >= max(window.u_value, 1e-9):
        most = window.u_value / window.frame_fraction
        found.add(f"{path}.U_frame", window.u_frame,
                  f"less than {most:g} W/(m²K), so that some of the window's U is left to the glass", "OUT_OF_RANGE")
    return window


def _name(row: Row, key: str, found: Findings) -> str | None:
    """An id, which may be a whole number; None when it was refused."""
    name = row.record[key]
    if isinstance(name, int) and not isinstance(name, bool) and abs(name) < 10**18:
        return str(name)
    return text(row.record, key, row.path, found)


def _place(row: Row, envelope: Envelope) -> str:
    """The place of an element in its list, with its group where another group has such a place."""
    *_, group, place = row.path.split(".")
    return f"{group}.{place}" if place in envelope.ids else place


def show_id(name: object) -> str:
    """An element's id for a text, shortened."""
    return repr(str(name)[:40])


def _check_names(row: Row, names: _Names, found: Findings) -> None:
    """Report the fields without effect, and refuse those that nobody knows."""
    record = row.record
    for key in sorted(record.keys() & names.no_effect):
        found.ignored[f"{row.kind} {key}"] = None
    if not record.keys() <= names.known:
        foreign(record, names.known, row.path, found, strict=True)


def _missing(row: Row, key: str, wanted: units.Quantity, found: Findings) -> None:
    """Refuse a missing field; one that was refused already is left alone."""
    if row.record.get(key) is None:
        found.add(at(row.path, key), None, wanted.expected, "MISSING_VALUE")


def _default_g(around: Surroundings, found: Findings) -> float:
    """Total transmittance of a window that gives none. [-]"""
    if around.g_value is not None:
        return around.g_value
    found.note("default: window g_gl 0.5")
    return DEFAULT_G


def _behind(row: Row, name: str, behind: str, b_transmission: float, found: Findings) -> float:
    """b_transmission of an element that says what lies behind it. [-]"""
    given = row.record.get("b_transmission") is not None or "b_transmission" in row.group
    if behind == "unheated":
        if given:
            return b_transmission
        found.note(f"default: b_transmission {B_UNHEATED:g} of elements to an unheated space")
        return B_UNHEATED
    if behind != "outdoor" and given:
        found.note(f"{row.kind} {show_id(name)}: b_transmission is not used, boundary is {behind}")
    if behind == "adiabatic":
        return 0.0
    if row.kind == "window" and behind == "ground":
        found.add(f"{row.path}.boundary", behind, "outdoor, adiabatic, unheated or a zone behind a window",
                  "UNKNOWN_BOUNDARY")
    return b_transmission if behind == "outdoor" else 1.0


def _surface(row: Row, common: _Common, plane: tuple[float, float], more: bool, found: Findings) -> Surface:
    """An opaque element; one whose problems were collected is never simulated, so any number does for it."""
    surface = Surface(
        id=common.id,
        kind=row.kind,
        area=common.area or 0.0,
        u_value=common.u_value or 0.0,
        azimuth=plane[0] % 360.0,
        tilt=plane[1],
        b_transmission=common.b_transmission,
        boundary=common.boundary,
    )
    record, path = row.record, row.path
    if not more or record.get("absorptance") is None:
        found.note("default: absorptance 0.6")
    if not more:
        return surface
    dark, dark_inside = read_sides(record, "absorptance", units.ABSORPTANCE, path, found)
    emitted, emitted_inside = read_sides(record, "emissivity", units.EMISSIVITY, path, found)
    convection, convection_inside = read_sides(record, "convection", units.CONVECTION, path, found)
    return replace(
        surface,
        absorptance=0.6 if dark is None else dark,
        absorptance_inside=0.6 if dark_inside is None else dark_inside,
        emissivity=0.9 if emitted is None else emitted,
        emissivity_inside=0.9 if emitted_inside is None else emitted_inside,
        roughness=read_roughness(record, path, found),
        convection=convection,
        convection_inside=convection_inside,
        layers=read_layers(record, path, found),
    )


def _facing_down(tilt: float | None, name: str, found: Findings) -> float:
    """Tilt of a floor: it faces down whether its tilt says 0 or 180. [°]"""
    if tilt is None or tilt == 0.0 or tilt == 180.0:
        return 180.0
    found.note(f"floor {name} is not level (tilt {tilt:g}°); it faces down")
    return max(tilt, 180.0 - tilt)


def take_openings_off(envelope: Envelope, keys: ElementKeys, found: Findings) -> None:
    """Make gross areas of opaque elements net of their openings, each of which must say where it stands.

    Parameters
    ----------
    envelope : Envelope
        Its surfaces are replaced.
    keys : ElementKeys
        What the dialect calls the fields.
    found : Findings
        Takes a problem for each element that is smaller than its openings, and for each opening without one.
    """
    for path, parent in envelope.loose:
        wanted = "the id of the element it stands in (--wall-area gross)"
        found.add(f"{path}.{keys.parent[0]}", parent, wanted, "UNKNOWN_PARENT")
    covered = set()
    for name, openings in envelope.openings.items():
        place = envelope.index[name]
        surface = envelope.surfaces[place]
        net = surface.area - openings
        if net < -1e-9 * surface.area:
            expected = f"at least {openings:g} m², the area of its openings (--wall-area gross)"
            found.add(f"{envelope.paths[name]}.{keys.area}", surface.area, expected, "OPENINGS_TOO_LARGE")
        elif net <= 1e-9 * surface.area:
            covered.add(place)
            found.note(f"{surface.kind} {show_id(name)} is all openings and left out")
        else:
            envelope.surfaces[place] = replace(surface, area=net)
    if covered:
        envelope.surfaces[:] = [s for i, s in enumerate(envelope.surfaces) if i not in covered]

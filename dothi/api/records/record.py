"""A record of the catalogue: what it says of one layer, analysis or document, in both languages."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from dothi.core.text import LANGUAGES, Lang, Text

Kind = Literal['dataset', 'process', 'document']
type Box = tuple[float, float, float, float]
# Where the time of a record has no end.
OPEN = '..'


@dataclass(frozen=True)
class Entry:
    """One fact of a group of metadata: a number, a text of one language or of both."""

    name: str
    title: Text
    value: Text | str | int | float | bool | date


@dataclass(frozen=True)
class Group:
    """One of the groups of metadata that the Law on Surveying 2018, article 45, names."""

    name: str
    title: Text
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Contact:
    """An office and the role of its focal point; never a person."""

    organization: Text
    roles: tuple[str, ...]
    position: Text | None = None


@dataclass(frozen=True)
class Link:
    """A link to something below `/api`, or anywhere if `path` is a whole address.

    protocol: of a service of OGC, as catalogues and desktops name it. name: what the service calls the layer.
    """

    rel: str
    path: str
    media_type: str
    title: Text
    language: Lang | None = None
    protocol: str | None = None
    name: str | None = None


@dataclass(frozen=True)
class Template:
    """A link with {variables}; each has its JSON schema."""

    rel: str
    path: str
    media_type: str
    title: Text
    variables: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Record:
    """A record of OGC API - Records: what a dataset is, who made it, and where it is served.

    time: days or `OPEN`, first and last. extent: degrees, west, south, east, north. external_ids: scheme and value.
    facts: further properties by name. searched: further texts that `q` finds.
    """

    id: str
    type: Kind
    title: Text
    description: Text
    keywords: tuple[Text, ...] = ()
    theme: str | None = None
    agency: str | None = None
    contacts: tuple[Contact, ...] = ()
    created: datetime | None = None
    updated: datetime | None = None
    time: tuple[str, str] | None = None
    extent: Box | None = None
    licence: str | None = None
    rights: Text | None = None
    languages: tuple[Lang, ...] = LANGUAGES
    external_ids: tuple[tuple[str, str], ...] = ()
    formats: tuple[tuple[str, str], ...] = ()
    links: tuple[Link, ...] = ()
    templates: tuple[Template, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    groups: tuple[Group, ...] = ()
    lineage: tuple[dict[str, Any], ...] = ()
    searched: tuple[Text, ...] = ()


# Degrees, a tenth of a metre: how wide the box of a single point is drawn.
HAIR = 1e-6


def box_geometry(box: Box | None) -> dict[str, Any] | None:
    """The extent as a GeoJSON polygon, also that of a single point: QGIS reads a record's box from its corners."""
    if box is None:
        return None
    west, south, east, north = box
    east, north = max(east, west + HAIR), max(north, south + HAIR)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {'type': 'Polygon', 'coordinates': [ring]}

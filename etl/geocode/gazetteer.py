"""The names that addresses use: units of any day, streets, and places of the layers that can be searched."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from pathlib import Path

from psycopg2.extensions import connection as Connection

from dothi.core.catalog import current_releases
from dothi.core.layer import Audience, Layer
from dothi.core.locality import Locality
from dothi.core.text import search_key
from etl.geocode.ground import Area, Ground, NamedPlace, Street
from etl.geocode.unit_names import UnitName, provinces_elsewhere, unit_names
from etl.geocode.words import LABELS, WORD, lane_number

HIGHWAY = re.compile(r'^(quoclo|ql|tinhlo|duongtinh|tl|dt|huyenlo|duonghuyen|hl|dh)(?=\d)')
HIGHWAY_KINDS = {'quoclo': 'ql', 'tinhlo': 'dt', 'duongtinh': 'dt', 'tl': 'dt', 'huyenlo': 'dh', 'duonghuyen': 'dh',
                 'hl': 'dh'}  # fmt: skip


@dataclass(frozen=True)
class Gazetteer:
    """All names by their key; the area and the name of each commune of the day `on` by its code.

    houses: layers of numbered houses. house_streets: by layer, the names of their streets by key.
    layers: the ids of all layers that it was read from. elsewhere: other provinces.
    """

    locality: Locality
    audience: Audience
    on: date
    units: dict[str, list[UnitName]]
    streets: dict[str, list[Street]]
    places: dict[str, list[NamedPlace]]
    communes: dict[str, Area]
    commune_names: dict[str, str]
    houses: tuple[Layer, ...]
    house_streets: dict[str, dict[str, list[str]]]
    layers: tuple[str, ...]
    elsewhere: dict[str, list[str]]


type Version = tuple[Path, Audience, date, tuple[tuple[str, int], ...]]
# Of each audience the one that is in use: a release makes another.
GAZETTEERS: dict[tuple[Path, Audience, date], tuple[Version, Gazetteer]] = {}


def load_gazetteer(db: Connection, locality: Locality, audience: Audience, on: date | None = None) -> Gazetteer:
    """The names that `audience` may know, as they are released; kept until another release changes them.

    on: the day whose communes places are told by, the locality's reference date where it is left out.
    """
    on = on or locality.place.reference_date
    releases = current_releases(db)
    layers = [layer for layer in locality.layers_for(audience).values() if layer.id in releases]
    used = [layer for layer in map(partial(_as_seen, audience=audience), layers) if _is_used(layer, locality)]
    version = (locality.path, audience, on, tuple((layer.id, releases[layer.id].number) for layer in used))
    in_use = GAZETTEERS.get(version[:3])
    if in_use is None or in_use[0] != version:
        in_use = GAZETTEERS[version[:3]] = version, _read(Ground(db, locality, audience, on), used)
    return in_use[1]


def name_key(words: Iterable[str]) -> str:
    """Words without accents as one key, highways by one abbreviation: `ql21b` for `quoc lo 21b` and `QL 21B`.

    A lane is called by its number and its street, whether it says that this is one or not: `ngo95tranphu`.
    """
    listed = list(words)
    if lane_number(listed):
        listed = [word for word in listed if 'street' not in LABELS.get((word,), ())]
    return HIGHWAY.sub(lambda match: HIGHWAY_KINDS.get(match[0], match[0]), ''.join(listed))


# the houses along one street all name it
@lru_cache(maxsize=10_000)
def street_key(name: str) -> str:
    """The key of a street's name without what says first that it is one: `tranphu` for `Đường Trần Phú`."""
    words = _words(name)
    if HIGHWAY.match(name_key(words)) or len(words) == 1:
        return name_key(words)
    return name_key(words[1:] if 'street' in LABELS.get((words[0],), ()) else words)


def place_key(name: str) -> str:
    """The key of any other name."""
    return name_key(_words(name))


def _words(name: str) -> list[str]:
    return [search_key(word[0]) for word in WORD.finditer(name)]


def _as_seen(layer: Layer, audience: Audience) -> Layer:
    """The layer without the names and addresses that the audience may not know."""
    columns, address = layer.columns_for(audience), layer.address
    needed = {address.street, address.house_number or address.street} if address else set()
    search = [name for name in layer.publish.search if name in columns]
    return layer.model_copy(
        update={
            'address': address if needed <= set(columns) else None,
            'publish': layer.publish.model_copy(update={'search': search}),
        }
    )


def _is_used(layer: Layer, locality: Locality) -> bool:
    return layer.address is not None or layer.id in locality.place.unit_layers or _has_places(layer, locality)


def _has_places(layer: Layer, locality: Locality) -> bool:
    """Whether its features are places with a name: no units, results or lines."""
    is_other = layer.id in locality.own or layer.id in locality.place.unit_layers or layer.address is not None
    return not is_other and 'name' in layer.publish.search and not layer.geometry.endswith('LineString')


def _read(ground: Ground, used: list[Layer]) -> Gazetteer:
    locality = ground.locality
    communes = ground.communes()
    units, commune_names = unit_names(locality, ground.on, communes)
    # the office of a commune is often called after it, and is not where all of it lies
    unit_titles = {unit.name for unit in units}
    streets = [street for layer in used if layer.address and not layer.address.house_number
               for street in ground.streets(layer, layer.address.street)]  # fmt: skip
    places = [place for layer in used if _has_places(layer, locality) for place in ground.places(layer)]
    houses = tuple(layer for layer in used if layer.address and layer.address.house_number)
    return Gazetteer(
        locality=locality,
        audience=ground.audience,
        on=ground.on,
        units=_by_key(units, lambda unit: unit.key),
        streets=_by_key(streets, lambda street: street_key(street.name)),
        places=_by_key(
            (place for place in places if place.name not in unit_titles), lambda place: place_key(place.name)
        ),
        communes=communes,
        commune_names=commune_names,
        houses=houses,
        house_streets={layer.id: _by_key(ground.house_streets(layer), street_key) for layer in houses},
        layers=tuple(layer.id for layer in used),
        elsewhere=provinces_elsewhere(locality, {unit.key for unit in units if not unit.smallest}),
    )


def _by_key[T](entries: Iterable[T], key_of: Callable[[T], str]) -> dict[str, list[T]]:
    by_key: dict[str, list[T]] = defaultdict(list)
    for entry in entries:
        by_key[key_of(entry)].append(entry)
    by_key.pop('', None)
    return dict(by_key)

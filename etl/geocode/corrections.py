"""Places of addresses that a person has confirmed or put right, as they are kept."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from psycopg2.extensions import connection as Connection
from psycopg2.extras import execute_values
from pydantic import BaseModel, ConfigDict, Field

from dothi.core.text import search_key
from etl.geocode.words import written_words

# Somebody points at a house or a gate.
AROUND_CORRECTION_M = 30.0


class Spot(BaseModel):
    """A place as a person has chosen it: no farther than radius_m from the point. by: a role."""

    model_config = ConfigDict(extra='forbid', frozen=True)

    lon: float
    lat: float
    radius_m: float = AROUND_CORRECTION_M
    by: str = Field(min_length=1)


@dataclass(frozen=True)
class Correction:
    """Where an address is, chosen for the row `feature`: its layer and its key."""

    address: str
    feature: str
    spot: Spot


def address_key(address: str) -> str:
    """What two ways of writing an address have in common: all its words without accents and case."""
    return ' '.join(map(search_key, written_words(address)))


def corrections(db: Connection, keys: Collection[str]) -> dict[str, list[Correction]]:
    """By key, the places that were chosen for its addresses, the newest first, without those that were taken back."""
    query = """
        select address_key, address, feature, st_x(place), st_y(place), radius_m, corrected_by
        from catalog.address_correction where address_key = any(%s) and withdrawn_at is null order by id desc
    """
    by_key: dict[str, list[Correction]] = defaultdict(list)
    with db.cursor() as cursor:
        cursor.execute(query, [sorted(keys)])
        for key, address, feature, lon, lat, radius_m, by in cursor:
            by_key[key].append(Correction(address, feature, Spot(lon=lon, lat=lat, radius_m=radius_m, by=by)))
    return dict(by_key)


def remember_corrections(db: Connection, confirmed: Iterable[Correction], release: int | None = None) -> None:
    """Keeps them in the caller's transaction; an address without a word is none that could be recognised again.

    release: that they come with, and are taken back with.
    """
    rows = [
        (key, new.address, new.feature, new.spot.lon, new.spot.lat, new.spot.radius_m, new.spot.by, release)
        for new in confirmed
        if (key := address_key(new.address))
    ]
    query = """insert into catalog.address_correction
        (address_key, address, feature, place, radius_m, corrected_by, release) values %s"""
    with db.cursor() as cursor:
        execute_values(cursor, query, rows, '(%s, %s, %s, st_setsrid(st_makepoint(%s, %s), 4326), %s, %s, %s)')


def withdraw_corrections(db: Connection, layer: str, to: int) -> None:
    """Takes back what came with releases that the state after the release `to` does not rest on; the others count."""
    with db.cursor() as cursor:
        cursor.execute('select catalog.withdraw_corrections(%s, %s)', [layer, to])

"""Places of addresses that a person has confirmed or put right: they count before all that is reckoned."""

from collections.abc import Collection, Mapping

from psycopg2.extensions import connection as Connection
from psycopg2.extras import execute_values

from etl.geocode.ground import Point
from etl.geocode.words import read_words


def address_key(address: str) -> str:
    """What two ways of writing an address have in common: its words without accents and case."""
    return ' '.join(word.key for word in read_words(address))


def corrected_places(db: Connection, keys: Collection[str], srid: int) -> dict[str, Point]:
    """By key, the place in the CRS `srid` that was said last."""
    query = """
        select distinct on (address_key) address_key, st_x(p), st_y(p)
        from catalog.address_correction cross join lateral st_transform(place, %s) as p
        where address_key = any(%s) order by address_key, id desc
    """
    with db.cursor() as cursor:
        cursor.execute(query, [srid, sorted(keys)])
        return {key: (x, y) for key, x, y in cursor.fetchall()}


def remember_places(db: Connection, places: Mapping[str, Point], srid: int, by: str) -> None:
    """Keeps the places (in the CRS `srid`) of addresses, in the caller's transaction. by: a role."""
    rows = [(address_key(address), address, x, y, srid, by) for address, (x, y) in places.items()]
    query = 'insert into catalog.address_correction (address_key, address, place, corrected_by) values %s'
    template = '(%s, %s, st_transform(st_setsrid(st_makepoint(%s, %s), %s), 4326), %s)'
    with db.cursor() as cursor:
        execute_values(cursor, query, rows, template)

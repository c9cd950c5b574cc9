"""Whose database it is: the locality that it was made for, and no other."""

from psycopg2.extensions import connection as Connection

from dothi.core.errors import WrongUse
from dothi.core.locality import Locality


class OtherLocality(WrongUse):
    """The database holds the data of another locality than the one that the settings name."""


def require_same_locality(db: Connection, locality: Locality) -> None:
    """Raises OtherLocality where the database has releases of another; an empty one may become anybody's."""
    own_id = _locality_with_releases(db)
    if own_id in (None, locality.place.id):
        return
    raise OtherLocality(
        vi=f'Cơ sở dữ liệu này là của địa phương "{own_id}", còn DOTHI_LOCALITY chỉ đến "{locality.place.id}" '
        f'({locality.path}). Không có gì thay đổi. Đặt DOTHI_STATE (và PORT) khác cho địa phương này, hoặc đặt lại '
        f'DOTHI_LOCALITY. Nếu chỉ đổi mã địa phương, hãy giữ id: {own_id} trong locality.yml.',
        en=f'This database is that of the locality "{own_id}", and DOTHI_LOCALITY names "{locality.place.id}" '
        f'({locality.path}). Nothing was changed. Give this locality a DOTHI_STATE (and PORT) of its own, or correct '
        f'DOTHI_LOCALITY. If only the id was changed, keep id: {own_id} in locality.yml.',
    )


def record_locality(db: Connection, locality: Locality) -> None:
    """Makes the database that of the locality: `require_same_locality` is asked before."""
    with db.cursor() as cursor:
        cursor.execute(
            """insert into catalog.locality (id) values (%s)
               on conflict (only_row) do update set id = excluded.id where locality.id <> excluded.id""",
            [locality.place.id],
        )


def _locality_with_releases(db: Connection) -> str | None:
    """The id of the locality whose releases the database holds; None where it holds none, or nobody recorded it."""
    with db.cursor() as cursor:
        cursor.execute("select to_regclass('catalog.locality') is not null")
        (known,) = cursor.fetchone() or (False,)
        if not known:
            return None
        cursor.execute('select id from catalog.locality where exists (select from catalog.release)')
        row = cursor.fetchone()
    return str(row[0]) if row else None

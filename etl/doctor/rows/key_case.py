"""Keys that differ in case only: `th-01` and `TH-01` are two features to the platform, and rarely to their sender."""

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.layer import Layer
from dothi.core.text import Text
from etl.doctor.rows.duplicates import Fault


def keys_in_other_case(db: Connection, layer: Layer, staging: str) -> list[Fault]:
    """A fault for each staged row whose key another row before it has in other case."""
    if len(layer.key) != 1 or layer.columns[layer.key[0]].type != 'text':
        return []
    statement = sql.SQL("""
        select id, {key}, first_value({key}) over (partition by lower({key}) order by id) as earlier
        from {table}
        where lower({key}) in (select lower({key}) from {table} group by lower({key}) having count(distinct {key}) > 1)
    """).format(key=sql.Identifier(layer.key[0]), table=sql.Identifier('staging', staging))
    with db.cursor() as cursor:
        cursor.execute(statement)
        return [Fault(row, 'key_case', _differs(key, earlier)) for row, key, earlier in cursor if key != earlier]


def _differs(key: str, earlier: str) -> Text:
    return Text(
        vi=f'mã "{key}" chỉ khác "{earlier}" ở chữ hoa, chữ thường. Nếu là một đối tượng, bỏ một hàng.',
        en=f'the key "{key}" differs from "{earlier}" in case only. If they are one feature, remove a row.',
    )

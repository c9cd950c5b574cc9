"""Accented capitals that TCVN3 cannot hold, taken from what is known of the same row."""

from psycopg2.extensions import connection as Connection

from dothi.core.layer import Layer
from dothi.core.text import Text
from etl.doctor.columns import Matching
from etl.doctor.text.decoder import Decoder
from etl.register import RegisterRows

CODE = 'tcvn3'


def known_capitals(
    db: Connection, layer: Layer, staging: str, matching: Matching, decoder: Decoder, register: RegisterRows | None
) -> list[Text]:
    """What was spelt as it is known, in staged columns that came in TCVN3.

    A value that differs from the served one of the same key only in the case of letters becomes that one; of a key
    that is not served, the register's. What differs in more is the sender's, and columns in any other code are left.
    """
    notes = []
    for name in _columns(layer, matching, decoder):
        values = _as_served(db, layer, staging, name) + _as_registered(db, layer, staging, name, register)
        notes += [_spelt(matching.source(name), values)] if values else []
    return notes


def _columns(layer: Layer, matching: Matching, decoder: Decoder) -> list[str]:
    """Free text that was decoded from TCVN3: keys and codes of a domain are no names."""
    came = decoder.columns_in(CODE)
    return [
        name
        for name, source in matching.source_of.items()
        if source in came and layer.columns[name].type == 'text' and not layer.columns[name].domain
        if name not in layer.key
    ]


def _as_served(db: Connection, layer: Layer, staging: str, name: str) -> int:
    if not layer.key:
        return 0
    return _count(db, 'select catalog.spell_as_served(%s, %s, %s, %s)', layer.id, staging, layer.key, name)


def _as_registered(db: Connection, layer: Layer, staging: str, name: str, register: RegisterRows | None) -> int:
    if register is None or layer.register_ is None or name not in layer.register_.fill:
        return 0
    codes, values = list(register.rows), [row[name] for row in register.rows.values()]
    statement = 'select catalog.spell_as_registered(%s, %s, %s, %s, %s, %s, %s)'
    return _count(db, statement, layer.id, staging, layer.key, name, register.key, codes, values)


def _count(db: Connection, statement: str, *values: object) -> int:
    with db.cursor() as cursor:
        cursor.execute(statement, values)
        ((count,),) = cursor.fetchall()
        return int(count)


def _spelt(column: str, values: int) -> Text:
    return Text(
        vi='Cột {column}: số giá trị lấy lại chữ hoa có dấu theo tên đã biết, vì TCVN3 không có các chữ đó: '
        '{values:,}.',
        en='Column {column}: values that took accented capitals from the known names, as TCVN3 has none: {values:,}.',
    ).format(column=column, values=values)

"""Columns that a person accepted for an agency's files of a layer: remembered, and known again."""

from datetime import date

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.layer import Layer
from etl.desk.delivery import Delivery
from etl.doctor.columns import name_key
from etl.doctor.proposals import Evidence
from etl.reference import Units

# Values of a column by which others of its kind are known.
RELEASED_VALUES = 200


def evidence(db: Connection, delivery: Delivery[Layer], units: list[Units], on: date) -> Evidence:
    """What is known of the columns of a delivery's layer: lists of codes, released values, accepted columns."""
    layer, register = delivery.layer, delivery.layer.register_
    by_layer = {units_of_layer.layer.id: frozenset(units_of_layer.codes) for units_of_layer in units}

    def codes(column: str) -> frozenset[str]:
        if register is not None and column == register.key:
            return frozenset(delivery.locality.register(register, on))
        return by_layer.get(layer.columns[column].unit_layer or '', frozenset())

    return Evidence(
        codes=codes,
        released=lambda column: released_values(db, layer, column),
        remembered=remembered(db, delivery.options.agency or layer.agency, layer),
    )


def remembered(db: Connection, agency: str, layer: Layer) -> dict[str, str]:
    """The file's name of a column to the layer's, as it was accepted from `agency`; without columns that are gone."""
    with db.cursor() as cursor:
        cursor.execute(
            'select source, column_name from catalog.column_mapping where agency = %s and layer_id = %s order by 1',
            [agency, layer.id],
        )
        return {source: column for source, column in cursor.fetchall() if column in layer.columns}


def remember(db: Connection, agency: str, layer: Layer, columns: dict[str, str], delivery: int) -> None:
    """Keeps `columns` (source to layer column) in the caller's transaction; the last decision counts."""
    with db.cursor() as cursor:
        cursor.executemany(
            """insert into catalog.column_mapping (agency, layer_id, source_key, source, column_name, delivery_id)
               values (%s, %s, %s, %s, %s, %s)
               on conflict (agency, layer_id, source_key) do update set source = excluded.source,
                   column_name = excluded.column_name, delivery_id = excluded.delivery_id,
                   accepted_at = clock_timestamp()""",
            [[agency, layer.id, name_key(source), source, name, delivery] for source, name in columns.items()],
        )


def released_values(db: Connection, layer: Layer, column: str) -> list[str]:
    """Some values of a released column as text."""
    with db.cursor() as cursor:
        cursor.execute(
            sql.SQL('select {0}::text from {1} where {0} is not null limit %s').format(
                sql.Identifier(column), sql.Identifier('layer', layer.id)
            ),
            [RELEASED_VALUES],
        )
        return [text for (text,) in cursor.fetchall()]

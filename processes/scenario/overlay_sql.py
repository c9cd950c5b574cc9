"""SQL of a layer's overlay: the rows that stand in the place of changed ones, and those of added features."""

from collections.abc import Sequence

from psycopg2 import sql

from dothi.core.layer import Layer
from processes.scenario.keys import keyed_rows

# Ids of added features: far beyond those of layers, and whole numbers of JSON and of double precision still.
FIRST_NEW_ID = 9_000_000_000_000

# One value is bound: a JSON array of changes that name features by the same columns. jsonb_populate_record keeps of the
# row what the change does not name, and casts what it names to the type of its column.
INSERT_CHANGED = """
    with sent as (
        select document, number, {shape} as shape
        from jsonb_array_elements(%(changes)s) with ordinality as sent (document, number)
    )
    insert into {table} ({names})
    select base.id, {whole}, coalesce(ST_Transform(sent.shape, {srid}), base.geom),
        coalesce(sent.shape, base.geom_wgs84), base.release_from
    from {keyed}
    join sent on sent.number = wanted.number
    cross join lateral jsonb_populate_record(
        row({row})::{table}, coalesce(sent.document -> 'properties', '{{}}')
    ) as whole
"""
INSERT_ADDED = """
    with sent as (
        select document, {shape} as shape from jsonb_array_elements(%(changes)s) as document
    )
    insert into {table} ({names})
    select {first} + (sent.document ->> 'number')::bigint, {whole}, ST_Transform(sent.shape, {srid}), sent.shape, 0
    from sent
    cross join lateral jsonb_populate_record(null::{table}, coalesce(sent.document -> 'properties', '{{}}')) as whole
"""
SHAPE = """
    case when document -> 'geometry' <> 'null' then
        {multi}(ST_Force2D(ST_SetSRID(ST_GeomFromGeoJSON(document ->> 'geometry'), 4326)))
    end
"""


def insert_changed(
    layer: Layer, columns: Sequence[str], key: Sequence[str], table: sql.Identifier, rows: sql.Composable, srid: int
) -> sql.Composed:
    """Puts the rows of `rows` that changes mean into the table, as they are to be.

    Bound: `keys` and `changes`, JSON arrays in one order.
    """
    base = _listed('base', ['id', *columns, *PLACE_COLUMNS])
    return sql.SQL(INSERT_CHANGED).format(
        shape=_shape(layer),
        table=table,
        names=names_of(columns),
        whole=_listed('whole', columns),
        srid=sql.Literal(srid),
        keyed=keyed_rows(layer, key, rows),
        row=base,
    )


def insert_added(layer: Layer, columns: Sequence[str], table: sql.Identifier, srid: int) -> sql.Composed:
    """Puts the rows of added features into the table. Bound: `changes`, a JSON array, each with its `number`."""
    return sql.SQL(INSERT_ADDED).format(
        shape=_shape(layer),
        table=table,
        names=names_of(columns),
        first=sql.Literal(FIRST_NEW_ID),
        whole=_listed('whole', columns),
        srid=sql.Literal(srid),
    )


# Columns of every layer's rows beside its own.
PLACE_COLUMNS = ('geom', 'geom_wgs84', 'release_from')


def names_of(columns: Sequence[str]) -> sql.Composed:
    """The columns of a row, with those that every layer has."""
    return sql.SQL(', ').join(map(sql.Identifier, ['id', *columns, *PLACE_COLUMNS]))


def _listed(table: str, names: Sequence[str]) -> sql.Composed:
    return sql.SQL(', ').join(sql.Identifier(table, name) for name in names)


def _shape(layer: Layer) -> sql.Composed:
    """The geometry of a change in CRS84, of the layer's kind; null where the change names none."""
    return sql.SQL(SHAPE).format(multi=sql.SQL('ST_Multi' if layer.geometry.startswith('Multi') else ''))

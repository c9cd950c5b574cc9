"""The tables that a layer file calls for."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Computed,
    Date,
    DateTime,
    Double,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Sequence,
    Table,
    Text,
)
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

from dothi.core.crs import WGS84
from dothi.core.layer import ColumnType, Layer

SQL_TYPES: dict[ColumnType, TypeEngine[Any]] = {
    # Code point order: what CQL2's tests compare by, and what an index can serve without a locale.
    'text': Text(collation='C'),
    'integer': BigInteger(),
    'number': Double(),
    'boolean': Boolean(),
    'date': Date(),
    'timestamp': DateTime(timezone=True),
}


def layer_table(layer: Layer, srid: int) -> Table:
    """layer.<id>: the open version of every feature."""
    metadata = MetaData()
    sequence = id_sequence(layer, metadata)
    identifier: Column[int] = Column('id', BigInteger, sequence, server_default=sequence.next_value(), primary_key=True)
    table = Table(layer.id, metadata, identifier, *_columns(layer, srid), schema='layer')
    if layer.key:
        Index(f'{layer.id}_key', *(table.c[name] for name in layer.key), unique=True)
    Index(f'{layer.id}_geom', table.c.geom, postgresql_using='gist')
    Index(f'{layer.id}_geom_wgs84', table.c.geom_wgs84, postgresql_using='gist')
    Index(f'{layer.id}_release_from', table.c.release_from)
    return table


def history_table(layer: Layer, srid: int) -> Table:
    """history.<id>: the closed versions, each with the release that closed it."""
    metadata = MetaData()
    columns: list[SchemaItem] = [Column('id', BigInteger, nullable=False), *_columns(layer, srid)]
    closed: Column[int] = Column('release_to', BigInteger, nullable=False)
    identity = PrimaryKeyConstraint('id', 'release_from')
    table = Table(layer.id, metadata, *columns, closed, identity, schema='history')
    if layer.key:
        Index(f'{layer.id}_history_key', *(table.c[name] for name in layer.key))
    Index(f'{layer.id}_history_releases', table.c.release_from, table.c.release_to)
    Index(f'{layer.id}_history_geom_wgs84', table.c.geom_wgs84, postgresql_using='gist')
    return table


def staging_table(layer: Layer, srid: int, name: str, *, ahead: bool = False) -> Table:
    """staging.<name>: the rows of one delivery, unlogged; `id` is a row's number in the file.

    ahead: with geom_wgs84, which the server then works out while the client prepares the next rows: two thirds of the
    time that inserting 500,000 small polygons takes, and a waste where most rows stay as they are.
    """
    columns: list[SchemaItem] = [
        Column('id', Integer, primary_key=True, autoincrement=False),
        *attribute_columns(layer),
        Column('geom', _geometry_type(layer, srid)),
    ]
    if ahead:
        moved = Computed(f'st_transform(geom, {WGS84})', persisted=True)
        columns.append(Column('geom_wgs84', _geometry_type(layer, WGS84), moved))
    return Table(name, MetaData(), *columns, schema='staging', prefixes=['unlogged'])


def id_sequence(layer: Layer, metadata: MetaData | None = None) -> Sequence:
    """The sequence that gives a feature its lasting id."""
    return Sequence(f'{layer.id}_id_seq', schema='layer', metadata=metadata)


def attribute_columns(layer: Layer) -> list[SchemaItem]:
    """The layer's own columns, in the order of its file."""
    return [
        Column(name, SQL_TYPES[column.type], nullable=not (column.required or name in layer.key))
        for name, column in layer.columns.items()
    ]


def _columns(layer: Layer, srid: int) -> list[SchemaItem]:
    return [
        *attribute_columns(layer),
        Column('geom', _geometry_type(layer, srid), nullable=False),
        Column('geom_wgs84', _geometry_type(layer, WGS84), nullable=False),
        Column('release_from', BigInteger, nullable=False),
    ]


def _geometry_type(layer: Layer, srid: int) -> TypeEngine[Any]:
    """The type of a geometry column; indexes have names of ours.

    GeoAlchemy2 brings SQLAlchemy's dialects of all databases, 70 ms of each start of a service that makes no tables.
    """
    from geoalchemy2 import Geometry

    return Geometry(layer.geometry, srid, spatial_index=False)

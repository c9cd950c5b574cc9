"""Codes and names of the administrative units that columns of a layer may name."""

from collections.abc import Mapping

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.catalog import current_releases
from dothi.core.layer import Audience, Column, Layer
from dothi.core.layer_source import source
from dothi.core.locality import Locality


def unit_layers_of(columns: Mapping[str, Column], locality: Locality, audience: Audience) -> list[Layer]:
    """The layers of units whose codes the columns hold, in the order of their ids."""
    wanted = {column.unit_layer for column in columns.values() if column.unit_layer}
    return [locality.layers[name] for name in sorted(wanted) if name in locality.layers_for(audience)]


def unit_codes(
    db: Connection, columns: Mapping[str, Column], locality: Locality, audience: Audience
) -> dict[str, list[tuple[str, str]]]:
    """Codes and names of the units that columns may name, by layer; of layers that have a release."""
    released = current_releases(db)
    layers = [layer for layer in unit_layers_of(columns, locality, audience) if layer.id in released]
    return {layer.id: _codes(db, layer, locality, audience) for layer in layers}


def _codes(db: Connection, layer: Layer, locality: Locality, audience: Audience) -> list[tuple[str, str]]:
    name = (layer.publish.search or [layer.identifier])[0]
    key = layer.register_.key if layer.register_ else layer.identifier
    query = sql.SQL('select {}::text, {}::text from {} as f order by 1')
    with db.cursor() as cursor:
        cursor.execute(query.format(sql.Identifier(key), sql.Identifier(name), source(layer, locality, audience)))
        return [(code, title or code) for code, title in cursor]

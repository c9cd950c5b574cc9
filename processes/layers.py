"""Layers as an analysis sees them: those of its audience, with its columns, narrowed by a filter."""

from psycopg2 import sql

from dothi.core import cql2
from dothi.core.errors import WrongUse, did_you_mean
from dothi.core.layer import Audience, Layer
from dothi.core.locality import Locality, UnknownLayer


class NoSuchColumn(WrongUse):
    """The layer lacks a column that the analysis needs, or this audience may not see it."""


def visible_layer(layer_id: str, locality: Locality, audience: Audience) -> Layer:
    """The layer `layer_id`; one that `audience` may not see is as unknown to it as one that is not there."""
    visible = locality.layers_for(audience)
    if layer_id not in visible and layer_id not in locality.broken:
        hint = did_you_mean(layer_id, visible)
        raise UnknownLayer(vi=f'không có lớp "{layer_id}". {hint.vi}', en=f'there is no layer "{layer_id}". {hint.en}')
    return locality.layer(layer_id)


def column(layer: Layer, name: str, audience: Audience) -> sql.Identifier:
    """The column `name` for use in SQL; raises NoSuchColumn with the nearest name."""
    visible = layer.columns_for(audience)
    if name not in visible:
        hint = did_you_mean(name, visible)
        raise NoSuchColumn(
            vi=f'Lớp "{layer.id}" không có cột "{name}". {hint.vi}',
            en=f'The layer "{layer.id}" has no column "{name}". {hint.en}',
        )
    return sql.Identifier(name)


def condition(layer: Layer, text: str, locality: Locality, audience: Audience) -> sql.Composable:
    """The SQL condition that the CQL2 filter `text` means, its values already in it."""
    return cql2.condition(layer, text, srid=locality.srid, audience=audience)

"""CQL_FILTER, which GeoServer brought into use: a filter for each of LAYERS, here in CQL2."""

import re

from psycopg2 import sql

from dothi.api.ows.asked import Asked
from dothi.api.ows.contents import Leaf
from dothi.api.ows.errors import InvalidParameterValue
from dothi.api.service import service
from dothi.core.cql2.errors import BadFilter, UnknownProperty
from dothi.core.cql2.geometry import IN_CRS84
from dothi.core.cql2.parse import Node, parse
from dothi.core.cql2.where import Translator
from dothi.core.layer import Layer

NAME, ALL = 'CQL_FILTER', 'INCLUDE'
# A semicolon within quotes belongs to the text.
ONE_FILTER = re.compile(r"""(?:[^;'"]|'[^']*'|"[^"]*")+""")


def read_filters(asked: Asked, layers: tuple[tuple[Leaf, str, str], ...]) -> dict[str, Node]:
    """The trees of the filters by layer; raises InvalidParameterValue for one that does not fit its layer."""
    text = asked.text(NAME)
    if not text:
        return {}
    names, texts = asked.names('LAYERS'), ONE_FILTER.findall(text)
    if len(texts) != len(names):
        raise _wrong(
            f'có {len(texts)} bộ lọc cho {len(names)} lớp; tách bằng dấu chấm phẩy, {ALL} là không lọc.',
            f'{len(texts)} filters for {len(names)} layers; separate them by semicolons, {ALL} filters nothing.',
        )
    by_name = dict(zip(names, texts, strict=True))
    return {
        leaf.name: _tree(leaf.data, by_name[name].strip())
        for leaf, _, name in layers
        if by_name[name].strip().upper() != ALL
    }


def _tree(data: object, text: str) -> Node:
    if not isinstance(data, Layer):
        raise _wrong('raster không có thuộc tính để lọc.', 'a coverage has no columns to filter by.')
    try:
        tree = parse(text)
        where(data, tree)
    except (BadFilter, UnknownProperty) as error:
        raise _wrong(error.text.vi, error.text.en) from None
    return tree


def where(layer: Layer, tree: Node) -> sql.Composable:
    """The condition that a filter is for the rows of a layer; its coordinates are CRS84, as in the API."""
    return Translator(layer, service().locality.srid, service().audience, IN_CRS84).condition(tree)


def _wrong(vi: str, en: str) -> InvalidParameterValue:
    return InvalidParameterValue(vi=f'{NAME}: {vi}', en=f'{NAME}: {en}', locator=NAME)

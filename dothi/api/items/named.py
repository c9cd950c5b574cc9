"""`/named-features`: the features of all layers that are called so; what the search of a map asks beside `/geocode`."""

import json
from typing import Any

from flask import Blueprint, Response
from psycopg2 import sql

from dothi.api.http import parameters
from dothi.api.http.documents import as_json
from dothi.api.http.language import GEOJSON, say, wanted_format
from dothi.api.http.offer import Offer
from dothi.api.http.operations import content, get, list_of, object_with, or_null
from dothi.api.http.parameters import COMMON, BadParameter, Parameter, Schema, in_formats
from dothi.api.http.service import service
from dothi.api.http.snapshot import snapshot
from dothi.api.items.features import name_column
from dothi.api.items.query import LONGEST_SEARCH, parse_search, plain_text_of, searched_columns, term_conditions
from dothi.core.layer import Layer
from dothi.core.layer_source import source
from dothi.core.text import Text

NAMED = Blueprint('named_features', __name__)
FORMATS = ('json',)
LEAST_LETTERS, MOST_FEATURES = 2, 20
NAME = Parameter(
    'q',
    parse_search,
    {'type': 'string', 'minLength': LEAST_LETTERS, 'maxLength': LONGEST_SEARCH},
    Text(
        vi='Các từ trong tên của đối tượng, ở mọi lớp có tên; không cần dấu.',
        en='Words of the name of a feature, in every layer that has names; without accents too.',
    ),
    example='nam',
    required=True,
)


@NAMED.route('/named-features')
def named_features() -> Response:
    """A point of each feature that has all of the words in its name, the name that is most like them first.

    Features of a layer with the same name, as the parts of a road, are one, with their `count`.
    """
    parameters.refuse_unknown((NAME, *COMMON))
    wanted_format(FORMATS)
    terms = NAME.read() or []
    # marks that combine are gone once accents are
    if sum(letter.isalnum() for letter in ''.join(terms)) < LEAST_LETTERS:
        raise BadParameter(
            vi=f'q: cần ít nhất {LEAST_LETTERS} chữ cái của tên.',
            en=f'q: at least {LEAST_LETTERS} letters of a name are wanted.',
        )
    parts = [_of_layer(layer, terms) for layer in service().layers.values() if _searched(layer)]
    with snapshot() as db:
        rows = db.rows(_best(parts)) if parts else []
    return as_json({'type': 'FeatureCollection', 'features': [_feature(*row) for row in rows]}, GEOJSON)


def named_path(offer: Offer) -> dict[str, Any]:
    """The operation as the OpenAPI document has it."""
    title = Text(vi='Tìm đối tượng theo tên ở mọi lớp', en='Search for features of all layers by name')
    success = content(_schema(), GEOJSON, html=False)
    return {'/named-features': get(offer, 'searchNamedFeatures', title, [NAME, *in_formats(FORMATS)], success)}


def _schema() -> Schema:
    text, number = {'type': 'string'}, {'type': 'integer'}
    properties = object_with(name=text, collection=text, collection_title=text, feature=number, count=number)
    geometry = or_null({'type': 'object'})
    feature = object_with(type={'enum': ['Feature']}, id=text, geometry=geometry, properties=properties)
    return object_with(type={'enum': ['FeatureCollection']}, features=list_of(feature))


def _searched(layer: Layer) -> list[str]:
    return searched_columns(layer, layer.columns_for(service().audience))


def _of_layer(layer: Layer, terms: list[str]) -> sql.Composable:
    """SQL of the best names of a layer: layer, name, least id and number of the features that have it, rank, point."""
    columns = layer.columns_for(service().audience)
    name, rows = (
        sql.Identifier(name_column(layer, columns) or ''),
        source(layer, service().locality, service().audience),
    )
    conditions = term_conditions([sql.Identifier(column) for column in _searched(layer)], terms)
    statement = sql.SQL("""
        select {layer} as layer, best.*, (
            select ST_AsGeoJSON(ST_PointOnSurface(geom_wgs84), 7) from {rows} as r where r.id = best.id
        ) as point
        from (
            select {name} as name, min(id) as id, count(*) as count, {rank} as rank
            from {rows} as f where {name} is not null and {conditions} group by {name}
            order by rank, length({name}), {name} limit {most}
        ) as best""")
    return statement.format(
        layer=sql.Literal(layer.id),
        rows=rows,
        name=name,
        rank=_rank(name, terms),
        conditions=sql.SQL(' and ').join(conditions),
        most=sql.Literal(MOST_FEATURES),
    )


def _rank(name: sql.Identifier, terms: list[str]) -> sql.Composable:
    """0 where the name is what was typed, 1 where it begins so, 2 where it has it somewhere, else 3."""
    form = """case when {name} = {typed} then 0 when starts_with({name}, {typed}) then 1
        when strpos({name}, {typed}) > 0 then 2 else 3 end"""
    typed = plain_text_of(sql.Literal(' '.join(terms)))
    return sql.SQL(form).format(name=plain_text_of(name), typed=typed)


def _best(parts: list[sql.Composable]) -> sql.Composable:
    """SQL of the best names of all layers together. parts: of each layer."""
    form = 'select layer, name, id, count, point from ({}) as named order by rank, length(name), name, layer limit {}'
    return sql.SQL(form).format(sql.SQL(' union all ').join(parts), sql.Literal(MOST_FEATURES))


def _feature(layer_id: str, name: str, feature_id: int, count: int, point: str | None) -> dict[str, Any]:
    layer = service().layers[layer_id]
    return {
        'type': 'Feature',
        'id': f'{layer_id}.{feature_id}',
        'geometry': json.loads(point) if point else None,
        'properties': {
            'name': name,
            'collection': layer_id,
            'collection_title': say(layer.title),
            'feature': feature_id,
            'count': count,
        },
    }

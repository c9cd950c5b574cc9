"""The public service shows neither layers nor columns that are not public, on any way."""

import json
from collections.abc import Callable

import mapbox_vector_tile
import pytest
from flask.testing import FlaskClient

from tests.api.conftest import Desk, building, codes, square, tile_address

type Client = Callable[..., FlaskClient]
BUILDINGS = '/api/collections/buildings'


def test_an_internal_column_is_nowhere_in_the_public_service(desk: Desk, client: Client) -> None:
    desk.release('buildings', [(square(0, 0), building('A', population=424242))])
    app = client('public')
    for address in (
        BUILDINGS, f'{BUILDINGS}/items', f'{BUILDINGS}/items?f=html', f'{BUILDINGS}/items/1', f'{BUILDINGS}/schema',
        f'{BUILDINGS}/queryables', f'{BUILDINGS}/tiles/WebMercatorQuad', '/api/styles/default',
    ):  # fmt: skip
        answer = app.get(address)
        text = answer.get_data(as_text=True)
        assert answer.status_code == 200, text
        assert 'population' not in text, address
        assert '424242' not in text, address
    # analyses speak of people; what the document says of layers must not
    document = app.get('/api/openapi').get_json(force=True)
    layers = {path: told for path, told in document['paths'].items() if not path.startswith(('/processes', '/jobs'))}
    assert '/collections/buildings/items' in layers
    assert 'population' not in json.dumps(layers)


def test_an_internal_column_is_in_the_internal_service(desk: Desk, client: Client) -> None:
    desk.release('buildings', [(square(0, 0), building('A', population=424242))])
    (feature,) = client('internal').get(f'{BUILDINGS}/items').get_json(force=True)['features']
    assert feature['properties']['population'] == 424242


@pytest.mark.parametrize(
    'question', ['filter=population>1', 'properties=population', 'sortby=population', 'population=4', 'q=population']
)
def test_an_internal_column_cannot_be_asked_about(desk: Desk, client: Client, question: str) -> None:
    desk.release('buildings', [(square(0, 0), building('A'))])
    assert client('public').get(f'{BUILDINGS}/items?{question}').status_code == 400


def test_tiles_hold_only_what_the_audience_may_see(desk: Desk, client: Client) -> None:
    desk.release('buildings', [(square(0, 0), building('A'))])
    seen = {}
    for audience in ('public', 'internal'):
        tile = mapbox_vector_tile.decode(client(audience).get(tile_address('buildings', 14)).get_data())
        seen[audience] = tile['buildings']['features'][0]['properties']
    assert seen['public'] == {'code': 'A', 'use': 'residential', 'floors': 1}
    assert seen['internal'] == {'code': 'A', 'use': 'residential', 'floors': 1, 'population': 4}


def test_an_internal_layer_does_not_exist_for_the_public(elsewhere: Callable[[str], object], client: Client) -> None:
    Desk(elsewhere(INTERNAL)).release('odd', [('POINT(0 0)', {'code': 'A'})])  # type: ignore[arg-type]
    public, internal = client('public'), client('internal')
    assert codes(internal.get('/api/collections/odd/items')) == ['A']
    for address in ('items', 'schema', 'tiles', 'tiles/WebMercatorQuad/9/226/406', ''):
        answer = public.get(f'/api/collections/odd/{address}'.rstrip('/'))
        assert answer.status_code == 404
    for address in ('/api/collections', '/api/openapi', '/api/styles/default', '/health'):
        answer = public.get(address)
        assert answer.status_code == 200
        assert 'odd' not in json.dumps(answer.get_json(force=True))
    assert public.get('/api/map').status_code == 404


INTERNAL = """
id: odd
title: {vi: Kín, en: Closed}
description: {vi: Kín, en: Closed}
theme: society
agency: office
access: internal
licence: none
update_cycle: P1Y
geometry: Point
key: [code]
columns: {code: {type: text, title: {vi: Mã, en: Code}}}
source: {crs: EPSG:9209}
"""

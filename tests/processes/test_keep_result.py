"""A result kept as a layer: served like any other, and an input of later analyses."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
import shapely
from typer.testing import CliRunner
from werkzeug.test import TestResponse

from dothi.api.app import create_app
from dothi.cli.own import own_app
from dothi.core import own_layers
from dothi.core.access.classes import EVERYBODY, AccessClass, Sight
from dothi.core.database import connection
from dothi.core.errors import DothiError, NotFound, NotSignedIn, WrongUse
from dothi.core.layer import Audience, Layer
from dothi.core.layer_sync import sync_layers
from dothi.core.locality import Locality
from processes.forms.own_layer import NameTaken, SeenBySome, must_be_free, must_be_open
from processes.queue.manager import run_process
from processes.reading.validation import InvalidInput, validate_inputs
from processes.registry import find_process
from tests.matrix import thorough
from tests.present import present
from tests.processes.town import Loader, Town

pytestmark = pytest.mark.usefixtures('worker')
EDITOR = 'planner'


@pytest.fixture
def coverage(loader: Loader, grid_town: Callable[..., Town], database: dict[str, str]) -> Iterator[str]:
    """Id of a job: of two communes, the western one with 30 people is served."""
    town = grid_town(
        blocks=4, side_m=500, homes=[(250, 10), (1750, 1990)], people=[30, 10], facilities=[(0, 0)],
        zones={'13741': (-50, -50, 1000, 2050), '13744': (1000, -50, 2050, 2050)},
    )  # fmt: skip
    loader.town(town)
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(
            """insert into access.person (name, title, role) values (%s, 'Lan', 'planner')
               on conflict (name) do nothing""",
            [EDITOR],
        )
    yield run_process('service-coverage', {'facilities': 'health_facilities', 'distance_m': 600}, 'internal').job_id
    for file in own_layers.files():
        file.unlink()
    with connection('admin') as db, db.cursor() as cursor:
        # each names the other
        cursor.execute(
            'update catalog.release set delivery_id = null; delete from catalog.delivery;'
            ' delete from catalog.tile_count'
        )


def keep(job: str, layer: str = 'served', title: str = 'Được phục vụ', editor: str | None = EDITOR) -> dict[str, Any]:
    inputs = {'job': job, 'id': layer, 'title': title}
    return json.loads(run_process('keep-result', inputs, 'internal', editor).result.content())


def items(layer: str, audience: Audience = 'internal') -> TestResponse:
    return create_app(audience).test_client().get(f'/api/collections/{layer}/items?f=json')


def test_a_kept_result_is_served_to_staff_with_its_columns_and_where_it_comes_from(coverage: str) -> None:
    kept = keep(coverage)
    assert kept['features'] == 2
    found = items('served').get_json(force=True)['features']
    shares = {one['properties']['code']: one['properties']['share_covered'] for one in found}
    assert shares == {'13741': 1, '13744': 0}
    about = create_app('internal').test_client().get('/api/collections/served?f=json&lang=vi').get_json(force=True)
    for said in (coverage, 'service-coverage', 'Cơ sở y tế'):
        assert said in about['description']
    assert items('served', 'public').status_code == 404


@thorough
def test_later_analyses_take_it_by_its_id(coverage: str) -> None:
    keep(coverage)
    wanted = {'facilities': 'health_facilities', 'distance_m': 600, 'zones': 'served'}
    again = json.loads(run_process('service-coverage', wanted, 'internal').result.content())
    assert [one['properties']['population'] for one in again['features']] == [30, 10]
    assert 'served' in again['summary']['releases']


def test_keeping_under_the_same_id_is_a_new_release_of_the_same_features(coverage: str, loader: Loader) -> None:
    first = keep(coverage)
    before = {one['properties']['code']: one['id'] for one in items('served').get_json(force=True)['features']}
    loader.load('health_facilities', [(shapely.Point(2000, 2000), {'code': 'S9', 'name': 'Trạm', 'kind': 'station'})])
    job = run_process('service-coverage', {'facilities': 'health_facilities', 'distance_m': 600}, 'internal').job_id
    second = keep(job)
    found = items('served').get_json(force=True)['features']
    assert second['release'] > first['release']
    assert {one['properties']['code']: one['id'] for one in found} == before
    assert {one['properties']['code']: one['properties']['share_covered'] for one in found} == {'13741': 1, '13744': 1}


def test_what_only_some_may_see_is_kept_by_none_of_them() -> None:
    """Everybody sees a kept layer: it would show what the rules keep from them."""
    steward = AccessClass({'pipes': Sight(('owner',), None)})
    must_be_open({'communes': 1, 'roads': 2}, steward)
    must_be_open({'pipes': 1}, EVERYBODY)
    with pytest.raises(SeenBySome, match='pipes'):
        must_be_open({'communes': 1, 'pipes': 2}, steward)


def test_the_id_of_a_layer_that_one_does_not_see_is_taken_too(locality: Locality) -> None:
    """Else a result would be released in the place of a restricted layer."""
    with pytest.raises(NameTaken):
        must_be_free('schools', replace(locality, layers={}, unfiltered=locality).whole)


@pytest.mark.parametrize('layer', ['schools', 'nothing_of_this_name'])
def test_ids_cannot_be_tried_without_a_result_that_is_kept(coverage: str, layer: str) -> None:
    """Of an id that is not taken comes a layer that everybody sees: what is hidden cannot be tried in silence."""
    with pytest.raises(NotFound, match='There is no job'):
        keep(str(uuid4()), layer)


@pytest.mark.parametrize('title', ['a\x01b', 'a\nb', 'a\x85b', 'a\ufffe'])
def test_a_title_that_no_xml_holds_is_refused(title: str) -> None:
    """Feeds and capabilities with all layers would be read by nobody."""
    for name in ('title', 'title_en'):
        inputs = {'job': str(uuid4()), 'id': 'mine', 'title': 'x', name: title}
        with pytest.raises(InvalidInput):
            validate_inputs(find_process('keep-result', 'internal').inputs, inputs)


def test_only_editors_keep_results(coverage: str) -> None:
    with pytest.raises(NotSignedIn):
        keep(coverage, editor=None)


def test_a_layer_of_the_locality_is_not_overwritten(coverage: str) -> None:
    with pytest.raises(WrongUse) as refused:
        keep(coverage, 'schools')
    assert 'schools' in refused.value.text.vi
    assert not own_layers.files()


@thorough
def test_other_columns_under_the_same_id_are_refused_and_what_was_kept_stays(coverage: str) -> None:
    """`share_covered` has values that would be lost."""
    keep(coverage)
    group = {'layer': 'health_facilities', 'level': 'commune', 'date': '2024-08-31'}
    with pytest.raises(DothiError) as refused:
        keep(run_process('group-by-units', group, 'internal').job_id)
    assert 'served' in refused.value.text.vi
    assert 'share_covered' in own_layers.file_of('served').read_text()
    assert len(items('served').get_json(force=True)['features']) == 2


def test_nothing_found_is_nothing_to_keep(coverage: str, loader: Loader) -> None:
    loader.load('power_lines', [])
    with pytest.raises(WrongUse):
        keep(run_process('corridor-conflicts', {}, 'internal').job_id, 'conflicts')
    assert not own_layers.files()


def shared(layer: str) -> bool:
    """Whether GIS staff find a layer in the database."""
    with connection('owner') as db, db.cursor() as cursor:
        cursor.execute('select to_regclass(%s) is not null', [f'share.{layer}'])
        return bool(present(cursor.fetchone())[0])


def test_a_kept_layer_outlives_a_migrate_until_it_is_forgotten(coverage: str, locality: Locality) -> None:
    keep(coverage)
    with connection('owner') as db:
        assert sync_layers(db, own_layers.served_locality()) == []
    assert items('served').status_code == 200
    assert shared('served')
    named: Layer = own_layers.served_locality().layers['served']
    # should the locality get a layer of this id later, its own counts, and the kept one is told of
    found = own_layers.with_own_layers(replace(locality, layers=locality.layers | {'served': named}))
    assert 'own_layers/served' in found.broken
    assert 'served' not in found.own
    commands = CliRunner()
    (listed,) = json.loads(commands.invoke(own_app, ['list', '--json']).output)['layers']
    assert (listed['id'], listed['title']['vi']) == ('served', 'Được phục vụ')
    assert coverage in listed['description']['en']
    assert json.loads(commands.invoke(own_app, ['forget', 'served', '--json']).output) == {'layers': []}
    assert items('served').status_code == 404
    assert not shared('served')
    with pytest.raises(NotFound):
        own_layers.remove('served')

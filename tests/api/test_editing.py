"""Features added, changed and deleted over the API: what is stored, and what the history keeps."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dothi.core.crs import proj_string, transformer
from dothi.core.database import connection
from dothi.core.layer import Audience
from dothi.core.locality import Locality
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from tests.api.conftest import E0, N0, Desk, building, school
from tests.api.editors import LAN, MINH, SCHOOLS, delete, feature, number_of, patch, post, problems, put, rows
from tests.forked import run_program
from tests.matrix import exhaustive


def test_a_new_feature_is_a_release_of_its_own_with_author_and_time(office: FlaskClient) -> None:
    made = post(office, feature('c', 12.3456789, 7.5))
    assert made.status_code == 201, made.get_data(as_text=True)
    number = int(made.headers['Location'].rsplit('/', 1)[1])
    assert office.get(made.headers['Location']).get_json(force=True)['properties'] == school('c')
    ((release, x, y, apart_m),) = rows(
        """select release_from, st_x(geom), st_y(geom), st_distance(st_transform(geom_wgs84, 9209), geom)
           from layer.schools where id = %s""",
        number,
    )
    assert (x, y) == (E0 + 12.3456789, N0 + 7.5), 'as it was sent, to the last digit'
    assert apart_m < 1e-3
    assert rows(
        'select origin, released_by, rows_added, rows_total, demo_rows from catalog.release where number = %s', release
    ) == [('edit', 'lan', 1, 3, 0)]
    assert rows("select current_release from catalog.layer where id = 'schools'") == [(release,)]
    assert made.headers['ETag'].startswith(f'"{release}-')


def test_a_change_keeps_the_id_and_the_old_version(office: FlaskClient) -> None:
    ((number, before),) = rows("select id, release_from from layer.schools where code = 'b'")
    changed = patch(office, number, {'properties': {'places': 301, 'name': None}})
    assert problems(changed) == {'/properties/name': 'required'}
    changed = patch(office, number, {'properties': {'places': 301}})
    assert (changed.status_code, changed.get_data()) == (204, b'')
    ((after,),) = rows('select release_from from layer.schools where id = %s and places = 301', number)
    assert rows('select places, release_from, release_to from history.schools where id = %s', number) == [
        (300, before, after)
    ]


def test_a_change_of_attributes_leaves_the_coordinates_alone(office: FlaskClient) -> None:
    """A detour over degrees would move them by parts of a millimetre at each edit."""
    post(office, feature('c', 1 / 3, 2 / 3))
    ((number, shape),) = rows("select id, geom::text from layer.schools where code = 'c'")
    assert patch(office, number, {'properties': {'places': 7}}, {'Content-Crs': ''}).status_code == 204
    assert rows('select geom::text from layer.schools where id = %s', number) == [(shape,)]


def test_put_replaces_everything_but_the_id(office: FlaskClient) -> None:
    number = number_of('b')
    body = feature('b', 5, 6, name='Mới')
    del body['properties']['places']
    assert put(office, number, body).status_code == 204
    assert rows('select name, places, st_x(geom) from layer.schools where id = %s', number) == [('Mới', None, E0 + 5)]
    assert put(office, number, {**body, 'id': number}).status_code == 204, 'nothing changed'
    assert problems(put(office, number, {**body, 'id': 999})) == {'/id': 'id'}
    assert put(office, 999, body, {'If-Match': '"xyz"'}).status_code == 404


def test_a_deleted_feature_stays_in_the_history_and_its_key_keeps_its_id(office: FlaskClient) -> None:
    number = number_of('b')
    assert delete(office, number).status_code == 204
    assert office.get(f'{SCHOOLS}/{number}').status_code == 404
    assert delete(office, number, MINH).status_code == 404
    assert rows("select count(*) from history.schools where code = 'b'") == [(1,)]
    assert rows(
        "select rows_total from catalog.release join catalog.layer on number = current_release and id = 'schools'"
    ) == [(1,)]
    assert post(office, feature('b')).headers['Location'].endswith(f'/{number}')


def test_coordinates_come_in_the_system_that_the_header_names(office: FlaskClient) -> None:
    """CRS84 is longitude first, EPSG:4326 latitude first, EPSG:9209 easting first as its axes are."""
    lon, lat = transformer(proj_string(9209), 'EPSG:4326').transform(E0, N0)
    places = {'': [lon, lat], 'EPSG/0/4326': [lat, lon], 'EPSG/0/9209': [E0, N0]}
    for code, (name, place) in zip('cde', places.items(), strict=True):
        header = {'Content-Crs': f'<http://www.opengis.net/def/crs/{name}>' if name else ''}
        body = feature(code) | {'geometry': {'type': 'Point', 'coordinates': place}}
        assert post(office, body, header).status_code == 201
        ((apart_m,),) = rows(
            'select st_distance(geom, st_point(%s, %s, 9209)) from layer.schools where code = %s', E0, N0, code
        )
        assert apart_m < 1e-3, name


def test_a_single_polygon_becomes_a_multipolygon(office: FlaskClient) -> None:
    ring = [[E0, N0], [E0 + 9, N0], [E0 + 9, N0 + 9], [E0, N0 + 9], [E0, N0]]
    body = {'type': 'Feature', 'properties': building('y'), 'geometry': {'type': 'Polygon', 'coordinates': [ring]}}
    assert post(office, body, where='/api/collections/buildings/items').status_code == 201
    assert rows("select geometrytype(geom), st_area(geom) from layer.buildings where code = 'y'") == [
        ('MULTIPOLYGON', 81.0)
    ]


def test_extents_and_counts_of_the_release_follow_each_edit(office: FlaskClient) -> None:
    """After each edit they are what a count of the whole layer gives."""
    post(office, feature('far', 5000, 4000))
    post(office, feature('near', 60, 60))
    patch(office, number_of('far'), {'geometry': {'type': 'Point', 'coordinates': [E0 + 30, N0 + 3000]}})
    delete(office, number_of('far'))
    delete(office, number_of('a'))
    for number, total, extent, wgs84 in rows(
        """select number, rows_total, extent, extent_wgs84 from catalog.release
           where layer_id = 'schools' and origin = 'edit' order by number"""
    ):
        ((count, box),) = rows(
            """with held as (
                select geom from layer.schools where release_from <= %(n)s
                union all select geom from history.schools where release_from <= %(n)s and release_to > %(n)s
            ) select count(*), st_extent(geom) from held""".replace('%(n)s', str(number))
        )
        low, high = box.removeprefix('BOX(').removesuffix(')').split(',')
        west, south, east, north = map(float, (*low.split(), *high.split()))
        assert (total, extent) == (count, [west, south, east, north]), number
        outline = transformer(proj_string(9209), 'EPSG:4326').transform_bounds(west, south, east, north)
        assert wgs84 == pytest.approx(outline, abs=1e-6)


def test_a_demonstration_row_that_is_edited_is_real_from_then_on(desk: Desk, office: FlaskClient) -> None:
    desk.release('schools', [('POINT(0 0)', school('a')), ('POINT(100 0)', school('b'))], demo=True)
    patch(office, number_of('a'), {'properties': {'places': 1}})
    assert rows("select demo_rows from catalog.release where layer_id = 'schools' order by number desc limit 1") == [
        (1,)
    ]


def test_two_editors_at_the_same_time_both_get_their_turn(office: FlaskClient) -> None:
    """Eight edits of one feature at once: eight releases in a row, each from the version before it."""
    number, application = number_of('a'), office.application
    work = [
        threading.Thread(
            target=lambda places: patch(application.test_client(), number, {'properties': {'places': places}}),
            args=[places],
        )
        for places in range(1, 9)
    ]
    for one in work:
        one.start()
    for one in work:
        one.join()
    versions = rows('select release_from, release_to from history.schools where id = %s order by 1', number)
    ((last,),) = rows('select release_from from layer.schools where id = %s', number)
    starts = [start for start, _ in versions] + [last]
    assert len(starts) == 9
    assert [end for _, end in versions] == starts[1:]


def test_of_two_editors_with_the_same_version_the_second_is_told(office: FlaskClient) -> None:
    number = number_of('a')
    tag = {'If-Match': office.get(f'{SCHOOLS}/{number}?crs=EPSG:9209').headers['ETag']}
    assert patch(office, number, {'properties': {'places': 1}}, {**tag, **LAN}).status_code == 204
    late = patch(office, number, {'properties': {'places': 2}}, {**tag, **MINH})
    assert late.status_code == 412
    assert rows('select places from layer.schools where id = %s', number) == [(1,)]


def test_an_edit_waits_for_a_delivery_of_the_layer(office: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A delivery holds the layer for longer than an editor likes to wait: the answer is to try again, and no error."""
    monkeypatch.setattr('etl.editing.edit.PATIENCE_MS', 50)
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute('lock table layer.schools in share row exclusive mode')
        busy = patch(office, number_of('a'), {'properties': {'places': 1}})
    assert busy.status_code == 503
    assert int(busy.headers['Retry-After']) > 0
    assert patch(office, number_of('a'), {'properties': {'places': 1}}).status_code == 204


def test_a_delivery_after_an_edit_finds_the_edited_row(office: FlaskClient, tmp_path: Path, locality: Locality) -> None:
    patch(office, number_of('a'), {'properties': {'places': 77}})
    file = tmp_path / 'schools.csv'
    file.write_text(f'code,name,level,places,x,y\na,Trường,primary,77,{E0},{N0}\n', encoding='utf-8')
    report = deliver(file, DeliveryOptions(layer='schools', mode='upsert', crs='EPSG:9209'), locality)
    assert report.unchanged, report.diff


ODD = """
id: odd
title: {vi: Lớp, en: Layer}
description: {vi: Mô tả, en: Text}
theme: society
agency: office
access: public
licence: CC-BY-4.0
update_cycle: P1Y
geometry: Point
key: [end]
columns:
  end: {type: text, required: true, title: {vi: Mã, en: Code}}
  100% "x" (m): {type: number, required: true, title: {vi: Số, en: Number}}
  a/b~c: {type: date, title: {vi: Ngày, en: Day}}
source: {crs: EPSG:9209}
"""
KILLED = """
import os, signal, sys
import etl.editing.edit, etl.release
step = sys.argv[1]
real = getattr(etl.editing.edit, step)
def dies(*given, **named):
    if step == 'release':
        real(*given, **named)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(etl.editing.edit, step, dies)
from dothi.api.app import create_app
client = create_app('internal').test_client()
client.patch(sys.argv[2], data='{"properties": {"places": 999}}',
             headers={'Authorization': 'Bearer a-token-for-tests', 'Content-Type': 'application/merge-patch+json'})
"""


@pytest.mark.parametrize(
    'step', ['release', *(pytest.param(step, marks=exhaustive) for step in ('tell_apart', 'outcome_of_edit'))]
)
def test_a_web_process_that_dies_in_an_edit_leaves_nothing_of_it(
    step: str, office: FlaskClient, database: dict[str, str]
) -> None:  # fmt: skip
    number = number_of('a')
    before = rows('select max(number) from catalog.release')
    done = run_program(KILLED, [step, f'{SCHOOLS}/{number}'], {**os.environ, **database})
    assert done.returncode == -9, done.stderr
    assert rows('select places from layer.schools where id = %s', number) == [(100,)]
    assert rows('select max(number) from catalog.release') == before
    assert rows("select relname from pg_class where relnamespace = 'staging'::regnamespace") == []
    assert patch(office, number, {'properties': {'places': 5}}).status_code == 204, 'the lock went with the process'


def test_columns_with_any_name_are_edited_too(
    elsewhere: Callable[[str], Locality], client: Callable[[Audience], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('DOTHI_EDIT_TOKEN', 'a-token-for-tests')
    made = elsewhere(ODD)
    Desk(made).release('odd', [('POINT(0 0)', {'end': 'a', '100% "x" (m)': 1.5, 'a/b~c': None})])
    there, where = client('internal'), '/api/collections/odd/items'
    body = {'type': 'Feature', 'geometry': feature('')['geometry'], 'properties': {'end': 'b', '100% "x" (m)': 2}}
    assert post(there, body, where=where).status_code == 201
    assert rows('select "end" from layer.odd order by 1') == [('a',), ('b',)]
    bad = body | {'properties': {'end': 'c', 'a/b~c': 'x', '100% "x" (m)': 1}}
    assert problems(post(there, bad, where=where)) == {'/properties/a~1b~0c': 'type'}


def test_a_layer_without_a_key_is_edited_by_its_lasting_id(
    elsewhere: Callable[[str], Locality], client: Callable[[Audience], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two features with the same values are two, and each edit finds its own."""
    monkeypatch.setenv('DOTHI_EDIT_TOKEN', 'a-token-for-tests')
    made = elsewhere(ODD.replace('key: [end]\n', ''))
    Desk(made).release('odd', [('POINT(0 0)', {'end': 'a', '100% "x" (m)': 1.5, 'a/b~c': None})])
    there, where = client('internal'), '/api/collections/odd/items'
    body = {'type': 'Feature', 'geometry': feature('')['geometry'], 'properties': {'end': 'a', '100% "x" (m)': 1.5}}
    one, other = (post(there, body, where=where).headers['Location'].rsplit('/', 1)[1] for _ in range(2))
    assert one != other
    assert patch(there, int(other), {'properties': {'end': 'b'}}, where=where).status_code == 204
    assert rows('select "end" from layer.odd where id = %s', int(one)) == [('a',)]
    assert rows('select "end" from layer.odd where id = %s', int(other)) == [('b',)]


def test_what_its_author_sends_again_is_answered_with_the_feature_that_is_there(office: FlaskClient) -> None:
    """QGIS repeats all new features of a save of which one was refused; those that were taken must not fail then."""
    first = post(office, feature('c', places=5))
    again = post(office, feature('c', places=5))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers['Location'] == first.headers['Location']
    assert again.headers['ETag'] == first.headers['ETag']
    assert rows("select count(*) from catalog.release where origin = 'edit'") == [(1,)]


def test_another_content_or_another_author_is_told_that_the_key_is_taken(office: FlaskClient) -> None:
    post(office, feature('c', places=5))
    for body, headers in (
        (feature('c', places=6), LAN),
        (feature('c', x=51, places=5), LAN),
        (feature('c', places=5), MINH),
    ):
        assert problems(post(office, body, headers)) == {'/properties/code': 'key_duplicate'}
    # nor is what came by a delivery a feature that lan has added
    assert problems(post(office, feature('a', x=0, y=0))) == {'/properties/code': 'key_duplicate'}


def test_what_its_author_has_deleted_may_be_deleted_again(office: FlaskClient) -> None:
    number = number_of('b')
    assert delete(office, number).status_code == 204
    assert (delete(office, number).status_code, delete(office, number, MINH).status_code) == (204, 404)
    assert rows("select count(*) from catalog.release where origin = 'edit'") == [(1,)]

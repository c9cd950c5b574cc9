"""Schema share: each read-only role of GIS staff sees just what it may, and nothing changes under its feet."""

from contextlib import closing
from dataclasses import replace
from typing import Any

import psycopg2
import pytest

from dothi.core.database import Role, connection, database_url
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from dothi.core.migrate import migrate
from dothi.core.share_sync import SharedViewInUse


def rows(role: Role, query: str) -> list[tuple[Any, ...]]:
    url = database_url(role).set(drivername='postgresql').render_as_string(hide_password=False)
    with closing(psycopg2.connect(url)) as db, db.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def changed(locality: Locality, layer_id: str, **changes: object) -> Locality:
    layer = Layer.model_validate(locality.layers[layer_id].definition() | changes)
    return replace(locality, layers=locality.layers | {layer_id: layer})


def with_access(locality: Locality, layer_id: str, column: str, access: str) -> Locality:
    columns = dict(locality.layers[layer_id].definition()['columns'])
    columns[column] = {**columns[column], 'access': access}
    return changed(locality, layer_id, columns=columns)


def names(role: Role) -> set[str]:
    return {name for (name,) in rows(role, "select f_table_name from geometry_columns where f_table_schema = 'share'")}


def columns(role: Role, view: str) -> list[str]:
    found = rows(
        role,
        f"select column_name from information_schema.columns where table_schema = 'share' and table_name = '{view}' "
        'order by ordinal_position',
    )
    return [name for (name,) in found]


def test_each_role_sees_what_its_audience_may(database: dict[str, str], locality: Locality) -> None:
    """QGIS lists what geometry_columns and these privileges show."""
    public = {layer.id for layer in locality.layers.values() if layer.visible_to('public')}
    internal = {layer.id for layer in locality.layers.values() if layer.visible_to('internal')}
    assert names('gis_public') == public
    assert names('gis_internal') - names('gis_public') == {*(internal - public), 'buildings-internal'}
    assert 'population' not in columns('gis_public', 'buildings')
    assert columns('gis_public', 'buildings-internal') == []
    assert 'population' in columns('gis_internal', 'buildings-internal')
    assert columns('gis_public', 'schools')[0] == 'id'
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        rows('gis_public', 'select count(*) from share.cameras')
    # views read as whoever asks them
    assert rows('gis_public', 'select code from layer.schools') == rows('gis_public', 'select code from share.schools')
    for column in ('layer.buildings where population > 0', 'layer.cameras'):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            rows('gis_public', f'select code from {column}')
    for table in ('history.schools', 'catalog.release', 'catalog.shared_style', 'norm.value'):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            rows('gis_internal', f'select count(*) from {table}')


def test_nothing_can_be_changed_even_by_who_lifts_the_lock(database: dict[str, str]) -> None:
    for change in ('create table share.mine ()', 'create table public.mine ()'):
        with pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
            rows('gis_internal', change)
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            rows('gis_internal', f'set transaction read write; {change}')
    with pytest.raises(psycopg2.errors.ObjectNotInPrerequisiteState, match='cannot delete from view'):
        rows('gis_internal', 'set transaction read write; delete from share.schools')


def test_titles_are_comments_and_the_geometry_keeps_its_type(database: dict[str, str], locality: Locality) -> None:
    found = rows(
        'gis_public',
        "select obj_description('share.schools'::regclass), col_description('share.schools'::regclass, 3), "
        'type, srid from geometry_columns '
        "where f_table_schema = 'share' and f_table_name = 'schools' and f_geometry_column = 'geom'",
    )
    title = locality.layers['schools'].title
    assert found == [(f'{title.vi} · {title.en}', 'Tên · Name', 'POINT', 9209)]


def test_hiding_and_widening_reach_the_views_and_others_stay(database: dict[str, str], locality: Locality) -> None:
    """A column that goes internal leaves the public's view at once; the views of other layers are not touched."""
    oid = "select 'share.roads'::regclass::oid, 'share.parks'::regclass::oid"
    before = rows('gis_public', oid)
    migrate(with_access(locality, 'schools', 'places', 'internal'))
    assert 'places' not in columns('gis_public', 'schools')
    assert 'places' in columns('gis_internal', 'schools-internal')
    wide = dict(locality.layers['schools'].definition()['columns'])
    wide['places'] = {**wide['places'], 'type': 'number'}
    migrate(changed(locality, 'schools', columns=wide))
    assert 'schools-internal' not in names('gis_internal')
    assert 'places' in columns('gis_public', 'schools')
    migrate(changed(locality, 'schools', access='internal'))
    assert 'schools' in names('gis_internal') - names('gis_public')
    migrate(replace(locality, layers={name: one for name, one in locality.layers.items() if name != 'schools'}))
    assert 'schools' not in names('gis_internal')
    assert rows('gis_public', oid) == before


def test_what_others_built_on_a_view_is_named_and_not_broken(database: dict[str, str], locality: Locality) -> None:
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute('create schema desk; create view desk.mine as select name from share.schools')
    with pytest.raises(SharedViewInUse, match=r'share."schools" has to change.*desk.mine'):
        migrate(with_access(locality, 'schools', 'places', 'internal'))
    assert 'places' in columns('gis_public', 'schools')

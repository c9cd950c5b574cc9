"""A migrate brings any database to the files' state, safely, and refuses what would lose data."""

import shutil
from dataclasses import replace
from pathlib import Path

import psycopg2
import pytest
from psycopg2 import sql

from dothi.core import migrate as migrate_module
from dothi.core.database import connection, fresh
from dothi.core.database_locality import OtherLocality
from dothi.core.layer import Layer
from dothi.core.layer_columns import UnsafeLayerChange
from dothi.core.locality import Locality
from dothi.core.locality_file import BadLayerFile
from dothi.core.migrate import ChangedMigration, NewerDatabase, migrate
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from tests.matrix import exhaustive, thorough


def with_layer(locality: Locality, layer_id: str, **changes: object) -> Locality:
    """The locality with top-level keys of one layer replaced."""
    definition = locality.layers[layer_id].definition() | changes
    return replace(locality, layers=locality.layers | {layer_id: Layer.model_validate(definition)})


def with_column(locality: Locality, layer_id: str, name: str, **column: object) -> Locality:
    """The locality with one column of one layer replaced or added."""
    columns = dict(locality.layers[layer_id].definition()['columns'])
    columns[name] = {'title': {'vi': name, 'en': name}, **columns.get(name, {}), **column}
    return with_layer(locality, layer_id, columns=columns)


def without_column(locality: Locality, layer_id: str, name: str) -> Locality:
    columns = dict(locality.layers[layer_id].definition()['columns'])
    del columns[name]
    return with_layer(locality, layer_id, columns=columns)


def add_school(places: int | None = 300) -> None:
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute(
            """insert into layer.schools (code, name, level, places, geom, geom_wgs84, release_from)
               values ('1', 'Một', 'primary', %s, st_setsrid(st_makepoint(5e5, 22e5), 9209),
                       st_setsrid(st_makepoint(106, 20), 4326), 1)""",
            [places],
        )


def column_type(name: str, table: str = 'layer.schools') -> str | None:
    with connection('owner') as db, db.cursor() as cursor:
        cursor.execute(
            """select format_type(atttypid, atttypmod) from pg_attribute
               where attrelid = %s::regclass and attname = %s and not attisdropped""",
            [table, name],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def test_an_empty_database_gets_everything_and_a_second_run_nothing(
    empty_database: dict[str, str], locality: Locality
) -> None:
    first = migrate(locality)
    assert '0001_catalog.sql' in first.migrations
    assert len(first.layers) == len(locality.coverages) + len(locality.layers)
    assert migrate(locality).empty


def test_a_changed_old_migration_is_an_error(
    database: dict[str, str], locality: Locality, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = shutil.copytree(migrate_module.SQL, tmp_path / 'sql')
    with (changed / 'migrations' / '0001_catalog.sql').open('a', encoding='utf-8') as file:
        file.write('-- one more line\n')
    monkeypatch.setattr(migrate_module, 'SQL', changed)
    with pytest.raises(ChangedMigration, match='0001_catalog'):
        migrate(locality)


@pytest.mark.parametrize('dry_run', [True, False])
def test_an_older_version_leaves_the_database_of_a_newer_one_alone(
    database: dict[str, str], locality: Locality, dry_run: bool
) -> None:
    """Its functions and rights would take the place of the newer ones, under services that run on those."""
    with connection('owner') as db, db.cursor() as cursor:
        cursor.execute("insert into catalog.migration values ('9999_later.sql', '', now())")
    with pytest.raises(NewerDatabase, match='9999_later'):
        migrate(with_column(locality, 'schools', 'pupils', type='integer'), dry_run=dry_run)
    assert column_type('pupils') is None


def test_a_migration_that_fails_leaves_no_trace_and_those_before_it_stay(
    database: dict[str, str], locality: Locality, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = shutil.copytree(migrate_module.SQL, tmp_path / 'sql')
    (broken / 'migrations' / '9001_good.sql').write_text('create table catalog.good ();', encoding='utf-8')
    (broken / 'migrations' / '9002_bad.sql').write_text('create table catalog.half (); select 1/0;', encoding='utf-8')
    monkeypatch.setattr(migrate_module, 'SQL', broken)
    with pytest.raises(psycopg2.errors.DivisionByZero):
        migrate(locality)
    with connection('owner') as db, db.cursor() as cursor:
        cursor.execute("select to_regclass('catalog.good') is not null, to_regclass('catalog.half') is null")
        assert cursor.fetchone() == (True, True)
        cursor.execute("select name from catalog.migration where name like '900%'")
        assert cursor.fetchall() == [('9001_good.sql',)]


def test_a_dry_run_tells_the_same_and_changes_nothing(database: dict[str, str], locality: Locality) -> None:
    wider = with_column(locality, 'schools', 'pupils', type='integer')
    assert migrate(wider, dry_run=True).layers == ['schools: pupils added']
    assert column_type('pupils') is None
    assert migrate(wider).layers == ['schools: pupils added']
    assert column_type('pupils') == column_type('pupils', 'history.schools') == 'bigint'


def test_a_renamed_column_keeps_its_values(database: dict[str, str], locality: Locality) -> None:
    add_school(places=300)
    renamed = without_column(
        with_column(locality, 'schools', 'seats', type='integer', renamed_from='places'), 'schools', 'places'
    )
    assert migrate(renamed).layers == ['schools: places renamed to seats']
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute('select seats from layer.schools')
        assert cursor.fetchone() == (300,)


def test_a_widened_column_keeps_its_values(database: dict[str, str], locality: Locality) -> None:
    add_school(places=300)
    migrate(with_column(locality, 'schools', 'places', type='number'))
    assert column_type('places') == 'double precision'


def test_whole_numbers_that_no_float_holds_are_not_made_floats(database: dict[str, str], locality: Locality) -> None:
    """2^53 + 1 would become 2^53."""
    add_school(places=2**53 + 1)
    with pytest.raises(UnsafeLayerChange, match='may lose data'):
        migrate(with_column(locality, 'schools', 'places', type='number'))


@thorough
def test_a_day_becomes_midnight_utc_wherever_the_server_stands(database: dict[str, str], locality: Locality) -> None:
    with connection('admin') as db, db.cursor() as cursor:
        name = sql.Identifier(db.info.dbname)
        cursor.execute(sql.SQL("alter database {} set timezone = 'Asia/Ho_Chi_Minh'").format(name))
    fresh()
    dated = with_column(locality, 'schools', 'opened', type='date')
    migrate(dated)
    add_school()
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute("update layer.schools set opened = '2020-03-01'")
    fresh()
    migrate(with_column(dated, 'schools', 'opened', type='timestamp'))
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute("select opened = '2020-03-01T00:00Z' from layer.schools")
        assert cursor.fetchone() == (True,)


def test_a_value_that_need_not_be_there_any_more_may_go_into_the_history(
    database: dict[str, str], locality: Locality
) -> None:
    """What is null in the layer is closed as null."""
    migrate(with_column(locality, 'schools', 'level', required=False))
    add_school()
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute('update layer.schools set level = null')
        cursor.execute(
            """insert into history.schools (id, code, name, level, geom, geom_wgs84, release_from, release_to)
               select id, code, name, level, geom, geom_wgs84, 1, 2 from layer.schools"""
        )


@thorough
def test_another_key_is_another_unique_index(database: dict[str, str], locality: Locality) -> None:
    add_school()
    assert migrate(with_layer(locality, 'schools', key=['code', 'name'])).layers == [
        'schools: the key is code, name now'
    ]
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute(
            """insert into layer.schools (code, name, level, geom, geom_wgs84, release_from)
               select code, 'Hai', level, geom, geom_wgs84, 1 from layer.schools"""
        )
        cursor.execute("select indexdef from pg_indexes where indexname in ('schools_key', 'schools_history_key')")
        assert all(definition.endswith('(code, name)') for (definition,) in cursor.fetchall())
    with pytest.raises(UnsafeLayerChange, match='share the new key'):
        migrate(locality)


@thorough
def test_numbers_of_houses_have_an_index_as_long_as_the_layer_names_them(
    database: dict[str, str], locality: Locality
) -> None:
    index = 'layer.buildings_house_number'
    assert _index(index) == 'lower(house_number)'
    migrate(with_layer(locality, 'buildings', address=None))
    assert _index(index) is None
    migrate(locality)
    assert _index(index) == 'lower(house_number)'


def _index(name: str) -> str | None:
    """What the index orders, None where there is none."""
    with connection('owner') as db, db.cursor() as cursor:
        cursor.execute('select pg_get_indexdef(to_regclass(%s), 1, true)', [name])
        row = cursor.fetchone()
    return row[0] if row else None


def test_columns_are_added_in_the_order_of_the_file(database: dict[str, str], locality: Locality) -> None:
    names = [f'c{number}' for number in range(9)]
    wider = locality
    for name in names:
        wider = with_column(wider, 'schools', name, type='text')
    assert migrate(wider).layers == [f'schools: {name} added' for name in names]


@thorough
def test_a_dry_run_on_an_empty_database_tells_all_and_leaves_it_empty(
    empty_database: dict[str, str], locality: Locality
) -> None:
    told = migrate(locality, dry_run=True)
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute("select to_regclass('catalog.migration') is null")
        assert cursor.fetchone() == (True,)
    assert told == migrate(locality)


def test_a_broken_layer_file_is_told_and_the_others_are_made(
    empty_database: dict[str, str], locality: Locality
) -> None:
    layers = {name: layer for name, layer in locality.layers.items() if name != 'schools'}
    error = BadLayerFile(vi='schools.yml, khóa licence', en='schools.yml, key licence')
    report = migrate(replace(locality, layers=layers, broken={'schools': error}))
    assert report.broken['schools']['code'] == 'BadLayerFile'
    assert {line.split(':')[0] for line in report.layers} == {*locality.coverages, *layers}


@thorough
def test_single_geometries_may_become_multiple_ones(database: dict[str, str], locality: Locality) -> None:
    add_school()
    migrate(with_layer(locality, 'schools', geometry='MultiPoint'))
    assert column_type('geom') == 'geometry(MultiPoint,9209)'


@thorough
def test_polygons_may_become_multiple_ones_and_keep_their_clearance(
    database: dict[str, str], locality: Locality
) -> None:
    """A square of 0.001 degrees: its corners may move by as much before it crosses itself."""
    migrate(with_layer(locality, 'parks', geometry='Polygon'))
    _add_park()
    assert migrate(with_layer(locality, 'parks', geometry='MultiPolygon')).layers
    assert column_type('geom_wgs84', 'layer.parks') == 'geometry(MultiPolygon,4326)'
    assert _clearance('parks') == pytest.approx(0.001)


@thorough
def test_an_older_database_gets_the_clearance_of_what_it_has(database: dict[str, str], locality: Locality) -> None:
    """Only polygons have one, and a second run has nothing to do."""
    migrate(with_layer(locality, 'parks', geometry='Polygon'))
    _add_park()
    with connection('admin') as db:
        db.cursor().execute('alter table layer.parks drop column dothi_clearance')
    migrate(with_layer(locality, 'parks', geometry='Polygon'))
    assert _clearance('parks') == pytest.approx(0.001)
    assert column_type('dothi_clearance', 'layer.schools') is None
    assert column_type('dothi_clearance', 'history.parks') is None
    assert migrate(with_layer(locality, 'parks', geometry='Polygon')).empty


def _add_park() -> None:
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute(
            """insert into layer.parks (code, name, kind, geom, geom_wgs84, release_from)
               select '1', 'Một', 'park', st_transform(square, 9209), square, 1
               from st_makeenvelope(106, 20, 106.001, 20.001, 4326) as square"""
        )


def _clearance(layer: str) -> float:
    with connection('reader_public') as db, db.cursor() as cursor:
        cursor.execute(sql.SQL('select dothi_clearance from {}').format(sql.Identifier('layer', layer)))
        ((clearance,),) = cursor.fetchall()
    return float(clearance)


@pytest.mark.parametrize(
    ('change', 'sentence'),
    [
        (lambda place: without_column(place, 'schools', 'places'), 'dropping the column places'),
        (lambda place: with_column(place, 'schools', 'places', type='boolean'), 'may lose data'),
        pytest.param(
            lambda place: with_column(place, 'schools', 'owner', type='text', required=True),
            'owner is required',
            marks=exhaustive,
        ),
        pytest.param(lambda place: with_layer(place, 'schools', geometry='Polygon'), 'may lose data', marks=exhaustive),
    ],
)
def test_a_change_that_would_lose_data_is_refused_and_nothing_changes(
    database: dict[str, str], locality: Locality, change: object, sentence: str
) -> None:
    add_school()
    with pytest.raises(UnsafeLayerChange, match=sentence):
        migrate(change(locality))  # type: ignore[operator]
    assert migrate(locality).empty


def test_a_column_that_never_held_a_value_may_go(database: dict[str, str], locality: Locality) -> None:
    add_school(places=None)
    migrate(without_column(locality, 'schools', 'places'))
    assert column_type('places') is None


def test_the_public_role_sees_neither_internal_columns_nor_internal_layers(
    database: dict[str, str], locality: Locality
) -> None:
    migrate(with_layer(locality, 'schools', access='internal'))
    for query in ('select population from layer.buildings', 'select code from layer.schools'):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege), connection('reader_public') as db:
            db.cursor().execute(query)
        with connection('reader_internal') as db:
            db.cursor().execute(query)
    with connection('reader_public') as db, db.cursor() as cursor:
        cursor.execute("select id from catalog.layer where id in ('schools', 'roads')")
        assert cursor.fetchall() == [('roads',)]


def test_readers_cannot_write_and_cannot_read_deliveries(database: dict[str, str]) -> None:
    for statement in ('delete from layer.roads', 'select * from catalog.delivery', 'select * from quarantine.row'):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege), connection('reader_internal') as db:
            db.cursor().execute(statement)


def test_a_change_of_layer_files_tells_the_services(database: dict[str, str], locality: Locality) -> None:
    with connection('owner') as db, db.cursor() as cursor:
        cursor.execute('select n from catalog.generation')
        before = cursor.fetchone()
    migrate(with_layer(locality, 'schools', licence='CC0-1.0'))
    migrate(with_layer(locality, 'schools', licence='CC0-1.0'))
    with connection('owner') as db, db.cursor() as cursor:
        cursor.execute('select n - %s from catalog.generation', before)
        assert cursor.fetchone() == (1,)


def test_a_database_of_another_locality_is_refused_and_left_as_it_is(
    database: dict[str, str], locality: Locality, tmp_path: Path
) -> None:
    """Both may have the same working CRS: then nothing else would keep their data apart."""
    other = replace(locality, place=locality.place.model_copy(update={'id': 'elsewhere'}))
    file, options = tmp_path / 'schools.csv', DeliveryOptions(layer='schools', agency='education', crs='EPSG:4326')
    file.write_text('code,name,level,lon,lat\n1,Một,primary,106.2,20.3\n', encoding='utf-8')
    wider = with_column(other, 'schools', 'pupils', type='integer')
    deliver(file, options, locality)
    for dry_run in (True, False):
        with pytest.raises(OtherLocality, match='"nam_dinh", and DOTHI_LOCALITY names "elsewhere"'):
            migrate(wider, dry_run=dry_run)
    assert column_type('pupils') is None
    with pytest.raises(OtherLocality, match='DOTHI_STATE'):
        deliver(file, options, other)
    assert migrate(locality).empty

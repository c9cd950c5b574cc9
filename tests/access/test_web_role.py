"""SQL that somebody smuggles into a query runs as the role that answers requests, and gains nothing by it."""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg2
import pytest

from dothi import __version__
from dothi.core import database as core_database
from dothi.core.access.people import invite
from dothi.core.access.person import Person, Role
from dothi.core.access.signing import sign, sign_author
from dothi.core.database import Role as DatabaseRole
from dothi.core.database import connection, database_url
from tests.access.lagoon import Lagoon, degrees, key_of, running_lagoon
from tests.api.conftest import tile_address
from tests.conftest import Instance
from tests.statements import heard_statements

READERS: tuple[DatabaseRole, ...] = ('reader_internal', 'reader_public')
SUBMIT = f"""select id from job.submit(
    'roll-back', '{{"layer": "wells", "release": 1, "reason": "x"}}', '{__version__}', '', 'x', 1, null, null, %s, null,
    100, 100, null)"""


@pytest.fixture(scope='module')
def lagoon(instance: Instance, shared_folder: Path) -> Iterator[Lagoon]:
    folder = shared_folder / 'web-role'
    folder.mkdir()
    with running_lagoon(instance, folder) as place:
        yield place


def connect(role: DatabaseRole) -> Any:
    url = database_url(role).set(drivername='postgresql').render_as_string(hide_password=False)
    return closing(psycopg2.connect(url))


def value(role: DatabaseRole, query: str, values: list[object] | None = None, **settings: str) -> Any:
    """What the role reads on a connection of its own, with these settings of the platform."""
    with connect(role) as db, db.cursor() as cursor:
        for name, text in settings.items():
            cursor.execute('select set_config(%s, %s, false)', [f'dothi.{name}', text])
        cursor.execute(query, values or [])
        rows = cursor.fetchall()
        db.commit()
    return rows[0][0] if rows else None


def author(name: str) -> str:
    with connection('gatekeeper') as db:
        return sign_author(db, name, 60)


@pytest.mark.parametrize('role', READERS)
def test_nobody_reads_the_claims_of_another_session(lagoon: Lagoon, role: DatabaseRole) -> None:
    """The statements of a session have its claims in them, and stay there to be read until the next one."""
    with connect(role) as other, other.cursor() as cursor:
        cursor.execute("set dothi.claims = 'those of somebody else'")
        for query in ('select query from pg_stat_activity', 'select pg_stat_get_backend_activity(1)'):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                value(role, query)


def test_the_platform_counts_connections_all_the_same(lagoon: Lagoon) -> None:
    figures = "select value from catalog.figures() where figure = 'database_connections'"
    assert value('reader_internal', figures) > 0


ADDRESSES = (
    '/api/collections/meters/items?f=json', '/api/collections/meters/items?f=json&sortby=-owner',
    '/api/collections/meters/items/1?f=json', '/api/releases?f=json', tile_address('cables', 14),
    tile_address('meters', 9), '/api/collections/cables/map?width=20&height=20',
    '/api/collections/catalogue/items?f=json', '/ows?REQUEST=GetCapabilities&SERVICE=WMS',
)  # fmt: skip


@pytest.mark.parametrize('address', ADDRESSES)
def test_no_connection_keeps_the_claims_of_who_was_answered_on_it(lagoon: Lagoon, address: str) -> None:
    """A session keeps the whole message with which a plan came, and the next one on the connection is somebody else."""
    # connections and plans of other tests would be used again
    core_database.fresh()
    assert lagoon.client('steward').get(address).status_code == 200
    with closing(core_database.engine('reader_internal').raw_connection()) as pooled:
        cursor = pooled.cursor()
        cursor.execute(
            "select statement from pg_prepared_statements union all select current_setting('dothi.claims', true)"
        )
        messages = [text for (text,) in cursor.fetchall() if text]
    assert not [text for text in messages if 'dothi.claims' in text or 'eyJ' in text]


STATE_BY_POLICIES = """
    select l.id, r.number, r.released_at, r.extent_wgs84, r.demo_rows > 0, c.kinds, c.coarsest, c.finest
    from catalog.layer as l
    join catalog.seen_release as r on r.number = l.current_release
    left join catalog.tile_count as c on c.layer_id = l.id and c.release = r.number"""
CLAIMS: dict[str, dict[str, Any]] = {
    'nothing': {},
    'rows': {'complaints': {'columns': [], 'rows': {'district': ['1']}}},
    'a layer': {'cables': {'columns': [], 'rows': None}},
    'a layer and a column': {
        'meters': {'columns': ['owner'], 'rows': None}, 'complaints': {'columns': ['owner'], 'rows': None}
    },
    'a layer that is not there': {'cobles': {'columns': [], 'rows': None}},
}  # fmt: skip


@pytest.mark.parametrize('role', READERS)
@pytest.mark.parametrize('claims', CLAIMS)
def test_the_view_of_what_is_served_shows_what_the_policies_show(
    lagoon: Lagoon, role: DatabaseRole, claims: str
) -> None:
    """It looks at the claims once for all tables, in place of each table's policy."""
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(
            """insert into catalog.tile_count select id, current_release, '{point}', 6, 9 from catalog.layer
               where current_release is not null on conflict do nothing"""
        )
    with connection('gatekeeper') as db:
        signed = sign(db, CLAIMS[claims], 60) if CLAIMS[claims] else ''
    views = ('select * from catalog.current_state', STATE_BY_POLICIES)
    texts = [f"select string_agg(s::text, e'\\n' order by s::text) from ({view}) as s" for view in views]
    shown, expected = (value(role, text, claims=signed) for text in texts)
    assert shown == expected
    assert 'wells' in expected


@pytest.mark.parametrize(('person', 'layer', 'most'), [('steward', 'cables', 2), ('viewer', 'complaints', 3)])
def test_a_guarded_tile_has_its_claims_verified_once_for_the_layer_and_once_for_its_rows(
    lagoon: Lagoon, person: str, layer: str, most: int
) -> None:
    """Each takes some 50 µs; five of them were a third of the time of a tile. For values of rows it is one more."""
    with heard_statements() as sent:
        assert lagoon.client(person).get(tile_address(layer, 14)).status_code == 200
        messages = [str(message) for message in sent]
    (prepared,) = [text for text in messages if text.startswith('prepare') and 'ST_AsMVT(' in text]
    executed = messages[messages.index(prepared) + 1]
    claims, execute = re.findall(r"set local dothi.claims = '(.*?)'; (execute .*)", executed)[0]
    with connect('reader_internal') as db, db.cursor() as cursor:
        cursor.execute("select set_config('dothi.claims', %s, false)", [claims])
        cursor.execute(prepared)
        cursor.execute(f'explain (verbose) {execute}')
        plan = '\n'.join(line for (line,) in cursor.fetchall())
    assert 0 < len(re.findall(r'\baccess\.\w+\(', plan)) <= most, plan


@pytest.mark.parametrize('role', READERS)
def test_nobody_queues_a_job_in_the_name_of_somebody_else(lagoon: Lagoon, role: DatabaseRole) -> None:
    """The worker does what the person may do in whose name a job is."""
    for settings in ({}, {'editor': 'stella'}, {'author': 'stella'}, {'author': author('lan')}):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            value(role, SUBMIT, ['stella'], **settings)


def test_nobody_reads_or_ends_a_job_in_the_name_of_somebody_else(lagoon: Lagoon) -> None:
    job = value('reader_internal', SUBMIT, ['stella'], author=author('stella'))
    for settings in ({}, {'editor': 'stella'}, {'author': 'stella'}, {'author': author('lan')}):
        assert value('reader_internal', 'select id from job.state(%s)', [job], **settings) is None
        assert value('reader_internal', 'select job.dismiss(%s)', [job], **settings) is False
    assert value('reader_internal', 'select id from job.state(%s)', [job], author=author('stella')) == job
    assert value('reader_internal', 'select job.dismiss(%s)', [job], author=author('stella')) is True


def test_a_run_is_ended_by_who_started_it_or_an_administrator(lagoon: Lagoon) -> None:
    """An analysis of a person, which everybody who signs in may read; one that nobody with a name started, anybody."""
    with connection('gatekeeper') as db:
        for name, role in (('an', Role.PLANNER), ('binh', Role.PLANNER), ('chi', Role.ADMINISTRATOR)):
            invite(db, Person(id=uuid4(), name=name, title=name, role=role))
    submit = "select id from job.submit('echo', '{}', '1', '', %s, 1, null, null, null, null, 9, 9, null)"
    own, other, strangers = (
        value('reader_internal', submit, [asker], author=author(asker)) for asker in ('an', 'an', '127.0.0.1')
    )
    assert value('reader_internal', 'select id from job.state(%s)', [own], author=author('binh')) == own
    assert value('reader_internal', 'select job.dismiss(%s)', [own], author=author('binh')) is False
    assert value('reader_internal', 'select job.dismiss(%s)', [own]) is False
    assert value('reader_internal', 'select job.dismiss(%s)', [own], author=author('an')) is True
    assert value('reader_internal', 'select job.dismiss(%s)', [other], author=author('chi')) is True
    assert value('reader_internal', 'select job.dismiss(%s)', [strangers], author=author('binh')) is True


@pytest.mark.parametrize('role', ['reader_internal', 'reader_public', 'editor', 'loader', 'gis_internal'])
def test_nobody_who_answers_requests_has_a_name_signed(lagoon: Lagoon, role: DatabaseRole) -> None:
    for query in (
        "select access.sign_author('stella', 60)", "select access.signed('{}', 60)", "select access.verified('x')",
    ):  # fmt: skip
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            value(role, query)


def test_a_signed_name_claims_no_layer_and_claims_are_no_name(lagoon: Lagoon) -> None:
    with connection('gatekeeper') as db:
        claims = sign(db, {'cables': {'columns': [], 'rows': None}, 'author': 'stella'}, 60)
    assert value('reader_internal', 'select access.author()', author=claims) is None
    assert value('reader_internal', 'select access.claims()', claims=author('stella')) is None
    assert value('reader_internal', 'select access.author()', author=author('stella')) == 'stella'


def test_a_release_does_not_tell_how_many_rows_somebody_does_not_see(lagoon: Lagoon) -> None:
    """Two rows, of which a claim shows one: neither count nor extent is told, by whichever way they are asked for."""
    with connection('gatekeeper') as db:
        one = sign(db, {'complaints': {'columns': [], 'rows': {'district': ['1']}}}, 60)
        both = sign(db, {'complaints': {'columns': [], 'rows': None}}, 60)
    query = """select rows_total || ' ' || rows_added || ' ' || (extent is not null) from catalog.seen_release
        where layer_id = 'complaints'"""
    assert value('reader_internal', query, claims=one) == '0 0 false'
    assert value('reader_internal', query, claims=both) == '2 2 true'
    assert value('reader_internal', query) is None
    for column in ('rows_total', 'extent_wgs84', 'quality', 'shape'):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            value('reader_internal', f'select {column} from catalog.release', claims=one)
    figures = 'select count(*) from catalog.release_figures join catalog.release using (number) where layer_id = %s'
    assert value('reader_internal', figures, ['complaints'], claims=one) == 0
    assert value('reader_internal', figures, ['complaints'], claims=both) == 1


def test_no_address_tells_of_rows_that_somebody_does_not_see(lagoon: Lagoon) -> None:
    """The viewer sees one of two complaints, two kilometres apart."""
    east = f'{degrees("b")[0]:.4f}'
    for address in (
        '/api/collections/complaints?f=json', '/api/collections/complaints/tiles/WebMercatorQuad?f=json',
        '/api/collections/complaints/tiles/WebMercatorQuad/metadata?f=tilejson',
        '/api/collections/catalogue/items/complaints?f=json', '/api/collections/catalogue/items/complaints?f=html',
        '/api/collections/complaints/styles/complaints?f=mapbox',
        '/api/collections/complaints/items?f=json&bbox=1,1,2,2',
    ):  # fmt: skip
        assert east[:-1] not in lagoon.client('viewer').get(address).get_data(as_text=True), address
    record = lagoon.client('viewer').get('/api/collections/catalogue/items/complaints?f=json').get_json(force=True)
    whole = lagoon.client('steward').get('/api/collections/catalogue/items/complaints?f=json').get_json(force=True)
    counts = [re.findall(r'"(?:added|read|good|rows)": (\d+)', json.dumps(each)) for each in (record, whole)]
    assert '2' not in counts[0]
    assert '2' in counts[1]


def test_who_sees_no_row_of_a_layer_sees_the_others_all_the_same(lagoon: Lagoon) -> None:
    """A viewer of no agency has no district, and so none of the complaints: an extent of nothing is none."""
    nobody = replace(lagoon, keys={'nobody': key_of('nobody', Role.VIEWER, None)}).client('nobody')
    for address in (
        '/api/collections?f=json', '/api/collections/complaints?f=json', '/api/collections/complaints?f=html',
        '/api/collections/catalogue/items?f=json', '/ows?SERVICE=WMS&REQUEST=GetCapabilities',
        '/ows?SERVICE=WMTS&REQUEST=GetCapabilities', '/api/collections/complaints/map?width=20&height=20&f=png',
        '/api/collections/complaints/tiles/WebMercatorQuad/metadata?f=tilejson',
        '/api/collections/complaints/items?f=json', '/api/collections/complaints/items?f=csv',
    ):  # fmt: skip
        assert nobody.get(address).status_code == 200, address


def test_an_address_of_a_layer_that_somebody_does_not_see_is_not_placed_for_them(lagoon: Lagoon) -> None:
    """People place addresses of deliveries: the next one who asks for such an address is answered with that."""
    with connection('loader') as db, db.cursor() as cursor:
        for layer in ('wells', 'cables', 'complaints'):
            cursor.execute(
                """insert into catalog.address_correction (address_key, address, place, corrected_by, release)
                   values (%s, %s, ST_SetSRID(ST_Point(106, 20), 4326), 'centre',
                       (select current_release from catalog.layer where id = %s))""",
                [layer, layer, layer],
            )
    with connection('gatekeeper') as db:
        some = sign(db, {'complaints': {'columns': [], 'rows': {'district': ['1']}}}, 60)
        more = sign(db, {name: {'columns': [], 'rows': None} for name in ('cables', 'complaints')}, 60)
    query = "select string_agg(address, ' ' order by address) from catalog.address_correction"
    assert value('reader_internal', query) == value('reader_internal', query, claims=some) == 'wells'
    assert value('reader_internal', query, claims=more) == value('worker', query) == 'cables complaints wells'


def test_a_file_of_a_whole_layer_is_not_for_who_sees_some_of_it(lagoon: Lagoon) -> None:
    """It may have been made before there was a rule about rows. The worker, which takes such files away, sees none of
    what a transaction has not committed."""
    with connection('gatekeeper') as db:
        one = sign(db, {'complaints': {'columns': [], 'rows': {'district': ['1']}}}, 60)
        both = sign(db, {'complaints': {'columns': [], 'rows': None}}, 60)
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(
            """insert into catalog.download
               select 'complaints', 'internal', 'csv', current_release, '', 'x', 2, 1, repeat('0', 64), 1, now()
               from catalog.layer where id = 'complaints'"""
        )
        cursor.execute('set local role dothi_reader_internal')
        assert [_files_of_complaints(cursor, claims) for claims in ('', one, both)] == [0, 0, 1]
        db.rollback()


def _files_of_complaints(cursor: Any, claims: str) -> int:
    cursor.execute("select set_config('dothi.claims', %s, true)", [claims])
    cursor.execute("select count(*) from catalog.download where layer_id = 'complaints'")
    return int(cursor.fetchone()[0])

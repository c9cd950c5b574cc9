"""The catalogue: what its records say, who sees what, how they are found, and when they change."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from dothi.api.app import create_app
from dothi.core.database import connection
from dothi.core.locality import Locality, load_locality
from dothi.core.migrate import migrate
from dothi.core.settings import PROJECT
from dothi.core.update_cycle import next_update_due
from tests.api.conftest import Desk, building, school, square, tile_address
from tests.matrix import thorough
from tests.nam_dinh import whole_copy

type Client = Callable[..., FlaskClient]
ITEMS = '/api/collections/catalogue/items'


def found(app: FlaskClient, **query: Any) -> list[str]:
    """Ids of the records that answer a question, in their order."""
    asked = {'limit': 1000} | {name.replace('_', '-'): value for name, value in query.items()}
    answer = app.get(ITEMS, query_string=asked)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    document = answer.get_json(force=True)
    assert document['numberMatched'] == document['numberReturned'] == len(document['features'])
    return [record['id'] for record in document['features']]


def record(app: FlaskClient, record_id: str, lang: str = 'en') -> dict[str, Any]:
    answer = app.get(f'{ITEMS}/{record_id}', query_string={'lang': lang})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    document: dict[str, Any] = answer.get_json(force=True)
    return document


def told(document: dict[str, Any]) -> dict[str, Any]:
    """Every entry of a record's groups of metadata, by its name."""
    entries = [entry for group in document['properties']['metadataGroups'] for entry in group['entries']]
    return {entry['id']: entry['value'] for entry in entries}


@pytest.fixture
def two_layers(desk: Desk) -> Desk:
    """Schools at one place, delivered; buildings as demonstration data."""
    desk.release('schools', [('POINT(0 0)', school('A')), ('POINT(1000 2000)', school('B'))], at='2026-01-31T10:00:00Z')
    desk.release('buildings', [(square(0, 0), building('A'))], demo=True, at='2026-03-01T10:00:00Z')
    return desk


def test_an_explanation_leads_to_others_that_are_served_and_names_the_rest(two_layers: Desk, client: Client) -> None:
    page = client().get('/api/documents/isochrones?f=html').get_data(as_text=True)
    assert '<a href="service-coverage?f=html">service coverage</a>' in page
    assert client().get('/api/documents/service-coverage?f=html').status_code == 200
    page = client().get('/api/documents/corridor-conflicts?f=html').get_data(as_text=True)
    assert '<code>kind</code> decides which norm applies' in page


def test_it_holds_layers_with_data_offered_analyses_and_documents(two_layers: Desk, client: Client) -> None:
    ids = found(client('internal'))
    assert {'schools', 'buildings', 'process-corridor-conflicts', 'process-service-coverage'} <= {*ids}
    assert {'document-decree-14-2014', 'document-corridor-conflicts'} <= {*ids}
    assert 'roads' not in ids
    assert len(ids) == len({*ids})


def test_a_layer_says_the_four_groups_of_the_law(two_layers: Desk, client: Client) -> None:
    """Law on Surveying 2018, article 45: extent, time, producer; conformity; quality, legal value; way of access."""
    document = record(client(), 'schools')
    groups = [group['id'] for group in document['properties']['metadataGroups']]
    assert groups == ['extentTimeProducer', 'conformity', 'qualityLegalValue', 'access']
    facts = told(document)
    assert facts['producer'] == 'Department of Education and Training'
    assert facts['released'] == '2026-01-31'
    assert facts['crs'] == 'EPSG:9209 VN-2000 / TM-3 105-30'
    assert (facts['rows'], facts['badRows'], facts['badRowsShareAllowed']) == (2, 0, 0.02)
    assert (facts['access'], facts['licence']) == ('public', 'CC-BY-4.0')
    assert "agency's original" in facts['legalValue']


def test_demonstration_data_claims_no_legal_value(two_layers: Desk, client: Client) -> None:
    document = record(client(), 'buildings')
    assert document['properties']['demo'] is True
    assert told(document)['legalValue'] == 'Demonstration data, without any value in law.'
    assert 'Demonstration data' in document['properties']['keywords']


def test_the_next_update_is_due_one_cycle_after_the_last_delivery(two_layers: Desk, client: Client) -> None:
    """An edit makes a release, and puts nothing off."""
    assert record(client(), 'schools')['properties']['nextUpdateDue'] == '2027-01-31'
    number = two_layers.release('schools', [('POINT(0 0)', school('A'))], at='2026-06-01T00:00:00Z')
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute("update catalog.release set origin = 'edit' where number = %s", [number])
    properties = record(client(), 'schools')['properties']
    assert (properties['origin'], properties['nextUpdateDue']) == ('edit', '2027-01-31')
    assert properties['updated'] == '2026-06-01T00:00:00+00:00'


@pytest.mark.parametrize(
    ('cycle', 'last', 'due'),
    [
        ('P6M', '2026-08-31', '2027-02-28'),
        ('P1Y', '2024-02-29', '2025-02-28'),
        ('P1Y6M', '2025-12-15', '2027-06-15'),
        ('P2W', '2026-12-25', '2027-01-08'),
        ('P1M10D', '2026-01-31', '2026-03-10'),
        ('P9999Y', '2026-01-01', '9999-12-31'),
    ],
)
def test_a_cycle_is_counted_by_the_calendar(cycle: str, last: str, due: str) -> None:
    assert next_update_due(cycle, date.fromisoformat(last)).isoformat() == due


def test_freshness_can_be_asked_for(two_layers: Desk, client: Client) -> None:
    app = client()
    assert found(app, updated='2026-02-01/..') == ['buildings']
    assert found(app, updated='../2026-02-01') == ['schools']
    assert found(app, nextUpdateDue='../2027-02-15') == ['schools']
    assert found(app, filter="nextUpdateDue >= DATE('2027-02-15')") == ['buildings']
    assert found(app, filter="updated > TIMESTAMP('2026-02-01T00:00:00Z') AND demo = TRUE") == ['buildings']
    assert found(app, sortby='-updated', type='dataset') == ['buildings', 'schools']
    refused = app.get(ITEMS, query_string={'nextUpdateDue': 'soon', 'lang': 'en'})
    assert (refused.status_code, refused.get_json()['description'][:19]) == (400, 'nextUpdateDue=soon:')


def test_a_page_marks_what_is_overdue(desk: Desk, client: Client) -> None:
    """Schools come every year: two years ago is too long, yesterday is not."""
    for days, marked in ((800, True), (1, False)):
        at = (date.today() - timedelta(days=days)).isoformat()  # noqa: DTZ011
        desk.release('schools', [('POINT(0 0)', school('A'))], at=f'{at}T00:00:00Z')
        with connection('admin') as db, db.cursor() as cursor:
            cursor.execute('delete from catalog.release where number <> (select max(number) from catalog.release)')
        text = client().get(f'{ITEMS}/schools?f=html&lang=en').get_data(as_text=True)
        assert ('update overdue' in text) is marked


def test_words_are_found_without_their_accents(two_layers: Desk, client: Client) -> None:
    app = client()
    assert found(app, q='truong hoc', type='dataset') == ['schools']
    assert found(app, q='TRƯỜNG HỌC', type='dataset') == ['schools']
    assert found(app, q='Department of Education') == ['schools']
    assert 'document-law-on-dikes-2006' in found(app, q='hanh lang bao ve')
    assert found(app, q='14/2014') == ['document-decree-14-2014']
    assert found(app, q='không có từ này') == []


def test_the_place_and_who_publishes_are_words_too(two_layers: Desk, client: Client) -> None:
    app = client()
    assert found(app, q='nam dinh', type='dataset') == ['buildings', 'schools']
    assert found(app, q='trung tam dieu hanh', type='dataset') == ['buildings', 'schools']


@thorough
def test_a_coverage_names_the_system_that_its_cells_lie_in(readable_province: dict[str, str]) -> None:
    """The grid of people comes in degrees, whatever the system of the locality."""
    document = record(create_app('internal').test_client(), 'population_grid')
    assert document['properties']['storageCrs'] == 'EPSG:4326'
    assert told(document)['crs'] == 'EPSG:4326 WGS 84'
    ground = record(create_app('internal').test_client(), 'elevation')
    assert told(ground)['crs'] == 'EPSG:9209 VN-2000 / TM-3 105-30'


def test_a_phrase_is_together_and_a_comma_means_or(two_layers: Desk, client: Client) -> None:
    """OGC 20-004r1, /req/record-core-query-parameters/q-response"""
    app = client()
    assert found(app, q='hoc truong', type='dataset') == []
    assert {*found(app, q='truong hoc, cong trinh xay dung', type='dataset')} == {'schools', 'buildings'}
    assert found(app, q='truong   hoc', type='dataset') == ['schools']


def test_what_parameters_ask_for_must_all_hold(two_layers: Desk, client: Client) -> None:
    app = client()
    assert found(app, theme='society', agency='education') == ['schools']
    assert found(app, theme='society', agency='education', type='process') == []
    assert found(app, keywords='du lieu minh hoa') == ['buildings']
    assert found(app, externalIds='document-number:14/2014/ND-CP') == ['document-decree-14-2014']
    both = found(app, externalIds='14/2014/ND-CP,91/2025')
    assert {*both} == {'document-decree-14-2014', 'document-law-on-personal-data-2025'}
    assert 'document-decree-14-2014' in found(app, externalIds='document-number:')
    assert found(app, externalIds='other:14/2014/ND-CP') == []
    assert found(app, ids='schools,nothing') == ['schools']
    assert 'document-corridor-conflicts' not in found(app, language='vi')


def test_a_box_finds_what_lies_in_it_and_what_lies_nowhere(two_layers: Desk, client: Client) -> None:
    """17-069r4, requirement 24: also what is not associated with a geometry; the desk's places are near 106.17 E."""
    app = client()
    here, elsewhere = found(app, bbox='106,20,106.5,20.5'), found(app, bbox='100,10,101,11')
    assert 'schools' in here
    assert 'schools' not in elsewhere
    assert 'document-decree-14-2014' in elsewhere
    assert found(app, filter='S_INTERSECTS(geom, BBOX(106, 20, 106.5, 20.5))', type='dataset') == [
        'buildings',
        'schools',
    ]
    assert app.get(ITEMS, query_string={'bbox': '106,21,107,20'}).status_code == 400


def test_a_layer_at_one_point_is_found_there(desk: Desk, client: Client) -> None:
    """Its box is drawn a hair wide: QGIS takes a record's box from the corners of a polygon."""
    desk.release('schools', [('POINT(0 0)', school('A'))])
    app = client()
    shape = record(app, 'schools')['geometry']
    assert shape['type'] == 'Polygon'
    (west, south), _, (east, north), *_ = shape['coordinates'][0]
    assert 0 < east - west < 2e-6
    assert 0 < north - south < 2e-6
    assert 'schools' in found(app, bbox=f'{west - 0.001},{south - 0.001},{west + 0.001},{south + 0.001}')


def test_a_filter_names_only_what_there_is(two_layers: Desk, client: Client) -> None:
    app = client()
    assert found(app, filter="id = 'schools' OR title = 'x'") == ['schools']
    answer = app.get(ITEMS, query_string={'filter': "agenc = 'education'", 'lang': 'en'})
    assert answer.status_code == 400
    assert '"agency"' in answer.get_json()['description']
    answer = app.get(ITEMS, query_string={'sortby': 'titel', 'lang': 'en'})
    assert (answer.status_code, '"title"' in answer.get_json()['description']) == (400, True)
    assert app.get(ITEMS, query_string={'colour': 'red'}).status_code == 400
    as_json = {'op': '=', 'args': [{'property': 'agency'}, 'education']}
    assert found(app, filter=json.dumps(as_json), filter_lang='cql2-json') == ['schools']


def test_pages_call_a_theme_by_its_title_and_ask_for_it_by_its_id(two_layers: Desk, client: Client) -> None:
    app = client()
    listed = app.get(f'{ITEMS}?f=html&lang=en&theme=society').get_data(as_text=True)
    assert '<option value="society" selected>Society</option>' in listed
    record = app.get(f'{ITEMS}/schools?f=html&lang=vi').get_data(as_text=True)
    assert '<span class="pill">Xã hội</span>' in record
    assert 'society' not in record


def test_pages_follow_one_another_without_gap_or_overlap(two_layers: Desk, client: Client) -> None:
    app = client()
    everything, walked, address = found(app, sortby='type,-title'), [], f'{ITEMS}?sortby=type,-title&limit=5'
    while address:
        document = app.get(address).get_json(force=True)
        assert document['numberMatched'] == len(everything)
        walked += [one['id'] for one in document['features']]
        following = [link['href'] for link in document['links'] if link['rel'] == 'next']
        address = following[0].split(':5000', 1)[1] if following else ''
    assert walked == everything


def test_titles_are_sorted_by_the_alphabet_and_not_by_code_point(two_layers: Desk, client: Client) -> None:
    """By code point Đ stands behind every other letter."""
    titles = [one['properties']['title'] for one in client().get(f'{ITEMS}?limit=100').get_json(force=True)['features']]
    assert titles.index('Độ bao phủ dịch vụ') < titles.index('Luật Đê điều 2006') < titles.index('Trường học')


def test_texts_are_in_the_readers_language_and_the_other_is_a_link_away(two_layers: Desk, client: Client) -> None:
    app = client()
    assert record(app, 'schools', 'vi')['properties']['title'] == 'Trường học'
    english = record(app, 'schools', 'en')
    assert english['properties']['title'] == 'Schools'
    assert english['properties']['language']['code'] == 'en'
    assert [one['code'] for one in english['properties']['languages']] == ['vi', 'en']
    (other,) = [one for one in english['links'] if one['rel'] == 'alternate' and one['hreflang'] == 'vi']
    assert app.get(other['href']).get_json(force=True)['properties']['title'] == 'Trường học'


def test_the_public_catalogue_knows_nothing_internal(two_layers: Desk, client: Client) -> None:
    """service-coverage reads the population of every house and is for the internal service alone."""
    public = client('public')
    assert 'process-service-coverage' not in found(public)
    assert 'document-service-coverage' not in found(public)
    assert public.get('/api/documents/service-coverage').status_code == 404
    assert public.get(f'{ITEMS}/process-service-coverage').status_code == 404
    assert 'opulation' not in json.dumps(record(public, 'buildings'))
    assert found(public, q='so nguoi o', type='dataset') == []
    assert found(client('internal'), q='so nguoi o', type='dataset') == ['buildings']


def test_an_internal_layer_has_no_record_for_the_public(elsewhere: Callable[[str], Locality], client: Client) -> None:
    Desk(elsewhere(INTERNAL)).release('odd', [('POINT(0 0)', {'code': 'A'})])
    assert 'odd' in found(client('internal'))
    public = client('public')
    assert 'odd' not in public.get(f'{ITEMS}?limit=100').get_data(as_text=True)
    assert public.get(f'{ITEMS}/odd').status_code == 404


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
columns: {code: {type: text, required: true, title: {vi: Mã, en: Code}}}
source: {crs: EPSG:9209}
"""


def test_the_name_of_a_delivered_file_is_for_the_internal_service(readable_province: dict[str, str]) -> None:
    """Real deliveries, of the demo: what the agency calls its file is nobody else's business."""
    (newest, *_) = record(create_app('internal').test_client(), 'rivers')['properties']['lineage']
    assert newest['file'].startswith('rivers')
    assert len(newest['sha256']) == 64
    assert newest['added'] > 0
    public = record(create_app('public').test_client(), 'rivers')['properties']['lineage'][0]
    assert public['release'] == newest['release']
    assert not {'file', 'sha256', 'received'} & public.keys()


def test_the_database_keeps_file_names_from_the_public_role(database: dict[str, str]) -> None:
    """So no mistake in the code can show them."""
    from psycopg2.errors import InsufficientPrivilege

    with pytest.raises(InsufficientPrivilege), connection('reader_public') as db, db.cursor() as cursor:
        cursor.execute('select * from catalog.delivered_files(array[1::bigint])')


def test_the_past_shows_the_newest_releases_first(two_layers: Desk, client: Client) -> None:
    for day in range(1, 8):
        two_layers.release('schools', [('POINT(0 0)', school(f'S{day}'))], at=f'2026-04-0{day}T00:00:00Z')
    lineage = record(client(), 'schools')['properties']['lineage']
    assert [one['released'][:10] for one in lineage] == [f'2026-04-0{day}' for day in (7, 6, 5, 4, 3)]
    assert record(client(), 'schools')['properties']['created'].startswith('2026-01-31')


@thorough
def test_units_have_the_time_of_their_validity(readable_province: dict[str, str]) -> None:
    """Communes are valid from different days on; other layers have data since they were first released."""
    app = create_app('internal').test_client()
    begins, ends = record(app, 'communes')['time']['interval']
    assert begins < '2024-08-31'
    assert ends == '..' or ends > '2024-08-31'
    assert record(app, 'rivers')['time']['interval'][1] == '..'
    assert 'communes' in found(app, datetime='2024-01-01', type='dataset')
    assert 'rivers' not in found(app, datetime='2024-01-01', type='dataset')
    assert 'document-qcvn-01-2021' in found(app, datetime='2021-06-01')
    assert 'document-qcvn-01-2021' not in found(app, datetime='2022-06-01')


def test_an_answer_is_kept_until_anything_is_released(two_layers: Desk, client: Client) -> None:
    app = client()
    for address in (ITEMS, f'{ITEMS}/schools', f'{ITEMS}?f=html', f'{ITEMS}/schools?f=iso19139'):
        answer = app.get(address)
        assert app.get(address, headers={'If-None-Match': answer.headers['ETag']}).status_code == 304, address
    before = app.get(ITEMS).headers['ETag']
    assert app.get(f'{ITEMS}?lang=en').headers['ETag'] != before
    two_layers.release('schools', [('POINT(0 0)', school('A'))], at='2026-07-01T00:00:00Z')
    after = app.get(ITEMS, headers={'If-None-Match': before})
    assert (after.status_code, after.headers['ETag'] != before) == (200, True)
    assert record(app, 'schools')['properties']['updated'] == '2026-07-01T00:00:00+00:00'


def test_links_of_a_record_lead_to_its_data(two_layers: Desk, client: Client) -> None:
    app = client()
    for name in ('schools', 'process-corridor-conflicts', 'document-decree-14-2014', 'document-corridor-conflicts'):
        for link in record(app, name)['links']:
            if ':5000/' not in link['href'] or link['rel'].endswith(('execute', 'enclosure')):
                continue
            answer = app.get(link['href'])
            assert answer.status_code == 200, link
            assert answer.mimetype == link['type'].split(';')[0], link


def test_a_layer_says_where_its_maps_are(two_layers: Desk, client: Client) -> None:
    """As OGC API - Maps links them, and the services by their protocol with the layer's name in them."""
    links = record(client(), 'schools')['links']
    (map_link,) = [link for link in links if link['rel'] == 'http://www.opengis.net/def/rel/ogc/1.0/map']
    assert (map_link['type'], map_link['href'][-24:]) == ('image/png', '/collections/schools/map')
    services = {link['protocol']: link for link in links if link['rel'] == 'service'}
    assert {protocol: link['name'] for protocol, link in services.items()} == {
        'OGC:WMS': 'schools', 'OGC:WMTS': 'schools',
    }  # fmt: skip


def test_templates_become_addresses_that_work(two_layers: Desk, client: Client) -> None:
    app = client()
    *_, zoom, row, column = tile_address('schools', 14).split('/')
    filled = {'bbox': '106,20,107,21', 'limit': 1, 'tileMatrix': zoom, 'tileRow': row, 'tileCol': column}
    templates = record(app, 'schools')['linkTemplates']
    assert [one['rel'] for one in templates] == ['tiles', 'items']
    for one in templates:
        answer = app.get(one['uriTemplate'].format(**filled))
        assert (answer.status_code, answer.mimetype) == (200, one['type']), one
        assert set(one['variables']) <= filled.keys()


def test_a_document_and_what_it_concerns_name_each_other(two_layers: Desk, client: Client) -> None:
    app = client()
    related = [link['href'] for link in record(app, 'document-decree-14-2014')['links'] if link['rel'] == 'related']
    assert [address.rsplit('/', 1)[-1] for address in related] == ['process-corridor-conflicts']
    explained = [
        link['href'] for link in record(app, 'process-corridor-conflicts')['links'] if link['rel'] == 'describedby'
    ]
    assert app.get(explained[0]).get_data(as_text=True) == (
        PROJECT / 'docs' / 'explanation' / 'corridor-conflicts.md'
    ).read_text(encoding='utf-8')
    page = app.get(f'{explained[0]}?f=html').get_data(as_text=True)
    assert '<h2>Method</h2>' in page


def test_a_locality_without_documents_works(elsewhere: Callable[[str], Locality], client: Client) -> None:
    made = elsewhere(INTERNAL)
    Desk(made).release('odd', [('POINT(0 0)', {'code': 'A'})])
    assert not made.documents
    ids = found(client())
    assert 'odd' in ids
    assert not [name for name in ids if 'decree' in name]


def test_another_locality_needs_no_change_of_code(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another coordinate system, odd names of columns, one agency."""
    bay = load_locality(PROJECT / 'tests' / 'localities' / 'bay')
    monkeypatch.setenv('DOTHI_LOCALITY', str(bay.path))
    migrate(bay)
    Desk(bay).release('wells', [('POINT(-60000 -700000)', {'NAME': 'Giếng 1'})])
    app = client()
    document = record(app, 'wells')
    assert told(document)['crs'].startswith('EPSG:32649')
    assert document['properties']['contacts'][0]['organization'] == 'Water company'
    # the explanation of floods speaks of depths too
    assert 'wells' in found(app, q='do sau')
    assert app.get(f'{ITEMS}/wells?f=iso19139').status_code == 200


def test_a_wrong_documents_file_takes_only_the_documents_out(
    two_layers: Desk, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = whole_copy(tmp_path / 'copy')
    (folder / 'documents.yml').write_text('law: {titel: x}', encoding='utf-8')
    monkeypatch.setenv('DOTHI_LOCALITY', str(folder))
    assert 'documents.yml' in load_locality(folder).broken['documents'].text.en
    ids = found(client())
    assert 'schools' in ids
    assert 'document-decree-14-2014' not in ids


def test_no_layer_can_be_called_like_the_catalogue(two_layers: Desk, tmp_path: Path) -> None:
    """Its address would be the catalogue's, and its data out of reach."""
    folder = whole_copy(tmp_path / 'copy')
    text = (folder / 'layers' / 'schools.yml').read_text(encoding='utf-8')
    (folder / 'layers' / 'catalogue.yml').write_text(text.replace('id: schools', 'id: catalogue'), encoding='utf-8')
    made = load_locality(folder)
    assert 'another name' in made.broken['catalogue'].text.en
    assert 'schools' in made.layers

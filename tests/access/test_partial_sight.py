"""The desk for who may change a layer of which they do not see every column or row: originals, previews, conflicts."""

import base64
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from dothi.core.access.person import Role
from dothi.core.locality import Locality
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from etl.desk.records import shown
from etl.desk.sight import shown_in_a_folder
from processes.mail.outbox import Addressee
from processes.mail.sight import may_decide_on
from tests.access.lagoon import LAYERS, PEOPLE, Lagoon, key_of, running_lagoon
from tests.access.test_hidden_names import delivery_of, execute, ruled
from tests.api.conftest import E0, N0
from tests.conftest import Instance

CHANGING = ['see', 'download', 'edit', 'deliver', 'decide']
# Editors change meters without their restricted column, and complaints of which they see district 2.
RULES = {
    'editor': [
        {'may': ['run'], 'layers': 'all'},
        {'may': CHANGING, 'layers': ['meters', 'wells']},
        {'may': ['deliver', 'decide'], 'layers': ['complaints']},
        {'may': ['see', 'download'], 'layers': ['complaints'], 'rows': {'district': ['2']}},
    ]
}
PARTS = ('', '/receipt', '/original', '/bad-rows')
SERVED = 'served here alone'


@pytest.fixture(scope='module')
def lagoon(instance: Instance, shared_folder: Path) -> Iterator[Lagoon]:
    folder = shared_folder / 'partial-sight'
    folder.mkdir()
    with running_lagoon(instance, folder) as whole, ruled(whole, RULES) as place:
        office = key_of('office', Role.FOCAL_POINT, 'district_1')
        yield replace(place, keys=place.keys | {'office': office})


def table(*lines: str) -> dict[str, str]:
    text = '\n'.join(['code;district;owner;X;Y', *lines, ''])
    return {'value': base64.b64encode(text.encode()).decode(), 'encoding': 'base64'}


def hand_in(lagoon: Lagoon, person: str, file: dict[str, str], layer: str = 'meters', **more: Any) -> Any:
    """The answer with report and receipt."""
    inputs = {'layer': layer, 'file': file, 'file_name': 'a.csv', 'crs': 'EPSG:9209', **more}
    return execute(lagoon, person, 'deliver-layer', inputs)


def report_of(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    document = answer.get_json()
    # the only output of a run stands alone
    report = document.get('report', document)
    value: dict[str, Any] = report.get('value', report)
    return value


def held(lagoon: Lagoon, person: str) -> int:
    """The number of a delivery that drops one of two meters, and waits."""
    report = report_of(hand_in(lagoon, person, table(f'a;1;owner of a;{E0};{N0}')))
    assert report['held'] == ['loss'], report
    return int(report['delivery'])


def preview(lagoon: Lagoon, person: str, number: int, **reading: str) -> Any:
    return execute(lagoon, person, 'preview-delivery', {'delivery': number, **reading})


@pytest.mark.parametrize('layer', ['meters', 'complaints'])
def test_what_was_sent_is_not_for_who_does_not_see_all_of_its_layer(lagoon: Lagoon, layer: str) -> None:
    """The original of meters has the column `owner`, that of complaints has both districts."""
    number = delivery_of(layer).id
    editor, steward = lagoon.client('editor'), lagoon.client('steward')
    listed = {delivery['id'] for delivery in editor.get('/api/deliveries?f=json').get_json()['deliveries']}
    assert number not in listed
    assert delivery_of('wells').id in listed
    for part in PARTS:
        assert editor.get(f'/api/deliveries/{number}{part}').status_code == 404, part
    assert steward.get(f'/api/deliveries/{number}/original').status_code == 200
    decision = {'delivery': number, 'decision': 'return', 'reason': 'x'}
    for process, inputs in (('decide-delivery', decision), ('preview-delivery', {'delivery': number})):
        answer = execute(lagoon, 'editor', process, inputs)
        assert (answer.status_code, answer.get_json()['code']) == (404, 'NoSuchDelivery'), process


def test_who_sent_a_file_follows_it_and_has_no_preview_of_columns_that_they_do_not_see(lagoon: Lagoon) -> None:
    """Old values in a preview come from the layer."""
    number = held(lagoon, 'editor')
    editor, steward = lagoon.client('editor'), lagoon.client('steward')
    listed = editor.get('/api/deliveries?f=json').get_json()['deliveries']
    assert number in {delivery['id'] for delivery in listed}
    assert editor.get(f'/api/deliveries/{number}/original').status_code == 200
    assert preview(lagoon, 'editor', number).status_code == 200
    changes = f'/api/deliveries/{number}/changes'
    refused = editor.get(f'{changes}?f=json')
    assert (refused.status_code, refused.get_json(force=True)['code']) == (404, 'NoPreview')
    assert editor.get(f'{changes}/tiles/WebMercatorQuad/0/0/0').status_code == 404
    assert 'owner of b' in steward.get(f'{changes}?f=json').get_data(as_text=True)
    undone = execute(lagoon, 'steward', 'decide-delivery', {'delivery': number, 'decision': 'return', 'reason': 'x'})
    assert undone.status_code == 200


def test_a_conflict_tells_who_does_not_see_the_column_that_there_is_one(lagoon: Lagoon) -> None:
    """An edit and the file differ in `owner`: report, receipt and the settling of it show no served value."""
    steward, editor = lagoon.client('steward'), lagoon.client('editor')
    edited = steward.patch(
        '/api/collections/meters/items/1', json={'properties': {'owner': SERVED}}, content_type='application/geo+json'
    )
    assert edited.status_code in (200, 204), edited.get_data(as_text=True)
    answer = hand_in(lagoon, 'editor', table(f'a;1;somebody else;{E0};{N0}'), mode='upsert')
    report = report_of(answer)
    assert (report['merge']['held'], report['merge']['rows']) == (1, [])
    assert SERVED not in answer.get_data(as_text=True)
    here = f'/api/deliveries/{report["delivery"]}'
    for part in ('?f=json', '?f=html', '/receipt'):
        assert SERVED not in editor.get(f'{here}{part}').get_data(as_text=True), part
        assert part == '?f=html' or SERVED in steward.get(f'{here}{part}').get_data(as_text=True), part
    in_folder = shown_in_a_folder(shown(report['delivery']), lagoon.locality).report
    assert in_folder is not None
    assert SERVED not in in_folder.model_dump_json()
    (conflict,) = steward.get('/api/edits/conflicts').get_json()['conflicts']
    settled = {'conflict': conflict['id'], 'take': 'edit', 'reason': 'x'}
    refused = execute(lagoon, 'editor', 'settle-conflict', settled)
    assert (refused.status_code, refused.get_json()['code']) == (404, 'NoConflict')
    assert execute(lagoon, 'steward', 'settle-conflict', settled).status_code == 200


def test_no_mail_tells_of_deliveries_that_its_reader_does_not_find_at_the_desk(lagoon: Lagoon) -> None:
    told = {
        person: {layer for layer in LAYERS if may_decide_on(addressee(person), layer, lagoon.locality)}
        for person in ('editor', 'steward')
    }
    assert told == {'editor': {'wells'}, 'steward': set(LAYERS)}


def addressee(person: str) -> Addressee:
    role, agency = PEOPLE[person]
    return Addressee(
        id=uuid4(), name=person, title=person, email='a@example.vn', language='vi', role=role, agency=agency
    )


def test_a_units_office_previews_its_own_part_of_a_layer_alone(lagoon: Lagoon) -> None:
    """Read for all of the layer, the report would count what others have in it."""
    number = _sent_by_office(lagoon.locality)
    for scope in ('all', 'unit=2'):
        answer = preview(lagoon, 'office', number, scope=scope)
        assert (answer.status_code, answer.get_json()['code']) == (400, 'InvalidInput'), scope
        assert 'unit=1' in answer.get_json()['description']
    assert preview(lagoon, 'steward', number, scope='all').status_code == 200
    execute(lagoon, 'steward', 'decide-delivery', {'delivery': number, 'decision': 'return', 'reason': 'x'})


def test_who_sees_some_rows_reads_no_counts_of_the_others(lagoon: Lagoon) -> None:
    """The file has the complaint that the editor sees, and not the other one: how many go, or how far they lie, is
    what they could try hidden rows by."""
    steward, editor = lagoon.client('steward'), lagoon.client('editor')
    file = table(f'b;2;;{E0 + 2_000};{N0}')
    for more in ({'dry_run': True}, {'dry_run': True, 'crs': None}, {'dry_run': True, 'mode': 'upsert'}, {}):
        answer = hand_in(lagoon, 'editor', file, 'complaints', **more)
        must_count_nothing_served(report_of(answer))
        assert not COUNTED.search(answer.get_data(as_text=True)), more
        by_steward = report_of(hand_in(lagoon, 'steward', file, 'complaints', **{'dry_run': True, **more}))
        if more.get('crs', '') is not None:
            assert by_steward['diff']['closed'] == int('mode' not in more)
    number = report_of(answer)['delivery']
    must_count_nothing_served(report_of(preview(lagoon, 'editor', number)))
    assert report_of(preview(lagoon, 'steward', number))['diff']['closed'] == 1
    here = f'/api/deliveries/{number}'
    must_count_nothing_served(editor.get(f'{here}?f=json').get_json()['report'])
    for part in ('?f=html', '/receipt'):
        assert not COUNTED.search(editor.get(f'{here}{part}').get_data(as_text=True)), part
    assert steward.get(f'{here}?f=json').get_json()['report']['diff']['closed'] == 1
    assert COUNTED.search(steward.get(f'{here}/receipt').get_data(as_text=True))
    execute(lagoon, 'steward', 'decide-delivery', {'delivery': number, 'decision': 'return', 'reason': 'x'})


# What notes and pages say of rows that are served: `bỏ 1 đối tượng`, `drops 1 present`, `1 bỏ`, a distance.
COUNTED = re.compile(r'bỏ 1|drops 1|1 (<[^>]*>)?bỏ|median|trung vị')


def must_count_nothing_served(report: dict[str, Any]) -> None:
    assert (report['diff'], report['merge'], report['seen'], report['unchanged']) == (None, None, {}, False)
    assert {each['score'] for each in report['crs']['candidates']} <= {0}
    assert not re.search(COUNTED.pattern + '|[0-9] ?%', str(report['notes']) + str(report['crs'])), report
    assert 'uncounted' not in str(report)


def test_what_a_note_advises_stewards_is_for_them_alone(lagoon: Lagoon) -> None:
    """Commands of the platform: in what a run answers, and at the desk."""
    file = table(f'a;1;owner of a;{E0};{N0}')
    advised = {
        person: report_of(hand_in(lagoon, person, file, 'wells', dry_run=True))['notes']
        for person in ('steward', 'editor')
    }
    assert any('steward' in note for note in advised['steward'])
    assert 'steward' not in str(advised['editor'])
    assert '--' not in str(advised['editor'])
    assert [note['en'] for note in advised['steward']] == [note['en'] for note in advised['editor']]
    number = _sent_by_office(lagoon.locality)
    office, steward = (
        lagoon.client(person).get(f'/api/deliveries/{number}?f=json') for person in ('office', 'steward')
    )
    assert 'steward' not in str(office.get_json()['report']['notes'])
    assert 'steward' in str(steward.get_json()['report']['notes'])
    assert office.get_json()['report']['diff'], 'what an office changes in its own unit it reads'
    execute(lagoon, 'steward', 'decide-delivery', {'delivery': number, 'decision': 'return', 'reason': 'x'})


def _sent_by_office(locality: Locality) -> int:
    """A delivery that waits, as if units were released: the place has none."""
    file = locality.path.parent / 'office.csv'
    file.write_text(f'code;district;X;Y\na;1;{E0};{N0}\n', encoding='utf-8')
    report = deliver(file, DeliveryOptions(layer='wells', agency='district_1', crs='EPSG:9209'), locality)
    assert report.held == ['loss'], report
    assert report.delivery is not None
    return report.delivery

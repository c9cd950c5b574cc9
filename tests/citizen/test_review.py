"""Reviewers see what came, and decide: a report becomes a feature by a release, or is refused with a reason."""

import io
import json
import math
import threading
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from PIL import Image

from dothi.core.crs import WGS84, proj_string, transformer
from etl.citizen.review import expire_reports
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from tests.access.test_desk_schemas import as_json_schema
from tests.citizen.conftest import PLACE_OF_HOLE, City, encoded, faults_of, jpeg, report, rows

REPORTS = '/api/received-reports'


@pytest.fixture
def code(city: City) -> str:
    """The code of a report with photo and contact, which is number 1."""
    answer = city.send(contact='0912 345 678', photo=encoded(jpeg()))
    assert answer.status_code == 201
    return str(answer.get_json(force=True)['tracking_code'])


def decide(city: City, number: int, decision: str, person: str = 'reviewer', tag: str = '', **members: Any) -> Any:
    headers = {'If-Match': tag} if tag else {}
    body = {'decision': decision, **members}
    return city.office(person).post(f'{REPORTS}/{number}/decision?lang=en', json=body, headers=headers)


def state(city: City, code: str) -> dict[str, Any]:
    return dict(city.public().get(f'/api/reports/{code}?lang=en').get_json(force=True))


def test_a_reviewer_sees_what_was_reported(city: City, code: str) -> None:
    document = city.office().get(f'{REPORTS}?lang=en').get_json(force=True)
    assert document['counts'] == {'received': 1, 'accepted': 0, 'refused': 0}
    (line,) = document['reports']
    assert (line['text'], line['kind_title'], line['place']) == (report()['text'], 'Hole', [*PLACE_OF_HOLE])
    whole = city.office().get(f'{REPORTS}/1?lang=en').get_json(force=True)
    assert whole['contact'] == '0912 345 678'
    # in English too: errors are told in it
    photo = city.office().get(f'{REPORTS}/1/photo?lang=en')
    assert (photo.content_type, photo.headers['Cache-Control']) == ('image/jpeg', 'no-store, private')
    assert photo.headers['X-Content-Type-Options'] == 'nosniff'
    assert Image.open(io.BytesIO(photo.get_data())).size == (400, 300)
    # how to reach its sender is in no list, and its sender's code nowhere
    assert '0912' not in json.dumps(document)
    assert code not in json.dumps([document, whole])


def test_answers_are_as_the_document_says(city: City, code: str) -> None:
    described = city.office().get('/api/openapi/templated').get_json(force=True)
    components = as_json_schema(described['components'])
    addresses = {'/received-reports': REPORTS, '/received-reports/{number}': f'{REPORTS}/1'}
    for path, address in addresses.items():
        schema = described['paths'][path]['get']['responses']['200']['content']['application/json']['schema']
        validator = Draft202012Validator({**as_json_schema(schema), 'components': components})
        assert [*validator.iter_errors(city.office().get(address).get_json(force=True))] == []
    described = city.public().get('/api/openapi/templated').get_json(force=True)
    for path, address in (('/reports', '/api/reports'), ('/reports/{code}', f'/api/reports/{code}')):
        schema = described['paths'][path]['get']['responses']['200']['content']['application/json']['schema']
        validator = Draft202012Validator(
            {**as_json_schema(schema), 'components': as_json_schema(described['components'])}
        )
        assert [*validator.iter_errors(city.public().get(address).get_json(force=True))] == []


@pytest.mark.parametrize('person', ['other', 'viewer'])
def test_who_may_not_decide_on_the_layer_sees_nothing(city: City, code: str, person: str) -> None:
    """One may decide on another layer, one on none."""
    for address in (REPORTS, f'{REPORTS}/1', f'{REPORTS}/1/photo', f'{REPORTS}/9'):
        answer = city.office(person).get(address)
        assert answer.status_code == 403
        assert 'Ổ gà' not in answer.get_data(as_text=True)
    assert decide(city, 1, 'accept', person).status_code == 403
    assert state(city, code)['status'] == 'received'


def test_nobody_without_a_sign_in_sees_anything(city: City, code: str) -> None:
    stranger = city.clients['internal'].test_client()
    for address in (REPORTS, f'{REPORTS}/1', f'{REPORTS}/1/photo'):
        assert stranger.get(address).status_code == 401
    features = city.public().get('/api/collections/problems/items?f=json').get_data(as_text=True)
    assert 'CD-' not in features


def test_an_accepted_report_is_a_feature_of_the_layer(city: City, code: str) -> None:
    before = rows('select max(number) from catalog.release')[0][0]
    answer = decide(city, 1, 'accept', tag='"1-received-whole"')
    assert answer.status_code == 200, answer.get_data(as_text=True)
    ((number, origin, by, note, added),) = rows(
        'select number, origin, released_by, note, rows_added from catalog.release where number > %s', before
    )
    assert (origin, by, note, added) == ('edit', 'city-reviewer', 'citizen report 1', 1)
    ((values, x, y),) = rows(
        "select to_jsonb(l) - '{id,geom,geom_wgs84,release_from}'::text[], st_x(geom), st_y(geom)"
        " from layer.problems as l where code like 'CD-%%'"
    )
    ((received,),) = rows('select to_jsonb(received_at) from citizen.report')
    assert values == {
        'code': 'CD-000001',
        'what': 'hole',
        'note': None,
        'state': 'open',
        'district': '7',
        'since': received,
    }
    # the middle of the cell of 100 m in which it was reported, worked out by hand from the same place
    east, north = transformer(proj_string(WGS84), proj_string(9209)).transform(*PLACE_OF_HOLE)
    assert (x, y) == (math.floor(east / 100) * 100 + 50, math.floor(north / 100) * 100 + 50)
    assert (x, y) != (east, north)
    decided = answer.get_json(force=True)
    assert (decided['status'], decided['decided_by'], decided['release']) == ('accepted', 'city-reviewer', number)
    assert state(city, code)['status'] == 'accepted'
    features = city.public().get('/api/collections/problems/items?f=json&code=CD-000001').get_json(force=True)
    # neither words nor contact nor the exact place are in what is public
    assert 'Ổ gà sâu' not in json.dumps(features, ensure_ascii=False)
    assert '0912' not in json.dumps(features)
    assert {*rows("select action, detail ->> 'citizen_report' from access.log order by number desc limit 2")} == {
        ('citizen_report.accepted', '1'), ('release.edit', None),
    }  # fmt: skip


def test_the_next_delivery_leaves_the_feature_alone(city: City, code: str, tmp_path: Path) -> None:
    """The office's whole list, which does not know of it, replaces what the office delivered before."""
    assert decide(city, 1, 'accept').status_code == 200
    feature = {
        'type': 'Feature', 'properties': {'code': 'A2', 'what': 'lamp', 'state': 'open'},
        'geometry': {'type': 'Point', 'coordinates': [106.14, 20.44]},
    }  # fmt: skip
    file = tmp_path / 'problems.geojson'
    file.write_text(json.dumps({'type': 'FeatureCollection', 'features': [feature]}), encoding='utf-8')
    delivered = deliver(file, DeliveryOptions(layer='problems', crs='EPSG:4326'), city.locality)
    assert delivered.verdict == 'accepted', delivered
    assert rows('select code from layer.problems order by code') == [('A2',), ('CD-000001',)]


def test_a_reviewer_puts_the_kind_right(city: City, code: str) -> None:
    assert faults_of(decide(city, 1, 'accept', kind='noise')) == {'/kind': 'domain'}
    assert decide(city, 1, 'accept', kind='lamp').status_code == 200
    assert rows("select what from layer.problems where code = 'CD-000001'") == [('lamp',)]
    assert city.office().get(f'{REPORTS}/1').get_json()['kind'] == 'lamp'


def test_a_refused_report_changes_no_layer_and_its_sender_reads_why(city: City, code: str) -> None:
    before = rows('select count(*) from catalog.release')
    for reason in ('', '  ', '\u200b', '\u3164 \u200e'):
        assert decide(city, 1, 'refuse', reason=reason).status_code == 400
    for reason in ('abc\u202edef', 'abc\x07'):
        assert faults_of(decide(city, 1, 'refuse', reason=reason)) == {'/reason': 'unsound_text'}
    assert decide(city, 1, 'refuse', reason='Đường này do tỉnh khác quản lý').status_code == 200
    assert rows('select count(*) from catalog.release') == before
    document = state(city, code)
    assert (document['status'], document['reason']) == ('refused', 'Đường này do tỉnh khác quản lý')
    assert document['decided_at']


def test_a_decision_is_made_once_on_what_was_seen(city: City, code: str) -> None:
    tag = city.office().get(f'{REPORTS}/1').headers['ETag']
    assert decide(city, 1, 'refuse', tag='"1-accepted-whole"', reason='cũ').status_code == 412
    assert decide(city, 1, 'perhaps').status_code == 400
    assert decide(city, 1, 'accept', spot='x').status_code == 400
    assert decide(city, 9, 'accept').status_code == 404
    assert decide(city, 1, 'refuse', tag=tag, reason='trùng').status_code == 200
    assert decide(city, 1, 'accept', tag=tag).status_code == 412
    again = decide(city, 1, 'accept')
    assert again.status_code == 409
    assert 'refused before' in again.get_json(force=True)['detail']
    assert state(city, code)['reason'] == 'trùng'


def test_of_ten_who_accept_at_once_one_does(city: City, code: str) -> None:
    barrier, answers = threading.Barrier(10), []

    def accept() -> None:
        barrier.wait(60)
        answers.append(decide(city, 1, 'accept').status_code)

    threads = [threading.Thread(target=accept) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert sorted(answers) == [200] + [409] * 9
    assert rows("select count(*) from layer.problems where code = 'CD-000001'") == [(1,)]


def test_what_the_layer_cannot_take_stays_undecided(city: City, code: str) -> None:
    """Its code is that of a feature which somebody else has made."""
    assert decide(city, 1, 'accept').status_code == 200
    rows("update citizen.report set status = 'received', decided_at = null, release = null")
    answer = decide(city, 1, 'accept')
    assert faults_of(answer) == {'/properties/code': 'key_duplicate'}
    assert state(city, code)['status'] == 'received'


def test_what_waits_comes_first_and_pages_are_turned(city: City) -> None:
    for number in range(4):
        assert city.send(f'192.0.2.{number}').status_code == 201
    assert decide(city, 1, 'refuse', reason='trùng').status_code == 200
    assert decide(city, 3, 'refuse', reason='trùng').status_code == 200

    def listed(query: str) -> list[int]:
        return [each['id'] for each in city.office().get(f'{REPORTS}?{query}').get_json(force=True)['reports']]

    assert listed('') == [2, 4, 3, 1]
    assert listed('limit=2&offset=1') == [4, 3]
    assert listed('status=refused') == [3, 1]
    assert city.office().get(f'{REPORTS}?status=lost').status_code == 400


def test_what_came_from_people_goes_when_its_term_ends(city: City, code: str) -> None:
    """Of 30 days: one report is accepted, one is refused, one waits, and one is a day younger."""
    for number in range(3):
        assert city.send(f'192.0.2.{number}', contact='x@example.vn', photo=encoded(jpeg())).status_code == 201
    assert decide(city, 1, 'accept').status_code == 200
    assert decide(city, 2, 'refuse', reason='trùng').status_code == 200
    rows("update citizen.report set received_at = now() - interval '30 days 1 minute' where id <= 3")
    rows("update citizen.report set received_at = now() - interval '29 days' where id = 4")
    assert expire_reports() == 3
    assert expire_reports() == 0
    assert rows(
        """select id, words is null, contact is null, place is null, idempotency_key is null
           from citizen.report order by id"""
    ) == [
        (1, True, True, True, True),
        (2, True, True, True, True),
        (3, True, True, False, True),
        (4, False, False, False, False),
    ]
    assert rows('select report_id from citizen.photo') == [(4,)]
    # what became of it can still be looked up, and what waits can be decided on
    assert state(city, code)['status'] == 'accepted'
    assert city.office().get(f'{REPORTS}/2/photo').status_code == 404
    assert decide(city, 3, 'accept', tag='"3-received-whole"').status_code == 412
    assert decide(city, 3, 'accept').status_code == 200
    assert expire_reports() == 0
    assert rows('select place is null from citizen.report where id = 3') == [(True,)]


def test_salts_of_days_that_are_over_go_too(city: City, code: str) -> None:
    assert expire_reports() == 0
    assert rows('select count(*) from citizen.day') == [(1,)]
    rows('update citizen.day set day = day - 1')
    expire_reports()
    assert rows('select count(*) from citizen.day') == rows('select count(*) from citizen.sender') == [(0,)]

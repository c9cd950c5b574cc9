"""A citizen sends a report: it is looked at, counted, taken once, and seen by nobody before its review."""

import json
import re
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import psycopg2
import pytest
from werkzeug.test import TestResponse

from dothi.api.app import create_app
from dothi.core import database as core_database
from dothi.core.database import database_url
from dothi.core.layer import Audience
from dothi.core.migrate import migrate
from tests.citizen.conftest import ADDRESS, PLACE_OF_HOLE, City, encoded, faults_of, jpeg, report, rows, write_city

SUBMIT = 'select outcome, code from citizen.submit(%s, %s, %s, %s, %s, %s, %s, %s)'


def code_of(answer: TestResponse) -> str:
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return str(answer.get_json(force=True)['tracking_code'])


def test_a_report_is_taken_and_its_sender_looks_up_what_became_of_it(city: City) -> None:
    answer = city.send(contact='0912 345 678')
    code = code_of(answer)
    assert re.fullmatch(r'([0-9A-Z]{4}-){4}[0-9A-Z]{4}', code)
    assert answer.headers['Location'].endswith(f'/api/reports/{code}')
    state = city.public('198.51.100.1').get(f'/api/reports/{code}?lang=en')
    assert state.headers['Cache-Control'] == 'no-store'
    document = state.get_json(force=True)
    assert (document['status'], document['reason'], document['decided_at']) == ('received', None, None)
    # nothing of what was reported, and not how to reach its sender
    assert {*document} == {
        'tracking_code', 'status', 'status_title', 'links', 'received_at', 'decided_at', 'reason',
    }  # fmt: skip
    ((kind, words, contact, lon, lat),) = rows(
        'select kind, words, contact, st_x(place), st_y(place) from citizen.report'
    )
    assert (kind, words, contact, lon, lat) == ('hole', report()['text'], '0912 345 678', *PLACE_OF_HOLE)


def test_a_code_may_be_typed_as_people_type_it(city: City) -> None:
    code = code_of(city.send())
    rows("update citizen.report set tracking_code = '0101-AAAA-BBBB-CCCC-DDDD'")
    for typed in ('oLoi aaaa bbbb cccc dddd', '0101aaaabbbbccccdddd', '0101-AAAA-BBBB-CCCC-DDDD'):
        assert city.public().get(f'/api/reports/{typed}').status_code == 200, typed
    slashes = city.public().get('/api/reports/0101/AAAA/BBBB/CCCC/DDDE?lang=en')
    assert slashes.get_json(force=True)['description'].startswith('No report has this code.')
    assert city.public().get('/api/reports/0101%2FAAAA%2FBBBB%2FCCCC%2FDDDD').status_code == 200
    for typed in (code, '0101-AAAA-BBBB-CCCC-DDDE', '0101', "'", '%25', 'x' * 300):
        assert city.public().get(f'/api/reports/{typed}').status_code == 404, typed


@pytest.mark.parametrize(
    ('members', 'faults'),
    [
        ({'place': [106.17, 21.5]}, {'/place': 'outside_locality'}),
        ({'place': [20.43, 106.17]}, {'/place': 'outside_locality'}),
        ({'place': [10**400, 20]}, {'/place': 'outside_locality'}),
        ({'place': None}, {'/place': 'type'}),
        ({'place': ['106.17', '20.43']}, {'/place': 'type'}),
        ({'place': [True, 20.43]}, {'/place': 'type'}),
        ({'place': [106.17, 20.43, 3]}, {'/place': 'type'}),
        ({'kind': 'noise'}, {'/kind': 'domain'}),
        ({'kind': None, 'text': None}, {'/kind': 'domain', '/text': 'length'}),
        ({'kind': 7}, {'/kind': 'type'}),
        ({'text': 'ngắn'}, {'/text': 'length'}),
        ({'text': '   ngắn          '}, {'/text': 'length'}),
        ({'text': '\u200b' * 12}, {'/text': 'length'}),
        ({'text': '\u3164\u200e' * 9}, {'/text': 'length'}),
        ({'text': 'abc' + '\U000e0041' * 20}, {'/text': 'length'}),
        # the middle of its cell lies beyond the extent
        ({'place': [105.0000001, 20.0]}, {'/place': 'outside_locality'}),
        ({'text': 'dài ' * 51}, {'/text': 'length'}),
        ({'text': 'một ổ gà \x1b[2J ở đây'}, {'/text': 'unsound_text'}),
        ({'text': 'một ổ gà \u202e ở đây'}, {'/text': 'unsound_text'}),
        ({'contact': '0' * 201}, {'/contact': 'length'}),
        ({'photo': 'không phải base64'}, {'/photo': 'photo'}),
    ],
)
def test_what_is_wrong_is_named_with_its_place_and_nothing_is_kept(
    city: City, members: dict[str, Any], faults: dict[str, str]
) -> None:
    assert faults_of(city.send(**members)) == faults
    assert rows('select count(*) from citizen.report') == [(0,)]


@pytest.mark.parametrize(
    'body', ['', '[]', 'null', '{', '{"place": [1, 2], "kind": "hole", "text": "\\u0000 mười ký tự"}', '{"plaice": 1}']
)
def test_a_body_that_is_no_report_is_refused(city: City, body: str) -> None:
    answer = city.public().post('/api/reports', data=body, content_type='application/json')
    assert answer.status_code == 400
    assert answer.get_json(force=True)['code'] == 'NoReport'


def test_accents_are_composed_and_line_ends_stay(city: City) -> None:
    code_of(city.send(text='O\u0302\u0309 gà\r\nở đây, sâu'))
    ((words,),) = rows('select words from citizen.report')
    assert words == 'Ổ gà\r\nở đây, sâu'


def test_a_page_of_another_site_sends_nothing(city: City) -> None:
    for headers in (
        {'Origin': 'https://other.example'}, {'Origin': 'null'}, {'Sec-Fetch-Site': 'cross-site'},
    ):  # fmt: skip
        assert city.send(headers=headers).status_code == 403
    form = city.public().post('/api/reports', data={'kind': 'hole'})
    assert form.status_code == 415
    assert rows('select count(*) from citizen.report') == [(0,)]
    assert city.send(headers={'Origin': 'http://localhost'}).status_code == 201


def test_a_large_body_is_for_photos_alone(city: City) -> None:
    """2 MB of photo in base64 are taken; one more, and 1.1 MB at another address, are not."""
    assert faults_of(city.send(photo=encoded(b'x' * (2 * 2**20)))) == {'/photo': 'photo'}
    assert faults_of(city.send(photo=encoded(b'x' * (2 * 2**20 + 1)))) == {'/photo': 'photo'}
    assert city.send(photo=encoded(b'x' * (3 * 2**20))).status_code == 413
    other = city.public().post(
        '/api/processes/geocode/execution', data=b' ' * 1_100_000, content_type='application/json'
    )
    assert other.status_code == 413


def test_a_report_that_is_sent_twice_is_one(city: City) -> None:
    key = {'Idempotency-Key': str(uuid4())}
    photo = encoded(jpeg())
    first, again = (code_of(city.send(headers=key, photo=photo)) for _ in range(2))
    assert first == again
    # from the telephone's network, after the wireless one broke
    assert (
        code_of(city.send('198.51.100.9', headers={'Idempotency-Key': f'"{key["Idempotency-Key"]}"'}, photo=photo))
        == first
    )
    assert rows('select count(*) from citizen.report') == [(1,)]
    other = city.send(headers=key, text='Một chuyện khác hẳn ở đây')
    assert other.status_code == 409
    assert first not in other.get_data(as_text=True)
    assert city.send(headers={'Idempotency-Key': 'một'}).status_code == 400


def at_once(calls: list[list[Any]]) -> list[tuple[str, str | None]]:
    """What each call of citizen.submit answers, all begun at one moment, each on a connection of its own."""
    url = database_url('reporter').set(drivername='postgresql').render_as_string(hide_password=False)
    barrier = threading.Barrier(len(calls))
    answers: list[Any] = []

    def call(values: list[Any]) -> None:
        db = psycopg2.connect(url)
        try:
            barrier.wait(60)
            with db, db.cursor() as cursor:
                cursor.execute(SUBMIT, values)
                answers.append(cursor.fetchone())
        finally:
            db.close()

    threads = [threading.Thread(target=call, args=(values,)) for values in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return answers


def values_of(address: str, key: str | None = None) -> list[Any]:
    return [key or str(uuid4()), address, 'hole', *PLACE_OF_HOLE, report()['text'], '', None]


def test_fifty_at_once_from_one_address_are_five(city: City) -> None:
    answers = at_once([values_of(ADDRESS) for _ in range(50)])
    assert sorted(outcome for outcome, _ in answers) == ['received'] * 5 + ['too_many'] * 45
    assert rows('select count(*) from citizen.report') == [(5,)]


def test_fifty_at_once_from_everywhere_are_as_many_as_a_day_takes(city: City) -> None:
    answers = at_once([values_of(f'203.0.113.{number}') for number in range(50)])
    assert sorted(outcome for outcome, _ in answers) == ['full'] * 30 + ['received'] * 20
    assert rows('select count(*) from citizen.report') == [(20,)]


def test_twenty_times_the_same_at_once_is_one(city: City) -> None:
    key = str(uuid4())
    answers = at_once([values_of(ADDRESS, key) for _ in range(20)])
    assert sorted(outcome for outcome, _ in answers) == ['again'] * 19 + ['received']
    assert len({code for _, code in answers}) == 1
    assert rows('select reports from citizen.sender') == [(1,)]


def test_who_has_sent_enough_is_told_when_to_come_again(city: City) -> None:
    """Of IPv6 a network of 64 bits is one sender; another address is another one."""
    for number in range(5):
        code_of(city.send(f'2001:db8::{number}'))
    answer = city.send('2001:db8::ffff')
    assert answer.status_code == 429
    now = datetime.now(ZoneInfo('Asia/Ho_Chi_Minh'))
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    assert abs(int(answer.headers['Retry-After']) - (midnight - now).total_seconds()) < 60
    code_of(city.send('2001:db8:1::1'))


def test_who_has_sent_enough_is_told_before_their_photo_is_opened(city: City) -> None:
    """What is no photo is found out by opening it, and would be 422; sent again, a report is there all the same."""
    key = {'Idempotency-Key': str(uuid4())}
    photo = encoded(jpeg())
    code = code_of(city.send(headers=key, photo=photo))
    for _ in range(4):
        code_of(city.send())
    refused = city.send(photo=encoded(b'no photo at all'))
    assert refused.status_code == 429, refused.get_data(as_text=True)
    assert int(refused.headers['Retry-After']) > 0
    assert code_of(city.send(headers=key, photo=photo)) == code
    assert city.send('198.51.100.7', photo=encoded(b'no photo at all')).status_code == 422


def test_on_a_full_day_no_photo_is_opened(city: City) -> None:
    for number in range(20):
        code_of(city.send(f'198.51.100.{number}'))
    assert city.send('198.51.100.99', photo=encoded(b'no photo at all')).status_code == 429


def test_a_report_has_no_page_of_its_own(city: City) -> None:
    """Who wants a page is told that there is none, and nothing is sent."""
    answer = city.public().post('/api/reports?f=html&lang=en', json=report())
    assert (answer.status_code, rows('select count(*) from citizen.report')) == (400, [(0,)])
    assert 'html' in answer.get_data(as_text=True)


def test_a_proxy_that_is_not_trusted_names_no_sender(city: City) -> None:
    for number in range(5):
        code_of(city.send(headers={'X-Forwarded-For': f'198.51.100.{number}'}))
    assert city.send(headers={'X-Forwarded-For': '198.51.100.99'}).status_code == 429


def test_no_address_is_kept_and_a_day_that_is_over_tells_nothing(city: City) -> None:
    code_of(city.send())
    (first,) = rows('select address_hmac, salt from citizen.sender join citizen.day using (day)')
    whole = json.dumps(rows('select to_jsonb(r), to_jsonb(s) from citizen.report r, citizen.sender s'), default=str)
    assert ADDRESS not in whole
    rows('update citizen.day set day = day - 1')
    code_of(city.send())
    (second,) = rows('select address_hmac, salt from citizen.sender join citizen.day using (day)')
    assert bytes(first[0]) != bytes(second[0])
    assert rows('select count(*), max(reports) from citizen.day') == [(1, 1)]


def test_the_form_and_its_limits_are_described(city: City) -> None:
    document = city.public().get('/api/reports?lang=en').get_json(force=True)
    assert document['kinds'] == [{'id': 'hole', 'title': 'Hole'}, {'id': 'lamp', 'title': 'Dead lamp'}]
    assert (document['max_characters'], document['keep_days'], document['max_photo_bytes']) == (200, 30, 2 * 2**20)
    described = city.public().get('/api/openapi?f=json').get_json(force=True)['paths']
    schema = described['/reports']['post']['requestBody']['content']['application/json']['schema']
    assert schema['properties']['kind']['enum'] == ['hole', 'lamp']
    assert {*described} >= {'/reports', '/reports/{code}'}
    assert not {path for path in described if 'received' in path}
    links = city.public().get('/api?f=json').get_json(force=True)['links']
    assert [each['href'] for each in links if each['rel'] == 'dothi:report'] == ['http://127.0.0.1:5001/?report=new']


def test_the_internal_service_takes_no_reports(city: City) -> None:
    # as every address that is none
    assert city.office().post('/api/reports', json=report()).status_code == 404
    assert city.public().get('/api/received-reports').status_code == 404


@pytest.mark.own_database
def test_a_locality_that_does_not_name_it_takes_none(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Switched off again, neither service has the address, and the database takes nothing from who calls it."""
    closed = write_city(tmp_path / 'locality', 'time_zone: Asia/Ho_Chi_Minh\n')
    monkeypatch.setenv('DOTHI_LOCALITY', str(closed.path))
    try:
        assert migrate(closed).citizen_reports == ['citizen reports: closed']
        addresses: dict[Audience, str] = {'public': '/api/reports', 'internal': '/api/received-reports'}
        for audience, path in addresses.items():
            client = create_app(audience).test_client()
            client.environ_base['HTTP_AUTHORIZATION'] = f'Bearer {city.keys["reviewer"]}'
            assert client.get(path).status_code == 404
            paths = client.get('/api/openapi?f=json').get_json(force=True)['paths']
            assert not [address for address in paths if 'reports' in address]
        assert at_once([values_of(ADDRESS)]) == [('off', None)]
    finally:
        monkeypatch.setenv('DOTHI_LOCALITY', str(city.locality.path))
        assert migrate(city.locality).citizen_reports == ['citizen reports: open']
        core_database.fresh()
    assert migrate(city.locality).citizen_reports == []
    assert at_once([values_of(ADDRESS)])[0][0] == 'received'


def test_the_service_says_so_where_the_database_was_told_other_rules(city: City) -> None:
    rows("update citizen.rules set kinds = '{lamp}'")
    try:
        assert faults_of(city.send()) == {'': 'rules'}
    finally:
        rows("update citizen.rules set kinds = '{hole,lamp}'")


def test_received_at_is_now(city: City) -> None:
    code_of(city.send())
    ((moment,),) = rows('select received_at from citizen.report')
    assert abs(moment - datetime.now(UTC)) < timedelta(minutes=5)

"""The plugin's windows of the desk and of the past, in QGIS for real, on a running service with its worker."""

import json
import os
import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from dothi.core.access.keys import make_key
from dothi.core.access.person import Action, Role
from dothi.core.database import connection
from dothi.core.locality import load_locality
from dothi.core.settings import PROJECT, PathSettings
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from tests.conftest import Instance, Province, serving
from tests.matrix import thorough
from tests.web.conftest import enter_person, working_on
from tests.web.desk_edits import enter_editor, open_conflict

CLIENT = Path(__file__).with_name('plugin_desk_client.py')
E0, N0 = 567_000.0, 2_258_000.0
COLUMNS = {'code': 'string', 'name': 'string', 'level': 'string', 'places': 'integer'}
SENDER, DECIDER = 'qgis-sender', 'qgis-decider'
MAY = {
    SENDER: [Action.SEE, Action.DELIVER, Action.DOWNLOAD, Action.RUN],
    DECIDER: [Action.SEE, Action.DELIVER, Action.DOWNLOAD, Action.RUN, Action.DECIDE],
}


@dataclass(frozen=True)
class PluginDesk:
    """A service with a worker, and people of it who use QGIS, with their keys."""

    place: Province
    keys: dict[str, str]

    def use(self, home: Path, do: str, name: str = SENDER, lang: str = 'vi', url: str = '', **work: Any) -> Any:
        """What comes of a function of the client, by one of the people. url: by which they reach the service."""
        environment = {'PATH': os.environ['PATH'], 'HOME': str(home), 'QT_QPA_PLATFORM': 'offscreen'}
        environment |= {'LC_ALL': 'C.UTF-8', 'PYTHONPATH': str(PROJECT / 'desktop'), 'LANG_OF_QGIS': lang}
        # nothing is left beside the sources, and a fault of QGIS says in which line of ours it came
        environment |= {'PYTHONDONTWRITEBYTECODE': '1', 'PYTHONFAULTHANDLER': '1'}
        environment |= {'PICTURES': os.environ['PICTURES']} if 'PICTURES' in os.environ else {}
        command = ['/usr/bin/python3', str(CLIENT), url or self.place.internal_url, do]
        given = json.dumps({'key': self.keys[name], **work})
        done = subprocess.run(
            command, input=given, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return json.loads(done.stdout.strip().splitlines()[-1])


@pytest.fixture(scope='module')
def desk(instance: Instance, province_template: str, shared_folder: Path) -> Iterator[PluginDesk]:
    folder = shared_folder / 'plugin-desk'
    environment = instance.environment(instance.create('plugin_desk', province_template), folder)
    with serving(environment, folder, ('internal', 'worker')) as place, working_on(place):
        with connection('gatekeeper') as db:
            people = {name: enter_person(name, Role.STEWARD) for name in MAY}
            keys = {name: make_key(db, people[name], 'QGIS', actions, 1) for name, actions in MAY.items()}
        yield PluginDesk(place, keys)
    instance.drop('plugin_desk')


def rows(statement: str, *values: object) -> list[tuple[Any, ...]]:
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def schools(prefix: str, count: int, **changed: Any) -> list[list[Any]]:
    """Rows of schools 10 m apart, from east to west of each other."""
    values = {'name': 'Trường giao từ QGIS', 'level': 'primary', 'places': 100} | changed
    return [[E0 + 10 * number, N0, f'{prefix}{number}', *values.values()] for number in range(count)]


def send_schools(folder: Path, prefix: str, places: dict[str, int], level: str = 'primary') -> None:
    """A delivery of schools in a line, by code with their places; the number of each is its place in the line."""
    lines = [f'{prefix}{code},Trường,{level},{value},{E0 + 10 * int(code)},{N0}' for code, value in places.items()]
    file = folder / 'truong.csv'
    file.write_text('\n'.join(['code,name,level,places,x,y', *lines]), encoding='utf-8')
    options = DeliveryOptions(layer='schools', crs='EPSG:9209', mode='upsert')
    deliver(file, options, load_locality(PathSettings().locality))


def compared_by_the_service(desk: PluginDesk, layer: str, **times: str) -> dict[str, int]:
    """What the analysis of the service counts between two times."""
    headers = {'Authorization': f'Bearer {desk.keys[SENDER]}', 'Prefer': 'wait'}
    address = f'{desk.place.internal_url}/api/processes/compare-releases/execution'
    inputs = {'layer': layer, 'zones': 'districts', **times}
    answer = requests.post(address, json={'inputs': inputs}, headers=headers, timeout=120)
    assert answer.status_code == 200, answer.text
    summary = answer.json()['summary']
    return {change: summary[change] for change in ('added', 'changed', 'removed')}


def test_a_selection_is_delivered_and_its_bad_rows_come_back(desk: PluginDesk, tmp_path: Path) -> None:
    """60 good rows and one of no known level are selected of 70: 60 are added, nothing else changes, one comes back."""
    table = [*schools('QD', 60), [E0 + 5, N0 + 50, 'QDBAD', 'Trường lạ', 'college', 1], *schools('QN', 9)]
    ((before,),) = rows('select count(*) from layer.schools')
    came = desk.use(
        tmp_path, 'deliver_selection', selected=61, target='schools',
        table={'columns': COLUMNS, 'rows': table, 'title': 'Trường học', 'crs': 'EPSG:9209'},
    )  # fmt: skip
    assert came['sent']['offered'] == {
        'target': 'schools', 'mode': 'upsert', 'only_selection': True,
        'explanation': 'Chỉ thêm và sửa; không bỏ gì.',
    }  # fmt: skip
    assert came['shown']['status'] == 'accepted', came
    assert 'thêm 60, đổi 0, bỏ 0' in came['shown']['text']
    assert came['shown']['asks'] is False
    assert rows('select count(*) from layer.schools') == [(before + 60,)]
    assert rows("select st_x(geom), st_y(geom) from layer.schools where code = 'QD7'") == [(E0 + 70, N0)]
    (bad,) = came['bad']
    assert (bad['crs'], len(bad['rows'])) == ('EPSG:9209', 1)
    (row,) = bad['rows']
    assert 'college' in row['ly_do']
    assert row['place'] == [E0 + 5, N0 + 50]
    assert row['ly_do'] in came['shown']['text']
    assert rows('select sender from catalog.delivery where id = %s', came['sent']['number']) == [(SENDER,)]


@contextmanager
def breaking_line(url: str, after_bytes: int, times: int) -> Iterator[str]:
    """An address that leads to the service, and breaks so often: each connection on which so many bytes were sent."""
    host, port = urlsplit(url).hostname, urlsplit(url).port
    breaks = threading.Semaphore(times)

    class Line(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection((host, port)) as service:
                answers = threading.Thread(target=forward, args=(service, self.request), daemon=True)
                answers.start()
                left = after_bytes
                while content := self.request.recv(65_536):
                    left -= len(content)
                    if left < 0 and breaks.acquire(blocking=False):
                        # the other thread, which reads, would keep it open
                        service.shutdown(socket.SHUT_RDWR)
                        return
                    service.sendall(content)

    with listening(Line) as address:
        yield address
    assert not breaks.acquire(blocking=False), 'the line broke less often'


@contextmanager
def dead_line(url: str, begins_with: bytes, seconds: float) -> Iterator[str]:
    """An address that leads to the service, and for so long to nothing, from the first of such requests on."""
    host, port = urlsplit(url).hostname, urlsplit(url).port
    first: list[float] = []

    class Line(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection((host, port)) as service:
                threading.Thread(target=forward, args=(service, self.request), daemon=True).start()
                while content := self.request.recv(65_536):
                    if begins_with in content and not first:
                        first.append(time.monotonic())
                    if first and time.monotonic() < first[0] + seconds:
                        service.shutdown(socket.SHUT_RDWR)
                        return
                    service.sendall(content)

    with listening(Line) as address:
        yield address
    assert first, 'nobody looked'


@contextmanager
def listening(handler: type[socketserver.BaseRequestHandler]) -> Iterator[str]:
    """An address whose connections are handled so, each in a thread."""
    with socketserver.ThreadingTCPServer(('127.0.0.1', 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f'http://127.0.0.1:{server.server_address[1]}'
        server.shutdown()


def forward(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while content := source.recv(65_536):
            target.sendall(content)


def uploads(desk: PluginDesk) -> dict[str, int]:
    """By id of what the sender has under way, how many bytes of it are there."""
    headers = {'Authorization': f'Bearer {desk.keys[SENDER]}'}
    answer = requests.get(f'{desk.place.internal_url}/api/uploads', headers=headers, timeout=30).json()
    return {each['id']: each['received_bytes'] for each in answer['uploads']}


def test_a_line_that_breaks_while_a_file_is_sent_costs_no_more_than_a_part(desk: PluginDesk, tmp_path: Path) -> None:
    """3 MB go in parts of 1 MB; the line breaks six times in the middle of one; QGIS itself tries it once more."""
    with breaking_line(desk.place.internal_url, 500_000, times=6) as url:
        came = desk.use(tmp_path, 'upload', url=url, size_bytes=3 * 2**20, cancel_at=1)
    assert came.get('shares', came)[-1] == 1
    assert uploads(desk)[came['upload']] == 3 * 2**20


def test_of_a_file_that_is_cancelled_nothing_stays(desk: PluginDesk, tmp_path: Path) -> None:
    before = uploads(desk)
    came = desk.use(tmp_path, 'upload', size_bytes=3 * 2**20, cancel_at=0.5)
    assert came == {'said': 'Đã hủy.', 'shares': [0, pytest.approx(1 / 3), pytest.approx(2 / 3)]}
    assert uploads(desk) == before


@thorough
def test_the_same_coordinates_in_another_system_arrive_in_place(desk: PluginDesk, tmp_path: Path) -> None:
    """20.429 N 106.1683 E is 569542.413 2259884.543 in the working system."""
    table = {
        'columns': COLUMNS, 'rows': [[106.1683, 20.429, 'QW1', 'Trường', 'primary', 1]], 'title': 'Khác',
        'crs': 'EPSG:4326',
    }  # fmt: skip
    came = desk.use(tmp_path, 'deliver_selection', selected=1, target='schools', table=table)
    assert came['shown']['status'] == 'accepted', came
    assert came['sent']['offered']['target'] == ''
    ((east, north),) = rows("select st_x(geom), st_y(geom) from layer.schools where code = 'QW1'")
    assert (east, north) == (pytest.approx(569_542.413, abs=0.01), pytest.approx(2_259_884.543, abs=0.01))


def test_a_question_is_answered_by_who_may_decide(desk: PluginDesk, tmp_path: Path) -> None:
    """A whole layer of two schools would remove all others: it waits, and is returned with a reason only."""
    # a file may take the place of the demonstration without a question
    send_schools(tmp_path, 'QA', {'1': 10})
    ((before,),) = rows('select count(*) from layer.schools')
    table = {'columns': COLUMNS, 'rows': schools('QL', 2), 'title': 'Schools', 'crs': 'EPSG:9209'}
    came = desk.use(
        tmp_path, 'answer', DECIDER, 'en', table=table, target='schools', mode='replace', crs='',
        reason='Only two of all schools', decision='return',
    )  # fmt: skip
    assert came['before']['status'] == 'diagnosed'
    assert 'whether so much is to go' in came['before']['text']
    assert {'Accept and release', 'Return'} <= {*came['before']['buttons']}
    assert 'Send again as answered' not in came['before']['buttons']
    assert came['after']['status'] == 'returned'
    assert '“Only two of all schools”' in came['after']['text']
    assert rows('select count(*) from layer.schools') == [(before,)]


@thorough
def test_columns_of_other_names_are_matched_when_the_layer_is_sent(desk: PluginDesk, tmp_path: Path) -> None:
    """Sent without, it is refused, and the window says which columns are missing."""
    table = {
        'columns': dict(zip(('ma_so', 'goi_la', 'bac', 'so'), COLUMNS.values(), strict=True)),
        'rows': schools('QM', 2), 'title': 'Trường học', 'crs': 'EPSG:9209',
    }  # fmt: skip
    came = desk.use(
        tmp_path, 'deliver_selection', table=table, selected=1, target='schools',
        columns={'code': 'ma_so', 'name': 'goi_la', 'level': 'bac', 'places': 'so'},
    )  # fmt: skip
    assert 'cột' in came['sent']['refused']
    assert came['shown']['status'] == 'accepted', came
    assert rows("select code, name, level, places from layer.schools where code like 'QM%%'") == [
        ('QM0', 'Trường giao từ QGIS', 'primary', 100)
    ]


@thorough
def test_who_may_only_deliver_answers_by_sending_again(desk: PluginDesk, tmp_path: Path) -> None:
    """Nobody knows in which zone a single point without a system lies; the same file comes again with the answer."""
    table = {'columns': COLUMNS, 'rows': schools('QZ', 1), 'title': 'Trường học', 'crs': ''}
    came = desk.use(
        tmp_path, 'answer', table=table, target='schools', mode='upsert', crs='EPSG:9209', reason='VN-2000',
        decision='again',
    )  # fmt: skip
    assert came['before']['status'] == 'diagnosed'
    assert 'hệ tọa độ nào' in came['before']['text']
    assert 'Gửi lại theo trả lời' in came['before']['buttons']
    assert 'Nhận và phát hành' not in came['before']['buttons']
    assert any(words.startswith('EPSG:9209, ') for words in came['candidates'])
    assert came['after']['status'] == 'accepted', came
    assert came['after']['number'] > came['before']['number']
    assert rows("select st_x(geom), st_y(geom) from layer.schools where code = 'QZ0'") == [(E0, N0)]
    assert rows('select status, superseded_by from catalog.delivery where id = %s', came['before']['number']) == [
        ('superseded', came['after']['number'])
    ]
    listed = desk.use(tmp_path, 'list_deliveries', DECIDER)
    numbers = [row[0] for row in listed['all']]
    assert str(came['after']['number']) in numbers
    assert str(came['after']['number']) not in [row[0] for row in listed['own']]


def test_conflicts_stand_beside_each_other_and_are_settled(desk: PluginDesk, tmp_path: Path) -> None:
    """The edit made 150 places of 100 and moved the school 500 m; the delivery made 120, and another name."""
    editor = enter_editor(desk.place.internal_url, 'qgis-editor')
    with open_conflict(editor, tmp_path):
        came = desk.use(tmp_path, 'settle', DECIDER, collection='schools', take='edit', reason='Đã đo lại')
    assert len(came['listed']) == 1
    assert ['Số chỗ học', '100', '150', '120'] in came['rows']
    assert came['rows'][-1][0] == 'Hình học'
    base, edit, delivery = (came['places'][version] for version in ('base', 'edit', 'delivery'))
    assert base == delivery
    assert edit[0] - base[0] == pytest.approx(500 / 104_300, rel=0.02)
    # of maps that are as wide as each other to a pixel
    assert all(extent == pytest.approx(came['extents'][0], rel=0.02) for extent in came['extents'])
    assert sorted(came['added']) == ['Bản sửa', 'Trước đó', 'Đợt giao']
    assert came['refused'] == 'Chọn một bên và ghi lý do.'
    assert came['said'].startswith('Đã giải quyết mâu thuẫn')
    assert came['left'] == 0
    # read anew, the conflict and the reason that was written stayed; then there was none
    assert came['anew'] == ['schools', 1, 'Đã đo lại']
    assert came['heading'] == 'Không có mâu thuẫn.'
    ((places, name),) = rows(
        """select s.places, s.name from catalog.conflict c join layer.schools s on s.id = c.feature_id
           order by c.id desc limit 1"""
    )
    assert (places, name) == (150, 'Trường đổi tên')


def test_windows_say_that_the_service_is_away_and_settle_nothing_meanwhile(desk: PluginDesk, tmp_path: Path) -> None:
    """A conflict that cannot be read takes the one before it off the screen."""
    editor = enter_editor(desk.place.internal_url, 'qgis-lost-editor')
    with open_conflict(editor, tmp_path):
        came = desk.use(tmp_path, 'lose_service', DECIDER, collection='schools')
    catalogue, conflict, is_box_hidden = came['away']
    assert catalogue.startswith('Không kết nối được dịch vụ')
    assert conflict.startswith('Không kết nối được dịch vụ')
    assert is_box_hidden
    assert came['back'] == [True, False]


def test_a_closed_window_is_gone_once_its_work_is_done(desk: PluginDesk, tmp_path: Path) -> None:
    """Closed while it reads, it adds its layer all the same."""
    came = desk.use(tmp_path, 'close_windows', collection='schools')
    assert came == {'waits': True, 'gone': [True, True], 'added': 1, 'open': 0}


def test_an_id_of_the_agency_is_delivered(desk: PluginDesk, tmp_path: Path) -> None:
    columns = {'fid': 'integer', 'ID': 'string', 'ten': 'string'}
    assert desk.use(tmp_path, 'delivered_columns', columns=columns) == ['ID', 'ten']


def test_a_service_that_is_away_for_a_moment_costs_no_job(desk: PluginDesk, tmp_path: Path) -> None:
    """From the first look at the job on the line is dead for five seconds: more than QGIS itself tries again."""
    with dead_line(desk.place.internal_url, b'GET /api/jobs/', seconds=5) as url:
        (came,) = desk.use(tmp_path, 'add_past', url=url, collection='schools', times=[0])
    assert came['said'].startswith('Đã thêm Trường học'), came


def test_who_may_not_decide_hears_so(desk: PluginDesk, tmp_path: Path) -> None:
    came = desk.use(tmp_path, 'settle', SENDER, collection='', take='edit', reason='x')
    assert 'refused' in came


@thorough
def test_a_layer_as_it_was_is_added_with_its_time(desk: PluginDesk, tmp_path: Path) -> None:
    """Two releases: the first has two schools of 10 places, the second makes 20 of one of them."""
    send_schools(tmp_path, 'QP', {'1': 10, '2': 10})
    send_schools(tmp_path, 'QP', {'1': 20})
    numbers = [number for (number,) in rows(
        "select number from catalog.release where layer_id = 'schools' order by number desc limit 2"
    )]  # fmt: skip
    newest, older, unknown = desk.use(tmp_path, 'add_past', collection='schools', times=[0, 1, '1990-01-01'])
    assert (newest['values']['QP1'], newest['values']['QP2']) == (20, 10)
    assert (older['values']['QP1'], older['values']['QP2']) == (10, 10)
    assert f'(bản {numbers[1]}, ' in older['name']
    assert (older['renderer'], older['read_only'], older['crs']) == ('RuleRenderer', True, 'EPSG:9209')
    assert unknown == {'said': 'Khi ấy lớp chưa có đối tượng nào.'}


def test_two_times_are_compared_feature_by_feature(desk: PluginDesk, tmp_path: Path) -> None:
    """Of three schools one stays, one has 20 places in place of 10, and one more comes."""
    send_schools(tmp_path, 'QC', {'1': 10, '2': 10})
    send_schools(tmp_path, 'QC', {'1': 20, '3': 5}, level='high')
    came = desk.use(tmp_path, 'compare', collection='schools', before=1, after=None)
    assert sorted(map(tuple, came['rows'])) == [
        ('added', 'QC3', ''),
        ('changed', 'QC1', 'Cấp học: Tiểu học → Trung học phổ thông; Số chỗ học: 10 → 20'),
    ]
    assert came['said'] == 'Thêm mới: 1, Thay đổi: 1, Bỏ đi: 0'
    assert len({*came['colors'].values()}) == 3
    assert came['widget'] == 'ValueMap'
    assert came['name'].endswith('→ hiện nay')
    ((released_at,),) = rows(
        "select released_at from catalog.release where layer_id = 'schools' order by number desc offset 1 limit 1"
    )
    counted = compared_by_the_service(desk, 'schools', before=released_at.isoformat())
    assert counted == {'added': 1, 'changed': 1, 'removed': 0}


@thorough
def test_units_that_were_merged_are_compared_by_what_was_valid(desk: PluginDesk, tmp_path: Path) -> None:
    """On 1 September 2024 communes were merged: what is counted is what the analysis counts."""
    came = desk.use(tmp_path, 'compare', collection='communes', before='2024-08-31', after='2024-09-01')
    counted = compared_by_the_service(desk, 'communes', before='2024-08-31', after='2024-09-01')
    assert counted['removed'] > 0
    changes = [change for change, _, _ in came['rows']]
    assert {change: changes.count(change) for change in counted} == counted


def test_a_time_is_not_compared_with_itself(desk: PluginDesk, tmp_path: Path) -> None:
    came = desk.use(tmp_path, 'compare', lang='en', collection='schools', before='2024-08-31', after='2024-08-31')
    assert came == {'said': 'Choose two different times.'}

"""Edits that wait and conflicts between edits and deliveries, decided on at the desk in a real browser."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

from dothi.core.access.keys import make_key
from dothi.core.access.person import Action, Role
from dothi.core.database import connection
from dothi.core.locality import load_locality
from dothi.core.settings import PathSettings
from etl.desk.conflicts import conflicts, decide
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from etl.editing.change_set import change_set, change_sets, reject
from tests.present import present
from tests.web.conftest import PHONE, Portal, enter_person
from tests.web.test_portal_pages import is_sound

# Each test has a school of its own, or changes another stop.
NUMBERS = count(1)
PLACE = (567_000.0, 2_258_000.0)
SCHOOL = 'code,name,level,places,x,y\n{code},{name},primary,{places},{east},{north}\n'


@dataclass
class Editor:
    """Somebody who edits in QGIS or by a program."""

    url: str
    key: str

    def patch(self, layer: str, number: int, body: dict[str, Any]) -> int:
        """The status of a change of one feature."""
        headers = {
            'Authorization': f'Bearer {self.key}', 'Content-Type': 'application/merge-patch+json',
            'Content-Crs': '<http://www.opengis.net/def/crs/EPSG/0/9209>',
        }  # fmt: skip
        where = f'{self.url}/api/collections/{layer}/items/{number}'
        answer = requests.patch(where, json=body, headers=headers, timeout=60)
        return answer.status_code


@pytest.fixture(scope='module')
def editor(desk_url: str) -> Editor:
    """With the right to edit all layers."""
    person = enter_person('portal-editor', Role.EDITOR)
    with connection('gatekeeper') as db:
        return Editor(desk_url, make_key(db, person, 'QGIS', [Action.SEE, Action.EDIT], 1))


def number_of(layer: str, code: str) -> int:
    """The id of the feature of this code."""
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute(f'select id from layer.{layer} where code = %s', [code])
        ((number,),) = cursor.fetchall()
    return int(number)


def send_school(folder: Path, code: str, **values: object) -> None:
    """A delivery of one school; what is not named is as in the first one."""
    file = folder / 'truong.csv'
    usual: dict[str, object] = {'name': 'Trường gốc', 'places': 100, 'east': PLACE[0], 'north': PLACE[1]}
    file.write_text(SCHOOL.format(code=code, **usual | values), encoding='utf-8')
    options = DeliveryOptions(layer='schools', crs='EPSG:9209', mode='upsert')
    deliver(file, options, load_locality(PathSettings().locality))


@pytest.fixture
def conflict(editor: Editor, tmp_path: Path) -> Iterator[int]:
    """The number of a conflict: the edit makes 150 places of 100 and moves the school; the delivery makes 120."""
    code = f'M{next(NUMBERS)}'
    send_school(tmp_path, code)
    moved = {'type': 'Point', 'coordinates': [PLACE[0] + 500, PLACE[1]]}
    number = number_of('schools', code)
    assert editor.patch('schools', number, {'properties': {'places': 150}, 'geometry': moved}) == 204
    send_school(tmp_path, code, places=120, name='Trường đổi tên')
    (opened,) = conflicts(None)
    assert opened.columns == ['places']
    yield opened.id
    for left in conflicts(None):
        decide(left.id, 'edit', 'end of the test', 'portal-editor', load_locality(PathSettings().locality))


def open_edits(portal: Portal, parts: str = '') -> Page:
    return portal.visit(f'/desk?tab=edits&lang=vi{parts}')


def school_row() -> tuple[Any, ...]:
    """Name and places of the school that was delivered last."""
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute("select name, places from layer.schools where code like 'M%' order by id desc limit 1")
        (row,) = cursor.fetchall()
    return tuple(row)


@pytest.mark.parametrize(('side', 'places'), [('Bản sửa', 150), ('Đợt giao', 120)])
def test_a_conflict_is_settled_with_both_versions_in_sight(
    signed_in: Callable[..., Portal], conflict: int, side: str, places: int
) -> None:
    """What the delivery alone changed, the name, is there in either case."""
    portal = signed_in()
    page = open_edits(portal)
    page.locator('#conflicts a').click()
    assert f'conflict={conflict}' in page.url
    row = page.locator('#conflict tr.differs')
    expect(row.locator('td')).to_have_text(['100\xa0chỗ', '150\xa0chỗ', '120\xa0chỗ'])
    expect(page.locator('#conflict tr', has_text='Trường gốc')).to_contain_text('Trường đổi tên')
    page.wait_for_selector('.small-map canvas')
    page.get_by_role('button', name='Giải quyết').click()
    expect(page.get_by_role('alert')).to_have_text('Chọn lấy giá trị của bên nào.')
    page.locator('#settle').get_by_label(side).check()
    page.get_by_role('button', name='Giải quyết').click()
    expect(page.get_by_role('alert')).to_contain_text('Ghi lý do')
    page.locator('#settle textarea').fill('Đã đo lại tại chỗ')
    page.get_by_role('button', name='Giải quyết').click()
    expect(page.locator('main')).to_contain_text('Đã giải quyết')
    expect(page.locator('main')).to_contain_text('Đã đo lại tại chỗ')
    expect(page.locator('main')).to_contain_text('Không có mâu thuẫn.')
    assert school_row() == ('Trường đổi tên', places)
    assert portal.complaints == []


def test_who_settles_second_is_told_that_it_is_done(signed_in: Callable[..., Portal], conflict: int) -> None:
    first, second = signed_in(), signed_in()
    for portal in (first, second):
        page = open_edits(portal, f'&conflict={conflict}')
        page.locator('#settle').get_by_label('Bản sửa').check()
        page.locator('#settle textarea').fill('Đúng')
    first.page.get_by_role('button', name='Giải quyết').click()
    expect(first.page.locator('main')).to_contain_text('Đã giải quyết')
    second.page.get_by_role('button', name='Giải quyết').click()
    expect(second.page.get_by_role('alert')).to_contain_text('đã được quyết định')


@pytest.fixture
def pending(editor: Editor) -> Iterator[int]:
    """The number of a set with one edit of a bus stop, which waits for review; it also moves the stop."""
    number = number_of('bus_stops', next_stop())
    moved = {'type': 'Point', 'coordinates': list(PLACE)}
    assert editor.patch('bus_stops', number, {'properties': {'name': 'Điểm dừng mới'}, 'geometry': moved}) == 202
    (opened,) = change_sets('bus_stops')
    yield opened.id
    for left in change_sets('bus_stops'):
        reject(left.id, 'portal-steward', 'end of the test')


def next_stop() -> str:
    """The code of a stop that no test has changed yet."""
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute('select code from layer.bus_stops order by code limit 1 offset %s', [next(NUMBERS)])
        ((code,),) = cursor.fetchall()
    return str(code)


def test_an_edit_under_review_is_read_and_accepted(signed_in: Callable[..., Portal], pending: int) -> None:
    portal = signed_in()
    page = open_edits(portal)
    page.locator('#sets a').click()
    change = page.locator('#edit-set .changes li')
    expect(change).to_have_count(1)
    expect(change).to_contain_text('Điểm dừng mới')
    expect(change).to_contain_text('dời chỗ')
    page.wait_for_selector('.small-map canvas')
    page.get_by_role('button', name='Nhận và phát hành').click()
    expect(page.locator('#edit-set')).to_contain_text('đã nhận')
    expect(page.locator('main')).to_contain_text('Không có bản sửa nào chờ duyệt.')
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute("select count(*) from layer.bus_stops where name = 'Điểm dừng mới'")
        assert cursor.fetchone() == (1,)
    assert portal.complaints == []


def test_an_edit_is_rejected_with_a_reason_alone(signed_in: Callable[..., Portal], pending: int) -> None:
    page = open_edits(signed_in(), f'&set={pending}')
    page.get_by_role('button', name='Từ chối').click()
    expect(page.get_by_role('alert')).to_have_text('Ghi lý do: người sửa sẽ đọc.')
    page.locator('#decide textarea').fill('Không có điểm dừng ở đó')
    page.get_by_role('button', name='Từ chối').click()
    expect(page.locator('#edit-set')).to_contain_text('đã từ chối')
    expect(page.locator('#edit-set')).to_contain_text('Không có điểm dừng ở đó')


def test_who_decides_on_what_has_changed_meanwhile_is_told_so(
    signed_in: Callable[..., Portal], pending: int, editor: Editor
) -> None:
    """The page had the set as it was; the reviewer reads it again before they accept."""
    page = open_edits(signed_in(), f'&set={pending}')
    expect(page.locator('#edit-set')).to_contain_text('Điểm dừng mới')
    _, (edit,) = change_set(pending)
    name = {'properties': {'name': 'Lại tên khác'}}
    assert editor.patch('bus_stops', present(edit.feature_id), name) == 202
    page.get_by_role('button', name='Nhận và phát hành').click()
    expect(page.get_by_role('alert')).to_contain_text(re.compile('đã (thay )?đổi|khác'))
    expect(page.locator('#edit-set')).to_contain_text('Lại tên khác')


def test_the_pages_of_edits_are_sound_in_the_dark_on_a_phone(
    signed_in: Callable[..., Portal], conflict: int, pending: int
) -> None:
    portal = signed_in(**PHONE, color_scheme='dark')
    is_sound(portal, f'/desk?tab=edits&lang=en&conflict={conflict}', '#settle')
    is_sound(portal, f'/desk?tab=edits&lang=vi&set={pending}', '#decide')


def test_an_editor_who_follows_a_link_to_the_review_is_told_whom_it_is_for(
    signed_in: Callable[..., Portal], editor: Editor
) -> None:
    portal = signed_in('portal-editor')
    for tab in ('edits', 'reports'):
        page = portal.visit(f'/desk?tab={tab}&lang=en')
        expect(page.locator('main')).to_contain_text('This page is for who may decide on data.')
        expect(page.get_by_role('button', name='Try again')).to_have_count(0)
    assert portal.complaints == []

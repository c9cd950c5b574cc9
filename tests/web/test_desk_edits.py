"""Edits that wait and conflicts between edits and deliveries, decided on at the desk in a real browser."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dothi.core.database import connection
from etl.editing.change_set import change_set
from tests.matrix import exhaustive, thorough
from tests.present import present
from tests.web.conftest import STEWARD, Portal
from tests.web.desk_edits import Editor, enter_editor, open_conflict, pending_edits

EDITOR = 'portal-editor'


@pytest.fixture(scope='module')
def editor(desk_url: str) -> Editor:
    return enter_editor(desk_url, EDITOR)


@pytest.fixture
def conflict(editor: Editor, tmp_path: Path) -> Iterator[int]:
    with open_conflict(editor, tmp_path) as number:
        yield number


@pytest.fixture
def pending(editor: Editor) -> Iterator[int]:
    with pending_edits(editor) as number:
        yield number


def open_edits(portal: Portal, parts: str = '') -> Page:
    return portal.visit(f'/desk?tab=edits&lang=vi{parts}')


def school_row() -> tuple[Any, ...]:
    """Name and places of the school that was delivered last."""
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute("select name, places from layer.schools where code like 'M%' order by id desc limit 1")
        (row,) = cursor.fetchall()
    return tuple(row)


@pytest.mark.parametrize(('side', 'places'), [('Bản sửa', 150), pytest.param('Đợt giao', 120, marks=exhaustive)])
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


@thorough
def test_who_settles_second_is_told_that_it_is_done(signed_in: Callable[..., Portal], conflict: int) -> None:
    first, second = signed_in(), signed_in()
    for portal in (first, second):
        page = open_edits(portal, f'&conflict={conflict}')
        page.locator('#settle').get_by_label('Bản sửa').check()
        page.locator('#settle textarea').fill('Đúng')
    first.page.get_by_role('button', name='Giải quyết').click()
    expect(first.page.locator('main')).to_contain_text('Đã giải quyết')
    second.page.get_by_role('button', name='Giải quyết').click()
    expect(second.page.get_by_role('alert')).to_contain_text(f'đã được quyết định ({STEWARD} lấy bản sửa)')


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


@thorough
def test_an_editor_who_follows_a_link_to_the_review_is_told_whom_it_is_for(
    signed_in: Callable[..., Portal], editor: Editor
) -> None:
    portal = signed_in(EDITOR)
    for tab in ('edits', 'reports'):
        page = portal.visit(f'/desk?tab={tab}&lang=en')
        expect(page.locator('main')).to_contain_text('This page is for who may decide on data.')
        expect(page.get_by_role('button', name='Try again')).to_have_count(0)
    assert portal.complaints == []

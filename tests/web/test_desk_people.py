"""People, keys and sessions at the desk, in a real browser: invited, changed, signed out, locked out, removed."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import Page, expect

from dothi.core.access.person import Role
from tests.access.browsers import PASSWORD
from tests.matrix import thorough
from tests.web.conftest import STEWARD, Portal, enter_person


@pytest.fixture(scope='module')
def administrator(desk_url: str) -> str:
    """The name of an administrator with a password; another one can take over."""
    enter_person('second-chief', Role.ADMINISTRATOR)
    return enter_person('portal-chief', Role.ADMINISTRATOR).name


def test_who_may_not_deliver_is_not_offered_deliveries(signed_in: Callable[..., Portal]) -> None:
    """The API would refuse them, on the dashboard and at the desk's first tab."""
    portal = signed_in(enter_person('portal-reader', Role.VIEWER).name)
    page = portal.visit('/dashboard?lang=en')
    expect(page.locator('.panels')).to_contain_text('What is due')
    expect(page.get_by_role('heading', name='Deliveries')).to_have_count(0)
    page = portal.visit('/desk?lang=en')
    expect(page.locator('nav.tabs [aria-current=page]')).to_have_text('Agencies and templates')
    expect(page.locator('nav.tabs')).not_to_contain_text('Hand in a file')
    page = portal.visit('/desk?tab=hand-in&lang=en')
    expect(page.locator('main')).to_contain_text('This page is for who may hand in files.')
    assert [each for each in portal.complaints if '503' not in each] == []


def test_the_people_fit_a_small_screen(signed_in: Callable[..., Portal], administrator: str) -> None:
    """What can be done about somebody stands in the last column; beside the edge of the card nobody looks for it."""
    portal = signed_in(administrator)
    portal.page.set_viewport_size({'width': 800, 'height': 600})
    page = open_people(portal)
    hidden = (
        "document.querySelector('#people table').scrollWidth - document.querySelector('#people .table').clientWidth"
    )
    portal.wait_until(lambda: page.evaluate(hidden) <= 0)


def open_people(portal: Portal) -> Page:
    page = portal.visit('/desk?tab=people&lang=en')
    page.wait_for_selector('#invite')
    return page


def invite(page: Page, name: str, role: str, agency: str = '') -> None:
    form = page.locator('#invite')
    form.get_by_label('Name for signing in').fill(name)
    form.get_by_label('What they are called').fill('Trần Thị Lan')
    form.get_by_label('Role').select_option(role)
    form.get_by_label('Agency').select_option(agency)
    form.get_by_role('button', name='Invite somebody').click()


def test_somebody_is_invited_and_comes_in_by_the_link(signed_in: Callable[..., Portal], administrator: str) -> None:
    chief = signed_in(administrator)
    page = open_people(chief)
    invite(page, 'lan', 'focal_point')
    expect(page.get_by_role('alert')).to_contain_text('A focal point acts for an agency')
    invite(page, 'lan', 'focal_point', 'education')
    link = page.locator('#outcome code').inner_text()
    expect(page.get_by_role('row', name='lan')).to_contain_text('invited')
    guest = signed_in()
    guest.page.context.clear_cookies()
    guest.visit(urlsplit(link).path)
    for field in guest.page.locator('input[type=password]').all():
        field.fill(PASSWORD)
    guest.page.keyboard.press('Enter')
    guest.page.wait_for_selector('#map-place')
    guest.visit('/desk?lang=en')
    expect(guest.page.locator('nav.tabs')).to_contain_text('My keys and sessions')
    expect(guest.page.locator('nav.tabs')).not_to_contain_text('People')
    expect(guest.page.locator('nav.tabs')).not_to_contain_text('Edits to review')
    assert [each for each in chief.complaints if '400' not in each] == []


def test_a_role_is_changed_and_sessions_end(signed_in: Callable[..., Portal], administrator: str) -> None:
    enter_person('minh', Role.VIEWER)
    minh = signed_in('minh')
    page = open_people(signed_in(administrator))
    row = page.get_by_role('row', name='minh')
    row.get_by_label('Role, minh').select_option('steward')
    row.get_by_role('button', name='Save').click()
    expect(page.locator('#outcome')).to_have_text('minh: changed')
    expect(row.get_by_role('button', name='Save')).to_have_count(0)
    minh.visit('/desk?lang=en')
    expect(minh.page.locator('nav.tabs')).to_contain_text('Edits to review')
    row.get_by_role('button', name='End sessions').click()
    expect(page.locator('#outcome')).to_have_text('minh: all sessions have ended')
    minh.visit('/desk?lang=en')
    expect(minh.page.locator('main')).to_contain_text('This page is for who has signed in.')


@thorough
def test_somebody_is_locked_out_let_in_given_a_link_and_removed(
    signed_in: Callable[..., Portal], administrator: str
) -> None:
    enter_person('hoa', Role.VIEWER)
    page = open_people(signed_in(administrator))
    row = page.get_by_role('row', name='hoa')
    row.get_by_role('button', name='Disable').click()
    expect(row).to_contain_text('disabled')
    row.get_by_role('button', name='Enable').click()
    expect(row).not_to_contain_text('disabled')
    row.get_by_role('button', name='New link').click()
    expect(page.locator('#outcome code')).to_have_text(re.compile('/invitation/'))
    row.locator('summary').click()
    row.get_by_role('button', name='Remove').click()
    expect(row).to_have_count(0)
    expect(page.locator('#outcome')).to_have_text('hoa: removed')


def test_a_key_is_made_used_and_ended(signed_in: Callable[..., Portal]) -> None:
    portal = signed_in()
    page = portal.visit('/desk?tab=account&lang=en')
    form = page.locator('#new-key-form')
    form.get_by_label('Where it is used').fill('QGIS of room 203')
    for action in ('download', 'run analyses'):
        form.get_by_label(action).uncheck()
    form.get_by_role('button', name='Make the key').click()
    key = page.locator('#new-key code').inner_text()
    row = page.get_by_role('row', name='QGIS of room 203')
    expect(row.get_by_role('cell').nth(1)).to_have_text('see')
    address, headers = f'{portal.url}/api/collections/schools/items?limit=1', {'Authorization': f'Bearer {key}'}
    assert requests.get(address, headers=headers, timeout=60).status_code == 200
    row.get_by_role('button', name='Revoke').click()
    expect(row).to_have_count(0)
    expect(page.locator('#new-key')).to_have_count(0)
    assert requests.get(address, headers=headers, timeout=60).status_code == 401
    assert portal.complaints == []


def test_a_session_that_ends_meanwhile_costs_nothing_that_was_typed(
    signed_in: Callable[..., Portal],
) -> None:
    """Whoever signs in again in another tab goes on where they were."""
    portal = signed_in()
    page = portal.visit('/desk?tab=account&lang=vi')
    page.locator('#new-key-form').get_by_label('Dùng ở đâu').fill('Máy ở phòng 2')
    page.context.clear_cookies()
    page.locator('#new-key-form').get_by_role('button').click()
    expect(page.get_by_role('alert').first).to_contain_text('Phiên làm việc đã hết.')
    answer = page.request.post(f'{portal.url}/sign-in', data={'name': STEWARD, 'password': PASSWORD})
    assert answer.ok, answer.text()
    page.locator('#new-key-form').get_by_role('button').click()
    page.wait_for_selector('#new-key')
    expect(page.locator('main')).to_contain_text('Máy ở phòng 2')


def test_one_ends_a_session_of_ones_own(signed_in: Callable[..., Portal]) -> None:
    enter_person('binh', Role.VIEWER)
    here, there = signed_in('binh'), signed_in('binh')
    page = here.visit('/desk?tab=account&lang=en')
    expect(page.get_by_role('row', name='this one')).to_have_count(1)
    page.get_by_role('button', name='End', exact=True).click()
    expect(page.get_by_role('button', name='End', exact=True)).to_have_count(0)
    there.visit('/desk?lang=en')
    expect(there.page.locator('main')).to_contain_text('This page is for who has signed in.')


def test_a_steward_is_told_that_people_are_for_administrators(signed_in: Callable[..., Portal]) -> None:
    portal = signed_in()
    page = portal.visit('/desk?tab=people&lang=en')
    expect(page.locator('main')).to_contain_text('This page is for administrators.')
    assert portal.complaints == []


@pytest.mark.parametrize('zone', ['America/New_York', 'Asia/Ho_Chi_Minh'])
def test_moments_are_by_the_clocks_of_the_locality_whatever_the_browser_says(
    signed_in: Callable[..., Portal], zone: str
) -> None:
    """Hanoi is seven hours ahead of UTC all year round; English has days as ISO writes them."""
    portal = signed_in(timezone_id=zone, locale='en-US')
    account = portal.page.request.get(f'{portal.url}/api/account?f=json').json()
    (own,) = [session for session in account['sessions'] if session['id'] == account['session']]
    began = datetime.fromisoformat(own['created_at']).astimezone(timezone(timedelta(hours=7)))
    for lang, name, moment in (
        ('en', 'this one', f'{began:%Y-%m-%d %H:%M}'),
        ('vi', 'phiên này', f'{began:%d/%m/%Y %H:%M}'),
    ):
        page = portal.visit(f'/desk?tab=account&lang={lang}')
        expect(page.get_by_role('row', name=name).get_by_role('cell').nth(2)).to_have_text(moment)

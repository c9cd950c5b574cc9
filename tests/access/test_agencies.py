"""Who supplies what, and what is late: a desk's resources for portals, plugins and scripts."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dothi.core.access.person import Person, Role
from tests.access.conftest import Browser
from tests.api.editors import rows
from tests.etl.conftest import Agency, Send, agency, send

__all__ = ['agency', 'send']


@pytest.fixture
def planner(office: Callable[[], Browser], person: Callable[..., Person]) -> Browser:
    person('an', Role.PLANNER)
    browser = office()
    assert browser.sign_in('an').status_code == 200
    return browser


def schools(agency: Agency) -> Path:
    return agency.geojson('1.geojson', [(agency.school('x'), agency.point(0)), (agency.school('y'), agency.point(10))])


def test_what_is_late_comes_first_with_its_day(agency: Agency, send: Send, planner: Browser) -> None:
    assert send(schools(agency), 'schools', mode='upsert').verdict == 'accepted'
    current = planner.get('/api/freshness?f=json&agency=education&lang=en').get_json()['freshness']
    (line,) = [line for line in current if line['layer'] == 'schools']
    assert (line['state'], line['state_title']) == ('current', 'current')
    rows("update catalog.delivery set received_at = received_at - interval '3 years' returning 1")
    lines = planner.get('/api/freshness?f=json').get_json()['freshness']
    assert (lines[0]['layer'], lines[0]['state']) == ('schools', 'late')
    assert lines[0]['last_delivered'][:10] < lines[0]['due'] < f'{datetime.now(UTC):%Y-%m-%d}'
    assert {line['state'] for line in planner.get('/api/freshness?state=never').get_json()['freshness']} == {'never'}
    page = planner.get('/api/freshness?f=html&lang=en').get_data(as_text=True)
    assert 'class="late"' in page
    assert planner.get('/api/freshness?state=soon').status_code == 400
    misspelt = planner.get('/api/freshness?agency=educaton&lang=en')
    assert (misspelt.status_code, 'education' in misspelt.get_json()['detail']) == (404, True)


def test_an_agency_lists_what_it_supplies_with_its_templates(planner: Browser) -> None:
    education = planner.get('/api/agencies/education?f=json&lang=en').get_json()
    assert education['title']
    (layer,) = [layer for layer in education['layers'] if layer['id'] == 'schools']
    templates = [link['href'] for link in layer['links'] if link['rel'] == 'create-form']
    assert any(href.endswith('/collections/schools/template?f=xlsx') for href in templates)
    template = planner.get('/api' + templates[0].partition('/api')[2])
    assert template.status_code == 200
    assert 'schools' in [line['layer'] for line in education['freshness']]
    ids = [agency['id'] for agency in planner.get('/api/agencies').get_json()['agencies']]
    assert 'education' in ids
    district = planner.get('/api/agencies/district_366').get_json()
    assert {layer['scope'] for layer in district['layers']} >= {'unit=366'}
    unknown = planner.get('/api/agencies/educatoin?lang=en')
    assert (unknown.status_code, 'education' in unknown.get_json()['description']) == (404, True)


def test_nobody_else_reads_of_them(office: Callable[[], Browser]) -> None:
    assert office().get('/api/freshness').status_code == 401
    assert office().get('/api/agencies').status_code == 401

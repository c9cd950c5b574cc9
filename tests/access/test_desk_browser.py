"""A focal point at a browser: a large file on a line that breaks becomes a delivery all the same."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, Route, expect

from dothi.core.access.person import Person, Role
from tests.access.conftest import PASSWORD
from tests.api.conftest import E0, N0
from tests.matrix import number_of_examples, thorough
from tests.services import serving
from tests.web.conftest import chromium, playwright

__all__ = ['chromium', 'playwright']
MEGABYTES, PART_MB = number_of_examples(9, 20), 8


def large_file(folder: Path) -> Path:
    """Two schools, and as many blanks between them as make it large; it goes in parts of PART_MB."""
    features = [
        {
            'type': 'Feature',
            'properties': {'MA_TRUONG': code, 'TEN_TRUONG': f'Trường {code}', 'CAP_HOC': 'primary', 'SO_CHO': 400},
            'geometry': {'type': 'Point', 'coordinates': [E0 + east, N0]},
        }
        for code, east in (('x', 0), ('y', 300))
    ]
    crs = {'type': 'name', 'properties': {'name': 'urn:ogc:def:crs:EPSG::9209'}}
    text = json.dumps({'type': 'FeatureCollection', 'crs': crs, 'features': features})
    file = folder / 'trường học.geojson'
    file.write_text(text[:-1] + ' ' * (MEGABYTES * 2**20) + '}', encoding='utf-8')
    return file


def sign_in(page: Page, url: str, name: str) -> None:
    page.goto(f'{url}/sign-in?lang=en')
    page.get_by_label('Name').fill(name)
    page.get_by_label('Password', exact=True).fill(PASSWORD)
    page.get_by_role('button', name='Sign in').click()
    page.wait_for_url(f'{url}/')


@thorough
@pytest.mark.own_database
def test_a_file_of_many_megabytes_is_handed_in_over_a_line_that_breaks(
    database: dict[str, str], person: Callable[..., Person], tmp_path: Path, chromium: Chromium
) -> None:
    person('lan', Role.FOCAL_POINT, 'education')
    starts: list[str] = []

    def break_second(route: Route) -> None:
        if route.request.method != 'PATCH':
            return route.continue_()
        starts.append(route.request.headers['upload-offset'])
        return route.abort() if len(starts) == 2 else route.continue_()

    with serving(database | {'DOTHI_SIGN_IN': 'required'}, tmp_path, ['internal', 'worker']) as service:
        page = chromium.new_context(locale='en').new_page()
        sign_in(page, service.internal_url, 'lan')
        page.goto(f'{service.internal_url}/api/processes/deliver-layer?f=html&lang=en')
        page.route('**/api/uploads/*', break_second)
        page.locator('#in-layer').select_option('schools')
        page.locator('#in-file').set_input_files(large_file(tmp_path))
        page.locator('#in-dry_run').uncheck()
        page.get_by_role('button', name='Run the analysis').click()
        page.wait_for_url('**/api/jobs/*')
        expect(page.get_by_role('row', name='Finished')).to_contain_text(re.compile(r'\d\d:\d\d'))
        page.goto(f'{service.internal_url}/api/deliveries?f=html&lang=en')
        expect(page.get_by_role('row', name='trường học.geojson')).to_contain_text('accepted')
    sent = [0, PART_MB, *range(PART_MB, MEGABYTES, PART_MB)]
    assert starts == [str(start * 2**20) for start in sent]

"""Reports of two studies as PDF in both languages, made of the running platform (`make pictures`)."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.matrix import thorough
from tests.web.conftest import Portal
from tests.web.test_readme_pictures import settle

pytestmark = thorough
DISTRICT = {'collection': 'communes', 'filter': "parent_code = '365'"}
SCHOOLS = {'facilities': 'schools', 'filter': "level = 'primary'", 'distance_m': 1_000, 'zones': DISTRICT}
FLOOD = {'level_m': 2, 'zones': DISTRICT}
MOST_PAGES, PAGES_IN_A_ROW = 8, 4


class Desk:
    """What somebody who has signed in does over HTTP, with the session of their page."""

    def __init__(self, portal: Portal) -> None:
        self.portal, self.ask = portal, portal.page.request
        self.csrf = self.ask.get(f'{portal.url}/api/account').json()['csrf']

    def post(self, path: str, body: dict[str, Any], prefer: str = '') -> dict[str, Any]:
        headers = {'X-CSRF-Token': self.csrf} | ({'Prefer': prefer} if prefer else {})
        answer = self.ask.post(f'{self.portal.url}/api{path}', data=body, headers=headers)
        assert answer.ok, answer.text()
        document: dict[str, Any] = answer.json()
        return document

    def run(self, process: str, inputs: dict[str, Any]) -> str:
        """The id of a job that has ended well."""
        job = str(self.post(f'/processes/{process}/execution', {'inputs': inputs}, 'respond-async')['jobID'])
        address = f'{self.portal.url}/api/jobs/{job}?f=json'
        self.portal.wait_until(lambda: self.ask.get(address).json()['status'] == 'successful')
        return job

    def study(self, name: str, question: str, conclusion: str, before: str, after: str) -> str:
        """The id of a study of two runs and their comparison."""
        compared = self.run('compare-results', {'before': before, 'after': after})
        study = str(self.post('/studies', {'name': name, 'question': question})['id'])
        for job in (before, after, compared):
            self.post(f'/studies/{study}/runs', {'job': job})
        answer = self.ask.patch(
            f'{self.portal.url}/api/studies/{study}',
            data={'conclusion': conclusion},
            headers={'X-CSRF-Token': self.csrf},
        )
        assert answer.ok, answer.text()
        return study


def three_schools(desk: Desk) -> str:
    scenario = desk.post('/scenarios', {'name': 'Ba trường tiểu học'})['id']
    sites = desk.run('new-facility', {**SCHOOLS, 'count': 3})
    added = {'from_job': sites, 'layer': 'schools', 'properties': {'name': 'Trường tiểu học mới', 'level': 'primary'}}
    desk.post(f'/scenarios/{scenario}/versions', added)
    before = desk.run('service-coverage', SCHOOLS)
    after = desk.run('service-coverage', {**SCHOOLS, 'scenario': scenario})
    return desk.study(
        'Trường tiểu học ở Giao Thủy', 'Ba trường tiểu học mới phục vụ thêm bao nhiêu người?',
        'Ba trường mới phục vụ thêm người ở các xã xa trường nhất.', before, after,
    )  # fmt: skip


def flood_behind_dikes(desk: Desk) -> str:
    open_land = desk.run('flood-exposure', {**FLOOD, 'respect_dikes': False})
    behind_dikes = desk.run('flood-exposure', {**FLOOD, 'respect_dikes': True})
    return desk.study(
        'Ngập 2 m ở Giao Thủy', 'Đê giữ được bao nhiêu người khỏi ngập khi nước lên 2 m?',
        'Xem phần so sánh: chênh lệch là phần đê giữ được.', open_land, behind_dikes,
    )  # fmt: skip


def pages_of(pdf: bytes, folder: Path) -> Image.Image:
    """The first pages of a PDF, in rows."""
    (folder / 'report.pdf').write_bytes(pdf)
    pages_wanted = ['-r', '50', '-l', str(MOST_PAGES), '-png']
    subprocess.run(['pdftoppm', *pages_wanted, str(folder / 'report.pdf'), str(folder / 'page')], check=True)
    pages = [Image.open(file).convert('RGB') for file in sorted(folder.glob('page-*.png'))]
    width, height = pages[0].size
    rows = -(-len(pages) // PAGES_IN_A_ROW)
    sheet = Image.new('RGB', (width * min(len(pages), PAGES_IN_A_ROW), height * rows), 'white')
    for number, page in enumerate(pages):
        sheet.paste(page, (number % PAGES_IN_A_ROW * width, number // PAGES_IN_A_ROW * height))
    return sheet


@pytest.mark.parametrize(('name', 'make'), [('schools', three_schools), ('flood', flood_behind_dikes)])
def test_the_report_of_a_study_looks_like_its_picture(
    signed_in: Callable[..., Portal], tmp_path: Path, name: str, make: Callable[[Desk], str]
) -> None:
    desk = Desk(signed_in())
    study = make(desk)
    for lang in ('vi', 'en'):
        answer = desk.ask.get(f'{desk.portal.url}/api/studies/{study}/report?f=pdf&lang={lang}')
        assert answer.ok, answer.text()
        folder = tmp_path / lang
        folder.mkdir()
        settle(pages_of(answer.body(), folder), f'study-{name}-{lang}.png')

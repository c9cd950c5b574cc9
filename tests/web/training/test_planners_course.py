"""The course for planners: its steps in a real browser, and its answers on the whole demo."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

from demo.write import write_demo
from dothi.core.access.keys import make_key
from dothi.core.access.person import Action, Role
from dothi.core.database import connection
from dothi.core.locality import Locality
from dothi.local.demo import demo_options
from etl.desk.deliver import deliver
from tests.conftest import Province, use
from tests.databases import Instance
from tests.matrix import thorough
from tests.nam_dinh import NAM_DINH
from tests.services import serving
from tests.web.conftest import Portal, enter_person, working_on
from tests.web.planners_work import Planner
from tests.web.training.course_pages import course_page

HIGH_SCHOOLS = {'facilities': 'schools', 'filter': "level = 'high'", 'distance_m': 5000}
# What the coverage reads; the other layers of the demo take half of the time.
READ = {'districts', 'communes', 'roads', 'bridges', 'schools', 'buildings', 'rivers'}
STUDY = 'Trường trung học phổ thông'
WORDS = {
    'vi': {
        'analyses': 'Phân tích', 'scenario name': 'Tên phương án', 'make scenario': 'Tạo phương án',
        'study name': 'Tên nghiên cứu', 'question': 'Câu hỏi', 'begin': 'Mở nghiên cứu', 'more': 'Chạy thêm',
        'coverage': 'Độ bao phủ dịch vụ', 'facilities': 'Cơ sở phục vụ', 'schools': 'Trường học',
        'part': 'Chỉ lấy một phần của lớp', 'level': 'Cấp học', 'high': 'Trung học phổ thông',
        'distance': 'Quãng đường tối đa', 'run': 'Chạy phân tích', 'how': 'Cách tính', 'new': 'Vị trí cơ sở mới',
        'existing': 'Cơ sở hiện có', 'count': 'Số cơ sở mới', 'take': 'Đưa các vị trí này vào phương án',
        'scenario': 'Phương án', 'added': 'Thêm vào', 'change': 'Sửa đầu vào và chạy lại', 'options': 'Tùy chọn khác',
        'before': 'trước', 'after': 'sau', 'compare': 'So sánh', 'write': 'Viết kết luận', 'conclusion': 'Kết luận',
        'save': 'Lưu', 'report': 'Mở báo cáo', 'covered': 'Dân số được phục vụ', 'gained': 'Dân số được phục vụ thêm',
    },
    'en': {
        'analyses': 'Analyses', 'scenario name': 'Name of the scenario', 'make scenario': 'Make a scenario',
        'study name': 'Name of the study', 'question': 'Question', 'begin': 'Begin a study', 'more': 'One more run',
        'coverage': 'Service coverage', 'facilities': 'Facilities', 'schools': 'Schools',
        'part': 'Only a part of the layer', 'level': 'Level', 'high': 'Upper secondary',
        'distance': 'Longest acceptable way', 'run': 'Run the analysis', 'how': 'How it was computed',
        'new': 'New facilities', 'existing': 'Facilities there are', 'count': 'How many new ones',
        'take': 'Take these sites into a scenario', 'scenario': 'Scenario', 'added': 'Added to',
        'change': 'Change the inputs and run again', 'options': 'More options', 'before': 'before', 'after': 'after',
        'compare': 'Compare', 'write': 'Write conclusion', 'conclusion': 'Conclusion', 'save': 'Save',
        'report': 'Open the report', 'covered': 'Population covered', 'gained': 'People covered in addition',
    },
}  # fmt: skip


class Planning:
    """The portal by the words of the course in a language."""

    def __init__(self, page: Page, url: str, lang: str) -> None:
        self.page, self.url, self.lang, self.words = page, url, lang, WORDS[lang]
        self.study = ''

    def open_analyses(self) -> None:
        self.page.goto(f'{self.url}/planning?lang={self.lang}')
        self.page.wait_for_selector('.cards h2')

    def make_scenario(self, name: str) -> None:
        self.open_analyses()
        self.page.get_by_label(self.words['scenario name']).fill(name)
        self.page.get_by_role('button', name=self.words['make scenario']).click()
        self.page.wait_for_url('**scenario=**')

    def begin_study(self) -> None:
        self.open_analyses()
        self.page.get_by_label(self.words['study name']).fill(STUDY)
        self.page.get_by_label(self.words['question']).fill('Một trường hay ba trường?')
        self.page.get_by_role('button', name=self.words['begin']).click()
        self.page.wait_for_url('**study=**')
        self.study = self.page.url

    def open_form(self, analysis: str, layer_field: str) -> None:
        """An analysis of the study, of upper secondary schools within 5,000 m."""
        self.page.get_by_label(self.words['more']).select_option(label=self.words[analysis])
        self.page.get_by_label(self.words[layer_field]).first.select_option(label=self.words['schools'])
        self.page.get_by_text(self.words['part']).first.click()
        condition = self.page.locator('.condition').first
        condition.locator('select').first.select_option(label=self.words['level'])
        condition.locator('select').last.select_option(label=self.words['high'])
        self.page.get_by_label(self.words['distance']).fill('5000')

    def run(self) -> None:
        self.page.get_by_role('button', name=self.words['run']).click()
        expect(self.page.get_by_text(self.words['how']).first).to_be_visible()

    def figure(self, name: str) -> int:
        """A figure of the result that is on the screen."""
        text = self.page.locator('main').inner_text()
        found = re.search(rf'^{self.words[name]}\n([\d.,]+)$', text, re.M)
        assert found, text[:800]
        return int(re.sub(r'\D', '', found[1]))

    def back_to_study(self) -> Page:
        self.page.goto(self.study)
        self.page.wait_for_selector('.study-runs li')
        return self.page

    def take_sites(self, scenario: str, expected: int) -> None:
        self.page.get_by_label(self.words['scenario'], exact=True).select_option(label=scenario)
        self.page.get_by_role('button', name=self.words['take']).click()
        expect(self.page.get_by_text(self.words['added'])).to_have_count(expected)
        # by the name of the study at the top, as the course has it
        self.page.get_by_role('link', name=f'← {STUDY}').click()
        self.page.wait_for_selector('.study-runs li')

    def run_on(self, scenario: str) -> int:
        """The people covered when the first run of the study is made on a scenario."""
        runs = self.back_to_study().locator('.study-runs > li')
        runs.first.get_by_role('link', name=self.words['change']).click()
        self.page.get_by_text(self.words['options']).click()
        self.page.get_by_label(self.words['scenario']).select_option(label=scenario)
        self.run()
        return self.figure('covered')


@pytest.mark.parametrize('lang', ['vi', 'en'])
@thorough
def test_the_course_step_by_step(signed_in: Callable[..., Portal], lang: str) -> None:
    """What one school and three add in their scenarios is what the sites were said to gain; the report has all."""
    name = f'planner-of-the-course-{lang}'
    enter_person(name, Role.PLANNER)
    portal = signed_in(name)
    planning, words = Planning(portal.page, portal.url, lang), WORDS[lang]
    for scenario in ('A', 'B'):
        planning.make_scenario(f'{scenario} {lang}')
    planning.begin_study()
    planning.open_form('coverage', 'facilities')
    planning.run()
    today = planning.figure('covered')
    planning.back_to_study()
    planning.open_form('new', 'existing')
    planning.page.get_by_label(words['count']).fill('1')
    planning.run()
    one = planning.figure('gained')
    planning.take_sites(f'A {lang}', 1)
    assert planning.run_on(f'A {lang}') == today + one
    again = planning.back_to_study().locator('.study-runs > li').nth(1)
    again.get_by_role('link', name=words['change']).click()
    planning.page.get_by_label(words['count']).fill('3')
    planning.run()
    three = planning.figure('gained')
    assert three > one > 0
    planning.take_sites(f'B {lang}', 3)
    assert planning.run_on(f'B {lang}') == today + three
    compares_and_reports(planning)
    assert portal.complaints == []


def compares_and_reports(planning: Planning) -> None:
    """Part 5: the two scenarios beside each other, a conclusion, the report."""
    page, words = planning.back_to_study(), planning.words
    for field, scenario in ((words['before'], 'A'), (words['after'], 'B')):
        choice = page.locator('.compare-two').get_by_label(field)
        titles = choice.locator('option').all_inner_texts()
        (title,) = [title for title in titles if f'· {scenario} {planning.lang}' in title]
        choice.select_option(label=title)
    runs = page.locator('.study-runs > li')
    number = runs.count()
    page.get_by_role('button', name=words['compare']).click()
    expect(runs).to_have_count(number + 1)
    page.get_by_role('button', name=words['write']).click()
    page.get_by_label(words['conclusion'], exact=True).fill('Ba trường.')
    page.get_by_role('button', name=words['save']).click()
    expect(page.locator('.words').get_by_text('Ba trường.')).to_be_visible()
    report = page.get_by_role('link', name=words['report'])
    text = page.request.get(str(report.evaluate('link => link.href'))).text()
    assert 'Ba trường.' in text
    assert 'Một trường hay ba trường?' in text


@pytest.fixture(scope='module')
def whole_demo(
    instance: Instance, template: str, locality: Locality, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Province]:
    """Services on what `make up` delivers of what the course reads: the tests' own province has few houses."""
    folder = tmp_path_factory.mktemp('whole-demo')
    environment = instance.environment(instance.create('whole_demo', template), folder)
    with pytest.MonkeyPatch.context() as patch:
        use(patch, environment)
        for file in write_demo(folder / 'demo', locality_path=NAM_DINH):
            if file.layer in READ:
                deliver(file.path, demo_options(file), locality)
    with serving(environment, folder) as running, working_on(running):
        yield running


def results(planner: Planner, job: str) -> Any:
    """The first output of a run, with its figures."""
    headers = {'Authorization': f'Bearer {planner.key}'}
    outputs = requests.get(f'{planner.url}/api/jobs/{job}/results', headers=headers, timeout=60).json()
    return next(iter(outputs.values()))['value']


def covered_with(planner: Planner, count: int) -> tuple[str, int]:
    """The run of the coverage on a scenario with the `count` best schools more, and how many people they gain."""
    sites = planner.job('new-facility', **HIGH_SCHOOLS, count=count)
    scenario = planner.post('scenarios', {'name': f'{count} more'}).json()['id']
    body = {'from_job': sites, 'layer': 'schools', 'properties': {'name': 'Trường mới', 'level': 'high'}}
    planner.post(f'scenarios/{scenario}/versions', body)
    gained = results(planner, sites)['summary']['population_gained']
    return planner.job('service-coverage', **HIGH_SCHOOLS, scenario=scenario), gained


@thorough
@pytest.mark.parametrize('lang', ['vi', 'en'])
def test_the_answers_are_what_the_demo_gives(whole_demo: Province, lang: str) -> None:
    person = enter_person(f'planner-{lang}', Role.PLANNER)
    with connection('gatekeeper') as db:
        planner = Planner(whole_demo.internal_url, make_key(db, person, 'course', [Action.SEE, Action.RUN], 1))
    today = results(planner, planner.job('service-coverage', **HIGH_SCHOOLS))['summary']
    a, gained = covered_with(planner, 1)
    b, _ = covered_with(planner, 3)
    a_figures, b_figures = (results(planner, job)['summary'] for job in (a, b))
    comparison = results(planner, planner.job('compare-results', before=a, after=b))
    rises = [row['properties'] for row in comparison['features'] if row['properties']['share_covered_difference'] > 0]
    most = max(rises, key=lambda row: row['population_covered_difference'])
    more = b_figures['population_covered'] - a_figures['population_covered']
    assert course_page('planners', lang).answers == [
        [str(today['facilities']), f'{100 * today["share_covered"]:.1f}'],
        [str(gained)], [f'{100 * b_figures["share_covered"]:.1f}'], [str(more)], [str(len(rises)), most['name']],
    ]  # fmt: skip

"""What the README tells a newcomer to type works, and answers what the README shows."""

import re
import subprocess
from collections.abc import Iterator

import pytest

from dothi.core.edit_token import make_token
from dothi.core.settings import PROJECT
from processes.registry import all_processes
from tests.conftest import Province, use

REQUEST = re.compile(r'```sh\n(curl .*?)```\n\n```text\n(.*?)```', re.DOTALL)


def requests(page: str) -> list[tuple[str, str]]:
    """Commands with the output that stands below each."""
    return REQUEST.findall((PROJECT / page).read_text(encoding='utf-8'))


@pytest.fixture
def key(province: Province, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A token that the services take, removed again: all tests share the place of secrets."""
    use(monkeypatch, province.environment)
    file = make_token()
    yield file.read_text(encoding='utf-8').strip()
    file.unlink()


@pytest.mark.parametrize('number', range(4))
def test_a_request_of_the_readme_answers_as_it_is_shown(
    province: Province, key: str, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    command, shown = requests('README.md')[number]
    assert 'http://127.0.0.1:500' in command
    here = command.replace('http://127.0.0.1:5000', province.internal_url)
    here = here.replace('http://127.0.0.1:5001', province.public_url)
    monkeypatch.setenv('KEY', key)
    done = subprocess.run(['bash', '-c', here], capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    assert comparable(done.stdout) == comparable(shown)


def test_both_languages_show_the_same_four_requests() -> None:
    assert len(requests('README.md')) == 4
    assert requests('README.md') == requests('README.vi.md')


def comparable(output: str) -> str:
    """The output; for an analysis without its figures but for the releases: the tests' province has fewer houses."""
    figures, releases, rest = output.partition("'releases'")
    return re.sub(r'\d+(\.\d+)?', '#', figures) + releases + rest if releases else output


@pytest.mark.parametrize('page', ['README.md', 'README.vi.md'])
def test_the_readme_leads_on_by_few_links(page: str) -> None:
    """A newcomer reads it to the end; docs/index.md has every page."""
    links = re.findall(r'\]\(([^)]+)\)', (PROJECT / page).read_text(encoding='utf-8'))
    assert len(links) <= 15, links
    assert 'docs/index.md' in links


@pytest.mark.parametrize('page', ['README.md', 'README.vi.md'])
def test_the_readme_names_every_question_of_the_portal(page: str) -> None:
    """But for the export of features, which asks nothing; steps of other pages are no questions either."""
    titles = (PROJECT / 'web' / 'src' / 'planning' / 'titles.ts').read_text(encoding='utf-8')
    steps = set(re.findall(r"'([a-z-]+)'", titles.partition('ELSEWHERE = new Set([')[2].partition(']')[0]))
    assert 'deliver-layer' in steps
    listed = set(re.findall(r'^\| .* \| `([a-z-]+)` \|$', (PROJECT / page).read_text(encoding='utf-8'), re.MULTILINE))
    assert listed == set(all_processes()) - steps - {'export-features'}

"""OGC API - Processes - Part 1, class HTML: every resource as a page, with all that its JSON says."""

from html.parser import HTMLParser

import requests

from tests.api.conformance.conftest import Api, links
from tests.api.conformance.processing import ended, execute

CLASSES = ['http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/html']


class Words(HTMLParser):
    """The text of a page, and the values in its fields."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text, self.tags = '', set[str]()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.text += (
            ' '.join(value or '' for name, value in attrs if name in {'value', 'href', 'name', 'data-of'}) + ' '
        )

    def handle_data(self, data: str) -> None:
        self.text += data


def page(answer: requests.Response) -> Words:
    assert answer.status_code == 200
    assert answer.headers['Content-Type'].startswith('text/html')
    assert answer.text.lstrip().lower().startswith('<!doctype html>')
    return Words(answer.text)


def resources(api: Api) -> list[str]:
    answer = execute(api, 'echo', {'stringInput': 'Value2'}, headers={'Prefer': 'respond-async'})
    assert ended(api, answer)['status'] == 'successful'
    return ['', '/conformance', '/processes', '/processes/echo', '/jobs', answer.headers['Location']]


def test_html_is_what_every_resource_comes_in_too(api: Api) -> None:
    """/req/html/definition: by `Accept`, and by the link of its JSON"""
    for where in resources(api):
        page(api.get(where, {'Accept': 'text/html'}))
        document = api.json(where, f='json')
        (alternate,) = links(document, 'alternate', 'text/html')
        page(api.get(alternate['href']))


def test_pages_hold_what_the_json_says(api: Api) -> None:
    """/req/html/content"""
    every = page(api.get('/processes', f='html', lang='en'))
    for one in api.json('/processes', lang='en')['processes']:
        assert one['title'] in every.text
        assert f'/processes/{one["id"]}?' in every.text
        described = api.json(f'/processes/{one["id"]}', lang='en')
        shown = page(api.get(f'/processes/{one["id"]}', f='html', lang='en'))
        assert described['description'] in shown.text
        for name, about in described['inputs'].items():
            assert name in shown.text
            assert about['title'] in shown.text
        assert set(described['outputs']) <= set(shown.text.split())
    *_, job = resources(api)
    status = api.json(job, lang='en')
    shown = page(api.get(job, f='html', lang='en'))
    for name in ('jobID', 'processID', 'message'):
        assert status[name] in shown.text
    assert f'/jobs/{status["jobID"]}/results/stringOutput' in shown.text


def test_errors_are_pages_for_browsers(api: Api) -> None:
    for where in ('/processes/nothing', '/jobs/nothing', '/jobs/nothing/results'):
        answer = api.get(where, {'Accept': 'text/html'})
        assert answer.status_code == 404
        assert answer.headers['Content-Type'].startswith('text/html')

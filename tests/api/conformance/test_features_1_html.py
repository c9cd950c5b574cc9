"""OGC API - Features - Part 1, class HTML: every resource as a page, the features among them."""

from urllib.parse import urlsplit

from tests.api.conformance.conftest import Api, links
from tests.api.conformance.test_common_1_html import BROWSER, Outline

CLASSES = ['http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html']


def test_html_definition(api: Api) -> None:
    """/req/html/definition: each operation that answers 200 answers with a page, too; here one service a language."""
    lang = 'vi' if api.audience == 'internal' else 'en'
    for one in api.feature_collections():
        base = f'/collections/{one["id"]}'
        feature = api.json(f'{base}/items', limit=1)['features'][0]['id']
        for path in (base, f'{base}/items', f'{base}/items/{feature}', f'{base}/schema', f'{base}/queryables'):
            answer = api.get(path, BROWSER, lang=lang)
            assert answer.status_code == 200, path
            assert answer.headers['Content-Type'] == 'text/html; charset=utf-8', path
            assert Outline(answer.text).open == [], path
            assert f'<html lang="{lang}">' in answer.text, path


def test_html_content_of_features(api: Api) -> None:
    """/req/html/content: the values of all properties, and the links as anchors."""
    for one in api.feature_collections():
        page = api.json(f'/collections/{one["id"]}/items', limit=3)
        shown = Outline(api.get(f'/collections/{one["id"]}/items', f='html', limit=3).text)
        for feature in page['features']:
            # codes of a list are shown by their titles, so a feature may have nothing else that is itself there
            values = [str(value) for value in feature['properties'].values() if value is not None]
            assert any(value in shown.text for value in values), (one['id'], values)
            address = f'/collections/{one["id"]}/items/{feature["id"]}'
            assert any(urlsplit(link).path.endswith(address) for link in shown.addresses), address
        # the page goes on by offset, by which it also leads back
        leads_on = any(urlsplit(link).query.endswith('offset=3') for link in shown.addresses)
        assert leads_on is bool(links(page, 'next'))


def test_html_content_of_one_feature(api: Api) -> None:
    """/req/html/content"""
    (school,) = api.json('/collections/schools/items', limit=1)['features']
    shown = Outline(api.get(f'/collections/schools/items/{school["id"]}', f='html', lang='en').text)
    for name in ('code', 'name'):
        assert school['properties'][name] in shown.text
    titles = [one['title'] for one in api.json('/collections/schools/schema', lang='en')['properties'].values()]
    assert sum(title in shown.text for title in titles) >= 4

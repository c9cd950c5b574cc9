"""OGC API - Records - Part 1, class Record Core: what every record says."""

import re

from tests.api.conformance.conftest import Api, links
from tests.api.conformance.records import CONF, records

CLASSES = ['http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-core']
DAY = r'\d{4}-\d{2}-\d{2}'
SPDX = {'CC-BY-4.0', 'CC0-1.0', 'ODbL-1.0'}


def test_a_record_has_the_mandatory_properties(api: Api) -> None:
    """/req/record-core/mandatory-properties-record: id, and of the resource its type and title."""
    for one in records(api):
        assert isinstance(one['id'], str)
        assert one['id']
        assert one['properties']['type'] in {'dataset', 'process', 'document'}
        assert one['properties']['title'].strip()
        assert f'{CONF}/record-core' in one['conformsTo']


def test_the_time_is_null_or_an_interval_of_days(api: Api) -> None:
    """/req/record-core/time-instant, time-interval, time-instant-interval, time-zone"""
    known = [one['time'] for one in records(api) if one['time']]
    assert known
    for time in known:
        begins, ends = time['interval']
        assert all(re.fullmatch(rf'{DAY}|\.\.', moment) for moment in (begins, ends)), time
        assert begins == '..' or ends == '..' or begins <= ends


def test_the_default_media_type_is_geojson_with_its_profile(api: Api) -> None:
    """/req/record-core/default-mediatype"""
    answer = api.get('/collections/catalogue/items/process-corridor-conflicts')
    assert answer.headers['Content-Type'].split(';')[0] == 'application/geo+json'
    (profile,) = links(answer.json(), 'profile')
    assert profile['href'] == 'http://www.opengis.net/def/profile/OGC/0/ogc-record'


def test_a_record_links_to_the_one_catalogue_that_it_is_in(api: Api) -> None:
    """/req/record-core/links"""
    for one in records(api):
        (to,) = links(one, 'collection')
        assert api.json(to['href'])['id'] == 'catalogue'


def test_a_licence_is_an_spdx_identifier_with_its_link(api: Api) -> None:
    """/req/record-core/license"""
    licensed = [one for one in records(api) if 'license' in one['properties']]
    assert licensed
    for one in licensed:
        assert one['properties']['license'] in SPDX
        assert links(one, 'license')


def test_a_contact_is_an_office_with_its_roles(api: Api) -> None:
    """/req/record-core/contact; links and logos of contacts would need a media type."""
    for one in records(api):
        assert one['properties']['contacts']
        for contact in one['properties']['contacts']:
            assert contact['organization']
            assert contact['roles']
            assert not {'name', 'emails', 'phones'} & contact.keys()
            assert all(link['type'] for link in contact.get('links', []))


def test_a_templated_link_names_its_variables(api: Api) -> None:
    """/req/record-core/templated-link; there is none in a header (templated-link-header)."""
    templates = [link for one in records(api) for link in one.get('linkTemplates', [])]
    assert templates
    for link in templates:
        assert set(re.findall(r'{([^}]+)}', link['uriTemplate'])) == set(link['variables'])
        assert all(schema['type'] for schema in link['variables'].values())
    assert 'Link-Template' not in api.get('/collections/catalogue/items').headers

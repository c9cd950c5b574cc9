"""OGC API - Records - Part 1, class Autodiscovery: a page of the service leads to the catalogue."""

import re

from tests.api.conformance.conftest import Api, links
from tests.api.conformance.records import OGC

CLASSES = ['http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/autodiscovery']


def test_autodiscovery_leads_from_the_landing_page_to_the_records(api: Api) -> None:
    """/req/autodiscovery/links"""
    text = api.get('', {'Accept': 'text/html'}, f=None).text
    head = text.partition('</head>')[0]
    (address,) = re.findall(rf'<link rel="{OGC}/ogc-catalog"[^>]*href="([^"]+)"', head)
    assert api.json(address.replace('&amp;', '&'), f='json')['features']
    (link,) = links(api.json(''), f'{OGC}/ogc-catalog')
    assert api.json(link['href'])['features']

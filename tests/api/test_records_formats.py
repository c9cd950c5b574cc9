"""Records in the formats of other catalogues: ISO 19139, ISO 19115-3 and DCAT."""

import json
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from lxml import etree
from owslib.iso import MD_Metadata as Iso19139
from owslib.iso3 import MD_Metadata as Iso19115
from pygeometa.core import import_metadata
from rdflib import DCAT, DCTERMS, RDF, Graph, Literal, Namespace

from tests.api.conftest import Desk, building, school, square

type Client = Callable[..., FlaskClient]
ITEMS = '/api/collections/catalogue/items'
KINDS = ('schools', 'process-corridor-conflicts', 'document-decree-14-2014', 'document-corridor-conflicts')
FORMS = {
    'iso19139': 'application/vnd.iso.19139+xml',
    'iso19115-3': 'application/vnd.iso.19115-3+xml',
    'dcat': 'application/ld+json',
}
GMD = '{http://www.isotc211.org/2005/gmd}'
# The order that the schema of ISO 19139 asks for (gmd/metadataEntity.xsd).
ORDER = [
    'fileIdentifier', 'language', 'characterSet', 'parentIdentifier', 'hierarchyLevel', 'hierarchyLevelName', 'contact',
    'dateStamp', 'metadataStandardName', 'metadataStandardVersion', 'dataSetURI', 'locale',
    'spatialRepresentationInfo', 'referenceSystemInfo', 'metadataExtensionInfo', 'identificationInfo', 'contentInfo',
    'distributionInfo', 'dataQualityInfo', 'portrayalCatalogueInfo', 'metadataConstraints', 'applicationSchemaInfo',
    'metadataMaintenance',
]  # fmt: skip
NEEDED = {'contact', 'dateStamp', 'identificationInfo'}
# Elements of gmd that may not be empty, as all that hold an object.
HOLDERS = ('extent', 'geographicElement', 'spatialRepresentationInfo', 'EX_Extent', 'contact', 'distributionInfo')


@pytest.fixture
def app(desk: Desk, client: Client) -> FlaskClient:
    desk.release('schools', [('POINT(0 0)', school('A')), ('POINT(1000 2000)', school('B'))], at='2026-01-31T10:00:00Z')
    desk.release('buildings', [(square(0, 0), building('A'))], demo=True)
    return client('internal')


def written(app: FlaskClient, record_id: str, form: str) -> bytes:
    answer = app.get(f'{ITEMS}/{record_id}?f={form}')
    assert (answer.status_code, answer.mimetype) == (200, FORMS[form]), answer.get_data(as_text=True)
    return answer.get_data()


@pytest.mark.parametrize('form', FORMS)
def test_a_format_is_chosen_by_f_or_by_accept(app: FlaskClient, form: str) -> None:
    by_name = app.get(f'{ITEMS}/schools?f={form}')
    by_type = app.get(f'{ITEMS}/schools', headers={'Accept': FORMS[form]})
    assert by_name.get_data() == by_type.get_data()
    assert by_type.mimetype == FORMS[form]


def test_iso_19139_has_the_elements_and_order_of_its_schema(app: FlaskClient) -> None:
    for name in KINDS:
        root = etree.fromstring(written(app, name, 'iso19139'))
        names = [element.tag.removeprefix(GMD) for element in root]
        assert root.tag == f'{GMD}MD_Metadata'
        assert names == sorted(names, key=ORDER.index), name
        assert {*names} >= NEEDED, name
        for holder in HOLDERS:
            assert not [one for one in root.iter(f'{GMD}{holder}') if len(one) == 0], (name, holder)


def test_owslib_reads_iso_19139(app: FlaskClient) -> None:
    found = Iso19139(etree.fromstring(written(app, 'schools', 'iso19139')))
    (about,) = found.identification
    assert (found.identifier, found.hierarchy, found.datestamp) == ('schools', 'dataset', '2026-01-31T10:00:00Z')
    assert about.title == 'Trường học'
    assert found.referencesystem.code == 'urn:ogc:def:crs:EPSG::9209'
    assert {contact.organization for contact in found.contact} == {
        'Sở Giáo dục và Đào tạo', 'Trung tâm điều hành đô thị thông minh tỉnh Nam Định',
    }  # fmt: skip
    assert about.temporalextent_start == '2026-01-31'
    assert float(about.bbox.minx) == pytest.approx(106.17, abs=0.02)
    assert about.topiccategory == ['society']
    assert 'bản gốc của cơ quan' in found.dataquality.lineage
    assert any(one.url.endswith('/collections/schools/items') for one in found.distribution.online)


def test_iso_19139_speaks_both_languages(app: FlaskClient) -> None:
    """Every text in the second language names a locale that is there; pygeometa alone names one that is not."""
    root = etree.fromstring(written(app, 'schools', 'iso19139'))
    locales = {one.get('id') for one in root.iter(f'{GMD}PT_Locale')}
    texts = [*root.iter(f'{GMD}LocalisedCharacterString')]
    assert {one.get('locale').removeprefix('#') for one in texts} == locales == {'eng'}
    assert 'Schools' in {one.text for one in texts}


def test_owslib_reads_iso_19115_3(app: FlaskClient) -> None:
    found = Iso19115(etree.fromstring(written(app, 'schools', 'iso19115-3')))
    (about,) = found.identification
    assert (found.identifier, found.hierarchy) == ('schools', 'dataset')
    assert (found.referencesystem.code, found.referencesystem.codeSpace) == ('9209', 'EPSG')
    assert about.title == 'Trường học'
    assert about.abstract == 'Trường học các cấp và số chỗ học.'
    assert float(about.bbox.miny) == pytest.approx(20.25, abs=0.05)
    assert 'Xã hội' in [keyword.name for keyword in about.keywords[0].keywords]
    assert {contact.role for contact in found.contact} == {'originator', 'pointOfContact', 'publisher', 'distributor'}
    assert about.resourcelanguagecode == ['vie']
    assert any(one.url.endswith('/collections/schools/items') for one in found.distribution.online)


@pytest.mark.parametrize('form', ['iso19139', 'iso19115-3'])
def test_every_kind_of_record_is_read_again(app: FlaskClient, form: str) -> None:
    reader = {'iso19139': Iso19139, 'iso19115-3': Iso19115}[form]
    for name in KINDS:
        found = reader(etree.fromstring(written(app, name, form)))
        told = app.get(f'{ITEMS}/{name}?lang=vi').get_json(force=True)['properties']
        assert found.identifier == name
        assert found.identification[0].title == told['title']


def test_pygeometa_reads_what_it_wrote(app: FlaskClient) -> None:
    found = import_metadata('iso19139', written(app, 'schools', 'iso19139').decode())
    assert found['metadata']['identifier'] == 'schools'
    assert found['identification']['extents']['spatial'][0]['bbox'][0] == pytest.approx(106.17, abs=0.02)


def test_signs_of_markup_in_a_text_stay_text(app: FlaskClient, desk: Desk, client: Client) -> None:
    """A licence or name with & or < must not break the XML."""
    from dataclasses import replace

    from dothi.api.records import formats as records_formats
    from dothi.api.records.record import Record
    from dothi.core.text import Text

    odd = Text(vi='Đất & <nước>', en='Land & <water>')
    record = replace(Record('x', 'document', odd, odd), keywords=(odd,), rights=odd)
    with app.application.test_request_context('/api'):
        for write in (records_formats.write_iso19139, records_formats.iso19115_3):
            text = ''.join(etree.fromstring(write(record)).itertext())
            assert 'Đất & <nước>' in text
            assert 'Land & <water>' in text


SPEC = Namespace('http://127.0.0.1:5000/api/collections/catalogue/items/')


def graph(document: bytes) -> Graph:
    """Read as RDF, from what is in the document alone."""
    assert isinstance(json.loads(document)['@context'], dict)
    return Graph().parse(data=document.decode(), format='json-ld')


def test_dcat_is_a_dataset_in_two_languages_with_its_distributions(app: FlaskClient) -> None:
    found = graph(written(app, 'schools', 'dcat'))
    (about,) = found.subjects(RDF.type, DCAT.Dataset)
    assert about == SPEC['schools']
    assert {*found.objects(about, DCTERMS.title)} == {Literal('Trường học', lang='vi'), Literal('Schools', lang='en')}
    places = [str(found.value(one, DCAT.accessURL)) for one in found.objects(about, DCAT.distribution)]
    assert any(place.endswith('/collections/schools/items') for place in places)
    assert any(place.endswith('/ows?service=WMS&request=GetCapabilities') for place in places)
    assert all(place.startswith('http://127.0.0.1:5000/') for place in places)
    assert {str(kind) for kind in found.objects(None, DCAT.mediaType)} >= {'image/png', 'text/xml'}
    assert all('/' in str(kind) for kind in found.objects(None, DCAT.mediaType))
    iso = written(app, 'schools', 'iso19139').decode()
    assert '>OGC:WMS<' in iso
    assert '>OGC:WMTS<' in iso
    (box,) = [found.value(one, DCAT.bbox) for one in found.objects(about, DCTERMS.spatial)]
    assert str(box).startswith('POLYGON((106.1')
    assert str(found.value(about, DCTERMS.license)) == 'https://creativecommons.org/licenses/by/4.0/'


def test_a_page_of_records_is_a_dcat_catalog(app: FlaskClient) -> None:
    answer = app.get(f'{ITEMS}?f=dcat&type=dataset')
    assert answer.mimetype == FORMS['dcat']
    found = graph(answer.get_data())
    (catalog,) = found.subjects(RDF.type, DCAT.Catalog)
    assert {*found.objects(catalog, DCAT.dataset)} == {SPEC['schools'], SPEC['buildings']}
    assert app.get(f'{ITEMS}?f=dcat&ids=nothing').status_code == 200


def test_a_format_that_there_is_not_is_named(app: FlaskClient) -> None:
    answer = app.get(f'{ITEMS}/schools?f=iso19140&lang=en')
    assert (answer.status_code, 'iso19139' in answer.get_json()['description']) == (400, True)
    assert app.get(f'{ITEMS}?f=iso19139').status_code == 400

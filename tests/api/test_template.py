"""Templates at their address: each form, with the columns of the audience, and errors that say what is right."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from etl.template.formats import FORMATS
from tests.api.conftest import Desk, release_schools

ADDRESS = '/api/collections/schools/template'


@pytest.mark.parametrize('form', FORMATS)
def test_a_template_comes_as_a_file_of_its_type(desk: Desk, client: Callable[..., Any], form: str) -> None:
    answer = client('public').get(f'{ADDRESS}?f={form}')
    assert answer.status_code == 200
    assert answer.mimetype == FORMATS[form].media_type
    assert answer.headers['Content-Disposition'] == f'attachment; filename=schools-template.{form}'
    assert answer.get_data()


def test_it_is_in_the_language_and_the_coordinates_that_are_asked_for(desk: Desk, client: Callable[..., Any]) -> None:
    answer = client('public').get(f'{ADDRESS}?lang=en&coordinates=degrees')
    header = [cell.value for cell in openpyxl.load_workbook(io.BytesIO(answer.get_data()))['Data'][3]]
    assert header == ['Code', 'Name', 'Level', 'Places (place)', 'Longitude', 'Latitude']


def test_the_public_one_lacks_what_is_not_public(desk: Desk, client: Callable[..., Any]) -> None:
    lines = {
        audience: client(audience).get('/api/collections/buildings/template?f=csv').get_data(as_text=True)
        for audience in ('public', 'internal')
    }
    assert 'Số người' not in lines['public']
    assert 'Số người' in lines['internal']


@pytest.mark.parametrize(
    ('query', 'status', 'word'),
    [
        ('f=pdf', 400, 'xlsx'),
        ('coordinates=feet', 400, 'degrees'),
        ('filled=maybe', 400, 'true'),
        ('fild=true', 400, 'filled'),
    ],
)
def test_what_is_not_offered_is_refused_with_what_is(
    desk: Desk, client: Callable[..., Any], query: str, status: int, word: str
) -> None:
    answer = client('public').get(f'{ADDRESS}?lang=en&{query}')
    assert answer.status_code == status
    assert word in answer.get_json(force=True)['description']


def test_a_collection_links_to_its_templates(desk: Desk, client: Callable[..., Any]) -> None:
    release_schools(desk)
    document = client('public').get('/api/collections/schools?f=json').get_json(force=True)
    forms = {link['type']: link['href'] for link in document['links'] if link['rel'] == 'create-form'}
    assert set(forms) == {form.media_type for form in FORMATS.values()}
    assert forms['text/csv'].endswith(f'{ADDRESS}?f=csv')

"""The project of QGIS at its address: what is in it for whom, and errors that say what is right."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from tests.api.conftest import Desk, release_schools

ADDRESS = '/api/qgis/project'


def project_text(answer: Any) -> str:
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as archive:
        return archive.read('dothi.qgs').decode()


def test_a_project_has_the_layers_that_have_data_and_names_the_key_for_staff_only(
    desk: Desk, client: Callable[..., Any]
) -> None:
    release_schools(desk)
    public, internal = (client(audience).get(ADDRESS) for audience in ('public', 'internal'))
    assert (public.status_code, public.mimetype) == (200, 'application/vnd.qgis.qgz')
    assert public.headers['Content-Disposition'] == 'attachment; filename=dothi.qgz'
    assert public.headers['Cache-Control'] == 'private, no-cache'
    assert "typename='schools'" in project_text(public)
    assert "typename='roads'" not in project_text(public)
    assert ('authcfg' in project_text(public), 'authcfg=dothi01' in project_text(internal)) == (False, True)


def test_a_project_is_in_the_language_and_names_the_id_that_are_asked_for(
    desk: Desk, client: Callable[..., Any]
) -> None:
    release_schools(desk)
    text = client('internal').get(f'{ADDRESS}?f=qgs&lang=en&authcfg=mykey01').get_data(as_text=True)
    assert ('Lower secondary' in text, 'Trung học cơ sở' in text) == (True, False)
    assert 'authcfg=mykey01' in text
    assert 'dothi01' not in text


@pytest.mark.parametrize(
    ('query', 'word'),
    [('f=pdf', 'qgz'), ('authcfg=short', 'seven'), ("authcfg=a' url=x", 'seven'), ('auth=1', 'authcfg')],
)
def test_what_is_not_offered_is_refused_with_what_is(
    desk: Desk, client: Callable[..., Any], query: str, word: str
) -> None:
    answer = client('public').get(f'{ADDRESS}?lang=en&{query}')
    assert answer.status_code == 400
    assert word in answer.get_json(force=True)['description']

"""The internal service in containers has the passwords of its own roles alone, and its pages need no others."""

import shutil
from pathlib import Path

import pytest
import requests
import yaml
from flask.testing import FlaskClient

from dothi.core.settings import PROJECT, PathSettings
from dothi.core.store_mark import MARK
from etl.desk.records import records
from tests.conftest import PATIENCE_S
from tests.forked import ForkedProcess
from tests.matrix import exhaustive
from tests.processes.test_deliver_layer import LAN, app, database, made, post, schools, service
from tests.services import serving

__all__ = ['app', 'database', 'made', 'service']
PAGES = ('', '/receipt', '/original', '/bad-rows', '/changes', '/changes/tiles/WebMercatorQuad/9/221/407')
# beside those of one delivery
OTHERS = (
    '/deliveries',
    '/edits',
    '/edits/conflicts',
    '/uploads',
    '/account',
    '/people',
    '/people/log',
    '/jobs',
    '/collections',
)


def own_passwords() -> list[str]:
    """The files that compose.yml copies for the internal service, but for the mark of the store."""
    compose = yaml.safe_load((PROJECT / 'docker' / 'compose.yml').read_text(encoding='utf-8'))
    command = ' '.join(compose['services']['migrate']['command'][0].split())
    copied = next(part for part in command.split('&&') if part.strip().endswith('../internal-secrets/'))
    return [name for name in copied.split()[2:-1] if name != MARK]


# a page reads what its JSON says
@pytest.mark.parametrize('form', [pytest.param('json', marks=exhaustive), 'html'])
def test_no_page_of_the_desk_wants_another_password(
    database: dict[str, str], app: FlaskClient, worker: ForkedProcess, tmp_path: Path, form: str
) -> None:
    post(app, schools('own_1', 'own_2', 'own_3', mode='upsert'))
    post(app, schools('own_1'))
    number = records(status='diagnosed')[0].id
    assert app.post(f'/api/deliveries/{number}/changes', json={}, headers=LAN).status_code == 201
    secrets = tmp_path / 'secrets'
    secrets.mkdir()
    assert {'reader_internal', 'gatekeeper', 'editor', 'access_key'} == set(own_passwords())
    for name in own_passwords():
        shutil.copy(PathSettings().secrets / name, secrets)
    environment = database | {'DOTHI_SECRETS': str(secrets), 'DOTHI_EDIT_TOKEN': 'lan:a-token'}
    paths = [f'/deliveries/{number}{page}' for page in PAGES] + list(OTHERS)
    with serving(environment, tmp_path, ['internal']) as here:
        answers = {
            path: requests.get(
                f'{here.internal_url}/api{path}', params={'f': form}, headers=LAN, timeout=PATIENCE_S
            ).status_code
            for path in paths
        }
        log = here.log.read_text(encoding='utf-8')
    assert not [path for path, status in answers.items() if status >= 500], (answers, log[-3000:])
    assert answers['/deliveries'] == answers[f'/deliveries/{number}'] == answers[f'/deliveries/{number}/receipt'] == 200

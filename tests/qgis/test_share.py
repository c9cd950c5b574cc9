"""QGIS on the database itself: layers of schema share come up styled, with their titles, and cannot be changed."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from dothi.core.locality import Locality
from tests.conftest import Province

CLIENT = Path(__file__).with_name('share_client.py')


@pytest.fixture(scope='module')
def seen(province: Province, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What QGIS saw as each user, by layer."""
    url, home = make_url(province.environment['DOTHI_DATABASE_URL']), tmp_path_factory.mktemp('qgis')
    secrets = Path(province.environment['DOTHI_SECRETS'])
    users = {f'dothi_{role}': (secrets / role).read_text(encoding='utf-8') for role in ('gis_public', 'gis_internal')}
    place = {'host': url.host, 'port': str(url.port), 'database': url.database, 'users': users}
    environment = {'PATH': os.environ['PATH'], 'HOME': str(home), 'QT_QPA_PLATFORM': 'offscreen', 'LC_ALL': 'C.UTF-8'}
    done = subprocess.run(
        ['/usr/bin/python3', CLIENT], input=json.dumps(place),
        env=environment, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    answer: dict[str, Any] = json.loads(done.stdout[done.stdout.index('{') :])
    assert answer['said'] == []
    return dict(answer['seen'])


def test_each_user_gets_the_layers_of_its_audience(seen: dict[str, Any], locality: Locality) -> None:
    public = {layer.id for layer in locality.layers.values() if layer.visible_to('public')}
    internal = {layer.id for layer in locality.layers.values() if layer.visible_to('internal')}
    assert set(seen['dothi_gis_public']) == public
    assert set(seen['dothi_gis_internal']) == internal | {'buildings-internal'}


def test_layers_come_up_styled_keyed_and_read_only(seen: dict[str, Any]) -> None:
    for user, layers in seen.items():
        for name, layer in layers.items():
            assert layer['valid'], (user, name)
            assert (layer['keys'][0], layer['crs']) == ('id', 'EPSG:9209'), (user, name)
            # names alone, without signs
            assert layer['renderer'] == ('nullSymbol' if name == 'surroundings' else 'RuleRenderer'), (user, name)
            assert layer['styles'], (user, name)
            assert not layer['editable'], (user, name)


def test_titles_are_vietnamese_and_rows_those_that_are_served(seen: dict[str, Any]) -> None:
    layers = seen['dothi_gis_public']
    assert layers['schools']['comment'] == 'Trường học · Schools'
    assert layers['schools']['type'] == 'Point'
    assert layers['schools']['columns']['name'] == 'Tên'
    # ten districts and 226 communes: those of the reference date
    assert (layers['districts']['features'], layers['communes']['features']) == (10, 226)


def test_codes_have_words_and_technical_columns_are_out_of_the_form(seen: dict[str, Any]) -> None:
    widgets = seen['dothi_gis_public']['schools']['widgets']
    assert (widgets['level'], widgets['places']) == ('ValueMap', 'Range')
    assert (widgets['id'], widgets['release_from']) == ('Hidden', 'Hidden')
    assert seen['dothi_gis_public']['land_use']['widgets']['commune_code'] == 'ValueMap'

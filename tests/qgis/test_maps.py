"""QGIS adds our WMS and WMTS, draws them and asks what lies at a place."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Province

CLIENT = Path(__file__).with_name('map_client.py')
# In the district of Hải Hậu, in Web Mercator.
BOX = [11_824_600, 2_284_300, 11_830_600, 2_290_300]
PLACE = [11_827_600, 2_287_300]
DISTRICT = 'Huyện Hải Hậu'


@pytest.fixture(scope='module')
def seen(province: Province, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What QGIS saw."""
    home = tmp_path_factory.mktemp('qgis-maps')
    environment = {'PATH': os.environ['PATH'], 'HOME': str(home), 'QT_QPA_PLATFORM': 'offscreen', 'LC_ALL': 'C.UTF-8'}
    environment['TMPDIR'] = str(home)
    asked = {'ows': f'{province.internal_url}/ows', 'layer': 'districts', 'box': BOX, 'place': PLACE}
    done = subprocess.run(
        ['/usr/bin/python3', CLIENT, json.dumps(asked)],
        env=environment, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    found: dict[str, Any] = json.loads(done.stdout[done.stdout.index('{') :])
    return found


@pytest.mark.parametrize('service', ['wms', 'wmts'])
def test_it_draws_the_land_of_the_district(seen: dict[str, Any], service: str) -> None:
    colours = seen[service]
    assert max(colours, key=colours.__getitem__) == '#fbf9f3'


@pytest.mark.parametrize('service', ['identified', 'identified in tiles'])
def test_a_click_tells_what_lies_there(seen: dict[str, Any], service: str) -> None:
    """In words, as a page, and as a feature with its columns."""
    answers = seen[service]
    assert DISTRICT in answers['text']
    assert DISTRICT in answers['html']
    assert [one['name'] for one in answers['features']] == [DISTRICT]

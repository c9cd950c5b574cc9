"""QGIS's own search of catalogues, the plugin MetaSearch, finds the layers."""

import json
import os
import subprocess
from pathlib import Path

from tests.conftest import Province

CLIENT = Path(__file__).with_name('metasearch.py')


def test_metasearch_finds_a_layer_by_its_name_without_accents(province: Province, tmp_path: Path) -> None:
    """It takes the box of every record from the corners of a polygon, so no record may have another shape."""
    environment = {
        'PATH': os.environ['PATH'],
        'HOME': str(tmp_path),
        'QT_QPA_PLATFORM': 'offscreen',
        'LC_ALL': 'C.UTF-8',
    }
    done = subprocess.run(
        ['/usr/bin/python3', CLIENT, f'{province.internal_url}/api/collections/catalogue'],
        env=environment, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    seen = json.loads(done.stdout[done.stdout.index('{') :])
    assert [one['identifier'] for one in seen['found']] == ['rivers']
    assert seen['matches'] == 1
    assert 105.8 < seen['found'][0]['bbox']['minx'] < seen['found'][0]['bbox']['maxx'] < 106.8
    assert seen['record']['properties']['title'] == 'Sông ngòi'
    assert {'rivers', 'process-corridor-conflicts', 'document-decree-14-2014'} <= {*seen['all']}

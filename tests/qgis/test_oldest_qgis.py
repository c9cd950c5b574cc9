"""The oldest QGIS that the plugin names (`qgisMinimumVersion`) has all that the plugin and the project use."""

import json
import os
import subprocess
from configparser import ConfigParser
from pathlib import Path

from dothi.cartography.style.qml import VERSION
from dothi.core.settings import PROJECT

NAMES = Path(__file__).with_name('plugin_names.py')
PLUGIN = PROJECT / 'desktop' / 'dothi_qgis'

type Version = tuple[int, ...]


def oldest() -> Version:
    metadata = ConfigParser(interpolation=None)
    metadata.read(PLUGIN / 'metadata.txt', encoding='utf-8')
    return tuple(int(part) for part in metadata['general']['qgisMinimumVersion'].split('.'))


def newer_names(folder: Path, home: Path) -> dict[str, Version]:
    """The names in the Python files of a folder that the oldest QGIS does not have, by QGIS's own documentation."""
    environment = {'PATH': os.environ['PATH'], 'HOME': str(home), 'QT_QPA_PLATFORM': 'offscreen'}
    done = subprocess.run(
        ['/usr/bin/python3', NAMES, folder], env=environment, capture_output=True, text=True, check=True
    )
    return {name: tuple(since) for name, since in json.loads(done.stdout).items() if tuple(since) > oldest()}


def test_the_plugin_uses_nothing_that_came_after_the_oldest_qgis(tmp_path: Path) -> None:
    assert newer_names(PLUGIN, tmp_path) == {}


def test_what_came_later_is_noticed(tmp_path: Path) -> None:
    """A class, a member of a class, and a method of something whose class the file does not name."""
    (tmp_path / 'late.py').write_text(
        'from qgis.core import QgsFilledLineSymbolLayer, QgsProject, Qgis, QgsProcessing\n'
        'QgsProject.instance().crs3D()\n'
        'Qgis.ProcessingParameterFlag\n'
    )
    assert set(newer_names(tmp_path, tmp_path)) == {'QgsFilledLineSymbolLayer', 'crs3D', 'Qgis.ProcessingParameterFlag'}


def test_projects_and_styles_say_that_the_oldest_qgis_may_read_them() -> None:
    """A project of a later version makes QGIS warn that problems may occur."""
    assert tuple(int(part) for part in VERSION.partition('-')[0].split('.'))[:2] == oldest()

"""The template of every layer, filled, saved again by LibreOffice and QGIS, and delivered: nothing has changed."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from dothi.core.catalog import current_releases
from dothi.core.database import connection
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from etl.report.model import Report
from etl.template.content import template_of
from etl.template.formats import FORMATS
from etl.template.xlsx import TooLongForACell
from tests.matrix import EXHAUSTIVE, exhaustive, thorough

SAVE_AGAIN = Path(__file__).parents[1] / 'qgis' / 'save_again.py'
# Points and lines; dates, moments, units and lists of values among their columns.
EVERY_DAY = ('schools', 'citizen_reports')


@pytest.fixture
def layers(province_database: dict[str, str], locality: Locality) -> list[Layer]:
    """Layers with a release: a few, or all of them."""
    with connection('reader_internal') as db:
        released = current_releases(db)
    return [
        layer for layer in locality.layers.values() if layer.id in released and (EXHAUSTIVE or layer.id in EVERY_DAY)
    ]


def write(
    layers: list[Layer], locality: Locality, form: str, folder: Path, *, degrees: bool = False
) -> dict[str, Path]:
    """By layer, its filled template; a layer whose outlines are too long for a cell has none as a table."""
    files = {layer.id: folder / f'{layer.id}.{form}' for layer in layers}
    with connection('reader_internal') as db:
        for layer in layers:
            made = template_of(db, layer, locality, 'internal', lang='vi', degrees=degrees, filled=True)
            try:
                files[layer.id].write_bytes(FORMATS[form].write(made))
            except TooLongForACell:
                del files[layer.id]
    return files


def faults(layer: Layer, file: Path, locality: Locality) -> list[str]:
    """What keeps the file from saying just what is served."""
    # as demonstration data: a real delivery would take over every row
    report = deliver(file, DeliveryOptions(layer=layer.id, dry_run=True, origin='demo'), locality)
    return [f'{layer.id}: {fault}' for fault in _faults(report)]


def _faults(report: Report) -> list[str]:
    if report.diff is None:
        return [f'{report.verdict} {report.held} {report.rows.by_code} {[note.en for note in report.notes]}']
    diff = report.diff
    changes = {kind: getattr(diff, kind) for kind in ('added', 'changed', 'closed') if getattr(diff, kind)}
    return [str(changes), *map(str, report.rows.by_code.items())] if changes or report.rows.by_code else []


def save_in_libreoffice(files: list[Path], folder: Path, home: Path) -> None:
    """Writes each of them into the folder, as LibreOffice saves it."""
    options = ['--headless', f'-env:UserInstallation=file://{home}/profile', '--convert-to', files[0].suffix[1:]]
    command = ['soffice', *options, '--outdir', str(folder), *map(str, files)]
    subprocess.run(command, check=True, capture_output=True, timeout=500)


def save_in_qgis(files: list[Path], home: Path) -> None:
    """As somebody does who changes a feature there."""
    environment = {'PATH': os.environ['PATH'], 'HOME': str(home), 'QT_QPA_PLATFORM': 'offscreen', 'LC_ALL': 'C.UTF-8'}
    command = ['/usr/bin/python3', str(SAVE_AGAIN), *map(str, files)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.parametrize(
    ('form', 'degrees'), [('xlsx', True), *(pytest.param(form, False, marks=exhaustive) for form in ('csv', 'gpkg'))]
)
def test_a_filled_template_of_each_layer_changes_nothing(
    layers: list[Layer], locality: Locality, tmp_path: Path, form: str, *, degrees: bool
) -> None:
    files = write(layers, locality, form, tmp_path, degrees=degrees)
    assert [fault for layer in layers if layer.id in files for fault in faults(layer, files[layer.id], locality)] == []


@pytest.mark.skipif(shutil.which('soffice') is None, reason='LibreOffice is not installed')
@pytest.mark.parametrize('form', [pytest.param('xlsx', marks=exhaustive), 'csv'])
def test_libreoffice_changes_nothing_by_saving(
    layers: list[Layer], locality: Locality, tmp_path: Path, form: str
) -> None:
    files = write(layers, locality, form, tmp_path)
    saved = tmp_path / 'saved'
    save_in_libreoffice(list(files.values()), saved, tmp_path)
    assert [
        fault
        for layer in layers
        if layer.id in files
        for fault in faults(layer, saved / f'{layer.id}.{form}', locality)
    ] == []


@thorough
def test_qgis_changes_nothing_by_saving(layers: list[Layer], locality: Locality, tmp_path: Path) -> None:
    files = write(layers, locality, 'gpkg', tmp_path)
    save_in_qgis(list(files.values()), tmp_path)
    assert [fault for layer in layers if layer.id in files for fault in faults(layer, files[layer.id], locality)] == []

"""The letters of a project in QGIS: Be Vietnam Pro where the plugin or the machine brings it, else what is there."""

import json
import os
import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest

from dothi.api.common.qgis_plugin import plugin_zip
from dothi.cartography.qgis_project.folder import write_folder
from dothi.core.database import connection
from dothi.core.locality import Locality
from dothi.core.progress import silent
from tests.conftest import Province, use
from tests.matrix import thorough

CLIENT = Path(__file__).with_name('font_client.py')
MOST_ZIP_BYTES = 300_000
FACES = {'BeVietnamPro-Medium', 'BeVietnamPro-Bold'}


@dataclass(frozen=True)
class PrintedSheet:
    """The fonts in the PDF of a sheet, and what QGIS tried to fetch for it."""

    fonts: set[str]
    downloads: list[str]


@pytest.fixture(scope='module')
def project_folder(province: Province, locality: Locality, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with its data, for work without network."""
    folder = tmp_path_factory.mktemp('qgis-fonts') / 'work'
    with pytest.MonkeyPatch.context() as patch:
        use(patch, province.environment)
        with connection('reader_public') as db:
            write_folder(db, folder, locality, 'public', 'vi', silent)
    return folder


def printed(folder: Path, home: Path, plugin_folder: str = '') -> PrintedSheet:
    """A sheet of A4, by a QGIS whose profile is in `home`."""
    environment = {'PATH': os.environ['PATH'], 'HOME': str(home), 'QT_QPA_PLATFORM': 'offscreen', 'LC_ALL': 'C.UTF-8'}
    pdf = home / 'sheet.pdf'
    done = subprocess.run(
        ['/usr/bin/python3', CLIENT, folder / 'dothi.qgz', 'A4 ngang', pdf, plugin_folder],
        env=environment, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    answer = json.loads(done.stdout[done.stdout.index('{') :])
    table = subprocess.run(['pdffonts', pdf], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    # a name may have a mark of the subset in front: ABCDEF+BeVietnamPro-Bold
    return PrintedSheet({line.split()[0].rpartition('+')[2] for line in table}, answer['downloads'])


def test_with_the_plugin_labels_and_sheets_are_in_be_vietnam_pro(project_folder: Path, tmp_path: Path) -> None:
    """The plugin as the service hands it out, not as it lies in the repository."""
    with zipfile.ZipFile(BytesIO(plugin_zip())) as archive:
        archive.extractall(tmp_path / 'plugins')
    sheet = printed(project_folder, tmp_path, str(tmp_path / 'plugins'))
    assert sheet.fonts == FACES


@thorough
def test_without_it_the_sheet_is_printed_in_what_the_machine_has_and_nothing_is_fetched(
    project_folder: Path, tmp_path: Path
) -> None:
    sheet = printed(project_folder, tmp_path)
    assert sheet.fonts
    assert not sheet.fonts & FACES
    assert [url for url in sheet.downloads if 'vietnam' in url] == []


@thorough
def test_fonts_of_the_folder_in_the_profile_do_without_the_plugin(project_folder: Path, tmp_path: Path) -> None:
    """As the guide says: copied to `fonts` of the active profile."""
    profile = tmp_path / '.local/share/QGIS/QGIS3/profiles/default'
    shutil.copytree(project_folder / 'fonts', profile / 'fonts')
    assert printed(project_folder, tmp_path).fonts == FACES


def test_fonts_go_with_their_licence_and_leave_the_plugin_small(project_folder: Path) -> None:
    with zipfile.ZipFile(BytesIO(plugin_zip())) as archive:
        fonts = {name for name in archive.namelist() if name.startswith('dothi_qgis/fonts/')}
    assert {Path(name).name for name in fonts} == {f'{face}.ttf' for face in FACES} | {'OFL.txt'}
    assert 'SIL OPEN FONT LICENSE' in (project_folder / 'fonts/OFL.txt').read_text()
    assert len(plugin_zip()) < MOST_ZIP_BYTES

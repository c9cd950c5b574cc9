"""`dothi qgis project`: a file that reads the service, a folder with the data, and errors that name what is wrong."""

import zipfile
from pathlib import Path

from tests.cli.test_cli import document, dothi


def test_the_project_reads_the_address_that_is_named_by_the_key_of_that_id(
    database: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / 'a.qgz'
    arguments = ('--audience', 'internal', '--url', 'https://gis.example.org/', '--authcfg', 'mykey01')
    done = dothi('qgis', 'project', file, *arguments, '--json', env=database)
    assert document(done) == {'project': str(file), 'data': None, 'layers': 0}
    with zipfile.ZipFile(file) as archive:
        text = archive.read('a.qgs').decode()
    assert 'authcfg=mykey01' in text
    assert 'https://gis.example.org/api/styles/default/map/tiles' in text


def test_a_folder_with_a_project_is_not_written_over(database: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / 'dothi.qgz').write_bytes(b'work')
    done = dothi('qgis', 'project', tmp_path, '--offline', '--lang', 'en', env=database)
    assert (done.returncode, 'Take another folder' in done.stderr) == (2, True)
    assert (tmp_path / 'dothi.qgz').read_bytes() == b'work'


def test_a_file_with_another_ending_is_refused(database: dict[str, str], tmp_path: Path) -> None:
    done = dothi('qgis', 'project', tmp_path / 'a.zip', '--lang', 'en', env=database)
    assert (done.returncode, '--offline' in done.stderr) == (2, True)
    assert list(tmp_path.glob('a.*')) == []

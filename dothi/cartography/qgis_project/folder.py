"""A project with its data in a folder, for work without network: the project beside a GeoPackage with every layer."""

import shutil
import tempfile
from pathlib import Path

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.cartography.fonts import files_to_hand_on
from dothi.cartography.qgis_project.contents import FileSource, ProjectContents, ProjectLayer
from dothi.cartography.qgis_project.project_file import qgz_of
from dothi.cartography.qgis_project.reading import read_contents
from dothi.core.errors import WrongUse
from dothi.core.export.extract import Extract
from dothi.core.export.gdal_file import names_in_sqlite, write_geopackage
from dothi.core.layer import Audience
from dothi.core.layer_source import source
from dothi.core.locality import Locality
from dothi.core.progress import Progress
from dothi.core.text import Lang

NAME = 'dothi'


class FolderInUse(WrongUse):
    """The folder holds a project already, in which somebody may have worked."""


def write_folder(
    db: Connection, folder: Path, locality: Locality, audience: Audience, lang: Lang, progress: Progress
) -> ProjectContents:
    """Writes the project and the data as they are released now; raises FolderInUse rather than replacing any."""
    project, data = folder / f'{NAME}.qgz', folder / f'{NAME}.gpkg'
    for file in (project, data):
        if file.exists():
            raise FolderInUse(
                vi=f'{file} đã có, có thể có người đang sửa trong đó. Chọn thư mục khác.',
                en=f'{file} is there already, and somebody may have worked in it. Take another folder.',
            )
    folder.mkdir(parents=True, exist_ok=True)
    field_names = {
        layer.id: names_in_sqlite(layer.columns_for(audience)) for layer in locality.layers_for(audience).values()
    }
    contents = read_contents(db, locality, audience, lang, FileSource(data.name), field_names)
    # half a file is never under its name
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        part = Path(scratch) / data.name
        for done, layer in enumerate(contents.layers, 1):
            write_geopackage(db, _extract(layer, locality, audience, lang), part, lambda _rows: None)
            progress(layer.title, done, len(contents.layers))
        part.replace(data)
    project.write_bytes(qgz_of(contents, NAME))
    _write_fonts(folder / 'fonts')
    return contents


def _write_fonts(folder: Path) -> None:
    """The letters of the project with their licence, for machines that have neither the plugin nor a network."""
    for name, file in files_to_hand_on().items():
        folder.mkdir(exist_ok=True)
        shutil.copyfile(file, folder / name)


def _extract(layer: ProjectLayer, locality: Locality, audience: Audience, lang: Lang) -> Extract:
    rows = sql.SQL('from {} as f order by id').format(source(layer.layer, locality, audience))
    return Extract(layer.layer, dict(layer.form.columns), layer.release, rows, locality.srid, locality.srid, lang=lang)

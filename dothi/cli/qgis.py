"""`dothi qgis`: what GIS staff take into QGIS."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel

from dothi.cli import output
from dothi.cli.options import Json
from dothi.core.errors import WrongUse
from dothi.core.layer import Audience
from dothi.core.own_layers import served_locality
from dothi.core.reader_language import pick_number, pick_words, reader_language

qgis_app = typer.Typer(
    no_args_is_help=True,
    help='Dự án QGIS với mọi lớp dữ liệu. · A project of QGIS with every layer.',
)


class WrittenProject(BaseModel):
    """The project that was written, the file with its data where there is one, and how many layers it has."""

    project: Path
    data: Path | None
    layers: int


@qgis_app.callback()
def group() -> None:
    """Dự án QGIS với mọi lớp dữ liệu. · A project of QGIS with every layer."""


@qgis_app.command()
def project(
    file: Annotated[
        Path,
        typer.Argument(
            help='Tệp sẽ ghi, dothi.qgz; với --offline là thư mục. · '
            'The file to write, dothi.qgz; with --offline a folder.'
        ),
    ] = Path('dothi.qgz'),
    offline: Annotated[
        bool,
        typer.Option(
            '--offline',
            help='Kèm dữ liệu trong một GeoPackage, để làm việc khi không có mạng. · '
            'With the data in a GeoPackage, for work without network.',
        ),
    ] = False,
    audience: Annotated[
        Audience,
        typer.Option(
            help='Cho ai: public là công khai, internal là nội bộ, có tất cả. · '
            'For whom: public, or internal with everything.'
        ),
    ] = 'public',
    url: Annotated[
        str | None,
        typer.Option(
            help='Địa chỉ dịch vụ; mặc định nơi nó đang nghe. · Address of the service; where it listens if left out.'
        ),
    ] = None,
    authcfg: Annotated[
        str | None,
        typer.Option(
            help='Mã cấu hình xác thực trong QGIS; nội bộ mặc định dothi01. · '
            'Id of the authentication configuration in QGIS; internal: dothi01.'
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Ghi dự án QGIS: mọi lớp theo chủ đề, có kiểu vẽ, biểu mẫu, quan hệ, dấu trang và khổ in. ·
    Writes a project of QGIS: every layer by theme, with styles, forms, relations, bookmarks and sheets to print.
    """
    written = _write_offline(file, audience) if offline else _write_online(file, audience, url, authcfg)
    output.document(written, as_json, _print_written)


def _write_online(file: Path, audience: Audience, url: str | None, authcfg: str | None) -> WrittenProject:
    from dothi.api.common.qgis import USUAL_ID
    from dothi.api.http.address import listening_url
    from dothi.cartography.qgis_project.contents import ServiceSource
    from dothi.cartography.qgis_project.project_file import qgs_of, qgz_of
    from dothi.cartography.qgis_project.reading import read_contents
    from dothi.core.access.signing import claim_everything
    from dothi.core.database import READERS, connection
    from etl.pages import must_be_writable

    _require_suffix(file)
    must_be_writable(file, 'FILE')
    locality = served_locality()
    if audience == 'internal':
        claim_everything(locality)
    api = f'{(url or listening_url(audience)).rstrip("/")}/api'
    usual_id = USUAL_ID if audience == 'internal' else ''
    with connection(READERS[audience]) as db:
        layers = ServiceSource(api, authcfg or usual_id)
        contents = read_contents(db, locality, audience, reader_language(), layers, {})
    zipped = file.suffix.lower() == '.qgz'
    file.write_bytes(qgz_of(contents, file.stem) if zipped else qgs_of(contents).encode())
    return WrittenProject(project=file, data=None, layers=len(contents.layers))


def _write_offline(folder: Path, audience: Audience) -> WrittenProject:
    from dothi.cartography.qgis_project.folder import NAME, write_folder
    from dothi.core.access.signing import claim_everything
    from dothi.core.database import READERS, connection

    locality = served_locality()
    if audience == 'internal':
        claim_everything(locality)
    with output.progress() as progress, connection(READERS[audience]) as db:
        db.set_session(isolation_level='REPEATABLE READ', readonly=True)
        contents = write_folder(db, folder, locality, audience, reader_language(), progress)
    return WrittenProject(project=folder / f'{NAME}.qgz', data=folder / f'{NAME}.gpkg', layers=len(contents.layers))


def _require_suffix(file: Path) -> None:
    if file.suffix.lower() not in ('.qgz', '.qgs'):
        raise WrongUse(
            vi=f'{file}: tên tệp phải kết thúc bằng .qgz hoặc .qgs; thư mục thì thêm --offline.',
            en=f'{file}: the name of the file has to end in .qgz or .qgs; for a folder add --offline.',
        )


def _print_written(written: WrittenProject) -> None:
    layers = f'{pick_number(written.layers)} {pick_words("lớp", "layers")}'
    files = ', '.join(str(file) for file in (written.project, written.data) if file)
    output.out.print(f'{files}: {layers}', soft_wrap=True, highlight=False)

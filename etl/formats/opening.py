"""From a file to the one layer in it that is meant."""

from pathlib import Path, PurePosixPath

from dothi.core.errors import DataRefused
from dothi.core.layer import Layer
from dothi.core.text import search_key
from etl.doctor.columns import fits
from etl.formats import csv_table, ogr, zipped
from etl.formats.encoding import codec_name
from etl.formats.errors import AmbiguousLayer, EmptyFile, MissingPart, NoLayerInFile, NoSuchFile, UnknownFormat
from etl.formats.source import Source, family

SUFFIXES = frozenset(ogr.DRIVERS) | csv_table.SUFFIXES
# Files that belong to one another; the first one is named, all are kept.
COMPANIONS = {
    '.shp': ('.shx', '.dbf', '.prj', '.cpg'),
    '.tab': ('.dat', '.map', '.id', '.ind'),
    '.tif': ('.tfw',),
}
# Those of them without which nothing can be read, or only half.
INDISPENSABLE = {'.shp': ('.shx', '.dbf'), '.tab': ('.dat',)}
# Beside data in an archive these are as often a note or metadata.
OFTEN_NOTES = frozenset({'.txt', '.json', '.csv'})
SEND_INSTEAD = {
    '.dwg': 'DXF',
    '.dgn': 'DXF',
    '.rar': 'ZIP',
    '.7z': 'ZIP',
    '.xls': 'CSV (UTF-8)',
    '.xlsx': 'CSV (UTF-8)',
}


def open_source(file: Path, layer: Layer, encoding: str | None) -> Source:
    """The layer of `file` that `layer` is delivered with.

    Raises a DataRefused that says what is wrong with the file and what to send.
    """
    must_exist(file)
    if file.stat().st_size == 0:
        raise EmptyFile(vi=f'{file.name} trống (0 byte). Gửi lại tệp.', en=f'{file.name} has 0 bytes. Resend it.')
    source = _choose(_sources(file, codec_name(encoding or layer.source.encoding)), layer, file.name)
    if source.rows == 0:
        raise no_rows(file.name)
    return source


def must_exist(file: Path) -> None:
    """Raises NoSuchFile where `file` is not a file that can be read."""
    try:
        if file.is_dir():
            raise NoSuchFile(
                vi=f'{file} là thư mục. Chỉ ra một tệp trong đó, hoặc nén thư mục thành zip.',
                en=f'{file} is a folder. Name a file in it, or zip the folder.',
            )
        if not file.is_file():
            raise NoSuchFile(vi=f'Không có tệp {file}.', en=f'There is no file {file}.')
        file.open('rb').close()
    except PermissionError:
        raise NoSuchFile(
            vi=f'Không được phép đọc {file}. Đặt lại quyền của tệp.',
            en=f'{file} may not be read. Change its permissions.',
        ) from None


def no_rows(name: str) -> EmptyFile:
    """The refusal of a file without rows."""
    return EmptyFile(
        vi=f'{name} không có hàng nào. Kiểm tra lại tệp và gửi lại.',
        en=f'{name} has no rows. Check the file and resend it.',
    )


def suffixes_beside(file: Path) -> list[Path]:
    """The files beside `file` without which it is not whole, in any spelling of their suffixes."""
    wanted = COMPANIONS.get(file.suffix.lower(), ())
    beside = [path for path in file.parent.iterdir() if path.stem == file.stem and path.suffix.lower() in wanted]
    return sorted(path for path in beside if path.is_file())


def _sources(file: Path, encoding: str) -> list[Source]:
    suffix = file.suffix.lower()
    if suffix == '.zip':
        return _archived(file, encoding)
    if suffix in csv_table.SUFFIXES:
        return [csv_table.csv_source(file, None, encoding)]
    if suffix in ogr.DRIVERS:
        _must_be_whole(file.name, {path.suffix.lower() for path in suffixes_beside(file)})
        return list(ogr.ogr_sources(str(file.absolute()), suffix, file.name))
    raise _unknown_format(file.name, suffix)


def _archived(file: Path, encoding: str) -> list[Source]:
    """The sources in an archive, without what turns out to be a note beside them."""
    sources: list[Source] = []
    notes: list[DataRefused] = []
    for member in zipped.members(file, SUFFIXES):
        try:
            sources += _in_archive(file, member, encoding)
        except DataRefused as refusal:
            if PurePosixPath(member).suffix.lower() not in OFTEN_NOTES:
                raise
            notes.append(refusal)
    if notes and not sources:
        raise notes[0]
    return sources


def _in_archive(file: Path, member: str, encoding: str) -> list[Source]:
    suffix = PurePosixPath(member).suffix.lower()
    if suffix in csv_table.SUFFIXES:
        return [csv_table.csv_source(file, member, encoding)]
    _must_be_whole(member, zipped.suffixes_of(file, member))
    return list(ogr.ogr_sources(ogr.in_zip(file, member), suffix, member))


def _must_be_whole(name: str, beside: set[str]) -> None:
    """Raises MissingPart where an indispensable companion of the file `name` is not among those `beside` it."""
    path = PurePosixPath(name)
    missing = [suffix for suffix in INDISPENSABLE.get(path.suffix.lower(), ()) if suffix not in beside]
    if missing:
        parts = ', '.join(path.stem + suffix for suffix in missing)
        raise MissingPart(
            vi=f'{path.name} thiếu tệp đi kèm {parts}. Nén tất cả các phần cùng tên vào một tệp zip rồi gửi lại.',
            en=f'{path.name} lacks {parts}, which belongs to it. Zip all parts of that name together and resend.',
        )


def _unknown_format(name: str, suffix: str) -> UnknownFormat:
    instead = SEND_INSTEAD.get(suffix, 'Shapefile (zip), GeoPackage, GeoJSON, CSV, MapInfo TAB')
    return UnknownFormat(
        vi=f'Không đọc được định dạng "{suffix}" ({name}). Gửi dạng {instead}.',
        en=f'The format "{suffix}" is not read ({name}). Send {instead} instead.',
    )


def _choose(sources: list[Source], layer: Layer, name: str) -> Source:
    """The only one; or the one with the layer's name; or the only one whose geometry and columns fit."""
    if not sources:
        raise NoLayerInFile(vi=f'{name} không có lớp dữ liệu nào.', en=f'{name} has no data layer.')
    if len(sources) == 1:
        return sources[0]
    names = {search_key(layer.id), search_key(layer.title.vi), search_key(layer.title.en)}
    named = [source for source in sources if names & _own_names(source)]
    fitting = [source for source in sources if _fits(source, layer)]
    for found in (named, fitting):
        if len(found) == 1:
            return found[0]
    listed = ', '.join(f'{source.name} ({source.kind or "?"})' for source in sources)
    raise AmbiguousLayer(
        vi=f'{name} có nhiều lớp và không rõ lớp nào là {layer.id}: {listed}. Gửi riêng lớp đó.',
        en=f'{name} has several layers, and which one is {layer.id} is not clear: {listed}. Send that one alone.',
    )


def _own_names(source: Source) -> set[str]:
    """The name of the layer inside its file, and that of a file inside its archive."""
    file, _, layer = source.name.partition(':')
    return {search_key(layer), search_key(PurePosixPath(file).stem)}


def _fits(source: Source, layer: Layer) -> bool:
    return family(source.kind) in (None, family(layer.geometry)) and fits(source.columns, layer, source.names_cut_at)

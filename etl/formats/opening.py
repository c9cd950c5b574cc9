"""From a file to the one layer in it that is meant; only inside the closed room."""

from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

from dothi.core.errors import DataRefused
from dothi.core.layer import Layer
from etl.doctor.text.choice import Naming, naming
from etl.formats import csv_table, drawing, geodatabase, kml, ogr, packed, workbook, zipped
from etl.formats.choosing import choose
from etl.formats.errors import MissingPart
from etl.formats.file_parts import INDISPENSABLE, must_exist, must_have_bytes, no_rows
from etl.formats.item import Item
from etl.formats.references import gml_must_stand_alone, must_be_closed, tab_must_stand_alone
from etl.formats.refused import DOCUMENT, INSTEAD, PICTURE, must_be_genuine, unknown_format
from etl.formats.source import Source

# Beside data in an archive these are as often a note or metadata.
OFTEN_NOTES = frozenset({'.txt', '.json', '.csv', *workbook.SUFFIXES})
READERS: dict[str, Callable[[Item], Sequence[Source]]] = (
    dict.fromkeys(ogr.FORMATS, ogr.ogr_sources)
    | dict.fromkeys(kml.SUFFIXES, kml.kml_sources)
    | dict.fromkeys(drawing.SUFFIXES, drawing.drawing_sources)
    | dict.fromkeys(workbook.SUFFIXES, workbook.sheet_sources)
)
# What is looked at before GDAL opens a file.
GUARDS: dict[str, Callable[[Item], None]] = {
    '.gpkg': must_be_closed,
    '.tab': tab_must_stand_alone,
    '.gml': gml_must_stand_alone,
}
# Each is opened before one is chosen: more than this take longer than a file may.
MOST_DATA_FILES = 1000
SUFFIXES = frozenset(READERS) | csv_table.SUFFIXES


def open_source(file: Path, layer: Layer, encoding: str | None, source_layer: str | None = None) -> Source:
    """The layer of `file` that `layer` is delivered with.

    source_layer: its name in the file, where the sender says it. Raises a DataRefused that says what is wrong with the
    file and what to send.
    """
    must_exist(file)
    must_have_bytes(file)
    sources = _sources(file, naming(encoding, layer.source.encoding))
    source = choose(sources, layer, file.name, source_layer)
    if source.rows == 0:
        raise no_rows(file.name)
    return source


def _sources(file: Path, how: Naming) -> Sequence[Source]:
    suffix = file.suffix.lower()
    if suffix == '.zip':
        return _archived(file, how)
    if suffix in packed.SUFFIXES:
        return _archived(packed.zip_of(file), how)
    if suffix == geodatabase.SUFFIX and file.is_dir():
        geodatabase.files_of(file)
    return _read(Item(file), how)


def _archived(file: Path, how: Naming) -> Sequence[Source]:
    """The sources in an archive, without what turns out to be a note beside them."""
    sources: list[Source] = []
    notes: list[DataRefused] = []
    for item in _items(file):
        try:
            sources += _read(item, how)
        except DataRefused as refusal:
            if item.suffix not in OFTEN_NOTES:
                raise
            notes.append(refusal)
    if notes and not sources:
        raise notes[0]
    return sources


def _items(file: Path) -> list[Item]:
    """What an archive holds that can be read; raises the refusal of what it holds instead."""
    members = zipped.names(file)
    items = geodatabase.in_archive(file, members)
    loose = geodatabase.without(members)
    items += [Item(file, name) for name in loose if PurePosixPath(name).suffix.lower() in SUFFIXES]
    if len(items) > MOST_DATA_FILES:
        raise zipped.too_many_tables(file.name, len(items), MOST_DATA_FILES)
    if items:
        return items
    for name in loose:
        suffix = PurePosixPath(name).suffix.lower()
        # a document or a picture may lie in any archive
        if INSTEAD.get(suffix) not in (None, DOCUMENT, PICTURE):
            raise unknown_format(name, suffix)
    raise zipped.no_layer(file)


def _read(item: Item, how: Naming) -> Sequence[Source]:
    """The layers of one file, once it was seen to be what it says."""
    if item.suffix in csv_table.SUFFIXES:
        return [csv_table.csv_source(item, how)]
    if item.suffix not in READERS:
        raise unknown_format(item.name, item.suffix)
    _must_be_whole(item)
    must_be_genuine(item)
    if item.suffix in GUARDS:
        GUARDS[item.suffix](item)
    return READERS[item.suffix](item)


def _must_be_whole(item: Item) -> None:
    """Raises MissingPart where an indispensable companion of `item` is not beside it."""
    path = PurePosixPath(item.name)
    missing = [suffix for suffix in INDISPENSABLE.get(item.suffix, ()) if item.beside(suffix) is None]
    if missing:
        parts = ', '.join(path.stem + suffix for suffix in missing)
        raise MissingPart(
            vi=f'{path.name} thiếu tệp đi kèm {parts}. Nén tất cả các phần cùng tên vào một tệp zip rồi gửi lại.',
            en=f'{path.name} lacks {parts}, which belongs to it. Zip all parts of that name together and resend.',
        )

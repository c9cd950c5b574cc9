"""GeoPackages that are open elsewhere, and MapInfo tables and GML that would have GDAL open something else."""

import re

from etl.formats.errors import ForeignReference, InUse
from etl.formats.item import Item
from etl.formats.xml_guard import must_stand_alone

# What SQLite keeps beside a database that is being written; QGIS leaves the newest rows there until it is closed.
JOURNALS = ('-wal', '-journal')
HEAD_BYTES = 10_000
TAB_TYPE = re.compile(r'^\s*type\s+"?(\w+)', re.IGNORECASE | re.MULTILINE)
# Seamless tables, views and rasters name files; a table of its own has none.
TAB_POINTS = re.compile(r'^\s*(?:open\s+table|create\s+view|file\s+"|.*isseamless"\s*=\s*"true)', re.I | re.M)
# The schema, and GDAL's own summary of it.
GML_COMPANIONS = ('.xsd', '.gfs')
OWN_TYPES = frozenset({'native', 'dbf'})


def must_be_closed(item: Item) -> None:
    """Raises InUse for a GeoPackage whose newest rows lie in a journal beside it, which nobody delivers."""
    for journal in JOURNALS if item.suffix == '.gpkg' else ():
        beside = item.beside(f'.gpkg{journal}')
        if beside is not None and beside.size:
            raise InUse(
                vi=f'{item.name} đang được mở trong chương trình khác (có {beside.name}), nên chưa đủ dữ liệu. '
                'Đóng chương trình đó rồi gửi lại.',
                en=f'{item.name} is open in another program ({beside.name} is there), so data is missing. '
                'Close the program that has it open, and send it again.',
            )


def tab_must_stand_alone(item: Item) -> None:
    """Raises ForeignReference for a .tab that is a view, a raster or a link to a database."""
    text = item.head(HEAD_BYTES).decode('latin-1')
    type_ = TAB_TYPE.search(text)
    pointing = TAB_POINTS.search(text)
    if pointing or (type_ and type_[1].lower() not in OWN_TYPES):
        raise _points_elsewhere(item, (pointing or type_ or ['?'])[0].strip())


def _points_elsewhere(item: Item, what: str) -> ForeignReference:
    return ForeignReference(
        vi=f'{item.name} không tự chứa dữ liệu mà trỏ tới nơi khác ({what}). Lưu thành bảng riêng (Save Copy As) '
        'rồi gửi lại.',
        en=f'{item.name} does not hold its data but refers elsewhere ({what}). Save it as a table of its own '
        '(Save Copy As) and resend.',
    )


def gml_must_stand_alone(item: Item) -> None:
    """Raises ForeignReference where the GML in `item`, or what GDAL reads beside it, refers to something else."""
    must_stand_alone(item)
    for suffix in GML_COMPANIONS:
        beside = item.beside(suffix)
        if beside is not None:
            must_stand_alone(beside)

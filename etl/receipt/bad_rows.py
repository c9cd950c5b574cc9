"""Rows to be corrected as a GeoPackage: QGIS shows where they are, and why, in their attributes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dothi.core.layer import ColumnType
from etl.formats.source import family
from etl.geopackage import add_layer
from etl.receipt.kept_rows import KeptRow

# Vietnamese names, for the focal point's eyes; the file's own columns follow them.
REASONS: dict[str, ColumnType] = {
    'hang': 'integer', 'muc_do': 'text', 'ma_loi': 'text', 'cot': 'text', 'gia_tri': 'text', 'ly_do': 'text',
    'reason': 'text',
}  # fmt: skip
LEVELS = {'error': 'lỗi', 'warning': 'cảnh báo'}
LAYERS = {'point': 'loi_diem', 'line': 'loi_duong', 'polygon': 'loi_vung', None: 'loi_khong_vi_tri'}


def write_bad_rows(path: Path, rows: Sequence[KeptRow], srid: int) -> None:
    """Writes one layer for points, lines and polygons each, and a table of rows without a place."""
    path.unlink(missing_ok=True)
    own = _own_columns(rows)
    columns: dict[str, ColumnType] = REASONS | dict.fromkeys(own.values(), 'text')
    for kind, name in LAYERS.items():
        rows_of_kind = [row for row in rows if _family(row) == kind]
        if rows_of_kind:
            shapes = [row.geometry for row in rows_of_kind] if kind else None
            add_layer(path, name, columns, [_values(row, own) for row in rows_of_kind], shapes, srid)


def _family(row: KeptRow) -> str | None:
    return None if row.geometry is None else family(row.geometry.geom_type)


def _own_columns(rows: Sequence[KeptRow]) -> dict[str, str]:
    """The file's columns, in their order, under names that none of the reasons has."""
    names = dict.fromkeys(name for row in rows for name in row.attributes)
    reserved_names = {name.casefold() for name in REASONS}
    return {name: f'{name}_tep' if name.casefold() in reserved_names else name for name in names}


def _values(row: KeptRow, own: dict[str, str]) -> dict[str, Any]:
    reasons = {
        'hang': row.row,
        'muc_do': LEVELS[row.severity],
        'ma_loi': row.code,
        'cot': row.column,
        'gia_tri': row.value,
        'ly_do': row.message.vi,
        'reason': row.message.en,
    }
    attributes = {own[name]: None if value is None else str(value) for name, value in row.attributes.items()}
    return reasons | attributes

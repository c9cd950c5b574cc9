"""A report as a table for the terminal: Vietnamese first, English after it."""

from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text as Line

from dothi.core.numbers import number_vi
from dothi.core.text import Text, for_steward
from etl.report.grouping import FaultGroup, fault_lines, warning_lines
from etl.report.model import HeldRow, RasterReport, Report

SHOWN_ROWS = 20
VERDICTS = {
    'accepted': ('Nhận / accepted', 'green'),
    'returned': ('Trả lại / returned', 'red'),
    'undecided': ('Chờ quyết định / undecided', 'yellow'),
    'superseded': ('Đã có đợt mới hơn thay / superseded', 'bright_black'),
}


def renderable(report: Report) -> Group:
    """The report for `rich.print`: verdict and figures, what was noted, and the first bad rows."""
    parts: list[Table | Line] = [_summary(report)]
    parts += [_note(note) for note in report.notes]
    if (report.crs.decided is None or report.crs.overruled) and report.crs.candidates:
        parts.append(_candidates(report))
    if report.merge and report.merge.rows:
        parts.append(_held_table(report.merge.rows))
    if report.rows.bad:
        parts.append(_fault_table('Lỗi / fault', fault_lines(report)))
    if report.rows.warnings:
        parts.append(_fault_table('Cảnh báo / warning', warning_lines(report)))
    return Group(*parts)


def _note(note: Text) -> Line:
    """A note in both languages, each with what a steward can do about it."""
    text = for_steward(note)
    return Line(f'• {text.vi}\n  {text.en}')


def _summary(report: Report) -> Table:
    words, colour = VERDICTS[report.verdict]
    table = Table(title=f'{report.file} → {report.layer}', show_header=False, title_justify='left')
    table.add_column(style='bold')
    table.add_column()
    check = ' (chỉ kiểm tra / check only)' if report.dry_run else ''
    table.add_row('Kết luận / verdict', Line(words + check, style=f'bold {colour}'))
    if report.release is not None:
        unchanged = ' (không đổi / unchanged)' if report.unchanged else ''
        table.add_row('Phiên bản / release', f'{report.release}{unchanged}')
    crs = report.crs
    table.add_row('Hệ tọa độ / CRS', f'{crs.decided or "?"} ({crs.said.vi} / {crs.said.en}: {crs.declared or "–"})')
    if crs.rivals:
        rivals = ', '.join(f'{rival.crs} ({rival.distance_m:,.0f} m)' for rival in crs.rivals)
        table.add_row('Không loại trừ / not excluded', rivals)
    rows = report.rows
    if rows.read:
        unit = 'Ô / cells' if report.raster else 'Hàng / rows'
        table.add_row(unit, f'{rows.read:,} đọc / read, {rows.good:,} đạt / good, {rows.bad_rows:,} lỗi / bad')
    if rows.by_code:
        table.add_row('Lỗi / faults', _counts(rows.by_code))
    for title, counts in (
        ('Cảnh báo / warnings', rows.warnings_by_code),
        ('Đã sửa / repaired', rows.repairs_by_kind),
    ):
        if counts:
            table.add_row(title, _counts(counts))
    if report.raster is not None:
        _add_raster(table, report.raster)
    if report.diff is not None:
        diff = report.diff
        table.add_row(
            'Thay đổi / diff',
            f'+{diff.added:,} thêm / added, ~{diff.changed:,} sửa / changed, '
            f'−{diff.closed:,} bỏ / closed, ={diff.unchanged:,} giữ nguyên / unchanged',
        )
    if report.columns:
        table.add_row('Cột / columns', ', '.join(f'{source} → {name}' for source, name in report.columns.items()))
    return table


def _add_raster(table: Table, raster: RasterReport) -> None:
    grid = f'{raster.width:,} × {raster.height:,}, ô / cells {raster.cell_width:g} × {raster.cell_height:g}'
    table.add_row('Lưới / grid', grid)
    for band in raster.bands:
        values = (
            '–' if band.min is None else f'{band.min:g} … {band.max:g}, TB / mean {band.mean:.6g} {band.unit or ""}'
        )
        table.add_row('Dải / band', f'{band.name}: {values} ({band.valid:,} ô / cells)')


def _candidates(report: Report) -> Table:
    table = Table('CRS', 'Điểm / score', 'Lệch / off', 'Bằng chứng / evidence', title_justify='left')
    for candidate in report.crs.likely:
        off = '' if candidate.distance_m is None else f'{candidate.distance_m:,.0f} m'
        table.add_row(candidate.crs, f'{candidate.score:.2f}', off, f'{candidate.evidence.vi}\n{candidate.evidence.en}')
    return table


def _held_table(rows: list[HeldRow]) -> Table:
    table = Table('Số / no.', 'Đối tượng / feature', 'Đang phục vụ / served', 'Trong tệp / in the file')
    for row in rows[:SHOWN_ROWS]:
        sides = (_side(values, row.columns) for values in (row.edit, row.delivery))
        table.add_row(str(row.conflict), str(row.feature), *sides)
    return table


def _side(values: dict[str, Any] | None, columns: list[str]) -> Line:
    """The values that differ, as one side has them."""
    if values is None:
        return Line('đã xóa / deleted')
    return Line(', '.join(f'{name}: {values[name]}' if name in values else name for name in columns))


def _fault_table(title: str, lines: list[FaultGroup]) -> Table:
    table = Table('Mã / code', title, title_justify='left')
    for line in lines[:SHOWN_ROWS]:
        table.add_row(line.code, Line(f'{line.text.vi}\n{line.text.en}'))
    more = len(lines) - SHOWN_ROWS
    if more > 0:
        table.add_row('…', Line(f'và {number_vi(more)} dòng nữa / and {more:,} more lines'))
    return table


def _counts(counts: dict[str, int]) -> str:
    return ', '.join(f'{code}: {count:,}' for code, count in counts.items())

"""A report as a table for the terminal, in the language of its reader."""

from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text as Line

from dothi.core.reader_language import say, say_number, say_text
from dothi.core.text import Text, for_steward
from etl.report.grouping import FaultGroup, fault_lines, warning_lines
from etl.report.model import HeldRow, RasterReport, Report

SHOWN_ROWS = 20
VERDICTS = {
    'accepted': (Text(vi='Nhận', en='Accepted'), 'green'),
    'returned': (Text(vi='Trả lại', en='Returned'), 'red'),
    'undecided': (Text(vi='Chờ quyết định', en='Undecided'), 'yellow'),
    'superseded': (Text(vi='Đã có đợt mới hơn thay', en='Superseded'), 'bright_black'),
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
        parts.append(_fault_table(say('Lỗi', 'fault'), fault_lines(report)))
    if report.rows.warnings:
        parts.append(_fault_table(say('Cảnh báo', 'warning'), warning_lines(report)))
    return Group(*parts)


def _note(note: Text) -> Line:
    """A note, with what a steward can do about it."""
    return Line(f'• {say_text(for_steward(note))}')


def _summary(report: Report) -> Table:
    words, colour = VERDICTS[report.verdict]
    table = Table(title=f'{report.file} → {report.layer}', show_header=False, title_justify='left')
    table.add_column(style='bold')
    table.add_column()
    check = say(' (chỉ kiểm tra)', ' (check only)') if report.dry_run else ''
    table.add_row(say('Kết luận', 'verdict'), Line(say_text(words) + check, style=f'bold {colour}'))
    if report.release is not None:
        unchanged = say(' (không đổi)', ' (unchanged)') if report.unchanged else ''
        table.add_row(say('Bản phát hành', 'release'), f'{report.release}{unchanged}')
    crs = report.crs
    table.add_row(say('Hệ tọa độ', 'CRS'), f'{crs.decided or "?"} ({say_text(crs.said)}: {crs.declared or "–"})')
    if crs.rivals:
        rivals = ', '.join(f'{rival.crs} ({say_number(rival.distance_m, ",.0f")} m)' for rival in crs.rivals)
        table.add_row(say('Không loại trừ', 'not excluded'), rivals)
    rows = report.rows
    if rows.read:
        unit = say('Ô', 'Cells') if report.raster else say('Hàng', 'Rows')
        read, good, bad = say('đọc', 'read'), say('đạt', 'good'), say('lỗi', 'bad')
        table.add_row(
            unit, f'{say_number(rows.read)} {read}, {say_number(rows.good)} {good}, {say_number(rows.bad_rows)} {bad}'
        )
    if rows.by_code:
        table.add_row(say('Lỗi', 'faults'), _counts(rows.by_code))
    for title, counts in (
        (say('Cảnh báo', 'warnings'), rows.warnings_by_code),
        (say('Đã sửa', 'repaired'), rows.repairs_by_kind),
    ):
        if counts:
            table.add_row(title, _counts(counts))
    if report.raster is not None:
        _add_raster(table, report.raster)
    if report.diff is not None:
        diff = report.diff
        changes = (
            f'+{say_number(diff.added)} {say("thêm", "added")}',
            f'~{say_number(diff.changed)} {say("sửa", "changed")}',
            f'−{say_number(diff.closed)} {say("bỏ", "closed")}',
            f'={say_number(diff.unchanged)} {say("giữ nguyên", "unchanged")}',
        )
        table.add_row(say('Thay đổi', 'diff'), ', '.join(changes))
    if report.columns:
        table.add_row(say('Cột', 'columns'), ', '.join(f'{source} → {name}' for source, name in report.columns.items()))
    return table


def _add_raster(table: Table, raster: RasterReport) -> None:
    size = f'{say_number(raster.width)} × {say_number(raster.height)}'
    cell = f'{say("ô", "cells")} {raster.cell_width:g} × {raster.cell_height:g}'
    table.add_row(say('Lưới', 'grid'), f'{size}, {cell}')
    for band in raster.bands:
        values = (
            '–'
            if band.min is None
            else f'{band.min:g} … {band.max:g}, {say("TB", "mean")} {band.mean:.6g} {band.unit or ""}'
        )
        table.add_row(say('Dải', 'band'), f'{band.name}: {values} ({say_number(band.valid)} {say("ô", "cells")})')


def _candidates(report: Report) -> Table:
    table = Table('CRS', say('Điểm', 'score'), say('Lệch', 'off'), say('Bằng chứng', 'evidence'), title_justify='left')
    for candidate in report.crs.likely:
        off = '' if candidate.distance_m is None else f'{say_number(candidate.distance_m, ",.0f")} m'
        table.add_row(candidate.crs, f'{candidate.score:.2f}', off, say_text(candidate.evidence))
    return table


def _held_table(rows: list[HeldRow]) -> Table:
    table = Table(
        say('Số', 'no.'), say('Đối tượng', 'feature'), say('Đang phục vụ', 'served'), say('Trong tệp', 'in the file')
    )
    for row in rows[:SHOWN_ROWS]:
        sides = (_side(values, row.columns) for values in (row.edit, row.delivery))
        table.add_row(str(row.conflict), str(row.feature), *sides)
    return table


def _side(values: dict[str, Any] | None, columns: list[str]) -> Line:
    """The values that differ, as one side has them."""
    if values is None:
        return Line(say('đã xóa', 'deleted'))
    return Line(', '.join(f'{name}: {values[name]}' if name in values else name for name in columns))


def _fault_table(title: str, lines: list[FaultGroup]) -> Table:
    table = Table(say('Mã', 'code'), title, title_justify='left')
    for line in lines[:SHOWN_ROWS]:
        table.add_row(line.code, Line(say_text(line.text)))
    more = len(lines) - SHOWN_ROWS
    if more > 0:
        table.add_row('…', Line(f'{say("và", "and")} {say_number(more)} {say("dòng nữa", "more lines")}'))
    return table


def _counts(counts: dict[str, int]) -> str:
    return ', '.join(f'{code}: {say_number(count)}' for code, count in counts.items())

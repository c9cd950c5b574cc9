"""A report as a table for the terminal, in the language of its reader."""

from collections.abc import Iterator
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text as Line

from dothi.core.reader_language import pick_number, pick_text, pick_words
from dothi.core.text import Text, for_steward
from etl.report.grouping import FaultGroup, fault_lines, warning_lines
from etl.report.model import CrsReport, DiffReport, HeldRow, RasterReport, Report

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
        parts.append(_fault_table(pick_words('Lỗi', 'fault'), fault_lines(report)))
    if report.rows.warnings:
        parts.append(_fault_table(pick_words('Cảnh báo', 'warning'), warning_lines(report)))
    return Group(*parts)


def _note(note: Text) -> Line:
    """A note, with what a steward can do about it."""
    return Line(f'• {pick_text(for_steward(note))}')


def _summary(report: Report) -> Table:
    table = Table(title=f'{report.file} → {report.layer}', show_header=False, title_justify='left')
    table.add_column(style='bold')
    table.add_column()
    raster_rows = _raster_rows(report.raster) if report.raster else ()
    change_row = _change_row(report.diff) if report.diff else ()
    for row in (*_verdict_rows(report), *_crs_rows(report.crs), *_count_rows(report), *raster_rows, *change_row):
        table.add_row(*row)
    if report.columns:
        names = ', '.join(f'{source} → {name}' for source, name in report.columns.items())
        table.add_row(pick_words('Cột', 'columns'), names)
    return table


def _verdict_rows(report: Report) -> Iterator[tuple[str, str | Line]]:
    words, colour = VERDICTS[report.verdict]
    check = pick_words(' (chỉ kiểm tra)', ' (check only)') if report.dry_run else ''
    yield pick_words('Kết luận', 'verdict'), Line(pick_text(words) + check, style=f'bold {colour}')
    if report.release is not None:
        unchanged = pick_words(' (không đổi)', ' (unchanged)') if report.unchanged else ''
        yield pick_words('Bản phát hành', 'release'), f'{report.release}{unchanged}'


def _crs_rows(crs: CrsReport) -> Iterator[tuple[str, str]]:
    yield pick_words('Hệ tọa độ', 'CRS'), f'{crs.decided or "?"} ({pick_text(crs.origin)})'
    if crs.rivals:
        rivals = ', '.join(f'{rival.crs} ({pick_number(rival.distance_m, ",.0f")} m)' for rival in crs.rivals)
        yield pick_words('Không loại trừ', 'not excluded'), rivals


def _count_rows(report: Report) -> Iterator[tuple[str, str]]:
    rows = report.rows
    if rows.read:
        numbers = (
            f'{pick_number(rows.read)} {pick_words("đọc", "read")}',
            f'{pick_number(rows.good)} {pick_words("đạt", "good")}',
            f'{pick_number(rows.bad_rows)} {pick_words("lỗi", "bad")}',
        )
        yield pick_words('Ô', 'Cells') if report.raster else pick_words('Hàng', 'Rows'), ', '.join(numbers)
    for title, counts in (
        (pick_words('Lỗi', 'faults'), rows.by_code),
        (pick_words('Cảnh báo', 'warnings'), rows.warnings_by_code),
        (pick_words('Đã sửa', 'repaired'), rows.repairs_by_kind),
    ):
        if counts:
            yield title, _counts(counts)


def _raster_rows(raster: RasterReport) -> Iterator[tuple[str, str]]:
    size = f'{pick_number(raster.width)} × {pick_number(raster.height)}'
    cell = f'{pick_words("ô", "cells")} {raster.cell_width:g} × {raster.cell_height:g}'
    yield pick_words('Lưới', 'grid'), f'{size}, {cell}'
    for band in raster.bands:
        values = (
            '–'
            if band.min is None
            else f'{band.min:g} … {band.max:g}, {pick_words("TB", "mean")} {band.mean:.6g} {band.unit or ""}'
        )
        valid = f'{pick_number(band.valid)} {pick_words("ô", "cells")}'
        yield pick_words('Dải', 'band'), f'{band.name}: {values} ({valid})'


def _change_row(diff: DiffReport) -> Iterator[tuple[str, str]]:
    changes = (
        f'+{pick_number(diff.added)} {pick_words("thêm", "added")}',
        f'~{pick_number(diff.changed)} {pick_words("sửa", "changed")}',
        f'−{pick_number(diff.closed)} {pick_words("bỏ", "closed")}',
        f'={pick_number(diff.unchanged)} {pick_words("giữ nguyên", "unchanged")}',
    )
    yield pick_words('Thay đổi', 'diff'), ', '.join(changes)


def _candidates(report: Report) -> Table:
    table = Table(
        'CRS',
        pick_words('Điểm', 'score'),
        pick_words('Lệch', 'off'),
        pick_words('Bằng chứng', 'evidence'),
        title_justify='left',
    )
    for candidate in report.crs.likely:
        off = '' if candidate.distance_m is None else f'{pick_number(candidate.distance_m, ",.0f")} m'
        table.add_row(candidate.crs, f'{candidate.score:.2f}', off, pick_text(candidate.evidence))
    return table


def _held_table(rows: list[HeldRow]) -> Table:
    table = Table(
        pick_words('Số', 'no.'),
        pick_words('Đối tượng', 'feature'),
        pick_words('Đang phục vụ', 'served'),
        pick_words('Trong tệp', 'in the file'),
    )
    for row in rows[:SHOWN_ROWS]:
        sides = (_side(values, row.columns) for values in (row.edit, row.delivery))
        table.add_row(str(row.conflict), str(row.feature), *sides)
    return table


def _side(values: dict[str, Any] | None, columns: list[str]) -> Line:
    """The values that differ, as one side has them."""
    if values is None:
        return Line(pick_words('đã xóa', 'deleted'))
    return Line(', '.join(f'{name}: {values[name]}' if name in values else name for name in columns))


def _fault_table(title: str, lines: list[FaultGroup]) -> Table:
    table = Table(pick_words('Mã', 'code'), title, title_justify='left')
    for line in lines[:SHOWN_ROWS]:
        table.add_row(line.code, Line(pick_text(line.text)))
    more = len(lines) - SHOWN_ROWS
    if more > 0:
        table.add_row(
            '…',
            Line(f'{pick_words("và", "and")} {pick_number(more)} {pick_words("dòng nữa", "more lines")}'),
        )
    return table


def _counts(counts: dict[str, int]) -> str:
    return ', '.join(f'{code}: {pick_number(count)}' for code, count in counts.items())

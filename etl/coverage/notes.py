"""What a report says of a raster, in figures and in the user's words."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dothi.core.coverage import Coverage
from dothi.core.crs import WGS84, proj_string, srid_of, transformer
from dothi.core.grid import Grid
from dothi.core.text import Text
from etl.coverage.cells import BadCell, Scan
from etl.coverage.file import Raster
from etl.doctor.rows.values import range_says
from etl.report.model import BadRow, RasterBand, RasterReport, Rows

EMPTY = Text(
    vi='Không ô nào có giá trị. Không phát hành gì. Kiểm tra nodata và giao lại.',
    en='No cell has a value. Nothing was released. Check nodata, and deliver it again.',
)


@dataclass(frozen=True)
class RasterDescription:
    """What a report says of a raster: its members, and notes in their order."""

    members: dict[str, Any]
    notes: list[Text]


def describe(raster: Raster, coverage: Coverage, grid: Grid, scan: Scan) -> RasterDescription:
    """What was found in the raster."""
    bands = [
        RasterBand(name=name, unit=band.unit, valid=tally.valid, min=tally.min, max=tally.max, mean=tally.mean)
        for (name, band), tally in zip(coverage.bands.items(), scan.bands.values(), strict=True)
    ]
    size = {'width': grid.width, 'height': grid.height, 'cell_width': grid.cell_width, 'cell_height': grid.cell_height}
    codes = {'range': sum(tally.bad for tally in scan.bands.values())} if scan.bad else {}
    bad = _bad_rows(scan.listed, coverage, grid)
    members = {
        'raster': RasterReport(**size, bands=bands),
        'rows': Rows(read=scan.cells, good=scan.cells - scan.bad, bad_rows=scan.bad, by_code=codes, bad=bad),
        'columns': {_band_name(raster, number): name for number, name in enumerate(coverage.bands, 1)},
    }
    notes = _about_nodata(raster, coverage) + _about_system(coverage, grid)
    return RasterDescription(members, notes + _about_no_number(scan) + _about_bad(scan, coverage))


def too_many_bad(scan: Scan, coverage: Coverage) -> Text:
    """The share of bad cells is over the coverage's threshold."""
    share, limit = scan.bad_share, coverage.checks.bad_cells_share
    return Text(
        vi='{bad:,} ô ({share:.2%}) có giá trị sai, "{coverage}" chỉ cho phép {limit:.2%}. Không phát hành gì. Sửa '
        'tệp và giao lại.',
        en='{bad:,} cells ({share:.2%}) have a bad value, and "{coverage}" allows {limit:.2%}. Nothing was released. '
        'Correct the file and deliver it again.',
    ).format(bad=scan.bad, share=share, coverage=coverage.title, limit=limit)


def covers_little(share: float, least: float) -> Text:
    """The raster covers less of the locality than it must."""
    return Text(
        vi='Raster chỉ phủ {share:.1%} địa phương (cần {least:.1%}), nên cần người quyết định. Kiểm tra hệ tọa độ và '
        'phạm vi.',
        en='The raster covers {share:.1%} of the locality (at least {least:.1%} is expected), so a person has to '
        'decide. Check its coordinate system and extent.',
    ).format(share=share, least=least)


def loses(share: float, coverage: Coverage) -> Text:
    """More cells would lose their value than the threshold allows without a person."""
    limit = coverage.checks.lost_cells_share
    return Text(
        vi='Đợt giao này làm mất giá trị của {share:.1%} số ô đang có (ngưỡng {limit:.1%}), nên cần người quyết định.',
        en='This delivery takes their value from {share:.1%} of the cells (limit {limit:.1%}), so a person has to '
        'decide.',
    ).format(share=share, limit=limit)


def _bad_rows(cells: list[BadCell], coverage: Coverage, grid: Grid) -> list[BadRow]:
    if not cells:
        return []
    row, column = np.array([(cell.row, cell.column) for cell in cells]).T
    east = grid.west + (column + 0.5) * grid.cell_width
    north = grid.north - (row + 0.5) * grid.cell_height
    places = zip(*transformer(proj_string(grid.srid), proj_string(WGS84)).transform(east, north), strict=True)
    return [_bad_row(cell, coverage, place) for cell, place in zip(cells, places, strict=True)]


def _bad_row(cell: BadCell, coverage: Coverage, place: tuple[float, float]) -> BadRow:
    row, column, value, says = (
        cell.row + 1,
        cell.column + 1,
        f'{cell.value:.15g}',
        range_says(coverage.bands[cell.band]),
    )
    return BadRow(
        row=row,
        code='range',
        column=cell.band,
        value=value,
        message=f'Ô ở hàng {row}, cột {column}, dải {cell.band}: "{value}" {says.vi}',
        message_en=f'Cell in row {row}, column {column}, band {cell.band}: "{value}" {says.en}',
        place=(float(place[0]), float(place[1])),
    )


def _band_name(raster: Raster, number: int) -> str:
    """What the file calls a band."""
    return raster.descriptions[number - 1] or f'{number}'


def _about_nodata(raster: Raster, coverage: Coverage) -> list[Text]:
    layer_nodata = f'{coverage.nodata:g}'
    if raster.nodata is None:
        return [
            Text(
                vi=f'Tệp không khai báo nodata; ô có giá trị {layer_nodata} được coi là không có dữ liệu.',
                en=f'The file declares no nodata; cells with {layer_nodata} were taken as empty.',
            )
        ]
    if raster.nodata == coverage.nodata:
        return []
    return [
        Text(
            vi='Nodata {nodata:g} của tệp được ghi thành {layer_nodata}.',
            en="The file's nodata {nodata:g} was written as {layer_nodata}.",
        ).format(nodata=raster.nodata, layer_nodata=layer_nodata)
    ]


def _about_system(coverage: Coverage, grid: Grid) -> list[Text]:
    if grid.srid == srid_of(coverage.source.crs):
        return []
    return [
        Text(
            vi=f'Tệp theo EPSG:{grid.srid}, khác {coverage.source.crs} như dự kiến; giữ nguyên, không nắn lại.',
            en=f'The file is in EPSG:{grid.srid} and not in {coverage.source.crs} as expected; its cells are kept as '
            'they are.',
        )
    ]


def _about_no_number(scan: Scan) -> list[Text]:
    if not scan.no_number:
        return []
    return [
        Text(
            vi='{no_number:,} giá trị là NaN hoặc vô cực, được coi là không có dữ liệu. Nếu không chủ ý, kiểm tra '
            'cách xuất tệp.',
            en='{no_number:,} values are NaN or infinite and were taken as empty. If that is not meant, check how '
            'the file was exported.',
        ).format(no_number=scan.no_number)
    ]


def _about_bad(scan: Scan, coverage: Coverage) -> list[Text]:
    if not scan.bad or scan.bad_share > coverage.checks.bad_cells_share:
        return []
    return [
        Text(
            vi='{bad:,} ô có giá trị sai được phát hành là không có dữ liệu.',
            en='{bad:,} cells with a bad value are released as empty.',
        ).format(bad=scan.bad)
    ]

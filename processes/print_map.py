"""A map on paper, to scale. How to use it: docs/how-to/print-a-map.md."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

import pyproj
from pydantic import field_validator

from dothi.cartography.mapping.legend_image import sample_pictures
from dothi.cartography.paper import FACTORS, PIXEL_MM
from dothi.core.clock import today
from dothi.core.locality import Locality
from dothi.core.text import DEMO, Text
from processes.base import Process, ProgressCallback, ReadData
from processes.data import Data
from processes.forms.numbers import format_day, value_text
from processes.inputs import LANG, ProcessInputs, input_field, plain_line
from processes.outputs import Output, ResultFile
from processes.printing.body import body_of
from processes.printing.drawn import PrintedLayer, layers_to_print, source_lines
from processes.printing.framed import FramedView, frame_place
from processes.printing.locator import locator_of
from processes.printing.page import Group, Page, Row, veil_of, write_page
from processes.printing.pdf import as_png, merge_pages
from processes.printing.place import Extent, Unit, place_of
from processes.printing.series import (
    SeriesSheet,
    SeriesUnit,
    frame_units,
    must_be_of_units,
    must_be_pdf,
    series_units,
    write_series,
)
from processes.printing.visible import must_show_something, visible_layers

PDF, PNG = 'application/pdf', 'image/png'
# Dots of the legend's samples for each pixel of the style: 360 to an inch.
FINE = 4.0
# Sheets of a series, where its time is guessed: the communes of a district.
USUAL_SERIES = 25
STATE = Text(vi='Dữ liệu của thời điểm {}', en='The data of {}')


class Inputs(ProcessInputs):
    """What the reader may choose."""

    title: str | None = input_field(
        Text(vi='Tên bản đồ', en='Title'),
        Text(vi='Bỏ trống là tên đơn vị hoặc địa phương.', en='That of the unit or the locality when left out.'),
        default=None,
        max_length=160,
    )
    unit: Unit | None = input_field(
        Text(vi='Đơn vị hành chính', en='Unit'),
        Text(
            vi='{"level": "…", "code": "…"}; cấp có thể bỏ trống. Không có unit và extent là toàn địa bàn.',
            en='{"level": "…", "code": "…"}; level may be left out. Without unit and extent: all of it.',
        ),
        default=None,
    )
    extent: Extent | None = input_field(
        Text(vi='Phạm vi', en='Extent'),
        Text(
            vi='{"bbox": [tây, nam, đông, bắc], "crs": "EPSG:9209"}, theo thứ tự trục của hệ; bỏ trống crs là CRS84.',
            en='{"bbox": [west, south, east, north], "crs": "EPSG:3857"}, in the order of axes of the system; CRS84 '
            'when crs is left out.',
        ),
        default=None,
    )
    layers: list[str] | None = input_field(
        Text(vi='Các lớp', en='Layers'),
        Text(
            vi='Mã lớp, hoặc mã:kiểu vẽ, như ["roads", "land_use:print"]; bỏ trống là các lớp bản đồ hiện khi mở.',
            en='Ids, or id:style, such as ["roads", "land_use:print"]; those that the map opens with when left out.',
        ),
        default=None,
        min_length=1,
        max_length=40,
    )
    paper: Literal['A4', 'A3', 'A2', 'A1', 'A0'] = input_field(
        Text(vi='Khổ giấy', en='Paper'), Text(vi='Theo ISO 216.', en='By ISO 216.'), default='A4'
    )
    orientation: Literal['landscape', 'portrait'] | None = input_field(
        Text(vi='Hướng giấy', en='Orientation'),
        Text(
            vi='landscape: ngang, portrait: dọc; bỏ trống là hướng vừa nhất.',
            en='That which shows most when left out.',
        ),
        default=None,
    )
    scale: int | None = input_field(
        Text(vi='Tỷ lệ', en='Scale'),
        Text(
            vi='Mẫu số, như 10000 cho 1:10.000; bỏ trống là tỷ lệ tròn lớn nhất vừa giấy.',
            en='Its denominator, such as 10000 for 1:10,000; the largest round one that fits when left out.',
        ),
        default=None,
        ge=100,
        le=100_000_000,
    )
    grid: bool = input_field(
        Text(vi='Lưới tọa độ', en='Grid'),
        Text(vi='Lưới ô vuông của hệ tọa độ làm việc.', en='Of the working coordinate system.'),
        default=True,
    )
    datetime: str | None = input_field(
        Text(vi='Thời gian', en='Time'),
        Text(vi='Vẽ dữ liệu của thời điểm này, như ở /items.', en='Draws the data of this time, given as for /items.'),
        default=None,
        max_length=100,
    )
    number: str | None = input_field(
        Text(vi='Số hiệu tờ', en='Number'), Text(vi='Ghi ở khung tên.', en='Stands in the title block.'),
        default=None, max_length=40,
    )  # fmt: skip
    compiler: str | None = input_field(
        Text(vi='Người lập', en='Compiled by'), Text(vi='Ghi ở khung tên.', en='Stands in the title block.'),
        default=None, max_length=80,
    )  # fmt: skip
    approver: str | None = input_field(
        Text(vi='Người duyệt', en='Approved by'), Text(vi='Ghi ở khung tên.', en='Stands in the title block.'),
        default=None, max_length=80,
    )  # fmt: skip
    series: str | None = input_field(
        Text(vi='Loạt tờ', en='Series'),
        Text(
            vi='Một cấp đơn vị, như commune: mỗi đơn vị của cấp này trong unit một tờ, có trang mục lục; chỉ với pdf.',
            en='A level of units, such as commune: a sheet for each of these within unit, with an index; pdf only.',
        ),
        default=None,
        max_length=40,
    )
    lang: Literal['vi', 'en'] = LANG
    format: Literal['pdf', 'png'] = input_field(
        Text(vi='Định dạng', en='Format'),
        Text(vi='pdf, hoặc png 150 điểm mỗi inch.', en='pdf, or png of 150 dots an inch.'),
        default='pdf',
    )

    _plain_lines = field_validator('title', 'number', 'compiler', 'approver')(plain_line)


class PrintMap(Process[Inputs]):
    """A sheet of paper; what it shows is the picture of one moment, and its foot says of which releases."""

    takes_scenario = False
    title = Text(vi='In bản đồ', en='Print a map')
    description = Text(
        vi='Tờ bản đồ đúng tỷ lệ, khổ A4 đến A0: khung, tên, chú giải, thước tỷ lệ, hướng bắc, lưới tọa độ, nguồn.',
        en='A map to scale on a sheet from A4 to A0: frame, title, legend, scale bar, north arrow, coordinate grid, '
        'sources.',
    )
    example: ClassVar[dict[str, Any]] = {'paper': 'A4', 'orientation': 'landscape', 'lang': 'vi'}
    outputs: ClassVar[dict[str, Output]] = {'result': Output(Text(vi='Tờ bản đồ', en='Sheet'), (PDF, PNG))}

    def check(self, inputs: Inputs, locality: Locality, read: ReadData) -> None:
        """Raises NoSeries and DoesNotFit for a series that cannot be, before there is a job."""
        del locality
        if inputs.series is not None:
            with read() as data:
                _framed_units(inputs, inputs.series, data)

    def cost_s(self, inputs: Inputs) -> float:
        """The time grows with the area of the paper, as measured on A4 and A0 of a province."""
        return 4 * FACTORS[inputs.paper] ** 2 * (USUAL_SERIES if inputs.series else 1)

    def run(self, inputs: Inputs, data: Data, progress: ProgressCallback) -> ResultFile:
        """The file; raises what `drawn_layers`, `place_of`, `must_fit`, `body_of` and `series_units` raise."""
        progress(0.05, Text(vi='Chọn lớp và phạm vi', en='Choosing layers and extent'))
        if inputs.series is not None:
            return _series(inputs, inputs.series, data, progress)
        place = place_of(inputs.extent, inputs.unit, inputs.datetime, data, inputs.lang)
        on_paper = frame_place(place, inputs.paper, inputs.orientation, inputs.scale, data.locality.srid)
        layers = layers_to_print(inputs.layers, inputs.datetime, data)
        progress(0.15, Text(vi='Vẽ bản đồ', en='Drawing the map'))
        target = data.draft('map.pdf')
        _write_sheet(inputs, on_paper, layers, data, target)
        if inputs.format == 'png':
            progress(0.9, Text(vi='Ghi ảnh', en='Writing the picture'))
            target = as_png(target)
        name = f'{data.locality.place.id}-{inputs.paper}-{on_paper.scale}{target.suffix}'
        media_type = PNG if inputs.format == 'png' else PDF
        return ResultFile(target, media_type, name, 1)


def _write_sheet(
    inputs: Inputs, on_paper: FramedView, layers: Sequence[PrintedLayer], data: Data, target: Path
) -> None:
    """Writes the sheet of a place: the map, and around it what is written of it."""
    visible = visible_layers(layers, on_paper.view, inputs.datetime, data)
    must_show_something(visible, on_paper.place)
    body = body_of(layers, on_paper.view, inputs.datetime, data)
    page, file = _page_of_map(inputs, on_paper, visible, data), data.draft('page.pdf')
    write_page(page, file)
    merge_pages(body, file, veil_of(page), on_paper, target)
    file.unlink()


def _framed_units(inputs: Inputs, level: str, data: Data) -> list[tuple[SeriesUnit, FramedView]]:
    """Each unit of a series on its sheet; raises NoSeries, NoSuchUnit, DoesNotFit."""
    must_be_pdf(inputs.format)
    must_be_of_units(inputs.extent)
    units = series_units(level, inputs.unit, inputs.datetime, data)
    views = frame_units(units, inputs.paper, inputs.orientation, inputs.scale, data.locality.srid)
    return list(zip(units, views, strict=True))


def _series(inputs: Inputs, level: str, data: Data, progress: ProgressCallback) -> ResultFile:
    """One file with an index and a sheet for each unit of the level."""
    units = _framed_units(inputs, level, data)
    layers = layers_to_print(inputs.layers, inputs.datetime, data)
    sheets = []
    for number, (unit, on_paper) in enumerate(units, 1):
        file = data.draft(f'sheet-{number}.pdf')
        own = {
            'number': f'{inputs.number or ""} {number}/{len(units)}'.strip(),
            'title': _title_in_series(inputs, unit),
        }
        _write_sheet(inputs.model_copy(update=own), on_paper, layers, data, file)
        sheets.append(SeriesSheet(unit, on_paper.scale, file))
        progress(
            0.05 + 0.9 * number / len(units), Text(vi=f'Tờ {number}/{len(units)}', en=f'Sheet {number}/{len(units)}')
        )
    target = data.draft('series.pdf')
    title = inputs.title or place_of(None, inputs.unit, inputs.datetime, data, inputs.lang).title
    pages = write_series(sheets, title, inputs.lang, target)
    return ResultFile(target, PDF, f'{data.locality.place.id}-{inputs.paper}-{level}.pdf', pages)


def _title_in_series(inputs: Inputs, unit: SeriesUnit) -> str:
    return f'{inputs.title}: {unit.place.title}' if inputs.title else unit.place.title


def _page_of_map(inputs: Inputs, on_paper: FramedView, layers: Sequence[PrintedLayer], data: Data) -> Page:
    """What is written around the map, whose legend names only what is seen in it."""
    lang, place = inputs.lang, data.locality.place
    printed = format_day(today(place.zone), lang)
    return Page(
        sheet=on_paper.sheet,
        lang=lang,
        title=inputs.title or on_paper.place.title,
        centre=place.attribution.pick(lang),
        place=place.title.pick(lang),
        demo=DEMO.pick(lang) if any(layer.release.demo for layer in layers) else '',
        denominator=on_paper.scale,
        crs=pyproj.CRS.from_epsg(on_paper.srid).name,
        grid=on_paper.grid if inputs.grid else None,
        outline=on_paper.outline,
        legend=_legend_groups(layers, on_paper, inputs),
        sources=source_lines(layers, data, lang),
        notes=[STATE.pick(lang).format(value_text(inputs.datetime, lang))] if inputs.datetime else [],
        printed=printed,
        block=_title_block(inputs, on_paper, place.attribution.pick(lang), printed),
        locator=locator_of(on_paper.box, data, inputs.datetime),
    )


def _title_block(inputs: Inputs, on_paper: FramedView, office: str, printed: str) -> list[tuple[str, str]]:
    """The rows of the title block; what nobody said is left to be written by hand."""
    values = {
        Text(vi='Đơn vị hành chính', en='Unit'): on_paper.place.title,
        Text(vi='Cơ quan', en='Office'): office,
        Text(vi='Người lập', en='Compiled by'): inputs.compiler or '',
        Text(vi='Người duyệt', en='Approved by'): inputs.approver or '',
        Text(vi='Ngày', en='Date'): printed,
        Text(vi='Số hiệu', en='Number'): inputs.number or '',
    }
    return [(words.pick(inputs.lang), value) for words, value in values.items()]


def _legend_groups(layers: Sequence[PrintedLayer], on_paper: FramedView, inputs: Inputs) -> list[Group]:
    """Layer by layer, the topmost first, each as it is drawn at the map's scale."""
    topmost = layers[::-1]
    samples = sample_pictures([entry.shows for entry in topmost], on_paper.view.zoom, FINE)
    groups = [
        Group(
            entry.layer.title.pick(inputs.lang),
            tuple(
                Row(part.label.pick(inputs.lang), part.png, part.width_px * PIXEL_MM, part.height_px * PIXEL_MM)
                for part in own
            ),
        )
        for entry, own in zip(topmost, samples, strict=True)
    ]
    return [group for group in groups if group.rows]

"""The sheet around a printed map, as a page of its own that WeasyPrint lays out: the map's frame in it is clear."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from dothi import __version__
from dothi.cartography.fonts import FAMILY, WEIGHTS, font_file
from dothi.cartography.mapping.letters import font, wrapped
from dothi.cartography.paper import COLUMN_GAP, Sheet
from dothi.core.text import Lang, Text
from etl.pages import template
from processes.forms.numbers import format_number
from processes.printing.framed import EAST, NORTH, Grid, Line, grid_label
from processes.printing.locator import Locator
from processes.printing.scale import Bar, bar_of

if TYPE_CHECKING:
    from weasyprint import Document  # type: ignore[import-untyped]

PAGES = Path(__file__).parent / 'pages'
# Height of the letters of the explanations on A4, and how small they may become before they go on to a second sheet.
TEXT_MM, SMALLER = 2.4, (1.0, 0.88, 0.78, 0.7)
HALF_A_NUMBER_MM = 8.0
# Width of a letter of the numbers at the bar, on A4.
TICK_LETTER_MM = 1.15
# Lines of a layer's legend that are not parted.
LONGEST_GROUP = 12
# Width of the map that shows where the sheet lies, as a share of its column.
LOCATOR = 0.45
# Height of the title's letters on A4: at most, at most where it takes two lines, at least, and what is tried between.
LARGEST_MM, SECOND_LINE_MM, LEAST_MM, TITLE_STEP_MM = 5.2, 4.0, 1.2, 0.1
# The size in which its width is measured, and the share of a line that it may fill: letters are set a little apart.
MEASURED_PX, SURE = 100, 0.97


@dataclass(frozen=True)
class Row:
    """A line of the legend: what it says, and a PNG of how that is drawn, with its size on paper."""

    label: str
    picture: bytes
    width_mm: float
    height_mm: float

    @property
    def address(self) -> str:
        """The picture as an address that holds it."""
        return 'data:image/png;base64,' + base64.b64encode(self.picture).decode()


@dataclass(frozen=True)
class Group:
    """The legend of a layer; one line that is called like its layer needs no heading."""

    title: str
    rows: tuple[Row, ...]

    @property
    def is_long(self) -> bool:
        """Whether it may go on in the next column; a shorter one stays together under its heading."""
        return len(self.rows) > LONGEST_GROUP

    @property
    def heading(self) -> str:
        return '' if len(self.rows) == 1 and self.rows[0].label == self.title else self.title


@dataclass(frozen=True)
class Page:
    """What is written on the sheet.

    block: who made and approved the sheet, in rows of words and values. locator: where the frame lies in the locality.
    demo: the mark of demonstration data, or nothing. crs: the name of the working CRS. grid: None for none. outline:
    of the unit that is shown, as a path of SVG, or nothing. sources: a line for each agency; notes: lines below them.
    """

    sheet: Sheet
    lang: Lang
    title: str
    centre: str
    place: str
    demo: str
    denominator: int
    crs: str
    grid: Grid | None
    outline: str
    legend: Sequence[Group]
    sources: Sequence[str]
    notes: Sequence[str]
    printed: str
    block: Sequence[tuple[str, str]] = ()
    locator: Locator | None = None


def write_page(page: Page, target: Path) -> int:
    """Writes the page as PDF and says on how many sheets: the legend goes on where the first one is full."""
    laid_out = _laid_out(page)
    laid_out.write_pdf(target, pdf_tags=False)
    return len(laid_out.pages)


def _laid_out(page: Page) -> 'Document':
    """The page with letters as large as they can be on one sheet, or in the usual size on several."""
    attempts = [_render_document(page, SMALLER[0])]
    for smaller in SMALLER[1:]:
        if len(attempts[-1].pages) > 1:
            attempts.append(_render_document(page, smaller))
    return attempts[-1] if len(attempts[-1].pages) == 1 else attempts[0]


def _render_document(page: Page, smaller: float) -> 'Document':
    return _render(page_html(page, smaller))


def render_pdf(html: str, target: Path) -> int:
    """Writes a page of its own as PDF and says on how many sheets."""
    laid_out = _render(html)
    laid_out.write_pdf(target, pdf_tags=False)
    return len(laid_out.pages)


def veil_of(page: Page) -> bytes | None:
    """A sheet that makes what lies around the unit paler, names and all; None where the map is of no unit."""
    if not page.outline:
        return None
    made: bytes = _render(template('veil.html', PAGES).render(page=page, sheet=page.sheet)).write_pdf(pdf_tags=False)
    return made


def _render(html: str) -> 'Document':
    # half a second, for those who print
    from weasyprint import HTML
    from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]
    from weasyprint.urls import URLFetcher  # type: ignore[import-untyped]

    inside_only = URLFetcher(allowed_protocols=['data'], allow_redirects=False)
    return HTML(string=html, url_fetcher=inside_only).render(font_config=FontConfiguration())


@cache
def font_faces() -> str:
    """The letters of the sheet, within the page: it reads no file."""
    return ''.join(
        f"@font-face {{ font-family: '{FAMILY}'; font-weight: {weight}; src: url('data:font/ttf;base64,"
        f"{base64.b64encode(font_file(look).read_bytes()).decode()}'); }}\n"
        for look, weight in WEIGHTS.items()
    )


def page_html(page: Page, smaller: float = 1.0) -> str:
    """The page as HTML. smaller: the size of the explanations' letters, as a share of the usual one."""
    sheet, frame = page.sheet, page.sheet.frame
    return template('sheet.html', PAGES).render(
        page=page,
        sheet=sheet,
        english=page.lang == 'en',
        text_mm=TEXT_MM * sheet.factor * smaller,
        title_mm=title_mm(page.title, sheet),
        # beside it stand the arrow and half of its last number
        bar=bar_of(page.denominator, sheet.column_mm - 20 * sheet.factor),
        ticks=scale_ticks,
        bar_unit=_bar_unit,
        scale=format_number(page.denominator, page.lang),
        per_cm=_format_length(page.denominator / 100, page.lang),
        eastings=_label_lines(page.grid.eastings, EAST, frame.left, frame.right, page) if page.grid else [],
        northings=_label_lines(page.grid.northings, NORTH, frame.top, frame.bottom, page) if page.grid else [],
        spacing=_format_length(page.grid.spacing_m, page.lang) if page.grid else '',
        length=lambda metres: _format_length(metres, page.lang),
        column_gap=COLUMN_GAP,
        smaller=smaller,
        font_faces=font_faces(),
        locator_mm=(sheet.column_mm * LOCATOR, page.locator.height_mm(sheet.column_mm * LOCATOR))
        if page.locator
        else None,
        software=f'dothi {__version__}',
    )


def _label_lines(lines: Sequence[Line], axis: Text, first: float, last: float, page: Page) -> list[tuple[float, str]]:
    """Place and number of each line; one so near to a corner of the frame that two numbers would meet has none."""
    room = HALF_A_NUMBER_MM * page.sheet.factor
    return [
        (line.at_mm, grid_label(line.value_m, axis, page.lang) if first + room < line.at_mm < last - room else '')
        for line in lines
    ]


def title_mm(title: str, sheet: Sheet) -> float:
    """The height of the title's letters: as large as one line allows, else so that two lines hold it."""
    sizes_mm = [LARGEST_MM - TITLE_STEP_MM * step for step in range(round((LARGEST_MM - LEAST_MM) / TITLE_STEP_MM))]
    return sheet.factor * next((size for size in sizes_mm if _holds_title(title, size, sheet)), LEAST_MM)


def _holds_title(title: str, size_mm: float, sheet: Sheet) -> bool:
    # the mark of demonstration data stands at its right
    room_mm = (sheet.border.width - sheet.column_mm) / sheet.factor
    lines = wrapped(title, font('heading', MEASURED_PX), room_mm / size_mm * MEASURED_PX * SURE)
    return len(lines) <= (1 if size_mm > SECOND_LINE_MM else 2)


def scale_ticks(bar: Bar, lang: Lang, factor: float) -> list[tuple[float, str]]:
    """Where numbers stand on the bar, in millimetres from its beginning: at each of its divisions, or at its ends."""
    per_unit = 1_000 if _bar_unit(bar) == 'km' else 1
    every = [
        (bar.length_mm * part / bar.parts, format_number(bar.length_m * part / bar.parts / per_unit, lang))
        for part in range(bar.parts + 1)
    ]
    longest_mm = max(len(text) for _, text in every) * TICK_LETTER_MM * factor
    return every if bar.length_mm / bar.parts > longest_mm else [every[0], every[-1]]


def _bar_unit(bar: Bar) -> str:
    return 'km' if bar.length_m >= 1_000 else 'm'


def _format_length(metres: float, lang: Lang) -> str:
    return format_number(metres / 1_000, lang, 'km') if metres >= 1_000 else format_number(metres, lang, 'm')

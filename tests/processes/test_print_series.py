"""A series of sheets: its index, its sheets, and what cannot be one."""

from collections.abc import Callable
from typing import Any

import pytest
import shapely
from pypdf import PdfReader

from dothi.core.errors import http_status
from processes.printing.scale import DoesNotFit
from processes.printing.series import NoSeries
from tests.processes.conftest import Loader, commune
from tests.processes.pdf_words import words_of


@pytest.fixture
def district(loader: Loader) -> None:
    """Two communes in a district and one outside of it."""
    squares = {'13997': (0, 'Xã Một'), '13998': (1_000, 'Xã Hai'), '13999': (9_000, 'Xã Xa')}
    loader.load(
        'communes',
        [
            (shapely.MultiPolygon([shapely.box(x, 0, x + 900, 900)]), commune(code) | {'name': name})
            for code, (x, name) in squares.items()
        ],
    )
    unit = {'code': '366', 'name': 'Huyện Thử', 'parent_code': '36', 'valid_from': '2000-01-01'}
    loader.load('districts', [(shapely.MultiPolygon([shapely.box(-100, -100, 2_100, 1_100)]), unit)])


def test_a_series_has_an_index_and_a_sheet_for_each_unit(district: None, answer: Callable[..., Any]) -> None:
    """Three pages: the first with names, scales and pages, called by the district; none for the commune outside."""
    made = answer(
        'print-map', unit={'code': '366'}, series='commune', layers=['communes'], scale=10_000, lang='en',
        orientation='landscape', number='S',
    )  # fmt: skip
    pages = PdfReader(made.path)
    assert [item.title for item in pages.outline] == ['Xã Một', 'Xã Hai']  # type: ignore[union-attr]
    assert len(pages.pages) == made.rows == 3
    index, first, second = (words_of(made.path, '-f', page, '-l', page) for page in '123')
    assert 'Huyện Thử Index: 2 sheets' in index
    assert '1 Xã Một 13997 1:10,000 2' in index
    assert '2 Xã Hai 13998 1:10,000 3' in index
    assert 'Xã Xa' not in index
    assert 'S 1/2' in first
    assert 'S 2/2' in second


def test_a_series_that_cannot_be_is_refused(district: None, loader: Loader, answer: Callable[..., Any]) -> None:
    loader.load('roads', [(shapely.LineString([(0, 0), (900, 900)]), {'code': 'R1', 'class': 'national'})])
    here = {'bbox': [106.0, 20.1, 106.2, 20.3]}
    for inputs, words in (
        ({'series': 'commune', 'format': 'png'}, 'pdf'),
        ({'series': 'comune'}, 'commune'),
        ({'series': 'commune', 'extent': here}, 'Leave extent out'),
        ({'series': 'district', 'unit': {'code': '13997'}}, 'no units of district'),
    ):
        with pytest.raises(NoSeries) as refused:
            answer('print-map', layers=['roads'], **inputs)
        assert words in refused.value.text.en
        assert 'series' in refused.value.text.vi
        assert http_status(refused.value) == 400


def test_a_level_without_data_is_refused(loader: Loader, answer: Callable[..., Any]) -> None:
    square = shapely.MultiPolygon([shapely.box(0, 0, 900, 900)])
    loader.load('communes', [(square, commune('13997'))])
    with pytest.raises(NoSeries, match='no data yet'):
        answer('print-map', series='district', layers=['communes'])


def test_a_unit_that_does_not_fit_is_named_before_any_sheet_is_drawn(
    district: None, loader: Loader, answer: Callable[..., Any]
) -> None:
    """At 1:5,000 the 900 m of a commune are 180 mm, more than A4 has upwards; no layer is there to be drawn yet."""
    with pytest.raises(DoesNotFit) as refused:
        answer('print-map', series='commune', unit={'code': '366'}, layers=['roads'], scale=5_000)
    assert refused.value.text.en.startswith('Xã Một (13997): At 1:5,000')
    assert refused.value.text.vi.startswith('Xã Một (13997): Ở tỷ lệ 1:5.000')

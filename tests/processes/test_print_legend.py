"""The legend of a printed map: a line for each sign that is drawn, and none for what is not."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import shapely

from processes.printing.drawn import NothingToPrint
from tests.matrix import thorough
from tests.processes.conftest import ORIGIN, Loader, commune
from tests.processes.pdf_words import words_of

# 1 km by 1 km around the middle of the frame of A4 at 1:10,000, which shows 2.058 km by 1.649 km.
EXTENT = {'bbox': [ORIGIN[0], ORIGIN[1], ORIGIN[0] + 1_000, ORIGIN[1] + 1_000], 'crs': 'EPSG:9209'}

USUAL: dict[str, Any] = {'extent': EXTENT, 'scale': 10_000, 'orientation': 'landscape', 'lang': 'en'}


@pytest.fixture
def legend(answer: Callable[..., Any]) -> Callable[..., str]:
    """The words of the legend of a sheet of EXTENT at 1:10,000."""

    def made(**inputs: Any) -> str:
        sheet = answer(
            'print-map', **{'extent': EXTENT, 'scale': 10_000, 'orientation': 'landscape', 'lang': 'en'} | inputs
        )
        return words_of(sheet.path)

    return made


def road(name: str, kind: str, *ends: tuple[float, float]) -> tuple[shapely.LineString, dict[str, Any]]:
    return shapely.LineString(ends), {'code': name, 'name': name, 'class': kind}


def test_a_class_that_lies_outside_of_the_frame_is_not_in_the_legend(
    loader: Loader, legend: Callable[..., str]
) -> None:
    """A national road through the frame, a commune road 9 km away; a district road only passes by its corner's box."""
    loader.load(
        'roads',
        [
            road('R1', 'national', (0, 500), (1_000, 500)),
            road('R2', 'commune', (9_000, 0), (9_000, 900)),
            # from far in the west to far in the north: its box holds the frame, its line does not touch it
            road('R3', 'district', (-9_000, -900), (-9_000, 9_000), (900, 9_000)),
        ],
    )
    words = legend(layers=['roads'])
    assert 'National road' in words
    assert 'Commune road' not in words
    assert 'District road' not in words


@thorough
def test_what_has_no_known_value_has_a_line_of_its_own(loader: Loader, legend: Callable[..., str]) -> None:
    """Roads of unknown surface are drawn grey: the grey is explained, where there are such roads only."""
    known = road('R1', 'national', (0, 500), (1_000, 500))
    known[1]['surface'] = 'asphalt'
    loader.load('roads', [known])
    assert 'Asphalt' in legend(layers=['roads:surface'])
    assert 'Other, or not known' not in legend(layers=['roads:surface'])
    loader.load('roads', [road('R9', 'commune', (0, 200), (1_000, 200))])
    assert 'Other, or not known' in legend(layers=['roads:surface'])


def test_a_sign_that_the_edge_cuts_is_in_the_legend(loader: Loader, legend: Callable[..., str]) -> None:
    """The frame ends 1,029 m east of its middle; nothing of a sign 200 m beyond is seen, half of one 2 m beyond."""
    for number, (beyond, named) in enumerate(((200, False), (2, True))):
        place = shapely.Point(500 + 1_029 + beyond, 500)
        loader.load('health_facilities', [(place, {'code': f'S{number}', 'name': 'Trạm', 'kind': 'station'})])
        loader.load('roads', [road(f'R{number}', 'national', (0, 500), (1_000, 500))])
        assert ('Health facilities' in legend(layers=['roads', 'health_facilities'])) is named


@thorough
def test_a_raster_of_elsewhere_is_neither_in_the_legend_nor_among_the_sources(
    loader: Loader, legend: Callable[..., str]
) -> None:
    """Cells from the corner of the frame to the east are seen; a sheet 50 km away does not name them."""
    loader.raster('elevation', np.full((100, 100), 3.0))
    loader.load('roads', [road('R1', 'national', (0, 500), (1_000, 500))])
    assert 'Ground elevation' in legend(layers=['roads', 'elevation'])
    beside = {'bbox': [ORIGIN[0] + 2_500, ORIGIN[1], ORIGIN[0] + 3_500, ORIGIN[1] + 1_000], 'crs': 'EPSG:9209'}
    loader.load('roads', [road('R2', 'national', (2_500, 500), (3_500, 500))])
    assert 'Ground elevation' not in legend(layers=['roads', 'elevation'], extent=beside)


def test_the_edge_of_an_area_is_in_the_legend_only_where_it_is_seen(loader: Loader, legend: Callable[..., str]) -> None:
    """Inside of a commune of 20 km by 20 km no line of it is drawn; beside its western edge one is."""
    square = shapely.MultiPolygon([shapely.box(-10_000, -10_000, 10_000, 10_000)])
    loader.load('communes', [(square, commune('13999'))])
    loader.load('roads', [road('R1', 'national', (-11_000, 500), (1_000, 500))])
    assert 'Communes' not in legend(layers=['roads', 'communes']).partition('Sources')[0]
    edge = {'bbox': [ORIGIN[0] - 10_500, ORIGIN[1], ORIGIN[0] - 9_500, ORIGIN[1] + 1_000], 'crs': 'EPSG:9209'}
    assert 'Communes' in legend(layers=['roads', 'communes'], extent=edge).partition('Sources')[0]


def test_a_bare_sheet_is_refused_with_what_would_do(loader: Loader, legend: Callable[..., str]) -> None:
    """90 km east of the only road; the sheet of a unit without roads shows at least the unit."""
    loader.load('roads', [road('R1', 'national', (0, 500), (1_000, 500))])
    away = {'bbox': [ORIGIN[0] + 90_000, ORIGIN[1], ORIGIN[0] + 91_000, ORIGIN[1] + 1_000], 'crs': 'EPSG:9209'}
    with pytest.raises(NothingToPrint) as refused:
        legend(layers=['roads'], extent=away)
    assert 'another extent, scale or layers' in refused.value.text.en
    square = shapely.MultiPolygon([shapely.box(20_000, 0, 21_000, 1_000)])
    loader.load('communes', [(square, commune('13999'))])
    words = legend(layers=['roads'], extent=None, unit={'code': '13999'})
    assert 'Outline of the unit of this sheet' in words
    assert 'Xã 13999' in words

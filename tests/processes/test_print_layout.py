"""Where things lie on a sheet of paper, worked out by hand."""

import pytest
import shapely

from dothi.cartography.paper import SIZES_MM, Rectangle, sheet_of
from processes.printing.framed import EAST, grid_label, grid_of, path_of, spacing_m
from processes.printing.page import scale_ticks, title_mm
from processes.printing.scale import DoesNotFit, bar_of, fitting_scale, must_fit, place_frame, widen_box

FRAME = Rectangle(10, 20, 200, 100)


def test_the_parts_of_every_sheet_lie_apart_and_within_its_border() -> None:
    """The frame is a whole number of pixels of 0.28 mm, and the scale a whole number exactly."""
    for paper in SIZES_MM:
        for orientation in ('landscape', 'portrait'):
            sheet = sheet_of(paper, orientation)
            assert (sheet.width_mm > sheet.height_mm) == (orientation == 'landscape')
            frame, beside, border = (
                shapely.box(part.left, part.top, part.right, part.bottom)
                for part in (sheet.frame, sheet.explanations, sheet.border)
            )
            assert border.contains(frame)
            assert border.contains(beside)
            assert frame.distance(beside) >= 4.9 * sheet.factor
            sides = [sheet.frame.width, sheet.frame.height]
            assert [pixels * 0.28 for pixels in sheet.frame_px] == pytest.approx(sides)
            assert frame.area > 0.45 * border.area


def test_the_scale_is_the_largest_round_one_that_holds_the_extent() -> None:
    """2 km by 1 km on 200 mm by 100 mm is 1:10,000 exactly; a metre more takes the next one."""
    assert fitting_scale((0, 0, 2_000, 1_000), FRAME) == 10_000
    assert fitting_scale((0, 0, 2_001, 1_000), FRAME) == 12_500
    assert fitting_scale((0, 0, 100, 1_001), FRAME) == 12_500
    assert fitting_scale((0, 0, 1_600, 100), FRAME) == 10_000
    assert place_frame((0, 0, 100, 100), FRAME, 10_000) == (-950, -450, 1_050, 550)
    # 3 % of the longer side around an extent, and a point becomes a place
    assert widen_box((0, 0, 1_000, 500)) == (-30, -30, 1_030, 530)
    assert widen_box((5, 5, 5, 5)) == (-45, -45, 55, 55)


def test_an_extent_that_the_paper_cannot_hold_is_refused_with_what_would_do() -> None:
    """5 km at 1:10,000 are 500 mm: more than A4 has, less than A2."""
    sheet = sheet_of('A4', 'landscape')
    with pytest.raises(DoesNotFit) as refused:
        must_fit((0, 0, 4_500, 1_000), sheet, 10_000)
    assert '450 × 100 mm' in refused.value.text.en
    assert '1:25,000, or take A2 landscape' in refused.value.text.en
    assert 'dùng 1:25.000, hoặc chọn khổ A2 ngang' in refused.value.text.vi
    must_fit((0, 0, 2_058, 1_000), sheet, 10_000)


def test_the_bar_and_the_grid_have_round_lengths() -> None:
    """At 1:10,000 a bar of at most 52 mm is 500 m long, on the paper 50 mm."""
    bar = bar_of(10_000, 52)
    assert (bar.length_m, bar.length_mm, bar.parts) == (500, 50, 5)
    assert bar_of(10_000, 50).length_mm == 50
    assert [bar_of(10_000, most).length_m for most in (49, 20, 19, 10, 9)] == [200, 200, 100, 100, 50]
    assert [bar_of(10_000, most).parts for most in (49, 19, 9)] == [4, 4, 5]
    assert [spacing_m(10_000, least) for least in (40, 50, 51, 101)] == [500, 500, 1_000, 2_000]
    grid = grid_of((499_900, 2_199_950, 501_900, 2_200_950), FRAME, 500)
    assert [(line.value_m, line.at_mm) for line in grid.eastings] == [
        (500_000, 20), (500_500, 70), (501_000, 120), (501_500, 170),
    ]  # fmt: skip
    # northings are counted from the upper edge
    assert [(line.value_m, line.at_mm) for line in grid.northings] == [(2_200_000, 115), (2_200_500, 65)]
    assert grid_label(2_200_500, EAST, 'en') == '2\u202f200\u202f500\u00a0E'


def test_an_outline_is_drawn_to_scale_and_within_the_frame() -> None:
    """A square around the lower left corner of the frame: a quarter of it is seen."""
    path = path_of(shapely.box(-100, -100, 100, 100), (0, 0, 2_000, 1_000), FRAME)
    assert sorted(path.strip('MZ').split('L')[:-1]) == ['10.00 110.00', '10.00 120.00', '20.00 110.00', '20.00 120.00']
    assert path_of(shapely.box(5_000, 0, 5_001, 1), (0, 0, 2_000, 1_000), FRAME) == ''


def test_numbers_at_the_bar_do_not_meet() -> None:
    """At 1:100,000,000 a bar of 20 mm has divisions of 5 mm, too narrow for 1,000 and 1,500: its ends have numbers."""
    assert [text for _, text in scale_ticks(bar_of(100_000_000, 40), 'en', 1)] == ['0', '2,000']
    assert [text for _, text in scale_ticks(bar_of(100_000, 40), 'en', 1)] == ['0', '0.5', '1', '1.5', '2']
    assert scale_ticks(bar_of(100_000, 40), 'en', 1)[1][0] == 5


def test_a_long_title_gets_smaller_letters() -> None:
    sheet = sheet_of('A4', 'portrait')
    sizes = [title_mm('x' * letters, sheet) for letters in (10, 40, 100, 160)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == 5.2
    # wide letters take more room than narrow ones
    assert title_mm('W' * 60, sheet) < title_mm('i' * 60, sheet)

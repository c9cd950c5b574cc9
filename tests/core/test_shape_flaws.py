"""What is wrong with a shape is said in the reader's words, and where."""

import pytest
import shapely

from dothi.core.shape_flaws import flaw_in_words


@pytest.mark.parametrize(
    ('wkt', 'vi', 'en'),
    [
        ('POLYGON((0 0,1 1,1 0,0 1,0 0))', 'hình tự cắt tại 0.5 0.5', 'self-intersection at 0.5 0.5'),
        ('POLYGON((0 0,2 0,2 2,1 0,0 2,0 0))', 'đường bao tự chạm tại 1 0', 'ring self-intersection at 1 0'),
        (
            'POLYGON((0 0,4 0,4 4,0 4,0 0),(5 5,6 5,6 6,5 5))',
            'lỗ nằm ngoài đường bao tại 5 5',
            'hole lies outside shell at 5 5',
        ),
        (
            'POLYGON((0 0,9 0,9 9,0 9,0 0),(1 1,8 1,8 8,1 8,1 1),(2 2,3 2,3 3,2 2))',
            'lỗ nằm trong lỗ tại 2 2',
            'holes are nested at 2 2',
        ),
        (
            'MULTIPOLYGON(((0 0,9 0,9 9,0 9,0 0)),((1 1,2 1,2 2,1 1)))',
            'vùng nằm trong vùng tại 1 1',
            'nested shells at 1 1',
        ),
        ('LINESTRING(0 0,0 0)', 'quá ít điểm tại 0 0', 'too few points in geometry component at 0 0'),
        (
            'POLYGON((0 0,4 0,4 4,0 4,0 0),(0 2,2 0,4 2,2 4,0 2))',
            'phần trong bị chia cắt tại 2 0',
            'interior is disconnected at 2 0',
        ),
    ],
)
def test_a_flaw_is_said_with_its_place(wkt: str, vi: str, en: str) -> None:
    flaw = flaw_in_words(shapely.is_valid_reason(shapely.from_wkt(wkt)))
    assert (flaw.vi, flaw.en) == (vi, en)


def test_a_flaw_without_words_stays_as_it_is() -> None:
    assert flaw_in_words('Unheard of').vi == 'Unheard of'

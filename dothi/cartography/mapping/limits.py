"""How much one picture may ask for, and what is told of one that asks for more."""

from typing import TYPE_CHECKING

from dothi.core.errors import Busy, Defect, WrongUse
from dothi.core.limit_settings import MapSettings
from dothi.core.numbers import number_vi
from dothi.core.text import Text

if TYPE_CHECKING:
    from dothi.cartography.mapping.picture import Picture

# What cairo and image files can hold of one side.
LONGEST_SIDE_PX = 32_000
LESS = Text(vi='Giảm width, height.', en='Ask for less width or height.')


class PictureTooLarge(WrongUse):
    """More pixels or layers are asked for than one picture may have."""


class NotAPicture(WrongUse):
    """The box of a picture is empty or lies outside the system."""


class FilterNotComputable(WrongUse):
    """The database cannot compute what a filter asks for: a division by zero, a number too large."""


class TooBusy(Busy):
    """All renderers draw, and enough requests wait for one."""


class TookTooLong(Busy):
    """The picture was not drawn within its time."""


class DrawingBroke(Busy):
    """The renderer that drew the picture is gone."""


class NotDrawn(Defect):
    """Mapnik refuses what we told it to draw."""


def check_size(width_px: int, height_px: int, less: Text, limits: MapSettings | None = None) -> None:
    """Raises PictureTooLarge for more pixels than one picture may have. less: what to do about it."""
    most = (limits or MapSettings()).map_max_pixels
    if width_px * height_px > most or max(width_px, height_px) > LONGEST_SIDE_PX:
        raise PictureTooLarge(
            vi=f'Ảnh {width_px} × {height_px} điểm quá lớn (tối đa {number_vi(most)} điểm ảnh). {less.vi}',
            en=f'A picture of {width_px} × {height_px} is too large (at most {most:,} pixels). {less.en}',
        )


def check(picture: 'Picture', limits: MapSettings) -> None:
    """Raises PictureTooLarge or NotAPicture for what is not drawn at all."""
    view = picture.view
    check_size(view.width_px, view.height_px, LESS, limits)
    west, south, east, north = view.box
    if not (west < east and south < north and view.width_px > 0 and view.height_px > 0):
        raise NotAPicture(
            vi=f'Khung {west:g}, {south:g}, {east:g}, {north:g} trên {view.width_px} × {view.height_px} điểm là rỗng.',
            en=f'The box {west:g}, {south:g}, {east:g}, {north:g} on {view.width_px} × {view.height_px} px is empty.',
        )


def too_busy() -> TooBusy:
    """The error for a request that finds the queue full, or waited in it for too long."""
    return TooBusy(
        vi='Máy chủ đang vẽ nhiều ảnh. Thử lại sau ít giây.', en='Many pictures are being drawn. Try again shortly.'
    )


def took_too_long(seconds: float) -> TookTooLong:
    """The error for a picture that was given up."""
    return TookTooLong(
        vi=f'Không vẽ xong ảnh trong {seconds:g} giây. Thu nhỏ khung, bớt lớp, hoặc thử lại sau.',
        en=f'The picture was not drawn within {seconds:g} s. Ask for a smaller box or fewer layers, or try later.',
    )


def drawing_broke() -> DrawingBroke:
    """The error for a picture whose renderer ended in the middle of it."""
    return DrawingBroke(
        vi='Chương trình vẽ dừng giữa chừng; các yêu cầu khác không bị ảnh hưởng. Thử lại.',
        en='The drawing program ended in the middle; other requests go on. Try again.',
    )


def filter_not_computable() -> FilterNotComputable:
    """The error for a filter at which the database stumbles."""
    return FilterNotComputable(
        vi='Không tính được bộ lọc với dữ liệu này (chia cho 0 hoặc số quá lớn). Sửa bộ lọc.',
        en='The filter cannot be computed on this data (a division by zero, a number too large). Change the filter.',
    )

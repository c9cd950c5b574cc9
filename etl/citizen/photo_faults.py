"""Why a photo is not taken, in words for whoever took it."""

from dothi.core.errors import DataRefused
from dothi.core.text import Text

KINDS = Text(
    vi='Chọn ảnh JPEG, PNG hoặc WebP; ảnh HEIC của iPhone thì lưu hoặc chụp màn hình thành JPEG hay PNG.',
    en='Choose a JPEG, PNG or WebP; save a HEIC of an iPhone as JPEG, or take a screenshot of it.',
)


class BadPhoto(DataRefused):
    """The photo of a report is none that can be taken."""


def no_photo() -> BadPhoto:
    """The error for a file that is no picture of a kind that is taken."""
    return BadPhoto(
        vi=f'Tệp này không phải là ảnh nhận được. {KINDS.vi}', en=f'This file is no picture that is taken. {KINDS.en}'
    )


def damaged_photo() -> BadPhoto:
    """The error for a picture that cannot be read to its end."""
    return BadPhoto(
        vi='Ảnh bị hỏng hoặc thiếu phần cuối. Chụp lại, hoặc gửi mà không kèm ảnh.',
        en='The photo is damaged, or its end is missing. Take it again, or send the report without one.',
    )


def large_photo(most_mb: int) -> BadPhoto:
    """The error for a file with too many bytes."""
    return BadPhoto(
        vi=f'Ảnh quá lớn: nhiều nhất {most_mb} MB. Chọn ảnh nhỏ hơn.',
        en=f'The photo is too large: {most_mb} MB at most. Choose a smaller one.',
    )


def many_pixels(most_megapixels: int) -> BadPhoto:
    """The error for a picture with too many pixels, however few bytes they are packed into."""
    return BadPhoto(
        vi=f'Ảnh có quá nhiều điểm ảnh: nhiều nhất {most_megapixels} triệu. Chọn ảnh nhỏ hơn.',
        en=f'The photo has too many pixels: {most_megapixels} million at most. Choose a smaller one.',
    )

"""A delivered raster opened, and refused where neither a person's decision nor a threshold could make it fit."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.errors import NotGeoreferencedWarning, RasterioIOError

from dothi.core.coverage import Coverage
from dothi.core.errors import DataRefused, WrongUse
from dothi.core.limit_settings import RoomSettings
from dothi.core.numbers import number_vi, vietnamese_signs
from dothi.core.text import Text
from etl.formats.errors import EmptyFile, TooLarge, UnknownFormat, UnreadableFile
from etl.formats.item import Item
from etl.formats.xml_guard import must_stand_alone

# A file without a place is refused in our own words.
warnings.filterwarnings('ignore', category=NotGeoreferencedWarning)
SUFFIXES = ('.tif', '.tiff')
# XML in which GDAL keeps statistics, names and overviews.
AUXILIARY = ('.aux.xml',)
# A strip of whole rows has to fit into memory.
MOST_COLUMNS = 250_000
Raster = Any  # rasterio has no types


class BandsDoNotFit(DataRefused):
    """The file has other bands than the coverage."""


class NotGeoreferenced(DataRefused):
    """Nothing in the file says where its cells lie."""


class NotNorthUp(DataRefused):
    """The rows of the file do not run from west to east, from north to south."""


class WholeOnly(WrongUse):
    """A raster cannot be delivered in parts."""


@contextmanager
def opened(file: Path, coverage: Coverage | None) -> Iterator[Raster]:
    """The raster in `file`, which can be a delivery of `coverage`; only inside the closed room.

    coverage: None for any raster. Raises a DataRefused that says what is wrong and what to send; also for damage that
    is met while it is read.
    """
    _must_be_geotiff(file)
    _companions_must_stand_alone(file)
    try:
        with rasterio.open(file, driver='GTiff') as raster:
            _must_not_be_huge(raster, file.name)
            if coverage is not None:
                _must_have_the_bands(raster, coverage, file.name)
                _must_hold_the_values(raster, file.name)
                _must_be_north_up(raster, file.name)
            yield raster
    except RasterioIOError as error:
        raise _damaged(file.name, error) from None


def must_be_whole(scope: str, mode: str, encoding: str | None) -> None:
    """Raises WholeOnly for options that mean something for rows only."""
    if (scope, mode, encoding) != ('all', 'replace', None):
        raise WholeOnly(
            vi='Raster được giao nguyên tấm, không theo đơn vị, từng phần hay bảng mã.',
            en='A raster is delivered as a whole, not for a unit, in parts or in a text encoding.',
            steward=Text(vi='Bỏ --scope, --mode và --encoding.', en='Leave --scope, --mode and --encoding out.'),
        )


def _must_be_geotiff(file: Path) -> None:
    if file.suffix.lower() not in SUFFIXES:
        raise UnknownFormat(
            vi=f'{file.name}: dữ liệu này là raster. Gửi dạng GeoTIFF (.tif), không nén zip.',
            en=f'{file.name}: these data are a raster. Send a GeoTIFF (.tif), not zipped.',
        )
    if file.stat().st_size == 0:
        raise EmptyFile(vi=f'{file.name} trống (0 byte). Gửi lại tệp.', en=f'{file.name} has 0 bytes. Resend it.')


def _companions_must_stand_alone(file: Path) -> None:
    """What GDAL reads beside a GeoTIFF names other files as easily as a file of its own would."""
    for suffix in AUXILIARY:
        beside = file.with_name(file.name + suffix)
        if beside.exists():
            must_stand_alone(Item(beside))


def _must_not_be_huge(raster: Raster, name: str) -> None:
    """Raises TooLarge by the size that the file declares, before any cell is read: a file of 1 kB may declare 10¹²."""
    limits = RoomSettings()
    cells, most_cells = raster.width * raster.height * raster.count, f'{limits.max_raster_cells:,}'
    if cells > limits.max_raster_cells or raster.count > limits.max_raster_bands or raster.width > MOST_COLUMNS:
        size = f'{raster.width:,} × {raster.height:,} × {raster.count:,}'
        raise TooLarge(
            vi=f'{name} khai {vietnamese_signs(size)} ô (cột × hàng × dải); tối đa {vietnamese_signs(most_cells)} ô, '
            f'{number_vi(MOST_COLUMNS)} cột, '
            f'{limits.max_raster_bands} dải. Cắt theo địa bàn hoặc giảm độ phân giải rồi gửi lại.',
            en=f'{name} declares {size} cells (columns × rows × bands); at most {most_cells} cells, '
            f'{MOST_COLUMNS:,} columns, {limits.max_raster_bands} bands. Cut it to the area, or send a coarser one.',
        )


def _must_have_the_bands(raster: Raster, coverage: Coverage, name: str) -> None:
    band_names = ', '.join(coverage.bands)
    if raster.count != len(coverage.bands):
        raise BandsDoNotFit(
            vi=f'{name} có {raster.count} dải, "{coverage.title.vi}" cần {len(coverage.bands)} ({band_names}, theo thứ '
            'tự này).',
            en=f'{name} has {raster.count} bands, "{coverage.title.en}" needs {len(coverage.bands)} ({band_names}, in '
            'this order).',
        )
    narrow = [kind for kind in raster.dtypes if not np.can_cast(kind, coverage.type)]
    if narrow:
        raise BandsDoNotFit(
            vi=f'{name}: kiểu {narrow[0]} không đổi được sang {coverage.type} mà giữ nguyên giá trị. '
            f'Gửi dạng {coverage.type} (gdal_translate -ot).',
            en=f'{name}: the type {narrow[0]} does not go into {coverage.type} without changing values. '
            f'Send {coverage.type} (gdal_translate -ot).',
        )


def _must_hold_the_values(raster: Raster, name: str) -> None:
    """Raises BandsDoNotFit for cells that mean something else than they hold, as integers of a tenth of a metre."""
    for scale, offset in zip(raster.scales, raster.offsets, strict=True):
        if (scale, offset) != (1, 0):
            raise BandsDoNotFit(
                vi=f'{name}: giá trị ô phải nhân {scale:g} rồi cộng {offset:g} (scale, offset). '
                'Gửi giá trị thật (gdal_translate -unscale -ot Float32).',
                en=f'{name}: its cells have to be multiplied by {scale:g}, and {offset:g} added (scale, offset). '
                'Send the values themselves (gdal_translate -unscale -ot Float32).',
            )


def _must_be_north_up(raster: Raster, name: str) -> None:
    place = raster.transform
    if place.is_identity:
        raise NotGeoreferenced(
            vi=f'{name} không có tham chiếu tọa độ (gốc và cỡ ô). Gửi GeoTIFF có tham chiếu, hoặc kèm tệp .tfw.',
            en=f'{name} is not georeferenced (origin, cell size). Send a GeoTIFF that is, or a .tfw beside it.',
        )
    if place.b or place.d or place.a <= 0 or place.e >= 0:
        raise NotNorthUp(
            vi=f'{name} bị xoay, nghiêng hoặc lật: hàng đầu phải ở phía bắc, cột đầu ở phía tây. '
            'Nắn lại bằng gdalwarp rồi gửi.',
            en=f'{name} is rotated, skewed or flipped: the first row must be the north, the first column the west. '
            'Straighten it with gdalwarp and resend it.',
        )


def _damaged(name: str, error: Exception) -> UnreadableFile:
    reason = str(error.__cause__ or error).splitlines()[0][:200]
    return UnreadableFile(
        vi=f'{name} không đọc được hoặc bị hỏng ({reason}). Gửi lại tệp.',
        en=f'{name} cannot be read or is damaged ({reason}). Resend it.',
    )

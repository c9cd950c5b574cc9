"""Zip archives: looked at before anything in them is opened, and never unpacked to the disk."""

import stat
import zipfile
from collections import Counter
from pathlib import Path, PurePosixPath

from dothi.core.limit_settings import LimitSettings
from dothi.core.numbers import number_vi
from etl.formats.errors import BadArchive, NoLayerInFile

# Deflate cannot do better than 1,032 to 1; sparse geodata stays under 200 to 1.
MAX_RATIO = 500
SMALL = 10_000_000
# A File Geodatabase has hundreds of files.
MAX_MEMBERS = 20_000


def names(file: Path) -> list[str]:
    """All that the archive `file` holds, once it was seen to be harmless; raises BadArchive.

    Not that which only systems and programs put there.
    """
    members = infos(file, file.name)
    for info in members:
        _must_be_harmless(info)
    _must_be_told_apart(members)
    must_not_be_huge(file.name, members)
    return sorted(info.filename for info in members if not info.filename.startswith('__MACOSX/'))


def no_layer(file: Path) -> NoLayerInFile:
    """The refusal of an archive without anything that is read."""
    listed = _listed(names(file))
    return NoLayerInFile(
        vi=f'Tệp nén {file.name} không có lớp dữ liệu nào ({listed}). '
        'Nén đủ các tệp .shp, .shx, .dbf, .prj rồi gửi lại.',
        en=f'The archive {file.name} has no data layer ({listed}). '
        'Zip the .shp, .shx, .dbf and .prj files together and send it again.',
    )


def infos(file: Path, name: str) -> list[zipfile.ZipInfo]:
    """What the directory of the archive `file`, which the sender calls `name`, lists; raises BadArchive."""
    try:
        with zipfile.ZipFile(file) as archive:
            return [info for info in archive.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise BadArchive(
            vi=f'{name} không phải là tệp zip đọc được. Nén lại và gửi lại.',
            en=f'{name} is not a readable zip archive. Zip the files again and resend.',
        ) from None


def _must_be_harmless(info: zipfile.ZipInfo) -> None:
    path = PurePosixPath(info.filename.replace('\\', '/'))
    if not path.parts or path.is_absolute() or '..' in path.parts or ':' in path.parts[0]:
        raise BadArchive(
            vi=f'Tệp nén có đường dẫn ra ngoài thư mục ("{info.filename}"). Nén lại chỉ với các tệp dữ liệu.',
            en=f'The archive has a path that leads outside ("{info.filename}"). Zip only the data files.',
        )
    if stat.S_ISLNK(info.external_attr >> 16):
        raise BadArchive(
            vi=f'Tệp nén có liên kết ("{info.filename}") thay cho tệp. Nén chính tệp đó.',
            en=f'The archive has a link ("{info.filename}") in place of a file. Zip the file itself.',
        )
    if info.flag_bits & 0x1:
        raise BadArchive(
            vi=f'Tệp nén có mật khẩu ("{info.filename}"). Gửi tệp không mật khẩu.',
            en=f'The archive is encrypted ("{info.filename}"). Send it without a password.',
        )


def _must_be_told_apart(infos: list[zipfile.ZipInfo]) -> None:
    """Raises BadArchive for two members of one name: GDAL opens the first, and what is looked at before is the last."""
    counted = Counter(info.filename for info in infos)
    for name in (name for name, times in counted.items() if times > 1):
        raise BadArchive(
            vi=f'Tệp nén có nhiều tệp cùng tên "{name}". Nén lại, mỗi tên một tệp.',
            en=f'The archive has several files of the name "{name}". Zip them again, one file for each name.',
        )


def must_not_be_huge(name: str, infos: list[zipfile.ZipInfo], limit_mb: int | None = None) -> None:
    """Raises BadArchive where what `infos` describe unpacks to more than is read, or shrank as only a bomb does."""
    size_mb = sum(info.file_size for info in infos) / 1e6
    limit_mb = limit_mb or LimitSettings().max_unpacked_mb
    bombs = [info.filename for info in infos if info.file_size > max(SMALL, MAX_RATIO * info.compress_size)]
    if size_mb > limit_mb or bombs or len(infos) > MAX_MEMBERS:
        raise too_much(name, size_mb, len(infos), limit_mb)


def too_much(name: str, size_mb: float, members: int, limit_mb: int) -> BadArchive:
    """The refusal of an archive that unpacks to more than is read."""
    return BadArchive(
        vi=f'{name} bung ra quá lớn ({number_vi(size_mb, ",.0f")} MB trong {number_vi(members)} tệp; tối đa '
        f'{number_vi(limit_mb)} MB, '
        f'{number_vi(MAX_MEMBERS)} tệp, tỉ lệ nén {MAX_RATIO}). Chia nhỏ rồi gửi lại.',
        en=f'{name} unpacks to too much ({size_mb:,.0f} MB in {members} files; at most {limit_mb:,} MB, '
        f'{MAX_MEMBERS:,} files, ratio {MAX_RATIO}). Send it in parts.',
    )


def too_many_tables(name: str, count: int, most: int) -> BadArchive:
    """The refusal of an archive in which the data of a layer would have to be looked for among too many files."""
    return BadArchive(
        vi=f'{name} có {number_vi(count)} tệp dữ liệu hoặc ghi chú; tối đa {number_vi(most)}. '
        'Chỉ nén các tệp của một lớp rồi gửi lại.',
        en=f'{name} holds {count:,} files of data or notes; at most {most:,}. Zip only those of one layer and resend.',
    )


def _listed(names: list[str]) -> str:
    return ', '.join(names[:5] + ['…'] * (len(names) > 5)) or '0'

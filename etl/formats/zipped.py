"""Zip archives: looked at before anything in them is opened, and never unpacked to the disk."""

import zipfile
from pathlib import Path, PurePosixPath

from dothi.core.settings import LimitSettings
from etl.formats.errors import BadArchive, NoLayerInFile

# Deflate cannot do better than 1,032 to 1; sparse geodata stays under 200 to 1.
MAX_RATIO = 500
SMALL = 10_000_000


def members(file: Path, suffixes: frozenset[str]) -> list[str]:
    """Names in the archive `file` that end in one of `suffixes`; raises BadArchive, or NoLayerInFile for none."""
    infos = _infos(file)
    for info in infos:
        _must_be_harmless(info)
    _must_not_be_huge(infos)
    found = [info.filename for info in infos if PurePosixPath(info.filename).suffix.lower() in suffixes]
    found = [name for name in found if not name.startswith('__MACOSX/')]
    if not found:
        raise NoLayerInFile(
            vi=f'Tệp nén {file.name} không có lớp dữ liệu nào ({_names(infos)}). '
            'Nén đủ các tệp .shp, .shx, .dbf, .prj rồi gửi lại.',
            en=f'The archive {file.name} has no data layer ({_names(infos)}). '
            'Zip the .shp, .shx, .dbf and .prj files together and send it again.',
        )
    return sorted(found)


def suffixes_of(file: Path, member: str) -> set[str]:
    """Suffixes, in lower case, of all files in the archive that have the name of `member` but for the suffix."""
    stem = PurePosixPath(member).with_suffix('')
    names = (PurePosixPath(info.filename) for info in _infos(file))
    return {name.suffix.lower() for name in names if name.with_suffix('') == stem}


def _infos(file: Path) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(file) as archive:
            return [info for info in archive.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise BadArchive(
            vi=f'{file.name} không phải là tệp zip đọc được. Nén lại và gửi lại.',
            en=f'{file.name} is not a readable zip archive. Zip the files again and resend.',
        ) from None


def _must_be_harmless(info: zipfile.ZipInfo) -> None:
    path = PurePosixPath(info.filename.replace('\\', '/'))
    if path.is_absolute() or '..' in path.parts or ':' in path.parts[0]:
        raise BadArchive(
            vi=f'Tệp nén có đường dẫn ra ngoài thư mục ("{info.filename}"). Nén lại chỉ với các tệp dữ liệu.',
            en=f'The archive has a path that leads outside ("{info.filename}"). Zip only the data files.',
        )
    if info.flag_bits & 0x1:
        raise BadArchive(
            vi=f'Tệp nén có mật khẩu ("{info.filename}"). Gửi tệp không mật khẩu.',
            en=f'The archive is encrypted ("{info.filename}"). Send it without a password.',
        )


def _must_not_be_huge(infos: list[zipfile.ZipInfo]) -> None:
    size_mb = sum(info.file_size for info in infos) / 1e6
    limit_mb = LimitSettings().max_unpacked_mb
    bombs = [info.filename for info in infos if info.file_size > max(SMALL, MAX_RATIO * info.compress_size)]
    if size_mb > limit_mb or bombs:
        raise BadArchive(
            vi=f'Tệp nén bung ra quá lớn ({size_mb:,.0f} MB; tối đa {limit_mb:,} MB, tỉ lệ nén {MAX_RATIO}). '
            'Chia nhỏ rồi gửi lại.',
            en=f'The archive unpacks to too much ({size_mb:,.0f} MB; at most {limit_mb:,} MB, ratio {MAX_RATIO}). '
            'Send it in parts.',
        )


def _names(infos: list[zipfile.ZipInfo]) -> str:
    names = [info.filename for info in infos[:5]]
    return ', '.join(names + ['…'] * (len(infos) > 5)) or '0'

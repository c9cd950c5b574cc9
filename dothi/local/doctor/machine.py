"""What the machine gives: room on disks, fonts, libraries, programs, the walls around readers of foreign files."""

import ctypes
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from dothi.core.errors import EnvironmentMissing
from dothi.core.postgis import BINARIES, VERSION
from dothi.core.settings import PROJECT, DatabaseSettings, PathSettings, ServerSettings
from dothi.core.start_command import start_command
from dothi.core.text import Text
from dothi.local.doctor.findings import Finding, fault, graded, ok, or_ok, warning

MB = 2**20
# Of adjtimex(2): the size that its structure has at most, and what it returns while nobody sets the clock.
TIMEX_BYTES, TIME_ERROR = 512, 5
# Where programs keep what they need for a moment, unless TMPDIR says otherwise.
DEFAULT_TEMPORARY, LEAST_TEMPORARY_MB = '/tmp', 50  # noqa: S108 (nothing of ours is opened there)
# Below this part of a disk it is time to think of a larger one.
LEAST_PART = 0.1
# Letters of Vietnamese with two marks: a font that lacks one of them draws a box.
LETTERS = 'ễệốộớựẵẩỹđ'
PINNED = re.compile(r'^([a-z0-9-]+)==([^\s;]+)', re.MULTILINE)


def check_disks() -> Iterator[Finding]:
    """Free room of the state folder and of the store."""
    paths, least = PathSettings(), ServerSettings().disk_min_mb * MB
    for folder in dict.fromkeys((paths.state, Path(paths.store))):
        if not folder.is_dir():
            yield fault(
                'disk',
                Text(vi=f'Không có thư mục {folder}.', en=f'There is no folder {folder}.'),
                Text(vi='Gắn lại đĩa, hoặc chạy "dothi up".', en='Mount its disk again, or run "dothi up".'),
            )
            continue
        usage = shutil.disk_usage(folder)
        part = usage.free / usage.total
        yield graded(
            'disk', usage.free < least, part < LEAST_PART,
            Text(
                vi=f'{folder}: còn trống {usage.free // MB} MB ({part:.0%}).',
                en=f'{folder}: {usage.free // MB} MB free ({part:.0%}).',
            ),
            Text(
                vi='Lấy thêm đĩa, hoặc giảm DOTHI_TILE_CACHE_MB, DOTHI_MAP_CACHE_MB, DOTHI_RESULT_DAYS.',
                en='Add room, or lower DOTHI_TILE_CACHE_MB, DOTHI_MAP_CACHE_MB, DOTHI_RESULT_DAYS.',
            ),
        )  # fmt: skip


def check_temporary_folder() -> Iterator[Finding]:
    """The folder in which programs keep what they need for a moment: web processes do not start without it."""
    folder = Path(os.environ.get('TMPDIR') or DEFAULT_TEMPORARY)
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(4096))
        free_mb = shutil.disk_usage(folder).free // MB
    except OSError as error:
        yield fault(
            'temporary folder',
            Text(
                vi=f'Không ghi được vào {folder}: {error.strerror}.',
                en=f'{folder} cannot be written: {error.strerror}.',
            ),
            Text(
                vi=f'mkdir -p {folder}; chmod 1777 {folder}; hoặc đặt TMPDIR khác.',
                en=f'mkdir -p {folder}; chmod 1777 {folder}; or set another TMPDIR.',
            ),
        )
        return
    yield graded(
        'temporary folder', free_mb < LEAST_TEMPORARY_MB, free_mb < ServerSettings().disk_min_mb,
        Text(vi=f'{folder}: còn trống {free_mb} MB.', en=f'{folder}: {free_mb} MB free.'),
        Text(vi='Xóa bớt tệp, hoặc đặt TMPDIR ở đĩa khác.', en='Remove files, or set TMPDIR on another disk.'),
    )  # fmt: skip


def check_clock() -> Iterator[Finding]:
    """Whether somebody keeps the clock of this machine: backups, jobs and certificates go by it."""
    state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(TIMEX_BYTES))
    yield clock_finding(state)


def clock_finding(state: int) -> Finding:
    """What the kernel says of its clock. state: what adjtimex(2) returned."""
    is_kept = state != TIME_ERROR
    return graded(
        'clock', False, not is_kept,
        Text(vi='Đồng hồ máy được chỉnh theo mạng.', en='The clock is kept by the network.')
        if is_kept
        else Text(vi='Không có gì giữ cho đồng hồ máy đúng.', en='Nobody keeps the clock of this machine.'),
        Text(vi='Bật đồng bộ giờ: apt-get install chrony.', en='Keep the time: apt-get install chrony.'),
    )  # fmt: skip


def check_fonts() -> Iterator[Finding]:
    """The font of maps, and those with which receipts and printed maps are set."""
    from dothi.cartography.mapping.letters import font

    try:
        letters = font('text', 20)
    except OSError:
        yield fault(
            'fonts',
            Text(vi='Thiếu phông chữ của bản đồ.', en='The fonts of maps are missing.'),
            Text(vi='Cài lại thư viện fontpkg-be-vietnam-pro.', en='Install the library fontpkg-be-vietnam-pro again.'),
        )
        return
    box = bytes(letters.getmask('\uffff'))
    lacking = [letter for letter in LETTERS if bytes(letters.getmask(letter)) == box]
    listed = _output('fc-list', ':lang=vi', 'family')
    advice = Text(vi='Cài gói fonts-dejavu-core.', en='Install the package fonts-dejavu-core.')
    yield graded(
        'fonts', bool(lacking), not listed,
        Text(vi='Phông chữ có đủ chữ Việt.', en='The fonts have all Vietnamese letters.')
        if listed and not lacking
        else Text(vi='Không thấy phông chữ có đủ chữ Việt.', en='No font with all Vietnamese letters was seen.'),
        advice,
    )  # fmt: skip


def check_libraries() -> list[Finding]:
    """Python libraries against the lock, where the lock is there; each that differs."""
    lock = PROJECT / 'requirements' / 'run.lock'
    if not lock.is_file():
        return [ok('libraries', Text(vi='Không có tệp khóa ở đây.', en='There is no lock here.'))]
    return or_ok(
        _different_libraries(lock.read_text(encoding='utf-8')),
        'libraries',
        Text(vi='Thư viện Python đúng như tệp khóa.', en='Python libraries are as the lock says.'),
    )


def _different_libraries(lock: str) -> Iterator[Finding]:
    advice = Text(vi=f'Chạy lại "{start_command()}".', en=f'Run "{start_command()}" again.')
    for line in lock.splitlines():
        pin = PINNED.match(line)
        if not pin or ';' in line:
            continue
        name, wanted = pin.groups()
        try:
            installed = version(name)
        except PackageNotFoundError:
            installed = '–'
        if installed != wanted:
            text = Text(
                vi=f'{name} {installed}, tệp khóa ghi {wanted}.', en=f'{name} {installed}, the lock has {wanted}.'
            )
            yield warning('libraries', text, advice)


def check_packages() -> list[Finding]:
    """Programs of Debian that the platform calls."""
    own_database = not DatabaseSettings().database_url
    needed = {'poppler-utils': shutil.which('pdftoppm')}
    if own_database:
        extensions = Path(f'/usr/share/postgresql/{VERSION}/extension')
        for package, file in (
            (f'postgresql-{VERSION}', BINARIES / 'postgres'),
            (f'postgresql-{VERSION}-postgis-3', extensions / 'postgis.control'),
            (f'postgresql-{VERSION}-pgrouting', extensions / 'pgrouting.control'),
        ):
            needed[package] = str(file) if file.exists() else None
    missing = [package for package, file in needed.items() if file is None]
    findings = [
        fault(
            'packages',
            Text(vi=f'Thiếu gói Debian {package}.', en=f'The Debian package {package} is missing.'),
            Text(vi=f'apt-get install {package}', en=f'apt-get install {package}'),
        )
        for package in missing
    ]
    return or_ok(findings, 'packages', Text(vi='Đủ gói Debian.', en='All Debian packages are there.'))


def check_walls() -> list[Finding]:
    """The walls of the closed room in which foreign files are read."""
    from etl.closed_room.fork_server import missing_walls

    try:
        lacking = missing_walls()
    except EnvironmentMissing as error:
        return [fault('closed room', error.text, Text(vi='Xem nhật ký của worker.', en="See the worker's log."))]
    advice = Text(
        vi='Dùng Linux 5.13 trở lên, với Landlock và seccomp được bật.', en='Use Linux 5.13 or later, with Landlock on.'
    )
    findings = [warning('closed room', text, advice) for text in lacking]
    return or_ok(findings, 'closed room', Text(vi='Phòng kín có đủ tường.', en='The closed room has all its walls.'))


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=20).stdout
    except OSError:
        return ''

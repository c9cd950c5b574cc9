"""RAR and 7z archives: what is in them is read as from a zip, and what would do harm is not."""

import stat
import struct
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from libarchive import file_writer

from etl.formats import zipped
from etl.formats.errors import BadArchive, NoLayerInFile, UnknownFormat
from etl.formats.packed import zip_of
from etl.formats.source import Source
from tests.etl.conftest import Agency, Send
from tests.present import present

type Members = Mapping[str, bytes]
CSV = 'MA_TRUONG,TEN_TRUONG,CAP_HOC,lon,lat\na,Trường A,primary,106.168,20.429\n'.encode()


def write_7z(file: Path, members: Members) -> Path:
    with file_writer(str(file), '7zip') as archive:
        for name, content in members.items():
            archive.add_file_from_memory(name, len(content), content)
    return file


def write_rar(file: Path, members: Members, mode: int = stat.S_IFREG | 0o644) -> Path:
    """A RAR 5 archive whose members are stored as they are (RAR 5.0 archive format, rarlab.com)."""
    main = _block(_number(1) + _number(0) + _number(0))
    end = _block(_number(5) + _number(0) + _number(0))
    files = [_stored(name, content, mode) for name, content in members.items()]
    file.write_bytes(b'Rar!\x1a\x07\x01\x00' + main + b''.join(files) + end)
    return file


def _stored(name: str, content: bytes, mode: int) -> bytes:
    has_data, has_checksum, unix = 0x02, 0x04, 1
    title = name.encode()
    header = [_number(part) for part in (2, has_data, len(content), has_checksum, len(content), mode)]
    method = [_number(part) for part in (0, unix, len(title))]
    return _block(b''.join([*header, struct.pack('<I', zlib.crc32(content)), *method, title])) + content


def _block(header: bytes) -> bytes:
    sized = _number(len(header)) + header
    return struct.pack('<I', zlib.crc32(sized)) + sized


def _number(value: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    digits = [value >> shift & 0x7F for shift in range(0, max(value.bit_length(), 1), 7)]
    return bytes([*(digit | 0x80 for digit in digits[:-1]), digits[-1]])


WRITERS = pytest.mark.parametrize(
    ('suffix', 'write'),
    [('.7z', write_7z), ('.rar', write_rar)],
    ids=lambda value: value if isinstance(value, str) else '',
)


@WRITERS
def test_a_table_in_a_folder_of_the_archive_is_read(
    agency: Agency, opened: Callable[..., Source], suffix: str, write: Callable[[Path, Members], Path]
) -> None:
    source = opened(write(agency.folder / f'gửi{suffix}', {'thư mục/bảng trường.csv': CSV, 'ghi chú.txt': b'x'}))
    assert source.name == 'thư mục/bảng trường.csv'
    assert source.columns == ['MA_TRUONG', 'TEN_TRUONG', 'CAP_HOC', 'lon', 'lat']


@WRITERS
def test_a_shapefile_of_an_archive_is_delivered(
    agency: Agency, send: Send, suffix: str, write: Callable[[Path, Members], Path]
) -> None:
    """Through the closed room, which has no network and may start no process."""
    rows = [(agency.school(code), agency.point(10 * place)) for place, code in enumerate('abc')]
    agency.write('t.shp', rows, encoding='utf-8')
    parts = {path.name: path.read_bytes() for path in agency.folder.iterdir()}
    report = send(write(agency.folder / f'gửi{suffix}', parts), 'schools', crs='EPSG:9209')
    assert (report.verdict, present(report.diff).added) == ('accepted', 3)


@WRITERS
@pytest.mark.parametrize('name', ['/etc/passwd.csv', '../bảng.csv', 'C:/bảng.csv'])
def test_no_path_leads_out_of_the_archive(
    agency: Agency, opened: Callable[..., Source], suffix: str, write: Callable[[Path, Members], Path], name: str
) -> None:
    with pytest.raises(BadArchive):
        opened(write(agency.folder / f't{suffix}', {name: CSV}))
    assert [path.name for path in agency.folder.iterdir()] == [f't{suffix}']


def test_a_link_is_refused(agency: Agency, opened: Callable[..., Source]) -> None:
    with pytest.raises(BadArchive, match='link'):
        opened(write_rar(agency.folder / 't.rar', {'a.csv': b'/etc/passwd'}, mode=stat.S_IFLNK | 0o777))


def test_a_bomb_is_given_up_before_it_fills_the_disk(agency: Agency, opened: Callable[..., Source]) -> None:
    """100 MB of zeros in some 15 kB: no data shrink so far."""
    file = write_7z(agency.folder / 't.7z', {'a.csv': b'\0' * 100_000_000})
    with pytest.raises(BadArchive, match='unpacks to too much'):
        opened(file)


def test_more_than_is_read_is_given_up(
    agency: Agency, opened: Callable[..., Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('DOTHI_MAX_UNPACKED_MB', '1')
    content = b''.join(b'%d\n' % (number * 7919) for number in range(200_000))
    with pytest.raises(BadArchive, match='at most 1 MB'):
        opened(write_rar(agency.folder / 't.rar', {'a.csv': content}))


@WRITERS
def test_an_archive_that_is_cut_off_is_refused(
    agency: Agency, opened: Callable[..., Source], suffix: str, write: Callable[[Path, Members], Path]
) -> None:
    """As the first of several volumes is."""
    file = write(agency.folder / f't{suffix}', {'a.csv': CSV * 100})
    file.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(BadArchive):
        opened(file)


@pytest.mark.parametrize('suffix', ['.7z', '.rar'])
def test_what_only_has_the_name_of_an_archive_is_refused(
    agency: Agency, opened: Callable[..., Source], suffix: str
) -> None:
    """libarchive reads many formats, of which some name files elsewhere: only those two are tried."""
    file = agency.folder / f't{suffix}'
    file.write_bytes(b'#mtree\n./a.csv type=file content=/etc/passwd\n')
    with pytest.raises(BadArchive, match=r'\.zip'):
        opened(file)


@WRITERS
def test_an_archive_without_data_says_what_it_holds(
    agency: Agency, opened: Callable[..., Source], suffix: str, write: Callable[[Path, Members], Path]
) -> None:
    with pytest.raises(NoLayerInFile, match='ảnh'):
        opened(write(agency.folder / f't{suffix}', {'ảnh.xyz': b'x'}))


@WRITERS
@pytest.mark.parametrize('inner', ['trường.zip', 'trường.7z', 'trường.RAR'])
def test_an_archive_within_an_archive_is_to_be_unpacked(
    agency: Agency, opened: Callable[..., Source], suffix: str, write: Callable[[Path, Members], Path], inner: str
) -> None:
    with pytest.raises(UnknownFormat, match='an archive within an archive is not opened'):
        opened(write(agency.folder / f't{suffix}', {inner: b'x', 'ảnh.png': b'x'}))


def test_data_among_thousands_of_notes_are_refused_before_each_is_opened(
    agency: Agency, opened: Callable[..., Source]
) -> None:
    """10,000 of them took longer than a file may, after which nobody knew why."""
    notes = {f'ghi chú/{number}.txt': b'x' for number in range(1_000)}
    with pytest.raises(BadArchive, match='holds 1,001 files of data or notes; at most 1,000'):
        opened(write_7z(agency.folder / 't.7z', {'trường.csv': CSV} | notes))


@WRITERS
def test_every_member_arrives_whole(agency: Agency, suffix: str, write: Callable[[Path, Members], Path]) -> None:
    members = {'a.csv': CSV, 'thư mục/rỗng.txt': b'', 'b.bin': bytes(range(256)) * 9_000}
    archive = zip_of(write(agency.folder / f't{suffix}', members))
    assert archive.name == f't{suffix}'
    assert {info.filename: info.file_size for info in zipped.infos(archive, archive.name)} == {
        name: len(content) for name, content in members.items()
    }

"""Files in old encodings at the desk: read right, asked about, or told row by row; never released as nonsense."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from dothi.core.locality import Locality
from dothi.core.text import steward_advice
from etl.desk.options import DeliveryOptions
from etl.doctor.text.encoding import UndecidedEncoding, UnknownEncoding, WrongEncoding
from etl.inspecting import Inspected, inspect
from tests.cp1258 import encode_cp1258
from tests.etl.conftest import Agency, Query, Send
from tests.present import present

NAMES = ['Trường Mỹ Lộc', 'Trường Vụ Bản', 'Trường Nghĩa Hưng', 'Trường Giao Thủy']
HEADER = 'ma,ten_truong,cap_hoc,lon,lat\n'
CODES = ('tcvn3', 'vni', 'viscii', 'cp1258')
# "Bản" in TCVN3, "Bờn" in VISCII
BAN = b'B\xb6n'


def table(names: list[str], header: str = HEADER) -> str:
    return header + ''.join(f'{i},{name},primary,106.2,20.3\n' for i, name in enumerate(names))


def written(agency: Agency, content: str, encoding: str) -> Path:
    file = agency.text('t.csv', '')
    file.write_bytes(in_bytes(content, encoding))
    return file


def in_bytes(text: str, encoding: str) -> bytes:
    return encode_cp1258(text) if encoding == 'cp1258' else text.encode(encoding)


def bytes_file(agency: Agency, *names: bytes) -> Path:
    rows = b''.join(b'%d,%b,primary,106.2,20.3\n' % (i, name) for i, name in enumerate(names))
    file = agency.text('t.csv', '')
    file.write_bytes(HEADER.encode() + rows)
    return file


@pytest.fixture
def read(locality: Locality) -> Callable[..., tuple[list[str] | None, Inspected]]:
    """The names in a file, and the file looked at, without a database."""

    def read_(file: Path, encoding: str | None = None) -> tuple[list[str] | None, Inspected]:
        looked_at = inspect(file, locality.layer('schools'), DeliveryOptions(layer='schools', encoding=encoding))
        source = looked_at.matching.source_of['name']
        if looked_at.questions:
            return None, looked_at
        values = [looked_at.decoder.decode(batch.columns[source], source)[0] for batch in looked_at.batches]
        return [value for array in values for value in array.to_pylist()], looked_at

    return read_


@pytest.mark.parametrize('encoding', CODES)
def test_a_table_in_an_old_encoding_needs_no_option_not_even_for_its_header(
    encoding: str, agency: Agency, read: Callable[..., tuple[list[str] | None, Inspected]]
) -> None:
    header = 'mã,tên_trường,cấp_học,lon,lat\n'
    names, looked_at = read(written(agency, table(NAMES, header), encoding))
    assert names == NAMES
    told = looked_at.decoder.report()['tên_trường']
    assert told.encoding == encoding
    assert NAMES[0] in told.evidence.en


def test_a_geopackage_that_holds_tcvn3_as_latin_1(
    agency: Agency, read: Callable[..., tuple[list[str] | None, Inspected]]
) -> None:
    rows = [
        (agency.school(str(i), TEN_TRUONG=name.encode('tcvn3').decode('latin-1')), agency.point(9 * i))
        for i, name in enumerate(NAMES)
    ]
    names, looked_at = read(agency.write('t.gpkg', rows))
    assert names == NAMES
    assert 'Latin-1' in looked_at.decoder.report()['TEN_TRUONG'].evidence.vi


@pytest.mark.parametrize('option', ['tcvn3', 'ten_truong=tcvn3', 'vni,TEN_TRUONG=abc'])
def test_the_option_decides_for_all_columns_or_for_one(
    option: str, agency: Agency, read: Callable[..., tuple[list[str] | None, Inspected]]
) -> None:
    names, looked_at = read(bytes_file(agency, BAN), option)
    assert names == ['Bản']
    assert 'theo bảng mã được chỉ định' in looked_at.decoder.report()['ten_truong'].evidence.vi


def test_another_column_decides_for_one_of_few_words(
    agency: Agency, read: Callable[..., tuple[list[str] | None, Inspected]]
) -> None:
    decoder = read(bytes_file(agency, b'Nam Dinh'))[1].decoder
    few, many = pa.array(['B¶n']), pa.array([name.encode('tcvn3').decode('latin-1') for name in NAMES])
    assert 'tcvn3: "Bản" (1/1)' in decoder.look({'ít': few})[0].vi
    assert decoder.look({'nhiều': many, 'ít': few}) == []
    assert decoder.decode(few, 'ít')[0].to_pylist() == ['Bản']


def test_words_that_come_late_are_judged_when_they_come(
    agency: Agency, read: Callable[..., tuple[list[str] | None, Inspected]]
) -> None:
    decoder = read(bytes_file(agency, b'Nam Dinh'))[1].decoder
    assert decoder.decode(pa.array(['HuyÖn Vô B¶n', 'Nam §Þnh']), 'ten_truong')[0].to_pylist() == [
        'Huyện Vụ Bản',
        'Nam Định',
    ]
    assert decoder.report()['ten_truong'].encoding == 'tcvn3'


def test_one_late_word_that_fits_two_encodings_stops_the_delivery(
    agency: Agency, read: Callable[..., tuple[list[str] | None, Inspected]]
) -> None:
    decoder = read(bytes_file(agency, b'Nam Dinh'))[1].decoder
    with pytest.raises(UndecidedEncoding) as caught:
        decoder.decode(pa.array(['B¶n']), 'ten_truong')
    assert '--encoding ten_truong=' in present(steward_advice(caught.value.text)).vi


def test_unicode_is_not_converted_whatever_the_option_says(
    agency: Agency, read: Callable[..., tuple[list[str] | None, Inspected]]
) -> None:
    names, looked_at = read(written(agency, table(NAMES), 'utf-8'), 'tcvn3')
    assert names == NAMES
    assert looked_at.decoder.report()['ten_truong'].encoding == 'utf-8'


def test_an_option_that_the_words_contradict_is_refused_with_the_right_one(
    agency: Agency, read: Callable[..., tuple[list[str] | None, Inspected]]
) -> None:
    with pytest.raises(WrongEncoding) as caught:
        read(written(agency, table(NAMES), 'tcvn3'), 'vni')
    assert '--encoding tcvn3' in present(steward_advice(caught.value.text)).vi


def test_an_unknown_encoding_of_one_column_is_named(
    agency: Agency, read: Callable[..., tuple[list[str] | None, Inspected]]
) -> None:
    with pytest.raises(UnknownEncoding) as caught:
        read(written(agency, table(NAMES), 'utf-8'), 'ten_truong=tcvn99')
    assert '"tcvn99"' in caught.value.text.vi


def test_icelandic_d_is_read_as_vietnamese_d(
    agency: Agency, read: Callable[..., tuple[list[str] | None, Inspected]]
) -> None:
    assert read(written(agency, table(['\u00d0ông Anh', 'Nam Định']), 'utf-8'))[0] == ['\u0110ông Anh', 'Nam Định']


def test_one_word_that_fits_two_encodings_waits_for_a_person(agency: Agency, send: Send, query: Query) -> None:
    report = send(bytes_file(agency, BAN), 'schools')
    assert (report.verdict, report.release) == ('undecided', None)
    told = report.text['ten_truong']
    assert told.encoding == '?'
    assert {'tcvn3', 'viscii'} <= {candidate.encoding for candidate in told.candidates}
    assert '--encoding ten_truong=' in present(steward_advice(report.notes[0])).vi
    assert query('select count(*) from layer.schools') == [(0,)]


def test_a_value_that_is_not_in_the_encoding_of_its_column_is_a_fault_of_its_row(
    agency: Agency, send: Send, query: Query
) -> None:
    report = send(bytes_file(agency, *(name.encode('tcvn3') for name in NAMES), b'Tr\xffx'), 'schools')
    assert [(bad.row, bad.code) for bad in report.rows.bad] == [(6, 'text_encoding')]
    assert query('select value from quarantine.row') == [('Tr\\xffx',)]


@pytest.mark.parametrize('start', [0, 2])
def test_lookalikes_are_found_in_any_slice_of_a_batch(
    start: int, agency: Agency, read: Callable[..., tuple[list[str] | None, Inspected]]
) -> None:
    """They are looked for in the bytes below the values, of which a slice has only a part."""
    decoder = read(written(agency, table(['Hà']), 'utf-8'))[1].decoder
    decoder.read_as = None
    text = pa.array(['Hà', None, '\u00d0ông', 'Hà'])
    assert decoder.decode(text.slice(start), 'x')[0].to_pylist() == ['Hà', None, '\u0110ông', 'Hà'][start:]
    assert decoder.decode(text.slice(3), 'x')[0].to_pylist() == ['Hà']
    assert decoder.decode(text.slice(4), 'x')[0].to_pylist() == []


@pytest.mark.parametrize(('encoding', 'option'), [('tcvn3', None), ('tcvn3', 'tcvn3'), ('cp1258', None)])
def test_a_mapinfo_table_that_calls_its_text_windows_latin_1(
    encoding: str, option: str | None, agency: Agency, read: Callable[..., tuple[list[str] | None, Inspected]]
) -> None:
    """GDAL decodes WindowsLatin1, so that the bytes come as Unicode letters: the commonest old file of all."""
    rows = [
        (agency.school(str(i), TEN_TRUONG=raw.decode('cp1252')), agency.point(9 * i))
        for i, raw in enumerate(in_bytes(name, encoding) for name in NAMES)
    ]
    file = agency.write('t.tab', rows, encoding='CP1252')
    assert 'WindowsLatin1' in file.read_text(encoding='latin-1')
    names, looked_at = read(file, option)
    assert names == NAMES
    assert looked_at.decoder.report()['TEN_TRUONG'].encoding == encoding

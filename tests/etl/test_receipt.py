"""The receipt tells the focal point what came, what to correct and where; QGIS finds the reasons in the rows."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import fiona
import numpy as np
import pytest
import shapely
from shapely import Point
from typer.testing import CliRunner

from dothi.cli.app import app
from dothi.core.locality import Locality
from etl.desk.decide import Decision, return_
from etl.desk.records import NoSuchDelivery
from etl.doctor.coordinates.reading import parse_reading
from etl.receipt.kept_rows import placed
from etl.receipt.receipt import Receipt, write_receipt
from etl.report.model import Report
from tests.etl.agency_words import must_be_a_page_for_agencies
from tests.etl.conftest import Agency, Send
from tests.present import present


@pytest.fixture
def written(agency: Agency, send: Send, tmp_path: Path, locality: Locality) -> Callable[..., tuple[Receipt, Report]]:
    """Sends schools, and writes the receipt."""

    def write(
        rows: Sequence[tuple[dict[str, Any], Point]], name: str = 'truong.geojson', **options: bool
    ) -> tuple[Receipt, Report]:
        report = send(agency.geojson(name, rows), 'schools', **options)
        receipt = write_receipt(present(report.delivery), tmp_path / 'phiếu', locality)
        must_be_a_page_for_agencies(receipt.html.read_text(encoding='utf-8'))
        return receipt, report

    return write


def test_a_bad_row_is_told_with_reason_and_place(
    written: Callable[..., tuple[Receipt, Report]], agency: Agency
) -> None:
    bad = (agency.school('x', CAP_HOC='trạm', HINH='<iframe>'), agency.point(70, 10))
    rows = [(agency.school(f's{i}'), agency.point(10 * i)) for i in range(60)]
    receipt, report = written([*rows, bad])
    assert report.verdict == 'accepted'
    text = receipt.html.read_text(encoding='utf-8')
    assert 'Sửa 1 hàng trong danh sách' in text
    assert report.rows.bad[0].message.replace('"', '&#34;') in text
    assert '<iframe>' not in text
    assert fiona.listlayers(receipt.rows) == ['loi_diem']
    with fiona.open(receipt.rows) as file:
        (row,) = file
        assert file.crs.to_epsg() == 9209
        assert row.geometry.coordinates == pytest.approx((agency.east + 70, agency.north + 10))
        assert (row.properties['hang'], row.properties['ma_loi'], row.properties['muc_do']) == (61, 'domain', 'lỗi')
        assert row.properties['ly_do'] == report.rows.bad[0].message
        assert row.properties['MA_TRUONG'] == 'x'


def test_a_place_sent_with_the_northing_first_is_where_it_is(
    written: Callable[..., tuple[Receipt, Report]], agency: Agency, tmp_path: Path, locality: Locality, send: Send
) -> None:
    lines = ['MA_TRUONG;TEN_TRUONG;CAP_HOC;X;Y', *(f's{i};Trường {i};primary;2250000;{570000 + i}' for i in range(60))]
    report = send(agency.text('t.csv', '\n'.join([*lines, 'x;Trường x;trạm;2250010;570070'])), 'schools',
                  crs='EPSG:9209,yx')  # fmt: skip
    receipt = write_receipt(present(report.delivery), tmp_path, locality)
    with fiona.open(receipt.rows) as file:
        assert next(iter(file)).geometry.coordinates == pytest.approx((570_070, 2_250_010))


@pytest.mark.parametrize('label', ['EPSG:9209', 'EPSG:9209,yx', 'EPSG:9209,wgs84', 'EPSG:9209,wgs84,yx'])
def test_a_place_is_read_as_the_delivery_was(label: str) -> None:
    """Also by a reading that supposes a program's mistake, which is no system of coordinates."""
    sent = shapely.Point(2_250_000, 570_000) if label.endswith(',yx') else shapely.Point(570_000, 2_250_000)
    (expected,) = parse_reading(label).to(np.array([sent], dtype=object), 9209)
    assert placed(sent.wkb, label, 9209).equals_exact(expected, 1e-6)
    assert (expected.distance(shapely.Point(570_000, 2_250_000)) > 100) == ('wgs84' in label)


def test_a_place_in_a_system_that_nobody_knows_is_none() -> None:
    assert placed(shapely.Point(1, 2).wkb, 'EPSG:999999', 9209) is None


def test_rows_without_a_place_come_as_a_table(written: Callable[..., tuple[Receipt, Report]], agency: Agency) -> None:
    rows = [(agency.school(f's{i}'), agency.point(10 * i)) for i in range(60)]
    receipt, _ = written([*rows, (agency.school('x'), None)])
    assert fiona.listlayers(receipt.rows) == ['loi_khong_vi_tri']


def test_a_good_delivery_asks_for_nothing(written: Callable[..., tuple[Receipt, Report]], agency: Agency) -> None:
    receipt, report = written([(agency.school('a'), agency.point())])
    text = receipt.html.read_text(encoding='utf-8')
    assert 'Không cần làm gì.' in text
    assert f'bản phát hành {report.release}' in text
    assert receipt.rows is None


def test_what_a_person_returned_says_who_and_why(
    written: Callable[..., tuple[Receipt, Report]], agency: Agency, locality: Locality, tmp_path: Path
) -> None:
    written([(agency.school(c), agency.point()) for c in 'a'])
    receipt, report = written([(agency.school('b'), agency.point(50))], name='2.geojson')
    text = receipt.html.read_text(encoding='utf-8')
    assert 'Trung tâm đang xem xét' in text
    assert 'các đối tượng bị bỏ có đúng là không còn nữa' in text
    assert 'dothi accept' not in text
    return_(present(report.delivery), Decision(by='trưởng ca', reason='Thiếu hai trường của xã Hải An'))
    text = write_receipt(present(report.delivery), tmp_path, locality).html.read_text(encoding='utf-8')
    assert 'Không có gì được phát hành' in text
    assert '(trưởng ca): Thiếu hai trường của xã Hải An' in text


def test_the_command_names_both_files(
    written: Callable[..., tuple[Receipt, Report]], agency: Agency, tmp_path: Path
) -> None:
    _, report = written([(agency.school(c), agency.point()) for c in ('a', None)], accept_loss=True)
    shown = CliRunner().invoke(app, ['receipt', str(report.delivery), '--folder', str(tmp_path)])
    assert [line.rsplit('/', 1)[-1] for line in shown.stdout.split()] == [
        f'phieu-{report.delivery}.html', f'hang-loi-{report.delivery}.gpkg',
    ]  # fmt: skip


def test_an_unknown_delivery_is_told(database: dict[str, str], locality: Locality, tmp_path: Path) -> None:
    with pytest.raises(NoSuchDelivery):
        write_receipt(7, tmp_path, locality)
    assert list(tmp_path.glob('phieu*')) == []

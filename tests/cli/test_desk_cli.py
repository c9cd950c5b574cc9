"""The desk as its users meet it: what waits, the decision, and the way back, each with its exit code."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dothi.cli.app import app
from dothi.core.errors import DothiError, describe, exit_code
from dothi.core.locality import Locality
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from tests.cli.test_cli import document, dothi

HEAD = 'MA_TRUONG,TEN_TRUONG,CAP_HOC,SO_CHO,lon,lat\n'


def run_here(*arguments: object) -> Result:
    """What a command ends with, run in this process: a start of its own would be most of its time."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def schools(file: Path, *codes: str) -> Path:
    rows = [f'{code},Trường {code},primary,400,106.{2 + i},20.2\n' for i, code in enumerate(codes)]
    file.write_text(HEAD + ''.join(rows), encoding='utf-8')
    return file


@pytest.fixture
def waiting(database: dict[str, str], locality: Locality, tmp_path: Path) -> int:
    """A delivery that would drop one school of two."""
    options = DeliveryOptions(layer='schools', crs='EPSG:4326')
    deliver(schools(tmp_path / '1.csv', 'a', 'b'), options, locality)
    report = deliver(schools(tmp_path / '2.csv', 'a'), options, locality)
    assert report.held == ['loss']
    return report.delivery or 0


def test_the_page_of_a_delivery_held_for_its_system_shows_where_each_candidate_puts_it(
    database: dict[str, str], locality: Locality, tmp_path: Path
) -> None:
    file = tmp_path / 'toa_do.csv'
    file.write_text('MA_TRUONG,TEN_TRUONG,CAP_HOC,SO_CHO,X,Y\na,Trường,primary,400,570000,2250000\n', encoding='utf-8')
    report = deliver(file, DeliveryOptions(layer='schools'), locality)
    assert report.held == ['crs']
    page = tmp_path / 'report.html'
    assert dothi('delivery', str(report.delivery), '--html', str(page), env=database).returncode == 0
    assert page.read_text(encoding='utf-8').count('<circle') >= 2


def test_what_waits_is_listed_shown_accepted_once_and_taken_back(
    waiting: int, database: dict[str, str], tmp_path: Path
) -> None:
    listed = document(dothi('deliveries', 'schools', '--status', 'diagnosed', '--json', env=database))
    assert [(one['id'], one['held']) for one in listed['deliveries']] == [(waiting, ['loss'])]
    assert json.loads(run_here('status', '--json').stdout)['waiting'] == 1
    # whole: a question that is broken over lines by narrow columns is not read
    assert 'bỏ nhiều như vậy có đúng không' in run_here('deliveries').stdout

    page = tmp_path / 'report.html'
    shown = dothi('delivery', waiting, '--html', page, env=database)
    assert (shown.returncode, '2.csv' in shown.stdout) == (0, True)
    assert f'dothi accept {waiting}' in page.read_text(encoding='utf-8')

    assert run_here('accept', waiting).exit_code == 2
    accepted = dothi('accept', waiting, '--reason', 'hai trường sáp nhập', '--by', 'tổ dữ liệu', '--json', env=database)
    assert (accepted.returncode, document(accepted)['diff']['closed']) == (0, 1)
    again = dothi('return', waiting, '--reason', 'x', '--json', env=database)
    assert (again.returncode, document(again)['error']['code']) == (2, 'AlreadyDecided')
    decided = json.loads(run_here('delivery', waiting, '--json').stdout)['decisions']
    assert [(one['decided_by'], one['reason']) for one in decided] == [('tổ dữ liệu', 'hai trường sáp nhập')]

    back = document(dothi('rollback', 'schools', 1, '-r', 'nhầm tệp', '--json', env=database))
    assert (back['to'], back['diff']['added'], back['unchanged']) == (1, 1, False)
    (newest, *_) = json.loads(run_here('releases', 'schools', '--json').stdout)['releases']
    assert (newest['origin'], newest['rows_total']) == ('rollback', 2)


@pytest.mark.parametrize(
    ('arguments', 'code'),
    [
        (['accept', 999, '-r', 'x'], 'NoSuchDelivery'),
        (['accept', 1, '-r', ' '], 'WrongUse'),
        (['accept', 1, '-r', 'x', '--scope', 'somewhere'], 'WrongUse'),
        (['rollback', 'schools', 999, '-r', 'x'], 'NoSuchRelease'),
        (['deliveries', '--agency', 'nobody'], 'UnknownAgency'),
    ],
)
def test_what_cannot_be_done_is_wrong_use(database: dict[str, str], arguments: list[object], code: str) -> None:
    error = run_here(*arguments).exception
    assert isinstance(error, DothiError)
    assert (exit_code(error), describe(error)['code']) == (2, code)

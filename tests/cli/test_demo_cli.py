"""`dothi demo` as the administrator meets it: what is there, the question, the leaving, and its last word."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from demo.sent import DemoFile
from dothi.cli.app import app
from dothi.cli.demo import CLEAR, NotConfirmed
from dothi.core.locality import Locality, UnknownLayer
from dothi.local.demo import deliver_demo
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions

HEAD = 'MA_TRUONG,TEN_TRUONG,CAP_HOC,SO_CHO,lon,lat\n'


def run_here(*arguments: str, typed: str | None = None) -> Result:
    """What a command ends with, run in this process."""
    return CliRunner().invoke(app, ['demo', *arguments], input=typed)


@pytest.fixture
def schools(database: dict[str, str], locality: Locality, tmp_path: Path) -> None:
    """Two schools of the demonstration, and a real one."""
    for codes, origin in (('ab', 'demo'), ('r', 'delivery')):
        file = tmp_path / f'{codes}.csv'
        rows = [f'{code},Trường {code},primary,400,106.{2 + i},20.2\n' for i, code in enumerate(codes)]
        file.write_text(HEAD + ''.join(rows), encoding='utf-8')
        options = {'layer': 'schools', 'crs': 'EPSG:4326', 'origin': origin, 'mode': 'upsert', 'agency': 'education'}
        assert deliver(file, DeliveryOptions.model_validate(options), locality).release


def test_it_says_layer_by_layer_what_is_demonstration_data(schools: None) -> None:
    document = json.loads(run_here('--json').stdout)
    (layer,) = [each for each in document['layers'] if each['id'] == 'schools']
    assert (layer['demo_rows'], layer['real_rows'], layer['agencies']) == (2, 1, ['education'])
    assert document['is_clear'] is False
    table = run_here().stdout
    assert 'schools' in table
    assert 'education' in table


def test_nobody_to_ask_is_no_yes(schools: None) -> None:
    refused = run_here('leave', 'schools')
    assert isinstance(refused.exception, NotConfirmed)
    assert '--yes' in refused.exception.text.en
    assert json.loads(run_here('--json').stdout)['is_clear'] is False


@pytest.mark.parametrize(('answer', 'is_left'), [('n\n', False), ('y\n', True)])
def test_whoever_is_asked_sees_before_what_goes(
    schools: None, monkeypatch: pytest.MonkeyPatch, answer: str, is_left: bool
) -> None:
    monkeypatch.setattr('dothi.cli.demo._can_be_asked', lambda: True)
    ended = run_here('leave', 'schools', typed=answer)
    assert 'schools' in ended.stdout
    assert isinstance(ended.exception, NotConfirmed) is not is_left
    assert json.loads(run_here('--json').stdout)['is_clear'] is is_left


def test_the_last_word_is_that_nothing_is_left(schools: None) -> None:
    ended = run_here('leave', '--yes')
    assert CLEAR.vi in ended.stdout
    document = json.loads(run_here('leave', '--yes', '--json').stdout)
    assert (document['left'], document['after']['is_clear'], document['after']['traces']) == ([], True, [])
    # loading it again ends well and does nothing, as containers ask for it at every start
    again = run_here('--size', 'small')
    assert again.exit_code == 0
    assert json.loads(run_here('--size', 'small', '--json').stdout) == {'reports': []}


def test_a_layer_that_there_is_not_is_named(schools: None) -> None:
    refused = run_here('leave', 'scools', '--yes')
    assert isinstance(refused.exception, UnknownLayer)
    assert 'schools' in refused.exception.text.en


def deliver_places(folder: Path, locality: Locality, places: str, origin: str = 'demo') -> None:
    """One school with so many places."""
    file = folder / 'schools.csv'
    file.write_text(f'{HEAD}a,Trường A,primary,{places},106.2,20.2\n', encoding='utf-8')
    deliver(
        file,
        DeliveryOptions.model_validate({'layer': 'schools', 'crs': 'EPSG:4326', 'origin': origin}),
        locality,
    )


def test_a_layer_that_refused_its_demo_is_named_with_the_reason_until_it_has_data(
    database: dict[str, str], locality: Locality, tmp_path: Path
) -> None:
    deliver_places(tmp_path, locality, '10980')
    (refused,) = json.loads(CliRunner().invoke(app, ['status', '--json']).stdout)['refused_demo']
    assert (refused['layer'], refused['file']) == ('schools', 'schools.csv')
    assert 'SO_CHO' in refused['reason']['en']
    assert '10980' in refused['reason']['vi']
    shown = CliRunner().invoke(app, ['status']).stdout
    assert 'schools thiếu dữ liệu minh họa' in shown
    assert f'dothi delivery {refused["delivery"]}' in shown
    deliver_places(tmp_path, locality, '400', 'delivery')
    assert json.loads(CliRunner().invoke(app, ['status', '--json']).stdout)['refused_demo'] == []


def test_a_demo_file_that_its_layer_cannot_read_keeps_no_other_layer_from_its_demo(
    database: dict[str, str], locality: Locality, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A locality whose layer has other columns than the demo knows: its file is returned, and the start goes on."""
    unreadable, good = tmp_path / 'unreadable.csv', tmp_path / 'schools.csv'
    unreadable.write_text('A;B\n1;2\n', encoding='utf-8')
    good.write_text(f'{HEAD}a,Trường A,primary,400,106.2,20.2\n', encoding='utf-8')
    files = [
        DemoFile(unreadable, 'health_facilities', 'health'),
        DemoFile(good, 'schools', 'education', crs='EPSG:4326'),
    ]
    monkeypatch.setattr('demo.write.write_demo', lambda *_, **__: files)
    assert [report.verdict for report in deliver_demo(locality, 1)] == ['returned', 'accepted']
    (refused,) = json.loads(CliRunner().invoke(app, ['status', '--json']).stdout)['refused_demo']
    assert refused['layer'] == 'health_facilities'
    stages: list[str] = []
    assert deliver_demo(locality, 1, lambda stage, *_: stages.append(stage)) == []
    assert stages == [], 'a second start says nothing of files that were dealt with'

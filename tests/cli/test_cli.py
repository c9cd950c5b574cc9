"""The `dothi` command as its users meet it: as a process, with exit codes, in one language."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from demo.drawing import Demo
from demo.send_basics import units
from dothi import __version__
from dothi.cli.ending import recorded
from dothi.core.database import connection
from dothi.core.listening import OpenToAll, require_closed
from dothi.core.settings import PROJECT
from tests.forked import run_command
from tests.nam_dinh import NAM_DINH, whole_copy

COMMANDS = (
    *('up', 'down', 'status', 'migrate', 'check', 'deliver', 'releases'),
    *('serve', 'worker', 'database', 'install-service', 'doctor', 'config', 'demo', 'edits', 'export', 'units'),
    *('deliveries', 'delivery', 'accept', 'return', 'rollback', 'inbox'),
    *('diff', 'receipt', 'fetch', 'conflicts'),
)


def dothi(*arguments: str | Path | int, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **(env or {}), 'COLUMNS': '200', 'NO_COLOR': '1'}
    return run_command([*map(str, arguments)], environment)


def document(done: subprocess.CompletedProcess[str]) -> Any:
    """The one JSON document on standard output; anything else there makes this fail."""
    return json.loads(done.stdout)


@pytest.fixture(scope='module')
def districts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the demo's ten districts."""
    files = units(tmp_path_factory.mktemp('demo'), Demo(NAM_DINH, buildings=0, seed=1))
    return next(file.path for file in files if file.layer == 'districts')


@pytest.mark.parametrize(
    ('language', 'words'), [('vi', ('Kiểm tra', 'Tùy chọn', 'Hiện hướng dẫn')), ('en', ('Says', 'Options', 'Show'))]
)
def test_help_is_in_the_language_of_the_reader(language: str, words: tuple[str, ...]) -> None:
    shown = dothi('check', '--help', '--lang', language)
    assert shown.returncode == 0
    assert all(word in shown.stdout for word in words), shown.stdout


def test_the_version_is_that_of_the_package() -> None:
    """Of the module as it is run; the other tests fork a process that has imported it."""
    command = [sys.executable, '-m', 'dothi.cli', '--version']
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f'dothi {__version__}\n')


def test_the_command_alone_lists_all_commands() -> None:
    listed = dothi().stdout
    assert all(command in listed for command in COMMANDS)


def test_a_delivery_is_checked_released_and_listed(database: dict[str, str], districts: Path) -> None:
    """As documents, and the same figures in the tables for people. `check` takes the options of `deliver`."""
    options = ['--note', 'ghi chú', '--accept-loss', '--as-of', '31/08/2024', '--agency', 'home_affairs', '--json']
    checked = document(dothi('check', districts, '--layer', 'districts', *options, env=database))
    assert (checked['verdict'], checked['release'], checked['rows']['read']) == ('accepted', None, 10)
    assert document(dothi('releases', '--json', env=database)) == {'releases': []}
    delivered = document(dothi('deliver', districts, '-l', 'districts', '--json', env=database))
    assert delivered['diff'] == {'added': 10, 'changed': 0, 'closed': 0, 'unchanged': 0}
    (release,) = document(dothi('releases', 'districts', '--json', env=database))['releases']
    assert (release['number'], release['origin'], release['rows_total']) == (delivered['release'], 'delivery', 10)
    again = dothi('deliver', districts, '-l', 'districts', env=database)
    assert again.returncode == 0, again.stderr
    assert '10' in again.stdout
    assert 'districts' in dothi('releases', env=database).stdout


def test_a_report_as_a_page_needs_nothing_else(database: dict[str, str], tmp_path: Path) -> None:
    """A map of what failed is in it: of the school whose level nobody knows."""
    page, file = tmp_path / 'report.html', tmp_path / 'truong.csv'
    file.write_text('ma,ten,cap_hoc,lon,lat\na,A,primary,106.2,20.3\nb,B,đại học,106.2,20.3\n', encoding='utf-8')
    dothi('check', file, '-l', 'schools', '--html', page, env=database)
    html = page.read_text(encoding='utf-8')
    assert '<circle' in html
    assert re.search(r'<code>domain</code>:\s*(?:<[^>]*>)*1<', html)
    assert 'src="http' not in html
    assert 'href="http' not in html


@pytest.mark.parametrize(
    ('arguments', 'code', 'name'),
    [
        (['check', 'nowhere.zip', '--layer', 'districts'], 2, 'NoSuchFile'),
        (['check', '{file}', '--layer', 'distrits'], 2, 'UnknownLayer'),
        (['check', '{file}', '--layer', 'districts', '--crs', 'EPSG:1'], 3, 'UnknownCrs'),
        (['check', '{file}', '--layer', 'districts', '--scope', 'everything'], 2, 'WrongUse'),
        (['check', '{file}', '--layer', 'districts', '--as-of', 'today'], 2, 'WrongUse'),
        (['releases', 'distrits'], 2, 'UnknownLayer'),
        (['fly'], 2, 'WrongUse'),
    ],
)
def test_a_mistake_ends_with_its_code_in_the_language_of_the_reader(
    database: dict[str, str], districts: Path, arguments: list[str], code: int, name: str
) -> None:
    done = dothi(*(argument.format(file=districts) for argument in arguments), '--json', env=database)
    assert done.returncode == code, done.stderr
    assert 'Traceback' not in done.stderr
    error = document(done)['error']
    assert error['code'] == name
    assert error['message']['vi'] in done.stderr
    assert error['message']['en'] not in done.stderr


def test_a_mistake_is_told_in_english_to_who_reads_that(database: dict[str, str], districts: Path) -> None:
    done = dothi('check', districts, '-l', 'distrits', '--lang', 'en', env=database)
    assert (done.returncode, done.stdout) == (2, '')
    assert 'distrits' in done.stderr
    assert 'districts' in done.stderr
    assert not re.search('[ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹđ]', done.stderr)


def test_a_database_that_is_away_is_said_without_its_password(districts: Path, tmp_path: Path) -> None:
    env = {
        'DOTHI_DATABASE_URL': 'postgresql://dothi:s3cr3t@127.0.0.1:9/dothi',
        'DOTHI_STATE': str(tmp_path),
        'DOTHI_SECRETS': str(tmp_path / 'secrets'),
    }
    done = dothi('releases', env=env)
    assert done.returncode == 5
    assert 'make up' in done.stderr
    assert 's3cr3t' not in done.stderr


def test_status_shows_broken_files_of_layers_and_styles_and_the_rest(database: dict[str, str], tmp_path: Path) -> None:
    place = whole_copy(tmp_path / 'place')
    file = place / 'layers' / 'schools.yml'
    file.write_text(file.read_text(encoding='utf-8').replace('licence:', 'license:'), encoding='utf-8')
    (place / 'styles' / 'roads.yml').write_text('styles: {default: {parts: [{kind: line, colour: red}]}}')
    done = dothi('status', '--json', env={**database, 'DOTHI_LOCALITY': str(place)})
    layers = {layer['id']: layer for layer in document(done)['layers']}
    assert layers['schools']['error']['code'] == 'BadLayerFile'
    assert layers['roads']['error'] is None
    said = layers['roads']['style_error']['message']['en']
    for text in ('styles/roads.yml', 'styles.default.parts.0.colour', 'Did you mean "color"'):
        assert text in said
    assert layers['rivers']['style_error'] is None


def test_config_lists_every_setting_and_masks_passwords() -> None:
    shown = document(dothi('config', '--json', env={'DOTHI_DATABASE_URL': 'postgresql://a:s3cr3t@h/d'}))
    values = {setting['variable']: setting['value'] for setting in shown['settings']}
    assert values['DOTHI_DATABASE_URL'] == 'postgresql://a:***@h/d'
    assert 'DOTHI_PORT' in values


def test_a_fault_of_ours_goes_to_the_log_and_not_to_the_screen(database: dict[str, str]) -> None:
    """That a view of the catalogue has another name is nothing that anybody foresaw."""
    with connection('owner') as db, db.cursor() as cursor:
        cursor.execute('alter view catalog.seen_release rename to elsewhere')
    done = dothi('releases', env=database)
    assert done.returncode == 1
    assert 'Traceback' not in done.stderr
    log = Path(database['DOTHI_STATE']) / 'run' / 'errors.log'
    assert 'Traceback' in log.read_text(encoding='utf-8')


def test_a_fault_of_ours_goes_to_the_journal_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """systemd says in JOURNAL_STREAM which file its journal is; an inherited one does not count."""
    monkeypatch.setenv('DOTHI_STATE', str(tmp_path))
    for is_journal in (True, False):
        file = tmp_path / f'stderr-{is_journal}'
        with file.open('w+') as stderr, monkeypatch.context() as patch:
            stream = os.fstat(stderr.fileno())
            patch.setenv('JOURNAL_STREAM', f'{stream.st_dev}:{stream.st_ino + (not is_journal)}')
            patch.setattr(sys, 'stderr', stderr)
            try:
                raise RuntimeError('a fault')
            except RuntimeError:
                recorded()
        assert ('RuntimeError: a fault' in file.read_text()) == is_journal


@pytest.mark.parametrize(
    ('arguments', 'env', 'code'),
    [
        (['fly', '--json'], {}, 'WrongUse'),
        (['check', 'x.zip', '--json'], {}, 'WrongUse'),
        (['check', 'x.zip', '-l', 'schools', '--mode', 'x', '--json'], {}, 'WrongUse'),
        (['check', 'x.zip', '-l', 'schools', '--html', '/no/where.html', '--json'], {}, 'NoFolder'),
        (['status', '--json'], {'DOTHI_PORT': 'abc'}, 'BadSetting'),
    ],
)
def test_json_holds_for_commands_that_cannot_be_read_too(arguments: list[str], env: dict[str, str], code: str) -> None:
    done = dothi(*arguments, env=env)
    assert done.returncode == 2, done.stderr
    error = document(done)['error']
    assert error['code'] == code
    assert error['message']['vi'] in done.stderr


def test_an_interrupted_command_says_so_and_leaves_nothing(
    database: dict[str, str], districts: Path, tmp_path: Path
) -> None:
    """Ctrl-C while rows are read."""
    # whoever runs the tests in the background has told all processes below to ignore it
    as_typed = ['env', '--default-signal=INT', sys.executable, '-m', 'dothi.cli']
    command = [*as_typed, 'deliver', str(districts), '-l', 'districts', '--json']
    # with a fork server of its own, which still loads when the signal comes
    environment = {**os.environ, **database, 'DOTHI_STATE': str(tmp_path / 'own')}
    # however late this process reads the line, the command cannot have ended: it needs the table to do so
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute('lock table catalog.release in share mode')
        running = subprocess.Popen(
            command, env=environment, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert running.stderr is not None
        next(line for line in running.stderr if 'Đọc và kiểm tra hàng' in line)
        running.send_signal(signal.SIGINT)
    out, _ = running.communicate(timeout=600)
    assert (running.returncode, json.loads(out)['error']['code']) == (130, 'Interrupted')
    assert document(dothi('releases', '--json', env=database)) == {'releases': []}


@pytest.mark.parametrize('command', [('serve', '--host', '0.0.0.0'), ('up', '--demo', 'no')])
def test_nobody_listens_beyond_the_machine_without_a_proxy(command: tuple[str, ...], tmp_path: Path) -> None:
    """Refused before anything is made or started; both names of the way out are told, and lead out."""
    environment = {'DOTHI_STATE': str(tmp_path / 'state'), 'DOTHI_HOST': '0.0.0.0', 'DOTHI_BEHIND_PROXY': ''}
    for language in ('vi', 'en'):
        refused = dothi(*command, env=environment | {'DOTHI_LANG': language})
        assert refused.returncode == 2, refused.stderr
        for words in ('DOTHI_HOST=0.0.0.0', 'DOTHI_BEHIND_PROXY=yes', '127.0.0.1'):
            assert words in refused.stderr
        assert 'Traceback' not in refused.stderr
    assert not (tmp_path / 'state').exists()


@pytest.mark.parametrize('host', ['0.0.0.0', '::', '10.1.2.3', 'example.org', '', '127.0.0.1.evil.example'])
def test_only_loopback_needs_no_proxy(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OpenToAll):
        require_closed(host)
    monkeypatch.setenv('DOTHI_BEHIND_PROXY', 'yes')
    require_closed(host)


@pytest.mark.parametrize('host', ['localhost', '127.0.0.1', '127.9.9.9', '::1', '[::1]'])
def test_loopback_needs_no_proxy(host: str) -> None:
    require_closed(host)

"""docker/ describes the same platform as `make up`: valid for Compose, with our commands, settings and files."""

import fnmatch
import json
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from dothi.core.postgis import SETTINGS as DATABASE_SETTINGS
from dothi.core.settings import PROJECT
from dothi.core.settings_table import SETTINGS
from etl.coverage.cog import INTERNAL_FOLDER
from processes.queue.store import DOWNLOADS, RESULTS

COMPOSE = PROJECT / 'docker' / 'compose.yml'


def compose(file: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ['docker-compose', '-f', str(file), *arguments]
    own = {
        name: value
        for name, value in os.environ.items()
        if name not in {'DEMO', 'PORT', 'PUBLIC_PORT', 'DOTHI_EDIT_TOKEN'}
    }
    return subprocess.run(command, env=own, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)


@pytest.fixture(scope='module')
def services() -> dict[str, dict[str, Any]]:
    """The services as Compose itself understands them, with everything filled in."""
    done = compose(COMPOSE, 'config', '--format', 'json')
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)['services']


def volumes(service: dict[str, Any]) -> dict[str, bool]:
    """Name of each volume, and whether it can be written."""
    return {volume['source']: not volume.get('read_only', False) for volume in service.get('volumes', [])}


def test_compose_accepts_the_file_and_would_not_accept_a_misspelt_one(tmp_path: Path) -> None:
    assert compose(COMPOSE, 'config', '--quiet').returncode == 0
    misspelt = tmp_path / 'compose.yml'
    misspelt.write_text(COMPOSE.read_text().replace('healthcheck:', 'healthchek:'))
    assert compose(misspelt, 'config', '--quiet').returncode != 0


def test_the_database_alone_is_reached_by_a_standby_at_an_address_that_was_named() -> None:
    pair = ['docker-compose', '-f', str(COMPOSE), '-f', str(COMPOSE.with_name('standby.yml')), 'config']
    unnamed = subprocess.run(pair, env=os.environ | {'STANDBY_LISTEN': ''}, capture_output=True, check=False)
    assert unnamed.returncode != 0
    named = subprocess.run(
        [*pair, '--format', 'json'], env=os.environ | {'STANDBY_LISTEN': '10.20.0.5'}, capture_output=True, check=True
    )
    services = json.loads(named.stdout)['services']
    (port,) = services['postgis']['ports']
    assert (port['host_ip'], port['published'], port['target']) == ('10.20.0.5', '5432', 5432)
    assert {name for name, service in services.items() if 'standby' in service['networks']} == {'postgis'}


def test_every_command_is_one_of_ours(services: dict[str, dict[str, Any]]) -> None:
    from dothi.cli.app import app

    ours = [service['command'] for service in services.values() if service['image'] == 'dothi']
    # `migrate` is a line of shell, which begins with our command.
    commands = [shlex.split(line[0])[1:2] if ' ' in line[0] else line for line in ours]
    assert {line[0] for line in commands} == {'migrate', 'demo', 'worker', 'inbox', 'serve'}
    for line in commands:
        helped = CliRunner().invoke(app, [line[0], '--help'], env={'COLUMNS': '200', 'NO_COLOR': '1'})
        options = [part for part in line if part.startswith('--')]
        assert helped.exit_code == 0, line
        assert [option for option in options if option not in helped.stdout] == []


def test_every_variable_is_a_setting(services: dict[str, dict[str, Any]]) -> None:
    known = {f'DOTHI_{name}'.upper() for settings in SETTINGS for name in settings.model_fields}
    used = {name for service in services.values() for name in service.get('environment') or {}}
    dockerfile = set(re.findall(r'\bDOTHI_\w+', (PROJECT / 'docker' / 'Dockerfile').read_text()))
    assert used
    assert (used | dockerfile) - known == set()


# Settings that do not depend on the machine.
SAME = ('jit', 'password_encryption', 'shared_preload_libraries')


def test_the_database_is_tuned_like_the_private_one(services: dict[str, dict[str, Any]]) -> None:
    given = dict(item.split('=') for item in services['postgis']['command'] if '=' in item)
    assert given.keys() == DATABASE_SETTINGS.keys()
    assert [given[name] for name in SAME] == [DATABASE_SETTINGS[name] for name in SAME]


def test_only_this_machine_reaches_the_services_and_nothing_is_privileged(services: dict[str, dict[str, Any]]) -> None:
    addresses = {port['host_ip'] for service in services.values() for port in service.get('ports', [])}
    assert addresses == {'127.0.0.1'}
    assert 'ports' not in services['postgis']
    for name, service in services.items():
        assert service['read_only'], name
        assert service['cap_drop'] == ['ALL'], name
        assert not service.get('privileged'), name


# The roles that each container works as: what its code connects as, and nothing besides.
ROLES = {
    'public': {'reader_public', 'reporter'},
    'internal': {'reader_internal', 'editor', 'gatekeeper', 'access_key'},
    'inbox': {'loader'},
    'demo': {'loader'},
    'worker': {'worker', 'loader', 'owner', 'reader_public', 'reader_internal'},
}


@pytest.mark.parametrize('name', ROLES)
def test_each_container_has_the_passwords_of_its_own_roles_only(services: dict[str, dict[str, Any]], name: str) -> None:
    line = services['migrate']['command'][0]
    copied_to = {
        target.removesuffix('/').removeprefix('../'): set(roles.split())
        for roles, target in re.findall(r'cp -p ([a-z_ ]+) (\.\./[a-z-]+/)', line)
    }
    secret = [volume for volume in volumes(services[name]) if volume.endswith('secrets')]
    assert len(secret) == 1
    # by its mark each knows the store for its own, or for another one
    assert copied_to[secret[0]] == {*ROLES[name], 'store_id'}
    assert volumes(services[name])[secret[0]] is False


def networks(service: dict[str, Any]) -> set[str]:
    return set(service['networks'])


def test_the_public_service_reaches_the_database_and_nobody_else_who_listens(
    services: dict[str, dict[str, Any]],
) -> None:
    """The worker is beside it, to ask for its health, and listens nowhere."""
    listening = {'internal', 'postgis'}
    beside = {name for name in listening if networks(services[name]) & networks(services['public'])}
    assert beside == {'postgis'}
    hidden = {line.partition(':')[0] for line in services['public']['tmpfs']}
    assert '/var/lib/dothi/store/originals' in hidden
    assert not {'admin', 'inbox', 'secrets'} & volumes(services['public']).keys()


@pytest.mark.parametrize(('name', 'other'), [('public', 'internal'), ('internal', 'public')])
def test_a_service_sees_no_result_or_download_of_the_other_audience(
    services: dict[str, dict[str, Any]], name: str, other: str
) -> None:
    """An empty folder lies over each, and is there before: nothing can be made in a store that is read only."""
    hidden = {line.partition(':')[0].removeprefix('/var/lib/dothi/') for line in services[name]['tmpfs']}
    made = set(re.findall(r'store/[a-z/-]+', services['migrate']['command'][0]))
    if name == 'public':
        assert f'store/{INTERNAL_FOLDER}' in hidden & made
    for folder in (RESULTS, DOWNLOADS):
        assert f'store/{folder}/{other}' in hidden & made
        assert f'store/{folder}/{name}' not in hidden
    assert volumes(services[name])['store'] is False


def test_every_container_has_limits_of_memory_and_processes(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        assert int(service['mem_limit']) > 0, name
        assert service['pids_limit'] > 0, name


def test_what_nobody_waits_for_lets_the_services_go_first(services: dict[str, dict[str, Any]]) -> None:
    lighter = {name for name, service in services.items() if service.get('cpu_shares', 1024) < 1024}
    assert lighter == {'worker', 'inbox'}


def test_who_listens_for_all_says_what_stands_in_front(services: dict[str, dict[str, Any]]) -> None:
    for name in ('internal', 'public'):
        assert services[name]['environment']['DOTHI_BEHIND_PROXY'] == 'yes'
        assert json.loads(services[name]['environment']['DOTHI_HOSTS']) == [name]


def test_each_service_keeps_its_own_tiles(services: dict[str, dict[str, Any]]) -> None:
    """The rest of its files is read only, and tiles of internal layers are nothing for the public service."""
    kept = [
        volume['source']
        for name in ('internal', 'public')
        for volume in services[name]['volumes']
        if volume['target'] == '/var/lib/dothi/cache' and not volume.get('read_only')
    ]
    assert len(set(kept)) == 2


def test_services_wait_for_the_migrated_database(services: dict[str, dict[str, Any]]) -> None:
    for name in ('demo', 'worker', 'inbox', 'internal', 'public'):
        assert services[name]['depends_on']['migrate']['condition'] == 'service_completed_successfully'
    assert services['migrate']['depends_on']['postgis']['condition'] == 'service_healthy'


def copied() -> list[str]:
    """What the Dockerfile copies from the project."""
    lines = (PROJECT / 'docker' / 'Dockerfile').read_text().splitlines()
    return [line.split()[1] for line in lines if line.startswith('COPY ') and '--from' not in line]


def test_everything_copied_into_the_image_exists_and_is_let_through() -> None:
    let_through = [line[1:] for line in (PROJECT / '.dockerignore').read_text().splitlines() if line.startswith('!')]
    for source in copied():
        assert (PROJECT / source).exists(), source
        assert source == '.' or any(fnmatch.fnmatch(source.split('/')[0], kept) for kept in let_through), source
    assert [name for name in let_through if not (PROJECT / name).exists()] == []


def test_every_room_with_code_reaches_the_image() -> None:
    """A new top-level package would be missing in the image only."""
    let_through = (PROJECT / '.dockerignore').read_text().splitlines()
    for package in ('dothi', 'etl', 'processes', 'demo', 'sql', 'localities', 'web', 'desktop', 'pygeoapi-config.yml'):
        assert f'!{package}' in let_through


def test_the_file_is_plain_yaml_with_its_volumes_declared() -> None:
    document = yaml.safe_load(COMPOSE.read_text())
    named = {volume.split(':')[0] for service in document['services'].values() for volume in service.get('volumes', [])}
    assert named == set(document['volumes'])


def test_whoever_reads_foreign_files_has_a_folder_of_its_own_to_read_them_in(
    services: dict[str, dict[str, Any]],
) -> None:
    """The root is read-only: without a folder for scratch the closed room does not open."""
    readers = {'demo', 'worker', 'inbox'}
    scratch = {
        name: [volume['source'] for volume in service['volumes'] if volume['target'] == '/var/lib/dothi/scratch']
        for name, service in services.items()
    }
    assert {name for name, sources in scratch.items() if sources} == readers
    assert len({source for sources in scratch.values() for source in sources}) == len(readers), 'one is shared'


def test_one_service_builds_each_image_and_nothing_is_pulled(services: dict[str, dict[str, Any]]) -> None:
    built = [service['image'] for service in services.values() if 'build' in service]
    assert sorted(built) == sorted({service['image'] for service in services.values()})
    assert {service['pull_policy'] for service in services.values()} == {'never'}


def test_settings_of_a_file_beside_reach_every_container_but_the_database(tmp_path: Path) -> None:
    """Without the file they go without; what compose.yml itself sets stays as it is."""
    copied_file = tmp_path / 'docker' / 'compose.yml'
    copied_file.parent.mkdir()
    copied_file.write_text(COMPOSE.read_text())
    proxies = '["172.16.0.0/12"]'
    (copied_file.parent / 'dothi.env').write_text(f"DOTHI_TRUSTED_PROXIES='{proxies}'\nDOTHI_HOST=10.0.0.1\n")
    done = compose(copied_file, 'config', '--format', 'json')
    assert done.returncode == 0, done.stderr
    by_name = {name: service.get('environment') or {} for name, service in json.loads(done.stdout)['services'].items()}
    reached = {name for name, values in by_name.items() if values.get('DOTHI_TRUSTED_PROXIES') == proxies}
    assert reached == by_name.keys() - {'postgis'}
    assert by_name['public']['DOTHI_HOST'] == '0.0.0.0'


def test_a_migrate_that_was_killed_is_repeated_and_one_that_ended_is_not(services: dict[str, dict[str, Any]]) -> None:
    assert services['migrate']['restart'] == 'on-failure'


def test_folders_under_a_tmpfs_can_be_written_by_all(services: dict[str, dict[str, Any]]) -> None:
    """runc before 1.1.8 gives a tmpfs the mode of the folder of the image that it covers."""
    dockerfile = (PROJECT / 'docker' / 'Dockerfile').read_text()
    (names,) = re.findall(r'install -d -m 1777 ([a-z ]+) ', dockerfile)
    entries = (entry for service in services.values() for entry in service.get('tmpfs', []))
    covering = {Path(entry.partition(':')[0]).name for entry in entries if entry.endswith('mode=1777')}
    assert set(names.split()) == covering - {'tmp'}


def test_a_container_is_healthy_while_it_answers_whatever_else_is_down(services: dict[str, dict[str, Any]]) -> None:
    script = (PROJECT / 'docker' / 'healthy.py').read_text()
    assert '/health/live' in script
    for name in ('internal', 'public'):
        assert services[name]['healthcheck']['test'][-1].endswith('docker/healthy.py')

"""Agencies reach their inboxes, and no others, by a real Samba with the settings of docker/samba.conf."""

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dothi.core.errors import Defect
from dothi.core.locality import Locality
from dothi.core.ports import free_port
from dothi.core.settings import PROJECT, PathSettings
from etl.inbox.round import once
from tests.matrix import thorough
from tests.services import PATIENCE_S

pytestmark = [
    thorough,
    pytest.mark.skipif(os.geteuid() != 0 or not shutil.which('smbd'), reason='Samba needs root, and to be installed'),
]
PASSWORD = 'a-secret-of-the-agency'
# Accounts of every Debian stand for those that the guide makes.
ACCOUNTS = {'education': 'games', 'health': 'man'}


@dataclass(frozen=True)
class Share:
    """A running Samba, reached by `smbclient`."""

    port: int

    def run(self, agency: str, command: str, password: str = PASSWORD) -> subprocess.CompletedProcess[str]:
        """What an agency gets for a command such as `ls` or `put`."""
        address = ['smbclient', '//127.0.0.1/inbox', '-p', str(self.port), '-U', f'{agency}%{password}']
        return subprocess.run([*address, '-c', command], capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def inbox(database: dict[str, str], locality: Locality) -> Path:
    """The inbox with the folders of all agencies, which belong to the user of the services."""
    root = PathSettings().inbox
    _look(root, locality)
    return root


@pytest.fixture
def share(inbox: Path, shared_folder: Path) -> Iterator[Share]:
    folder = shared_folder / 'samba'
    shutil.rmtree(folder, ignore_errors=True)
    for name in ('private', 'lock', 'state', 'cache', 'pid', 'ncalrpc'):
        (folder / name).mkdir(parents=True)
    port = free_port()
    (folder / 'smb.conf').write_text(_settings(folder, inbox, port), encoding='utf-8')
    (folder / 'map').write_text(''.join(f'{account} = {agency}\n' for agency, account in ACCOUNTS.items()))
    for account in ACCOUNTS.values():
        command = ['smbpasswd', '-c', str(folder / 'smb.conf'), '-s', '-a', account]
        subprocess.run(command, input=f'{PASSWORD}\n{PASSWORD}\n', text=True, check=True, capture_output=True)
    # it begins a session of its own, as at its end it ends all of its process group
    server = subprocess.Popen(['smbd', '-F', '-s', str(folder / 'smb.conf')])
    try:
        share = Share(port)
        _wait_for(share)
        yield share
    finally:
        server.terminate()
        server.wait(PATIENCE_S)


def _settings(folder: Path, inbox: Path, port: int) -> str:
    """docker/samba.conf for this folder, this user and Debian's own accounts; each replaced text stands in it."""
    user = pwd.getpwuid(os.geteuid()).pw_name
    own = ''.join(f'    {name} dir = {folder}/{name}\n' for name in ('private', 'ncalrpc'))
    own += ''.join(f'    {name} directory = {folder}/{name}\n' for name in ('lock', 'state', 'cache', 'pid'))
    own += f'    smb ports = {port}\n    interfaces = 127.0.0.1/8\n    bind interfaces only = yes\n'
    replaced = {
        '[global]\n': f'[global]\n{own}    username map = {folder}/map\n',
        '/var/log/samba/': f'{folder}/',
        '/var/lib/dothi/inbox': str(inbox),
        'valid users = @dothi-inbox': f'valid users = {" ".join(ACCOUNTS.values())}',
        'force user = dothi': f'force user = {user}',
        'force group = dothi': f'force group = {user}',
    }
    settings = (PROJECT / 'docker' / 'samba.conf').read_text(encoding='utf-8')
    for text, other in replaced.items():
        assert text in settings
        settings = settings.replace(text, other)
    return settings


def _wait_for(share: Share) -> None:
    until = time.monotonic() + PATIENCE_S
    while (answer := share.run('education', 'ls')).returncode:
        assert time.monotonic() < until, answer.stdout + answer.stderr
        time.sleep(0.2)


def _look(root: Path, locality: Locality) -> list[str]:
    files = once(root, 0, locality, lambda: Defect('lỗi', 'fault')).taken
    return [f'{file.layer} {file.status}' for file in files]


def test_what_an_agency_copies_there_comes_back_with_its_receipt(
    share: Share, inbox: Path, locality: Locality, tmp_path: Path
) -> None:
    file = tmp_path / 'truong.csv'
    file.write_text('LA,TEN\nx,y\n', encoding='utf-8')
    assert share.run('education', f'mkdir schools; put {file} schools/truong.csv').returncode == 0
    assert _look(inbox, locality) == ['schools returned']
    listed = share.run('education', 'ls answered/*; cd answered/1-truong.csv; ls').stdout
    assert 'phieu-1.html' in listed


def test_nobody_reaches_another_agencys_folder(share: Share, inbox: Path, tmp_path: Path) -> None:
    (inbox / 'health' / 'theirs.csv').write_text('PRIVATE', encoding='utf-8')
    (inbox / 'education' / 'way').symlink_to(inbox / 'health')
    for way in ('cd ../health', 'get ../health/theirs.csv -', 'cd way', 'get way/theirs.csv -'):
        answer = share.run('education', way).stdout
        assert 'NT_STATUS' in answer
        assert 'PRIVATE' not in answer
    assert 'PRIVATE' in share.run('health', 'get theirs.csv -').stdout


@pytest.mark.parametrize(('agency', 'password'), [('education', 'wrong'), ('unknown', PASSWORD), ('', '')])
def test_who_does_not_sign_in_sees_nothing(share: Share, agency: str, password: str) -> None:
    refused = share.run(agency, 'ls', password)
    assert refused.returncode != 0
    assert 'huong-dan.html' not in refused.stdout


def test_the_settings_are_right_by_sambas_own_measure() -> None:
    checked = subprocess.run(
        ['testparm', '-s', str(PROJECT / 'docker' / 'samba.conf')], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0
    assert 'Unknown parameter' not in checked.stderr
    assert 'Ignoring' not in checked.stderr

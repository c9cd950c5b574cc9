"""A backup on an SFTP server, with a server of OpenSSH as a test may start it."""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dothi.core.ports import free_port, is_free
from tests.faults.backups import BackedUpInstance, backed_up_instance, wells
from tests.instances import BAY, WholeInstance
from tests.matrix import exhaustive
from tests.services import PATIENCE_S

SSHD = Path('/usr/sbin/sshd')
pytestmark = [exhaustive, pytest.mark.skipif(not SSHD.exists(), reason='no server of OpenSSH: openssh-server')]


@dataclass(frozen=True)
class SftpServer:
    """A server that lets in whoever has a key of `authorized_keys`."""

    port: int
    authorized_keys: Path
    log: Path


@pytest.fixture(scope='module')
def server(shared_folder: Path) -> Iterator[SftpServer]:
    folder = shared_folder / 'sshd'
    folder.mkdir()
    subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', str(folder / 'host_key')], check=True)
    sftp = SftpServer(free_port(), folder / 'authorized_keys', folder / 'log')
    sftp.authorized_keys.touch(mode=0o600)
    config = folder / 'config'
    config.write_text(
        f'Port {sftp.port}\nListenAddress 127.0.0.1\nHostKey {folder}/host_key\nPidFile none\nStrictModes no\n'
        f'AuthorizedKeysFile {sftp.authorized_keys}\nUsePAM no\nSubsystem sftp internal-sftp\n',
        encoding='utf-8',
    )
    if os.geteuid() == 0:
        Path('/run/sshd').mkdir(exist_ok=True)
    with subprocess.Popen([str(SSHD), '-D', '-f', str(config), '-E', str(sftp.log)]) as process:
        until = time.monotonic() + PATIENCE_S
        while is_free(sftp.port):
            assert process.poll() is None, sftp.log.read_text(encoding='utf-8')
            assert time.monotonic() < until
            time.sleep(0.1)
        yield sftp
        process.terminate()


@pytest.fixture(scope='module')
def backed_up(shared_folder: Path, server: SftpServer) -> Iterator[BackedUpInstance]:
    """An instance that ends before the server does."""
    del server
    with backed_up_instance(shared_folder / 'by-sftp') as backed_up:
        yield backed_up


def test_setup_shows_the_key_to_let_in_and_a_copy_comes_back_from_the_server(
    backed_up: BackedUpInstance, server: SftpServer
) -> None:
    user = os.environ.get('USER') or Path.home().name
    where = f'sftp://{user}@127.0.0.1:{server.port}{backed_up.folder}/on-the-server'
    refused = backed_up.instance.dothi('backup', 'setup', where)
    assert refused.returncode == 5
    public_key = refused.stderr.strip().splitlines()[-1]
    assert public_key.startswith('ssh-ed25519 ')
    assert wells(backed_up.instance) == {'A', 'B'}, 'the instance is as it was'
    server.authorized_keys.write_text(f'{public_key}\n', encoding='utf-8')
    made = backed_up.document('backup', 'setup', where)
    assert made['where'] == where
    backed_up.deliver('over', 'the', 'network')
    copy = WholeInstance(backed_up.folder / 'copy', BAY, free_port(), free_port())
    try:
        words = ('restore', '--into', copy.state, '--port', str(copy.port), '--yes', '--json')
        assert not json.loads(backed_up.require(*words))['damaged_files']
        assert wells(copy) == {'over', 'the', 'network'}
    finally:
        copy.dothi('down')

"""How primary and standby speak to each other: who is let in, and what is copied."""

import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from dothi.core.ports import free_port
from dothi.local.standby import store_copy
from dothi.local.standby.certificate import make_certificate
from dothi.local.standby.following import FollowingDiary, read_following
from dothi.local.standby.invitation import BadInvitation, Invitation, read_invitation
from dothi.local.standby.messages import JOIN, JoinAnswer, JoinRequest
from dothi.local.standby.peer import Peer, PeerRefused, PeerSilent
from dothi.local.standby.record import StandbyRecord, make_password, write_standby_record
from dothi.local.standby.roots import Root
from dothi.local.standby.service import PeerService
from dothi.local.standby.store_copy import StoreCopyKeeper, forget_removed
from tests.databases import use

HERE = '127.0.0.1'
REQUEST = JoinRequest(port=1, fingerprint='', database_port=0, system_id=None)


@pytest.fixture
def primary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Peer]:
    """The service of a primary with an empty store; the machine 127.0.0.1 may connect to it."""
    with served(tmp_path, monkeypatch, HERE) as peer:
        yield peer


@contextmanager
def served(folder: Path, monkeypatch: pytest.MonkeyPatch, peer: str) -> Iterator[Peer]:
    port = free_port()
    state = folder / 'state'
    folders = {'STATE': state, 'STORE': state / 'store', 'SECRETS': state / 'secrets'}
    monkeypatch.delenv('DOTHI_DATABASE_URL', raising=False)
    # whatever test came before, this primary has no database
    use(monkeypatch, {f'DOTHI_{name}': str(value) for name, value in {**folders, 'STANDBY_PORT': port}.items()})
    for name in ('store', 'standby', 'run', 'postgis', 'secrets'):
        (folder / 'state' / name).mkdir(parents=True)
    record = StandbyRecord(role='primary', term=1, peer=peer, listen=HERE, since=datetime.now(UTC))
    fingerprint = make_certificate()
    write_standby_record(record)
    service = PeerService(record)
    thread = threading.Thread(target=service.serve_forever, args=[0.01])
    thread.start()
    try:
        yield Peer(HERE, port, fingerprint, make_password())
    finally:
        service.shutdown()
        thread.join()
        service.server_close()


@pytest.fixture
def copy(primary: Peer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[StoreCopyKeeper, Path, Path]:
    """A standby of that primary: what keeps its copy, the store of the primary, and the copy."""
    store, here = tmp_path / 'state/store', tmp_path / 'copy'
    keeper = StoreCopyKeeper(primary)
    here.mkdir()
    keeper._roots = {'store': Root(store, here, left_out=frozenset({'drafts'}))}
    monkeypatch.setattr(store_copy, 'removed_folder', lambda: tmp_path / 'removed')
    for root in ('secrets', 'server', 'backup'):
        (tmp_path / root).mkdir()
        keeper._roots[root] = Root(tmp_path / root, tmp_path / root)
    return keeper, store, here


@pytest.fixture
def full_disk(tmp_path: Path, copy: tuple[StoreCopyKeeper, Path, Path]) -> Iterator[Path]:
    """The folder `run` of the primary, and of a standby that is told so, on a disk of its own without any room."""
    run = tmp_path / 'state/run'
    mount = ['mount', '-t', 'tmpfs', '-o', 'size=64k,mode=755', 'tmpfs', str(run)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip('only root may make a small disk')
    try:
        yield run
    finally:
        subprocess.run(['umount', '--lazy', str(run)], check=True)


def fill(folder: Path) -> None:
    with suppress(OSError), (folder / 'filling').open('wb', buffering=0) as filling:
        while True:
            filling.write(bytes(4096))


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding='utf-8')


def contents(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob('*') if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text(encoding='utf-8') for path in files}


def test_a_wrong_password_opens_nothing(primary: Peer) -> None:
    stranger = Peer(primary.address, primary.port, primary.fingerprint, 'guessed')
    with pytest.raises(PeerRefused):
        stranger.role()
    with pytest.raises(PeerRefused):
        stranger.tree('', 0, 5)
    with pytest.raises(PeerRefused):
        stranger.send(JOIN, REQUEST, JoinAnswer, 5)


def test_an_invitation_is_good_for_a_day(primary: Peer, tmp_path: Path) -> None:
    """The password that it is exchanged for is on no command line."""
    invitation = Invitation('ab' * 18, primary.fingerprint)
    file = tmp_path / 'state/secrets/standby_invitation'
    write(file, invitation.secret)
    guest = Peer(primary.address, primary.port, primary.fingerprint, invitation.secret)
    with pytest.raises(PeerRefused, match='database'):
        guest.send(JOIN, REQUEST, JoinAnswer, 5)
    yesterday = time.time() - 25 * 3600
    os.utime(file, (yesterday, yesterday))
    with pytest.raises(PeerRefused, match='older than a day'):
        guest.send(JOIN, REQUEST, JoinAnswer, 5)
    with pytest.raises(PeerRefused):
        guest.role()


def test_an_invitation_that_was_not_copied_whole_is_refused() -> None:
    invitation = Invitation('ab' * 18, 'cd' * 32)
    assert read_invitation(str(invitation)) == invitation
    assert str(invitation).isalnum()
    for text in (str(invitation)[:-1], '', 'ä', str(invitation) + 'aaaaaaaa'):
        with pytest.raises(BadInvitation):
            read_invitation(text)


def test_a_machine_with_another_certificate_is_told_nothing(primary: Peer) -> None:
    other = Peer(primary.address, primary.port, '00' * 32, primary.password)
    with pytest.raises(PeerRefused, match='another certificate'):
        other.role()


def test_a_machine_with_another_address_is_not_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(tmp_path, monkeypatch, '127.0.0.2') as peer, pytest.raises(PeerSilent):
        peer.role()


def test_whoever_connects_and_says_nothing_keeps_nobody_waiting(primary: Peer) -> None:
    with socket.create_connection((primary.address, primary.port)):
        assert primary.role().role == 'primary'


def test_the_copy_becomes_what_the_store_is(copy: tuple[StoreCopyKeeper, Path, Path]) -> None:
    keeper, store, here = copy
    write(store / 'originals/ab/one.csv', 'one')
    write(store / 'drafts/two.csv', 'a draft is made again')
    write(store / 'originals/incoming/delivery-3', 'half')
    keeper.pull()
    assert contents(here) == {'originals/ab/one.csv': 'one'}
    write(store / 'own_layers/dấu phẩy, #1.yml', 'new')
    write(store / 'originals/ab/one.csv', 'another one')
    keeper.pull()
    assert contents(here) == {'originals/ab/one.csv': 'another one', 'own_layers/dấu phẩy, #1.yml': 'new'}
    assert (here / 'originals/ab/one.csv').stat().st_mtime_ns == (store / 'originals/ab/one.csv').stat().st_mtime_ns


def test_a_file_that_goes_on_growing_is_copied_again(copy: tuple[StoreCopyKeeper, Path, Path]) -> None:
    """Its folder does not change with it."""
    keeper, store, here = copy
    write(store / 'results/internal/1/result.csv', 'begin')
    keeper.pull()
    with (store / 'results/internal/1/result.csv').open('a', encoding='utf-8') as growing:
        growing.write(' end')
    keeper.pull()
    assert contents(here) == {'results/internal/1/result.csv': 'begin end'}


def test_what_the_primary_removes_is_put_aside_for_a_week(
    copy: tuple[StoreCopyKeeper, Path, Path], tmp_path: Path
) -> None:
    keeper, store, here = copy
    write(store / 'results/internal/1/result.csv', 'one')
    write(store / 'coverages/dem.tif', 'two')
    keeper.pull()
    (store / 'coverages/dem.tif').unlink()
    for path in (store / 'results/internal/1/result.csv', store / 'results/internal/1'):
        path.unlink() if path.is_file() else path.rmdir()
    keeper.pull()
    assert contents(here) == {}
    (day,) = (tmp_path / 'removed').iterdir()
    assert set(contents(day).values()) == {'one', 'two'}
    today = datetime.now(UTC).date()
    forget_removed(today)
    assert day.exists()
    forget_removed(date.fromordinal(today.toordinal() + 8))
    assert not day.exists()


def test_a_store_that_is_not_there_empties_no_copy(copy: tuple[StoreCopyKeeper, Path, Path]) -> None:
    """A disk that is not mounted looks so."""
    keeper, store, here = copy
    write(store / 'coverages/dem.tif', 'two')
    keeper.pull()
    store.rename(store.with_name('elsewhere'))
    with pytest.raises(PeerRefused):
        keeper.pull()
    assert contents(here) == {'coverages/dem.tif': 'two'}


def test_no_file_outside_the_folders_is_handed_out(primary: Peer, tmp_path: Path) -> None:
    write(tmp_path / 'state/secrets/standby_invitation', 'secret')
    (tmp_path / 'state/store/link').symlink_to('/etc/passwd')
    primary.tree('', 0, 5)
    for path in ('store/../secrets/standby', 'secrets/standby_invitation', 'store/link', 'other/x', 'store', ''):
        with pytest.raises(PeerRefused):
            primary.download(path, tmp_path / 'stolen')


@pytest.mark.parametrize('is_first', [False, True], ids=['there before', 'first'])
def test_a_standby_on_a_full_disk_goes_on_noting_how_it_follows(full_disk: Path, is_first: bool) -> None:
    """What noted it died of that, and a promotion much later took the last word before it for the primary's last."""
    diary = FollowingDiary()
    if not is_first:
        diary.note_store()
    fill(full_disk)
    before = datetime.now(UTC)
    diary.note_store()
    (full_disk / 'filling').unlink()
    if is_first:
        diary.note_store()
    following = read_following()
    assert following is not None
    assert following.store_complete_at is not None
    assert following.store_complete_at >= before


def test_a_primary_on_a_full_disk_goes_on_handing_out_files(
    full_disk: Path, copy: tuple[StoreCopyKeeper, Path, Path]
) -> None:
    keeper, store, here = copy
    write(store / 'a', 'before')
    fill(full_disk)
    keeper.pull()
    # nothing changes: the primary is to note that the standby has all
    keeper.pull()
    write(store / 'b', 'after')
    keeper.pull()
    assert contents(here) == {'a': 'before', 'b': 'after'}

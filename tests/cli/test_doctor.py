"""`dothi doctor`: each thing that is wrong with an installation is named, with what to do; a sound one has no fault."""

import hashlib
import json
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from dothi.core.backup_state import forget_backups, record_failure, record_success
from dothi.core.ports import free_port
from dothi.core.private_files import replace_file
from dothi.core.settings import PROJECT
from dothi.core.text import Text
from dothi.core.trust import trusting_context
from dothi.local.doctor.certificate import (
    Validity,
    bad_certificate,
    certificate_finding,
    certificate_validity,
    published_addresses,
    validity_finding,
)
from dothi.local.doctor.findings import Finding
from dothi.local.doctor.front import REVISION, STAMP, check_front
from dothi.local.doctor.machine import (
    PINNED,
    TIME_ERROR,
    _different_libraries,
    check_clock,
    check_disks,
    check_temporary_folder,
    clock_finding,
)
from tests.instances import BAY, WholeInstance
from tests.matrix import thorough
from tests.services import PATIENCE_S


def examine(instance: WholeInstance) -> tuple[int, dict[str, list[dict[str, Any]]]]:
    """Exit code, and the findings that are not `ok`, by subject."""
    ended = instance.dothi('doctor', '--json')
    bad: dict[str, list[dict[str, Any]]] = {}
    for finding in json.loads(ended.stdout)['findings']:
        if finding['severity'] != 'ok':
            bad.setdefault(finding['subject'], []).append(finding)
    return ended.returncode, bad


def test_a_sound_installation_has_no_fault(running: WholeInstance) -> None:
    code, bad = examine(running)
    faults = [finding for findings in bad.values() for finding in findings if finding['severity'] == 'fault']
    assert (code, faults) == (0, [])


def test_an_installation_without_a_backup_is_warned_of_it(running: WholeInstance) -> None:
    code, bad = examine(running)
    (finding,) = bad['backup']
    assert (code, finding['severity']) == (0, 'warning')
    assert 'dothi backup setup' in finding['advice']['en']


def test_every_fault_comes_with_what_to_do_in_both_languages(running: WholeInstance) -> None:
    secret = running.state / 'secrets' / 'worker'
    secret.chmod(0o644)
    try:
        code, bad = examine(running)
        printed = running.dothi('--lang', 'en', 'doctor').stdout
    finally:
        secret.chmod(0o600)
    assert code == 5
    (finding,) = bad['rights']
    assert finding['advice']['vi'] == f'chmod 600 {secret}'
    assert 'chmod 600' in printed


def test_a_state_folder_that_strangers_read_is_a_fault(running: WholeInstance) -> None:
    mode = running.state.stat().st_mode
    running.state.chmod(0o755)
    try:
        code, bad = examine(running)
    finally:
        running.state.chmod(mode)
    assert code == 5
    assert bad['rights'][0]['advice']['en'] == f'chmod 750 {running.state}'


@pytest.mark.parametrize('name', ['autovacuum', 'fsync', 'full_page_writes', 'synchronous_commit'])
def test_what_somebody_switched_off_in_the_server_is_a_fault(running: WholeInstance, name: str) -> None:
    """For a faster load once, and left so: the next power cut would lose what was accepted."""
    with closing(psycopg2.connect(running.database_address())) as db, db.cursor() as cursor:
        db.autocommit = True
        cursor.execute(f'alter system set {name} = off')
        cursor.execute('select pg_reload_conf()')
        try:
            deadline = time.monotonic() + PATIENCE_S
            while 'settings' not in (bad := examine(running)[1]) and time.monotonic() < deadline:
                time.sleep(0.2)
        finally:
            cursor.execute(f'alter system reset {name}')
            cursor.execute('select pg_reload_conf()')
    (finding,) = bad['settings']
    assert finding['severity'] == 'fault'
    assert f'alter system reset {name};' in finding['advice']['vi']


@pytest.mark.parametrize('damage', ['another password', '', None])
def test_an_administrators_password_that_is_wrong_is_a_fault(running: WholeInstance, damage: str | None) -> None:
    """The next `dothi up` and the next backup would be the first to say so."""
    file = running.state / 'postgis' / 'admin_password'
    text = file.read_text(encoding='utf-8')
    try:
        if damage is None:
            file.rename(file.with_name('away'))
        else:
            file.write_text(damage, encoding='utf-8')
        code, bad = examine(running)
    finally:
        if damage is None:
            file.with_name('away').rename(file)
        file.write_text(text, encoding='utf-8')
    assert code == 5
    (finding,) = bad['database']
    assert str(file) in finding['text']['vi']
    assert 'alter role' in finding['advice']['vi']


def test_a_migration_that_was_not_applied_is_a_fault(running: WholeInstance) -> None:
    url = running.database_address()
    with psycopg2.connect(url) as db, db.cursor() as cursor:
        cursor.execute("delete from catalog.migration where name like '0096%' returning *")
        (removed,) = cursor.fetchall()
        db.commit()
        code, bad = examine(running)
        cursor.execute('insert into catalog.migration values %s', [removed])
    assert (code, list(bad['migrations'][0]['advice'])) == (5, ['vi', 'en'])
    assert examine(running)[0] == 0


@thorough
def test_what_is_down_is_a_fault_and_the_other_checks_go_on(shared_folder: Path) -> None:
    """A port that somebody else listens on is told from one that nobody does."""
    with socket.socket() as stranger:
        stranger.bind(('127.0.0.1', 0))
        stranger.listen()
        port = stranger.getsockname()[1]
        nothing = WholeInstance(shared_folder / 'nothing', BAY, port, free_port())
        nothing.state.mkdir(mode=0o750, exist_ok=True)
        code, bad = examine(nothing)
    assert code == 5
    assert {'database', 'ports', 'supervisor', 'disk'} <= bad.keys()
    taken, silent = (finding['text']['en'] for finding in bad['ports'])
    assert str(port) in taken
    assert 'does not answer' in silent


def test_a_disk_with_less_room_than_it_must_have_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('DOTHI_STATE', str(tmp_path))
    (tmp_path / 'store').mkdir()
    monkeypatch.setenv('DOTHI_DISK_MIN_MB', str(2**40))
    assert {finding.severity for finding in check_disks()} == {'fault'}


@pytest.mark.parametrize('name', ['missing', 'file'])
def test_a_temporary_folder_that_takes_no_files_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / 'file').touch()
    monkeypatch.setenv('TMPDIR', str(tmp_path / name))
    (finding,) = check_temporary_folder()
    assert finding.severity == 'fault'
    assert str(tmp_path / name) in finding.advice.vi


def test_a_temporary_folder_with_room_is_well_and_one_with_little_is_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('TMPDIR', str(tmp_path))
    assert [finding.severity for finding in check_temporary_folder()] == ['ok']
    monkeypatch.setenv('DOTHI_DISK_MIN_MB', str(2**40))
    assert [finding.severity for finding in check_temporary_folder()] == ['warning']


def test_a_library_of_another_version_is_named() -> None:
    """A line for other systems, with a marker, says nothing of this one."""
    lock = 'flask==0.1 \\\n    --hash=sha256:0\nnothing-such==1 ; sys_platform == "win32"\npsycopg2-binary==9.9.9\n'
    findings: list[Finding] = list(_different_libraries(lock))
    assert [finding.text.en.split()[0] for finding in findings] == ['flask', 'psycopg2-binary']
    assert PINNED.match('flask==3.1 \\')


@pytest.fixture
def certified(tmp_path: Path) -> Iterator[tuple[int, ssl.SSLContext]]:
    """Port of a server whose certificate is good for ten days, and a client that trusts it."""
    key, certificate = tmp_path / 'key.pem', tmp_path / 'certificate.pem'
    subprocess.run(
        ['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '10', '-subj', '/CN=localhost',
         '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(('127.0.0.1', 0)) as server:
        thread = threading.Thread(target=_shake_hands, args=[server, context], daemon=True)
        thread.start()
        yield server.getsockname()[1], ssl.create_default_context(cafile=str(certificate))


def _shake_hands(server: socket.socket, context: ssl.SSLContext) -> None:
    connection, _ = server.accept()
    with suppress(OSError), connection, context.wrap_socket(connection, server_side=True) as secured:
        secured.recv(1)


def _refuse_hands(server: socket.socket) -> None:
    """Answers whatever begins with the alert `unrecognized_name`."""
    connection, _ = server.accept()
    with suppress(OSError), connection:
        connection.recv(4096)
        connection.sendall(bytes([21, 3, 3, 0, 2, 2, 112]))
        connection.recv(4096)


def test_the_end_of_a_certificate_is_read(certified: tuple[int, ssl.SSLContext]) -> None:
    port, trusting = certified
    left = certificate_validity('localhost', port, trusting).left(datetime.now(UTC))
    assert timedelta(days=9) < left <= timedelta(days=10)


@pytest.mark.parametrize(
    ('life_days', 'left_days', 'severity'),
    [
        (90, 29, 'ok'), (90, 20, 'warning'), (90, 6, 'fault'), (365, 22, 'ok'), (365, 6, 'fault'),
        (45, 14, 'ok'), (45, 9, 'warning'), (45, 3, 'fault'), (6, 3, 'ok'), (6, 1, 'warning'), (6, 0, 'fault'),
    ],
)  # fmt: skip
def test_a_short_certificate_is_not_late_before_it_is_renewed(life_days: int, left_days: int, severity: str) -> None:
    """certbot renews when a third is left, of those of six days a half: until then nothing is wrong."""
    now = datetime(2027, 1, 1, tzinfo=UTC)
    end = now + timedelta(days=left_days)
    finding = validity_finding('map.example', Validity(end - timedelta(days=life_days), end), now)
    assert finding.severity == severity
    if severity != 'ok':
        assert 'systemctl reload nginx' in finding.advice.en, 'a renewal that nginx does not have yet is as late'


def test_a_root_without_the_newest_extensions_is_believed(tmp_path: Path) -> None:
    """As by browsers: roots of offices are old, and Python alone refuses one that lacks the use of its key."""
    root, key, signed = (str(tmp_path / name) for name in ('root.pem', 'key.pem', 'signed.pem'))
    openssl = ['openssl', 'req', '-newkey', 'rsa:2048', '-nodes', '-days', '90']
    subprocess.run(
        [*openssl, '-x509', '-subj', '/CN=An office', '-keyout', key, '-out', root], check=True, capture_output=True
    )
    subprocess.run(
        [*openssl, '-x509', '-CA', root, '-CAkey', key, '-subj', '/CN=localhost', '-addext',
         'basicConstraints=CA:FALSE', '-addext', 'subjectAltName=DNS:localhost', '-keyout', f'{key}.2', '-out', signed],
        check=True, capture_output=True,
    )  # fmt: skip
    trusting, serving = trusting_context(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trusting.load_verify_locations(root)
    serving.load_cert_chain(signed, f'{key}.2')
    with socket.create_server(('127.0.0.1', 0)) as server:
        threading.Thread(target=_shake_hands, args=[server, serving], daemon=True).start()
        validity = certificate_validity('localhost', server.getsockname()[1], trusting)
    assert timedelta(days=89) < validity.left(datetime.now(UTC)) <= timedelta(days=90)


def test_an_address_that_begins_no_tls_is_a_fault() -> None:
    """nginx refuses a handshake for a name that it does not publish, and with a key that is another certificate's."""
    with socket.create_server(('127.0.0.1', 0)) as server:
        threading.Thread(target=_refuse_hands, args=[server], daemon=True).start()
        finding = certificate_finding('localhost', server.getsockname()[1])
    assert finding.severity == 'fault'
    assert 'server_name' in finding.advice.en


def test_a_certificate_that_nobody_vouches_for_is_told_in_both_languages(certified: tuple[int, ssl.SSLContext]) -> None:
    with pytest.raises(ssl.SSLCertVerificationError) as refused:
        certificate_validity('localhost', certified[0])
    finding = bad_certificate('localhost', refused.value)
    assert (finding.severity, finding.text.en) == (
        'fault', 'The certificate of localhost is self-signed: nobody vouches for it.'
    )  # fmt: skip
    assert 'tự ký' in finding.text.vi


def test_addresses_are_read_where_the_services_have_their_settings(tmp_path: Path) -> None:
    """A command that is typed has not read them: without this no certificate would be looked at."""
    (tmp_path / 'public.env').write_text(
        '# DOTHI_PUBLIC_URL=https://old.example\nDOTHI_PUBLIC_URL=https://map.example\n'
    )
    (tmp_path / 'internal.env').write_text('DOTHI_PUBLIC_URL="https://office.example:8443"\n')
    (tmp_path / 'dothi.env').write_text('DOTHI_LOCALITY=ninh_binh\n')
    assert [address.netloc for address in published_addresses(tmp_path)] == ['office.example:8443', 'map.example']


def test_settings_of_nginx_cannot_change_without_a_new_revision() -> None:
    """By it `dothi doctor` says who has to copy them once more."""
    text = (PROJECT / 'docker' / 'nginx.conf').read_text()
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith('#')]
    revision = hashlib.sha256('\n'.join(lines).encode()).hexdigest()[:8]
    assert (STAMP.findall(text), REVISION) == ([revision], revision)


@pytest.mark.parametrize(
    ('text', 'severities'),
    [
        (f'# Revision {REVISION}\nserver_name our.name;\n', ['ok']),
        ('# Revision 0badcafe\n', ['warning']),
        ('# a copy from before\n', ['warning']),
        (None, []),
    ],
)
def test_settings_of_nginx_of_another_version_are_warned_of(
    tmp_path: Path, text: str | None, severities: list[str]
) -> None:
    installed = tmp_path / 'dothi.conf'
    if text is not None:
        installed.write_text(text)
    assert [finding.severity for finding in check_front(installed)] == severities


def test_a_clock_that_nobody_keeps_is_warned_of() -> None:
    assert clock_finding(TIME_ERROR).severity == 'warning'
    assert clock_finding(0).severity == 'ok'
    assert [finding.subject for finding in check_clock()] == ['clock']


def test_a_step_of_the_backup_that_fails_is_a_fault(running: WholeInstance) -> None:
    key = running.state / 'secrets' / 'backup_key'
    replace_file(key, 'a key')
    with closing(psycopg2.connect(running.database_address())) as db:
        record_success(db, 'setup')
        record_failure(db, 'store', Text(vi='Nơi lưu hết chỗ.', en='The place is full.'))
        db.commit()
        code, bad = examine(running)
        forget_backups(db)
        db.commit()
    key.unlink()
    assert (code, [finding['text']['en'] for finding in bad['backup']]) == (5, ['The place is full.'])

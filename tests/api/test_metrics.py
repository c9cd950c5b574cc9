"""`/metrics`: what all web processes counted, what state the platform is in, and who may read it."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from dothi.api.http.measures import ROUTE, Measures, count_answer, empty_folder, open_measures
from dothi.core.database import connection
from dothi.core.locality import Locality
from dothi.core.ports import free_port
from dothi.core.settings import PROJECT
from tests.api.conftest import Desk, school
from tests.conftest import PATIENCE_S, Instance, fresh
from tests.forked import start_command

KEY = 'a-key-for-tests'
ITEMS = '/api/collections/<path:collection_id>/items'
PROMETHEUS = PROJECT / 'docker' / 'prometheus'


class Served:
    """An internal service with two web processes."""

    def __init__(self, port: int, pid: int) -> None:
        self.url, self.port, self.pid = f'http://127.0.0.1:{port}', port, pid

    def web_processes(self) -> list[int]:
        children = Path(f'/proc/{self.pid}/task/{self.pid}/children').read_text(encoding='utf-8')
        return list(map(int, children.split()))

    def metrics(self, **headers: str) -> requests.Response:
        return requests.get(f'{self.url}/metrics', headers=headers, timeout=60)

    def value(self, name: str, **labels: str) -> float | None:
        """The sum of the samples of `name` with these labels and any others; None where there is none."""
        samples = [
            sample.value
            for family in text_string_to_metric_families(self.metrics().text)
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]
        return sum(samples) if samples else None


@pytest.fixture(scope='module')
def served(
    instance: Instance, template: str, locality: Locality, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp('metrics')
    with pytest.MonkeyPatch.context() as patch:
        for environment in fresh(instance, template, folder, patch):
            Desk(locality).release('schools', [('POINT(0 0)', school('A'))])
            with serving(environment, folder) as service:
                yield service


@contextmanager
def serving(environment: dict[str, str], folder: Path) -> Iterator[Served]:
    port = free_port()
    more = {'DOTHI_PORT': str(port), 'DOTHI_WORKERS': '2', 'DOTHI_METRICS_KEY': KEY}
    with (folder / 'serve.log').open('wb') as log:
        process = start_command(['serve', '--audience', 'internal'], {**os.environ, **environment, **more}, log)
        try:
            service = Served(port, process.pid)
            wait_until(lambda: answers(service))
            yield service
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def answers(service: Served) -> bool:
    try:
        return requests.get(f'{service.url}/health', timeout=60).status_code == 200
    except requests.RequestException:
        return False


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def ask_items(service: Served, times: int) -> None:
    for _ in range(times):
        assert requests.get(f'{service.url}/api/collections/schools/items?limit=1', timeout=60).status_code == 200


def count_of_items(service: Served) -> float:
    return service.value('dothi_requests_total', route=ITEMS, method='GET', status='200') or 0.0


def test_requests_are_counted_by_route_over_all_processes(served: Served) -> None:
    """Connections that stay open are shared out among the processes, once both have loaded."""
    folder = Path(os.environ['DOTHI_STATE']) / 'run' / 'metrics' / f'internal-{served.port}'
    sent = 0
    with ExitStack() as stack:
        while len(list(folder.glob('counter_*.db'))) < 2:
            session = stack.enter_context(requests.Session())
            assert session.get(f'{served.url}/api/collections/schools/items?limit=1', timeout=60).ok
            sent += 1
            time.sleep(0.1)
        assert requests.get(f'{served.url}/api/collections/nothing/items', timeout=60).status_code == 404
        wait_until(lambda: count_of_items(served) == sent)
    assert served.value('dothi_requests_total', route=ITEMS, status='404') == 1


def test_addresses_that_lead_nowhere_share_a_series(served: Served) -> None:
    """Else a scanner makes a series of each address that it tries."""
    for number in range(5):
        requests.get(f'{served.url}/nowhere/{number}', timeout=60)
    wait_until(lambda: served.value('dothi_requests_total', route='/<path:name>', status='404') == 5)
    assert 'nowhere' not in served.metrics().text


def test_no_count_is_lost_when_a_process_is_killed_and_its_files_are_used_again(served: Served) -> None:
    folder = Path(os.environ['DOTHI_STATE']) / 'run' / 'metrics' / f'internal-{served.port}'
    ask_items(served, 5)
    before, files = count_of_items(served), sorted(folder.iterdir())
    for worker in served.web_processes():
        os.kill(worker, signal.SIGKILL)
    wait_until(lambda: answers(served))
    assert count_of_items(served) >= before
    ask_items(served, 20)
    wait_until(lambda: count_of_items(served) >= before + 20)
    assert sorted(folder.iterdir()) == files


def test_only_this_machine_or_the_key_opens_them(served: Served) -> None:
    """nginx on this machine connects from loopback too: it is known by whom it asks for."""
    assert served.metrics().status_code == 200
    for header in ('X-Forwarded-For', 'Forwarded', 'X-Real-Ip', 'Via'):
        assert served.metrics(**{header: 'for=203.0.113.7'}).status_code == 403
    asked_for = {'X-Forwarded-For': '203.0.113.7'}
    assert served.metrics(**asked_for, Authorization=f'Bearer {KEY}').status_code == 200
    assert served.metrics(**asked_for, Authorization=f'Bearer {KEY}x').status_code == 403


def test_the_state_of_the_platform_is_told(served: Served) -> None:
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(
            """insert into catalog.delivery (layer_id, file_name, sha256, size_bytes, store_path, origin, scope, mode,
                                             options, status, received_at)
               values ('schools', 'a.csv', repeat('0', 64), 1, 'a.csv', 'delivery', 'all', 'replace', '{}',
                       'diagnosed', now() - interval '3 days')"""
        )
    assert served.value('dothi_deliveries', status='diagnosed') == 1
    assert served.value('dothi_deliveries', status='returned') == 0
    assert 3 * 86_400 <= (served.value('dothi_delivery_wait_seconds') or 0) < 3 * 86_400 + PATIENCE_S
    assert served.value('dothi_ready', part='database') == 1
    assert served.value('dothi_ready', part='worker') == 0, 'none runs here'
    assert served.value('dothi_jobs', state='waiting') == 0
    assert (served.value('dothi_database_bytes') or 0) > 1_000_000
    free = shutil.disk_usage(os.environ['DOTHI_STATE']).free
    assert served.value('dothi_disk_free_bytes', folder='state') == pytest.approx(free, rel=0.2)


def test_the_age_of_backups_is_told_where_some_are_made(served: Served) -> None:
    assert served.value('dothi_backup_age_seconds', step='database') is None
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(
            """insert into catalog.backup (kind, succeeded_at)
               values ('setup', now() - interval '9 hours'), ('database', now() - interval '1 hour')"""
        )
    try:
        age_s = served.value('dothi_backup_age_seconds', step='database')
        assert age_s is not None
        assert 3_600 <= age_s < 3_600 + PATIENCE_S
        assert served.value('dothi_backup_age_seconds', step='setup') is None
    finally:
        with connection('admin') as db, db.cursor() as cursor:
            cursor.execute('delete from catalog.backup')


def test_open_transactions_of_other_roles_are_seen(served: Served) -> None:
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute('select pg_sleep(1.5)')
        assert (served.value('dothi_database_oldest_transaction_seconds') or 0) >= 1.5


def test_prometheus_takes_the_answer_and_its_alarms_ring(served: Served, tmp_path: Path) -> None:
    """The project's own configuration and rules in a real Prometheus, with the ports of this test."""
    port = free_port()
    text = (PROMETHEUS / 'prometheus.yml').read_text(encoding='utf-8')
    text = text.replace('127.0.0.1:5000', f'127.0.0.1:{served.port}').replace(': 15s', ': 1s')
    # nobody answers there, whatever else runs on this machine
    text = text.replace('127.0.0.1:5001', f'127.0.0.1:{free_port()}')
    (tmp_path / 'prometheus.yml').write_text(text, encoding='utf-8')
    rules = re.sub(r'for: \d+m', 'for: 0s', (PROMETHEUS / 'alerts.yml').read_text(encoding='utf-8'))
    (tmp_path / 'alerts.yml').write_text(rules, encoding='utf-8')
    arguments = [f'--config.file={tmp_path}/prometheus.yml', f'--storage.tsdb.path={tmp_path}/data']
    prometheus = subprocess.Popen(
        ['prometheus', *arguments, f'--web.listen-address=127.0.0.1:{port}'], stderr=subprocess.DEVNULL
    )
    try:
        wait_until(lambda: ringing(port) >= {('DothiPartDown', 'internal'), ('DothiDown', 'public')})
    finally:
        prometheus.terminate()
        prometheus.wait(PATIENCE_S)


def ringing(port: int) -> set[tuple[str, str]]:
    """Name and service of each alarm that rings."""
    try:
        answer = requests.get(f'http://127.0.0.1:{port}/api/v1/alerts', timeout=10).json()
    except requests.RequestException:
        return set()
    alerts = answer['data']['alerts']
    return {(a['labels']['alertname'], a['labels']['service']) for a in alerts if a['state'] == 'firing'}


def test_what_is_told_follows_the_rules_for_names(served: Served) -> None:
    checked = subprocess.run(
        ['promtool', 'check', 'metrics'], input=served.metrics().text, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize('command', [['check', 'rules', 'alerts.yml'], ['test', 'rules', 'alerts.test.yml']])
def test_each_alarm_rings_on_its_case_and_not_beside_it(command: list[str]) -> None:
    checked = subprocess.run(['promtool', *command], cwd=PROMETHEUS, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_alarm_has_a_case() -> None:
    names = set(re.findall(r'alert: (\w+)', (PROMETHEUS / 'alerts.yml').read_text(encoding='utf-8')))
    assert names == set(re.findall(r'alertname: (\w+)', (PROMETHEUS / 'alerts.test.yml').read_text(encoding='utf-8')))


@pytest.mark.parametrize('page', ['alarms.md', 'alarms.vi.md'])
def test_every_alarm_is_explained(page: str) -> None:
    names = re.findall(r'alert: (\w+)', (PROMETHEUS / 'alerts.yml').read_text(encoding='utf-8'))
    text = (PROJECT / 'docs' / 'how-to' / page).read_text(encoding='utf-8')
    assert re.findall(r'^## (\w+)', text, re.MULTILINE) == names


def test_a_place_goes_on_counting_where_the_last_process_stopped(tmp_path: Path) -> None:
    for _ in range(2):
        Measures(tmp_path, 3).count_request('/x', 'GET', 200, 0.02)
    assert [file.name for file in sorted(tmp_path.iterdir())] == ['counter_3.db', 'histogram_3.db']


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """The folder of a disk of 3 MB."""
    disk = tmp_path / 'disk'
    disk.mkdir()
    if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk], check=False).returncode:
        pytest.skip('only root may mount a disk')
    yield disk
    subprocess.run(['umount', disk], check=True)


def fill(disk: Path) -> None:
    with suppress(OSError), (disk / 'filler').open('wb', buffering=0) as file:
        while file.write(bytes(4_096)):
            pass


@pytest.mark.parametrize('is_full_before', [False, True])
def test_a_full_disk_ends_no_process_that_counts(small_disk: Path, is_full_before: bool) -> None:
    """The kernel ends whoever fills a hole of a file for which there is no room: each new route was one."""
    folder = small_disk / 'metrics'
    empty_folder(folder)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            if is_full_before:
                fill(small_disk)
            open_measures(folder, 0)
            fill(small_disk)
            for number in range(200):
                count_answer({'REQUEST_METHOD': 'GET', ROUTE: f'/api/{number}'}, 503, 0.1)
            code = 0
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0


def test_without_the_folder_of_its_counts_a_service_tells_the_rest(served: Served) -> None:
    """It is away for a moment: whether the platform is well is asked all the same."""
    folder = Path(os.environ['DOTHI_STATE']) / 'run' / 'metrics' / f'internal-{served.port}'
    away = folder.rename(folder.with_name('away'))
    try:
        answer = served.metrics()
    finally:
        away.rename(folder)
    assert (answer.status_code, 'dothi_' in answer.text) == (200, True)

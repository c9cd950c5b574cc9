"""What services hold in memory while nothing is asked of them: what all need once, what few need not at all."""

import os
import subprocess
import sys

import pytest

# What each service imports at its start.
WEB = 'import dothi.api.server; dothi.api.server.load_shared_code()'
INBOX = 'import dothi.cli.app, dothi.cli.inbox, etl.inbox.round, etl.inbox.watch'
WORKER = 'import dothi.cli.instance, processes.queue.job_server, processes.queue.warm, processes.queue.worker'
SUPERVISOR = 'import dothi.local.supervision'
WAITING_SUPERVISOR = 'import dothi.local.supervisor'


def modules_after(first: str, then: str = '') -> set[str]:
    """The modules that a new process has imported after `first`, or that `then` has added."""
    program = f'import sys\n{first}\nbefore = set(sys.modules) if {bool(then)} else set()\n{then}\n'
    program += 'print(*set(sys.modules) - before)'
    environment = {name: value for name, value in os.environ.items() if not name.startswith('DOTHI_')}
    return set(subprocess.check_output([sys.executable, '-c', program], env=environment, text=True).split())


@pytest.mark.parametrize('start', [WEB, INBOX, WORKER, SUPERVISOR])
def test_the_process_that_services_are_forked_from_has_imported_what_they_do(start: str) -> None:
    """Whatever is missing there is in memory once for each service."""
    assert modules_after('from dothi.local.origin import import_shared; import_shared()', start) == set()


@pytest.mark.parametrize(
    ('start', 'for_few'),
    [
        # SciPy is for analyses and some rasters, 20 MB; the others have processes of their own
        (WEB, {'scipy.sparse', 'scipy.ndimage', 'scipy.optimize', 'fiona', 'mapnik', 'dask'}),
        (INBOX, {'scipy', 'flask', 'pygeoapi', 'fiona', 'mapnik', 'dask'}),
        (SUPERVISOR, {'numpy', 'shapely', 'flask', 'pygeoapi', 'procrastinate'}),
        (WAITING_SUPERVISOR, {'numpy', 'pydantic', 'sqlalchemy'}),
    ],
)
def test_a_service_of_its_own_has_not_imported_what_few_requests_need(start: str, for_few: set[str]) -> None:
    """Under systemd and in containers each service is a program, which shares nothing with others."""
    assert modules_after(start) & for_few == set()

"""Which worker runs which tests: files in one piece, files on one shared service in one worker, long ones first.

xdist's own `--dist loadgroup` would do this by marks, but cannot change the ids of tests of pytest 9.2.
"""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

# Files and folders that use the demo province: its database, or the services that run on it.
PROVINCE = (
    *('tests/api/conformance/', 'tests/clients/', 'tests/mapping/', 'tests/qgis/', 'tests/web/'),
    *('tests/docs/test_guides.py', 'tests/docs/test_readme.py', 'tests/fuzz/', 'tests/demo/test_faults.py'),
    'tests/demo/test_template_round_trip.py',
    *(f'tests/api/test_{name}.py' for name in (
        'echo_suite', 'filter_cost', 'geocode', 'left_demo', 'map_cache', 'openapi_examples', 'openapi_fuzzed',
        'records', 'request_body', 'tiles_cache', 'units',
    )),
    *(f'tests/processes/test_{name}.py' for name in (
        'compare_releases', 'flood_exposure', 'hotspots', 'indicators_pilot', 'isolation_distance', 'network_trace',
        'ways_on_the_demo', 'zonal_statistics',
    )),
)  # fmt: skip
# Files that use the services on the locality of the whole world; they win over the folder that they lie in.
WORLD = ('tests/api/conformance/test_cql2_', 'tests/api/test_cql2_predicates.py', 'tests/api/test_map_of_the_world.py')
# Files whose tests look at one whole instance, or kill and damage parts of it.
KILLED = (
    *('tests/cli/test_doctor.py', 'tests/cli/test_instances.py'),
    *('tests/faults/test_behind_nginx.py', 'tests/faults/test_what_dies.py', 'tests/faults/test_what_stands_still.py'),
)
BACKUP = ('tests/faults/test_backup.py', 'tests/faults/test_damaged_files.py')
# Files on the demo province in memory: 80 MB to read.
DEMO = tuple(f'tests/demo/test_{name}.py' for name in (
    'addresses', 'buildings', 'coverages', 'files', 'lines', 'places', 'roads', 'services',
    'surroundings', 'units', 'written_addresses',
))  # fmt: skip
GROUPS = {'world': WORLD, 'province': PROVINCE, 'demo': DEMO, 'killed': KILLED, 'backup': BACKUP}
FIXTURES = {
    'world': {'world'},
    'province': {'province', 'province_template', 'api', 'portal_url'},
    'demo': {'demo'},
    'killed': {'watched_instance'},
    'backup': {'instance_with_backup'},
}
# After the groups, which take longest, come files of these folders, and at the end the short ones: so no worker waits
# for the last long file of another.
LONG_FIRST = (
    *('province', 'world', 'demo', 'tests/cli/', 'tests/hostile/', 'tests/infra/', 'tests/processes/', 'tests/etl/'),
)
# Files that start whole instances or clusters: 1 to 2 GB more, when the services of the groups have ended.
LARGE_AT_THE_END = (
    *('killed', 'backup', 'tests/faults/test_service_user.py', 'tests/faults/test_standby.py'),
    'tests/processes/test_spread.py',
)


def group_of(path: str) -> str:
    """Name of the group that the test file at `path` belongs to: a shared service, or the file itself.

    path: relative to the project.
    """
    return next((group for group, starts in GROUPS.items() if path.startswith(starts)), path)


def rank_of(path: str) -> int:
    """Position of a file's group in the order of the run; a smaller one begins earlier."""
    group = group_of(path)
    if group in LARGE_AT_THE_END:
        return len(LONG_FIRST)
    return next((rank for rank, start in enumerate(LONG_FIRST) if group.startswith(start)), len(LONG_FIRST) + 1)


def grouping_fault(item: pytest.Item) -> str | None:
    """What to do about a test that uses a shared service and whose file is not in its group; None where all is well.

    Said where the test runs: pytest-xdist swallows what is raised while its workers collect.
    """
    path = item.location[0]
    for group, fixtures in FIXTURES.items():
        if fixtures.intersection(getattr(item, 'fixturenames', ())) and group_of(path) != group:
            return (
                f'{path} uses the {group}: add it to {group.upper()} in tests/scheduling.py, so that the worker '
                'which runs the others on it runs this one too, and no second one starts it'
            )
    return None


class GroupScheduling(LoadFileScheduling):  # type: ignore[misc]  # xdist comes without types
    """Give each worker whole groups, in the order of the collection."""

    def __init__(self, config: pytest.Config, log: Producer | None = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid.partition('::')[0])

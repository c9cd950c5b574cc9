"""The clock of the machine jumps while the instance runs: nothing fails by it, and what follows is in its order."""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dothi.core.ports import free_port
from dothi.core.private_files import replace_file
from tests.faults.clients import busy, is_delivered, require, require_well, seconds_until_well
from tests.instances import BAY, WholeInstance
from tests.matrix import exhaustive

FAKETIME = next(iter(sorted(Path('/usr/lib').glob('*/faketime/libfaketimeMT.so.1'))), None)
HOUR_S = 3600
pytestmark = [exhaustive, pytest.mark.skipif(FAKETIME is None, reason='no libfaketime: faketime')]


@dataclass
class ClockedInstance:
    """An instance whose processes see another clock than the machine has. offset: the file that says which."""

    instance: WholeInstance
    offset: Path

    def jump(self, seconds: int) -> None:
        """From now on the clock is so far off the machine's."""
        replace_file(self.offset, f'{seconds:+d}', mode=0o644)


@pytest.fixture(scope='module')
def clocked(shared_folder: Path) -> Iterator[ClockedInstance]:
    folder = shared_folder / 'clock'
    folder.mkdir()
    offset = folder / 'offset'
    offset.write_text('+0', encoding='utf-8')
    offset.chmod(0o644)
    # what is measured in durations goes by another clock, which jumps on no machine
    faked = {
        'LD_PRELOAD': str(FAKETIME),
        'FAKETIME_TIMESTAMP_FILE': str(offset),
        'FAKETIME_NO_CACHE': '1',
        'FAKETIME_DONT_FAKE_MONOTONIC': '1',
        'FAKETIME_DISABLE_SHM': '1',
        # a file that was written keeps its time when the clock jumps
        'NO_FAKE_STAT': '1',
    }
    instance = WholeInstance(folder / 'state', BAY, free_port(), free_port(), faked)
    try:
        require(instance, 'up', '--demo', 'no')
        yield ClockedInstance(instance, offset)
    finally:
        instance.dothi('down')


def releases(instance: WholeInstance) -> list[tuple[int, str]]:
    """Numbers and moments of the releases of the layer, oldest first."""
    listed = json.loads(require(instance, 'releases', '--json'))['releases']
    return sorted((release['number'], release['released_at']) for release in listed)


@pytest.mark.parametrize('seconds', [HOUR_S, -HOUR_S, 0], ids=['an hour on', 'two hours back', 'right again'])
def test_a_jump_of_the_clock_fails_no_request_and_no_delivery(
    clocked: ClockedInstance, tmp_path: Path, seconds: int
) -> None:
    """The delivery before the jump and the one after it are both released, and the last one is served."""
    instance = clocked.instance
    assert is_delivered(instance, tmp_path)
    with busy(instance) as answers:
        clocked.jump(seconds)
        time.sleep(3)
        back_s = seconds_until_well(instance)
    require_well(answers, back_s)
    before = releases(instance)
    assert is_delivered(instance, tmp_path)
    after = releases(instance)
    assert len(after) == len(before) + 1
    released_at = datetime.fromisoformat(after[-1][1])
    assert abs((released_at - datetime.now(UTC)).total_seconds() - seconds) < 300, 'the clock has jumped'
    (well,) = instance.get('/api/collections/wells/items?f=json')['features']
    assert well['properties']['NAME'] == 'A'
    with suppress(OSError):
        assert set(instance.readiness().values()) == {'ok'}

"""The service `standby`: on the primary it hands out files, on the standby it copies them; both look at each other.

    python -m dothi.local.standby.watch

It is no command of `dothi`, whose libraries would take five times its memory.
"""

import logging
import signal
import sys
import threading
import time
from datetime import UTC, datetime
from types import FrameType

from dothi.core.errors import DothiError, EnvironmentMissing
from dothi.core.heartbeat import beating
from dothi.core.private_files import close_new_files
from dothi.core.settings import PathSettings
from dothi.core.standby_settings import StandbySettings
from dothi.core.text import Text
from dothi.local.standby.fencing import look_for_successor
from dothi.local.standby.following import FollowingDiary, follow_log
from dothi.local.standby.peer import peer_of
from dothi.local.standby.record import StandbyRecord, require_standby_record
from dothi.local.standby.service import PeerService
from dothi.local.standby.store_copy import StoreCopyKeeper, forget_removed, remove_drafts

LOG = logging.getLogger('dothi.standby')
# A primary asks so often whether it has been replaced meanwhile; a standby tries so soon again to copy.
ASK_EVERY_S, RETRY_S = 5.0, 2.0


class CannotListen(EnvironmentMissing):
    """The other machine cannot reach this one."""


def watch_standby() -> None:
    """Serves the other machine until SIGTERM. Raises NoStandby or CannotListen."""
    logging.basicConfig(stream=sys.stderr, format='%(asctime)s %(message)s', level=logging.INFO)
    signal.signal(signal.SIGTERM, _end)
    record = require_standby_record()
    service = _listening(record)
    threading.Thread(target=service.serve_forever, name='peer service', daemon=True).start()
    # a large file may rightly take minutes
    with beating(PathSettings().run, 'standby'):
        if record.role == 'standby' and not record.is_promotion_begun:
            _follow(record)
        while True:
            # at once: this primary may have started while nobody answered on the other machine
            look_for_successor()
            time.sleep(ASK_EVERY_S)


def _listening(record: StandbyRecord) -> PeerService:
    try:
        return PeerService(record)
    except OSError as error:
        port = StandbySettings().standby_port
        raise CannotListen(
            vi=f'Không lắng nghe được trên {record.listen}, cổng {port}: {error.strerror}. Đặt DOTHI_STANDBY_PORT '
            'khác, hoặc chạy lại "dothi standby allow" nếu địa chỉ của máy này đã đổi.',
            en=f'{record.listen}, port {port}, cannot be listened on: {error.strerror}. Set another '
            'DOTHI_STANDBY_PORT, or repeat "dothi standby allow" where the address of this machine has changed.',
        ) from None


def _follow(record: StandbyRecord) -> None:
    """Copies the store for as long as the process lives; what fails is written down and tried again."""
    diary = FollowingDiary()
    threading.Thread(target=follow_log, args=[diary], name='follow the log', daemon=True).start()
    remove_drafts()
    keeper, last_fault = StoreCopyKeeper(peer_of(record)), None
    while True:
        fault = _pull(keeper)
        diary.note_store(fault)
        if fault is None:
            forget_removed(datetime.now(UTC).date())
        elif fault != last_fault:
            LOG.warning('the store is not copied: %s', fault.en)
        last_fault = fault
        if fault:
            time.sleep(RETRY_S)


def _pull(keeper: StoreCopyKeeper) -> Text | None:
    """Copies what changed; why it cannot."""
    try:
        copied = keeper.pull()
    except DothiError as error:
        return Text(vi=error.text.vi, en=error.text.en)
    if copied:
        LOG.info('%d files copied', copied)
    return None


def _end(number: int, frame: FrameType | None) -> None:
    del number, frame
    sys.exit(0)


if __name__ == '__main__':
    close_new_files()
    watch_standby()

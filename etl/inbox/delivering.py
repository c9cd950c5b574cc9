"""One taken file: delivered once, whatever has died in between, and answered."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from psycopg2.extensions import connection as Connection

from dothi.core.errors import DataRefused, Defect, DothiError, EnvironmentMissing, HeldForDecision, WrongUse
from dothi.core.locality import Locality
from etl.desk import archive
from etl.desk.deliver import deliver
from etl.desk.deliveries import clear_debris
from etl.desk.options import DeliveryOptions
from etl.desk.records import DeliveryRecord, record
from etl.inbox.answers import answer, aside
from etl.inbox.assigning import assign
from etl.inbox.claim import Claim, must_be_a_file
from etl.inbox.outcome import TakenFile
from etl.inbox.sendable import scope_of

# A file at which the program fails or dies is put aside, so that the others get their turn.
MOST_ATTEMPTS = 3


class FailsAlways(Defect):
    """The program fails at this file."""


class StillWorkedOn(EnvironmentMissing):
    """The delivery of the file by a process that has died is still being undone by the database."""


@dataclass(frozen=True)
class Desk:
    """What deliveries of the inbox work with. fault: keeps the trace of a fault of ours, and tells of it."""

    root: Path
    locality: Locality
    db: Connection
    fault: Callable[[], Defect]

    def newest(self) -> int:
        """The number of the newest delivery, 0 where there is none."""
        with self.db.cursor() as cursor:
            cursor.execute('select coalesce(max(id), 0) from catalog.delivery')
            (number,) = cursor.fetchone() or (0,)
        return int(number)

    def carry(self, claim: Claim) -> TakenFile:
        """What became of the claim; raises EnvironmentMissing, and Defect for a fault of ours: it is tried again."""
        try:
            delivered = self._delivered(claim)
        except (DataRefused, HeldForDecision, WrongUse, FailsAlways) as error:
            return aside(self.root, claim, error, self.locality)
        return answer(self.root, claim, delivered, self.locality)

    def _delivered(self, claim: Claim) -> DeliveryRecord:
        """The record of its delivery, made now or before something died."""
        must_be_a_file(claim)
        return self._before(claim) or self._deliver(claim)

    def _before(self, claim: Claim) -> DeliveryRecord | None:
        if claim.layer is None or not claim.attempts:
            return None
        return self._earlier_delivery(claim, archive.original(claim.file).sha256)

    def _deliver(self, claim: Claim) -> DeliveryRecord:
        if claim.attempts >= MOST_ATTEMPTS:
            raise _fails_always(claim.file.name)
        # counted before anything reads the file: a library may fall over it in every way
        claim.attempts += 1
        claim.save()
        try:
            refusal = self._sent(claim, self._assigned(claim))
        except DothiError as error:
            self._not_its_fault(claim, error)
            raise
        except Exception:
            raise self.fault() from None
        return self._recorded(claim, refusal)

    def _assigned(self, claim: Claim) -> str:
        if claim.layer is None:
            claim.layer = assign(claim.file, claim.agency, claim.folder, self.locality)
            claim.save()
        return claim.layer

    def _sent(self, claim: Claim, layer: str) -> DothiError | None:
        """Why it was refused or held, None where it was accepted."""
        scope = scope_of(claim.agency, layer, self.locality)
        options = DeliveryOptions(layer=layer, agency=claim.agency, scope=scope)
        try:
            deliver(claim.file, options, self.locality, program='dothi inbox')
        except (DataRefused, HeldForDecision) as error:
            return error
        return None

    def _recorded(self, claim: Claim, refusal: DothiError | None) -> DeliveryRecord:
        """The record of what was delivered this moment; raises the refusal where it came before any record."""
        delivery = self._earlier_delivery(claim, archive.original(claim.file).sha256)
        if delivery is None:
            raise refusal or _fails_always(claim.file.name)
        return delivery

    def _earlier_delivery(self, claim: Claim, sha256: str) -> DeliveryRecord | None:
        """The delivery of this file since it was taken: the same file sent once more is another delivery."""
        clear_debris(self.db)
        with self.db.cursor() as cursor:
            cursor.execute(
                """select id, status from catalog.delivery
                   where id > %s and agency = %s and layer_id = %s and sha256 = %s and status <> 'failed'
                   order by id desc limit 1""",
                [claim.after, claim.agency, claim.layer, sha256],
            )
            row = cursor.fetchone()
        if row and row[1] == 'received':
            raise _still_worked_on(claim.file.name)
        return record(row[0]) if row else None

    def _not_its_fault(self, claim: Claim, error: DothiError) -> None:
        """A database that is away or a full disk says nothing about the file."""
        if isinstance(error, EnvironmentMissing):
            claim.attempts -= 1
            claim.save()


def _fails_always(name: str) -> FailsAlways:
    return FailsAlways(
        vi=f'Chương trình gặp lỗi {MOST_ATTEMPTS} lần khi xử lý {name}. Gửi tệp cho trung tâm dữ liệu, kèm trang này.',
        en=f'The program failed {MOST_ATTEMPTS} times at {name}. Send the file and this page to the data centre.',
    )


def _still_worked_on(name: str) -> StillWorkedOn:
    return StillWorkedOn(
        vi=f'Cơ sở dữ liệu còn đang xử lý {name}. Sẽ thử lại.',
        en=f'The database is still at work on {name}. It is tried again.',
    )

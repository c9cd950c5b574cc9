"""A steward's decision on a delivery that waits, over HTTP: as `dothi accept` and `dothi return`."""

from typing import Any, ClassVar, Literal

from dothi.core.access.author import person_at_work
from dothi.core.access.person import Action
from dothi.core.database import Role
from dothi.core.locality import Locality
from dothi.core.text import Text
from etl.desk.decide import AlreadyDecided, Decision, accept, return_
from etl.desk.records import NoSuchDelivery, decisions, no_such_delivery, record, shown
from etl.desk.sight import report_for, sees_delivery
from etl.receipt.receipt import receipt_page
from etl.report.model import Report
from processes.base import Process, ProgressCallback, ReadData
from processes.data import Data
from processes.geojson import JSON
from processes.inputs import RECEIPT_LANG, input_field
from processes.outputs import Output
from processes.stages import stage_callback
from processes.waiting_delivery import WaitingDelivery, decision_of

HTML = 'text/html'
REASON = Text(vi='Lý do', en='Reason')


class Inputs(WaitingDelivery):
    """What `dothi accept` and `dothi return` may be told."""

    decision: Literal['accept', 'return'] = input_field(
        Text(vi='Quyết định', en='Decision'),
        Text(vi='Nhận và phát hành, hoặc trả lại.', en='Accept and release, or return.'),
        choices={'accept': Text(vi='nhận', en='accept'), 'return': Text(vi='trả lại', en='return')},
    )
    reason: str = input_field(
        REASON, Text(vi='Cơ quan sẽ đọc.', en='The agency reads it.'), min_length=1, max_length=2_000, pattern=r'\S'
    )
    lang: Literal['vi', 'en'] | None = RECEIPT_LANG


class DecideDelivery(Process[Inputs]):
    """What became of the delivery, and its receipt."""

    title = Text(vi='Quyết định một đợt giao', en='Decision on a delivery')
    description = Text(
        vi='Nhận hoặc trả lại một đợt giao đang chờ: bản gốc được kiểm tra lại theo quyết định. Cần quyền quyết định.',
        en='Accepts or returns a delivery that waits: its original is checked again with the decision. Needs the right '
        'to decide.',
    )
    audience = 'internal'
    editors_only = True
    action = Action.DECIDE
    reusable = False
    left_out_of_form = frozenset({'lang'})
    outputs: ClassVar[dict[str, Output]] = {
        'report': Output(Text(vi='Báo cáo', en='Report'), (JSON,)),
        'receipt': Output(Text(vi='Phiếu nhận', en='Receipt'), (HTML,)),
    }
    example: ClassVar[dict[str, Any]] = {'delivery': 1, 'decision': 'return', 'reason': 'Wrong zone'}

    def check(self, inputs: Inputs, locality: Locality, read: ReadData) -> None:
        """Raises NoSuchDelivery for one that the desk does not show: its report and receipt have rows of the layer."""
        with read() as data:
            if not sees_delivery(record(inputs.delivery, 'gatekeeper'), locality, data.editor):
                raise self.unknown(inputs)

    def changed_layer(self, inputs: Inputs, role: Role = 'gatekeeper') -> str:
        """The layer that the delivery is for. Raises NoSuchDelivery."""
        return record(inputs.delivery, role).layer_id

    def unknown(self, inputs: Inputs) -> NoSuchDelivery:
        """The error for a delivery that is not there."""
        return no_such_delivery(inputs.delivery)

    def run(self, inputs: Inputs, data: Data, progress: ProgressCallback) -> dict[str, Any]:
        """The report and the receipt. Raises NoSuchDelivery, AlreadyDecided, BeingDecided, DecidedMeanwhile."""
        decision = decision_of(inputs, data.editor or '', inputs.reason, data.job_id)
        report = _carried_out(inputs, decision, data, progress)
        reader = person_at_work(data.editor or '')
        shown_report = report_for(report, data.locality, reader).model_dump(mode='json') if report else {}
        receipt = receipt_page(inputs.delivery, data.locality, reader, lang=inputs.lang or 'vi')
        return {'report': shown_report, 'receipt': receipt}


def _carried_out(inputs: Inputs, decision: Decision, data: Data, progress: ProgressCallback) -> Report | None:
    """As `_carry_out`; of a job whose worker was killed after it had decided, what came of that."""
    try:
        return _carry_out(inputs, decision, data, progress)
    except AlreadyDecided:
        if decision.job is None or decision.job not in [made.job for made in decisions(inputs.delivery)]:
            raise
        return shown(inputs.delivery).report


def _carry_out(inputs: Inputs, decision: Decision, data: Data, progress: ProgressCallback) -> Report | None:
    """The report of the delivery as it is now; None of one that was returned before there was one."""
    if inputs.decision == 'accept':
        return accept(inputs.delivery, decision, data.locality.whole, stage_callback(progress))
    return return_(inputs.delivery, decision).report

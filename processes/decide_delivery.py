"""A steward's decision on a delivery that waits, over HTTP: as `dothi accept` and `dothi return`."""

from typing import Any, ClassVar, Literal

from pydantic import ValidationError

from dothi.core.access.person import Action
from dothi.core.database import Role
from dothi.core.text import Text
from etl.desk.decide import Decision, accept, return_
from etl.desk.records import NoSuchDelivery, no_such_delivery, record
from etl.receipt.receipt import receipt_page
from etl.report.model import Report
from processes.base import Process, ProgressCallback
from processes.data import Data
from processes.geojson import JSON
from processes.inputs import ProcessInputs, input_field
from processes.outputs import Output
from processes.reading.validation import InvalidInput
from processes.stages import stage_callback

HTML = 'text/html'
REASON = Text(vi='Lý do', en='Reason')
OF_DECISION = ('reason', 'crs', 'encoding', 'columns', 'scope', 'mode', 'as_of')


class Inputs(ProcessInputs):
    """What `dothi accept` and `dothi return` may be told."""

    delivery: int = input_field(
        Text(vi='Đợt giao', en='Delivery'), Text(vi='Số của đợt giao đang chờ.', en='Number of one that waits.'), ge=1,
        le=2**31 - 1,
    )  # fmt: skip
    decision: Literal['accept', 'return'] = input_field(
        Text(vi='Quyết định', en='Decision'),
        Text(vi='Nhận và phát hành, hoặc trả lại.', en='Accept and release, or return.'),
        choices={'accept': Text(vi='nhận', en='accept'), 'return': Text(vi='trả lại', en='return')},
    )
    reason: str = input_field(
        REASON, Text(vi='Cơ quan sẽ đọc.', en='The agency reads it.'), min_length=1, max_length=2_000, pattern=r'\S'
    )
    crs: str | None = input_field(
        Text(vi='Hệ tọa độ đúng', en='Right coordinate system'),
        Text(vi='Ví dụ EPSG:9209; bỏ trống là không đổi.', en='As EPSG:9209; unchanged when left out.'),
        default=None,
        max_length=200,
    )
    encoding: str | None = input_field(
        Text(vi='Bảng mã đúng', en='Right encoding'), Text(vi='utf-8, tcvn3, vni…', en='utf-8, tcvn3, vni, …'),
        default=None, max_length=200,
    )  # fmt: skip
    columns: dict[str, str] | None = input_field(
        Text(vi='Cột', en='Columns'),
        Text(vi='Tên cột trong tệp → tên cột của lớp.', en="The file's name of a column to that of the layer."),
        default=None,
    )
    scope: str | None = input_field(
        Text(vi='Phạm vi đúng', en='Right scope'),
        Text(vi='all, hoặc unit=MÃ.', en='all, or unit=CODE.'),
        default=None,
        max_length=200,
    )
    mode: Literal['replace', 'upsert'] | None = input_field(
        Text(vi='Cách giao đúng', en='Right mode'),
        Text(vi='replace hoặc upsert.', en='replace or upsert.'),
        default=None,
    )
    as_of: str | None = input_field(
        Text(vi='Ngày của dữ liệu', en='Day of the data'),
        Text(vi='YYYY-MM-DD.', en='YYYY-MM-DD.'),
        default=None,
        max_length=200,
    )


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
    outputs: ClassVar[dict[str, Output]] = {
        'report': Output(Text(vi='Báo cáo', en='Report'), (JSON,)),
        'receipt': Output(Text(vi='Phiếu nhận', en='Receipt'), (HTML,)),
    }
    example: ClassVar[dict[str, Any]] = {'delivery': 1, 'decision': 'return', 'reason': 'Wrong zone'}

    def changed_layer(self, inputs: Inputs, role: Role = 'gatekeeper') -> str:
        """The layer that the delivery is for. Raises NoSuchDelivery."""
        return record(inputs.delivery, role).layer_id

    def unknown(self, inputs: Inputs) -> NoSuchDelivery:
        """The error for a delivery that is not there."""
        return no_such_delivery(inputs.delivery)

    def run(self, inputs: Inputs, data: Data, progress: ProgressCallback) -> dict[str, Any]:
        """The report and the receipt. Raises NoSuchDelivery, AlreadyDecided, BeingDecided, DecidedMeanwhile."""
        decision = _decision(inputs, data.editor or '')
        report = _carry_out(inputs, decision, data, progress)
        receipt = receipt_page(inputs.delivery, data.locality.whole)
        return {'report': report.model_dump(mode='json') if report else {}, 'receipt': receipt}


def _carry_out(inputs: Inputs, decision: Decision, data: Data, progress: ProgressCallback) -> Report | None:
    """The report of the delivery as it is now; None of one that was returned before there was one."""
    if inputs.decision == 'accept':
        return accept(inputs.delivery, decision, data.locality.whole, stage_callback(progress))
    return return_(inputs.delivery, decision).report


def _decision(inputs: Inputs, by: str) -> Decision:
    options = {name: getattr(inputs, name) for name in OF_DECISION}
    try:
        return Decision(by=by, **options)
    except ValidationError as invalid:
        first = invalid.errors(include_url=False)[0]
        raise InvalidInput(
            vi=f'Đầu vào "{first["loc"][0]}" ({first["input"]}) không hợp lệ: scope là all hoặc unit=MÃ, ngày là '
            'YYYY-MM-DD.',
            en=f'Input "{first["loc"][0]}" ({first["input"]}) will not do: scope is all or unit=CODE, days are '
            'YYYY-MM-DD.',
        ) from None

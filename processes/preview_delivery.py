"""What a delivery that waits would change, over HTTP: kept for `/api/deliveries/{number}/changes`."""

from typing import Any, ClassVar

from dothi.core.access.author import agency_of, person_at_work
from dothi.core.access.person import Action
from dothi.core.database import Role
from dothi.core.locality import Locality
from dothi.core.text import Text
from etl.desk.preview import preview
from etl.desk.records import DeliveryRecord, NoSuchDelivery, no_such_delivery, record
from etl.desk.sight import report_for, sees_delivery
from etl.inbox.sendable import scope_of
from processes.base import Process, ProgressCallback, ReadData
from processes.data import Data
from processes.geojson import JSON
from processes.outputs import Output
from processes.stages import stage_callback
from processes.waiting_delivery import WaitingDelivery, decision_of, require_own_scope


class PreviewDelivery(Process[WaitingDelivery]):
    """The report of the delivery; what it would change is at its address."""

    title = Text(vi='Xem trước một đợt giao', en='Preview of a delivery')
    description = Text(
        vi='Tính xem một đợt giao đang chờ sẽ thêm, đổi, bỏ những gì nếu được nhận; không có gì thay đổi. Kết quả ở '
        '/api/deliveries/{số}/changes.',
        en='Works out what a delivery that waits would add, change and close if it were accepted; nothing is changed. '
        'The features are at /api/deliveries/{number}/changes.',
    )
    audience = 'internal'
    editors_only = True
    action = Action.DELIVER
    reusable = False
    outputs: ClassVar[dict[str, Output]] = {'report': Output(Text(vi='Báo cáo', en='Report'), (JSON,))}
    example: ClassVar[dict[str, Any]] = {'delivery': 1, 'crs': 'EPSG:9209'}

    def check(self, inputs: WaitingDelivery, locality: Locality, read: ReadData) -> None:
        """Raises NoSuchDelivery for one that the desk does not show, and InvalidInput for a part of another unit."""
        del locality
        with read() as data:
            _require_own(record(inputs.delivery, 'gatekeeper'), inputs, data)

    def changed_layer(self, inputs: WaitingDelivery, role: Role = 'gatekeeper') -> str:
        """The layer that the delivery is for. Raises NoSuchDelivery."""
        return record(inputs.delivery, role).layer_id

    def unknown(self, inputs: WaitingDelivery) -> NoSuchDelivery:
        """The error for a delivery that is not there."""
        return no_such_delivery(inputs.delivery)

    def run(self, inputs: WaitingDelivery, data: Data, progress: ProgressCallback) -> dict[str, Any]:
        """The report. Raises NoSuchDelivery, AlreadyDecided, OriginalMissing."""
        _require_own(record(inputs.delivery), inputs, data)
        decision = decision_of(inputs, data.editor or '', 'preview')
        report = preview(inputs.delivery, decision, data.locality.whole, stage_callback(progress))
        return report_for(report, data.locality, person_at_work(data.editor or '')).model_dump(mode='json')


def _require_own(delivery: DeliveryRecord, inputs: WaitingDelivery, data: Data) -> None:
    """A unit's office learns how many features its file would close in its own part, and nothing of the others'."""
    agency = agency_of(data.editor, data.locality.agencies)
    is_own = sees_delivery(delivery, data.locality, data.editor) if agency is None else agency == delivery.agency
    if not is_own:
        raise no_such_delivery(delivery.id)
    if agency is not None and inputs.scope is not None:
        require_own_scope(inputs.scope, scope_of(agency, delivery.layer_id, data.locality.whole))

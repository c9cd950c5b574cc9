"""A conflict between an edit and a delivery settled, over HTTP: as `dothi conflicts decide`."""

from typing import Any, ClassVar

from dothi.core.access.person import Action
from dothi.core.database import Role
from dothi.core.locality import Locality
from dothi.core.text import Text
from etl.desk.conflicts import NoConflict, Side, conflicts, decide, no_conflict
from processes.base import Process, ProgressCallback, ReadData
from processes.data import Data
from processes.geojson import JSON
from processes.inputs import ProcessInputs, input_field
from processes.outputs import Output


class Inputs(ProcessInputs):
    """What `dothi conflicts decide` is told."""

    conflict: int = input_field(
        Text(vi='Mâu thuẫn', en='Conflict'), Text(vi='Số của mâu thuẫn.', en='Its number.'), ge=1, le=2**31 - 1
    )
    take: Side = input_field(
        Text(vi='Lấy giá trị của', en='Whose values count'),
        Text(vi='Khi cả hai cùng thay đổi.', en='Where both changed it.'),
        choices={'edit': Text(vi='bản sửa', en='the edit'), 'delivery': Text(vi='đợt giao', en='the delivery')},
    )
    reason: str = input_field(
        Text(vi='Lý do', en='Reason'),
        Text(vi='Được giữ cùng bản phát hành.', en='Is kept with the release.'),
        min_length=1, max_length=2_000, pattern=r'\S',
    )  # fmt: skip


class SettleConflict(Process[Inputs]):
    """The conflict, which is closed."""

    title = Text(vi='Giải quyết một mâu thuẫn', en='A conflict settled')
    description = Text(
        vi='Quyết định giữa bản sửa và đợt giao đã thay đổi cùng một đối tượng. Cần quyền quyết định.',
        en='Decides between an edit and a delivery that changed the same feature. Needs the right to decide.',
    )
    audience = 'internal'
    editors_only = True
    action = Action.DECIDE
    reusable = False
    outputs: ClassVar[dict[str, Output]] = {'result': Output(Text(vi='Mâu thuẫn', en='Conflict'), (JSON,))}
    example: ClassVar[dict[str, Any]] = {'conflict': 1, 'take': 'edit', 'reason': 'Measured again'}

    def check(self, inputs: Inputs, locality: Locality, read: ReadData) -> None:
        """Raises NoConflict for one that the desk does not show: the result has both sides of its feature."""
        del read
        if not locality.shows_all_of(self.changed_layer(inputs)):
            raise self.unknown(inputs)

    def changed_layer(self, inputs: Inputs, role: Role = 'gatekeeper') -> str:
        """The layer of the conflict. Raises NoConflict."""
        for conflict in conflicts(None, decided=True, role=role):
            if conflict.id == inputs.conflict:
                return conflict.layer_id
        raise self.unknown(inputs)

    def unknown(self, inputs: Inputs) -> NoConflict:
        """The error for a conflict that is not there."""
        return no_conflict(inputs.conflict)

    def run(self, inputs: Inputs, data: Data, progress: ProgressCallback) -> dict[str, Any]:
        """The conflict as it is now. Raises NoConflict and AlreadyDecided."""
        progress(0.2, Text(vi='Phát hành', en='Releasing'))
        conflict = decide(inputs.conflict, inputs.take, inputs.reason, data.editor or '', data.locality.whole)
        return conflict.model_dump(mode='json')

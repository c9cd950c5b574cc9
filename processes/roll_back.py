"""A layer put back to an earlier release, over HTTP: as `dothi rollback`."""

from typing import Any, ClassVar

from dothi.core.access.person import Action
from dothi.core.database import Role
from dothi.core.text import Text
from etl.desk.rollback import rollback
from processes.base import Process, ProgressCallback
from processes.data import Data
from processes.geojson import JSON
from processes.inputs import ProcessInputs, input_field
from processes.outputs import Output
from processes.stages import stage_callback


class Inputs(ProcessInputs):
    """What `dothi rollback` is told."""

    layer: str = input_field(Text(vi='Lớp', en='Layer'), Text(vi='Mã lớp.', en='Id of the layer.'))
    release: int = input_field(
        Text(vi='Bản phát hành', en='Release'),
        Text(vi='Trở về như sau bản phát hành này.', en='The layer is to be as it was after this one.'),
        ge=1,
        le=2**31 - 1,
    )
    reason: str = input_field(
        Text(vi='Lý do', en='Reason'),
        Text(vi='Được giữ cùng bản phát hành mới.', en='Is kept with the new release.'),
        min_length=1, max_length=2_000, pattern=r'\S',
    )  # fmt: skip
    dry_run: bool = input_field(
        Text(vi='Chỉ thử', en='Dry run'),
        Text(
            vi='Cho biết sẽ thay đổi bao nhiêu, không phát hành.',
            en='Says how much would change, and releases nothing.',
        ),
        default=False,
    )


class RollBack(Process[Inputs]):
    """The new release, which is as the earlier one."""

    title = Text(vi='Trở về bản phát hành trước', en='Back to an earlier release')
    description = Text(
        vi='Phục vụ lại một lớp như sau một bản phát hành trước; đây cũng là một bản phát hành. Xem trước bằng '
        'dry_run, và bằng compare-releases theo đơn vị. Cần quyền quyết định.',
        en='Serves a layer again as it was after an earlier release; this is a release, too. See what would change '
        'by dry_run, and by units with compare-releases first. Needs the right to decide.',
    )
    audience = 'internal'
    editors_only = True
    action = Action.DECIDE
    reusable = False
    outputs: ClassVar[dict[str, Output]] = {'result': Output(Text(vi='Kết quả', en='Outcome'), (JSON,))}
    example: ClassVar[dict[str, Any]] = {'layer': 'schools', 'release': 1, 'reason': 'The wrong file'}

    def changed_layer(self, inputs: Inputs, role: Role = 'gatekeeper') -> str:
        """The layer that is put back."""
        del role
        return inputs.layer

    def run(self, inputs: Inputs, data: Data, progress: ProgressCallback) -> dict[str, Any]:
        """What it came to. Raises UnknownLayer, NoSuchRelease, DemonstrationLeft, OtherShape, RasterMissing."""
        by, callback = data.editor or '', stage_callback(progress)
        outcome = rollback(
            inputs.layer, inputs.release, inputs.reason, by, data.locality.whole, callback, dry_run=inputs.dry_run
        )
        return outcome.model_dump(mode='json')

"""A result kept as a layer of the planner's own. How to use it: docs/how-to/read-and-keep-results.md."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar

from dothi.core import own_layers
from dothi.core.access.claims import claimed_class
from dothi.core.crs import WGS84, proj_string
from dothi.core.database import Role, connection
from dothi.core.errors import DataRefused
from dothi.core.layer import Audience, Layer
from dothi.core.layer_sync import grow_generation, sync_layer
from dothi.core.locality import Locality
from dothi.core.migrate import lock_migration
from dothi.core.text import Text
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from etl.moving import move
from etl.report.model import Report as DeliveryReport
from processes.base import Process, ProgressCallback
from processes.data import Data
from processes.forms.own_layer import features_of, must_be_free, must_be_open, origin_of, own_layer, write_features
from processes.forms.stored import StoredResult, read_stored, sources_of
from processes.geojson import JSON
from processes.inputs import JOB, OUTPUT, ProcessInputs, input_field
from processes.outputs import Output

LAYER_ID = r'^[a-z][a-z0-9_]{0,39}$'


class ResultReturned(DataRefused):
    """The features of a result do not pass the checks of a delivery."""


# XML, of which feeds and capabilities are made, has no control characters.
TITLE = r'^[^\x00-\x1f\x7f-\x9f\ufffe\uffff]*$'


class Inputs(ProcessInputs):
    """The result to be kept, and the id and titles of its layer."""

    job: str = JOB
    output: str | None = OUTPUT
    id: str = input_field(
        Text(vi='Mã lớp', en='Id of the layer'),
        Text(
            vi='Chữ thường không dấu, số và _; mã của lớp đã giữ thì thay nội dung lớp đó.',
            en='Lower case letters, digits and _; the id of a layer that was kept gives it this content.',
        ),
        pattern=LAYER_ID,
    )
    title: str = input_field(
        Text(vi='Tên lớp', en='Title'),
        Text(vi='Tên hiển thị bằng tiếng Việt.', en='What it is called in Vietnamese.'),
        min_length=1,
        max_length=200,
        pattern=TITLE,
    )
    title_en: str | None = input_field(
        Text(vi='Tên tiếng Anh', en='English title'),
        Text(vi='Bỏ trống thì dùng tên tiếng Việt.', en='The Vietnamese one when left out.'),
        default=None,
        max_length=200,
        pattern=TITLE,
    )


class KeepResult(Process[Inputs]):
    """A layer of the internal service, changed by releases like any other."""

    title = Text(vi='Giữ kết quả làm lớp', en='A result kept as a layer')
    description = Text(
        vi='Đưa các đối tượng của một kết quả thành lớp dữ liệu nội bộ, dùng được như mọi lớp. Cần quyền công bố.',
        en='Makes the features of a result a layer of the internal service, like any other. Needs the right to '
        'publish.',
    )
    audience: ClassVar[Audience] = 'internal'
    editors_only = True
    reusable = False
    outputs: ClassVar[dict[str, Output]] = {
        'result': Output(Text(vi='Lớp đã giữ', en='The layer that was kept'), (JSON,))
    }
    example: ClassVar[dict[str, Any]] = {
        'job': '00000000-0000-0000-0000-000000000000',
        'id': 'tram_y_te_1km',
        'title': 'Health stations, 1 km',
    }

    def changed_layer(self, inputs: Inputs, role: Role = 'gatekeeper') -> str | None:
        """The layer that is given other content; None for a new one."""
        del role
        return inputs.id if inputs.id in {file.stem for file in own_layers.files()} else None

    def run(self, inputs: Inputs, data: Data, progress: ProgressCallback) -> dict[str, Any]:
        """Collection, release and number of features of the layer.

        Raises UnknownJob, NoResult, ResultGone, NoSuchOutput, SeenBySome, NotKept, NameTaken, NobodyKeeps, BadFeatures,
        UnsafeLayerChange where a kept layer has other columns, ResultReturned.
        """
        place, title = data.locality, Text(vi=inputs.title, en=inputs.title_en or inputs.title)
        progress(0.1, Text(vi='Đọc kết quả', en='Reading the result'))
        result = read_stored(inputs.job, inputs.output, data)
        must_be_open(result.readings, claimed_class())
        request_layer = features_of(result, inputs.id, title)
        # last: whoever tries ids to learn of layers that they do not see keeps a layer in everybody's sight at each try
        must_be_free(inputs.id, place.whole)
        layer = own_layer(request_layer, title, result, sources_of(result, data), place)
        file = data.draft(f'{inputs.id}.gpkg')
        write_features(
            request_layer, move(request_layer.shapes, proj_string(WGS84), proj_string(place.srid)), place.srid, file
        )
        progress(0.4, Text(vi='Phát hành', en='Releasing'))
        with registered_layer(layer, place) as locality_with_layer:
            options = _delivery_options(layer, result, data)
            report = deliver(file, options, locality_with_layer, program='keep-result')
            _must_be_released(report)
        return {'collection': layer.id, 'release': report.release, 'features': len(request_layer.rows)}


@contextmanager
def registered_layer(layer: Layer, place: Locality) -> Iterator[Locality]:
    """The locality with the layer, whose file and tables are there; both as before where what follows fails.

    Tables of a layer that was not there before stay, without rows: they are taken up by the next try.
    """
    before = place.layers.get(layer.id)
    own_layers.write(layer)
    try:
        with connection('owner') as db:
            lock_migration(db)
            if sync_layer(db, layer, place):
                grow_generation(db)
        yield replace(place, layers=place.layers | {layer.id: layer}, own=place.own | {layer.id})
    except BaseException:
        if before is None:
            own_layers.remove(layer.id)
        else:
            own_layers.write(before)
        raise


def _delivery_options(layer: Layer, result: StoredResult, data: Data) -> DeliveryOptions:
    """A delivery in the name of whoever keeps results; what the layer held before is of no account."""
    return DeliveryOptions(
        layer=layer.id,
        crs=layer.source.crs,
        accept_loss=True,
        origin='demo' if result.summary.get('demo') else 'delivery',
        sender=data.editor,
        note=origin_of(result, sources_of(result, data), 'vi'),
    )


def _must_be_released(report: DeliveryReport) -> None:
    if report.verdict != 'accepted':
        first = report.rows.bad[0] if report.rows.bad else None
        raise ResultReturned(
            vi=f'Không giữ được kết quả: {first.message if first else report.verdict}',
            en=f'The result cannot be kept: {first.message_en if first else report.verdict}',
        )

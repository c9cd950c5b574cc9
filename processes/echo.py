"""The process `echo` for people who write clients: every kind of input comes back as it was understood.

The inputs and outputs are those of the EchoProcess of OGC 18-062r2, but that none is required.
"""

import base64
import json
import time
from typing import Annotated, Any, ClassVar

from dothi.core.job_settings import JobSettings
from dothi.core.layer import Audience
from dothi.core.text import Text
from processes.base import Process, ProgressCallback
from processes.data import Data
from processes.echo_schemas import (
    ARRAY,
    BOX,
    COMPLEX,
    CRS84,
    DATE,
    DOUBLE,
    FEATURES,
    GEOMETRY,
    GML,
    IMAGE,
    IMAGES,
    KML,
    MEASURE,
    STRING,
    Fits,
    FitsMedia,
    bare_media_type,
    is_collection,
    is_geometry,
    is_image,
)  # fmt: skip
from processes.geojson import GEOJSON, JSON
from processes.inputs import ProcessInputs, input_field
from processes.outputs import Output, ResultFile

TEXT = 'text/plain'
SUFFIXES = {'image/tiff': 'tif', 'image/jp2': 'jp2', 'application/gml+xml': 'gml', KML: 'kml'}
LONGEST_PAUSE_S, STEP_S = 300, 0.25


def _pair_of_texts(en: str, vi: str) -> tuple[Text, Text]:
    """Title and description of an input."""
    return Text(vi=vi, en=en), Text(vi=f'{vi}, được trả lại nguyên vẹn.', en=f'{en}, given back as it came.')


class Inputs(ProcessInputs):
    """As in the standard's example, and a pause."""

    stringInput: Annotated[Any, Fits(STRING)] = input_field(*_pair_of_texts('A text', 'Một chuỗi'), default=None)
    measureInput: Annotated[Any, Fits(MEASURE)] = input_field(
        *_pair_of_texts('A number with its unit', 'Một số kèm đơn vị'), default=None
    )
    dateInput: Annotated[Any, Fits(DATE)] = input_field(*_pair_of_texts('A moment', 'Một thời điểm'), default=None)
    doubleInput: Annotated[Any, Fits(DOUBLE)] = input_field(
        *_pair_of_texts('A number above 0, 10 at most', 'Một số lớn hơn 0, không quá 10'), default=5.0
    )
    arrayInput: Annotated[Any, Fits(ARRAY)] = input_field(
        *_pair_of_texts('2 to 10 whole numbers as one value', 'Từ 2 đến 10 số nguyên, là một giá trị'), default=None
    )
    complexObjectInput: Annotated[Any, Fits(COMPLEX)] = input_field(
        *_pair_of_texts('An object of several parts', 'Một đối tượng nhiều phần'), default=None
    )
    geometryInput: Annotated[Any, FitsMedia(GEOMETRY, is_geometry, 5)] = input_field(
        *_pair_of_texts('Up to 5 geometries in GeoJSON or GML', 'Nhiều nhất 5 hình học, GeoJSON hoặc GML'),
        default=None,
        occurs=5,
    )
    boundingBoxInput: Annotated[Any, Fits(BOX)] = input_field(
        *_pair_of_texts('A bounding box', 'Một khung'), default=None
    )
    imagesInput: Annotated[Any, FitsMedia(IMAGE, is_image, 150)] = input_field(
        *_pair_of_texts('Up to 150 images in base64 or by reference', 'Nhiều nhất 150 ảnh, base64 hoặc tham chiếu'),
        default=None,
        occurs=150,
    )
    featureCollectionInput: Annotated[Any, FitsMedia(FEATURES, is_collection)] = input_field(
        *_pair_of_texts('Features in GeoJSON, GML or KML', 'Các đối tượng, GeoJSON, GML hoặc KML'), default=None
    )
    pause: float = input_field(
        Text(vi='Tạm dừng', en='Pause'),
        Text(
            vi='Chờ bao lâu rồi mới trả lời, để thử tác vụ.', en='How long to wait before the answer, to try out jobs.'
        ),
        unit='s',
        default=0.0,
        ge=0,
        le=LONGEST_PAUSE_S,
    )


class Echo(Process[Inputs]):
    """Reads no data; what is given by reference comes back as that reference, and nothing is fetched for it."""

    takes_scenario = False
    title = Text(vi='Tiếng vọng', en='Echo')
    description = Text(
        vi='Trả lại từng đầu vào, cho người viết phần mềm gọi API này. Không đầu vào nào bắt buộc.',
        en='Gives each input back, for people who write clients of this API. No input is required.',
    )
    example: ClassVar[dict[str, Any]] = {
        'stringInput': 'Value1',
        'doubleInput': 3.14159,
        'arrayInput': [1, 2, 3],
        'boundingBoxInput': {'bbox': [106.0, 20.0, 106.5, 20.5], 'crs': CRS84[0]},
    }
    # an echo that comes at once has not paused
    reusable = False
    qualified = frozenset(('geometryInput', 'imagesInput', 'featureCollectionInput'))
    # OGC's suite takes the address of the job out of the header Link with the brackets that RFC 8288 puts around it,
    # and fails. A job that only gave back what came is not worth the header, and the standard leaves it to us.
    monitored = False
    outputs: ClassVar[dict[str, Output]] = {
        'stringOutput': Output(Text(vi='Chuỗi', en='Text'), (TEXT,), STRING),
        'measureOutput': Output(Text(vi='Số kèm đơn vị', en='Number with its unit'), (JSON,), MEASURE),
        'dateOutput': Output(Text(vi='Thời điểm', en='Moment'), (TEXT,), DATE),
        'doubleOutput': Output(Text(vi='Số', en='Number'), (JSON,), DOUBLE),
        'arrayOutput': Output(Text(vi='Mảng', en='Array'), (JSON,), ARRAY),
        'complexObjectOutput': Output(Text(vi='Đối tượng', en='Object'), (JSON,), COMPLEX),
        'geometryOutput': Output(Text(vi='Hình học', en='Geometry'), (GEOJSON,), GEOMETRY),
        'boundingBoxOutput': Output(Text(vi='Khung', en='Bounding box'), (JSON,), BOX),
        'imagesOutput': Output(Text(vi='Ảnh', en='Images'), (JSON,), IMAGE),
        'featureCollectionOutput': Output(Text(vi='Các đối tượng', en='Features'), (GEOJSON,), FEATURES),
    }

    @classmethod
    def offered_to(cls, audience: Audience) -> bool:
        """Strangers get nothing from it, and may make it wait: theirs only where a test suite is to drive it."""
        return audience == 'internal' or JobSettings().public_echo == 'yes'

    def cost_s(self, inputs: Inputs) -> float:
        """The pause that was asked for, and a tenth of a second."""
        return 0.1 + inputs.pause

    def run(self, inputs: Inputs, data: Data, progress: ProgressCallback) -> dict[str, Any]:
        """Gives each input back as the output of the same name."""
        _wait_and_report(inputs.pause, progress)
        outputs = {}
        for name in (field for field in Inputs.model_fields if field != 'pause' and getattr(inputs, field) is not None):
            value = getattr(inputs, name)
            output = f'{name.removesuffix("Input")}Output'
            outputs[output] = _unqualified(output, value, data) if name in self.qualified else value
        return outputs


def _wait_and_report(pause_s: float, progress: ProgressCallback) -> None:
    """Returns after the pause, and says all the while how much of it is over."""
    begun = time.monotonic()
    while (over_s := time.monotonic() - begun) < pause_s:
        progress(over_s / pause_s, Text(vi=f'Còn {pause_s - over_s:.0f} giây', en=f'{pause_s - over_s:.0f} s left'))
        time.sleep(min(STEP_S, pause_s - over_s))


def _unqualified(output: str, value: Any, data: Data) -> Any:
    """The value alone where it is one: features and geometries as they are, text and images as files of their type.

    Several, and references, come back as they were described.
    """
    if isinstance(value, list) or 'href' in value:
        return _write_file(output, json.dumps(value, ensure_ascii=False).encode(), JSON, data)
    if not isinstance(value['value'], str):
        return value['value']
    if output == 'imagesOutput':
        return _write_file(output, base64.b64decode(value['value']), value.get('mediaType', IMAGES[0]), data)
    return _write_file(output, value['value'].encode(), value.get('mediaType', GML), data)


def _write_file(output: str, content: bytes, media_type: str, data: Data) -> ResultFile:
    name = f'{output}.{SUFFIXES.get(bare_media_type(media_type), "json")}'
    draft = data.draft(name)
    draft.write_bytes(content)
    return ResultFile(draft, media_type, name, 1)

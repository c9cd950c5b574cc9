"""A delivery over HTTP, for whoever may deliver: the ordinary door, with its report and its receipt."""

import base64
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ValidationError, WithJsonSchema

from dothi.core.access.author import agency_of, person_at_work
from dothi.core.access.person import Action, Person
from dothi.core.clock import today
from dothi.core.database import Role
from dothi.core.locality import Locality, UnknownLayer
from dothi.core.text import Lang, Text
from etl.desk.deliver import deliver
from etl.desk.file_name import FILE_NAME, LONGEST_FILE_NAME, is_file_name
from etl.desk.options import DeliveryOptions
from etl.desk.sight import report_for
from etl.desk.uploads import UPLOAD_ID, Upload, upload_of, write_upload
from etl.inbox.sendable import scope_of, sendable
from etl.receipt.receipt import receipt_page
from etl.report.html import page
from etl.report.model import Report as DeliveryReport
from processes.base import Process, ProgressCallback, ReadData
from processes.data import Data
from processes.geojson import JSON
from processes.inputs import RECEIPT_LANG, ProcessInputs, input_field
from processes.outputs import Output
from processes.reading.validation import InvalidInput
from processes.stages import stage_callback
from processes.waiting_delivery import require_own_scope

HTML = 'text/html'
# Members of a letter, and the inputs that say them.
LETTER_INPUTS = {'number': 'letter', 'dated': 'letter_date', 'signatory': 'letter_by'}
LETTER_FILE = ('letter_file', 'letter_file_name')


class Inputs(ProcessInputs):
    """The same options as those of `dothi deliver`."""

    layer: str = input_field(Text(vi='Lớp', en='Layer'), Text(vi='Mã lớp được giao.', en='Id of the layer.'))
    file: Annotated[str | None, WithJsonSchema({'type': 'string', 'format': 'byte'})] = input_field(
        Text(vi='Tệp', en='File'),
        Text(
            vi='Tệp; nhiều phần thì nén zip. Qua API: mã hóa base64, {"value": "…", "encoding": "base64"}, hoặc '
            '"upload" với tệp lớn.',
            en='The file; zip what has several parts. By the API in base64: {"value": "…", "encoding": "base64"}, or '
            '"upload" for a large one.',
        ),
        default=None,
    )
    upload: str | None = input_field(
        Text(vi='Tệp đã gửi', en='Upload'),
        Text(
            vi='Thay cho "file": mã của tệp đã gửi từng phần (tus) tới /api/uploads.',
            en='In place of "file": the id of a file that came in parts (tus) to /api/uploads.',
        ),
        default=None,
        pattern=UPLOAD_ID,
    )
    file_name: str | None = input_field(
        Text(vi='Tên tệp', en='Name of the file'),
        Text(
            vi='Đuôi tên cho biết định dạng. Tệp gửi từng phần đã có tên.',
            en='Its suffix tells the format. A file that came in parts has its name.',
        ),
        default=None,
        max_length=LONGEST_FILE_NAME,
        pattern=FILE_NAME,
    )
    scope: str = input_field(
        Text(vi='Phạm vi', en='Scope'),
        Text(
            vi='all, hoặc unit=MÃ đơn vị. Mã của một đơn vị chỉ giao phần của đơn vị đó.',
            en="all, or unit=CODE of a unit. A unit's token delivers the part of that unit only.",
        ),
        default='all',
    )
    mode: Literal['replace', 'upsert'] = input_field(
        Text(vi='Cách giao', en='Mode'),
        Text(
            vi='replace bỏ những gì tệp không còn có, upsert chỉ thêm và sửa.',
            en='replace closes what the file no longer has, upsert only adds and changes.',
        ),
        default='replace',
        choices={
            'replace': Text(vi='thay thế', en='replace'),
            'upsert': Text(vi='thêm và cập nhật', en='add and update'),
        },
    )
    as_of: str | None = input_field(
        Text(vi='Ngày của dữ liệu', en='Day of the data'), Text(vi='YYYY-MM-DD.', en='YYYY-MM-DD.'), default=None
    )
    crs: str | None = input_field(
        Text(vi='Hệ tọa độ', en='Coordinate system'),
        Text(vi='Khi tệp không ghi: EPSG:9209.', en='Where the file says none: EPSG:9209.'),
        default=None,
    )
    encoding: str | None = input_field(
        Text(vi='Bảng mã', en='Encoding'),
        Text(vi='Của chữ trong tệp: utf-8, tcvn3, vni…', en='Of its text: utf-8, tcvn3, vni, …'),
        default=None,
    )
    columns: dict[str, str] | None = input_field(
        Text(vi='Cột', en='Columns'),
        Text(vi='Tên cột trong tệp → tên cột của lớp.', en="The file's name of a column to that of the layer."),
        default=None,
    )
    note: str | None = input_field(
        Text(vi='Ghi chú', en='Note'),
        Text(vi='Được giữ cùng đợt giao.', en='Is kept with the delivery.'),
        default=None,
        max_length=2_000,
    )
    letter: str | None = input_field(
        Text(vi='Số công văn', en='Official letter'),
        Text(vi='Số của công văn kèm theo: 123/SXD-QLN.', en='Number of the letter that came with it: 123/SXD-QLN.'),
        default=None,
        max_length=60,
    )
    letter_date: str | None = input_field(
        Text(vi='Ngày công văn', en='Day of the letter'),
        Text(vi='YYYY-MM-DD; bỏ trống là hôm nay.', en='YYYY-MM-DD; today when left out.'),
        default=None,
    )
    letter_by: str | None = input_field(
        Text(vi='Người ký', en='Signatory'),
        Text(vi='Chức vụ, không phải tên.', en='The role of who signed, not a name.'),
        default=None,
        max_length=200,
    )
    letter_file: Annotated[str | None, WithJsonSchema({'type': 'string', 'format': 'byte'})] = input_field(
        Text(vi='Tệp công văn', en='File of the letter'),
        Text(
            vi='Bản quét, mã hóa base64 hoặc tham chiếu như "file"; được giữ cùng đợt giao.',
            en='A scan of it, in base64 or by reference as "file"; it is kept with the delivery.',
        ),
        default=None,
    )
    letter_file_name: str = input_field(
        Text(vi='Tên tệp công văn', en='Name of the file of the letter'),
        Text(vi='Với đuôi tên: cong-van.pdf.', en='With its suffix: cong-van.pdf.'),
        default='cong-van.pdf',
        max_length=200,
        pattern=FILE_NAME,
    )
    dry_run: bool = input_field(
        Text(vi='Chỉ thử', en='Dry run'),
        Text(vi='Kiểm tra, không phát hành.', en='Does all but release.'),
        default=False,
    )
    lang: Literal['vi', 'en'] | None = RECEIPT_LANG


class DeliverLayer(Process[Inputs]):
    """Report and receipt of a delivery."""

    title = Text(vi='Giao dữ liệu một lớp', en='Delivery of a layer')
    description = Text(
        vi='Nhận tệp của cơ quan, kiểm tra và phát hành nếu không có gì phải hỏi. Cần quyền giao tệp.',
        en="Takes an agency's file, checks it, and releases it unless a person has to decide. Needs the right "
        'to deliver.',
    )
    audience = 'internal'
    editors_only = True
    action = Action.DELIVER
    reusable = False
    upload = 'file'
    in_parts = 'upload'
    left_out_of_form = frozenset({'upload', 'file_name', 'lang'})
    attachment = 'letter_file'
    outputs: ClassVar[dict[str, Output]] = {
        'report': Output(Text(vi='Báo cáo', en='Report'), (JSON,)),
        'receipt': Output(Text(vi='Phiếu nhận', en='Receipt'), (HTML,)),
    }
    example: ClassVar[dict[str, Any]] = {
        'layer': 'schools',
        'file': 'TUFfVFJVT05HLFRFTl9UUlVPTkcK',
        'file_name': 'truong.csv',
        'dry_run': True,
    }

    def check(self, inputs: Inputs, locality: Locality, read: ReadData) -> None:
        """Raises InvalidInput without a file or a name that it may have, and NoSuchUpload for what is not there."""
        del locality
        if (inputs.file is None) == (inputs.upload is None):
            raise InvalidInput(
                vi='Cần một trong hai: "file" có tệp, hoặc "upload" có mã của tệp đã gửi từng phần.',
                en='Either "file" with the file or "upload" with the id of one that came in parts is needed.',
            )
        if inputs.upload is None and inputs.file_name is None:
            raise InvalidInput(vi='Thiếu đầu vào "file_name".', en='The input "file_name" is missing.')
        _require_file_names(inputs)
        if inputs.upload is not None:
            with read() as data:
                _require_whole(upload_of(inputs.upload, data.editor or ''))

    def changed_layer(self, inputs: Inputs, role: Role = 'gatekeeper') -> str:
        """The layer that the file is for."""
        del role
        return inputs.layer

    def run(self, inputs: Inputs, data: Data, progress: ProgressCallback) -> dict[str, Any]:
        """The report and the receipt of the delivery.

        Raises UnknownLayer for what the token may not deliver, and what `etl.desk.deliver.deliver` raises.
        """
        _must_be_allowed(inputs.layer, data)
        options = _with_letter_file(_delivery_options(inputs, data), inputs, data)
        file = _delivered_file(inputs, data)
        report = deliver(file, options, data.locality.whole, stage_callback(progress), 'deliver-layer')
        reader = person_at_work(data.editor or '')
        report = report_for(report, data.locality, reader)
        receipt = _receipt_text(report, inputs.lang or 'vi', data, reader)
        return {'report': report.model_dump(mode='json'), 'receipt': receipt}


def _delivered_file(inputs: Inputs, data: Data) -> Path:
    """The file under its name, in the folder of the run. Raises NoSuchUpload."""
    if inputs.upload is None:
        file = data.draft(inputs.file_name or '')
        file.write_bytes(base64.b64decode(inputs.file or ''))
        return file
    upload = upload_of(inputs.upload, data.editor or '', 'loader')
    file = data.draft(inputs.file_name or upload.name)
    write_upload(upload, file)
    return file


def _require_file_names(inputs: Inputs) -> None:
    """Raises InvalidInput for a name that no folder takes: a Vietnamese letter has up to three bytes."""
    for field, name in (('file_name', inputs.file_name), ('letter_file_name', inputs.letter_file_name)):
        if name is not None and not is_file_name(name):
            raise InvalidInput(
                vi=f'Đầu vào "{field}" ({name}): tên quá dài, hoặc có dấu cách ở đầu hay cuối. Đặt tên ngắn hơn.',
                en=f'Input "{field}" ({name}): the name is too long, or begins or ends with a blank. Shorten it.',
            )


def _require_whole(upload: Upload) -> None:
    """Raises InvalidInput for a file of which parts are missing."""
    if not upload.is_whole:
        raise InvalidInput(
            vi=f'Tệp {upload.id} mới có {upload.received_bytes} trên {upload.length_bytes} byte. Gửi tiếp rồi giao.',
            en=f'Of the upload {upload.id}, {upload.received_bytes} of {upload.length_bytes} bytes are here. Send the '
            'rest, then deliver it.',
        )


def _must_be_allowed(layer: str, data: Data) -> None:
    """An agency may send what its inbox takes, everybody else what they see; raises UnknownLayer for the rest."""
    place, allowed = data.locality, _allowed_layers(data)
    if layer not in allowed and layer not in place.broken:
        raise UnknownLayer.with_suggestion(
            layer,
            allowed,
            vi=f'Không có lớp "{layer}" mà mã này được giao.',
            en=f'There is no layer "{layer}" that this token may deliver.',
        )


def _allowed_layers(data: Data) -> Collection[str]:
    place, agency = data.locality, _agency_of_editor(data)
    if agency is not None:
        return sendable(agency, place).keys()
    return {*place.layers_for(data.audience), *place.coverages_for(data.audience)}


def _agency_of_editor(data: Data) -> str | None:
    return agency_of(data.editor, data.locality.agencies)


def _delivery_scope(inputs: Inputs, data: Data) -> str:
    """The scope that was asked for; a unit's office speaks for its unit only, where the layer is somebody else's."""
    agency = _agency_of_editor(data)
    only = scope_of(agency, inputs.layer, data.locality) if agency else 'all'
    if only == 'all':
        return inputs.scope
    if inputs.scope != 'all':
        require_own_scope(inputs.scope, only)
    return only


def _delivery_options(inputs: Inputs, data: Data) -> DeliveryOptions:
    """The options of the delivery; its sender is whose token it was, and an agency's token speaks for the agency."""
    options = inputs.model_dump(
        exclude={'file', 'upload', 'file_name', 'lang', *LETTER_INPUTS.values(), *LETTER_FILE}, exclude_none=True
    )
    options |= {'letter': _letter(inputs, data), 'agency': _agency_of_editor(data), 'sender': data.editor}
    options['scope'] = _delivery_scope(inputs, data)
    try:
        return DeliveryOptions.model_validate(options)
    except ValidationError as invalid:
        first = invalid.errors(include_url=False)[0]
        name = LETTER_INPUTS.get(str(first['loc'][-1]), first['loc'][0])
        raise InvalidInput(
            vi=f'Đầu vào "{name}" ({first["input"]}) không hợp lệ: scope là all hoặc unit=MÃ, ngày là YYYY-MM-DD.',
            en=f'Input "{name}" ({first["input"]}) will not do: scope is all or unit=CODE, days are YYYY-MM-DD.',
        ) from None


def _letter(inputs: Inputs, data: Data) -> dict[str, Any] | None:
    """The official letter, not validated yet; None without a number. Raises InvalidInput for a letter without one."""
    if inputs.letter:
        dated = inputs.letter_date or today(data.locality.place.zone)
        return {'number': inputs.letter, 'dated': dated, 'signatory': inputs.letter_by}
    if inputs.letter_date or inputs.letter_by or inputs.letter_file:
        raise InvalidInput(
            vi='Công văn cần có số: điền "letter", hoặc bỏ các đầu vào khác về công văn.',
            en='A letter needs its number: fill in "letter", or leave out what else is said of a letter.',
        )
    return None


def _with_letter_file(options: DeliveryOptions, inputs: Inputs, data: Data) -> DeliveryOptions:
    """The options with the letter's file in the store; a dry run keeps nothing."""
    if options.letter is None or inputs.letter_file is None or inputs.dry_run:
        return options
    # in a folder of its own: what is delivered may have the same name
    scan = data.draft('.letter') / inputs.letter_file_name
    scan.parent.mkdir()
    scan.write_bytes(base64.b64decode(inputs.letter_file))
    return options.model_copy(update={'letter': options.letter.kept(scan)})


def _receipt_text(report: DeliveryReport, lang: Lang, data: Data, reader: Person | None) -> str:
    """What the focal point reads; of a dry run, which is not recorded, the page of the report."""
    if report.delivery is None:
        return page(report, data.locality.whole.described(report.layer).title, lang, for_stewards=False)
    return receipt_page(report.delivery, data.locality, reader, lang=lang)

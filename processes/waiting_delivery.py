"""A delivery that waits for a decision, and how its file is to be read: inputs of a decision and of a preview."""

from typing import Literal

from pydantic import ValidationError

from dothi.core.text import Text
from etl.desk.decide import Decision
from processes.inputs import ProcessInputs, input_field
from processes.reading.validation import InvalidInput


class WaitingDelivery(ProcessInputs):
    """What is left out stays as the delivery says."""

    delivery: int = input_field(
        Text(vi='Đợt giao', en='Delivery'), Text(vi='Số của đợt giao đang chờ.', en='Number of one that waits.'), ge=1,
        le=2**31 - 1,
    )  # fmt: skip
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


def require_own_scope(scope: str, only: str) -> None:
    """Raises InvalidInput for another part of the layer than `only`, where that is not all of it."""
    if only not in ('all', scope):
        raise InvalidInput(
            vi=f'Đầu vào "scope" ({scope}): mã này chỉ được giao {only}.',
            en=f'Input "scope" ({scope}): this token may only deliver {only}.',
        )


def decision_of(inputs: WaitingDelivery, by: str, reason: str, job_id: str = '') -> Decision:
    """The decision with the options of the inputs. Raises InvalidInput."""
    options = {name: getattr(inputs, name) for name in WaitingDelivery.model_fields if name != 'delivery'}
    try:
        return Decision(by=by, reason=reason, job=job_id or None, **options)
    except ValidationError as invalid:
        first = invalid.errors(include_url=False)[0]
        raise InvalidInput(
            vi=f'Đầu vào "{first["loc"][0]}" ({first["input"]}) không hợp lệ: scope là all hoặc unit=MÃ, ngày là '
            'YYYY-MM-DD.',
            en=f'Input "{first["loc"][0]}" ({first["input"]}) will not do: scope is all or unit=CODE, days are '
            'YYYY-MM-DD.',
        ) from None

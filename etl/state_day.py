"""Which day the rows of a file speak of, where nobody said it: units of another day than the map's."""

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from dothi.core.layer import Layer
from dothi.core.text import Text
from etl.doctor.rows.values import attributes
from etl.formats.source import RawBatch
from etl.prepare import Plan


def day_of_rows(batch: RawBatch, plan: Plan, on: date) -> date | None:
    """The latest day on which a row of the batch begins to be valid, where none of them is valid on `on`; else None.

    None as well where the layer has no period of validity, or the file none of its days.
    """
    if plan.layer.publish.validity is None:
        return None
    begins, ends = periods(batch, plan)
    if begins.null_count == len(begins) or _valid_on(begins, ends, on):
        return None
    return pc.max(begins).as_py()  # type: ignore[no-any-return]


def periods(batch: RawBatch, plan: Plan) -> tuple[pa.Array, pa.Array]:
    """First day of validity, and first day after it, of each row as the file says them; null where it does not."""
    typed, _ = attributes(batch.columns, plan.layer, plan.matching, plan.decoder.decode, len(batch))
    unsaid = pa.nulls(len(batch), pa.date32())
    begins, ends = (typed.get(name, unsaid) for name in plan.layer.publish.validity or ())
    return begins, ends


def _valid_on(begins: pa.Array, ends: pa.Array, on: date) -> bool:
    begun = pc.fill_null(pc.less_equal(begins, on), True)
    lasting = pc.fill_null(pc.greater(ends, on), True)
    return bool(pc.any(pc.and_(begun, lasting)).as_py())


def unseen_note(layer: Layer, day: date, shown: date) -> Text:
    """What a report says where the map of its day does not show what was delivered, and how to see it."""
    address = f'/api/collections/{layer.id}/map?datetime={day}'
    return Text(
        vi=f'Dữ liệu là của ngày {day:%d/%m/%Y}; bản đồ đang hiện ngày {shown:%d/%m/%Y} nên chưa thấy. Xem: {address} '
        f'(hoặc /items?datetime={day}). Dữ liệu của các ngày khác được giữ nguyên.',
        en=f'The data are of {day}; the map shows {shown} and does not have them yet. See {address} '
        f'(or /items?datetime={day}). The data of other days stay as they are.',
    )

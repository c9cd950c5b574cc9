"""What facilities can take: the column that says so, and the share of the people who need them."""

from typing import Any

import numpy as np
from psycopg2 import sql

from dothi.core.arrays import Floats
from dothi.core.errors import WrongUse
from dothi.core.text import Text
from processes.data import Data
from processes.inputs import LayerRef, input_field
from processes.reading.layers import column_identifier

DEMAND_PCT = input_field(
    Text(vi='Tỷ lệ người có nhu cầu', en='Share of people in demand'),
    Text(
        vi='Bao nhiêu phần trăm dân số dùng dịch vụ, ví dụ tỷ lệ trẻ em đúng tuổi học.',
        en='Per cent of the people who use the service, such as children of the age for that school.',
    ),
    default=100.0,
    unit='%',
    gt=0,
    le=100,
)


def capacity_column_field(**more: Any) -> Any:
    """The input that names the column with the capacity of the facilities."""
    return input_field(
        Text(vi='Cột sức chứa', en='Column of the capacity'),
        Text(
            vi='Cột ghi số chỗ, số giường… của mỗi cơ sở, như places.',
            en='The column with the places, beds … of each facility, such as places.',
        ),
        hint=Text(
            vi='Cột ghi số chỗ, số giường… của mỗi cơ sở.', en='The column with the places, beds … of each facility.'
        ),
        column_of='facilities',
        max_length=100,
        **more,
    )


class NoCapacity(WrongUse):
    """The column of the capacity holds no numbers."""


def read_capacities(layer_ref: LayerRef, narrowed_by: str | None, column: str, data: Data) -> tuple[Floats, int]:
    """The capacity by facility in the order of their codes, 0 where none is written, and of how many that is so.

    Raises NoCapacity.
    """
    layer, rows = data.source(layer_ref, narrowed_by)
    code = column_identifier(layer, layer.identifier, data.audience)
    identifier = column_identifier(layer, column, data.audience)
    if layer.columns[column].type not in ('integer', 'number'):
        raise NoCapacity(
            vi=f'capacity_column: cột "{column}" không phải số. Chọn cột ghi số chỗ, số giường.',
            en=f'capacity_column: "{column}" holds no numbers. Choose a column of places or beds.',
        )
    query = sql.SQL('select {}::float8 as capacity from {} order by {}::text, id').format(identifier, rows, code)
    written = [row['capacity'] for row in data.rows(query)]
    capacity = np.array([0.0 if value is None else max(value, 0.0) for value in written], dtype=np.float64)
    return capacity, sum(value is None for value in written)


def note_unknown(count: int) -> list[Text]:
    """What a reader has to know of facilities without a written capacity; nothing where there are none."""
    if not count:
        return []
    return [
        Text(
            vi=f'{count} cơ sở không ghi sức chứa được tính là 0.',
            en=f'{count} facilities without a written capacity count as 0.',
        )
    ]

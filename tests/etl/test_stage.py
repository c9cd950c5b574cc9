"""Rows on their way into the staging table."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from etl.stage import hexadecimal


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_bytes_become_their_hexadecimal_digits(values: list[bytes]) -> None:
    digits = hexadecimal(pa.array(values, pa.large_binary()))
    assert digits.to_pylist() == [value.hex().upper() for value in values]

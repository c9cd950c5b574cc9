"""Rows and columns that a spreadsheet does not show: filtered out, or hidden by hand."""

from collections.abc import Sequence

from dothi.core.text import Text

HIDDEN_ROW = Text(
    vi='ẩn trong bảng tính, vẫn được nhận. Xóa hàng nếu không muốn giao.',
    en='is hidden in the spreadsheet, and is taken all the same. Delete the row if it is not to be delivered.',
)


class HiddenRow(list[str]):
    """The cells of a row that a spreadsheet does not show."""


def hidden_columns_note(columns: Sequence[str]) -> Text:
    """That columns are hidden and were read all the same."""
    names = ', '.join(columns)
    return Text(
        vi=f'{len(columns)} cột ẩn trong bảng tính vẫn được đọc: {names}.',
        en=f'{len(columns)} columns are hidden in the spreadsheet and were read all the same: {names}.',
    )

"""What a delivery waits for, and how a person decides."""

from typing import Literal

from dothi.core.text import AdvisedText, Text

# crs: which system the coordinates are in. encoding: which a column's text is in. columns: which column is which.
# loss, moved, cover: that so much goes, moves or is left bare. newer: that it writes over a later one.
# letters: that letters are lost. misplaced: that rows lie far from the units that they name.
# places: where rows are whose address does not tell for sure. file: what only the message tells.
Reason = Literal[
    'crs', 'encoding', 'columns', 'loss', 'moved', 'cover', 'newer', 'letters', 'misplaced', 'places', 'file'
]  # fmt: skip

WAITS_FOR: dict[str, Text] = {
    'crs': Text(vi='hệ tọa độ nào', en='which coordinate system'),
    'encoding': Text(vi='bảng mã nào', en='which text encoding'),
    'columns': Text(vi='cột nào là cột nào', en='which column is which'),
    'loss': Text(vi='bỏ nhiều như vậy có đúng không', en='whether so much is to go'),
    'moved': Text(vi='dời nhiều như vậy có đúng không', en='whether so much is to move'),
    'cover': Text(vi='chỉ phủ một phần có đúng không', en='whether it is to cover so little'),
    'newer': Text(vi='có được ghi đè lên đợt giao sau không', en='whether it may write over a later delivery'),
    'letters': Text(vi='có nhận chữ đã hỏng không', en='whether text with lost letters is to be taken'),
    'misplaced': Text(
        vi='các hàng xa đơn vị của chúng có đúng chỗ không', en='whether rows far from their units are in place'
    ),
    'places': Text(vi='các địa chỉ chưa chắc ở đâu', en='where addresses are that are not sure'),
    'file': Text(vi='xem ghi chú', en='what its notes say'),
}
# What has to be said beside yes.
OPTIONS: dict[Reason, str] = {
    'crs': ' --crs EPSG:…',
    'encoding': ' --encoding CỘT=…',
    'columns': ' --column CỘT=…',
    'places': ' --place HÀNG=…',
}
# Accepting a delivery that is held for one of these says yes to it.
ACCEPTED_AS_IT_IS = frozenset({'loss', 'moved', 'cover', 'newer', 'letters', 'misplaced', 'places'})


def how_to_decide(number: int, reasons: list[Reason]) -> AdvisedText:
    """That the delivery waits, and the commands that decide on it."""
    option = ''.join(text for reason, text in OPTIONS.items() if reason in reasons)
    commands = f'dothi accept {number}{option} --reason "…"', f'dothi return {number} --reason "…"'
    return AdvisedText(
        vi=f'Đợt giao {number} chờ quyết định.',
        en=f'Delivery {number} waits for a decision.',
        steward=Text(
            vi=f'Nhận: {commands[0]}; trả lại: {commands[1]}.',
            en=f'To accept it: {commands[0]}; to return it: {commands[1]}.',
        ),
    )


def how_to_insist(reasons: list[Reason]) -> AdvisedText:
    """What a check that would be held is told: it has no number to decide on."""
    options = [text.strip() for reason, text in OPTIONS.items() if reason in reasons]
    options += ['--accept-loss'] if ACCEPTED_AS_IT_IS & set(reasons) else []
    option_text = ', '.join(options) or '–'
    return AdvisedText(
        vi='Khi giao thật, đợt giao này sẽ chờ người quyết định.',
        en='A delivery like this would wait for a person.',
        steward=Text(vi=f'Tùy chọn để quyết định ngay: {option_text}.', en=f'To decide at once, give: {option_text}.'),
    )

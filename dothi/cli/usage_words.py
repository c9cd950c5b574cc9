"""What typer says in English of a command line that it cannot read, in both languages."""

import re

from dothi.core.text import Text

# What typer writes, and the same in Vietnamese; the first that fits a part of the message counts.
SENTENCES = (
    (r"^Missing argument '(.+)'$", r"thiếu đối số '\1'"),
    (r"^Missing option '(.+)'$", r"thiếu tùy chọn '\1'"),
    (r'^No such option: (\S+)', r'không có tùy chọn \1'),
    (r"^No such command '([^']*)'", r"không có lệnh '\1'"),
    (r"^Option '(.+)' requires an argument$", r"tùy chọn '\1' cần một giá trị"),
    (r"^Option '(.+)' does not take a value$", r"tùy chọn '\1' không nhận giá trị"),
    (r'^Got unexpected extra argument(?:s|\(s\))? \((.+)\)$', r'thừa đối số (\1)'),
    (r"^Invalid value for '(.+?)': ", r"giá trị của '\1' không hợp lệ: "),
    (r"('.*') is not one of (.+)$", r'\1 không phải là một trong \2'),
    (r"file '(.+)' does not exist$", r"không có tệp '\1'"),
    (r"('.*') does not match the formats (.+)$", r'\1 không theo dạng nào trong \2'),
    (r'Input should be a valid integer.*$', 'phải là số nguyên'),
    (r'Input should be a valid UUID.*$', 'phải là mã (UUID) như trong danh sách'),
    (r'Input should be greater than or equal to (\S+)$', r'phải từ \1 trở lên'),
    (r'Input should be less than or equal to (\S+)$', r'phải từ \1 trở xuống'),
    (r'\.? Did you mean (.+?)\?$', r'. Có phải \1?'),
    (r'\.? \(Possible options: (.+)\)$', r'. Các tùy chọn gần giống: \1'),
)


def explain_usage(message: str) -> Text:
    """The message as a sentence of both languages; what is not known stays English."""
    en = message.replace('Value error, ', '')
    vi = en
    for english, vietnamese in SENTENCES:
        vi = re.sub(english, vietnamese, vi, flags=re.DOTALL)
    return Text(vi=_ended(vi), en=_ended(en))


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith('?') else f'{sentence}.'

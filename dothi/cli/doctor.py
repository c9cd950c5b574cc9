"""`dothi doctor`: whether this installation is as it should be, and what to do where it is not."""

import sys

from rich.table import Table

from dothi.cli import output
from dothi.cli.options import Json
from dothi.core.reader_language import pick_text, pick_words
from dothi.core.text import Text
from dothi.local.doctor.examine import examine
from dothi.local.doctor.findings import Examination, Severity

SIGNS: dict[Severity, tuple[str, Text]] = {
    'ok': ('green', Text(vi='tốt', en='ok')),
    'warning': ('yellow', Text(vi='chú ý', en='warning')),
    'fault': ('bold red', Text(vi='lỗi', en='fault')),
}
EXIT_CODE_OF_FAULTS = 5


def doctor(as_json: Json = False) -> None:
    """Kiểm tra bản cài đặt này: đĩa, gói, quyền, cổng, cơ sở dữ liệu …, và cách sửa; mã kết thúc 5 nếu có lỗi. ·
    Checks this installation: disk, packages, rights, ports, database …, and says what to do; exit code 5 for faults.
    """
    examination = examine()
    output.document(examination, as_json, _print_findings)
    sys.exit(EXIT_CODE_OF_FAULTS if examination.has_faults else 0)


def _print_findings(examination: Examination) -> None:
    table = Table(pick_words('Mục', 'subject'), '', pick_words('Kết quả', 'finding'), show_lines=False)
    for finding in examination.findings:
        style, word = SIGNS[finding.severity]
        advice = f'\n→ {pick_text(finding.advice)}' if pick_text(finding.advice) and finding.severity != 'ok' else ''
        table.add_row(finding.subject, f'[{style}]{pick_text(word)}[/]', f'{pick_text(finding.text)}{advice}')
    output.out.print(table)

"""One report over all runs of a study. How to use it: docs/how-to/studies.md."""

from typing import Any, ClassVar, Literal

from dothi.core.access.person import Action
from dothi.core.layer import Audience
from dothi.core.text import Text
from processes.base import Process, ProgressCallback
from processes.data import Data
from processes.inputs import LANG, ProcessInputs, input_field
from processes.outputs import Output, ResultFile
from processes.scenario.reference import UUID_PATTERN
from processes.study.report import study_page, write_report

MEDIA_TYPES = {'pdf': 'application/pdf', 'html': 'text/html'}


class Inputs(ProcessInputs):
    """Which study is reported, and how."""

    study: str = input_field(
        Text(vi='Nghiên cứu', en='Study'),
        Text(vi='Mã của nghiên cứu (/studies).', en='Id of the study (/studies).'),
        pattern=UUID_PATTERN,
    )
    format: Literal['pdf', 'html'] = input_field(
        Text(vi='Dạng', en='Form'), Text(vi='PDF, hoặc một trang HTML.', en='PDF, or an HTML page.'), default='pdf'
    )
    lang: Literal['vi', 'en'] = LANG


class ReportStudy(Process[Inputs]):
    """A file for whoever asks alone: a study is read by those with whom it is shared."""

    title = Text(vi='Báo cáo của một nghiên cứu', en='Report of a study')
    description = Text(
        vi='Câu hỏi, kết luận và mọi kết quả của một nghiên cứu trong một báo cáo để đọc và in.',
        en='Question, conclusion and all results of a study in one report to read and print.',
    )
    audience: ClassVar[Audience] = 'internal'
    editors_only = True
    action = Action.RUN
    reusable = False
    outputs: ClassVar[dict[str, Output]] = {
        'result': Output(Text(vi='Báo cáo', en='Report'), tuple(MEDIA_TYPES.values()))
    }
    example: ClassVar[dict[str, Any]] = {
        'study': '00000000-0000-0000-0000-000000000000',
        'format': 'pdf',
        'lang': 'vi',
    }

    def run(self, inputs: Inputs, data: Data, progress: ProgressCallback) -> ResultFile:
        """The file; raises UnknownStudy, NothingToReport."""
        page = study_page(inputs.study, data, inputs.lang, progress)
        progress(0.95, Text(vi='Viết tệp', en='Writing the file'))
        name = f'study-{inputs.study[:8]}.{inputs.format}'
        target = data.draft(name)
        write_report(page, inputs.format, target)
        return ResultFile(target, MEDIA_TYPES[inputs.format], name, 1)

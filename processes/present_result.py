"""The result of an earlier job in another form. How to use it: docs/how-to/read-and-keep-results.md."""

from typing import Any, ClassVar, Literal

from dothi.core.text import Text
from processes.base import Process, ProgressCallback
from processes.data import Data
from processes.forms.form import FORMS, FormName
from processes.forms.stored import read_stored
from processes.inputs import JOB, LANG, OUTPUT, ProcessInputs, input_field
from processes.outputs import Output, ResultFile


class Inputs(ProcessInputs):
    """What the reader may choose."""

    job: str = JOB
    output: str | None = OUTPUT
    format: FormName = input_field(
        Text(vi='Dạng', en='Form'),
        Text(
            vi='Đối tượng: geojson, csv, gpkg; raster: tif; bản đồ: png; báo cáo: html, pdf; bằng lời, JSON: figures.',
            en='Features: geojson, csv, gpkg; a raster: tif; a map: png; a report: html, pdf; JSON in words: figures.',
        ),
        default='pdf',
    )
    lang: Literal['vi', 'en'] = LANG


class PresentResult(Process[Inputs]):
    """A file; what the job was computed from is what this is computed from."""

    takes_scenario = False
    title = Text(vi='Kết quả ở dạng khác', en='A result in another form')
    description = Text(
        vi='Kết quả của một tác vụ dưới dạng bảng, tệp cho QGIS, bản đồ hoặc báo cáo để in.',
        en='The result of a job as a table, a file for QGIS, a map or a report to print.',
    )
    outputs: ClassVar[dict[str, Output]] = {
        'result': Output(
            Text(vi='Tệp', en='File'), ('application/pdf', *(f.media_type for f in FORMS.values() if f.name != 'pdf'))
        )
    }
    example: ClassVar[dict[str, Any]] = {
        'job': '00000000-0000-0000-0000-000000000000',
        'format': 'pdf',
        'lang': 'vi',
    }

    def run(self, inputs: Inputs, data: Data, progress: ProgressCallback) -> ResultFile:
        """The file; raises UnknownJob, NoResult, ResultGone, NoSuchOutput, NotInThisForm."""
        progress(0.1, Text(vi='Đọc kết quả', en='Reading the result'))
        result, form = read_stored(inputs.job, inputs.output, data), FORMS[inputs.format]
        name = f'{result.file_stem}.{form.name}'
        progress(0.3, Text(vi='Viết tệp', en='Writing the file'))
        target = data.draft(name)
        form.write(result, data, inputs.lang, target)
        return ResultFile(target, form.media_type, name, len(result.features))

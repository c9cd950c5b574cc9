"""The forms of a result over HTTP: a form that is asked for is made by a job of its own, in a worker."""

from dothi.core.layer import Audience
from dothi.core.text import Lang
from processes.queue.manager import Outcome, run_process


def present_result(
    job_id: str,
    output: str | None,
    form: str,
    lang: Lang,
    audience: Audience,
    editor: str | None = None,
    asker: str = '',
) -> Outcome:
    """The file that an output of a job is in this form; `output` None is the main one.

    form: a name of `processes.forms.form.FORMS`. editor: whose token came with the request, if any did.
    asker: whose jobs are counted together.
    Raises UnknownJob, NoResult, ResultGone, NoSuchOutput (404), NotInThisForm (400).
    """
    inputs = {'job': job_id, 'output': output, 'format': form, 'lang': lang}
    return run_process('present-result', inputs, audience, editor, asker=asker)

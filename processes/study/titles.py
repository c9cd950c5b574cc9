"""What the runs of a study are called."""

from collections.abc import Iterable

from dothi.core.locality import Locality
from dothi.core.text import Lang
from processes.forms.run_title import run_title
from processes.registry import all_processes
from processes.study.store import StudyRun


def titles_of_runs(runs: Iterable[StudyRun], locality: Locality, lang: Lang) -> dict[str, str]:
    """The titles by job: as somebody wrote them, else by what was chosen; a comparison names those before it."""
    titles: dict[str, str] = {}
    for run in runs:
        process = all_processes().get(run.process_id)
        titles[str(run.job_id)] = run.title or (
            run_title(process, run.inputs, locality, lang, titles) if process else run.process_id
        )
    return titles
